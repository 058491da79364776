"""Whose each ticket is, asked before it is paid; a name stays with its ticket and makes one attendee."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.desk.checkin.test_guest_tickets import admitted_by
from tests.desk.conftest import AsStaff
from tests.desk.selling import at, everything, items
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.registration import Attendee, CartItem, Order, Payment, TicketType
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.carts.holders import Holder, TicketName, name_ticket, ticket_names
from tui_pos.desk.carts.put_away import discard
from tui_pos.desk.checkin.guest_tickets import register_companion, unnamed_tickets
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refusal, Refused
from tui_pos.desk.orders import orders
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.tendering import complete

D = Decimal
ZWJ_NAME = "\u0915\u094d\u200d\u0937 Devi"


def filled(desk: Desk, wanted: str, badge: str | None = None, **who: str) -> int:
    """A cart that is still being filled."""
    sale = cart.start(desk, attendee_code=badge, **who).sale_id
    for slug, quantity in items(wanted):
        cart.add(desk, sale, slug, quantity)
    return sale


def sold(desk: Desk, sale: int) -> str:
    """The order of the cart, paid."""
    placed = checkout.place(desk, sale)
    if placed.due:
        take_cash(desk, placed.reference, placed.due)
    return placed.reference


def shown(names: tuple[TicketName, ...]) -> list[tuple[int, str, str]]:
    return [(each.position, each.slug, each.name) for each in names]


def test_the_first_ticket_is_the_strangers_and_the_others_are_asked_for(desk: Desk) -> None:
    sale = filled(desk, "t-shirt*2 day-pass*2 regular")
    assert shown(ticket_names(desk, sale)) == [(1, "day-pass", ""), (2, "day-pass", ""), (3, "regular", "")]
    name_ticket(desk, sale, 3, "Mary", "mary@example.org")
    name_ticket(desk, sale, 1, "Ada Byron", "ada@example.org")
    assert cart.view(desk, sale).buyer_name == "Ada Byron"
    names = name_ticket(desk, sale, 2, ZWJ_NAME)
    assert [each.name for each in names] == ["Ada Byron", ZWJ_NAME, "Mary"]
    assert [(each.is_buyers, each.is_fixed) for each in names] == [(True, False), *[(False, False)] * 2]
    reference = sold(desk, sale)
    assert admitted_by(reference) == ["Ada Byron", ZWJ_NAME, "Mary"]
    assert unnamed_tickets(desk, reference) == 0
    with connected():
        order = Order.get(Order.reference == reference)
        assert [row.email for row in User.select().join(Attendee).where(Attendee.order == order)] == [
            "ada@example.org",
            "",
            "mary@example.org",
        ]
        assert order.billing_name == "Ada Byron"
    assert [each.name for each in ticket_names(desk, sale)] == ["Ada Byron", ZWJ_NAME, "Mary"]


def test_who_was_skipped_has_no_badge_and_nobody_is_made_twice(desk: Desk) -> None:
    sale = filled(desk, "day-pass*3", name="Ada Byron")
    name_ticket(desk, sale, 2, "Mary")
    name_ticket(desk, sale, 3, "Percy")
    name_ticket(desk, sale, 3, "")
    reference = sold(desk, sale)
    assert admitted_by(reference) == ["Ada Byron", "Mary"]
    assert unnamed_tickets(desk, reference) == 1
    before = everything()
    with connected():
        order = Order.get(Order.reference == reference)
        run_tx(lambda: orders.finish_if_paid(order, order.updated_at))
        run_tx(lambda: orders.complete_paid(order, order.updated_at))
    after = everything()
    assert (after["Attendee"], after["TicketName"]) == (before["Attendee"], before["TicketName"])


def test_a_name_stays_with_its_ticket_when_the_cart_changes(desk: Desk) -> None:
    sale = filled(desk, "day-pass*2 regular", "NOOR2026")
    name_ticket(desk, sale, 1, "Ada")
    name_ticket(desk, sale, 2, "Percy")
    name_ticket(desk, sale, 3, "Mary")
    cart.set_quantity(desk, sale, "day-pass", 1)
    assert shown(ticket_names(desk, sale)) == [(1, "day-pass", "Ada"), (2, "regular", "Mary")]
    cart.remove(desk, sale, "day-pass")
    assert shown(ticket_names(desk, sale)) == [(1, "regular", "Mary")]
    assert admitted_by(sold(desk, sale)) == ["Mary"]


def test_a_name_on_what_became_the_strangers_own_ticket_takes_nobody_elses(desk: Desk) -> None:
    sale = filled(desk, "day-pass regular*2", name="Anna")
    name_ticket(desk, sale, 2, "Bob")
    name_ticket(desk, sale, 3, "Carol")
    cart.remove(desk, sale, "day-pass")
    told = [each.name for each in ticket_names(desk, sale)]
    assert told == ["Anna", "Carol"]
    reference = sold(desk, sale)
    assert admitted_by(reference) == told
    assert [each.name for each in ticket_names(desk, sale)] == told


def test_a_name_comes_back_with_the_ticket_that_it_was_given_to(desk: Desk) -> None:
    sale = filled(desk, "day-pass regular*2", "ZARA2026")
    name_ticket(desk, sale, 2, "Bob")
    name_ticket(desk, sale, 3, "Carol")
    cart.remove(desk, sale, "day-pass")
    assert [each.name for each in ticket_names(desk, sale)] == ["Zara Nowak", "Carol"]
    cart.add(desk, sale, "day-pass")
    told = ticket_names(desk, sale)
    assert [each.name for each in told] == ["Zara Nowak", "Carol", ""]
    assert sorted(admitted_by(sold(desk, sale))) == ["Carol", "Zara Nowak"]


def test_the_names_of_tickets_that_are_in_the_cart_count(desk: Desk) -> None:
    sale = filled(desk, "day-pass*2 regular", "NOOR2026")
    for position, name in enumerate(("Ada", "Percy", "Mary"), start=1):
        name_ticket(desk, sale, position, name)
    cart.set_quantity(desk, sale, "day-pass", 1)
    assert admitted_by(sold(desk, sale)) == ["Ada", "Mary"]


def test_a_ticket_that_got_another_holder_meanwhile_is_not_given_twice(desk: Desk) -> None:
    """The web site's manage page completes an order, and makes no attendee."""
    sale = filled(desk, "day-pass", "NOOR2026")
    name_ticket(desk, sale, 1, "Mary")
    placed = checkout.place(desk, sale)
    with connected():
        Payment.create(order=placed.id, method="manual", status="succeeded", amount=placed.total)
        Order.update(status="paid").where(Order.id == placed.id).execute()
    register_companion(desk, placed.reference, "Percy")
    with connected():
        order = Order.get_by_id(placed.id)
        run_tx(lambda: orders.complete_paid(order, order.updated_at))
    assert admitted_by(placed.reference) == ["Percy"]


def test_an_order_that_the_web_site_completed_waits_for_those_who_were_named(desk: Desk) -> None:
    """Its buyer has a ticket already: nothing but the names is left to do."""
    sale = filled(desk, "day-pass*2", "NOOR2026")
    name_ticket(desk, sale, 2, "Mary")
    placed = checkout.place(desk, sale)
    with connected():
        Payment.create(order=placed.id, method="manual", status="succeeded", amount=placed.total)
        Order.update(status="paid", hold_expires_at=None).where(Order.id == placed.id).execute()
        assert orders.is_incomplete(placed.id)
    complete(desk, placed.reference)
    assert admitted_by(placed.reference) == ["Mary"]
    with connected():
        assert not orders.is_incomplete(placed.id)


def test_a_name_that_no_ticket_is_left_for_keeps_no_order_incomplete(desk: Desk) -> None:
    sale = filled(desk, "day-pass", "NOOR2026")
    name_ticket(desk, sale, 1, "Mary")
    placed = checkout.place(desk, sale)
    with connected():
        Payment.create(order=placed.id, method="manual", status="succeeded", amount=placed.total)
        Order.update(status="paid", hold_expires_at=None).where(Order.id == placed.id).execute()
    register_companion(desk, placed.reference, "Percy")
    with connected():
        assert not orders.is_incomplete(placed.id)


@pytest.mark.parametrize("give_up", [cart.abandon, discard])
def test_the_names_of_a_sale_that_was_given_up_are_deleted(
    desk: Desk, give_up: Callable[[Desk, int], object]
) -> None:
    kept, gone = (filled(desk, "day-pass*2", name="Ada") for _ in range(2))
    for sale in (kept, gone):
        name_ticket(desk, sale, 2, "Mary")
    give_up(desk, gone)
    assert [row[1] for row in everything()["TicketName"]] == [kept]


def test_a_named_ticket_type_can_be_deleted_at_the_web_site(desk: Desk) -> None:
    with connected():
        more = TicketType.create(
            conference=desk.conference.id, name="Extra", slug="extra", price=D(9), total_quantity=0, order=9
        )
    sale = filled(desk, "day-pass extra", "NOOR2026")
    name_ticket(desk, sale, 2, "Mary")
    with connected():
        # Django deletes what stands in carts with it.
        CartItem.delete().where(CartItem.ticket_type == more.id).execute()
        more.delete_instance()
    assert shown(ticket_names(desk, sale)) == [(1, "day-pass", "")]


def test_who_has_a_ticket_buys_for_others_and_who_has_none_for_themselves(desk: Desk) -> None:
    with_one = filled(desk, "day-pass", "NOOR2026")
    assert shown(name_ticket(desk, with_one, 1, "Mary")) == [(1, "day-pass", "Mary")]
    without = filled(desk, "day-pass*2", "ZARA2026")
    first, second = ticket_names(desk, without)
    assert (first.name, first.is_buyers, first.is_fixed, second.name) == ("Zara Nowak", True, True, "")
    with pytest.raises(Refused) as caught:
        name_ticket(desk, without, 1, "Somebody")
    assert str(caught.value) == "ticket_of_badge who=Zara Nowak"
    name_ticket(desk, without, 2, "Percy")
    assert sorted(admitted_by(sold(desk, without))) == ["Percy", "Zara Nowak"]
    assert [each.is_buyers for each in ticket_names(desk, without)] == [True, False]


def test_a_free_order_and_a_reopened_one_keep_the_names(desk: Desk) -> None:
    sale = filled(desk, "regular*2", name="Ada Byron")
    name_ticket(desk, sale, 2, "Mary")
    checkout.place(desk, sale)
    checkout.reopen(desk, sale)
    assert [each.name for each in ticket_names(desk, sale)] == ["Ada Byron", "Mary"]
    cart.set_voucher(desk, sale, "COMP2026")
    placed = checkout.place(desk, sale)
    assert placed.status == "paid"
    assert admitted_by(placed.reference) == ["Ada Byron", "Mary"]


@pytest.mark.parametrize(
    ("position", "name", "email", "code"),
    [
        (2, "Mary", "", "ticket_not_found"),
        (0, "Mary", "", "ticket_not_found"),
        (1, "Mary", "mary@", "invalid_email"),
        (1, "", "mary@example.org", "name_required"),
        (1, "\x1b[31m \u202e", "mary@example.org", "name_required"),
        (1, "M" * 151, "", "name_too_long"),
        (1, "M " + "y" * 199, "", "name_too_long"),
        (1, "M" * 5_000_000, "", "name_too_long"),
    ],
)
def test_what_cannot_be_stored_is_refused(
    desk: Desk, position: int, name: str, email: str, code: str
) -> None:
    sale = filled(desk, "day-pass t-shirt*3", "NOOR2026")
    before = everything()
    with pytest.raises((InvalidInput, NotFound)) as caught:
        name_ticket(desk, sale, position, name, email)
    assert caught.value.code == code
    assert everything() == before


def test_a_sale_elsewhere_an_order_and_the_door(desk: Desk, as_staff: AsStaff) -> None:
    sale = filled(desk, "day-pass*2")
    with pytest.raises(Refused, match=r"^sale_elsewhere "):
        name_ticket(at(desk, "desk-1"), sale, 2, "Mary")
    door = as_staff(desk, "scanner")
    with pytest.raises(NotPermitted):
        ticket_names(door, sale)
    with pytest.raises(NotPermitted):
        name_ticket(door, sale, 2, "Mary")
    with pytest.raises(NotFound, match=r"^sale_not_found "):
        ticket_names(desk, 10**6)
    checkout.place(desk, sale)
    with pytest.raises(Refused, match=r"^sale_ordered"):
        name_ticket(desk, sale, 2, "Mary")


def test_sold_in_one_go(desk: Desk) -> None:
    holders = [Holder("Mary", "mary@example.org"), Holder("Percy")]
    placed = checkout.sell(desk, items("t-shirt day-pass*3"), holders, name="Ada Byron")
    take_cash(desk, placed.reference, placed.total)
    assert admitted_by(placed.reference) == ["Ada Byron", "Mary", "Percy"]
    before = everything()
    for wanted, names in (("day-pass*2", holders), ("t-shirt*2", holders[:1])):
        with pytest.raises(Refusal) as caught:
            checkout.sell(desk, items(wanted), names, name="Ada Byron")
        assert caught.value.code == "too_many_names"
    assert everything() == before
