"""What Stripe has of our card payments, compared with the attempts: sums, orphans, and unknown intents.

Read by one list over the whole time in which the books call something captured, so that no payment is too
old to be looked at. Intents of another installation, of other conferences and of the web site are not ours.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from peewee import fn

from tui_pos.core import money
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Refund, Stage
from tui_pos.data.tables.registration import Payment, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.balance import ACCEPTED
from tui_pos.desk.reconciliation.mismatches import Mismatch, mismatches_of_each, of_attempt
from tui_pos.terminal import Intent, IntentNotFound, Terminal, TerminalError

CANCELLABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")
ENDED_UNPAID = ("canceled",)

CLOCK_SKEW = timedelta(hours=1)
"""How much earlier than our attempt Stripe may say that its intent was made."""

MOST_READS = 50
"""How many payments that the list lacks are read one by one; the others count as unknown to Stripe."""


Swept = dict[str, Intent]
"""What Stripe listed, by id: the intents that are ours, and those that an attempt here calls its own."""


def of_account(desk: Desk, account: str) -> Any:
    """Attempts that belong to this conference, mode and account, and those of no known account."""
    ours = Attempt.account.in_(["", account])
    return (Attempt.conference == desk.conference.id) & Attempt.mode.in_(["", desk.mode]) & ours


def sweep(desk: Desk, terminal: Terminal, since: datetime, account: str) -> Swept:
    """List Stripe's payments since ``since``, or since the oldest that the books call captured."""
    with connected():
        mine = Attempt.select(Attempt.key, Attempt.intent_id).where(Attempt.conference == desk.conference.id)
        keys, ids = set(), set()
        for row in mine:
            keys.add(row.key)
            ids.add(row.intent_id)
        oldest = (
            Attempt.select(Attempt.created_at)
            .where(of_account(desk, account), Attempt.stage == Stage.CAPTURED)
            .order_by(Attempt.created_at)
            .first()
        )
    begin = min(since, oldest.created_at - CLOCK_SKEW) if oldest else since
    listed = terminal.intents_created(begin, None)
    return {each.id: each for each in listed if each.id in ids or _is_ours(desk, each, keys)}


def _is_ours(desk: Desk, intent: Intent, keys: set[str]) -> bool:
    said = intent.metadata
    if said.get("conference") != desk.conference.slug or not said.get("attempt"):
        return False
    installation = said.get("installation")
    return installation == desk.installation if installation else said["attempt"] in keys


def orphans(desk: Desk, swept: Swept, *, check: bool) -> Iterator[Mismatch]:
    """Intents with our metadata that no attempt calls its own: an answer was lost, or the row was."""
    with connected():
        rows = Attempt.select(Attempt.intent_id, Attempt.key, Attempt.finished_at).where(
            Attempt.conference == desk.conference.id
        )
        known, waiting = set(), set()
        for row in rows:
            known.add(row.intent_id)
            if row.finished_at is None:
                waiting.add(row.key)
    found = [
        intent
        for intent in swept.values()
        if intent.id not in known
        and intent.status not in ENDED_UNPAID
        and intent.metadata["attempt"] not in waiting
    ]
    yield from mismatches_of_each(
        found, lambda intent: [_orphan(desk, intent, check)], lambda intent: intent.id
    )


def _orphan(desk: Desk, intent: Intent, check: bool) -> Mismatch:
    is_held = intent.status == "requires_capture"
    amount = money.from_minor(intent.amount_received or intent.amount_capturable, intent.currency)
    fault: Reason | None = None
    done: Reason | None = None
    if intent.status in CANCELLABLE and not check:
        try:
            desk.terminal.cancel_intent(intent.id, reason="abandoned")
            done = because("done.released") if is_held else because("done.cancelled")
        except TerminalError as error:
            fault = error.reason
    reason = (
        because("orphaned_hold", fault=fault or "")
        if is_held
        else because("orphaned_payment", fault=fault or "")
    )
    return Mismatch(
        reason=because("captured_without_record") if intent.status == "succeeded" else reason,
        reference=intent.metadata.get("order", ""),
        intent_id=intent.id,
        stripe=amount,
        currency=intent.currency.upper(),
        done=done,
    )


def sums(desk: Desk, terminal: Terminal, swept: Swept, account: str) -> Iterator[Mismatch]:
    """Per payment: captured less refunded at Stripe against succeeded less refunded here.

    And every payment that the books call captured and Stripe does not know.
    """
    reads = iter(range(MOST_READS))
    with connected():
        attempts = list(
            Attempt.select()
            .where(
                of_account(desk, account),
                Attempt.finished_at.is_null(False),
                Attempt.intent_id.is_null(False),
            )
            .order_by(Attempt.id)
        )
        looked_at = [row for row in attempts if row.intent_id in swept or row.stage == Stage.CAPTURED]

        def look(attempt: Attempt) -> Iterable[Mismatch]:
            intent = swept.get(str(attempt.intent_id))
            if intent is None and next(reads, None) is not None:
                intent = _read(terminal, attempt)
            return _compared(attempt, intent)

        yield from mismatches_of_each(looked_at, look, lambda attempt: str(attempt.intent_id))


def _read(terminal: Terminal, attempt: Attempt) -> Intent | None:
    try:
        return terminal.intent(str(attempt.intent_id))
    except IntentNotFound:
        return None


def _compared(attempt: Attempt, intent: Intent | None) -> Iterator[Mismatch]:
    here = booked(attempt)
    if intent is None:
        yield of_attempt(attempt, because("unknown_to_stripe"), books=here)
        return
    if (least := min(intent.amount_received, intent.amount_refunded)) < 0:
        raise money.MoneyError("invalid_amount.negative", given=str(least))
    there = intent.amount_received - intent.amount_refunded
    if intent.currency.upper() != attempt.currency:
        theirs = intent.currency.upper()
        yield Mismatch(
            reason=because("sums_differ.currency", theirs=theirs, ours=attempt.currency),
            reference=attempt.order.reference,
            intent_id=intent.id,
            stripe=money.from_minor(there, intent.currency),
            currency=theirs,
        )
    elif there != here:
        yield of_attempt(attempt, because("sums_differ"), stripe=there, books=here)


def booked(attempt: Attempt) -> int:
    """What the books count, in minor units: every succeeded row of the attempt's intent, less refunds.

    What an exchange brought from the order to another one is still the card's money, until it is given back
    from there.
    """
    of_intent = (Payment.id == attempt.payment_id) | (Payment.stripe_payment_intent_id == attempt.intent_id)
    rows = list(
        Payment.select().where(
            Payment.order == attempt.order_id, of_intent, Payment.status == PaymentStatus.SUCCEEDED
        )
    )
    paid = sum(money.to_minor(row.amount, attempt.currency) for row in rows)
    # What was given back is no succeeded row any more, but for parts from before they were split off.
    unsplit = Refund.select(fn.SUM(Refund.amount)).where(
        Refund.payment.in_([row.id for row in rows]),
        Refund.stage.in_(ACCEPTED),
        Refund.split.is_null(),
        Refund.currency == attempt.currency,
    )
    back = Refund.select(fn.SUM(Refund.amount)).where(Refund.stage.in_(ACCEPTED))
    exchanged = back.where(Refund.payment == attempt.payment_id, Refund.exchange.is_null(False))
    from_there = back.where(Refund.attempt == attempt.id, Refund.payment != attempt.payment_id)
    moved = int(exchanged.scalar() or 0) - int(from_there.scalar() or 0)
    return paid - int(unsplit.scalar() or 0) + moved
