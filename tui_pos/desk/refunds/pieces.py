"""Which pieces of an order can go back, what they are worth, and whose they are.

What a piece is worth is its share of what its line costs now; the last piece of a line takes what is left of
it, so that the shares add up. Call with the order locked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.tables.desk import Refund, RefundLine
from tui_pos.data.tables.registration import Attendee, Order, OrderLine, ProductRedemption
from tui_pos.desk.errors import InvalidInput, NotFound, Refused
from tui_pos.desk.orders import registration
from tui_pos.desk.orders.leaving import handed_out, leaving


@dataclass(frozen=True, slots=True)
class Piece:
    """What somebody wants to bring back: a line by its id or its product's slug, and how many pieces of it.

    ``badge`` says whose ticket goes back, where several people came with one order.
    """

    line: str
    quantity: int = 1
    badge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundableLine:
    """A line of which pieces can go back.

    ``each`` is what one of them is worth; ``handed_out`` are those of the ``left`` ones that somebody has in
    their hands; ``badges`` are whose tickets they are.
    """

    line_id: int
    slug: str
    description: str
    left: int
    each: Decimal
    handed_out: int
    badges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Pieces of one line as they go back; their price and the voucher's part of it in minor units."""

    line: OrderLine
    quantity: int
    amount: int
    discount: int
    attendee_id: int | None = None


def refundable_lines(order: Order, currency: str) -> list[RefundableLine]:
    """Every line of which something is left, oldest first."""
    lines = list(OrderLine.select().where(OrderLine.order == order.id).order_by(OrderLine.id))
    going, handed = leaving([order.id]).pieces, handed_out(line.id for line in lines)
    badges = tuple(row.access_code for row in _holders(order))
    found = []
    for line in lines:
        left = line.quantity - going.get(line.id, 0)
        if left > 0:
            found.append(
                RefundableLine(
                    line_id=line.id,
                    slug=slug_of(line),
                    description=line.description,
                    left=left,
                    each=_worth(line, 1, currency)[0],
                    handed_out=min(handed.get(line.id, 0), left),
                    badges=badges if line.ticket_type_id else (),
                )
            )
    return found


def slug_of(line: OrderLine) -> str:
    """The slug of what was sold; '' for a free amount and a product that was deleted."""
    product = line.ticket_type if line.ticket_type_id else line.addon if line.addon_id else None
    return product.slug if product is not None else ""


def take(order: Order, wanted: Sequence[Piece], currency: str, *, came_back: bool) -> list[Taken]:
    """What goes back, checked. ``came_back``: the pieces that were handed out came back.

    Raises InvalidInput ``invalid_quantity`` or ``badge_required``, NotFound ``line_not_found`` or
    ``attendee_not_found``, Refused ``given_back``, ``too_many`` or ``handed_out``.
    """
    lines = {each.line_id: each for each in refundable_lines(order, currency)}
    asked: dict[int, int] = {}
    holders = _holders(order)
    left_tickets = registration.tickets(order.id)
    taken = []
    for piece in wanted:
        line = _line(order, piece)
        asked[line.id] = asked.get(line.id, 0) + _quantity(piece)
        _refuse_unless_left(line, lines.get(line.id), asked[line.id], came_back=came_back)
        line.quantity -= asked[line.id] - piece.quantity
        going: list[Attendee] = []
        if line.ticket_type_id:
            left_tickets -= piece.quantity
            going = _going(order, piece, holders, left_tickets)
            holders = [each for each in holders if each not in going]
        taken += _one_by_one(line, piece.quantity, going, currency)
    return taken


def _one_by_one(line: OrderLine, quantity: int, going: Sequence[Attendee], currency: str) -> list[Taken]:
    """The pieces with a ticket of its own for each person whose ticket goes."""
    counts = [1] * len(going) + [quantity - len(going)]
    found = []
    for number, count in enumerate(counts):
        if not count:
            continue
        amount, discount = _worth(line, count, currency)
        found.append(
            Taken(
                line=line,
                quantity=count,
                amount=money.to_minor(amount, currency) if amount else 0,
                discount=money.to_minor(discount, currency) if discount else 0,
                attendee_id=going[number].id if number < len(going) else None,
            )
        )
        line.quantity -= count
        line.line_total -= amount
        line.discount_amount -= discount
    return found


@contextmanager
def set_aside(taken: Sequence[Taken]) -> Iterator[None]:
    """Hide these pieces from the rules that count what is bought, while the block runs."""
    counts: Counter[int] = Counter()
    for each in taken:
        counts[each.line.id] += each.quantity
    for sign in (-1, 1):
        for line_id, count in counts.items():
            OrderLine.update(quantity=OrderLine.quantity + sign * count).where(
                OrderLine.id == line_id
            ).execute()
        if sign < 0:
            yield


def write(refunds: Sequence[Refund], taken: Sequence[Taken]) -> None:
    """Write what goes back beside the refunds that pay for it, in their order.

    A piece whose price comes from two payments, and whose ticket it was, stands with the first; the other
    carries the rest of its price.
    """
    room = [row.amount for row in refunds]
    at, last = 0, len(refunds) - 1
    for piece in taken:
        amount, discount, quantity = piece.amount, piece.discount, piece.quantity
        while True:
            while not room[at] and at < last:
                at += 1
            part = min(amount, room[at])
            if at == last:
                amount = part
            RefundLine.create(
                refund=refunds[at].id,
                order_line=piece.line.id,
                attendee=piece.attendee_id if quantity else None,
                quantity=quantity,
                amount=part,
                discount=discount,
                currency=refunds[at].currency,
            )
            room[at] -= part
            amount -= part
            if not amount:
                break
            quantity = discount = 0


def take_from_hands(taken: Iterable[Taken]) -> None:
    """Remove the redemptions of pieces that came back over the counter: more are handed out than are left.

    Call before the pieces are taken off their lines.
    """
    going: Counter[int] = Counter()
    for each in taken:
        going[each.line.id] += each.quantity
    lines = list(OrderLine.select().where(OrderLine.id.in_(list(going))))
    handed = handed_out(line.id for line in lines)
    for line in lines:
        too_many = handed.get(line.id, 0) - (line.quantity - going[line.id])
        if too_many > 0:
            last = (
                ProductRedemption.select(ProductRedemption.id)
                .where(ProductRedemption.order_line == line.id)
                .order_by(ProductRedemption.id.desc())
                .limit(too_many)
            )
            ids = [row.id for row in last]
            ProductRedemption.delete().where(ProductRedemption.id.in_(ids)).execute()


def _line(order: Order, piece: Piece) -> OrderLine:
    lines = list(OrderLine.select().where(OrderLine.order == order.id).order_by(OrderLine.id))
    named = [line for line in lines if piece.line in (str(line.id), slug_of(line)) and _is_piece(line)]
    if not named:
        raise NotFound("line_not_found.order", order=order.reference, line=printable(piece.line, 60))
    # A slug may stand on two lines: the one of which something is left is meant.
    found: OrderLine = next((line for line in named if line.quantity > 0), named[0])
    return found


def _is_piece(line: OrderLine) -> bool:
    """Whether the line is something that was sold, or had been: a line that only lowers the price is not."""
    return line.quantity > 0 or line.unit_price > 0 or bool(line.ticket_type_id or line.addon_id)


def _quantity(piece: Piece) -> int:
    if piece.quantity < 1:
        raise InvalidInput("invalid_quantity.piece")
    return piece.quantity


def _refuse_unless_left(
    line: OrderLine, found: RefundableLine | None, quantity: int, *, came_back: bool
) -> None:
    shown = printable(line.description, 60)
    if found is None:
        raise Refused("given_back", product=shown)
    if quantity > found.left:
        raise Refused("too_many.refund", left=found.left, product=shown)
    in_hands = quantity - (found.left - found.handed_out)
    if in_hands > 0 and not came_back:
        raise Refused("handed_out.refund", quantity=in_hands, product=shown)


def _worth(line: OrderLine, quantity: int, currency: str) -> tuple[Decimal, Decimal]:
    """What these pieces are worth, and the voucher's part in their price."""
    if not line.quantity or quantity >= line.quantity:
        return line.line_total, line.discount_amount
    share = Decimal(quantity) / line.quantity
    net = money.round_half_up(line.line_total * share, currency)
    return net, money.round_half_up(line.discount_amount * share, currency)


def _holders(order: Order) -> list[Attendee]:
    """Whom the order admits."""
    return list(Attendee.select().where(Attendee.order == order.id).order_by(Attendee.id))


def _going(order: Order, piece: Piece, holders: Sequence[Attendee], left: int) -> list[Attendee]:
    """The attendees whose tickets go back: the one named, or none while enough tickets have no attendee."""
    if piece.badge:
        wanted = piece.badge.strip().upper()
        named = [each for each in holders if each.access_code == wanted]
        if not named:
            raise NotFound(
                "attendee_not_found.order", badge=printable(piece.badge, 40), order=order.reference
            )
        return named
    too_many = len(holders) - max(left, 0)
    if too_many <= 0:
        return []
    if too_many == len(holders):
        return list(holders)
    raise InvalidInput("badge_required", order=order.reference, badges=[each.access_code for each in holders])
