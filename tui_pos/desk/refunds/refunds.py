"""Giving money back the way it came, never more than is left, by pieces or by an amount with a reason.

The last payment is given back first, each up to what is left of it: a card's money goes to that card, cash
comes from the drawer of the desk that refunds, credit goes back to where it came from. A complimentary
payment is no money; it is ended when no money is left. What was paid on the web site is refunded there or in
Stripe's dashboard, never out of the drawer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_pos.core import money
from tui_pos.core.money import MoneyError
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import Attempt, Refund, Stage
from tui_pos.data.tables.registration import PAID_STATUSES, Order, OrderStatus
from tui_pos.desk import payments
from tui_pos.desk.access.audit_log import REASON_LENGTH, reason_given
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused, because
from tui_pos.desk.limits import TO_REFUND_A_CARD, TO_WRITE
from tui_pos.desk.orders import orders
from tui_pos.desk.orders.balance import refuse_open
from tui_pos.desk.orders.live_payment import refuse_live
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.payments import accounts, attempt_log, bookkeeping
from tui_pos.desk.refunds import card_refunds, cash_and_credit, effects, pieces, sources
from tui_pos.desk.refunds.pieces import Piece, RefundableLine, Taken
from tui_pos.desk.refunds.sources import Source
from tui_pos.desk.tenders import amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    """What `refund` would give back now: all of ``amount``, or pieces of the ``lines``."""

    amount: Decimal
    lines: tuple[RefundableLine, ...]


def refund(
    desk: Desk,
    reference: str,
    amount: Decimal | None = None,
    *,
    lines: Sequence[Piece] = (),
    reason: str = "",
    came_back: bool = False,
) -> tuple[RefundView, ...]:
    """Refund the pieces ``lines``, or ``amount``, or (neither) all that is left, the last payment first.

    An amount names no piece: it lowers the price of the order, and needs a ``reason``. ``came_back`` says
    that pieces which were handed out came back. Money that is only held is released instead,
    and answered with no refund. What Stripe has not answered is answered as ``unknown`` and followed up later
    (``card_refunds``); cash and credit are given back at once. What was free or given away is answered with
    an amount of 0.

    Raises NotPermitted, NotFound, InvalidInput ``invalid_amount``, ``amount_too_high``, ``amount_or_lines``,
    ``reason_required`` or, for a card, ``no_stripe_key``; for ``lines`` what ``pieces.take`` raises; Refused
    ``nothing_to_refund``, ``paid_online``, ``payment_live`` while a card payment for the order runs,
    ``refund_open`` while another refund of it has no answer, ``order_not_paid`` for a part of the money, or
    for pieces, of an order that is not paid yet.
    """
    require(desk, Action.REFUND)
    desk.limits.refuse(*TO_WRITE)
    if lines and amount is not None:
        raise InvalidInput("amount_or_lines")
    reason = printable(reason, REASON_LENGTH) if amount is None else reason_given(reason)
    desk = accounts.ours(desk)
    with connected():
        held = run_tx(lambda: _held(desk, reference))
    if held is not None and amount is None and not lines:
        payments.cancel(desk, held)
    request = _Request(
        amount=amount, lines=tuple(lines), reason=reason, came_back=came_back, released=held is not None
    )
    with connected():
        opened = run_tx(lambda: _open(desk, reference, request))
    return tuple(card_refunds.pursue(desk, each) for each in opened)


def refundable(desk: Desk, reference: str) -> Refundable:
    """What of an order `refund` would give back now; an amount of 0 for what was free or is only held.

    Raises NotPermitted, NotFound; Refused ``nothing_to_refund``, ``paid_online`` and ``refund_open``.
    """
    require(desk, Action.REFUND)
    with connected():
        return run_tx(lambda: _refundable(desk, printable(reference, 100)))


def part_of(left: Decimal, currency: str, typed: str) -> Decimal:
    """The amount that a person typed, of which ``left`` is the most (0: not known).

    Raises MoneyError, as for what is no amount.
    """
    amount = money.parse_amount(typed, currency)
    if left and amount > left:
        raise MoneyError("invalid_amount.above_left", left=left, given=amount, currency=currency)
    return amount


def check(desk: Desk, reference: str, lines: Sequence[Piece], *, came_back: bool = False) -> Decimal:
    """What these pieces are worth when `refund` takes them back; nothing is written.

    Raises for them what ``refund`` raises: ``badge_required`` and ``handed_out`` ask for more to be said.
    """
    require(desk, Action.REFUND)

    def work() -> int:
        order = orders.locked(desk.conference.id, printable(reference, 100))
        request = _Request(amount=None, lines=tuple(lines), reason="", came_back=came_back, released=False)
        return sum(each.amount for each in _taken(desk, order, request))

    with connected():
        return money.from_minor(run_tx(work), desk.conference.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    amount: Decimal | None
    lines: tuple[Piece, ...]
    reason: str
    came_back: bool
    released: bool

    @property
    def is_whole(self) -> bool:
        return self.amount is None and not self.lines


def _refundable(desk: Desk, reference: str) -> Refundable:
    order, currency = orders.locked(desk.conference.id, reference), desk.conference.currency
    refuse_open(order)
    found = sources.ours(sources.sources(order, currency))
    lines = tuple(pieces.refundable_lines(order, currency)) if _counts(order) else ()
    if not found and (cash_and_credit.complimentary_payments(order) or _held(desk, reference)):
        return Refundable(amount=Decimal("0.00"), lines=lines)
    total = _whole(order, found, currency)
    return Refundable(amount=money.from_minor(total, currency), lines=lines)


def _held(desk: Desk, reference: str) -> str | None:
    """The intent of a live payment that holds money for the order."""
    order = orders.locked(desk.conference.id, reference)
    attempt: Attempt | None = (
        Attempt.select().where(Attempt.order == order.id, Attempt.stage == Stage.AUTHORIZED).first()
    )
    return attempt.intent_id if attempt else None


def _open(desk: Desk, reference: str, request: _Request) -> list[int]:
    """Give back what needs no Stripe, and commit the refunds of cards with their keys before Stripe is asked.

    Answers the ids of all of them, all written under the order's lock.
    """
    order = orders.locked(desk.conference.id, printable(reference, 100))
    # A payment that is running was told what the other payments leave to pay.
    refuse_live(desk, Attempt.order == order.id)
    refuse_open(order)
    found = sources.ours(sources.sources(order, desk.conference.currency))
    taken = _taken(desk, order, request)
    nothing_paid = not found and (request.released or bool(cash_and_credit.complimentary_payments(order)))
    if nothing_paid and request.is_whole:
        return [] if request.released else [_end_free(desk, order, request.reason)]
    parts = list(sources.split(found, _wanted(desk, order, request, found, taken)))
    if any(source.attempt for source, _ in parts):
        desk.terminal  # noqa: B018  # no account: refuse before anything is written
    rows = [give_back(desk, order, source, part, request.reason) for source, part in parts]
    if not rows:
        rows = [cash_and_credit.end_free(desk, order, request.reason)]
    pieces.write(rows, taken)
    pieces.take_from_hands(taken)
    effects.reflect(order, *rows)
    bookkeeping.flag_discrepancy(order)
    return [row.id for row in rows]


def _end_free(desk: Desk, order: Order, reason: str) -> int:
    """Take back a whole order that was free or complimentary."""
    row = cash_and_credit.end_free(desk, order, reason)
    effects.reflect(order, row)
    return int(row.id)


def _taken(desk: Desk, order: Order, request: _Request) -> list[Taken]:
    if not request.lines:
        return []
    if not _counts(order):
        raise Refused("order_not_paid.pieces", order=order.reference, status=order.status)
    return pieces.take(order, request.lines, desk.conference.currency, came_back=request.came_back)


def _counts(order: Order) -> bool:
    return order.status in PAID_STATUSES


def _whole(order: Order, found: list[Source], currency: str) -> int:
    """All that is left, in minor units. Raises Refused when it is nothing."""
    total = sum(source.left for source in found)
    if not total and sources.paid_elsewhere(order, currency):
        raise sources.paid_online(order)
    if not total:
        raise Refused("nothing_to_refund", order=order.reference)
    return total


def _wanted(desk: Desk, order: Order, request: _Request, found: list[Source], taken: list[Taken]) -> int:
    """How much to give back, in minor units. Raises Refused or InvalidInput when it cannot be that much."""
    currency = desk.conference.currency
    if request.lines:
        return _worth(order, found, taken, currency)
    total, amount = _whole(order, found, currency), request.amount
    wanted = total if amount is None else money.to_minor(amounts.payable(amount, currency), currency)
    if wanted > total:
        raise InvalidInput(
            "amount_too_high.refund",
            left=money.from_minor(total, currency),
            currency=currency,
            order=order.reference,
        )
    if order.status == OrderStatus.PENDING and wanted < total:
        raise Refused("order_not_paid.part", order=order.reference)
    return wanted


def _worth(order: Order, found: list[Source], taken: list[Taken], currency: str) -> int:
    """What the pieces are worth, as far as it was paid here.

    Their price may have been lowered since they were bought, as complimentary or by an amount that went back.
    """
    worth, left = sum(each.amount for each in taken), sum(source.left for source in found)
    if worth > left and sources.paid_elsewhere(order, currency):
        raise sources.paid_online(order)
    return min(worth, left)


def give_back(desk: Desk, order: Order, source: Source, amount: int, reason: str) -> Refund:
    """Write the refund of a part of a payment; a card's is only asked for, and is to be pursued after.

    Call inside a transaction with the order locked. Raises Refused ``other_account`` for a card payment that
    this host's key must not touch, and what ``desk.limits`` stops.
    """
    if source.attempt is None:
        way = source.way or Tender.CASH
        return cash_and_credit.give_back(desk, order, source.payment, way, amount=amount, reason=reason)
    attempt = source.attempt
    desk.limits.refuse(*TO_REFUND_A_CARD)
    accounts.refuse_foreign(desk, attempt)
    # To the web site's webhook one payment of several that goes back is the whole order refunded.
    bookkeeping.detach_intent(attempt.payment_id)
    row = cash_and_credit.new_refund(
        desk, order, source.payment, Tender.CARD, amount=amount, reason=reason, attempt=attempt
    )
    major, currency = money.from_minor(amount, attempt.currency), attempt.currency
    told = because("event.refund_asked", amount=major, currency=currency, reason=reason)
    attempt_log.note(desk, attempt.id, attempt.stage, told)
    return row
