"""The names of a sale's tickets, from before it is paid until its order makes attendees of them.

django-program knows who holds a ticket only by the attendees of an order; before there are any the names
stand in a table of the desk. They belong to a ticket type and its number in the sale, so that a name stays
with its ticket when something else is taken out of the cart.
"""

from collections.abc import Sequence
from datetime import datetime

from peewee import fn

from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Sale, TicketName
from tui_pos.data.tables.registration import Order, OrderLine
from tui_pos.desk.orders import guests, registration

Ticket = tuple[int, int]
"""The id of a ticket type, and which of its tickets in the sale, from 1."""


def stored(sale_id: int) -> dict[Ticket, TicketName]:
    """The names that were given to tickets of the sale, also of such as it does not hold any more.

    One may stand at the ticket of ``buyers_own`` too: that ticket has the buyer's name instead.
    """
    names = TicketName.select().where(TicketName.sale == sale_id)
    return {(each.ticket_type_id, each.number): each for each in names}


def buyers_own(tickets: Sequence[Ticket], *, has_another: bool) -> Ticket | None:
    """Which of a sale's tickets is the buyer's own: the first of its lines, unless they have one already.

    ``has_another`` is what ``orders.has_another`` says.
    """
    return None if has_another or not tickets else tickets[0]


def store(sale_id: int, ticket: Ticket, name: str, email: str, now: datetime) -> None:
    """Write the name of one ticket, or take it back with ''; both were cleaned. Call with the sale locked."""
    ticket_type, number = ticket
    TicketName.delete().where(
        TicketName.sale == sale_id, TicketName.ticket_type_id == ticket_type, TicketName.number == number
    ).execute()
    if name:
        TicketName.create(
            sale=sale_id,
            ticket_type_id=ticket_type,
            number=number,
            name=name,
            email=email,
            created_at=now,
            updated_at=now,
        )


def forget(sale_id: int) -> None:
    """Delete the names of a sale that was given up. Call with the sale locked."""
    TicketName.delete().where(TicketName.sale == sale_id).execute()


def waiting(order_id: int, *, has_another: bool) -> list[TicketName]:
    """The names that have no attendee yet, as far as the order has tickets without one.

    ``has_another``: the buyer's own ticket is that of another order.
    """
    query = TicketName.select().join(Sale).where(Sale.order == order_id, TicketName.attendee.is_null())
    given = {(row.ticket_type_id, row.number): row for row in query}
    if not given:
        return []
    tickets = _bought(order_id)
    own = buyers_own(tickets, has_another=has_another)
    named = [given[ticket] for ticket in tickets if ticket in given and ticket != own]
    return named[: registration.unnamed(order_id)]


def admit_named(order: Order, now: datetime, *, has_another: bool) -> None:
    """Make an attendee of each name that is ``waiting``.

    Call inside the transaction that completed the order, after its buyer was registered; safe to call again.
    """
    for row in waiting(order.id, has_another=has_another):
        guest = guests.guest_user(row.name, row.email, now)
        row.attendee, row.updated_at = registration.admit(order, guest.id, now), now
        row.save(only=[TicketName.attendee, TicketName.updated_at])


def _bought(order_id: int) -> list[Ticket]:
    """Each ticket that the order holds, in the order of its lines."""
    query = (
        OrderLine.select(OrderLine.ticket_type, fn.SUM(OrderLine.quantity))
        .where(OrderLine.order == order_id, OrderLine.ticket_type.is_null(False))
        .group_by(OrderLine.ticket_type)
        .order_by(fn.MIN(OrderLine.id))
    )
    return [
        (ticket_type, number)
        for ticket_type, quantity in rows(query)
        for number in range(1, int(quantity) + 1)
    ]
