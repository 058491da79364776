"""The demonstration conference: complete, repeatable, and of an age that does not show."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from peewee import IntegrityError

from tests.fixtures.databases import FROZEN_NOW
from tui_pos.data.connection import connected
from tui_pos.data.demo import catalogue, create_demo, people
from tui_pos.data.tables import SHOP
from tui_pos.data.tables.auth import GroupPermission, User, UserGroup
from tui_pos.data.tables.conditions import ADDON_SCOPES, GROUPS_OF_CONDITION, TICKET_SCOPES, Discount
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    AddOn,
    Attendee,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentStatus,
    ProductRedemption,
    TicketType,
)

pytestmark = pytest.mark.usefixtures("shop")


def rows() -> dict[str, int]:
    """How many rows each table holds."""
    with connected():
        return {table.__name__: table.select().count() for table in SHOP}


def test_making_it_twice_changes_nothing() -> None:
    before = rows()
    create_demo(FROZEN_NOW + timedelta(days=2))
    assert rows() == before
    with connected():
        assert Conference.get().start_date == (FROZEN_NOW - timedelta(days=1)).date()


def test_a_conference_that_is_over_moves_to_today() -> None:
    before = rows()
    later = FROZEN_NOW + timedelta(days=400)
    create_demo(later)
    assert rows() == before
    with connected():
        conference = Conference.get()
    assert conference.start_date < later.date() < conference.end_date


def test_a_failure_on_the_way_leaves_nothing_behind() -> None:
    with connected():
        Conference.update(slug="another").execute()
    before = rows()
    with pytest.raises(IntegrityError):
        create_demo(FROZEN_NOW)  # its groups and users exist already
    assert rows() == before


def test_every_order_adds_up() -> None:
    with connected():
        orders = list(Order.select())
        lines = list(OrderLine.select())
        payments = list(Payment.select().where(Payment.status == PaymentStatus.SUCCEEDED))
    assert len(orders) > 35
    for order in orders:
        mine = [line for line in lines if line.order_id == order.id]
        assert order.subtotal == sum(line.unit_price * line.quantity for line in mine)
        assert order.total == sum(line.line_total for line in mine) == order.subtotal - order.discount_amount
        paid = sum(payment.amount for payment in payments if payment.order_id == order.id)
        assert (paid == order.total) == (order.status in PAID_STATUSES), order.reference
        assert paid <= order.total


def test_every_state_of_an_order_and_of_an_attendee_is_there() -> None:
    with connected():
        states = Counter(order.status for order in Order.select())
        badges = {attendee.access_code: attendee for attendee in Attendee.select()}
        inactive = User.select().where(~User.is_active).count()
        handed_out = ProductRedemption.select().count()
    assert states.keys() == set(OrderStatus)
    assert len(badges) == len(people.PEOPLE) == 40
    assert all(len(code) == 8 and code.isalnum() and code.isupper() for code in badges)
    assert badges["ZARA2026"].order_id is None
    assert badges["TOMA2026"].checked_in_at is not None
    assert (inactive, handed_out) == (1, 2)


def test_one_hold_lives_and_one_has_run_out() -> None:
    with connected():
        pending = list(Order.select().where(Order.status == OrderStatus.PENDING))
    holds = [order.hold_expires_at for order in pending if order.hold_expires_at]
    assert any(hold < FROZEN_NOW for hold in holds)
    assert any(hold > FROZEN_NOW + timedelta(days=365) for hold in holds)


def test_exactly_the_products_that_say_so_are_sold_out() -> None:
    with connected():
        sold: Counter[str] = Counter()
        for line in OrderLine.select().join(Order).where(Order.status.in_(PAID_STATUSES)):
            sold[line.description] += line.quantity
        products: list[TicketType | AddOn] = [*TicketType.select(), *AddOn.select()]
        full = {p.name for p in products if p.total_quantity and sold[p.name] >= p.total_quantity}
    assert full == {"Tutorial Pass (sold out)", "Mug (sold out)"}


def test_the_shirt_costs_what_its_label_says() -> None:
    with connected():
        shirt = AddOn.get(AddOn.slug == "t-shirt")
        assert (shirt.price, shirt.is_active, shirt.available_until) == (Decimal("25.00"), True, None)
        for kind, scope in ADDON_SCOPES.items():
            for condition in kind.select().where(kind.is_active):
                assert isinstance(condition, Discount)
                owner, product = getattr(scope, scope.owner_name), getattr(scope, scope.target_name)
                chosen = [getattr(row, product.name).slug for row in scope.select().where(owner == condition)]
                assert chosen, "an empty list means every add-on"
                assert "t-shirt" not in chosen
                tickets = TICKET_SCOPES[kind]
                assert tickets.select().where(getattr(tickets, tickets.owner_name) == condition).count()


def test_only_volunteers_are_in_the_group_that_has_a_discount() -> None:
    with connected():
        links = GROUPS_OF_CONDITION
        (link,) = links.select()
        condition, group = getattr(link, links.owner_name), getattr(link, links.target_name)
        members = {row.user.first_name for row in UserGroup.select().where(UserGroup.group == group)}
        assert (condition.name, group.name) == ("Volunteers", catalogue.VOLUNTEERS)
    assert members == {person.first for person in people.PEOPLE if person.volunteer} != set()


def test_staff_have_the_rights_that_their_names_promise() -> None:
    def codenames(username: str) -> set[str]:
        groups = [row.group_id for row in UserGroup.select().join(User).where(User.username == username)]
        granted = GroupPermission.select().where(GroupPermission.group.in_(groups))
        return {row.permission.codename for row in granted}

    with connected():
        assert codenames("trainee") == {"use_terminal", "view_checkin"}
        assert codenames("scanner") == {"view_checkin"}
        assert codenames("lead") == codenames("visitor") == set()
        assert [user.username for user in User.select().where(User.is_superuser)] == ["lead"]
        stored = User.get(User.username == "trainee").password
    assert stored == "pbkdf2_sha256$1000$demonstration$SSI1tnPkSe/ey5Nw+jXKapu3NNmbg8eLnQOhHj8ZBVc="


def test_hostile_names_are_stored_as_they_are() -> None:
    with connected():
        names = {addon.name for addon in AddOn.select()}
        assert {"Workshop: 50% [/off] your build time", "Chef's Dinner", "Café Crème Tasting"} <= names
        assert User.select().where(User.first_name == "[bold]Mark[/]").count() == 1
    assert catalogue.PREREQUISITES.keys() <= catalogue.ADDONS.keys()
