from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, AddOnPrerequisite, TicketType
from tui_pos.desk.catalogue.inventory import InventoryItem, catalogue, inventory
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted, because


def by_slug(products: tuple[InventoryItem, ...]) -> dict[str, InventoryItem]:
    return {product.slug: product for product in products}


def key(product: InventoryItem) -> str:
    assert product.reason is not None
    return product.reason.key


def test_the_inventory_is_what_is_active_and_on_sale(desk: Desk) -> None:
    products = inventory(desk)
    slugs = [product.slug for product in products]
    assert slugs[:7] == ["regular", "corporate", "day-pass", "online", "student", "speaker", "tutorial-pass"]
    assert {"early-bird", "next-year", "patron", "museum-night", "boat-trip", "poster"}.isdisjoint(slugs)
    assert [product.kind for product in products] == sorted(
        (product.kind for product in products), key=lambda kind: kind != ProductKind.TICKET
    )
    regular = by_slug(products)["regular"]
    assert (regular.name, regular.price, regular.requires_voucher) == ("Regular", Decimal("349.00"), False)
    assert by_slug(products)["student"].requires_voucher


def test_the_catalogue_says_why_not(desk: Desk) -> None:
    products = by_slug(catalogue(desk))
    assert {slug: key(product) for slug, product in products.items() if not product.sellable} == {
        "tutorial-pass": "shelf.sold_out",
        "early-bird": "shelf.over",
        "next-year": "shelf.yet",
        "patron": "shelf.inactive",
        "mug": "shelf.sold_out",
        "museum-night": "shelf.yet",
        "boat-trip": "shelf.over",
        "poster": "shelf.inactive",
    }
    needing = {
        slug: str(product.reason) for slug, product in products.items() if product.sellable and product.reason
    }
    assert needing == {
        "student": "shelf.voucher",
        "speaker": "shelf.voucher",
        "workshop-50-off": "shelf.ticket tickets=('Regular', 'Corporate', 'Student', 'Speaker')",
        "tutorial-async": "shelf.ticket tickets=('Regular', 'Corporate', 'Student', 'Speaker')",
    }


def test_what_can_be_sold_comes_first(desk: Desk) -> None:
    sellable = [product.sellable for product in catalogue(desk)]
    assert sellable == sorted(sellable, reverse=True)
    with connected():
        assert len(sellable) == TicketType.select().count() + AddOn.select().count()


def test_one_needed_ticket_is_named_alone(desk: Desk) -> None:
    with connected():
        addon = AddOn.get(AddOn.slug == "lunch")
        AddOnPrerequisite.create(addon=addon, tickettype=TicketType.get(TicketType.slug == "patron"))
    assert by_slug(catalogue(desk))["lunch"].reason == because(
        "shelf.ticket", tickets=("Patron (withdrawn)",)
    )


def test_a_sold_out_product_stays_in_the_inventory_with_nothing_left(desk: Desk) -> None:
    assert by_slug(inventory(desk))["mug"].remaining == 0
    assert by_slug(inventory(desk))["t-shirt"].remaining is None


def test_a_full_venue_sells_no_ticket_but_shirts(desk: Desk) -> None:
    with connected():
        Conference.update(total_capacity=1).where(Conference.slug == "demo").execute()
    products = by_slug(catalogue(desk))
    assert (products["regular"].sellable, key(products["regular"])) == (False, "shelf.venue_full")
    assert products["t-shirt"].sellable
    assert key(products["tutorial-pass"]) == "shelf.sold_out"


def test_a_venue_without_capacity_is_never_full(desk: Desk) -> None:
    with connected():
        Conference.update(total_capacity=0).where(Conference.slug == "demo").execute()
    assert by_slug(catalogue(desk))["regular"].sellable


def test_the_window_includes_both_its_ends(desk: Desk, frozen_clock: FrozenClock) -> None:
    ends = clock.now() + timedelta(minutes=1)
    with connected():
        TicketType.update(available_from=clock.now(), available_until=ends).where(
            TicketType.slug == "online"
        ).execute()
    assert "online" in by_slug(inventory(desk))
    frozen_clock.advance(60)
    assert "online" in by_slug(inventory(desk))
    frozen_clock.advance(0.000001)
    assert "online" not in by_slug(inventory(desk))


def test_django_programs_own_products(desk2077: Desk) -> None:
    products = by_slug(inventory(desk2077))
    assert "early-bird" not in products
    assert products["individual"].remaining == 2500 - 30
    assert products["tutorial-intro-to-django"].remaining == 40 - 25
    assert products["lunch"].remaining is None


def test_three_statements_for_any_number_of_products(desk: Desk) -> None:
    with connected():
        regular = TicketType.get(TicketType.slug == "regular")
        for number in range(60):
            TicketType.create(
                conference=desk.conference.id,
                name=f"T{number}",
                slug=f"t{number}",
                price=Decimal("1.00"),
                total_quantity=5,
            )
            addon = AddOn.create(
                conference=desk.conference.id,
                name=f"A{number}",
                slug=f"a{number}",
                price=Decimal("1.00"),
                total_quantity=5,
            )
            AddOnPrerequisite.create(addon=addon, tickettype=regular)
    for ask in (inventory, catalogue):
        with statements() as seen:
            assert len(ask(desk)) > 120
        assert len(seen) <= 3


def test_a_conference_that_sells_nothing(desk: Desk) -> None:
    with connected():
        day = clock.now().date()
        empty = Conference.create(name="Empty", slug="empty", start_date=day, end_date=day)
    there = replace(desk, conference=replace(desk.conference, id=empty.id))
    assert inventory(there) == catalogue(there) == ()


def test_only_staff_see_it(desk: Desk, as_staff: AsStaff) -> None:
    assert inventory(as_staff(desk, "scanner"))
    with pytest.raises(NotPermitted):
        inventory(as_staff(desk, "visitor"))
