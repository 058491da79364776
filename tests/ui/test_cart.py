"""The cart screen: fast keys in order, what the desk answers, one key to pay, nothing lost on the way out."""

import pytest

from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.ui.counter import shows, until
from tests.ui.station import Bench, Station, bar, desk_of, hammer, row, station
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Sale
from tui_pos.desk import payments
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.catalogue.inventory import InventoryItem
from tui_pos.desk.catalogue.pricing import ZERO, ProductKind
from tui_pos.desk.errors import Refused
from tui_pos.desk.payments import readers
from tui_pos.desk.search import lookup
from tui_pos.simulator import Server
from tui_pos.ui.input.key_stream import SURE
from tui_pos.ui.screens import catalogue
from tui_pos.ui.screens.cart import CartScreen
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.scan import ScanScreen

SHIRT, HOODIE, BREAKFAST, REGULAR = "7", "8", "breakfast", "1"


def sales() -> list[str]:
    """The state of every sale, oldest first."""
    with connected():
        return [sale.status for sale in Sale.select().order_by(Sale.id)]


def to_pay(text: str) -> str:
    """The amount at the foot of the cart."""
    line = next(line for line in text.split("\n") if "To pay USD" in line)
    return line.split()[-1]


async def test_a_shirt_is_one_key_and_paying_one_more(bench: Bench, simulator: Server) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2")
        assert "Sell to Noor Lindqvist   noor@example.org" in row(pilot, 3)
        await press(pilot, SHIRT)
        assert bar(pilot).startswith("Enter card 25.00   F9 cash   F10 other   F6 park   Esc back")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD", "Front-2")
        simulator.tap("tmr_front_2")
        await shows(pilot, "CAPTURED 25.00", "Visa 4242")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen), "the receipt")
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScanScreen), "home")
        person = lookup.attendee(desk_of(pilot), "NOOR2026")
        assert [(order.status, str(order.total)) for order in person.orders] == [
            ("paid", "25.00"),
            ("paid", "349.00"),
        ]
        assert person.order is not None
        assert person.order.total == 349


async def test_fast_keys_count_each_in_order_and_enter_pays_for_all_of_them(bench: Bench) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "NOOR2026")
        hammer(pilot, "f2", *(SHIRT * 7), HOODIE, "enter", gap=SURE + 0.01)
        await shows(pilot, "WAITING FOR CARD")
        await shows(pilot, "230.00", "attempt saved: 230.00 USD")
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")


async def test_plus_and_minus_change_the_chosen_row_and_the_last_one_takes_it_out(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT, HOODIE, "plus")
        assert "> Hoodie    2 x 55.00      110.00" in shown(pilot)
        await press(pilot, "up", "plus", "plus")
        assert "> T-Shirt   3 x 25.00       75.00" in shown(pilot)
        assert to_pay(shown(pilot)) == "185.00"
        await press(pilot, "down", "minus", "minus")
        assert "Hoodie  " not in shown(pilot).replace("8  Hoodie", "")
        assert to_pay(shown(pilot)) == "75.00"


async def test_typing_filters_as_it_stands_still_and_enter_adds_the_only_fit(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        await write(pilot, "crè")
        assert "    Café Crème Tasting" in row(pilot, 5)
        assert bar(pilot) == "Enter add Café Crème Tasting   Esc clear   F1 help   F12 lock"
        assert row(pilot, 6).strip(" │") == ""
        await press(pilot, "enter")
        assert "> Café Crème Tasting" in shown(pilot)
        assert "1  Regular" in row(pilot, 5)


async def test_of_several_fits_enter_adds_the_chosen_one_that_the_bar_names(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT)
        await write(pilot, "tutorial")
        assert bar(pilot) == "Enter add Tutorial: async   Esc clear   F1 help   F12 lock"
        await press(pilot, "down")
        assert bar(pilot).startswith("Enter add Tutorial Pass (sold")
        await press(pilot, "up", "enter")
        assert "> Tutorial: async" in shown(pilot)
        assert "1  Regular" in row(pilot, 5)
        assert sales() == ["open"]


async def test_digits_are_text_while_the_prompt_holds_text(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        await write(pilot, "t1")
        assert "> t1_" in row(pilot, 1)
        assert "The cart is empty." in shown(pilot)


def test_what_begins_with_the_text_comes_first() -> None:
    names = ("Workshop: shirts", "T-Shirt", "Shirt press", "Mug", "Undershirt")
    products = [_product(name) for name in names]
    found = [product.name for product in catalogue.matching(products, "shirt")]
    assert found == ["Shirt press", "Workshop: shirts", "T-Shirt", "Undershirt"]
    assert catalogue.matching(products, "  ") == tuple(products)
    assert catalogue.matching(products, "[/off]") == ()


def _product(name: str) -> InventoryItem:
    slug = name.lower().replace(" ", "-").replace(":", "")
    return InventoryItem(
        kind=ProductKind.ADDON,
        id=1,
        slug=slug,
        name=name,
        description="",
        price=ZERO,
        remaining=None,
        requires_voucher=False,
        sellable=True,
        reason=None,
        order=0,
    )


async def test_page_down_numbers_the_next_products(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "pagedown")
        assert row(pilot, 5).startswith(" 1  Workshop: 50% [/off")
        assert "PgUp: back" in shown(pilot)
        await press(pilot, "1", "pageup")
        assert "PgDn: 5 more" in shown(pilot)
        assert row(pilot, 5).startswith(" 1  Regular")
        assert "> Workshop: 50%" in shown(pilot)


async def test_a_line_that_cannot_be_sold_says_why_and_cannot_be_paid(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "5")
        assert "Student needs a voucher: scan or type its code first." in shown(pilot)
        await write(pilot, "student\r")
        assert "[!] Student needs a voucher" in shown(pilot)
        assert bar(pilot).startswith("F6 park   Esc back")
        await press(pilot, "enter")
        assert "[!] Student needs a voucher that unlocks it." in row(pilot, 2)
        assert isinstance(pilot.app.screen, CartScreen)
        await scan(pilot, "STUDENT26")
        assert "voucher STUDENT26" in row(pilot, 3)
        assert "[!]" not in shown(pilot)
        assert to_pay(shown(pilot)) == "99.00"


async def test_what_costs_nothing_is_not_finished_while_it_cannot_be_sold(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        await write(pilot, "speaker\r")
        assert "[!] Speaker needs a voucher" in shown(pilot)
        assert "finish" not in bar(pilot)
        await press(pilot, "enter", "f8")
        assert sales() == ["open"]
        assert isinstance(pilot.app.screen, CartScreen)


async def test_what_is_sold_out_has_no_number_and_says_so_when_it_is_named(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        await scan(pilot, "mug")
        assert "Mug (sold out): sold out." in shown(pilot)
        assert "The cart is empty." in shown(pilot)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("EXPIRED", "EXPIRED"),
        ("K7Q2M9ZX", "K7Q2M9ZX is not known in Demo Conference."),
        ("ORD-DEMO0001", "ORD-DEMO0001 is an order: park this sale (F6), then scan it again."),
        ("LINDQVIST", "No product, voucher or badge is called LINDQVIST."),
    ],
)
async def test_what_does_not_belong_into_a_cart_changes_nothing(
    bench: Bench, code: str, sentence: str
) -> None:
    async with station(bench) as pilot:
        app = pilot.app
        assert isinstance(app, Station)
        await press(pilot, "f2", SHIRT)
        bells = app.bells
        await scan(pilot, code)
        assert sentence in shown(pilot)
        assert app.bells > bells
        assert to_pay(shown(pilot)) == "25.00"
        assert "For  a walk-up" in shown(pilot)


async def test_a_voucher_is_used_by_word_and_taken_back(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT)
        await write(pilot, "/voucher tenoff\r")
        assert "Voucher TENOFF" in shown(pilot)
        assert to_pay(shown(pilot)) == "22.50"
        await write(pilot, "/voucher\r")
        assert to_pay(shown(pilot)) == "25.00"


async def test_a_badge_makes_the_walk_up_s_sale_that_person_s(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT)
        await write(pilot, "/voucher TENOFF\r")
        await scan(pilot, "NOOR2026")
        assert "[!] This sale is Noor Lindqvist's now." in shown(pilot)
        assert "Sell to Noor Lindqvist" in row(pilot, 3)
        assert "> T-Shirt" in shown(pilot)
        assert to_pay(shown(pilot)) == "22.50"
        assert sales() == ["abandoned", "open"]


async def test_a_badge_never_takes_over_somebody_else_s_sale(bench: Bench) -> None:
    async with station(bench) as pilot:
        app = pilot.app
        assert isinstance(app, Station)
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", SHIRT)
        await scan(pilot, "INES2026")
        assert "This sale is to Noor Lindqvist; F6 parks it for the next person." in shown(pilot)
        assert app.bells == 1
        assert "Sell to Noor Lindqvist" in row(pilot, 3)


async def test_a_badge_on_an_empty_cart_serves_that_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2")
        await scan(pilot, "HUGO2026")
        assert "Sell to Hugo Martin" in row(pilot, 3)
        assert row(pilot, 3).endswith("credit 20.00")


async def test_a_mistyped_product_is_no_name_and_a_name_is_never_replaced_by_one(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        for mistyped in ("hodie", "tshrt", "Loose brekfast"):
            await write(pilot, mistyped)
            assert bar(pilot).startswith(f'Enter name or code "{mistyped}"')
            await press(pilot, "enter")
            assert f"No product is called {mistyped}; F2 names the buyer." in shown(pilot)
            assert "For  a walk-up" in row(pilot, 3)
        await write(pilot, "Wanda Walk")
        assert bar(pilot).startswith("Enter name: Wanda Walk")
        await press(pilot, "enter")
        assert "Wanda Walk was taken as the buyer's name; F2 changes it." in shown(pilot)
        assert "For  Wanda Walk" in row(pilot, 3)
        await write(pilot, "Otto Other\r")
        assert "No product is called Otto Other; F2 names the buyer." in shown(pilot)
        assert "For  Wanda Walk" in row(pilot, 3)
        await write(pilot, "/name\r")
        assert "For  a walk-up" in row(pilot, 3)


async def test_a_walk_up_says_name_and_address(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT)
        await write(pilot, "/name Wim Walkup\r")
        await scan(pilot, "wim@example.org")
        assert "For  Wim Walkup   wim@example.org" in row(pilot, 3)
        await write(pilot, "/email not-an-address\r")
        assert "not-an-address is not an e-mail address" in shown(pilot).replace("\n", " ")


async def test_a_person_with_a_badge_needs_no_name(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", SHIRT)
        await write(pilot, "/name Somebody Else\r")
        assert "/name does nothing here" in shown(pilot)
        assert "Sell to Noor Lindqvist" in row(pilot, 3)


async def test_what_costs_nothing_needs_no_card(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2")
        await write(pilot, "breakf\r")
        assert bar(pilot).startswith("Enter finish, nothing to pay")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen), "the receipt")
        assert "PAID 0.00 USD" in shown(pilot)


async def test_a_cancelled_payment_comes_back_and_the_sale_may_be_changed(
    bench: Bench, simulator: Server
) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", SHIRT)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")
        await pilot.press("enter")
        await shows(pilot, "Sell to Noor Lindqvist", "Cancelled: nothing was charged.", "not paid")
        assert "F6 park" in bar(pilot)
        await press(pilot, "plus")
        assert to_pay(shown(pilot)) == "50.00"
        assert "not paid" not in row(pilot, 3)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD", "attempt saved: 50.00 USD")
        simulator.tap("tmr_front_2")
        await shows(pilot, "CAPTURED 50.00")
        orders = lookup.attendee(desk_of(pilot), "NOOR2026").orders
        assert [order.status for order in orders] == ["paid", "cancelled", "paid"]


async def test_a_price_that_changed_meanwhile_is_said_before_anything_is_charged(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        await press(pilot, "f2", SHIRT)
        with connected():
            (sale,) = Sale.select()
        cart.add(desk, sale.id, "t-shirt")
        await press(pilot, "enter")
        assert "The total is now 50.00, no longer 25.00" in shown(pilot).replace("\n", " ")
        if not isinstance(pilot.app.screen, CartScreen):
            await press(pilot, "enter")
        assert to_pay(shown(pilot)) == "50.00"
        assert sales() == ["open"]


async def test_a_busy_reader_is_said_and_another_one_can_be_chosen(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        readers.remember_reader(desk, "tmr_front_2", "Front-2")
        other = checkout.sell(desk, [("t-shirt", 1)])
        payments.begin(desk, other.reference, "tmr_front_2", "Front-2")
        await press(pilot, "f2", SHIRT, "enter")
        assert f"Front-2 has the payment of {other.reference}" in shown(pilot).replace("\n", " ")
        if not isinstance(pilot.app.screen, CartScreen):
            await press(pilot, "enter")
        await pilot.press("f4")
        await shows(pilot, "1> Front-1", "[!] in use")
        await pilot.press("1")
        await shows(pilot, "Reader Front-1.")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD", "Front-1")


async def test_looking_at_the_prices_leaves_no_sale(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "pagedown", "escape")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert sales() == []


async def test_escape_discards_an_empty_walk_up_and_asks_for_a_full_one(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT, "minus", "escape")
        assert sales() == ["abandoned"]
        await press(pilot, "f2", SHIRT, "escape")
        assert "Park it" in shown(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, CartScreen)
        await press(pilot, "escape", "enter")
        assert sales() == ["abandoned", "parked"]
        assert "The sale is parked: it stands under Needs attention." in shown(pilot)


async def test_a_parked_sale_is_taken_up_and_discarded(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT, "f6", "1")
        assert "> T-Shirt" in shown(pilot)
        await press(pilot, "escape", "2", "enter")
        assert sales() == ["abandoned"]
        assert isinstance(pilot.app.screen, ScanScreen)
        assert "The sale is discarded: nothing was sold." in shown(pilot)


async def test_a_person_s_sale_is_parked_or_discarded_too_and_seen_at_home(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", SHIRT, "escape")
        assert "This sale to Noor Lindqvist is not paid" in shown(pilot)
        await press(pilot, "enter", "escape")
        assert sales() == ["parked"]
        assert "Noor Lindqvist" in shown(pilot)
        assert "T-Shirt" in shown(pilot)
        await press(pilot, "1")
        assert "This sale was begun " in shown(pilot)
        assert ": 1 thing was in it." in shown(pilot)
        await press(pilot, "escape", "2", "enter")
        assert sales() == ["abandoned"]


async def test_a_sale_that_was_open_says_what_is_in_it_and_the_new_line_is_chosen(bench: Bench) -> None:
    async with station(bench) as pilot:
        sale = cart.start(desk_of(pilot), attendee_code="NOOR2026").sale_id
        cart.add(desk_of(pilot), sale, "t-shirt", 2)
        cart.add(desk_of(pilot), sale, "hoodie")
        await scan(pilot, "NOOR2026")
        await write(pilot, "lunch\r")
        assert "3 things were in it." in shown(pilot)
        assert "> Lunch" in shown(pilot)
        await press(pilot, "f12")
        assert sales() == ["parked"]


async def test_f6_parks_for_the_next_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", SHIRT, "f6")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert "The sale to Noor Lindqvist is parked" in shown(pilot)
        assert sales() == ["parked"]
        await press(pilot, "f2", "f6")
        assert "F6 does nothing here." in shown(pilot)


async def test_f12_loses_nothing(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT, "f12")
        assert "Sign in to Demo Conference at desk-3" in shown(pilot)
        assert sales() == ["parked"]


async def test_an_empty_cart_cannot_be_paid(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "enter")
        assert "Add something first: press a number, or type a product." in shown(pilot)
        await press(pilot, "plus")
        assert "+ does nothing here." in row(pilot, 2)


async def test_enter_pays_for_nothing_when_what_was_pressed_before_it_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", SHIRT)

        def refuse(*_: object, **__: object) -> None:
            raise Refused("sold_out", "Hoodie is sold out.")

        monkeypatch.setattr(cart, "add", refuse)
        hammer(pilot, HOODIE, "enter")
        await settled(pilot)
        assert "[X] Hoodie is sold out." in shown(pilot)
        assert sales() == ["open"]


async def test_every_key_that_pays_says_why_a_cart_cannot_be_sold(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        for key in ("enter", "f8", "f9", "f10"):
            await press(pilot, key)
            assert "Add something first" in row(pilot, 2)
        await press(pilot, "1")
        await write(pilot, "/quantity 500\r")
        await write(pilot, "tutorial\r")
        for key in ("enter", "f8", "f9", "f10"):
            await press(pilot, key)
            assert "Tutorial: async" in row(pilot, 2), key
            await press(pilot, "down")
        await write(pilot, "/cash\r")
        assert "Tutorial: async" in row(pilot, 2)


async def test_a_line_is_taken_out_by_one_key_and_its_quantity_set_by_a_word(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "7", "1")
        await press(pilot, "delete")
        assert "1 x 349.00" not in shown(pilot)
        assert "To pay USD 25.00" in " ".join(shown(pilot).split())
        await write(pilot, "/set 12\r")
        assert "To pay USD 300.00" in " ".join(shown(pilot).split())
        await write(pilot, "/set x\r")
        assert "is not a quantity" in row(pilot, 2)
        await write(pilot, "/set 0\r")
        assert "Enter card" not in bar(pilot)
        await press(pilot, "delete")
        assert "Del does nothing here." in row(pilot, 2)
        await press(pilot, "7")
        await write(pilot, "/")
        assert {"/set", "/remove"} <= set(shown(pilot).split())


async def test_a_long_reason_not_to_sell_opens_no_dialog_that_no_key_promised(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        await write(pilot, "tutorial\r")
        await press(pilot, "enter", "f9")
        assert isinstance(pilot.app.screen, CartScreen)
        assert "Tutorial: async needs a ticket" in row(pilot, 2)
