"""What screens are opened with and left with: the values that pass between them and `navigation`."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # the first screen is painted before the database and Stripe's package are there
    from tui_pos.desk.carts.put_away import SaleEnd
    from tui_pos.desk.errors import Reason
    from tui_pos.desk.payments import PaymentState
    from tui_pos.desk.tenders.tendering import Tendered


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleStart:
    """How a sale begins: for the holder of a badge, where it was ``parked``, or for a stranger.

    With a product or a voucher in it from the start. ``buyer`` is the name of the badge's holder, until the
    desk says more.
    """

    attendee_code: str = ""
    buyer: str = ""
    parked: int = 0
    product: str = ""
    voucher: str = ""


CartEnd: TypeAlias = "SaleEnd | Reason"
"""What became of a sale that was not paid, or why it was left as it is."""


class PayBy(StrEnum):
    """What an order is to be paid by first; the value is the command of the key that says so."""

    CARD = "card"
    CASH = "cash"
    OTHER = "tender"


@dataclass(frozen=True, slots=True)
class NextPerson:
    """The order on the receipt is done with: serve the next person, whose ``badge`` may be known."""

    badge: str = ""


@dataclass(frozen=True, slots=True)
class PaymentEnd:
    """How a card payment ended; and what the order is to be paid by ``instead``, or who is to be served next.

    Both are None unless somebody said so.
    """

    state: "PaymentState"
    instead: PayBy | None = None
    next_person: NextPerson | None = None


@dataclass(frozen=True, slots=True)
class StillOwed:
    """An order is not paid, or only in part.

    ``card`` is the payment that took nothing; ``taken`` is what another tender took last, with ``due`` still
    to pay. All are None where nothing happened. ``next_person`` came when all was paid.
    """

    card: "PaymentState | None" = None
    taken: "Tendered | PaymentState | None" = None
    due: Decimal = Decimal()
    next_person: NextPerson | None = None
