"""What was sold in TEST or TRAINING before a conference went on in another mode: set apart, and purged.

Every order that a desk made while the earlier mode held is a rehearsal, however it was paid: the header said
so on every screen. Setting it apart ends it in django-program's terms too (cancelled, its payments failed,
nobody registered by it), so that its pages and sums, stock and the desk's lists are as if it had not been.
Check-ins stay. An order of the web site that was paid at a desk in rehearsal is real: it loses that payment
and waits to be paid again unless other money covers it. What was refunded or exchanged of it is undone.
"""

from collections.abc import Sequence, Set
from datetime import datetime
from functools import partial
from typing import Any

from peewee import IntegrityError

from tui_pos.core import clock, money
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import batches
from tui_pos.data.tables.auth import User, UserGroup, UserPermission
from tui_pos.data.tables.desk import (
    Attempt,
    AttemptEvent,
    AuditAction,
    AuditEntry,
    CashMovement,
    ConferenceRules,
    Refund,
    RefundLine,
    RefundOrigin,
    RefundStage,
    Repair,
    ReplacedBadge,
    Sale,
    SaleStatus,
    TicketName,
)
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    Attendee,
    CheckIn,
    Credit,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    ProductRedemption,
    TerminalPayment,
)
from tui_pos.desk.catalogue import vouchers
from tui_pos.desk.context import ConferenceInfo
from tui_pos.desk.errors import Refused, because
from tui_pos.desk.orders import store_credit
from tui_pos.desk.orders.balance import ACCEPTED, balance
from tui_pos.desk.orders.guests import USERNAME_PREFIX
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.refunds import effects
from tui_pos.desk.refunds.repairs import RepairKind
from tui_pos.desk.stored_reasons import pack
from tui_pos.desk.tenders.tendering import ACTION_OF

BATCH = 100
"""How many orders one transaction changes, so that desks are not blocked for long."""


def count(conference_id: int, mode: str) -> int:
    """How many orders would be set apart if the conference left ``mode`` now."""
    with connected():
        return len(_made_here(conference_id, mode))


def set_apart(conference: ConferenceInfo, station: str, before: str, after: str) -> int:
    """Set apart what was sold in mode ``before``; answers how many orders. May run again after a crash."""
    with connected():
        made = _made_here(conference.id, before)
        undone = _refunds_of_the_web_site(conference.id)
        real = sorted({*_of_the_web_site(conference.id, before), *undone.values()})
        # First of all: credit that was spent must not be put back on one that a rehearsal has made.
        for ids in batches(made, BATCH):
            run_tx(partial(_forget_refund_records, Refund.order.in_(ids)))
        for ids in batches(list(undone), BATCH):
            run_tx(partial(_forget_refund_records, Refund.id.in_(ids)))
        for ids in batches(made, BATCH):
            run_tx(partial(_end, conference.id, ids))
        for ids in batches(real, BATCH):
            run_tx(partial(_make_real, conference.id, ids, before, set(undone)))
        if made or real:
            run_tx(partial(_note, conference.id, station, before, after, len(made)))
    return len(made)


def purge(conference_id: int) -> int:
    """Delete every order that was set apart, with all that belongs to it; answers how many.

    Guests that they made go too, unless something else is theirs. Raises Refused ``still_referred`` when the
    web site has written something that refers to one of them.
    """
    with connected():
        rows = Sale.select(Sale.order).where(
            Sale.conference == conference_id, Sale.status == SaleStatus.REHEARSAL, Sale.order.is_null(False)
        )
        found = [int(row.order_id or 0) for row in rows.order_by(Sale.order)]
        for ids in batches(found, BATCH):
            try:
                run_tx(partial(_delete, conference_id, ids))
            except IntegrityError as error:
                raise Refused("still_referred") from error
    return len(found)


def _made_here(conference_id: int, mode: str) -> list[int]:
    """Orders that desks made since the mode holds, or that were charged in it, and are not set apart yet."""
    rules = ConferenceRules.get_or_none(ConferenceRules.conference == conference_id)
    if rules is None:
        return []
    charged = Attempt.select(Attempt.order).where(Attempt.conference == conference_id, Attempt.mode == mode)
    rows = Sale.select(Sale.order).where(
        Sale.conference == conference_id,
        Sale.order.is_null(False),
        Sale.status != SaleStatus.REHEARSAL,
        (Sale.created_at >= rules.updated_at) | Sale.order.in_(charged),
    )
    return sorted(int(row.order_id or 0) for row in rows)


def _of_the_web_site(conference_id: int, mode: str) -> list[int]:
    paid = {
        row.order_id
        for some in batches(_rehearsed_payments(conference_id, mode))
        for row in Payment.select(Payment.order).where(Payment.id.in_(some))
    }
    made = {row.order_id for row in Sale.select(Sale.order).where(Sale.order.is_null(False))}
    return sorted(paid - made)


def _refunds_of_the_web_site(conference_id: int) -> dict[int, int]:
    """Refunds that desks made of the web site's orders since the mode holds; refund to order."""
    rules = ConferenceRules.get_or_none(ConferenceRules.conference == conference_id)
    if rules is None:
        return {}
    made = Sale.select(Sale.order).where(Sale.order.is_null(False))
    rows = Refund.select(Refund.id, Refund.order).where(
        Refund.conference == conference_id,
        Refund.created_at >= rules.updated_at,
        Refund.stage.in_(ACCEPTED),
        (Refund.origin == RefundOrigin.DESK) | Refund.attempt.is_null(False),
        Refund.order.not_in(made),
    )
    return {row.id: row.order_id for row in rows.order_by(Refund.id)}


def _rehearsed_payments(conference_id: int, mode: str) -> list[int]:
    """Payments that desks took while the mode held, with whichever tender."""
    rules = ConferenceRules.get_or_none(ConferenceRules.conference == conference_id)
    if rules is None:
        return []
    by_card = Attempt.select(Attempt.payment).where(
        Attempt.conference == conference_id, Attempt.mode == mode, Attempt.payment.is_null(False)
    )
    found = {row.payment_id for row in by_card}
    otherwise = (
        CashMovement.select(CashMovement.payment).where(
            CashMovement.conference == conference_id, CashMovement.created_at >= rules.updated_at
        ),
        AuditEntry.select(AuditEntry.payment).where(
            AuditEntry.conference == conference_id,
            AuditEntry.payment.is_null(False),
            AuditEntry.what.in_(list(ACTION_OF.values())),
            AuditEntry.at >= rules.updated_at,
        ),
    )
    for query in otherwise:
        found |= {row.payment_id for row in query}
    counting = Payment.select(Payment.id).where(Payment.status != PaymentStatus.FAILED)
    return [row.id for some in batches(found) for row in counting.where(Payment.id.in_(some))]


def _locked(conference_id: int, ids: Sequence[int]) -> list[Order]:
    lock(Conference.select(Conference.id).where(Conference.id == conference_id)).get()
    return list(lock(Order.select().where(Order.id.in_(ids)).order_by(Order.id)))


def _end(conference_id: int, ids: Sequence[int]) -> None:
    now, found = clock.now(), _locked(conference_id, ids)
    vouchers.release_uses(conference_id, [order.voucher_code for order in found if _uses_voucher(order)])
    _put_credit_back(found, Payment.order.in_(ids), now)
    _fail_payments(Payment.order.in_(ids))
    _unregister(ids, now)
    Order.update(status=OrderStatus.CANCELLED, hold_expires_at=None, updated_at=now).where(
        Order.id.in_(ids)
    ).execute()
    Sale.update(status=SaleStatus.REHEARSAL, updated_at=now).where(Sale.order.in_(ids)).execute()


def _uses_voucher(order: Order) -> bool:
    """Whether the order still counts as a use of its voucher; a cancel and a void have given that back."""
    voided = AuditEntry.select().where(AuditEntry.order == order.id, AuditEntry.what == AuditAction.VOID)
    return order.status != OrderStatus.CANCELLED and not voided.exists()


def _put_credit_back(found: Sequence[Order], which: Any, now: datetime) -> None:
    """Put what these payments had spent of real credit back on it, whatever an exchange moved it to since.

    What an exchange brought is no real credit, and what was refunded to the credit is back already.
    """
    moved = Refund.exchange.is_null(False) & Refund.stage.in_(ACCEPTED)
    brought = Payment.reference.in_(Refund.select(Refund.key).where(moved))
    direct = list(Payment.select().where(which, Payment.method == PaymentMethod.CREDIT, ~brought))
    for order in found:
        spent = ZERO
        for payment in (each for each in direct if each.order_id == order.id):
            spent += payment.amount if payment.status == PaymentStatus.SUCCEEDED else ZERO
            exchanged = Refund.select().where(Refund.payment == payment.id, moved)
            spent += sum(
                (money.from_minor(row.amount, row.currency) for row in exchanged if row.amount), ZERO
            )
        if spent > ZERO:
            store_credit.restore(order, spent, now)


def _make_real(conference_id: int, ids: Sequence[int], mode: str, undone: Set[int]) -> None:
    """Take the rehearsed refunds and payments of the web site's orders off them."""
    now, found = clock.now(), _locked(conference_id, ids)
    for order in found:
        for row in Refund.select().where(Refund.order == order.id).order_by(Refund.id.desc()):
            if row.id in undone:
                _undo(order, row, now)
    theirs = Payment.select(Payment.id).where(Payment.order.in_(ids))
    rehearsed = {row.id for row in theirs}.intersection(_rehearsed_payments(conference_id, mode))
    for some in batches(rehearsed):
        _put_credit_back(found, Payment.id.in_(some), now)
        _fail_payments(Payment.id.in_(some))
    for order in found:
        if order.status in PAID_STATUSES and not balance(order).is_covered:
            _unregister([order.id], now)
            Order.update(status=OrderStatus.PENDING, hold_expires_at=None, updated_at=now).where(
                Order.id == order.id
            ).execute()


def _undo(order: Order, row: Refund, now: datetime) -> None:
    row.stage, row.message, row.updated_at = RefundStage.FAILED, pack(because("refund_note.rehearsal")), now
    row.save(only=[Refund.stage, Refund.message, Refund.updated_at])
    effects.reflect(order, row)
    if row.tender == Tender.CREDIT and row.exchange_id is None and row.amount:
        amount = money.from_minor(row.amount, row.currency)
        store_credit.spend(order, amount, money.quantum(row.currency), now)


def _fail_payments(which: Any) -> None:
    Payment.update(status=PaymentStatus.FAILED, stripe_payment_intent_id="").where(which).execute()


def _forget_refund_records(which: Any) -> None:
    """Take away the credits that these refunds made.

    django-program's reports count them, and what became of an exchange's after a cancel could be spent.
    """
    of_these = which & Refund.credit.is_null(False)
    records = [row.credit_id for row in Refund.select(Refund.credit).where(of_these)]
    Refund.update(credit=None).where(of_these).execute()
    Credit.delete().where(Credit.id.in_(records)).execute()


def _unregister(ids: Sequence[int], now: datetime) -> None:
    Attendee.update(order=None, completed_registration=False, updated_at=now).where(
        Attendee.order.in_(ids)
    ).execute()


def _note(conference_id: int, station: str, before: str, after: str, orders: int) -> None:
    now = clock.now()
    Repair.create(
        conference=conference_id,
        at=now,
        station=station,
        kind=RepairKind.REHEARSALS_SET_APART,
        before_state=f"{before} {orders}",
        after_state=after,
        told_at=now,
    )


def _delete(conference_id: int, ids: Sequence[int]) -> None:
    found = _locked(conference_id, ids)
    came_along = Attendee.select(Attendee.user).where(
        Attendee.id.in_(
            AuditEntry.select(AuditEntry.attendee).where(
                AuditEntry.order.in_(ids), AuditEntry.what == AuditAction.COMPANION
            )
        )
    )
    people = {order.user_id for order in found} | {row.user_id for row in came_along}
    sales = Sale.select(Sale.id).where(Sale.order.in_(ids))
    replaced = ReplacedBadge.select(ReplacedBadge.successor).where(ReplacedBadge.order.in_(ids))
    named = TicketName.select(TicketName.attendee).where(TicketName.sale.in_(sales))
    came_later = Attendee.select(Attendee.user).where(Attendee.id.in_(replaced) | Attendee.id.in_(named))
    people |= {row.user_id for row in came_later}
    payments = Payment.select(Payment.id).where(Payment.order.in_(ids))
    attempts = Attempt.select(Attempt.id).where(Attempt.order.in_(ids))
    refunds = Refund.select(Refund.id).where(Refund.order.in_(ids))
    lines = OrderLine.select(OrderLine.id).where(OrderLine.order.in_(ids))
    for table, which in (
        (RefundLine, RefundLine.refund.in_(refunds)),
        (Repair, Repair.order.in_(ids)),
        (Refund, Refund.order.in_(ids)),
        (AttemptEvent, AttemptEvent.attempt.in_(attempts)),
        (Attempt, Attempt.order.in_(ids)),
        (CashMovement, CashMovement.order.in_(ids)),
        (AuditEntry, AuditEntry.order.in_(ids)),
        (ReplacedBadge, ReplacedBadge.order.in_(ids)),
        (TicketName, TicketName.sale.in_(sales)),
        (Sale, Sale.order.in_(ids)),
        (TerminalPayment, TerminalPayment.payment.in_(payments)),
        (Payment, Payment.order.in_(ids)),
        (ProductRedemption, ProductRedemption.order_line.in_(lines)),
        (OrderLine, OrderLine.order.in_(ids)),
    ):
        table.delete().where(which).execute()
    for column in (Credit.source_order, Credit.applied_to_order):
        Credit.update({column: None}).where(column.in_(ids)).execute()
    Refund.update(exchange=None).where(Refund.exchange.in_(ids)).execute()
    Order.delete().where(Order.id.in_(ids)).execute()
    _delete_guests(people)


def _delete_guests(people: set[int]) -> None:
    """Accounts that a desk made for walk-ups and who came along with them, of whom nothing is left."""
    guests = User.select(User.id).where(
        User.id.in_(list(people)),
        User.username.startswith(USERNAME_PREFIX),
        User.password.startswith("!"),
        User.id.not_in(Order.select(Order.user)),
        User.id.not_in(Credit.select(Credit.user)),
        User.id.not_in(Attendee.select(Attendee.user).where(Attendee.order.is_null(False))),
        User.id.not_in(Sale.select(Sale.staff)),
    )
    gone = [row.id for row in guests]
    attendees = [row.id for row in Attendee.select(Attendee.id).where(Attendee.user.in_(gone))]
    CheckIn.delete().where(CheckIn.attendee.in_(attendees)).execute()
    for table in (Sale, AuditEntry, RefundLine):
        table.update(attendee=None).where(table.attendee.in_(attendees)).execute()
    Attendee.delete().where(Attendee.id.in_(attendees)).execute()
    UserGroup.delete().where(UserGroup.user.in_(gone)).execute()
    UserPermission.delete().where(UserPermission.user.in_(gone)).execute()
    User.delete().where(User.id.in_(gone)).execute()
