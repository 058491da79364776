"""Card payments from begin to booked, on both engines, against the simulator over HTTP."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.desk.conftest import make_desk
from tests.desk.paying import INSUFFICIENT_FUNDS, OTHER_READER, READER, Watched, begin, rows
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, AttemptEvent, Sale, Stage
from tui_pos.data.tables.registration import (
    Attendee,
    CaptureStatus,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
)
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused, because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import (
    CommandQueue,
    PaymentState,
    attempt_log,
)
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.search.receipts import receipt
from tui_pos.simulator import Server


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    """A walk-up's pending order over one T-shirt."""
    return checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron", email="ada@example.org")


def test_a_good_card_pays_the_order(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER))
    last = watched.run()

    assert watched.stages() == ["created", "intent", "sent", "authorized", "captured"]
    assert (last.notice, last.tone, last.card) == (Notice.CAPTURED, "ok", "Visa 4242")
    row, (payment,), (terminal,) = rows(order)
    assert (row.status, row.hold_expires_at) == (OrderStatus.PAID, None)
    assert (payment.status, payment.amount, payment.method) == ("succeeded", Decimal("25.00"), "terminal")
    assert payment.stripe_charge_id.startswith("ch_")
    assert (terminal.capture_status, terminal.card_brand, terminal.card_last4) == ("captured", "visa", "4242")
    assert terminal.terminal_id == "tml_demo_front_desk"
    with connected():
        assert Sale.get(Sale.order == order.id).status == "closed"
    (book,) = simulator.books().values()
    assert (book["captured"], book["metadata"]["order"]) == (2500, order.reference)


@pytest.mark.parametrize(
    ("test_card", "called"), [("amex", "American Express 0005"), ("girocard_debit", "Card 6877")]
)
def test_a_card_is_called_by_one_name_everywhere(
    test_card: str, called: str, card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    last = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER, test_card)).run()
    assert last.card == called
    assert because("event.authorized.card", card=called) in [event.said for event in last.events]
    assert [line.label for line in receipt(card_desk, order.reference).payments] == [called]


def test_the_attempt_is_committed_before_stripe_hears_of_it(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    with connected():
        row = Attempt.get_by_id(begun.attempt_id)
    assert (row.stage, row.intent_id, row.amount, row.currency) == ("created", None, 2500, "USD")
    assert simulator.books() == {}


def test_no_row_says_authorized_before_a_card_was_seen(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    seen: list[str] = []

    def look() -> None:
        _, (payment,), (terminal,) = rows(order)
        seen.extend([payment.status, terminal.capture_status])
        simulator.tap(READER)

    Watched(card_desk, begun.attempt_id, sent=look).run()
    assert seen == [PaymentStatus.PENDING, CaptureStatus.FAILED]


def test_a_declined_card_is_followed_by_another_on_the_same_intent(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)

    def again() -> None:
        watched._at["sent"] = lambda: simulator.tap(READER)
        watched.control.retry()

    watched._at = {"sent": lambda: simulator.tap(READER, INSUFFICIENT_FUNDS), "declined": again}
    last = watched.run()

    assert watched.stages() == ["created", "intent", "sent", "declined", "sent", "authorized", "captured"]
    declined = next(state for state in watched.seen if state.stage is Stage.DECLINED)
    assert declined.decline == "insufficient_funds"
    assert declined.detail == because("payment.declined", decline="insufficient_funds")
    assert declined.stuck
    assert last.intent_id == declined.intent_id
    assert len(simulator.books()) == 1
    assert rows(order)[0].status == OrderStatus.PAID


def test_without_a_person_a_decline_ends_the_watch(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    for state in payments.watch(card_desk, begun.attempt_id):
        if state.stage is Stage.SENT:
            simulator.tap(READER, INSUFFICIENT_FUNDS)
    assert (state.stage, state.stuck, state.live) == (Stage.DECLINED, True, True)


def test_a_card_that_is_approved_late_is_not_called_declined(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    desk = replace(card_desk, conference=replace(card_desk.conference, capture="confirm"))
    begun = begin(desk, order)
    for state in payments.watch(desk, begun.attempt_id):
        if state.stage is Stage.SENT:
            simulator.tap(READER, INSUFFICIENT_FUNDS)
    desk.terminal.process(READER, state.intent_id)
    simulator.tap(READER)
    assert state.detail
    watched = Watched(desk, begun.attempt_id)
    watched._at = {"authorized": watched.control.detach}
    late = watched.run()
    assert (late.stage, late.detail) == (Stage.AUTHORIZED, "")


@pytest.mark.parametrize("stage", ["intent", "sent", "declined"])
def test_cancel_gives_everything_up(stage: str, card_desk: Desk, order: OrderView, simulator: Server) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)
    watched._at = {"sent": lambda: simulator.tap(READER, INSUFFICIENT_FUNDS)} if stage == "declined" else {}
    watched._at[stage] = watched.control.cancel
    last = watched.run()

    assert (last.stage, last.live) == (Stage.CANCELLED, False)
    (book,) = simulator.books().values()
    assert (book["status"], book["captured"]) == ("canceled", 0)
    row, (payment,), (terminal,) = rows(order)
    assert (row.status, payment.status, terminal.capture_status) == ("pending", "failed", "cancelled")
    assert card_desk.terminal.reader(READER).action is None or stage == "declined"


def test_cancelled_before_stripe_was_asked_leaves_nothing_there(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    control = CommandQueue()
    control.cancel()
    last = list(payments.watch(card_desk, begun.attempt_id, control))[-1]
    assert last.stage is Stage.CANCELLED
    assert simulator.books() == {}


def test_a_cancel_that_comes_too_late_is_told_as_paid(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)

    def pay_behind_our_back() -> None:
        simulator.tap(READER)
        card_desk.terminal.capture(watched.seen[-1].intent_id, key="somebody-else")
        watched.control.cancel()

    watched._at = {"sent": pay_behind_our_back}
    last = watched.run()
    assert last.stage is Stage.CAPTURED
    assert last.notice is Notice.TOO_LATE
    assert rows(order)[0].status == OrderStatus.PAID


def test_a_cancel_while_the_bank_is_asked_waits_for_the_answer(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    control = CommandQueue()
    notices: list[Notice] = []
    for state in payments.watch(card_desk, begun.attempt_id, control):
        notices.append(state.notice)
        if state.stage is Stage.SENT:
            simulator.tap(READER, hold=True)
        elif state.notice is Notice.AUTHORIZING:
            control.cancel()
        elif state.stage is Stage.AUTHORIZING:
            simulator.finish(READER, "approve")
    assert Notice.CANCELLING in notices
    assert Notice.UNKNOWN not in notices
    assert state.stage is Stage.CANCELLED
    (book,) = simulator.books().values()
    assert (book["status"], book["held"], book["captured"]) == ("canceled", 0, 0)


def test_confirm_mode_captures_on_a_wish(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    desk = replace(card_desk, conference=replace(card_desk.conference, capture="confirm"))
    begun = begin(desk, order)
    watched = Watched(desk, begun.attempt_id)
    watched._at = {"sent": lambda: simulator.tap(READER), "authorized": watched.control.capture}
    last = watched.run()
    held = next(state for state in watched.seen if state.stage is Stage.AUTHORIZED)
    assert (held.stuck, held.notice) == (True, Notice.CONFIRM)
    assert last.stage is Stage.CAPTURED


def test_a_hold_that_runs_out_is_called_out_and_its_end_is_told(
    card_desk: Desk, order: OrderView, simulator: Server, frozen_clock: FrozenClock
) -> None:
    desk = replace(card_desk, conference=replace(card_desk.conference, capture="confirm"))
    begun = begin(desk, order)
    for state in payments.watch(desk, begun.attempt_id):
        if state.stage is Stage.SENT:
            simulator.tap(READER)
    assert state.notice is Notice.CONFIRM
    with connected():
        ends = Attempt.get_by_id(begun.attempt_id).capture_before
    assert ends is not None
    frozen_clock.advance((ends - frozen_clock.now()).total_seconds() - 3600)
    late = payments.state(desk, begun.attempt_id)
    assert (late.notice, late.tone) == (Notice.RUNS_OUT, "bad")
    simulator.advance(10 * 24 * 3600)
    watched = Watched(desk, begun.attempt_id)
    assert watched.run().stage is Stage.EXPIRED
    row, (payment,), (terminal,) = rows(order)
    assert (row.status, payment.status, terminal.capture_status) == ("pending", "failed", "cancelled")


def test_the_capture_and_cancel_commands_act_by_intent(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    desk = replace(card_desk, conference=replace(card_desk.conference, capture="confirm"))
    begun = begin(desk, order)
    for state in payments.watch(desk, begun.attempt_id):
        if state.stage is Stage.SENT:
            with pytest.raises(Refused, match=r"^not_authorized .*notice=sent$"):
                payments.capture(desk, state.intent_id)
            simulator.tap(READER)
    assert state.stage is Stage.AUTHORIZED
    captured = payments.capture(desk, state.intent_id)
    assert captured.stage is Stage.CAPTURED
    assert payments.capture(desk, state.intent_id).stage is Stage.CAPTURED
    with pytest.raises(Refused, match=r"^too_late "):
        payments.cancel(desk, state.intent_id)
    (book,) = simulator.books().values()
    assert book["captured"] == 2500


def test_a_hold_is_released_when_the_order_was_cancelled_meanwhile(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)

    def cancelled_on_the_web_site() -> None:
        with connected():
            Order.update(status=OrderStatus.CANCELLED).where(Order.id == order.id).execute()
        simulator.tap(READER)

    last = Watched(card_desk, begun.attempt_id, sent=cancelled_on_the_web_site).run()
    assert last.stage is Stage.CANCELLED
    assert last.detail == because("not_charged.ended", status="cancelled")
    (book,) = simulator.books().values()
    assert (book["status"], book["captured"]) == ("canceled", 0)


def test_a_lost_answer_to_the_capture_is_read_back(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    # Three times, because the client repeats the call twice by itself.
    simulator.fault("answer_lost", "POST /v1/payment_intents/*/capture", times=3)
    watched = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER))
    last = watched.run()
    assert "unknown" in watched.stages()
    unknown = next(state for state in watched.seen if state.stage is Stage.UNKNOWN)
    assert (unknown.notice, unknown.tone) == (Notice.UNKNOWN, "unknown")
    assert last.stage is Stage.CAPTURED
    assert rows(order)[0].status == OrderStatus.PAID
    (book,) = simulator.books().values()
    assert book["captured"] == 2500


def test_what_was_said_of_an_unknown_outcome_is_not_said_of_the_truth(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    simulator.fault("answer_lost", "POST /v1/payment_intents/*/cancel", times=3)
    watched = Watched(card_desk, begun.attempt_id)
    watched._at = {"sent": watched.control.cancel}
    last = watched.run()
    assert next(state for state in watched.seen if state.stage is Stage.UNKNOWN).detail
    assert (last.stage, last.detail) == (Stage.CANCELLED, "")


def test_a_stored_fault_of_the_capture_is_not_replayed_for_ever(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    simulator.fault("error_500", "POST /v1/payment_intents/*/capture", times=1)
    last = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert last.stage is Stage.CAPTURED
    assert rows(order)[0].status == OrderStatus.PAID


@pytest.mark.parametrize("fault", ["answer_lost", "error_500_after", "error_500", "cut_before"])
def test_a_create_without_answer_makes_no_second_payment(
    fault: str, card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    simulator.fault(fault, "POST /v1/payment_intents", times=3)
    last = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert last.stage is Stage.CAPTURED
    paid = [book for book in simulator.books().values() if book["captured"]]
    assert len(paid) == 1
    assert rows(order)[0].status == OrderStatus.PAID


def test_an_offline_reader_leaves_the_payment_for_another_one(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    simulator.set_reader(READER, "offline")
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)
    watched._at = {"sent": lambda: simulator.tap(OTHER_READER)}
    offline: list[PaymentState] = []

    def act() -> PaymentState:
        for state in watched._states:
            watched.seen.append(state)
            if state.stage is Stage.INTENT and state.stuck:
                offline.append(state)
                watched.control.switch(OTHER_READER, "Front-2")
            if state.stage is Stage.SENT:
                simulator.tap(OTHER_READER)
        return watched.seen[-1]

    last = act()
    assert offline[0].notice is Notice.READER_OFFLINE
    assert (last.stage, last.reader_id) == (Stage.CAPTURED, OTHER_READER)
    assert last.intent_id == offline[0].intent_id


def test_a_reader_at_work_for_somebody_else_is_left_alone(card_desk: Desk, order: OrderView) -> None:
    theirs = card_desk.terminal.create_intent(9900, "usd", metadata={}, key="theirs")
    card_desk.terminal.process(READER, theirs.id)
    begun = begin(card_desk, order)
    *_, last = payments.watch(card_desk, begun.attempt_id)
    assert (last.stage, last.notice) == (Stage.INTENT, Notice.READER_TAKEN)
    payments.cancel(card_desk, last.intent_id)
    action = card_desk.terminal.reader(READER).action
    assert action is not None
    assert (action.intent_id, action.status) == (theirs.id, "in_progress")


def test_nobody_comes_and_the_prompt_is_withdrawn(
    card_desk: Desk, order: OrderView, frozen_clock: FrozenClock
) -> None:
    begun = begin(card_desk, order)
    for state in payments.watch(card_desk, begun.attempt_id):
        if state.stage is Stage.SENT:
            frozen_clock.advance(121)
    assert (state.stage, state.notice) == (Stage.INTENT, Notice.NOBODY_PAID), state.events
    assert card_desk.terminal.reader(READER).action is None


@pytest.mark.parametrize("thief", [False, True])
def test_a_prompt_that_vanished_is_told_and_never_fought_for(
    thief: bool, card_desk: Desk, order: OrderView, frozen_clock: FrozenClock
) -> None:
    begun = begin(card_desk, order)
    for state in payments.watch(card_desk, begun.attempt_id):
        if state.stage is Stage.SENT:
            if thief:
                theirs = card_desk.terminal.create_intent(9900, "usd", metadata={}, key="theirs")
                card_desk.terminal.process(READER, theirs.id)
            else:
                card_desk.terminal.cancel_reader_action(READER, state.intent_id)
                frozen_clock.advance(16)
    assert (state.stage, state.notice) == (Stage.INTENT, Notice.READER_TAKEN if thief else Notice.READER_IDLE)
    assert state.commands == {"retry", "switch", "cancel", "detach"}


def test_the_screen_may_leave_and_come_back(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    begun = begin(card_desk, order)
    first = Watched(card_desk, begun.attempt_id)
    first._at = {"sent": first.control.detach}
    assert first.run().stage is Stage.SENT
    (waiting,) = payments.unfinished(card_desk)
    assert waiting.attempt_id == begun.attempt_id
    simulator.tap(READER)
    assert Watched(card_desk, begun.attempt_id).run().stage is Stage.CAPTURED
    assert payments.unfinished(card_desk) == ()


def test_another_station_waits_for_the_lease(card_desk: Desk, order: OrderView) -> None:
    begun = begin(card_desk, order)
    watching = payments.watch(card_desk, begun.attempt_id)
    next(watching)
    elsewhere = replace(card_desk, station="desk-9")
    with pytest.raises(Refused, match=r"^attempt_held holder=desk-3"):
        next(payments.watch(elsewhere, begun.attempt_id))
    watching.close()
    assert next(payments.watch(elsewhere, begun.attempt_id)).stage is Stage.CREATED


def test_one_live_payment_per_order_and_per_reader(card_desk: Desk, order: OrderView) -> None:
    begin(card_desk, order)
    with pytest.raises(Refused, match=r"^payment_live .*reader=Front-1 holder=desk-3"):
        begin(card_desk, order, OTHER_READER)
    second = checkout.sell(card_desk, [("t-shirt", 1)], name="Bob")
    with pytest.raises(Refused, match=r"^payment_live\.reader .*reader=Front-1 "):
        begin(card_desk, second)


def test_money_that_fits_no_order_any_more_is_booked_and_needs_a_person(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)

    def captured_then_cancelled() -> None:
        simulator.tap(READER)
        card_desk.terminal.capture(watched.seen[-1].intent_id, key="somebody-else")
        with connected():
            Order.update(status=OrderStatus.CANCELLED).where(Order.id == order.id).execute()

    watched._at = {"sent": captured_then_cancelled}
    last = watched.run()
    assert (last.stage, last.notice, last.tone) == (Stage.CAPTURED, Notice.NEEDS_A_PERSON, "bad")
    assert last.problem == because("payment.order_ended", status="cancelled")
    row, (payment,), _ = rows(order)
    assert (row.status, payment.status) == ("cancelled", "succeeded")


def test_the_web_sites_webhook_may_book_first(card_desk: Desk, simulator: Server) -> None:
    placed = checkout.sell(card_desk, [("regular", 1)], name="Eve", email="eve@example.org")
    begun = begin(card_desk, placed)
    watched = Watched(card_desk, begun.attempt_id)

    def webhook() -> None:
        with connected():
            Payment.update(status=PaymentStatus.SUCCEEDED).where(Payment.order == placed.id).execute()
            Order.update(status=OrderStatus.PAID, hold_expires_at=None).where(Order.id == placed.id).execute()

    def captured_and_told() -> None:
        simulator.tap(READER)
        card_desk.terminal.capture(watched.seen[-1].intent_id, key="first")
        webhook()

    watched._at = {"sent": captured_and_told}
    last = watched.run()
    assert (last.stage, last.problem) == (Stage.CAPTURED, "")
    row, (payment,), (terminal,) = rows(placed)
    assert (row.status, payment.status, terminal.capture_status) == ("paid", "succeeded", "captured")
    with connected():
        attendee = Attendee.get(Attendee.user == row.user_id)
    assert (attendee.order_id, attendee.completed_registration) == (row.id, True)


def test_the_web_sites_webhook_is_told_nothing_that_it_acts_on(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    last = Watched(card_desk, begin(card_desk, order).attempt_id, sent=lambda: simulator.tap(READER)).run()
    _, (payment,), (terminal,) = rows(order)
    assert (payment.stripe_payment_intent_id, terminal.payment_intent_id) == ("", last.intent_id)
    (book,) = simulator.books().values()
    assert "order_id" not in book["metadata"]


def test_part_of_the_total_leaves_the_order_pending(card_desk: Desk, simulator: Server) -> None:
    placed = checkout.sell(card_desk, [("t-shirt", 2)], name="Al")
    first = payments.begin(card_desk, placed.reference, READER, amount=Decimal("20.00"))
    Watched(card_desk, first.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert rows(placed)[0].status == OrderStatus.PENDING
    rest = payments.begin(card_desk, placed.reference, READER)
    assert rest.amount == placed.total - 20
    Watched(card_desk, rest.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert rows(placed)[0].status == OrderStatus.PAID


def test_what_is_refused_before_anything_is_written(card_desk: Desk, order: OrderView) -> None:
    other = make_desk("demo", "scanner")
    with pytest.raises(NotPermitted):
        begin(replace(card_desk, staff=other.staff), order)
    with pytest.raises(InvalidInput, match=r"^no_stripe_key "):
        begin(replace(card_desk, account=None), order)
    with pytest.raises(InvalidInput, match=r"^reader_required\.choose$"):
        begin(card_desk, order, "  ")
    with pytest.raises(NotFound, match=r"^order_not_found"):
        payments.begin(card_desk, "ORD-NONE", READER)
    with pytest.raises(InvalidInput, match=r"^amount_too_high "):
        payments.begin(card_desk, order.reference, READER, amount=Decimal("25.01"))
    with pytest.raises(Refused, match=r"^amount_too_small "):
        payments.begin(card_desk, order.reference, READER, amount=Decimal("0.49"))
    checkout.cancel_order(card_desk, order.reference)
    with pytest.raises(Refused, match=r"^order_not_pending\.charge .*status=cancelled$"):
        begin(card_desk, order)
    with connected():
        assert Attempt.select().count() == 0


def test_an_order_whose_hold_ran_out_is_taken_only_while_there_is_stock(
    card_desk: Desk, order: OrderView, frozen_clock: FrozenClock
) -> None:
    frozen_clock.advance(3600)
    begun = begin(card_desk, order)
    with connected():
        until = Order.get_by_id(order.id).hold_expires_at
    assert until is not None
    assert until > frozen_clock.moment
    payments.cancel(card_desk, _intent(card_desk, begun))


def _intent(desk: Desk, begun: PaymentState) -> str:
    watching: Iterator[PaymentState] = payments.watch(desk, begun.attempt_id)
    return next(state.intent_id for state in watching if state.intent_id)


def test_stages_move_along_the_table_alone(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    begun = begin(card_desk, order)
    Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    with connected():
        row = attempt_log.load(begun.attempt_id)
        for stage in Stage:
            with pytest.raises(ValueError, match="may not move"):
                attempt_log.move(card_desk, row, stage, "back")
        events = list(AttemptEvent.select().where(AttemptEvent.attempt == row.id).order_by(AttemptEvent.id))
    assert [event.stage for event in events] == ["created", "intent", "sent", "authorized", "captured"]
    assert {event.station for event in events} == {"desk-3"}


def events_of(attempt_id: int) -> list[tuple[str, str]]:
    """Stage and Stripe's request of each event, as they were written."""
    with connected():
        rows = AttemptEvent.select().where(AttemptEvent.attempt == attempt_id).order_by(AttemptEvent.id)
        return [(row.stage, row.request_id) for row in rows]


def test_each_event_has_stripes_id_of_the_request_that_led_to_it(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    asked: list[str] = []

    def listen() -> None:  # what is asked meanwhile in this thread is no part of the payment
        card_desk.terminal.readers()
        asked.append(card_desk.terminal.request_id)
        simulator.tap(READER)

    Watched(card_desk, begun.attempt_id, sent=listen).run()
    events = dict(events_of(begun.attempt_id))
    assert events.pop("created") == ""
    assert list(events) == ["intent", "sent", "authorized", "captured"]
    assert all(each.startswith("req_") for each in events.values())
    assert len({*events.values(), *asked}) == 5


def test_an_event_that_no_answer_led_to_has_no_request(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    simulator.fault("answer_lost", "POST /v1/payment_intents/*/capture", times=3)
    begun = begin(card_desk, order)
    Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    *_, lost, found = events_of(begun.attempt_id)
    assert lost == ("unknown", "")
    assert found[0] == "captured"
    assert found[1].startswith("req_")


def test_what_a_person_asked_for_has_no_request_and_what_stripe_then_did_has(
    card_desk: Desk, order: OrderView
) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)
    watched._at = {"sent": watched.control.cancel}
    watched.run()
    *_, asked, done = events_of(begun.attempt_id)
    assert asked == ("sent", "")
    assert done[0] == "cancelled"
    assert done[1].startswith("req_")


def test_a_payment_watched_at_another_station_is_cancelled_by_that_station(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    elsewhere = replace(card_desk, station="desk-9")
    watched = Watched(card_desk, begun.attempt_id)
    answers: list[PaymentState] = []

    def ask() -> None:
        answers.append(payments.cancel(elsewhere, watched.seen[-1].intent_id))

    asking = threading.Thread(target=ask)
    watched._at = {"sent": asking.start}
    last = watched.run()
    asking.join()
    assert last.stage is Stage.CANCELLED
    assert [state.stage for state in answers] == [Stage.CANCELLED]
    assert [book["status"] for book in simulator.books().values()] == ["canceled"]
