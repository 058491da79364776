"""The desk's cart: one per sale, never the attendee's online one.

It is a ``Cart`` row of django-program tied to a ``Sale``, so that both programs know its lines. While it is
being filled its status is ``abandoned``, not ``open``: the web shop takes a user's *open* cart, expects one,
and answers with an error when there are two. For somebody without account it belongs to the staff member
who fills it, because the column must be filled; the buyer gets it at checkout, when the order is written.
A desk cart reserves nothing and never expires; what it cannot sell any more it says line by line.
"""

from dataclasses import dataclass
from decimal import Decimal

from tui_pos.data.tables.desk import SaleStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.pricing import Kind

MAX_QUANTITY = 999


@dataclass(frozen=True, slots=True)
class CartLine:
    """One product in the cart; ``problem`` is why it cannot be sold as it is ('' when it can)."""

    number: int
    kind: Kind
    product_id: int
    slug: str
    name: str
    quantity: int
    unit_price: Decimal
    gross: Decimal
    discount: Decimal
    total: Decimal
    problem: str


@dataclass(frozen=True, slots=True)
class Discount:
    """What one condition or the voucher takes off the whole cart; ``amount`` is positive."""

    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CartView:
    """A sale's cart, priced now. ``credit`` is what the buyer could use; ``to_pay`` does not count it in."""

    sale_id: int
    buyer_name: str
    buyer_email: str
    attendee_id: int | None
    user_id: int | None
    lines: tuple[CartLine, ...]
    subtotal: Decimal
    discounts: tuple[Discount, ...]
    total: Decimal
    credit: Decimal
    to_pay: Decimal
    voucher_code: str
    currency: str
    status: SaleStatus
    problem: str
    order_reference: str


def start(desk: Desk, *, attendee_code: str | None = None, name: str = "", email: str = "") -> CartView:
    """Begin a sale."""
    raise NotImplementedError


def view(desk: Desk, sale_id: int) -> CartView:
    """The cart as it stands."""
    raise NotImplementedError


def add(desk: Desk, sale_id: int, slug: str, quantity: int = 1) -> CartView:
    """Put ``quantity`` more of a product in."""
    raise NotImplementedError


def set_quantity(desk: Desk, sale_id: int, slug: str, quantity: int) -> CartView:
    """Change how many of a product are in."""
    raise NotImplementedError


def remove(desk: Desk, sale_id: int, slug: str) -> CartView:
    """Take a product out."""
    raise NotImplementedError


def set_voucher(desk: Desk, sale_id: int, code: str) -> CartView:
    """Use a voucher, or none for ''."""
    raise NotImplementedError


def set_buyer(desk: Desk, sale_id: int, name: str, email: str) -> CartView:
    """Say who buys."""
    raise NotImplementedError


def park(desk: Desk, sale_id: int) -> CartView:
    """Put the sale aside."""
    raise NotImplementedError


def recall(desk: Desk, sale_id: int) -> CartView:
    """Take a sale over to this station."""
    raise NotImplementedError


def parked(desk: Desk) -> tuple[CartView, ...]:
    """All sales put aside in this conference."""
    raise NotImplementedError


def abandon(desk: Desk, sale_id: int) -> CartView:
    """Give the sale up."""
    raise NotImplementedError


def parse_quantity(text: str) -> int:
    """A quantity as typed."""
    raise NotImplementedError
