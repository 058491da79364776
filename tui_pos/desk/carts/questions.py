"""What the desk asks before it sells: nothing that forbids a sale, but what is seldom meant."""

from collections.abc import Collection

from peewee import Query, fn

from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import ReplacedBadge
from tui_pos.data.tables.registration import PAID_STATUSES, Attendee, Order, OrderLine, TicketType
from tui_pos.desk.catalogue import products
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders import buyers
from tui_pos.desk.orders.balance import admits, columns, from_columns


def before_selling(desk: Desk, slugs: Collection[str], attendee_code: str | None) -> tuple[Reason, ...]:
    """What is to be asked before these products are sold to the holder of this badge; nothing of a stranger.

    ``already_has`` for a ticket of which they have one: its ``product``, the ``order`` and ``at``, when that
    was made. Raises what ``buyers.identify`` raises, NotFound ``product_not_found``.
    """
    if attendee_code is None:
        return ()
    with connected():
        buyer = buyers.identify(desk, attendee_code, "", "")
        named = products.named(desk.conference.id, slugs)
        tickets = {each.slug for each in named.values() if each.kind is ProductKind.TICKET}
        return of_tickets(desk, buyer.attendee_id, tickets)


def of_tickets(desk: Desk, attendee_id: int | None, slugs: Collection[str]) -> tuple[Reason, ...]:
    """The same for the slugs of tickets; call with a connection open."""
    if attendee_id is None or not slugs:
        return ()
    asked: dict[str, Reason] = {}
    for conference_id, slug, product, order, made, status, total, *balance in rows(_had(attendee_id, slugs)):
        # The conference is compared here for the reason given in order_views.orders.
        if conference_id == desk.conference.id and admits(status, from_columns(total, balance)):
            at = desk.moment(made)
            asked.setdefault(slug, because("already_has", product=product, order=order, at=at))
    return tuple(asked.values())


def _had(attendee_id: int, slugs: Collection[str]) -> Query:
    """These tickets in paid orders of the attendee or of their badge, unless they were handed over."""
    handed_over = ReplacedBadge.select(ReplacedBadge.id).where(
        ReplacedBadge.attendee == Attendee.id, ReplacedBadge.order == Order.id
    )
    return (
        Order.select(
            Order.conference,
            TicketType.slug,
            OrderLine.description,
            Order.reference,
            Order.created_at,
            Order.status,
            Order.total,
            *columns(),
        )
        .join(Attendee, on=((Attendee.user == Order.user) | (Attendee.order == Order.id)))
        .join(OrderLine, on=(OrderLine.order == Order.id), src=Order)
        .join(TicketType, src=OrderLine)
        .where(
            Attendee.id == attendee_id,
            TicketType.slug.in_(list(slugs)),
            OrderLine.quantity > 0,
            Order.status.in_(PAID_STATUSES),
            ~fn.EXISTS(handed_over),
        )
        .order_by(Order.created_at.desc(), Order.id.desc(), OrderLine.id)
    )
