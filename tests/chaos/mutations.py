"""Builds that are broken on purpose, to see that the harness notices. Applied in desk processes alone."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from peewee import IntegrityError

from tui_pos.core import clock
from tui_pos.data.tables.desk import Attempt, Refund, Stage
from tui_pos.data.tables.registration import Payment
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import live_payment, orders
from tui_pos.desk.orders.balance import OrderBalance, balance
from tui_pos.desk.payments import (
    bookkeeping,
    call_failures,
    discrepancy,
    intent_status,
    start,
    transitions,
)
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.backoff import StripeCall
from tui_pos.desk.reconciliation import at_stripe
from tui_pos.desk.reconciliation.mismatches import Mismatch
from tui_pos.desk.refunds import card_refunds, elsewhere, refunds, web_site
from tui_pos.desk.refunds.card_refunds import CardPayment
from tui_pos.desk.tenders import tendering
from tui_pos.terminal import Intent, StripeRefund, TerminalError


def apply(name: str) -> None:
    """Break this process in the way named; the empty name leaves it whole."""
    if name:
        MUTATIONS[name]()


def refund_key_not_stored() -> None:
    """Each request for a refund has a key of its own, and none can be found again."""

    def request(desk: Desk, row: Refund) -> StripeRefund:
        keys = {"order": row.order.reference, "attempt": row.attempt.key, "refund": clock.new_id()}
        return desk.terminal.refund(row.attempt.intent_id, row.amount, key=clock.new_id(), metadata=keys)

    _put(card_refunds, "_request", request)


def captured_before_the_answer() -> None:
    """The money is booked, then asked for."""

    def capture(worker: AttemptWorker) -> float:
        attempt = worker.attempt
        assert attempt.intent_id is not None
        intent = worker.terminal.intent(attempt.intent_id)
        if intent.status != "requires_capture":
            return intent_status.follow(worker, intent)
        if transitions.abandon(worker):
            return 0
        bookkeeping.captured(worker.desk, attempt, replace(intent, amount_received=intent.amount))
        worker.terminal.capture(attempt.intent_id, key=f"{attempt.key}-capture")
        return 0

    transitions.STEPS[Stage.AUTHORIZED] = capture
    _put(transitions, "capture", capture)


def no_answer_means_failed() -> None:
    """An unknown outcome is taken for a failure, and nobody looks."""

    def mark_unknown(worker: AttemptWorker, error: TerminalError, _: StripeCall) -> float:
        stage = Stage.CANCELLED if worker.attempt.stage == Stage.AUTHORIZED else Stage.FAILED
        bookkeeping.record_failure(worker.desk, worker.attempt, stage, error.reason)
        return 0

    _put(call_failures, "mark_unknown", mark_unknown)


def nobody_looks_first() -> None:
    """A payment begins without looking for another one: only the database's index keeps a second one out."""
    refuse = live_payment.refuse_live

    def refuse_live(desk: Desk, same: Any) -> None:
        if sys.exc_info()[0] is IntegrityError:
            refuse(desk, same)

    _put(start, "refuse_live", refuse_live)
    _put(OrderBalance, "due", property(lambda found: found.total - found.covered))


def open_refunds_not_counted() -> None:
    """The ledger takes money that may be leaving for money that stays."""
    _put(OrderBalance, "covered", property(lambda found: found.kept))
    for module in (start, tendering, refunds):
        _put(module, "refuse_open", lambda _: None)


def repair_without_reading() -> None:
    """What the web site wrote is put right by what stands here, with no look at Stripe."""

    def read(desk: Desk, card: CardPayment) -> Intent:
        gone, _ = web_site._given_back(card.payment)
        return replace(desk.terminal.intent(card.intent_id), amount_refunded=gone)

    _put(web_site, "_read", read)
    for name in ("look", "look_since", "compare"):
        _put(elsewhere, name, lambda *_: ())


def answer_not_compared() -> None:
    """Whatever Stripe answers is about our payment."""
    _put(discrepancy, "check", lambda _desk, _attempt, intent: intent)


def unknown_to_stripe_is_overlooked() -> None:
    """A payment that the books call captured and Stripe does not know is passed over."""
    compared = at_stripe._compared
    _put(at_stripe, "_compared", lambda attempt, intent: compared(attempt, intent) if intent else ())


def sums_over_currencies() -> None:
    """Minor units are compared and summed, of whichever currency they are."""
    compared = at_stripe._compared

    def minor_units_alone(attempt: Attempt, intent: Intent | None) -> Iterator[Mismatch]:
        yield from compared(attempt, intent and replace(intent, currency=attempt.currency.lower()))

    _put(at_stripe, "_compared", minor_units_alone)


def every_installation_is_ours() -> None:
    """What another installation has at Stripe for a conference of this name is taken for our own."""
    _put(
        at_stripe,
        "_is_ours",
        lambda desk, intent, _: intent.metadata.get("conference") == desk.conference.slug,
    )


def version_before() -> None:
    """Not broken, but old: its payments, and orders whose whole rest one pays, are named to the webhook."""
    metadata, record_intent = transitions.metadata, bookkeeping.record_intent

    def with_the_order(attempt: Attempt, desk: Desk) -> dict[str, str]:
        whole = balance(attempt.order).due <= 0 and orders.registers_buyer(attempt.order)
        return {**metadata(attempt, desk), **({"order_id": str(attempt.order_id)} if whole else {})}

    def linked(desk: Desk, attempt: Attempt, intent: Intent) -> None:
        record_intent(desk, attempt, intent)
        payment = Payment.select(Payment.id).where(Payment.id == attempt.payment_id)
        Payment.update(stripe_payment_intent_id=intent.id).where(Payment.id.in_(payment)).execute()

    _put(transitions, "metadata", with_the_order)
    _put(bookkeeping, "record_intent", linked)


def _put(module: object, name: str, value: object) -> None:
    """Replace what is there; a name that is not there any more would break nothing."""
    getattr(module, name)
    setattr(module, name, value)


MUTATIONS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        refund_key_not_stored,
        captured_before_the_answer,
        no_answer_means_failed,
        nobody_looks_first,
        open_refunds_not_counted,
        repair_without_reading,
        answer_not_compared,
        every_installation_is_ours,
        unknown_to_stripe_is_overlooked,
        sums_over_currencies,
        version_before,
    )
}
