"""Cash: amount given, change, and the drawer's own record of it.

django-program has no cash: it is a ``manual`` payment there. Nothing is rounded to the smallest coin.
"""

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
    "HUF": "500 1000 2000 5000 10000 20000", "INR": "10 20 50 100 200 500 2000", "ZAR": "10 20 50 100 200",
    "BRL": "2 5 10 20 50 100 200", "MXN": "20 50 100 200 500 1000", "JPY": "1000 5000 10000",
    "KRW": "1000 5000 10000 50000", "ISK": "500 1000 2000 5000 10000", "KWD": "0.25 0.50 1 5 10 20",
    "UGX": "1000 2000 5000 10000 20000 50000",
}
# fmt: on
"""Banknotes in use, per currency, in ascending order; other currencies use ``_guessed_banknotes``."""

MOST_QUICK = 5

PAYMENT_NOTE = "Cash at {station}: given {given}, change {change}"
"""Stored in the payment's ``note``, which the web site's manage page shows."""


def take_cash(
    desk: Desk, reference: str, given: Decimal, amount: Decimal | None = None, *, key: str = ""
) -> Tendered:
    """Take ``amount`` (None: all that is due) of an order in cash, ``given`` being what was handed over.

    Make one ``key`` per dialog (``clock.new_id``): pressed twice, the same cash is booked once. Raises
    NotPermitted, what ``tendering.take`` raises, and InvalidInput ``invalid_amount``, ``amount_too_high``,
    ``too_little_given`` or ``too_much_given``.
    """
    require_sale(desk)
    currency = desk.conference.currency
    amounts.payable(given, currency)

    def book(order: Order, due: Decimal, now: datetime) -> Booked:
        wanted = amounts.part_of(order.reference, due, amount, currency)
        _check_given(desk, wanted, given)
        return _book(desk, order, wanted, given, now)

    return tendering.take(desk, reference, Tender.CASH, key, book)


def quick_amounts(due: Decimal, currency: str) -> tuple[Decimal, ...]:
    """The likely amounts handed over for ``due``: exactly that, then ``due`` rounded up to each banknote."""
    notes = _banknotes(currency) or _guessed_banknotes(due)
    rounded = {(due / note).to_integral_value(ROUND_CEILING) * note for note in notes} - {due}
    return (due, *(money.round_half_up(each, currency) for each in sorted(rounded)))[:MOST_QUICK]


def record_movement(
    desk: Desk,
    order: Order,
    payment_id: int,
    kind: MovementKind,
    amount: Decimal,
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
        amount=money.to_minor(amount, currency),
        given=money.to_minor(given, currency),
        change=money.to_minor(change, currency),
        currency=currency,
        created_at=now,
    )


def _book(desk: Desk, order: Order, wanted: Decimal, given: Decimal, now: datetime) -> Booked:
    change = given - wanted
    note = PAYMENT_NOTE.format(station=desk.station, given=_shown(desk, given), change=_shown(desk, change))
    payment_id = tendering.pay(desk, order, PaymentMethod.MANUAL, wanted, note=note, now=now)
    record_movement(desk, order, payment_id, MovementKind.SALE, wanted, now=now, given=given, change=change)
    return Booked(amount=wanted, payment_id=payment_id, given=given, change=change)


def _check_given(desk: Desk, wanted: Decimal, given: Decimal) -> None:
    """Refuse less than is due, and change of a whole largest banknote or more.

    So much change means a typing error, or a badge that was scanned into the field: nobody hands over a
    banknote only to get it back.
    """
    currency = desk.conference.currency
    if given < wanted:
        raise InvalidInput("too_little_given", given=given, wanted=wanted, currency=currency)
    notes = _banknotes(currency)
    if notes and given - wanted >= notes[-1]:
        raise InvalidInput("too_much_given", given=given, wanted=wanted, currency=currency)


def _banknotes(currency: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(note) for note in BANKNOTES.get(currency.upper(), "").split())


def _guessed_banknotes(due: Decimal) -> tuple[Decimal, ...]:
    """1, 2 and 5 times the powers of ten around ``due``, as most currencies have them."""
    size = due.adjusted()
    return tuple(Decimal(step).scaleb(ten) for ten in (size - 1, size) for step in (1, 2, 5))


def _shown(desk: Desk, amount: Decimal) -> str:
    return money.format_amount(amount, desk.conference.currency)
