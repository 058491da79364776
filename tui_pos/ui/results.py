"""What screens are opened with and left with: the values that pass between them and `navigation`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_pos.ui.messages.notices import UNPAID

if TYPE_CHECKING:  # the first screen is painted before the database and Stripe's package are there
    from tui_pos.desk.payments import PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleStart:
    """How a sale begins: for the holder of a badge (called ``buyer`` until the desk says more), taken up
    where it was ``parked``, or for a stranger; with a product or a voucher in it from the start."""

    attendee_code: str = ""
    buyer: str = ""
    parked: int = 0
    product: str = ""
    voucher: str = ""


class PayBy(StrEnum):
    """What an order is to be paid by first; the value is the command of the key that says so."""

    CARD = "card"
    CASH = "cash"
    OTHER = "tender"


@dataclass(frozen=True, slots=True)
class PaymentEnd:
    """How a card payment ended, and what the order is to be paid by ``instead`` where somebody said so."""

    state: "PaymentState"
    instead: PayBy | None = None


@dataclass(frozen=True, slots=True)
class StillOwed:
    """An order is not paid, or only in part: how the ``card`` payment ended that took nothing, else what
    other tenders have ``taken``, in a sentence, '' for nothing."""

    taken: str = ""
    card: "PaymentState | None" = None

    @property
    def sentence(self) -> str:
        """What to say of it; '' where nothing happened."""
        return UNPAID[self.card.notice] if self.card else self.taken

    @property
    def sign(self) -> str:
        """The sign of the sentence."""
        return "!" if self.sentence else ""


@dataclass(frozen=True, slots=True)
class NextPerson:
    """The order on the receipt is done with: serve the next person, whose ``badge`` may be known."""

    badge: str = ""
