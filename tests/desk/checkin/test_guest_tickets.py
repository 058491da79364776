"""One attendee per ticket, never more, and none for a shirt."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.selling import everything, items, user_of
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry
from tui_pos.data.tables.registration import Attendee, Order
from tui_pos.desk.access.people import full_name
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.guest_tickets import register_companion, unnamed_tickets
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refusal
from tui_pos.desk.search.lookup import attendee
from tui_pos.desk.tenders.cash import take_cash

D = Decimal


def bought(desk: Desk, wanted: str, code: str | None = None, name: str = "Ada Byron") -> str:
    """The reference of an order paid in cash."""
    placed = checkout.sell(desk, items(wanted), attendee_code=code, name="" if code else name)
    take_cash(desk, placed.reference, placed.total)
    return placed.reference


def admitted_by(reference: str) -> list[str]:
    """The names on the badges of an order."""
    with connected():
        found = Attendee.select().join(Order).where(Order.reference == reference).order_by(Attendee.id)
        return [full_name(row.user) for row in found]


def test_the_buyer_is_the_first_of_three(desk: Desk) -> None:
    reference = bought(desk, "day-pass*2 regular t-shirt*4")
    assert unnamed_tickets(desk, reference.lower()) == 2
    first = register_companion(desk, reference, "Charles Babbage", "charles@example.org")
    assert (first.name, first.email, first.registered) == ("Charles Babbage", "charles@example.org", True)
    assert first.order is not None
    assert (first.order.reference, first.owes) == (reference, D(0))
    assert unnamed_tickets(desk, reference) == 1
    second = register_companion(desk, reference, "Mary")
    assert unnamed_tickets(desk, reference) == 0
    assert admitted_by(reference) == ["Ada Byron", "Charles Babbage", "Mary"]
    for person in (first, second):
        assert check_in(desk, person.access_code).first
        assert attendee(desk, f"demo:{person.access_code.lower()}").verdict.key == "already_checked_in"
    with connected():
        user = User.get_by_id(first.user_id)
        assert (user.password[0], user.username.startswith("desk-guest-")) == ("!", True)
        entries = list(AuditEntry.select().where(AuditEntry.what == "companion"))
    assert [entry.text for entry in entries] == ["Charles Babbage", "Mary"]


def test_never_more_than_tickets(desk: Desk) -> None:
    reference = bought(desk, "day-pass*2")
    register_companion(desk, reference, "Mary")
    before = everything()
    with pytest.raises(Refusal) as caught:
        register_companion(desk, reference, "Percy")
    assert str(caught.value) == f"no_ticket_left order={reference}"
    assert everything() == before


def test_eight_at_once_fill_two_tickets(desk: Desk) -> None:
    reference = bought(desk, "day-pass*3")

    def register(number: int) -> int:
        try:
            register_companion(desk, reference, f"Guest {number}")
        except Refusal:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(register, range(8))) == 2
    assert len(admitted_by(reference)) == 3


def test_a_doubled_key_press_makes_one_attendee(desk: Desk) -> None:
    reference = bought(desk, "day-pass*3")
    key = clock.new_id()
    first = register_companion(desk, reference, "Mary", key=key)
    before = everything()
    assert register_companion(desk, reference, "Mary", key=key) == first
    assert everything() == before
    assert unnamed_tickets(desk, reference) == 1


def test_somebody_registered_buys_for_two_others_and_keeps_their_own_order(desk: Desk) -> None:
    reference = bought(desk, "day-pass*2", "NOOR2026")
    own = attendee(desk, "NOOR2026")
    assert own.order is not None
    assert (own.order.reference, unnamed_tickets(desk, reference)) == ("ORD-DEMO0001", 2)
    register_companion(desk, reference, "Mary")
    register_companion(desk, reference, "Percy")
    assert admitted_by(reference) == ["Mary", "Percy"]


def test_a_shirt_and_an_unpaid_order_admit_nobody(desk: Desk, as_staff: AsStaff) -> None:
    shirt = bought(desk, "t-shirt*3", name="")
    unpaid = checkout.sell(desk, items("day-pass*2")).reference
    with connected():
        people = Attendee.select().count()
    assert [unnamed_tickets(desk, reference) for reference in (shirt, unpaid)] == [0, 0]
    for reference, code in ((shirt, "no_ticket_left"), (unpaid, "order_not_paid")):
        with pytest.raises(Refusal) as caught:
            register_companion(desk, reference, "Mary")
        assert caught.value.code == code
    with pytest.raises(InvalidInput, match=r"^name_required$"):
        register_companion(desk, shirt, " \x1b[31m ")
    with pytest.raises(InvalidInput, match=r"^invalid_email "):
        register_companion(desk, shirt, "Mary", "mary@")
    with pytest.raises(NotFound):
        register_companion(desk, "ORD-NONE", "Mary")
    for act in (unnamed_tickets, register_companion):
        with pytest.raises(NotPermitted):
            act(as_staff(desk, "scanner"), shirt, *(() if act is unnamed_tickets else ("Mary",)))
    with connected():
        assert Attendee.select().count() == people


def test_a_companion_may_buy_what_needs_a_ticket(desk: Desk) -> None:
    """The ticket that admits them is theirs, though somebody else bought it."""
    reference = bought(desk, "regular*2", "VOLT2026")
    mary = register_companion(desk, reference, "Mary")
    placed = checkout.sell(desk, items("tutorial-async"), attendee_code=mary.access_code)
    take_cash(desk, placed.reference, placed.total)
    assert attendee(desk, mary.access_code).order == attendee(desk, "VOLT2026").order
    assert user_of("VOLT2026") != mary.user_id


def test_a_clash_of_access_codes_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = bought(desk, "day-pass*3")
    codes = iter(["USERNAM1", "NOOR2026", "TOMA2026", "FRESHC0D"])
    monkeypatch.setattr(clock, "random_code", lambda length: "P" * length if length == 40 else next(codes))
    assert register_companion(desk, reference, "Mary").access_code == "FRESHC0D"
    codes = iter(["USERNAM2", *["NOOR2026"] * 10])
    before = everything()
    with pytest.raises(Refusal) as caught:
        register_companion(desk, reference, "Percy")
    assert caught.value.code == "no_free_code"
    assert everything() == before
