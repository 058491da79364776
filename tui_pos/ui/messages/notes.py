"""What a screen says of how the one above it was left."""

from collections.abc import Callable
from decimal import Decimal

from tui_pos.desk.carts.put_away import SaleEnd
from tui_pos.desk.errors import Reason
from tui_pos.desk.payments import PaymentState
from tui_pos.desk.tenders.tendering import Tendered
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.notices import NOTICE_WORDS, UNPAID
from tui_pos.ui.messages.tenders import TENDERS
from tui_pos.ui.results import CartEnd, StillOwed

Amount = Callable[[Decimal], str]

SALE_ENDS: dict[SaleEnd, str] = {
    SaleEnd.NOTHING: "",
    SaleEnd.DISCARDED: "The sale is discarded: nothing was sold.",
    SaleEnd.PARKED: "The sale is parked: it stands under Needs attention.",
}


def sale_end(end: CartEnd) -> str:
    """What became of a sale that was not paid; '' where there is nothing to say."""
    return sentence(end) if isinstance(end, Reason) else SALE_ENDS[end]


def still_owed(owed: StillOwed, amount: Amount) -> str:
    """Why an order is still owed; '' where nothing happened. ``amount`` formats money."""
    if owed.card is not None:
        return UNPAID[owed.card.notice]
    if owed.taken is None:
        return ""
    return f"{taken(owed.taken, amount)}. {rest(owed.due, amount)}"


def still_owed_for(owed: StillOwed, amount: Amount) -> str:
    """The same where the order is not in sight."""
    if owed.card is not None:
        return f"{owed.card.reference}: {NOTICE_WORDS[owed.card.notice].spoken}, it is still to be paid."
    return still_owed(owed, amount)


def taken(what: Tendered | PaymentState, amount: Amount) -> str:
    """What was just taken, for the person at the desk."""
    if not isinstance(what, Tendered):
        return f"{what.card or 'Card'} {amount(what.amount)}"
    got = f"{TENDERS[what.tender].name} {amount(what.amount + what.rounding)}"
    if not what.given:
        return got
    back = f": give {amount(what.change)} back" if what.change else ""
    return f"{got}, given {amount(what.given)}{back}"


def rest(due: Decimal, amount: Amount) -> str:
    """What is left to pay after that."""
    return f"{amount(due)} is still to be paid." if due else "All is paid."
