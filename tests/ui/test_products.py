"""The catalogue is changed at a desk, by who may, while others sell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.desk.catalogue.test_editing import audited, called
from tests.desk.conftest import make_desk
from tests.fixtures.pilot import anew, press, scan, settled, shown, write
from tests.ui.counter import at_counter
from tests.ui.station import Bench, bar, row, station
from tests.ui.test_receipt import left
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import editing
from tui_pos.desk.context import Desk
from tui_pos.desk.search import lookup
from tui_pos.ui.results import NextPerson
from tui_pos.ui.screens.product import ProductScreen
from tui_pos.ui.screens.products import ProductsScreen

LIST = slice(5, 22)
EAN = "4006381333931"


@pytest.fixture
def lead(desk: Desk) -> Desk:
    return replace(make_desk("demo", "lead"), account=desk.account)


@asynccontextmanager
async def at_products(
    desk: Desk, slug: str = "", *, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[Any]]:
    """At the list, or at the product of this slug."""
    screen = ProductScreen(desk, called(desk, slug).key) if slug else ProductsScreen(desk)
    async with at_counter(screen, size) as pilot:
        await settled(pilot)
        yield pilot


def elsewhere(slug: str, **values: Any) -> None:
    """Another desk changes a product."""
    desk = make_desk("demo", "lead", "desk-9")
    seen = called(desk, slug)
    editing.change(desk, seen, replace(seen.values, **values))


def words(pilot: Pilot[Any]) -> str:
    """All that is shown, on one line."""
    return " ".join(shown(pilot).split())


def listed(pilot: Pilot[Any]) -> list[str]:
    return [" ".join(line.split()) for line in shown(pilot).split("\n")[LIST] if line.strip()]


async def number_of(pilot: Pilot[Any], field: str) -> str:
    """The digit before a field of the product that is shown."""
    return next(line for line in listed(pilot) if f" {field} " in f"{line.lstrip('123456789>')} ")[0]


async def typed(pilot: Pilot[Any], text: str, *told: str) -> None:
    """Type a line, after which all of that is shown."""
    await write(pilot, f"{text}\r")
    for each in told:
        assert each in words(pilot)


async def retyped(pilot: Pilot[Any], text: str, *told: str) -> None:
    """The same in place of what was refused."""
    await anew(pilot, "")
    await typed(pilot, text, *told)


async def answer(pilot: Pilot[Any], field: str, text: str, *told: str) -> None:
    await press(pilot, await number_of(pilot, field))
    await typed(pilot, text, *told)


# The list


async def test_all_that_is_sold_is_listed_with_what_is_sold_of_it(lead: Desk) -> None:
    async with at_products(lead) as pilot:
        products = editing.products(lead)
        assert row(pilot, 3) == f" Products   {len(products)}"
        assert listed(pilot)[:2] == ["Tickets USD sold or held", "1> Regular 349.00 23 of 250 [OK] on sale"]
        assert "7 Tutorial Pass (sold out) 180.00 2 of 2 [!] sold out" in listed(pilot)
        assert "Patron (withdrawn) 999.00 0 hidden" in listed(pilot)
        assert bar(pilot).startswith("Enter open Regular   1-9 open   Esc back   + - restock   F6 hide")
        await press(pilot, *["pagedown"] * (len(products) // 9 + 1))
        assert products[-1].values.name in listed(pilot)[-1]
        assert " rows above" in row(pilot, 3)
        await press(pilot, "escape")
        assert left(pilot) == [None]


async def test_the_second_pane_tells_all_of_the_chosen_one(lead: Desk) -> None:
    elsewhere("regular", vat_rate=Decimal("8.1"), description="All three days")
    async with at_products(lead, size=(130, 30)) as pilot:
        told = words(pilot)
        for fact in ("ticket:regular", "VAT rate │ 8.1", "Limit per person", "Price"):
            assert fact.replace(" │", "") in told.replace(" │", ""), fact
        assert "All three days" in told


async def test_a_text_finds_and_a_scanned_code_chooses(lead: Desk) -> None:
    elsewhere("hoodie", codes=("04006381333931",))
    async with at_products(lead) as pilot:
        await write(pilot, "tut")
        assert row(pilot, 3).startswith(" Products: tut   2")
        await press(pilot, "enter")
        assert "2 products fit: press a number, or arrows." in shown(pilot)
        await scan(pilot, EAN)
        assert bar(pilot).startswith("Enter open Hoodie")
        await write(pilot, "mug\r")
        assert isinstance(pilot.app.screen, ProductScreen)
        assert row(pilot, 3).startswith(" Mug (sold out)   add-on   [!] sold out")
        await press(pilot, "escape", "escape")
        assert len(listed(pilot)) > 9
        await typed(pilot, "nothing of this", "[!] No product fits that.")
        await scan(pilot, "NOOR2026")
        assert left(pilot) == [NextPerson("NOOR2026")]


# A field


async def test_a_price_is_changed_after_a_question_and_unpaid_orders_keep_theirs(lead: Desk) -> None:
    unpaid = checkout.sell(lead, [("t-shirt", 1)], attendee_code="NOOR2026").reference
    async with at_products(lead) as pilot:
        await write(pilot, "t-shirt\r")
        await press(pilot, "2")
        assert "Now: 25.00 USD. Type an amount, such as 25.00, or 0." in words(pilot)
        await typed(pilot, "cheap", "[X] 'cheap' is not an amount")
        await retyped(pilot, "-1", "[X]")
        await retyped(pilot, "1,000", "The comma in '1,000' is not clear")
        await retyped(
            pilot,
            "20,00",
            "Change the price of T-Shirt",
            "It costs 25.00 USD and will cost 20.00 USD",
            "Orders that are not paid yet keep 25.00.",
        )
        await press(pilot, "escape")
        assert called(lead, "t-shirt").values.price == 25
        await answer(pilot, "Price", "20")
        assert bar(pilot).startswith("Enter change to 20.00")
        await press(pilot, "enter")
        assert "[OK] T-Shirt: price 25.00 -> 20.00." in shown(pilot)
        assert "Price 20.00 USD" in words(pilot)
    assert lookup.order(lead, unpaid).due == 25
    assert audited() == ["addon:t-shirt price 25.00 -> 20.00"]


@pytest.mark.parametrize(
    ("slug", "field", "wrong", "why", "right", "now"),
    [
        ("t-shirt", "Order", "-1", "The order must be a whole number from 0", "3", "Order 3"),
        ("regular", "Limit per person", "0", "It must be a whole number", "4", "Limit per person 4"),
        ("regular", "Sale opens", "soon", "'soon' is no day", "2026-01-05", "Sale opens 2026-01-05"),
        (
            "regular", "Sale closes", "2027-13-01", "is no day",
            "2031-05-14 18:00", "Sale closes 2031-05-14 18:00:00",
        ),
        ("t-shirt", "Codes", "a b", "'a b' is no product code", EAN, f"Codes 0{EAN}"),
        ("t-shirt", "VAT rate", "120", "The VAT rate must be per cent", "8.1%", "VAT rate 8.1"),
        ("t-shirt", "VAT rate", "8,1,0", "The VAT rate must be per cent", "8,1", "VAT rate 8.1"),
        ("regular", "Needs a voucher", "maybe", "Answer yes or no.", "yes", "Needs a voucher yes"),
        (
            "t-shirt", "Needs one of the tickets", "Gala", "There is no ticket gala",
            "Regular, day-pass", "Needs one of the tickets day-pass, regular",
        ),
        ("t-shirt", "Codes", "NOOR2026", "NOOR2026 is somebody's badge already", EAN, f"Codes 0{EAN}"),
        ("t-shirt", "Codes", "HOODIE", "HOODIE already names Hoodie", EAN, f"Codes 0{EAN}"),
        ("t-shirt", "Codes", "fifty", "FIFTY is a voucher already", EAN, f"Codes 0{EAN}"),
        ("t-shirt", "Stock", "0", "It must be a whole number", "40", "Stock 40"),
    ],
)  # fmt: skip
async def test_each_field_is_asked_for_until_it_is_right(
    lead: Desk, slug: str, field: str, wrong: str, why: str, right: str, now: str
) -> None:
    async with at_products(lead, slug) as pilot:
        await answer(pilot, field, wrong)
        assert why in words(pilot)
        assert "Now: " in shown(pilot)
        await anew(pilot, f"{right}\r")
        assert row(pilot, 2).startswith(" [OK] ")
        assert now in words(pilot)
    assert len(audited()) == 1


async def test_a_field_that_may_be_empty_is_emptied_and_a_code_is_scanned_to_and_fro(lead: Desk) -> None:
    async with at_products(lead, "hoodie") as pilot:
        await press(pilot, await number_of(pilot, "Codes"))
        await scan(pilot, EAN)
        assert f"[OK] Hoodie: codes none -> 0{EAN}." in shown(pilot)
        await press(pilot, await number_of(pilot, "Codes"))
        await scan(pilot, EAN)
        assert f"[OK] Hoodie: codes 0{EAN} -> none." in shown(pilot)
        await answer(pilot, "Stock", "none", "[OK] Hoodie: stock 12 -> unlimited.")
        await answer(pilot, "Name", "Hoodie", "[OK] Hoodie: nothing was changed.")
        await answer(pilot, "Name", "Pullover", "[OK] Pullover: name Hoodie -> Pullover.")
        assert row(pilot, 3).startswith(" Pullover   add-on")


async def test_a_sale_cannot_open_after_it_closes(lead: Desk) -> None:
    async with at_products(lead, "hoodie") as pilot:
        await answer(pilot, "Sale closes", "2031-05-14")
        await answer(pilot, "Sale opens", "2031-05-15", "[X] The sale must open before it closes.")
        await retyped(pilot, "none", "[OK] Hoodie: nothing was changed.")


# The stock


async def test_pieces_come_in_by_a_key_and_by_a_text(lead: Desk) -> None:
    async with at_products(lead) as pilot:
        await write(pilot, "hood")
        await press(pilot, "escape")
        await scan(pilot, "HOODIE")
        await press(pilot, "plus")
        assert "Now: 12. 2 sold or held. How many more?" in words(pilot)
        await typed(pilot, "20", "[OK] Hoodie: stock 12 -> 32.", "Hoodie 55.00 2 of 32")
        await write(pilot, "+8")
        assert bar(pilot).startswith("Enter restock Hoodie by +8")
        await press(pilot, "enter")
        assert "[OK] Hoodie: stock 32 -> 40." in shown(pilot)
        await press(pilot, "minus")
        await typed(pilot, "3", "[OK] Hoodie: stock 40 -> 37.")
        await press(pilot, "minus")
        await typed(pilot, "37", "It must be a whole number from 1", "How many fewer?")
        await retyped(pilot, "=50", "[OK] Hoodie: stock 37 -> 50.")
    assert called(lead, "hoodie").values.total_quantity == 50


async def test_a_stock_without_a_limit_gets_one(lead: Desk) -> None:
    async with at_products(lead, "t-shirt") as pilot:
        await press(pilot, "plus")
        assert "Now: unlimited. 7 sold or held." in words(pilot)
        await typed(pilot, "+5", "T-Shirt has no limited stock: there is nothing to add to.")
        await retyped(pilot, "60", "[OK] T-Shirt: stock unlimited -> 60.")


async def test_what_two_desks_bring_in_is_added_up(lead: Desk) -> None:
    async with at_products(lead, "hoodie") as pilot:
        await press(pilot, "plus")
        elsewhere("hoodie", total_quantity=20)
        await typed(pilot, "+5", "[OK] Hoodie: stock 12 -> 25.")


async def test_less_than_is_sold_is_said_and_asked(lead: Desk) -> None:
    async with at_products(lead, "regular") as pilot:
        for text in ("=10", "-240"):
            await press(pilot, "plus")
            await typed(pilot, text, "Regular: 23 are sold or held, so the stock cannot be 10.")
            assert bar(pilot).startswith("Enter set it to 10   Esc leave as it is")
            await press(pilot, "escape")
            assert called(lead, "regular").values.total_quantity == 250
        await answer(pilot, "Stock", "10")
        await press(pilot, "enter")
        assert "[OK] Regular: stock 250 -> 10." in shown(pilot)
        assert "Sold or held 23 of 10" in words(pilot)


# All of it


async def test_a_product_is_hidden_and_shown_after_a_question(lead: Desk) -> None:
    async with at_products(lead) as pilot:
        await press(pilot, "f6")
        assert "Hide Regular" in shown(pilot)
        await press(pilot, "escape")
        assert called(lead, "regular").values.is_active
        await press(pilot, "f6", "enter")
        assert "[OK] Regular: on sale yes -> no." in shown(pilot)
        assert "Regular 349.00 23 of 250 hidden" in words(pilot)
        await write(pilot, "/show\r")
        assert bar(pilot).startswith("Enter show Regular")
        await press(pilot, "enter")
        assert "[OK] Regular: on sale no -> yes." in shown(pilot)
    assert audited() == ["ticket:regular is_active True -> False", "ticket:regular is_active False -> True"]


async def test_what_was_sold_cannot_be_deleted_and_what_never_was_can(lead: Desk) -> None:
    async with at_products(lead) as pilot:
        await typed(pilot, "/delete", "/delete does nothing here")
        await write(pilot, "patron\r")
        await typed(pilot, "/delete", "It was never sold.")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ProductsScreen)
        assert "[OK] Patron (withdrawn) is deleted." in shown(pilot)
    assert "patron" not in [each.values.slug for each in editing.products(lead)]


async def test_a_product_is_added_hidden(lead: Desk) -> None:
    async with at_products(lead) as pilot:
        await write(pilot, "/add\r")
        await press(pilot, "2", "enter")
        await typed(pilot, "!!!", "[X] A slug has letters")
        await anew(pilot, "Hoodie\r")
        await typed(pilot, "12", "[X] hoodie already names Hoodie: take another slug.")
        await retyped(pilot, "Wool Socks", "What does Wool Socks cost?")
        await typed(pilot, "9.505", "[X]")
        await retyped(
            pilot, "9.50", "[OK] Wool Socks is added, hidden: Enter changes it, F6 puts it on sale."
        )
        assert bar(pilot).startswith("Enter open Wool Socks")
        await press(pilot, "f6", "enter")
        assert "Wool Socks 9.50 0 [OK] on sale" in words(pilot)
    values = called(lead, "wool-socks").values
    assert (values.price, values.order) == (Decimal("9.50"), 12)
    assert editing.products(lead)[-1].values == values


async def test_an_empty_catalogue_says_how_it_is_filled(lead: Desk) -> None:
    day = clock.now().date()
    with connected():
        other_id = Conference.create(slug="other", name="Other", start_date=day, end_date=day).id
    other = replace(lead, conference=replace(lead.conference, id=other_id))
    async with at_products(other) as pilot:
        assert "[!] Nothing is sold yet: /add adds a product" in row(pilot, 2)
        assert bar(pilot).startswith("Esc back   /add add")


# Two desks


async def test_what_was_changed_meanwhile_is_shown_and_nothing_is_lost_in_silence(lead: Desk) -> None:
    async with at_products(lead, "t-shirt") as pilot:
        await press(pilot, "2")
        elsewhere("t-shirt", price=Decimal(19), vat_rate=Decimal("8.1"))
        await write(pilot, "30\r")
        await press(pilot, "enter")
        told = words(pilot)
        assert "T-Shirt was changed by somebody else meanwhile: look at it again." in told
        assert "Now: price 25.00 -> 19.00; VAT rate none -> 8.1." in told
        assert "Not written: price 25.00 -> 30.00." in told
        await press(pilot, "enter")
        assert "Price 19.00 USD" in words(pilot)
        assert called(lead, "t-shirt").values.price == 19
        await answer(pilot, "Price", "30")
        await press(pilot, "enter")
        assert "[OK] T-Shirt: price 19.00 -> 30.00." in shown(pilot)


async def test_a_product_that_is_deleted_meanwhile_is_left(lead: Desk) -> None:
    async with at_products(lead) as pilot:
        await write(pilot, "patron\r")
        await press(pilot, "1")
        other = make_desk("demo", "lead", "desk-9")
        editing.delete(other, called(other, "patron"))
        await write(pilot, "Matron\r")
        assert isinstance(pilot.app.screen, ProductsScreen)
        assert "It was deleted meanwhile." in shown(pilot)


async def test_the_open_cart_of_another_desk_sees_it_with_its_next_key(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "7")
        assert "Enter card 25.00" in shown(pilot)
        elsewhere("t-shirt", price=Decimal(20))
        elsewhere("lunch", price=Decimal(16))
        await press(pilot, "7")
        assert "Enter card 40.00" in shown(pilot)
        assert "25.00" not in shown(pilot)
        assert "Lunch 16.00" in words(pilot)


async def test_a_product_that_is_hidden_keeps_its_place_beside_an_open_cart(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "7")
        elsewhere("corporate", is_active=False)
        await press(pilot, "7")
        assert "Enter card 50.00" in shown(pilot)
        assert "Corporate" in row(pilot, 6)
        assert "withdrawn" in row(pilot, 6)
        await press(pilot, "7")
        assert "Enter card 75.00" in shown(pilot)


# Who may not


async def test_who_may_not_is_told_who_may(bench: Bench) -> None:
    async with station(bench) as pilot:
        await typed(pilot, "/products", "[X] Tilda Trainee may not change what is on sale. Ask Lena Lead.")
        await press(pilot, "f1")
        assert "Change what is sold, its price or its stock: only for a supervisor." in shown(pilot)


async def test_a_supervisor_comes_from_home(bench: Bench) -> None:
    async with station(bench, staff="lead", secret="demo") as pilot:
        await write(pilot, "/products\r")
        assert isinstance(pilot.app.screen, ProductsScreen)
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, ProductScreen)
        await scan(pilot, "NOOR2026")
        assert "Noor Lindqvist" in row(pilot, 4)


async def test_on_the_web_sites_database_it_is_read_alone(python2077: str) -> None:  # noqa: ARG001  # opens it
    desk = make_desk("python-2077", "admin")
    assert editing.why_fixed(desk) is not None
    before = editing.products(desk)
    async with at_products(desk) as pilot:
        assert "is kept on its web site: change it there." in row(pilot, 2)
        assert before[0].values.name in words(pilot)
        assert "F6" not in bar(pilot)
        assert "/add" not in shown(pilot)
        await press(pilot, "plus")
        assert "does nothing here" in row(pilot, 2)
        await write(pilot, "/add\r")
        assert "/add does nothing here" in row(pilot, 2)
        await write(pilot, "+20\r")
        await press(pilot, "escape", "enter")
        assert isinstance(pilot.app.screen, ProductScreen)
        await press(pilot, "1", "f6", "plus", "enter")
        assert isinstance(pilot.app.screen, ProductScreen)
        await press(pilot, "escape", "escape")
    assert editing.products(desk) == before
