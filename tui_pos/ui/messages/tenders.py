"""Cash, credit and amounts: why so much is not taken."""

from tui_pos.ui.messages.templates import Sentence

SENTENCES: dict[str, Sentence] = {
    "already_paid": "Order {order} is already paid.",
    "amount_too_high": "Order {order} owes {due} {currency}, less than {wanted}.",
    "credit_too_low": "The buyer of {order} has only {left} of credit.",
    "invalid_amount.too_large": "The amount is too large: {most} is the most.",
    "invalid_amount.typed": "{found}",
    "invalid_amount.zero": "Enter an amount above zero.",
    "no_credit": "The buyer of {order} has no credit here.",
    "not_covered": "{due} is still due on {order}.",
    "nothing_to_pay": "Nothing is due on {order}: complete it without payment.",
    "order_not_pending.sell": "Order {order} is {status}; sell again instead.",
    "too_little_given": "{given} is less than {wanted}: ask for more, or take a part.",
    "too_much_given": "{given} is too much for {wanted}: count it and enter it again.",
}
