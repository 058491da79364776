"""The attendee's screen and the group's: what stands beside the verdict, and what became of a key."""

from collections.abc import Sequence

from tui_pos.ui.messages.templates import plain

PLACEHOLDER = "type a product to sell it, / for more"
PLACEHOLDER_AT_THE_DOOR = "scan the next badge, or type a name"

ORDERS = "Orders"
NO_ORDERS = "No orders"
TO_HAND_OUT = "To hand out"
HANDED_OUT = "Handed out"
CREDIT = "Credit"
ON_A_READER = "on a reader"
NOT_CHECKED_IN = "not checked in"
STATUS = {"partially_refunded": "part refunded"}

AT_THE_DOOR = "Not let in: send them to a registration desk."
"""What somebody is told who may neither sell nor charge, of a person who has to buy or pay first."""

CHECKED_IN = "Checked in. Enter: next person, or scan the next badge."
NOTHING_TO_HAND_OUT = "Nothing to hand out."
ANOTHER_PASS = "record another pass"
OTHER_READER = "other reader"

NAME_CHANGED = "The name is {now} now."
EMAIL_CHANGED = "The address is {now} now."
HANDED_OVER = "{now} has the ticket on a new badge; the old one is dead."
NEW_NAME = "How is the name written?"
NEW_EMAIL = "What is the address?"
NEW_HOLDER = "Who gets the ticket?"
HOLDER_IS_IN = "Its holder came in at {at}: two may be in on it. "
WHY = "Why? The reason is kept with your name."


def handed(product: str, left: str) -> str:
    """That one piece was handed out."""
    return f"Handed out 1 x {product}; {left}. /undo takes it back."


def instead_of(before: str, question: str) -> str:
    """Asks for a correction, with what stands there ``before`` it."""
    return f"Now: {before or 'none'}. {question}"


def status(of_order: str) -> str:
    """An order's status as it stands in the list."""
    return STATUS.get(of_order, plain(of_order))


def more(count: int) -> str:
    """That there is more than has room."""
    return f"and {count} more"


def imported(order_reference: str, scan_code: str) -> list[tuple[str, str]]:
    """What the other system called the order and the badge of a ticket, each with its name."""
    return [each for each in (("Old order", order_reference), ("Old code", scan_code)) if each[1]]


def with_others(others: int, reference: str) -> str:
    """How many more badges the same order has."""
    people = "1 other" if others == 1 else f"{others} others"
    return f"with {people} on {reference}" if reference else ""


def group_of(people: int) -> str:
    """The heading of a group."""
    return f"GROUP OF {people}"


def are_in(people: int, group: int) -> str:
    """How many of a group are in."""
    return f"{people} of {group} in"


def let_in(people: int) -> str:
    """What Enter does with the ticked ones."""
    return f"let {people} in"


def went_in(people: int, refused: Sequence[str]) -> str:
    """What became of those who were to be let in, by name for those who were ``refused``."""
    done = "1 is in." if people == 1 else f"{people} are in."
    return f"{done} Not let in: {', '.join(refused)}." if refused else done
