"""Writing the outcome of each step: attempt log, django-program's rows and the order in one transaction."""

from typing import TYPE_CHECKING

import msgspec

from tui_pos.core import clock, money
from tui_pos.data.connection import lock, run_tx
from tui_pos.data.tables.desk import Attempt, CaptureMode, Obstacle, Stage
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    CaptureStatus,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    TerminalPayment,
)
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refused, because
from tui_pos.desk.orders import holds, orders
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.orders.payment_sources import label
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.stored_reasons import Said, pack

if TYPE_CHECKING:
    from tui_pos.terminal import Intent

NO_CARD_YET = CaptureStatus.FAILED
"""django-program has no state for "no card seen yet"; its default, authorized, would claim held money."""

DOUBLE = "Booked a second time by the web site's webhook; the card was charged once."


def record_intent(desk: Desk, attempt: Attempt, intent: "Intent") -> None:
    """Stripe has the payment: write its rows before money moves.

    The payment does not name the intent, or the web site's webhook would act on the order too. Only an intent
    made by an older version, whose metadata names the order, is named: that webhook would otherwise book
    another payment.
    """

    def write() -> None:
        amount = money.from_minor(attempt.amount, attempt.currency)
        payment = Payment.create(
            order=attempt.order_id,
            method=PaymentMethod.TERMINAL,
            status=PaymentStatus.PENDING,
            amount=amount,
            stripe_payment_intent_id=intent.id if "order_id" in intent.metadata else "",
            created_by=attempt.staff_id,
        )
        TerminalPayment.create(
            payment=payment,
            conference=attempt.conference_id,
            reader_id=attempt.reader_id,
            payment_intent_id=intent.id,
            capture_status=NO_CARD_YET,
        )
        attempt_log.move(
            desk,
            attempt,
            Stage.INTENT,
            because("event.created", intent=intent.id),
            payment=payment.id,
            intent_id=intent.id,
            **attempt_log.CLEARED,
        )

    run_tx(write)


def authorized(desk: Desk, attempt: Attempt, intent: "Intent") -> None:
    """A card was approved and the money is held.

    The web site's webhook failed the payment when an earlier card was declined; it would book another one.
    """

    def write() -> None:
        attempt_log.move(
            desk, attempt, Stage.AUTHORIZED, _approved(intent), message="", **_card_columns(intent)
        )
        Payment.update(status=PaymentStatus.PENDING).where(
            Payment.id == attempt.payment_id, Payment.status == PaymentStatus.FAILED
        ).execute()
        _write_card(attempt, intent, CaptureStatus.AUTHORIZED)

    run_tx(write)


def detach_intent(payment_id: int | None) -> None:
    """Remove the intent from a payment that names one, as those of older versions do.

    Call it before Stripe is asked to refund or to release its money. The web site's webhook takes a
    released hold, or one refunded payment of several, for a refund of the whole order, unless it finds no
    payment by that intent. The ``TerminalPayment`` keeps it.
    """
    linked = (Payment.id == payment_id) & (Payment.stripe_payment_intent_id != "")
    if Payment.select(Payment.id).where(linked).exists():
        run_tx(lambda: Payment.update(stripe_payment_intent_id="").where(linked).execute())


def recheck_order(desk: Desk, attempt: Attempt) -> Reason | None:
    """Why the order must not be charged any more; None when it may, and its stock is held.

    Looks under lock: the order may have been cancelled or paid otherwise since the payment began, or its
    hold may have run out and what it wants been sold.
    """

    def look() -> Reason | None:
        lock(Conference.select(Conference.id).where(Conference.id == attempt.conference_id)).get()
        order = lock(Order.select().where(Order.id == attempt.order_id)).get()
        if order.status != OrderStatus.PENDING:
            return because("not_charged.ended", status=order.status)
        owed = order.total - balance(order).covered
        if money.from_minor(attempt.amount, attempt.currency) > owed:
            return because("not_charged.paid")
        try:
            holds.extend_hold(desk, order, clock.now())
        except Refused as gone:
            if gone.code == "venue_full":
                return because("not_charged.venue_full", **gone.values)
            return because("not_charged.sold_out", **gone.values)
        return None

    return run_tx(look)


def captured(desk: Desk, attempt: Attempt, intent: "Intent") -> None:
    """Stripe captured the money: book what it captured and finish the order.

    The web site's webhook may have booked the payment of an older version already; then only what is missing
    is written. Money that does not fit the order any more, or is less than was asked for, is booked
    all the same and marked for a person.
    """

    def write() -> None:
        now = clock.now()
        order = lock(Order.select().where(Order.id == attempt.order_id)).get()
        Payment.update(
            status=PaymentStatus.SUCCEEDED,
            amount=money.from_minor(intent.amount_received, attempt.currency),
            stripe_charge_id=intent.latest_charge_id or "",
        ).where(Payment.id == attempt.payment_id).execute()
        drop_doubles(attempt)
        _write_card(attempt, intent, CaptureStatus.CAPTURED, captured_at=now)
        orders.finish_if_paid(order, now)
        less, unfit = _captured_less(attempt, intent), discrepancy_of(order, attempt.currency)
        both = because("payment.two_problems", first=less, second=unfit) if less and unfit else None
        problem = both or less or unfit
        why = problem or _unconfirmed(attempt)
        columns = {
            **_card_columns(intent),
            "captured": intent.amount_received,
            "obstacle": Obstacle.CAPTURED_LESS if less else Obstacle.NONE,
            "problem": problem or "",
            "message": why or "",
        }
        attempt_log.move(desk, attempt, Stage.CAPTURED, _captured_event(attempt, intent, why), **columns)

    run_tx(write)


def _captured_event(attempt: Attempt, intent: "Intent", why: Reason | None) -> Reason:
    received = money.from_minor(intent.amount_received, attempt.currency)
    if why is None:
        return because("event.captured", amount=received, currency=attempt.currency)
    return because("event.captured.but", amount=received, currency=attempt.currency, why=why)


def _captured_less(attempt: Attempt, intent: "Intent") -> Reason | None:
    if intent.amount_received >= attempt.amount:
        return None
    received, asked = (
        money.from_minor(minor, attempt.currency) for minor in (intent.amount_received, attempt.amount)
    )
    return because("payment.captured_less", captured=received, asked=asked, currency=attempt.currency)


def _unconfirmed(attempt: Attempt) -> Reason | None:
    """The reason to note where a key should capture and the card (Interac, eftpos) was charged at once."""
    by_itself = attempt.capture_mode == CaptureMode.CONFIRM and not attempt.capture_tries
    return because("payment.unconfirmed") if by_itself else None


def drop_doubles(attempt: Attempt) -> None:
    """Mark the payments that the web site's webhook booked for the same intent beside our own."""
    Payment.update(status=PaymentStatus.FAILED, note=DOUBLE).where(
        Payment.order == attempt.order_id,
        Payment.stripe_payment_intent_id == attempt.intent_id,
        Payment.id != attempt.payment_id,
        Payment.status == PaymentStatus.SUCCEEDED,
    ).execute()


def discrepancy_of(order: Order, currency: str) -> Reason | None:
    """What is wrong with the money that is kept for the order, for a person; None when it fits."""
    found = balance(order)
    if found.kept > 0 and order.status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED):
        return because("payment.order_ended", status=order.status)
    if not found.surplus:
        return None
    return because("payment.surplus", surplus=found.surplus, currency=currency)


def flag_discrepancy(order: Order) -> None:
    """Mark the order's last captured payment when its money does not fit the order any more, or unmark them.

    Orders are cancelled, paid and refunded elsewhere too, after the desk is done. Call with the order locked.
    """
    query = Attempt.select().where(Attempt.order == order.id, Attempt.stage == Stage.CAPTURED)
    last_first = list(query.order_by(Attempt.id.desc()))
    problem = pack(discrepancy_of(order, last_first[0].currency)) if last_first else ""
    for attempt in last_first:
        if attempt.obstacle != Obstacle.CAPTURED_LESS and attempt.problem != problem:
            Attempt.update(problem=problem, message=problem).where(Attempt.id == attempt.id).execute()
        problem = ""


def record_failure(desk: Desk, attempt: Attempt, stage: Stage, said: Said, **columns: object) -> None:
    """The attempt ended without money: cancelled, failed or expired."""

    def write() -> None:
        now = clock.now()
        Payment.update(status=PaymentStatus.FAILED, stripe_payment_intent_id="").where(
            Payment.id == attempt.payment_id, Payment.status != PaymentStatus.SUCCEEDED
        ).execute()
        ended = {"capture_status": CaptureStatus.FAILED, "updated_at": now}
        if stage is not Stage.FAILED:
            ended |= {"capture_status": CaptureStatus.CANCELLED, "cancelled_at": now}
        TerminalPayment.update(**ended).where(TerminalPayment.payment == attempt.payment_id).execute()
        attempt_log.move(desk, attempt, stage, said, **columns)

    run_tx(write)


def _approved(intent: "Intent") -> Reason:
    card = intent.card
    if card is None or not card.last4:
        return because("event.authorized")
    return because("event.authorized.card", card=label(PaymentMethod.TERMINAL, card.brand, card.last4))


def _card_columns(intent: "Intent") -> dict[str, object]:
    card = msgspec.json.encode(intent.card).decode() if intent.card else ""
    return {
        "card": card,
        "charge_id": intent.latest_charge_id or "",
        "capture_before": intent.capture_before,
        "decline_code": "",
        "obstacle": Obstacle.NONE,
    }


def _write_card(attempt: Attempt, intent: "Intent", status: CaptureStatus, **columns: object) -> None:
    card = intent.card
    known = (
        {
            "terminal_id": card.location or "",
            "card_brand": card.brand or "",
            "card_last4": card.last4 or "",
            "receipt_url": intent.receipt_url[:500],
        }
        if card
        else {}
    )
    TerminalPayment.update(
        capture_status=status, reader_id=attempt.reader_id, updated_at=clock.now(), **known, **columns
    ).where(TerminalPayment.payment == attempt.payment_id).execute()
