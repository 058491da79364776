"""Paying without a card: cash, credit and gifts, alone and together, once for every key."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched, begin
from tests.desk.rows import order_of
from tests.desk.selling import at, everything, items, order_row, user_of
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, AuditEntry, CashMovement, Sale
from tui_pos.data.tables.registration import Attendee, Credit, Payment
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refusal
from tui_pos.desk.search import lookup
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders import tendering
from tui_pos.desk.tenders.cash import quick_amounts, take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.desk.tenders.tendering import Tendered
from tui_pos.simulator import Server

D = Decimal


@pytest.fixture
def lead(card_desk: Desk, as_staff: AsStaff) -> Desk:
    """Somebody who may give away, at a desk with a Stripe account."""
    return as_staff(card_desk, "lead")


def paid_with(reference: str) -> list[tuple[str, str, Decimal]]:
    """Method, status and amount of each payment of the order."""
    with connected():
        found = Payment.select().where(Payment.order == order_row(reference).id).order_by(Payment.id)
        return [(row.method, row.status, row.amount) for row in found]


def credit_rows(code: str) -> list[tuple[Decimal, str, int | None]]:
    with connected():
        found = Credit.select().where(Credit.user == user_of(code)).order_by(Credit.id)
        return [(row.remaining_amount, row.status, row.applied_to_order_id) for row in found]


def more_credit(desk: Desk, code: str, amount: str, **columns: object) -> None:
    with connected():
        Credit.create(
            **{
                "conference": desk.conference.id,
                "user": user_of(code),
                "amount": D(amount),
                "remaining_amount": D(amount),
            }
            | columns
        )


def refusal_of(act: Callable[..., object], *given: Any, **named: Any) -> tuple[str, str]:
    """The reason code, and the reason with its values; nothing may have been written."""
    before = everything()
    with pytest.raises(Refusal) as caught:
        act(*given, **named)
    assert everything() == before
    return caught.value.code, str(caught.value)


def test_cash_with_change(desk: Desk) -> None:
    order = checkout.sell(desk, items("t-shirt*2"), name="Ada Byron")
    done = take_cash(desk, order.reference.lower(), D(60))
    assert (done.tender, done.amount, done.given, done.change, done.remaining) == (
        "cash",
        D("50.00"),
        D(60),
        D("10.00"),
        D(0),
    )
    assert (done.order.status, done.order.paid) == ("paid", D("50.00"))
    assert done.order == lookup.order(desk, order.reference)
    with connected():
        (payment,) = Payment.select().where(Payment.order == order.id)
        assert (payment.method, payment.status, payment.amount) == ("manual", "succeeded", D("50.00"))
        assert payment.created_by_id == desk.staff.id
        assert payment.note == "Cash at desk-3: given 60.00, change 10.00"
        (moved,) = CashMovement.select()
        assert (moved.payment_id, moved.order_id, moved.station, moved.staff_id, moved.kind) == (
            payment.id,
            order.id,
            "desk-3",
            desk.staff.id,
            "sale",
        )
        assert (moved.amount, moved.given, moved.change, moved.currency) == (5000, 6000, 1000, "USD")
        (entry,) = AuditEntry.select()
        assert (entry.what, entry.order_id, entry.amount, entry.station) == (
            "cash",
            order.id,
            5000,
            "desk-3",
        )
        assert Sale.get(Sale.order == order.id).status == "closed"
    assert order_row(order.reference).hold_expires_at is None


def test_a_ticket_paid_in_cash_registers_its_buyer(desk: Desk) -> None:
    order = checkout.sell(desk, items("regular"), name="Ada Byron", email="ada@example.org")
    take_cash(desk, order.reference, D("349.00"))
    with connected():
        attendee = Attendee.get(Attendee.order == order.id)
    person = lookup.attendee(desk, attendee.access_code)
    assert (person.name, person.registered, attendee.completed_registration) == ("Ada Byron", True, True)


def test_cash_in_parts_says_what_remains(desk: Desk) -> None:
    order = checkout.sell(desk, items("t-shirt*2"))
    first = take_cash(desk, order.reference, D(20), D("12.50"))
    assert (first.amount, first.change, first.remaining) == (D("12.50"), D("7.50"), D("37.50"))
    assert (first.order.status, first.order.due) == ("pending", D("37.50"))
    last = take_cash(at(desk, "desk-4"), order.reference, D("37.50"))
    assert (last.amount, last.change, last.remaining, last.order.status) == (D("37.50"), D(0), D(0), "paid")


def test_what_cash_refuses_and_then_writes_nothing(desk: Desk, as_staff: AsStaff) -> None:
    reference = checkout.sell(desk, items("t-shirt*2")).reference
    cases: tuple[tuple[tuple[Decimal, ...], str], ...] = (
        ((D(40),), "too_little_given given=40 wanted=50.00 currency=USD"),
        ((D(5), D(10)), "too_little_given given=5 wanted=10 currency=USD"),
        ((D(60), D("50.01")), f"amount_too_high order={reference} due=50.00 wanted=50.01 currency=USD"),
        ((D(150),), "too_much_given given=150 wanted=50.00 currency=USD"),
        (
            (D(5), D("0.005")),
            "invalid_amount.between given=0.005 currency=USD step=0.01",
        ),
        ((D(0),), "invalid_amount.zero"),
        ((D(50), D(0)), "invalid_amount.zero"),
        ((D(-50),), "invalid_amount.negative given=-50"),
        ((D("NaN"),), "invalid_amount.no_money given=NaN"),
        ((D("1E+30"),), "invalid_amount.too_large most=99999999.99 currency=USD"),
    )
    for (given, *amount), reason in cases:
        assert refusal_of(take_cash, desk, reference, given, *amount)[1] == reason
    with pytest.raises(NotPermitted):
        take_cash(as_staff(desk, "scanner"), reference, D(50))
    with pytest.raises(NotFound):
        take_cash(desk, "ORD-NONE\x1b[2J", D(50))


def test_orders_that_take_no_money(lead: Desk) -> None:
    """The same words for every tender."""
    gone = checkout.sell(lead, items("t-shirt")).reference
    checkout.cancel_order(lead, gone)
    free = checkout.sell(lead, items("sprint-breakfast")).reference
    for take in (take_any_cash, give_any, use_credit):
        assert refusal_of(take, lead, gone) == (
            "order_not_pending",
            f"order_not_pending.sell order={gone} status=cancelled",
        )
        assert refusal_of(take, lead, free)[0] == "already_paid"


def take_any_cash(desk: Desk, reference: str) -> Tendered:
    return take_cash(desk, reference, D(1), D(1))


def give_any(desk: Desk, reference: str) -> Tendered:
    return give_free(desk, reference, "because")


def test_nothing_is_taken_beside_a_live_card_payment(lead: Desk) -> None:
    order = checkout.sell(lead, items("t-shirt"), attendee_code="HUGO2026")
    begin(lead, order)
    for take in (take_any_cash, give_any, use_credit, tendering.complete):
        _, reason = refusal_of(take, at(lead, "desk-4"), order.reference)
        assert reason.startswith(f"payment_live order={order.reference} reader=Front-1 holder=desk-3 L")


def test_a_doubled_key_press_books_once(desk: Desk, as_staff: AsStaff) -> None:
    lead = as_staff(desk, "lead")
    reference = checkout.sell(desk, items("regular t-shirt"), attendee_code="RICH2026").reference
    keys = [clock.new_id() for _ in range(3)]
    firsts = (
        take_cash(desk, reference, D(20), D(15), key=keys[0]),
        use_credit(desk, reference, D(100), key=keys[1]),
        give_free(lead, reference, "speaker", key=keys[2]),
    )
    before = everything()
    seconds = (
        take_cash(desk, reference, D(20), D(15), key=keys[0]),
        use_credit(desk, reference, D(100), key=keys[1]),
        give_free(lead, reference, "speaker", key=keys[2]),
    )
    assert everything() == before
    for first, second in zip(firsts, seconds, strict=True):
        told = (first.amount, first.given, first.change, first.tender)
        assert (second.amount, second.given, second.change, second.tender) == told
        assert (second.remaining, second.order.status) == (D(0), "paid")
    other = checkout.sell(desk, items("t-shirt")).reference
    used = ("key_used", "key_used")
    assert refusal_of(take_cash, desk, other, D(25), key=keys[0]) == used
    assert refusal_of(use_credit, desk, reference, key=keys[0]) == used
    assert refusal_of(take_cash, desk, other, D(25), key="k" * 65)[0] == "invalid_key"


def test_two_threads_with_one_key_book_once(desk: Desk) -> None:
    reference = checkout.sell(desk, items("t-shirt*2")).reference
    with ThreadPoolExecutor() as threads:
        done = [threads.submit(take_cash, desk, reference, D(10), D(10), key="dialog-1") for _ in range(4)]
        assert {each.result().amount for each in done} == {D(10)}
    assert paid_with(reference) == [("manual", "succeeded", D("10.00"))]


def test_two_stations_never_take_more_than_is_due(desk: Desk) -> None:
    reference = checkout.sell(desk, items("t-shirt*2")).reference

    def pay(number: int) -> Decimal:
        try:
            return take_cash(at(desk, f"desk-{number}"), reference, D(20), D(20)).amount
        except InvalidInput:
            return D(0)

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(pay, range(4))) == D(40)
    assert lookup.order(desk, reference).due == D("10.00")


def test_credit_pays_all_or_what_there_is(desk: Desk) -> None:
    order = checkout.sell(desk, items("t-shirt"), attendee_code="HUGO2026")
    done = use_credit(desk, order.reference)
    assert (done.tender, done.amount, done.remaining, done.change) == ("credit", D("20.00"), D("5.00"), D(0))
    assert credit_rows("HUGO2026") == [(D(0), "applied", order.id)]
    assert take_cash(desk, order.reference, D(5)).order.status == "paid"
    whole = checkout.sell(desk, items("t-shirt"), attendee_code="RICH2026")
    assert use_credit(desk, whole.reference).order.status == "paid"
    assert credit_rows("RICH2026") == [(D("475.00"), "available", whole.id)]
    assert paid_with(whole.reference) == [("credit", "succeeded", D("25.00"))]


def test_credits_are_spent_oldest_first_each_with_its_payment(desk: Desk) -> None:
    more_credit(desk, "HUGO2026", "3.00", status="expired")
    more_credit(desk, "HUGO2026", "10.00")
    more_credit(desk, "HUGO2026", "40.00")
    order = checkout.sell(desk, items("t-shirt*2"), attendee_code="HUGO2026")
    done = use_credit(desk, order.reference, D("35.00"), key="dialog-1")
    assert (done.amount, done.remaining) == (D("35.00"), D("15.00"))
    assert [row[:2] for row in credit_rows("HUGO2026")] == [
        (D(0), "applied"),
        (D("3.00"), "expired"),
        (D(0), "applied"),
        (D("35.00"), "available"),
    ]
    assert [row[2] for row in paid_with(order.reference)] == [D("20.00"), D("10.00"), D("5.00")]
    assert use_credit(desk, order.reference, D("35.00"), key="dialog-1").amount == D("35.00")


def test_what_credit_refuses(desk: Desk, as_staff: AsStaff) -> None:
    reference = checkout.sell(desk, items("t-shirt*2"), attendee_code="HUGO2026").reference
    walk_up = checkout.sell(desk, items("t-shirt")).reference
    assert refusal_of(use_credit, desk, reference, D(21)) == (
        "credit_too_low",
        f"credit_too_low order={reference} left=20.00 currency=USD",
    )
    assert refusal_of(use_credit, desk, reference, D(51))[0] == "amount_too_high"
    assert refusal_of(use_credit, desk, walk_up) == (
        "no_credit",
        f"no_credit order={walk_up}",
    )
    with pytest.raises(NotPermitted):
        use_credit(as_staff(desk, "scanner"), reference)


def test_a_gift_needs_the_right_and_a_reason(desk: Desk, as_staff: AsStaff) -> None:
    lead = as_staff(desk, "lead")
    reference = checkout.sell(desk, items("t-shirt*2"), name="Ada").reference
    take_cash(desk, reference, D(20), D(20))
    with pytest.raises(NotPermitted, match=r"^not_permitted .*action=complimentary$"):
        give_free(desk, reference, "a friend")
    assert refusal_of(give_free, lead, reference, " \x1b[2J ")[0] == "reason_required"
    done = give_free(lead, reference, "keynote\nspeaker")
    assert (done.tender, done.amount, done.remaining, done.order.status) == ("comp", D("30.00"), D(0), "paid")
    # A gift is no money: the order costs so much less, and says why.
    assert paid_with(reference) == [("manual", "succeeded", D("20.00")), ("comp", "succeeded", D("0.00"))]
    assert order_row(reference).total == D("20.00")
    with connected():
        (entry,) = AuditEntry.select().where(AuditEntry.what == "comp")
        (payment,) = Payment.select().where(Payment.id == entry.payment_id)
    assert (entry.reason, entry.staff_id, payment.note) == (
        "keynote speaker",
        lead.staff.id,
        "keynote speaker",
    )
    assert payment.created_by_id == lead.staff.id


def test_card_cash_and_credit_pay_one_order(lead: Desk, simulator: Server) -> None:
    order = checkout.sell(lead, items("regular"), attendee_code="HUGO2026")
    assert use_credit(lead, order.reference).remaining == D("329.00")
    begun = payments.begin(lead, order.reference, READER, amount=D("300.00"))
    paid = Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert (paid.stage, paid.amount) == ("captured", D("300.00"))
    assert lookup.order(lead, order.reference).due == D("29.00")
    (intent,) = simulator.books().values()
    assert intent["captured"] == 30000
    last = take_cash(lead, order.reference, D(30))
    assert (last.amount, last.change, last.remaining, last.order.status) == (D("29.00"), D(1), D(0), "paid")


def test_a_card_takes_what_the_others_left(lead: Desk, simulator: Server) -> None:
    order = checkout.sell(lead, items("t-shirt*2"))
    take_cash(lead, order.reference, D(20), D(15))
    begun = begin(lead, order)
    assert begun.amount == D("35.00")
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert order_row(order.reference).status == "paid"


def test_a_part_on_a_card_must_be_an_amount(lead: Desk) -> None:
    order = checkout.sell(lead, items("t-shirt"))
    for amount, code in (
        ("0", "invalid_amount"),
        ("-1", "invalid_amount"),
        ("0.001", "invalid_amount"),
        ("25.01", "amount_too_high"),
        ("0.49", "amount_too_small"),
    ):
        found = refusal_of(payments.begin, lead, order.reference, READER, amount=D(amount))
        assert found[0] == code
    assert found[1] == "amount_too_small least=0.50 currency=USD"
    with connected():
        assert not Attempt.select().exists()


@pytest.mark.parametrize("take", [take_any_cash, use_credit, give_any])
def test_an_order_left_unpaid_online_is_paid_at_the_desk(
    take: Callable[[Desk, str], Tendered], lead: Desk
) -> None:
    order = order_of(lead, "RICH2026", "1.00", "online", hold_expires_at=clock.now())
    assert take(lead, order.reference).order.status == "paid"
    row = order_row(order.reference)
    assert (row.hold_expires_at, row.user_id) == (None, user_of("RICH2026"))


def test_an_expired_hold_is_taken_anew_or_the_stock_is_gone(desk: Desk, frozen_clock: FrozenClock) -> None:
    kept = checkout.sell(desk, items("hoodie"), attendee_code="NOOR2026")
    frozen_clock.advance(16 * 60)
    first = take_cash(desk, kept.reference, D(50), D(50))
    assert first.order.hold_expires_at is not None
    assert first.order.hold_expires_at > clock.now()
    frozen_clock.advance(16 * 60)
    checkout.sell(desk, items("hoodie*10"))
    assert refusal_of(take_cash, desk, kept.reference, D(5))[1] == "sold_out.hold product=Hoodie left=0"
    assert lookup.order(desk, kept.reference).due == D("5.00")


def test_a_free_order_that_was_left_pending_online_is_completed(desk: Desk) -> None:
    order = order_of(desk, "ZARA2026", "0.00", "online")
    assert refusal_of(take_cash, desk, order.reference, D(5)) == (
        "nothing_to_pay",
        f"nothing_to_pay order={order.reference}",
    )
    done = tendering.complete(desk, order.reference)
    assert (done.status, done.paid) == ("paid", D(0))
    assert paid_with(order.reference) == [("comp", "succeeded", D(0))]
    assert lookup.attendee(desk, "ZARA2026").registered
    owing = checkout.sell(desk, items("t-shirt")).reference
    assert refusal_of(tendering.complete, desk, owing) == (
        "not_covered",
        f"not_covered due=25.00 order={owing} currency=USD",
    )


def test_nothing_is_booked_on_the_staff_member(lead: Desk) -> None:
    for wanted, due in (("regular", D(349)), ("t-shirt", D(25))):
        reference = checkout.sell(lead, items(wanted)).reference
        take_cash(lead, reference, due, due - 1)
        give_free(lead, reference, "prize")
        assert order_row(reference).user_id != lead.staff.id
    with connected():
        assert not Attendee.select().where(Attendee.user == lead.staff.id).exists()


def test_quick_amounts_are_what_people_hand_over() -> None:
    def quick(due: str, currency: str) -> list[str]:
        return [str(amount) for amount in quick_amounts(D(due), currency)]

    assert quick("27.50", "USD") == ["27.50", "30.00", "40.00", "50.00", "100.00"]
    assert quick("50.00", "USD") == ["50.00", "60.00", "100.00"]
    assert quick("349.00", "usd") == ["349.00", "350.00", "360.00", "400.00"]
    assert quick("0.01", "EUR") == ["0.01", "5.00", "10.00", "20.00", "50.00"]
    assert quick("3450", "JPY") == ["3450", "4000", "5000", "10000"]
    assert quick("7.10", "KWD") == ["7.10", "7.25", "7.50", "8.00", "10.00"]
    assert quick("1234.00", "TRY") == ["1234.00", "1300.00", "1400.00", "1500.00", "2000.00"]


def test_the_receipt_says_what_was_given_and_the_change(desk: Desk) -> None:
    reference = checkout.sell(desk, items("t-shirt*2"), attendee_code="HUGO2026").reference
    use_credit(desk, reference)
    take_cash(desk, reference, D(20), D("12.50"))
    take_cash(desk, reference, D("17.50"))
    told = [(each.label, each.amount, each.given, each.change) for each in receipt(desk, reference).payments]
    assert told == [
        ("Credit", D("20.00"), D(0), D(0)),
        ("Cash", D("12.50"), D("20.00"), D("7.50")),
        ("Cash", D("17.50"), D("17.50"), D(0)),
    ]
