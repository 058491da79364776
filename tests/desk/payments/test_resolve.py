"""A supervisor ends what cannot end by itself: each decision where it is true, else nothing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import OTHER_READER, READER, Watched, begin, left_at, rows
from tests.desk.selling import everything
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, AttemptEvent, Stage
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused, because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import (
    PaymentState,
    attempt_log,
    recovery,
    resolve,
)
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.payments.resolve import Option, StripeReading
from tui_pos.desk.refunds import refunds
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.simulator import Server

FOR_GOOD = 1000

D = Decimal


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], attendee_code="NOOR2026")


def last_event(state: PaymentState) -> str:
    with connected():
        found = AttemptEvent.select().where(AttemptEvent.attempt == state.attempt_id)
        return str(found.order_by(AttemptEvent.id.desc()).get().text)


def tapped_and_captured(desk: Desk, order: OrderView, simulator: Server) -> PaymentState:
    """Stripe captured it, and the answer came to nobody."""
    state = left_at(desk, order, "sent", lambda: simulator.tap(READER))
    desk.terminal.capture(state.intent_id, key="somebody")
    return state


def test_what_stripe_captured_is_booked(
    lead: Desk, order: OrderView, simulator: Server, as_staff: AsStaff
) -> None:
    state = tapped_and_captured(lead, order, simulator)
    found = resolve.inspect(lead, state.intent_id)
    assert found.options == (Option.BOOK_CAPTURED, Option.KEEP)
    assert (found.stripe.reading, found.stripe.captured) == (StripeReading.ANSWERED, D(25))
    assert (found.books.booked, found.books.kept, found.books.stage) == (D(0), D(0), Stage.SENT)
    done = resolve.resolve(lead, order.reference, Option.BOOK_CAPTURED, "nobody watched it")
    assert (done.payment.stage, done.books.order_status, done.books.kept) == (Stage.CAPTURED, "paid", D(25))
    told = last_event(state)
    for part in (
        "book-captured",
        "nobody watched it",
        '"stage":"sent","booked":"0"',
        '"stage":"captured","booked":"25.00","order":"paid"',
    ):
        assert part in told
    assert reconciliation.run(lead).clean
    with pytest.raises(Refused) as caught:
        resolve.resolve(lead, state.intent_id, Option.BOOK_CAPTURED, "again")
    assert caught.value.code == "nothing_to_resolve"
    assert payments.begin(as_staff(lead, "trainee"), sold_again(lead), READER).live, "the reader is free"


def sold_again(desk: Desk) -> str:
    return checkout.sell(desk, [("t-shirt", 1)], attendee_code="HUGO2026").reference


@pytest.mark.parametrize("received", [100, 0])
def test_less_captured_than_asked_is_accepted_and_the_rest_can_be_paid(
    lead: Desk, order: OrderView, simulator: Server, received: int
) -> None:
    def act() -> None:
        simulator.alter("capture", times=1, amount_received=received)
        simulator.tap(READER)

    state = Watched(lead, begin(lead, order).attempt_id, sent=act).run()
    assert state.notice == Notice.NEEDS_A_PERSON
    found = resolve.inspect(lead, state.intent_id)
    assert found.options == (Option.ACCEPT_LESS, Option.KEEP)
    assert found.books.booked == D(received) / 100
    kept = resolve.resolve(lead, state.intent_id, Option.KEEP, "I ask the treasurer")
    assert kept.payment.notice == Notice.NEEDS_A_PERSON
    done = resolve.resolve(lead, state.intent_id, Option.ACCEPT_LESS, "treasurer agrees")
    assert (done.payment.problem, done.payment.notice, done.payment.more_to_pay) == (
        "",
        Notice.CAPTURED,
        True,
    )
    assert (rows(order)[0].status, rows(order)[1][0].amount) == ("pending", D(received) / 100)
    with pytest.raises(Refused) as caught:
        resolve.inspect(lead, state.intent_id)
    assert caught.value.code == "nothing_to_resolve"
    rest = order.total - D(received) / 100
    assert take_cash(lead, order.reference, rest).order.status == "paid"
    assert payments.state(lead, state.attempt_id).problem == "", "the last word was the supervisor's"


def never_answered(lead: Desk, order: OrderView, simulator: Server, fault: str) -> PaymentState:
    """A create without an answer, given up on for now."""
    simulator.fault(fault, "POST /v1/payment_intents", times=FOR_GOOD)
    state = left_at(lead, order, "unknown", lambda: None)
    assert (state.intent_id, state.stage) == ("", Stage.UNKNOWN)
    simulator.clear_faults()
    return state


def test_a_create_that_never_reached_stripe_is_written_off(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    state = never_answered(lead, order, simulator, "cut_before")
    found = resolve.inspect(lead, order.reference)
    assert (found.stripe.reading, found.stripe.said) == (
        StripeReading.NOT_KNOWN,
        because("payment.never_at_stripe"),
    )
    assert found.options == (Option.WRITE_OFF, Option.KEEP)
    done = resolve.resolve(lead, order.reference, Option.WRITE_OFF, "line was dead")
    assert (done.payment.live, done.payment.notice, done.payment.detail) == (
        False,
        Notice.WRITTEN_OFF,
        "line was dead",
    )
    assert payments.unfinished(lead) == ()
    assert simulator.books() == {}
    assert begin(lead, order).attempt_id != state.attempt_id


def test_a_create_whose_answer_was_lost_is_found_and_released(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    never_answered(lead, order, simulator, "answer_lost")
    found = resolve.inspect(lead, order.reference)
    assert (found.stripe.reading, found.stripe.status) == (StripeReading.ANSWERED, "requires_payment_method")
    assert found.options == (Option.RELEASE, Option.WRITE_OFF, Option.KEEP)
    done = resolve.resolve(lead, order.reference, Option.RELEASE, "nobody came")
    assert (done.payment.stage, done.payment.problem) == (Stage.CANCELLED, "")
    assert done.payment.intent_id.startswith("pi_")
    assert {book["status"] for book in simulator.books().values()} == {"canceled"}
    assert reconciliation.run(lead).clean


@pytest.mark.parametrize(
    "other",
    [{"id": "pi_of_somebody_else"}, {"amount": 2400}, {"currency": "eur"}, {"amount_received": 2600}],
    ids=lambda each: next(iter(each)),
)
def test_an_answer_about_something_else_books_nothing(
    lead: Desk, order: OrderView, simulator: Server, other: dict[str, Any]
) -> None:
    state = tapped_and_captured(lead, order, simulator)
    simulator.alter("retrieve", times=FOR_GOOD, **other)
    found = resolve.inspect(lead, state.intent_id)
    assert (found.stripe.reading, found.stripe.captured, found.stripe.status) == (
        StripeReading.WRONG,
        None,
        "",
    )
    assert found.stripe.said.key == "payment.wrong_answer"
    assert found.options == (Option.WRITE_OFF, Option.KEEP)
    before = without_leases()
    for option in (Option.BOOK_CAPTURED, Option.CAPTURE, Option.RELEASE, Option.ACCEPT_LESS):
        with pytest.raises(Refused) as caught:
            resolve.resolve(lead, state.intent_id, option, "it is paid")
        assert caught.value.code == "changed"
    assert without_leases() == before
    simulator.clear_faults()
    (home,) = recovery.recover(lead)
    assert (home.stage, home.captured) == (Stage.CAPTURED, D(25))


def without_leases() -> object:
    """Every row, but for who looked last."""
    found = everything()
    with connected():
        return found | {
            "Attempt": [(row.stage, row.problem, row.requested_action) for row in Attempt.select()]
        }


@pytest.mark.parametrize("fault", ["cut_before", "answer_lost", "error_500", "rate_limit_429", "not_json"])
def test_nothing_is_decided_without_stripes_side(
    lead: Desk, order: OrderView, simulator: Server, fault: str
) -> None:
    state = left_at(lead, order, "sent", lambda: simulator.tap(READER))
    simulator.fault(fault, times=FOR_GOOD)
    found = resolve.inspect(lead, state.intent_id)
    assert (found.stripe.reading, found.options) == (StripeReading.NO_ANSWER, (Option.KEEP,))
    before, books = without_leases(), simulator.books()
    for option in Option:
        with pytest.raises(Refused) as caught:
            resolve.resolve(lead, state.intent_id, option, "it takes too long")
        assert caught.value.code == "not_read"
        assert caught.value.values["said"]
    assert (without_leases(), simulator.books()) == (before, books)


def test_who_may_not_reads_neither_side(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    state = left_at(card_desk, order, "sent", lambda: simulator.tap(READER))
    before = everything()
    simulator.refuse("retrieve", 500)  # not even asked
    with pytest.raises(NotPermitted):
        resolve.inspect(card_desk, state.intent_id)
    for option in Option:
        with pytest.raises(NotPermitted):
            resolve.resolve(card_desk, state.intent_id, option, "I am in a hurry")
    assert everything() == before


def test_what_is_typed_badly_is_refused(lead: Desk, order: OrderView) -> None:
    state = left_at(lead, order, "sent", lambda: None)
    before = everything()
    for wanted, reason, error, code in (
        (state.intent_id, "", InvalidInput, "reason_required"),
        (state.intent_id, " \t ", InvalidInput, "reason_required"),
        (" ", "why", InvalidInput, "payment_intent_required"),
        ("pi_unknown", "why", NotFound, "payment_not_found"),
        ("ORD-DEMO0001", "why", NotFound, "payment_not_found"),  # paid on the web site
    ):
        with pytest.raises(error) as caught:
            resolve.resolve(lead, wanted, Option.WRITE_OFF, reason)
        assert caught.value.code == code
    assert everything() == before


@pytest.mark.parametrize("option", [Option.RELEASE, Option.WRITE_OFF])
def test_a_payment_that_was_paid_meanwhile_is_not_ended_by_what_was_read_before(
    lead: Desk, order: OrderView, simulator: Server, option: Option
) -> None:
    state = left_at(lead, order, "sent", lambda: None)
    assert option in resolve.inspect(lead, state.intent_id).options
    simulator.tap(READER)
    lead.terminal.capture(state.intent_id, key="somebody")
    with pytest.raises(Refused) as caught:
        resolve.resolve(lead, state.intent_id, option, "nobody came")
    assert caught.value.code == "changed"
    assert caught.value.values["able"] == (Option.BOOK_CAPTURED, Option.KEEP)
    (home,) = recovery.recover(lead)
    assert home.stage is Stage.CAPTURED
    with pytest.raises(Refused) as caught:
        resolve.resolve(lead, state.intent_id, option, "nobody came")
    assert caught.value.code == "nothing_to_resolve"
    assert rows(order)[0].status == "paid"


def test_a_payment_that_was_cancelled_meanwhile_has_no_money_to_book(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    state = left_at(lead, order, "sent", lambda: simulator.tap(READER))
    assert Option.CAPTURE in resolve.inspect(lead, state.intent_id).options
    simulator.dashboard_cancel(state.intent_id)
    with pytest.raises(Refused) as caught:
        resolve.resolve(lead, state.intent_id, Option.CAPTURE, "they are here")
    assert (caught.value.code, "canceled" in str(caught.value)) == ("changed", True)
    done = resolve.resolve(lead, state.intent_id, Option.WRITE_OFF, "cancelled in the dashboard")
    assert (done.payment.live, rows(order)[0].status) == (False, "pending")


def test_a_hold_of_an_order_that_wants_it_no_more_is_released_not_captured(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    state = left_at(lead, order, "sent", lambda: simulator.tap(READER))
    with connected():
        row = rows(order)[0]
        row.status = "cancelled"
        row.save()
    done = resolve.resolve(lead, state.intent_id, Option.CAPTURE, "they are here")
    assert (done.payment.stage, done.payment.captured) == (Stage.CANCELLED, None)
    assert [(book["held"], book["captured"]) for book in simulator.books().values()] == [(0, 0)]


def test_a_payment_that_a_desk_watches_is_left_to_it(
    lead: Desk, order: OrderView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pos.desk.payments.watcher.PATIENCE", 0.1)
    begun = begin(lead, order)
    watched = Watched(lead, begun.attempt_id)
    seen: list[str] = []

    def decide() -> None:
        with pytest.raises(Refused) as caught:
            resolve.resolve(lead, order.reference, Option.WRITE_OFF, "too slow")
        seen.append(caught.value.code)
        watched.control.detach()

    watched._at = {"sent": decide}
    assert watched.run().live
    assert seen == ["attempt_held"]


def test_a_captured_payment_that_fits_no_order_is_kept_or_given_back(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    state = tapped_and_captured(lead, order, simulator)
    with connected():
        row = rows(order)[0]
        row.status = "cancelled"
        row.save()
    done = resolve.resolve(lead, state.intent_id, Option.BOOK_CAPTURED, "it is at Stripe")
    assert (done.payment.stage, done.payment.notice) == (Stage.CAPTURED, Notice.NEEDS_A_PERSON)
    assert resolve.inspect(lead, state.intent_id).options == (Option.KEEP,)
    (made,) = refunds.refund(lead, order.reference)
    assert made.stage == "succeeded"
    with pytest.raises(Refused) as caught:
        resolve.inspect(lead, state.intent_id)
    assert caught.value.code == "nothing_to_resolve"


def test_a_payment_on_another_reader_is_not_touched(lead: Desk, order: OrderView) -> None:
    """The reader of the payment that is written off is free; the other one goes on."""
    state = left_at(lead, order, "sent", lambda: None)
    other = payments.begin(lead, sold_again(lead), OTHER_READER)
    watched = Watched(lead, other.attempt_id)
    watched._at = {"sent": watched.control.detach}
    watched.run()
    resolve.resolve(lead, state.intent_id, Option.WRITE_OFF, "they left")
    assert lead.terminal.reader(READER).action is None
    action = lead.terminal.reader(OTHER_READER).action
    assert action is not None
    assert action.status == "in_progress"
    assert [each.attempt_id for each in payments.unfinished(lead)] == [other.attempt_id]
    with connected():
        assert attempt_log.load(state.attempt_id).lease_owner == ""
