"""Cash: amount given, change, and the drawer's own record of it.

django-program has no cash: it is a ``manual`` payment there. Where the currency has no small coins the cash
that pays the last of an order is rounded, and so is cash that goes back; the payment is of the whole amount,
so that nothing is owed and nothing is over, and the drawer's record says by how much the cash differs. Cash
for a part is never rounded, or many small parts would add up.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from tui_pos.core import money
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import CashMovement, MovementKind
from tui_pos.data.tables.registration import Order, PaymentMethod
from tui_pos.desk.access.permissions import require_sale
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.tenders import amounts, tendering
from tui_pos.desk.tenders.tendering import Booked, Tendered

# fmt: off
BANKNOTES = {
    "USD": "1 5 10 20 50 100", "EUR": "5 10 20 50 100 200 500", "GBP": "5 10 20 50",
    "CHF": "10 20 50 100 200 1000",
    "CAD": "5 10 20 50 100", "AUD": "5 10 20 50 100", "NZD": "5 10 20 50 100", "SGD": "2 5 10 50 100 1000",
    "SEK": "20 50 100 200 500 1000", "NOK": "50 100 200 500 1000", "DKK": "50 100 200 500 1000",
    "CZK": "100 200 500 1000 2000 5000", "PLN": "10 20 50 100 200 500", "RON": "1 5 10 20 50 100 200 500",
    "HUF": "500 1000 2000 5000 10000 20000", "INR": "10 20 50 100 200 500", "ZAR": "10 20 50 100 200",
    "BRL": "2 5 10 20 50 100 200", "MXN": "20 50 100 200 500 1000", "JPY": "1000 5000 10000",
    "KRW": "1000 5000 10000 50000", "ISK": "500 1000 2000 5000 10000", "KWD": "0.25 0.50 1 5 10 20",
    "UGX": "1000 2000 5000 10000 20000 50000",
}
# fmt: on
"""Banknotes in use, per currency, in ascending order; other currencies use ``_guessed_banknotes``."""

MOST_QUICK = 5
MOST_NOTES = 4
"""Nobody hands over an amount that takes more notes than this beside the largest ones."""

PAYMENT_NOTE = "Cash at {station}: given {given}, change {change}"
"""Stored in the payment's ``note``, which the web site's manage page shows."""

ROUNDING_NOTE = ", rounded by {rounding}"


def take_cash(
    desk: Desk, reference: str, given: Decimal, amount: Decimal | None = None, *, key: str = ""
) -> Tendered:
    """Take ``amount`` (None: all that is due) of an order in cash, ``given`` being what was handed over.

    Make one ``key`` per dialog (``clock.new_id``): pressed twice, the same cash is booked once. ``given`` may
    be 0 where less than half of the smallest coin is due. Raises NotPermitted, what ``tendering.take``
    raises, and InvalidInput ``invalid_amount``, ``amount_too_high``, ``too_little_given`` or
    ``too_much_given``.
    """
    require_sale(desk)
    if given:
        _refuse_between_coins(desk, amounts.payable(given, desk.conference.currency))

    def book(order: Order, due: Decimal, now: datetime) -> Booked:
        part = part_of(desk, order.reference, due, amount)
        _check_given(desk, part.cash, given)
        return _book(desk, order, part, given, now)

    return tendering.take(desk, reference, Tender.CASH, key, book)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashPart:
    """What cash pays of an order (``amount``), and how much ``cash`` that is."""

    amount: Decimal
    cash: Decimal

    @property
    def rounding(self) -> Decimal:
        """How much more (or, negative, less) cash it is."""
        return self.cash - self.amount


def part_of(desk: Desk, reference: str, due: Decimal, amount: Decimal | None) -> CashPart:
    """How much of what is ``due`` on an order is paid with ``amount`` of cash, or None for all of it.

    What is due may be named as it is owed or as it is rounded. Raises InvalidInput ``invalid_amount`` or
    ``amount_too_high``.
    """
    currency = desk.conference.currency
    whole = CashPart(amount=due, cash=rounded(desk, due))
    if amount is None or (amount.is_finite() and amount and amount in (whole.amount, whole.cash)):
        amounts.payable(due, currency)
        return whole
    wanted = amounts.part_of(reference, due, amount, currency)
    _refuse_between_coins(desk, wanted)
    return CashPart(amount=wanted, cash=wanted)


def rounded(desk: Desk, due: Decimal) -> Decimal:
    """``due`` as the conference's coins can pay it."""
    return money.round_cash(due, desk.conference.coin)


def to_hand_back(desk: Desk, payment_ids: Collection[int], amount: Decimal) -> CashPart:
    """The cash that goes back for ``amount`` of what was paid once, which these payments are of.

    They are several after an exchange. Rounded together with what went back of them before, so that all the
    parts come to what the whole does.
    """
    moved = CashMovement.select(CashMovement.amount, CashMovement.rounding, CashMovement.currency).where(
        CashMovement.payment.in_(payment_ids), CashMovement.kind == MovementKind.REFUND
    )
    before, of_payment = ZERO, ZERO
    for row in moved:
        before += money.from_minor(row.amount, row.currency)
        of_payment += money.from_minor(row.amount - row.rounding, row.currency)
    return CashPart(amount=amount, cash=max(rounded(desk, of_payment + amount) - before, ZERO))


def quick_amounts(due: Decimal, currency: str) -> tuple[Decimal, ...]:
    """The likely amounts handed over for ``due``, in ascending order: exactly that, then what notes come to.

    ``due`` rounded up to each banknote, as far as few notes make up that amount.
    """
    if not due:
        return (due,)
    notes = _banknotes(currency) or _guessed_banknotes(due)
    above = {(due / note).to_integral_value(ROUND_CEILING) * note for note in notes} - {due}
    likely = [each for each in sorted(above) if _smaller_notes(each, notes) <= MOST_NOTES]
    return (due, *(money.round_half_up(each, currency) for each in likely))[:MOST_QUICK]


def record_movement(
    desk: Desk,
    order: Order,
    payment_id: int,
    kind: MovementKind,
    part: CashPart,
    *,
    now: datetime,
    given: Decimal = ZERO,
    change: Decimal = ZERO,
) -> None:
    """Record cash into or out of this station's drawer."""
    currency = desk.conference.currency
    CashMovement.create(
        conference=desk.conference.id,
        order=order.id,
        payment=payment_id,
        station=desk.station,
        staff=desk.staff.id,
        kind=kind,
        amount=money.to_minor(part.cash, currency),
        rounding=money.to_minor(part.cash, currency) - money.to_minor(part.amount, currency),
        given=money.to_minor(given, currency),
        change=money.to_minor(change, currency),
        currency=currency,
        created_at=now,
    )


def _book(desk: Desk, order: Order, part: CashPart, given: Decimal, now: datetime) -> Booked:
    change = given - part.cash
    note = PAYMENT_NOTE.format(station=desk.station, given=_shown(desk, given), change=_shown(desk, change))
    if part.rounding:
        note += ROUNDING_NOTE.format(rounding=_shown(desk, part.rounding))
    payment_id = tendering.pay(desk, order, PaymentMethod.MANUAL, part.amount, note=note, now=now)
    record_movement(desk, order, payment_id, MovementKind.SALE, part, now=now, given=given, change=change)
    return Booked(
        amount=part.amount, payment_id=payment_id, given=given, change=change, rounding=part.rounding
    )


def _check_given(desk: Desk, wanted: Decimal, given: Decimal) -> None:
    """Refuse less than is due, and change of a whole largest banknote or more.

    So much change means a typing error, or a badge that was scanned into the field: nobody hands over a
    banknote only to get it back.
    """
    currency = desk.conference.currency
    if wanted and not given:
        raise InvalidInput("invalid_amount.zero")
    if given < wanted:
        raise InvalidInput("too_little_given", given=given, wanted=wanted, currency=currency)
    notes = _banknotes(currency)
    if notes and given - wanted >= notes[-1]:
        raise InvalidInput("too_much_given", given=given, wanted=wanted, currency=currency)


def _refuse_between_coins(desk: Desk, amount: Decimal) -> None:
    """Refuse an amount that no coins of the currency come to."""
    currency, coin = desk.conference.currency, desk.conference.coin
    if amount % coin:
        raise InvalidInput("invalid_amount.coins", given=amount, coin=coin, currency=currency)


def _banknotes(currency: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(note) for note in BANKNOTES.get(currency.upper(), "").split())


def _guessed_banknotes(due: Decimal) -> tuple[Decimal, ...]:
    """1, 2 and 5 times the powers of ten around ``due``, as most currencies have them."""
    size = due.adjusted()
    return tuple(Decimal(step).scaleb(ten) for ten in (size - 1, size) for step in (1, 2, 5))


def _smaller_notes(amount: Decimal, notes: tuple[Decimal, ...]) -> int:
    """How many notes make up the amount, the largest ones not counted."""
    *smaller, largest = notes
    left, count = amount % largest, 0
    for note in reversed(smaller):
        count += int(left // note)
        left %= note
    return count


def _shown(desk: Desk, amount: Decimal) -> str:
    return money.format_amount(amount, desk.conference.currency)
