"""Ending a payment that cannot end by itself: a supervisor sees what Stripe and the books say, and decides.

``inspect`` reads both sides and says which decisions fit; ``resolve`` reads them again and acts on one.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import FINAL_STAGES, Attempt, Obstacle, RequestedAction, Stage
from tui_pos.data.tables.registration import Order
from tui_pos.desk import lease_owners
from tui_pos.desk.access import permissions
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Reason, Refused, because
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.payments import (
    accounts,
    attempt_log,
    bookkeeping,
    transitions,
)
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.discrepancy import WrongAnswer
from tui_pos.desk.payments.intent_status import follow, withdraw
from tui_pos.desk.payments.state import PaymentState, payment_state
from tui_pos.desk.payments.watcher import take_lease
from tui_pos.desk.stored_reasons import Said, unpack
from tui_pos.terminal import Intent, TerminalError
from tui_pos.terminal import NotFound as NotAtStripe

LONGEST_REASON = 200


class Option(StrEnum):
    """What a supervisor may decide; which of them fit depends on what Stripe and the books say."""

    BOOK_CAPTURED = "book-captured"
    CAPTURE = "capture"
    RELEASE = "release"
    WRITE_OFF = "write-off"
    ACCEPT_LESS = "accept-less"
    KEEP = "keep"


class StripeReading(StrEnum):
    """The outcome of asking Stripe for the payment."""

    ANSWERED = "answered"
    NOT_KNOWN = "not_known"
    REFUSED = "refused"
    WRONG = "wrong"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSide:
    """What Stripe says at this moment; amounts None and ``status`` '' where it told nothing."""

    reading: StripeReading
    intent_id: str
    status: str
    said: Reason
    held: Decimal | None = None
    captured: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksSide:
    """What the books say: the order, the attempt, and why a person is needed."""

    order_status: str
    total: Decimal
    kept: Decimal
    stage: Stage
    asked: Decimal
    booked: Decimal
    problem: Said


@dataclass(frozen=True, slots=True)
class Resolution:
    """Both sides, and the decisions that can be taken, the usual one first."""

    payment: PaymentState
    stripe: StripeSide
    books: BooksSide
    options: tuple[Option, ...]


def inspect(desk: Desk, wanted: str) -> Resolution:
    """Read both sides of a card payment, by its intent or its order's reference; nothing is written.

    Raises NotPermitted, InvalidInput, NotFound, Refused ``nothing_to_resolve`` for one that ended well
    and ``other_account`` for one that is not of the mode and account of this host's key.
    """
    permissions.require(desk, permissions.Action.RESOLVE)
    desk = accounts.ours(desk)
    with connected():
        return _both_sides(AttemptWorker(desk=desk, attempt=_find(desk, wanted)))[0]


def resolve(desk: Desk, wanted: str, option: Option, reason: str) -> Resolution:
    """Decide what becomes of a payment; both sides as they are afterwards.

    Raises what ``inspect`` raises, InvalidInput without a reason, Refused ``not_read`` when Stripe did not
    answer, ``changed`` when what was read now does not allow the option, and ``attempt_held`` while a desk
    watches the payment. Nothing was written then.
    """
    permissions.require(desk, permissions.Action.RESOLVE)
    why = printable(reason.strip(), LONGEST_REASON)
    if not why:
        raise InvalidInput("reason_required.resolve")
    desk = accounts.ours(desk)
    owner = lease_owners.new_owner(desk)
    with connected():
        worker = AttemptWorker(desk=desk, attempt=_find(desk, wanted))
        take_lease(worker, owner)
    with attempt_log.given_back(worker.attempt, owner), connected(), attempt_log.one_step():
        worker.attempt = attempt_log.load(worker.attempt.id)
        before, intent = _both_sides(worker)
        _refuse(before, option)
        try:
            _ACTS[option](worker, intent, why)
        except attempt_log.StaleAttempt:
            raise Refused("changed") from None
        after = _books(attempt_log.load(worker.attempt.id))
        said = because(
            "event.resolved",
            option=option,
            why=why,
            stripe=before.stripe.said,
            before=_books_event(before.books),
            after=_books_event(after),
        )
        attempt_log.note(desk, worker.attempt.id, after.stage, said)
        return Resolution(payment_state(attempt_log.load(worker.attempt.id)), before.stripe, after, ())


def _refuse(found: Resolution, option: Option) -> None:
    if found.stripe.reading is StripeReading.NO_ANSWER:
        raise Refused("not_read", said=found.stripe.said)
    if option not in found.options:
        raise Refused("changed.option", option=option, said=found.stripe.said, able=found.options)


def _find(desk: Desk, wanted: str) -> Attempt:
    """The payment to resolve: of an order the live one, else the last that needs a person."""
    name = wanted.strip()
    if not name:
        raise InvalidInput("payment_intent_required.or_order")
    found = list(
        Attempt.select()
        .join(Order)
        .where(
            Attempt.conference == desk.conference.id,
            (Attempt.intent_id == name) | (Order.reference == name.upper()),
        )
        .order_by(Attempt.id.desc())
    )
    if not found:
        raise NotFound("payment_not_found")
    for attempt in sorted(found, key=lambda each: each.finished_at is not None):
        if attempt.finished_at is None or attempt.problem:
            return attempt
    raise Refused("nothing_to_resolve")


def _both_sides(worker: AttemptWorker) -> tuple[Resolution, Intent | None]:
    stripe, intent = _read(worker)
    attempt = worker.attempt
    return Resolution(payment_state(attempt), stripe, _books(attempt), _options(attempt, stripe)), intent


def _read(worker: AttemptWorker) -> tuple[StripeSide, Intent | None]:
    attempt = worker.attempt
    named = attempt.intent_id or ""
    try:
        intent = worker.read() if named else (worker.find() if attempt.create_tries else None)
    except WrongAnswer as error:
        return StripeSide(reading=StripeReading.WRONG, intent_id=named, status="", said=error.reason), None
    except TerminalError as error:
        reading = StripeReading.REFUSED if error.is_definite else StripeReading.NO_ANSWER
        if isinstance(error, NotAtStripe):
            reading = StripeReading.NOT_KNOWN
        return StripeSide(reading=reading, intent_id=named, status="", said=error.reason), None
    if intent is None:
        said = because("payment.never_at_stripe")
        return StripeSide(reading=StripeReading.NOT_KNOWN, intent_id="", status="", said=said), None
    held = intent.amount_capturable if intent.status == "requires_capture" else 0
    amounts = [money.from_minor(minor, attempt.currency) for minor in (held, intent.amount_received)]
    figures = {"held": amounts[0], "captured": amounts[1], "currency": attempt.currency}
    return StripeSide(
        reading=StripeReading.ANSWERED,
        intent_id=intent.id,
        status=intent.status,
        said=because("payment.at_stripe", status=intent.status, **figures),
        held=amounts[0],
        captured=amounts[1],
    ), intent


def _books(attempt: Attempt) -> BooksSide:
    order: Order = Order.get_by_id(attempt.order_id)
    now = payment_state(attempt)
    return BooksSide(
        order_status=str(order.status),
        total=order.total,
        kept=balance(order).kept,
        stage=now.stage,
        asked=now.amount,
        booked=now.captured or Decimal(0),
        problem=unpack(attempt.problem),
    )


def _books_event(books: BooksSide) -> Reason:
    return because("event.books", stage=books.stage, booked=str(books.booked), order=books.order_status)


def _options(attempt: Attempt, stripe: StripeSide) -> tuple[Option, ...]:
    """The decisions that fit what was read; ``KEEP`` always does."""
    if Stage(attempt.stage) in FINAL_STAGES:
        less = attempt.obstacle == Obstacle.CAPTURED_LESS
        return (Option.ACCEPT_LESS, Option.KEEP) if less else (Option.KEEP,)
    if stripe.reading is not StripeReading.ANSWERED:
        ends = () if stripe.reading is StripeReading.NO_ANSWER else (Option.WRITE_OFF,)
        return (*ends, Option.KEEP)
    usual = _BY_STATUS.get(stripe.status, (Option.RELEASE, Option.WRITE_OFF))
    # Stripe refused to capture and to release it: the hold expires by itself, so it may be written off.
    lapses = stripe.status == "requires_capture" and attempt.refusals
    return (*usual, *((Option.WRITE_OFF,) if lapses else ()), Option.KEEP)


_BY_STATUS = {
    "succeeded": (Option.BOOK_CAPTURED,),
    "requires_capture": (Option.CAPTURE, Option.RELEASE),
    "canceled": (Option.WRITE_OFF,),
}
"""By Stripe's status; in any other nothing was captured, and the payment can be cancelled or written off."""


def _known(worker: AttemptWorker, intent: Intent | None) -> Intent:
    """The intent, with its rows here: a create whose answer was lost has none yet."""
    assert intent is not None
    if worker.attempt.intent_id is None:
        bookkeeping.record_intent(worker.desk, worker.attempt, intent)
    return intent


def _book(worker: AttemptWorker, intent: Intent | None, _: str) -> None:
    follow(worker, _known(worker, intent))


def _capture(worker: AttemptWorker, intent: Intent | None, _: str) -> None:
    follow(worker, _known(worker, intent))
    attempt_log.ask(worker.desk, worker.attempt, RequestedAction.CAPTURE)
    transitions.capture(worker)
    if worker.attempt.requested_action == RequestedAction.CANCEL:  # the order does not want it any more
        transitions.cancel(worker)


def _release(worker: AttemptWorker, intent: Intent | None, _: str) -> None:
    _known(worker, intent)
    attempt_log.ask(worker.desk, worker.attempt, RequestedAction.CANCEL)
    transitions.cancel(worker)


def _write_off(worker: AttemptWorker, _: Intent | None, why: str) -> None:
    attempt = worker.attempt
    if attempt.intent_id is not None and attempt.times_sent:
        withdraw(worker)
    attempt_log.update(attempt, requested_action=RequestedAction.NONE)
    bookkeeping.record_failure(
        worker.desk,
        attempt,
        Stage.CANCELLED,
        because("event.written_off"),
        obstacle=Obstacle.WRITTEN_OFF,
        message=why,
    )


def _accept(worker: AttemptWorker, _: Intent | None, __: str) -> None:
    attempt_log.update(worker.attempt, problem="", message="", obstacle=Obstacle.NONE)


def _keep(_: AttemptWorker, __: Intent | None, ___: str) -> None:
    """Changes nothing: ``resolve`` records the event for every option."""


_ACTS = {
    Option.BOOK_CAPTURED: _book,
    Option.CAPTURE: _capture,
    Option.RELEASE: _release,
    Option.WRITE_OFF: _write_off,
    Option.ACCEPT_LESS: _accept,
    Option.KEEP: _keep,
}
