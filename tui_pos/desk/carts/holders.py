"""Who gets each ticket of a sale, asked before it is paid.

The first ticket is the buyer's, unless their badge holds one already; its name is the buyer's. The others get
names of their own, and an attendee each when the order is complete (``orders.named_tickets``). A ticket that
was skipped has none: ``checkin.guest_tickets`` makes one later.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Sale
from tui_pos.data.tables.registration import Attendee, CartItem, OrderLine, TicketType
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.carts import sales
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refused
from tui_pos.desk.orders import guests, named_tickets, orders
from tui_pos.desk.orders.named_tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketName:
    """One ticket of a sale and who gets it; ``name`` is '' as long as nobody is named.

    ``position`` counts the sale's tickets from 1, in the order of its lines.
    ``is_buyers``: it is the buyer's own; ``is_fixed``: its name is that of the buyer's badge.
    """

    position: int
    slug: str
    product: str
    name: str
    email: str
    is_buyers: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """A name for a ticket, as it was given."""

    name: str
    email: str = ""


def ticket_names(desk: Desk, sale_id: int) -> tuple[TicketName, ...]:
    """Every ticket of the sale and who gets it. Raises NotFound ``sale_not_found``."""
    require(desk, Action.SELL, looks=True)
    with connected():
        here = (Sale.id == sale_id) & (Sale.conference == desk.conference.id)
        return _names(sales.found(Sale.get_or_none(here), sale_id))


def name_ticket(
    desk: Desk, sale_id: int, position: int, name: str, email: str = ""
) -> tuple[TicketName, ...]:
    """Say who gets the ticket at this position, '' for nobody yet; answers all of them.

    Of a stranger's own ticket it is the sale's buyer who is named. Raises NotFound ``sale_not_found`` or
    ``ticket_not_found``, InvalidInput ``name_too_long``, ``invalid_email`` or ``name_required`` (an e-mail
    without a name), Refused ``ticket_of_badge`` (it is the badge's own) or ``sale_...``.
    """
    require(desk, Action.SELL)
    holder = _cleaned(Holder(name, email))

    def work() -> None:
        sale = sales.locked(desk, sale_id)
        sales.refuse_unless_open_here(desk, sale)
        named = {each.position: each for each in _names(sale)}
        if position not in named:
            raise NotFound("ticket_not_found", position=position, tickets=len(named))
        if named[position].is_fixed:
            raise Refused("ticket_of_badge", who=named[position].name)
        _write(sale, {position: holder})

    with connected():
        run_tx(work)
        return ticket_names(desk, sale_id)


def name_in_turn(sale: Sale, holders: Sequence[Holder]) -> None:
    """Name the tickets of a new sale one after the other, but for the buyer's own.

    Call inside the transaction that made the sale. Raises what ``name_ticket`` raises, and Refused
    ``too_many_names``.
    """
    given = [_cleaned(each) for each in holders]
    if not given:
        return
    free = [each.position for each in _names(sale) if not each.is_buyers]
    if len(given) > len(free):
        raise Refused("too_many_names", names=len(given), tickets=len(free))
    _write(sale, dict(zip(free, given, strict=False)))


def _cleaned(holder: Holder) -> Holder:
    name, email = guests.clean_name(holder.name), guests.clean_email(holder.email)
    if email and not name:
        raise InvalidInput("name_required")
    return Holder(name, email)


def _write(sale: Sale, holders: dict[int, Holder]) -> None:
    now = clock.now()
    names = _names(sale)
    for shown, (ticket, _, _) in zip(names, _tickets(sale), strict=True):
        holder = holders.get(shown.position)
        if holder is None:
            continue
        if shown.is_buyers:
            sale.buyer_name, sale.buyer_email, sale.updated_at = holder.name, holder.email, now
            sale.save(only=[Sale.buyer_name, Sale.buyer_email, Sale.updated_at])
        else:
            named_tickets.store(sale.id, ticket, holder.name, holder.email, now)


def _names(sale: Sale) -> tuple[TicketName, ...]:
    given = named_tickets.stored(sale.id)
    tickets = _tickets(sale)
    buyer = None if sale.attendee_id is None else Attendee.get_by_id(sale.attendee_id)
    own = named_tickets.buyers_own(
        [ticket for ticket, _, _ in tickets], has_another=orders.has_another(buyer, sale.order_id)
    )
    names = []
    for position, (ticket, slug, product) in enumerate(tickets, start=1):
        is_buyers = ticket == own
        row = given.get(ticket)
        name, email = (row.name, row.email) if row else ("", "")
        if is_buyers:
            name, email = sale.buyer_name, sale.buyer_email
        names.append(
            TicketName(
                position=position,
                slug=slug,
                product=product,
                name=name,
                email=email,
                is_buyers=is_buyers,
                is_fixed=is_buyers and sale.attendee_id is not None,
            )
        )
    return tuple(names)


def _tickets(sale: Sale) -> list[tuple[Ticket, str, str]]:
    """Each ticket with its slug and product, from the cart or, of a sale that never had one, the order."""
    source = CartItem if sale.cart_id is not None else OrderLine
    of_sale = CartItem.cart == sale.cart_id if sale.cart_id is not None else OrderLine.order == sale.order_id
    lines = (
        source.select(source.quantity, TicketType.id, TicketType.slug, TicketType.name)
        .join(TicketType)
        .where(of_sale)
        .order_by(source.id)
    )
    return [
        ((ticket_type, number), slug, name)
        for quantity, ticket_type, slug, name in rows(lines)
        for number in range(1, quantity + 1)
    ]
