"""Ways to pay: what each is called, and why an amount is not taken."""

from dataclasses import dataclass

from tui_pos.ui.messages.templates import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderWords:
    """Everything that is said of one tender.

    ``name`` is how the choice is called, ``next_step`` what Enter does with it ({}: the amount), ``back`` how
    the receipt calls what went back, ``refund`` what a refund tells the desk to do: '' for a card, where that
    depends on the refund's stage (``refunds.CARD``).
    """

    name: str
    next_step: str
    back: str
    refund: str


TENDERS: dict[str, TenderWords] = {
    "cash": TenderWords(
        name="Cash",
        next_step="take {} in cash",
        back="Back in cash",
        refund="give it back in cash",
    ),
    "credit": TenderWords(
        name="Credit",
        next_step="use {} of credit",
        back="Back to the credit",
        refund="put back on the buyer's credit",
    ),
    "card": TenderWords(name="Card", next_step="card {}", back="Back to the card", refund=""),
    "comp": TenderWords(
        name="Free of charge",
        next_step="give {} for free",
        back="Complimentary, taken back",
        refund="it was complimentary; there is nothing to give back",
    ),
}
"""By the value of ``Tender``: commands say these words before the database's package is loaded."""


ALL_OF_IT = "all of it"
A_PART_OF_IT = "{part}: choose how"
THE_REST = "choose how the rest is paid"
"""What Esc and Enter do of a part, for the key bar."""

TAKES_NOTHING_YET = "{part} is a part: Enter asks how it is paid; nothing is taken yet."
ASKS = "A number or an amount is what they give; less than all of it is a part."
BELOW_LEAST = "A card cannot be charged less than {}."
ONLY_SUPERVISOR = "Only a supervisor may give it away for free."
WHO_MAY = "see who may do it"
"""What Enter does with a way that is not for whoever is signed in."""
ASKS_WHY = "Enter asks why; the reason is kept with your name."
A_PART = "{part} of {due}: choose how it is paid, Esc for all."
ROW_OR_AMOUNT = "{text} is {row}: Enter takes it. Type {text}.00 for that amount."
GIVES_CHANGE = "take {given}, give {change} back"
SCAN_THE_NEXT = "scan the next person"
SCAN_NOT_USED = "That scan was not used: this order is to be paid first."
FIRST_ENTER = "First Enter: {told}"
"""What the tender screen says of its next key."""


def _decimals(currency: str, places: int, example: str) -> str:
    allowed = f"at most {places} decimals" if places else "no decimals"
    return f"{currency} has {allowed}: enter an amount such as {example}."


SENTENCES: dict[str, Sentence] = {
    "already_paid": "Order {order} is already paid.",
    "amount_too_high": "Order {order} owes {due} {currency}, less than {wanted}.",
    "credit_too_low": "The buyer of {order} has only {left} of credit.",
    "invalid_amount.above_card": "{given!r} {currency} is more than a card payment can be.",
    "invalid_amount.above_left": "Only {left} is left: {given} is too much.",
    "invalid_amount.between": "{currency} is paid in steps of {step}: {given!r} is between two.",
    "invalid_amount.coins": "Cash in {currency} comes in steps of {coin}: {given} is between two.",
    "invalid_amount.commas": "The comma in {given!r} is not clear: enter an amount such as {example}.",
    "invalid_amount.decimals": _decimals,
    "invalid_amount.empty": "Enter an amount, such as {example}.",
    "invalid_amount.negative": "An amount cannot be negative: {given!r}.",
    "invalid_amount.no_currency": "{given!r} is not a currency: use its three letters, such as USD.",
    "invalid_amount.no_money": "{given!r} is not an amount of money.",
    "invalid_amount.no_number": "{given!r} is not an amount: enter one such as {example}.",
    "invalid_amount.signed": "Enter the amount without a sign, such as {example}.",
    "invalid_amount.step": "{currency} has steps of {step}: enter an amount such as {example}.",
    "invalid_amount.too_large": "The amount is too large: {most} is the most.",
    "invalid_amount.too_long": "That is too long for an amount: enter one such as {example}.",
    "invalid_amount.zero": "Enter an amount above zero.",
    "no_credit": "The buyer of {order} has no credit here.",
    "not_covered": "{due} is still due on {order}.",
    "nothing_to_pay": "Nothing is due on {order}: complete it without payment.",
    "order_not_pending.sell": "Order {order} is {status}; sell again instead.",
    "too_little_given": "{given} is less than {wanted}: ask for more, or take a part.",
    "too_much_given": "{given} is too much for {wanted}: count it and enter it again.",
}
