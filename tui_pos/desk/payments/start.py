"""Beginning a payment: all is checked and the attempt committed before Stripe is asked for anything."""

from decimal import Decimal

from peewee import IntegrityError

from tui_pos.core import clock, money
from tui_pos.data.base import database
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Order, OrderStatus
from tui_pos.desk import clocks
from tui_pos.desk.access import permissions
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused, because
from tui_pos.desk.limits import TO_BE_TIMED, TO_CHARGE
from tui_pos.desk.orders import holds, orders
from tui_pos.desk.orders.balance import balance, refuse_open
from tui_pos.desk.orders.live_payment import refuse_live, refuse_on_reader
from tui_pos.desk.payments import accounts, attempt_log
from tui_pos.desk.payments.state import PaymentState, payment_state
from tui_pos.desk.tenders import amounts


def begin(
    desk: Desk, reference: str, reader_id: str, reader_label: str = "", *, amount: Decimal | None = None
) -> PaymentState:
    """Commit an attempt to take what the order owes (or ``amount`` of it) on a reader; nothing is sent yet.

    Raises NotPermitted, InvalidInput, NotFound, Refused (order not pending, already paid, another live
    payment for the order or on the reader, a refund of it without an answer, a key of another account, a
    wrong clock), and ``terminal`` errors when Stripe does not say whose the key is.
    """
    permissions.require_sale(desk, permissions.Action.CHARGE)
    desk.limits.refuse(*TO_CHARGE)
    if not reader_id.strip():
        raise InvalidInput("reader_required.choose")
    account = accounts.ensure(desk)
    if clocks.apart(desk.account):
        clocks.ask(desk.account)  # it may have been set right since
    with connected():
        to_reader = {"reader_id": reader_id.strip(), "reader_label": reader_label}
        attempt = run_tx(lambda: _open(desk, reference, amount, account=account, **to_reader))
        return payment_state(attempt)


def _open(
    desk: Desk, reference: str, amount: Decimal | None, *, account: str, reader_id: str, reader_label: str
) -> Attempt:
    desk.limits.refuse(*TO_BE_TIMED)
    lock(Conference.select(Conference.id).where(Conference.id == desk.conference.id)).get()
    order = orders.locked(desk.conference.id, reference)
    if order.status != OrderStatus.PENDING:
        raise Refused("order_not_pending.charge", order=order.reference, status=order.status)
    refuse_live(desk, Attempt.order == order.id)
    refuse_on_reader(desk, reader_id)
    refuse_open(order)
    take = _amount_to_take(desk, order, amount)
    now = clock.now()
    holds.extend_hold(desk, order, now)
    try:
        with database.atomic():
            attempt = Attempt.create(
                conference=desk.conference.id,
                order=order.id,
                key=clock.new_id(),
                station=desk.station,
                staff=desk.staff.id,
                reader_id=reader_id,
                reader_label=reader_label,
                amount=money.to_minor(take, desk.conference.currency),
                currency=desk.conference.currency,
                stage=Stage.CREATED,
                capture_mode=desk.conference.capture,
                mode=desk.mode,
                account=account,
                created_at=now,
                updated_at=now,
            )
    except IntegrityError:
        refuse_live(desk, Attempt.order == order.id)
        refuse_on_reader(desk, reader_id)
        raise
    accounts.claim(desk, account)
    saved = because("event.saved", amount=take, currency=attempt.currency)
    attempt_log.note(desk, attempt.id, Stage.CREATED, saved)
    return attempt


def _amount_to_take(desk: Desk, order: Order, amount: Decimal | None) -> Decimal:
    currency = desk.conference.currency
    owed = balance(order).due
    if owed <= 0:
        raise Refused("already_paid.fully", order=order.reference)
    take = amounts.part_of(order.reference, owed, amount, currency)
    smallest = money.minimum_charge(currency)
    if smallest is not None and take < smallest:
        raise Refused("amount_too_small", least=smallest, currency=currency)
    return take
