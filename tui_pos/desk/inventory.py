"""What is for sale: the seed's inventory, and the desk's catalogue with the reason why not."""

from dataclasses import dataclass
from decimal import Decimal

from tui_pos.desk.context import Desk


@dataclass(frozen=True, slots=True)
class Product:
    """A ticket type or add-on. ``remaining`` None means unlimited.

    ``reason`` says in a few words why it is not sellable, or what it needs ("voucher only", "needs a ticket:
    Regular or Student"), or is empty. What it needs depends on the cart, so the checkout decides on that.
    """

    kind: str
    id: int
    slug: str
    name: str
    description: str
    price: Decimal
    remaining: int | None
    requires_voucher: bool
    sellable: bool
    reason: str
    order: int


def inventory(desk: Desk) -> tuple[Product, ...]:
    """Active products within their sale window, tickets first, in the shop's order; sold-out ones too."""
    raise NotImplementedError


def catalogue(desk: Desk) -> tuple[Product, ...]:
    """Every product of the conference: what can be sold now first, then the rest with its reason."""
    raise NotImplementedError
