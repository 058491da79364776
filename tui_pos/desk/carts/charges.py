"""Beginning a card payment from what a command is given: an order or an amount, and a reader by id or label.

Everything is checked before anything is written: the amount, then the reader (Stripe is only asked for its
list), then the order under lock.
"""

from decimal import Decimal

from tui_pos.core import money
from tui_pos.desk import payments
from tui_pos.desk.access import permissions
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refusal, Refused
from tui_pos.desk.limits import TO_CHARGE
from tui_pos.desk.orders import order_views
from tui_pos.desk.payments import PaymentState
from tui_pos.desk.payments.readers import ReaderRow, readers


def begin_order(desk: Desk, reference: str, reader: str, amount: Decimal | None = None) -> PaymentState:
    """Commit an attempt to take ``amount`` (None: all) of what an order, by reference or id, owes.

    Nothing is sent yet. Raises what ``payments.begin`` and ``readers`` raise, and NotFound
    ``reader_not_found``.
    """
    permissions.require_sale(desk, permissions.Action.CHARGE)
    order = order_views.by_reference(desk, reference)
    found = _reader(desk, reader)
    return payments.begin(desk, order.reference, found.id, found.label, amount=amount)


def begin_amount(
    desk: Desk, typed: str, reader: str, *, attendee_code: str | None = None, reason: str = ""
) -> PaymentState:
    """Make an order over a typed amount, for the attendee or a guest, and commit an attempt to take it.

    Raises MoneyError for the amount, else as ``begin_order``.
    """
    permissions.require_sale(desk, permissions.Action.CHARGE)
    desk.limits.refuse(*TO_CHARGE)
    amount = money.parse_amount(typed, desk.conference.currency)
    found = _reader(desk, reader)
    placed = checkout.ad_hoc(desk, amount, attendee_code=attendee_code, reason=reason)
    try:
        return payments.begin(desk, placed.reference, found.id, found.label)
    except Refusal:
        checkout.cancel_order(desk, placed.reference)
        raise


def _reader(desk: Desk, wanted: str) -> ReaderRow:
    if not wanted.strip():
        raise InvalidInput("reader_required")
    rows = readers(desk)
    found = [row for row in rows if wanted.strip() in (row.id, row.label)]
    if not found:
        raise NotFound("reader_not_found", readers=[f"{row.label} ({row.id})" for row in rows])
    if len(found) > 1:
        raise InvalidInput("reader_ambiguous", reader=found[0].label)
    if found[0].holder:
        raise Refused("reader_busy", reader=found[0].label, holder=found[0].holder)
    return found[0]
