"""Products are changed while desks sell: what was sold stays sold, and every desk sees the new price."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.rows import order_of
from tests.desk.selling import at, everything, items
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.base import Table, database
from tui_pos.data.connection import connected
from tui_pos.data.tables.conditions import ADDON_SCOPES, ENABLING_TICKETS, TICKET_SCOPES, Link
from tui_pos.data.tables.desk import AuditAction, AuditEntry
from tui_pos.data.tables.products import ProductDetail
from tui_pos.data.tables.registration import (
    AddOn,
    AddOnPrerequisite,
    CartItem,
    OrderLine,
    VoucherAddOn,
    VoucherTicketType,
)
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.catalogue import editing, product_codes
from tui_pos.desk.catalogue.inventory import InventoryItem, catalogue
from tui_pos.desk.catalogue.managed_products import ManagedProduct, ProductValues, moment_of, said_of, slug_of
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused
from tui_pos.ui.messages import sentence

D = Decimal
TICKET, ADDON = ProductKind.TICKET, ProductKind.ADDON


def called(desk: Desk, slug: str) -> ManagedProduct:
    return next(each for each in editing.products(desk) if each.values.slug == slug)


def sold_at(desk: Desk, slug: str) -> InventoryItem:
    """What another desk shows of it."""
    return next(each for each in catalogue(at(desk, "desk-9")) if each.slug == slug)


def changed(desk: Desk, slug: str, /, **values: object) -> ManagedProduct:
    seen = called(desk, slug)
    return editing.change(desk, seen, replace(seen.values, **values))  # type: ignore[arg-type]


def audited() -> list[str]:
    with connected():
        entries = AuditEntry.select().where(AuditEntry.what == AuditAction.CATALOGUE).order_by(AuditEntry.id)
        return [entry.text for entry in entries]


def test_a_new_product_is_on_sale_at_every_desk(manager: Desk) -> None:
    values = ProductValues(
        name="Socks", slug="socks", price=D("9.50"), total_quantity=40, codes=("4006381333931",), order=3,
        requires=("regular", "corporate"), vat_rate=D("8.1"), description="Woollen", limit_per_user=None,
    )  # fmt: skip
    made = editing.add(manager, ADDON, values)
    assert made.values == replace(values, codes=("04006381333931",), requires=("corporate", "regular"))
    assert (made.sold, made.was_sold) == (0, False)
    there = sold_at(manager, "socks")
    assert (there.price, there.remaining, there.sellable) == (D("9.50"), 40, True)
    assert there.reason is not None
    assert sentence(there.reason) == "needs a ticket: Regular or Corporate"
    assert called(manager, "socks") == made
    assert audited() == ["addon:socks added"]


def test_a_ticket_has_what_tickets_have(manager: Desk) -> None:
    opens, closes = clock.now() + timedelta(days=1), clock.now() + timedelta(days=2)
    values = ProductValues(
        name="Late", slug="late", price=D(400), limit_per_user=2, requires_voucher=True,
        available_from=opens, available_until=closes, is_active=False,
    )  # fmt: skip
    made = editing.add(manager, TICKET, values)
    assert made.values == values
    assert editing.show(manager, made, shown=True).values == replace(values, is_active=True)


def test_unpaid_orders_keep_their_prices_and_open_carts_are_priced_anew(manager: Desk) -> None:
    ordered = checkout.sell(manager, items("t-shirt*2"), name="Ann")
    sale = cart.add(manager, cart.start(manager).sale_id, "t-shirt")
    assert sale.total == D(25)
    changed(manager, "t-shirt", price=D("19.90"))
    with connected():
        line = OrderLine.get(OrderLine.order == ordered.id)
    assert (line.unit_price, line.line_total) == (D(25), D(50))
    assert checkout.cancel_order(manager, ordered.reference).total == D(50)
    assert sold_at(manager, "t-shirt").price == D("19.90")
    assert cart.view(manager, sale.sale_id).total == D("19.90")
    with pytest.raises(Refused, match="price_changed"):
        checkout.place(manager, sale.sale_id, shown_total=sale.total)
    assert checkout.place(manager, sale.sale_id, shown_total=D("19.90")).total == D("19.90")
    assert audited() == ["addon:t-shirt price 25.00 -> 19.90"]


@pytest.mark.parametrize("status", ["paid", "pending", "cancelled", "refunded"])
def test_what_was_ever_sold_is_hidden_and_never_deleted(manager: Desk, status: str) -> None:
    order_of(manager, "NOOR2026", "0.00", "sprint-breakfast", status=status)
    seen = called(manager, "sprint-breakfast")
    assert seen.was_sold
    with pytest.raises(Refused, match="product_sold"):
        editing.delete(manager, seen)
    hidden = editing.show(manager, seen, shown=False)
    assert not hidden.values.is_active
    assert not sold_at(manager, "sprint-breakfast").sellable


def test_what_nobody_bought_is_deleted_with_all_that_belongs_to_it(manager: Desk) -> None:
    made = editing.add(
        manager,
        ADDON,
        ProductValues(
            name="Socks", slug="socks", price=D(9), codes=("SOCKS1",), vat_rate=D(8), requires=("regular",)
        ),
    )
    sale = cart.add(manager, cart.start(manager).sale_id, "socks")
    editing.delete(manager, made)
    assert cart.view(manager, sale.sale_id).lines == ()
    assert product_codes.known(manager) == ()
    with connected():
        assert not AddOn.select().where(AddOn.slug == "socks").exists()
        assert not ProductDetail.select().exists()
        assert not CartItem.select().where(CartItem.addon == made.id).exists()
    assert audited() == ["addon:socks added", "addon:socks deleted"]
    with pytest.raises(NotFound):
        editing.delete(manager, made)


def limited_to(product: ManagedProduct) -> list[tuple[type[Link] | type[Table], dict[str, int]]]:
    """A row of each table by which something can be limited to a product."""
    target = {TICKET: "tickettype", ADDON: "addon"}[product.kind]
    scopes: list[type[Link]] = list({TICKET: TICKET_SCOPES, ADDON: ADDON_SCOPES}[product.kind].values())
    owners = [(table, table.owner_name) for table in scopes]
    voucher = (VoucherTicketType if product.kind is TICKET else VoucherAddOn, "voucher")
    more = [(ENABLING_TICKETS, ENABLING_TICKETS.owner_name), (AddOnPrerequisite, "addon")]
    tables = [*owners, voucher, *(more if product.kind is TICKET else ())]
    return [(table, {target: product.id, owner: 1}) for table, owner in tables]


@pytest.mark.parametrize("kind", [TICKET, ADDON])
def test_what_something_is_limited_to_is_not_deleted(manager: Desk, kind: ProductKind) -> None:
    """Without the product the voucher, discount or add-on would be for everybody and everything."""
    made = editing.add(manager, kind, ProductValues(name="New", slug="new", price=D(5)))
    for table, columns in limited_to(made):
        with connected(), database.atomic() as transaction:
            table.create(**columns)
            with pytest.raises(Refused, match="product_in_use"):
                editing.delete(manager, made)
            transaction.rollback()
    editing.delete(manager, made)


def test_stock_below_what_is_sold_or_held_is_told_with_the_figure(manager: Desk) -> None:
    checkout.sell(manager, items("hoodie*3"), name="Ann")
    seen = called(manager, "hoodie")
    fewer = replace(seen.values, total_quantity=seen.sold - 1)
    with pytest.raises(Refused) as caught:
        editing.change(manager, seen, fewer)
    assert caught.value.values["sold"] == seen.sold
    assert str(seen.sold) in sentence(caught.value)
    with pytest.raises(Refused, match="stock_below_sold"):
        editing.restock(manager, seen, -11)
    after = editing.change(manager, seen, fewer, accept_less=True)
    assert sold_at(manager, "hoodie").remaining == 0
    renamed = editing.change(manager, after, replace(after.values, name="Warm Hoodie"))
    assert renamed.values.total_quantity == seen.sold - 1
    assert called(manager, "hoodie").sold == seen.sold


def test_what_two_desks_add_is_added_up(manager: Desk) -> None:
    seen = called(manager, "lunch")
    editing.restock(manager, seen, 10)
    after = editing.restock(at(manager, "desk-9"), seen, 5)
    assert after.values.total_quantity == (seen.values.total_quantity or 0) + 15
    with pytest.raises(Refused, match="stock_unlimited"):
        editing.restock(manager, called(manager, "t-shirt"), 5)


@pytest.mark.parametrize(
    "other",
    [
        lambda desk: changed(desk, "lunch", price=D(14)),
        lambda desk: changed(desk, "lunch", codes=("LUNCH1",)),
        lambda desk: changed(desk, "lunch", requires=("regular",)),
        lambda desk: changed(desk, "lunch", vat_rate=D("2.6")),
        lambda desk: editing.restock(desk, called(desk, "lunch"), 1),
    ],
)
def test_who_comes_second_is_told(manager: Desk, other: Callable[[Desk], object]) -> None:
    """The clock of the test stands still, so nothing but what was changed tells of the change."""
    seen = called(manager, "lunch")
    other(at(manager, "desk-9"))
    before = everything()
    with pytest.raises(Refused, match="product_changed"):
        editing.change(manager, seen, replace(seen.values, name="Dinner"))
    with pytest.raises(Refused, match="product_changed"):
        editing.delete(manager, seen)
    assert everything() == before


def test_of_two_at_once_one_is_told(manager: Desk) -> None:
    seen = called(manager, "lunch")
    together = Barrier(2)

    def reprice(price: int) -> str:
        together.wait(timeout=30)
        try:
            editing.change(manager, seen, replace(seen.values, price=D(price)))
        except Refused as error:
            return error.code
        return "changed"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(reprice, (13, 14))) == ["changed", "product_changed"]
    assert len(audited()) == 1


def test_what_was_changed_back_is_told_by_its_time(manager: Desk, frozen_clock: FrozenClock) -> None:
    seen = called(manager, "lunch")
    frozen_clock.advance(1)
    changed(manager, "lunch", price=D(14))
    changed(manager, "lunch", price=seen.values.price)
    with pytest.raises(Refused, match="product_changed"):
        editing.change(manager, seen, replace(seen.values, name="Dinner"))


def test_the_same_values_change_nothing(manager: Desk) -> None:
    seen, before = called(manager, "workshop-50-off"), everything()
    assert editing.change(manager, seen, seen.values) == seen
    assert everything() == before


LONG = "x" * 201


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"name": ""}, "invalid_product.name"),
        ({"name": "\x1b[31m"}, "invalid_product.name"),
        ({"name": LONG}, "invalid_product.name"),
        ({"slug": ""}, "invalid_product.slug"),
        ({"slug": "a b"}, "invalid_product.slug"),
        ({"slug": LONG}, "invalid_product.slug"),
        ({"price": D(-1)}, "invalid_product.price"),
        ({"price": D("0.001")}, "invalid_product.price"),
        ({"price": D("1e30")}, "invalid_product.price"),
        ({"price": D("NaN")}, "invalid_product.price"),
        ({"total_quantity": 0}, "invalid_product.number"),
        ({"total_quantity": 2**31}, "invalid_product.number"),
        ({"limit_per_user": -1}, "invalid_product.number"),
        ({"order": -1}, "invalid_product.order"),
        ({"vat_rate": D(100)}, "invalid_product.vat"),
        ({"vat_rate": D("Infinity")}, "invalid_product.vat"),
        ({"size": "x" * 51}, "invalid_product.size"),
        ({"codes": ("a b",)}, "invalid_product_code"),
        ({"codes": ("NOOR2026",)}, "product_code_taken.badge"),
        ({"codes": ("hoodie",)}, "product_code_taken.slug"),
        ({"slug": "corporate"}, "slug_taken"),
        (
            {"available_from": datetime.fromisoformat("2027-05-02T00:00Z"),
             "available_until": datetime.fromisoformat("2027-05-01T00:00Z")},
            "invalid_product.window",
        ),
    ],
)  # fmt: skip
def test_bad_values_are_refused_and_nothing_is_written(
    manager: Desk, values: dict[str, object], key: str
) -> None:
    before = everything()
    with pytest.raises((InvalidInput, Refused)) as caught:
        changed(manager, "regular", **values)
    assert caught.value.reason.key == key
    assert sentence(caught.value).endswith(".")
    assert everything() == before


def test_a_slug_that_is_anothers_code_and_a_ticket_that_is_not_there_are_refused(manager: Desk) -> None:
    product_codes.add(manager, "t-shirt", "SHIRT-M")
    with pytest.raises(Refused, match="slug_taken"):
        changed(manager, "hoodie", slug="shirt-m")
    assert changed(manager, "t-shirt", slug="shirt-m").values.slug == "shirt-m"
    with pytest.raises(InvalidInput, match="invalid_product"):
        changed(manager, "hoodie", requires=("hoodie",))


def test_a_currency_without_cents_takes_whole_prices(manager: Desk) -> None:
    yen = replace(manager, conference=replace(manager.conference, currency="JPY"))
    with pytest.raises(InvalidInput) as caught:
        changed(yen, "lunch", price=D("10.50"))
    assert sentence(caught.value) == "The price must be an amount from 0 to 99,999,999.99 in steps of 1 JPY."
    assert changed(yen, "lunch", price=D(1050)).values.price == 1050


def test_what_is_wrong_already_does_not_keep_a_product_on_sale(manager: Desk) -> None:
    """As after the currency was changed to one without cents."""
    yen = replace(manager, conference=replace(manager.conference, currency="JPY"))
    seen = called(yen, "cafe-creme")
    assert seen.values.price == D("7.50")
    assert not editing.show(yen, seen, shown=False).values.is_active


@pytest.mark.parametrize("staff", ["trainee", "scanner"])
def test_it_needs_the_right_to_manage(manager: Desk, as_staff: AsStaff, staff: str) -> None:
    seen, before = called(manager, "lunch"), everything()
    desk = as_staff(manager, staff)
    for act in (
        lambda: editing.products(desk),
        lambda: editing.add(desk, ADDON, replace(seen.values, slug="other")),
        lambda: editing.change(desk, seen, replace(seen.values, price=D(1))),
        lambda: editing.show(desk, seen, shown=False),
        lambda: editing.restock(desk, seen, 1),
        lambda: editing.delete(desk, seen),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert everything() == before


def test_the_web_sites_catalogue_is_left_to_it(desk2077: Desk) -> None:
    desk = desk2077
    before = everything()
    seen = editing.products(desk)[-1]
    assert editing.why_fixed(desk) is not None
    for act in (
        lambda: editing.add(desk, ADDON, replace(seen.values, slug="other")),
        lambda: editing.change(desk, seen, replace(seen.values, price=D(1))),
        lambda: editing.show(desk, seen, shown=False),
        lambda: editing.restock(desk, seen, 1),
        lambda: editing.delete(desk, seen),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == "catalogue_of_web_site"
    assert everything() == before


def test_there_is_nothing_against_changing_an_own_catalogue(manager: Desk) -> None:
    assert editing.why_fixed(manager) is None


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("T-Shirt", "t-shirt"),
        ("  Café & Crème (2) ", "café-crème-2"),
        ("a -- b", "a-b"),
        ("東京", "東京"),
        ("!?", ""),
    ],
)
def test_a_slug_is_made_as_django_program_makes_it(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    ("said", "closes", "moment"),
    [
        (date(2027, 5, 14), False, "2027-05-13T22:00:00+00:00"),
        (date(2027, 5, 14), True, "2027-05-14T21:59:59+00:00"),
        (datetime(2027, 5, 14, 18, 30), True, "2027-05-14T16:30:00+00:00"),
        (datetime.fromisoformat("2027-10-31T02:30:00+01:00"), False, "2027-10-31T01:30:00+00:00"),
    ],
)
def test_a_day_and_a_time_are_of_the_conferences_zone(said: date, closes: bool, moment: str) -> None:
    found = moment_of(said, "Europe/Prague", closes=closes)
    assert found == datetime.fromisoformat(moment)
    assert said_of(found, "Europe/Prague", closes=closes) == said
