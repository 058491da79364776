"""The one place where an order becomes PAID, for every tender, and what follows from that."""

from datetime import datetime
from typing import Any

from tui_pos.data.connection import lock
from tui_pos.data.tables.desk import Refund, RefundLine, ReplacedBadge, Sale, SaleStatus
from tui_pos.data.tables.registration import Attendee, Order, OrderStatus
from tui_pos.desk.errors import NotFound
from tui_pos.desk.orders import named_tickets, registration
from tui_pos.desk.orders.balance import admits, balance


def locked(conference_id: int, reference: str) -> Order:
    """The order row, locked until the transaction ends. Raises NotFound."""
    query = Order.select().where(Order.conference == conference_id, Order.reference == reference.upper())
    order: Order | None = lock(query).first()
    if order is None:
        raise NotFound("order_not_found.here", order=reference)
    return order


def finish_if_paid(order: Order, now: datetime) -> bool:
    """Complete the order when what certainly stays covers its total; answers whether it is complete.

    Call inside the transaction that wrote the payment, with the order locked. Marks it PAID, clears the hold,
    registers the buyer when it holds a ticket, and those whom its other tickets were named for, closes the
    sale. Safe to call again, and after the web site's webhook marked the order paid on its own. An order in
    any other state is left as it is.
    """
    if order.status not in (OrderStatus.PENDING, OrderStatus.PAID) or not balance(order).is_covered:
        return False
    if order.status == OrderStatus.PENDING or order.hold_expires_at is not None:
        order.status = OrderStatus.PAID
        order.hold_expires_at = None
        order.updated_at = now
        order.save(only=[Order.status, Order.hold_expires_at, Order.updated_at])
    _keep_badges(order, now)
    if registers_buyer(order):
        _register(order, now)
    _admit_named(order, now)
    Sale.update(status=SaleStatus.CLOSED, updated_at=now).where(
        Sale.order == order, Sale.status != SaleStatus.CLOSED
    ).execute()
    return True


def is_incomplete(order_id: int) -> bool:
    """Whether a paid order still holds its stock by time, or a ticket of it waits for who gets it.

    That is its buyer, or somebody who was named before it was paid. The web site's manage page leaves all
    three so.
    """
    order = Order.get_by_id(order_id)
    return order.hold_expires_at is not None or _waits_for_buyer(order) or _waits_for_others(order)


def complete_paid(order: Order, now: datetime) -> None:
    """Do for a paid order what the web site left out: clear its hold, register its buyer and the others.

    Call inside a transaction with the order locked.
    """
    if order.hold_expires_at is not None:
        order.hold_expires_at, order.updated_at = None, now
        order.save(only=[Order.hold_expires_at, Order.updated_at])
    if _waits_for_buyer(order):
        _register(order, now)
    _admit_named(order, now)


def _admit_named(order: Order, now: datetime) -> None:
    named_tickets.admit_named(order, now, has_another=has_another(_attendee(order), order.id))


def has_another(attendee: Attendee | None, order_id: int | None) -> bool:
    """Whether the buyer's badge holds a ticket of another order, so that those of this one are for others.

    ``attendee`` is the buyer's, if they have a badge; ``order_id`` is None as long as the sale is no order.
    """
    return attendee is not None and attendee.order_id != order_id and has_ticket(attendee)


def _waits_for_buyer(order: Order) -> bool:
    """Whether the order has a ticket without an attendee, and does not admit its buyer yet."""
    attendee = _attendee(order)
    if attendee is not None and attendee.order_id == order.id:
        return False
    return registers_buyer(order) and registration.unnamed(order.id) > 0


def _waits_for_others(order: Order) -> bool:
    """Whether somebody who was named for a ticket of the order has no badge yet."""
    return bool(named_tickets.waiting(order.id, has_another=has_another(_attendee(order), order.id)))


def registers_buyer(order: Order) -> bool:
    """Whether paying this order makes or re-links an attendee.

    Only a ticket does, and only for somebody whose linked order is not itself a paid ticket order: a shirt
    or a second ticket must not take away the order that admits to the conference. A ticket that somebody
    exchanged for this one stays theirs.
    """
    if not registration.tickets(order.id) or _all_taken(order) or _handed_over(order):
        return False
    attendee = _attendee(order)
    return attendee is None or attendee.order_id == order.id or not has_ticket(attendee)


def has_ticket(attendee: Attendee) -> bool:
    """Whether the order on the badge holds a ticket and admits; another order is then for other people."""
    if attendee.order_id is None:
        return False
    linked = Order.get_by_id(attendee.order_id)
    return admits(linked.status, balance(linked)) and bool(registration.tickets(linked.id))


def _handed_over(order: Order) -> bool:
    """Whether the buyer's own ticket of this order went to another person."""
    query = (
        ReplacedBadge.select(ReplacedBadge.id)
        .join(Attendee, on=(ReplacedBadge.attendee == Attendee.id))
        .where(ReplacedBadge.order == order.id, Attendee.user == order.user_id)
    )
    return bool(query.exists())


def _keep_badges(order: Order, now: datetime) -> None:
    """Admit by this order whose tickets were exchanged for its own; their badges stay what they are."""
    if registration.tickets(order.id):
        Attendee.update(order=order.id, completed_registration=True, updated_at=now).where(
            Attendee.id.in_(_exchanged(order)), Attendee.order.is_null()
        ).execute()


def _exchanged(order: Order) -> list[int]:
    """Whose tickets were exchanged for this order."""
    lines = RefundLine.select(RefundLine.attendee).join(Refund).where(Refund.exchange == order.id)
    return [row.attendee_id for row in lines if row.attendee_id is not None]


def _all_taken(order: Order) -> bool:
    """Whether every ticket of an exchange has the person whose ticket it was."""
    exchanged = _exchanged(order)
    if not exchanged:
        return False
    others = Attendee.select().where(Attendee.id.in_(exchanged), Attendee.user != order.user_id)
    return bool(others.count() >= registration.tickets(order.id))


def _attendee(order: Order) -> Attendee | None:
    query = Attendee.select().where(
        Attendee.user == order.user_id, Attendee.conference == order.conference_id
    )
    attendee: Attendee | None = lock(query).first()
    return attendee


def _register(order: Order, now: datetime) -> None:
    attendee = _attendee(order)
    if attendee is None:
        registration.admit(order, order.user_id, now)
    elif attendee.order_id != order.id or not attendee.completed_registration:
        Attendee.update(order=order.id, completed_registration=True, updated_at=now).where(
            Attendee.id == attendee.id
        ).execute()


def rehearsals() -> Any:
    """The ids of all orders that were set apart, as a subquery: what every list and sum leaves out."""
    return Sale.select(Sale.order).where(Sale.status == SaleStatus.REHEARSAL, Sale.order.is_null(False))
