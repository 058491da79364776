"""Carts and sales: why one cannot be changed or sold."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_pos.ui.messages.orders import held_by
from tui_pos.ui.messages.templates import Sentence, when_and_where

if TYPE_CHECKING:
    from tui_pos.core.clock import Moment
    from tui_pos.desk.orders.live_payment import Holder


def _invalid_quantity(given: str, most: int) -> str:
    return f"{given or 'Nothing'} is not a quantity: enter a whole number from 1 to {most}."


def _already_has(product: str, order: str, at: "Moment") -> str:
    return f"They have {product} already: {order}, {when_and_where(at)}. Sell them another?"


def _reader_not_found(readers: Sequence[str]) -> str:
    return f"This conference has no such reader; its readers: {', '.join(readers) or 'none'}."


def begun(when: str, pieces: int) -> str:
    """Said of a sale that is opened and held something before."""
    things = "1 thing was" if pieces == 1 else f"{pieces} things were"
    return f"This sale was begun {when}: {things} in it."


DISCOUNTS: dict[str, Sentence] = {
    "discount.condition": "{name}",
    "discount.order": "Discounts",
    "discount.order.voucher": "Discounts, voucher {voucher}",
    "discount.percentage": "{name} {percent} %",
    "discount.voucher": "Voucher {voucher}",
}

WALK_UP = "a walk-up"
PLACEHOLDER = "a product, a voucher, who buys, / for more"
TYPE_A_NAME = "type a name, or F2"
EMPTY = "Press a number to add it, or type a product."
NAME, FIND, NAME_OR_CODE = "name: {text}", 'find "{text}"', 'name or code "{text}"'
"""What Enter does with a text that is typed."""

FILLED = "+ and - change the chosen line, Del removes it; type a product to add it."
NOTHING_TO_PAY = "Nothing is to be paid: Enter finishes the sale."
NEXT_QUANTITY = "{quantity} of the product that comes next."
SELL_ANOTHER = "Another one?"
SEVERAL_FIT = "Press the number of the one to add; Esc shows all."
ADD_FIRST = "Add something first: press a number, or type a product."
NOT_A_NAME = "{text} is not known here. F2 says who buys."
NO_PRODUCT = "No product is called {text}; F2 names the buyer."
TAKEN_AS_NAME = "{text} was taken as the buyer's name; F2 changes it."
CLAIMED = "This sale is {name}'s now."
NAMELESS = "a badge without a name"
NEEDS_VOUCHER = "{product} needs a voucher: scan or type its code first."
NOTHING_TAKEN = "Nothing was taken yet. Change the sale, or take the money."
OR_ENTER_AGAIN = "Change the sale, or Enter again."
NOT_PAID_YET = "Not paid yet: Enter goes on."
WHO_BUYS = "Who buys?"
ASK_BUYER = "A name, and an e-mail address behind it where there is one. Esc leaves it as it is."
WHOSE_TICKET = "Ticket {position} of {count}: {product}"
ASK_HOLDER = (
    "Who gets it? A name, and an e-mail address behind it where there is one. Enter alone skips it: the door"
    " asks for the name then."
)
NOT_PAID = "This sale {whose} is not paid"
PARK_OR_DISCARD = "What becomes of it?"
PARK, PARK_ABOUT = "Park it", "any desk can go on"
DISCARD, DISCARD_ABOUT = "Discard it", "nothing is kept"
PARKED = "The sale {whose} is parked: it stands under Needs attention."
"""What the cart screen says and asks."""


def _reader_busy(reader: str, holder: "Holder") -> str:
    return f"The reader {reader} is taken: {held_by(holder)}."


SENTENCES: dict[str, Sentence] = {
    "already_has": _already_has,
    "amount_too_large": "One order can be at most {most}: sell it in parts.",
    "amount_too_small.order": "The least that a card can be charged is {least} {currency}.",
    "cart_empty": "The cart is empty: add something first.",
    "invalid_quantity": _invalid_quantity,
    "line_not_found": "{product} is not in the cart.",
    "price_changed": "The total is now {now}, no longer {before}: look at the cart again.",
    "reader_ambiguous": "Several readers are called {reader}: name one by its id.",
    "reader_busy": _reader_busy,
    "reader_not_found": _reader_not_found,
    "reader_required": "Name the reader by its id (tmr_...) or its label.",
    "sale_abandoned.frozen": "This sale was given up; start a new one or reopen it.",
    "sale_closed.frozen": "This sale is paid and closed; start a new one.",
    "sale_elsewhere": "This sale is open at {station} now; recall it to work on it here.",
    "sale_left": "{order}: {due} is still to be paid, see Needs attention.",
    "sale_not_found": "There is no sale {sale} in this conference.",
    "sale_ordered.abandon": "This sale became an order; cancel the order instead.",
    "sale_ordered.frozen": "This sale became an order; reopen it to change it.",
    "sale_parked.frozen": "This sale is parked; recall it first.",
    "sale_rehearsal.frozen": "This sale was made before the conference took real payments; start a new one.",
    "ticket_not_found": "There is no ticket {position} here; {tickets} are in the cart.",
    "ticket_of_badge": "That ticket is for {who}: correct the name on the badge.",
    "too_many_names": "More names were given ({names}) than there are tickets for others ({tickets}).",
    "sale_without_cart": "This sale had no cart; cancel its order and sell again.",
}
