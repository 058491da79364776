"""The payment screen and the reader's: what a key or a scan there is answered with."""

SAFE = "The payment is safe; it is listed under what needs attention."

QUIT_HEADING = "Leave in the middle of a card payment"
QUIT = "The payment stays at Stripe and under Needs attention; any desk goes on with it."
QUIT_YES = "leave the program"

READER_TAKEN = "{reader} has the payment of {order}: F4 takes another reader."


def not_used(what: str, enter: str = "") -> str:
    """Why a text or a scan was not used; ``enter`` is what Enter does once the payment has ended."""
    why = f"the payment is over; Enter: {enter}" if enter else "this payment comes first"
    return f"That {what} was not used: {why}."


def own(label: str) -> str:
    """The station's own reader in the list."""
    return f"{label} (yours)"


def chosen_instead(own: str, why: str, other: str) -> str:
    """Why the reader that Enter chooses is not the station's own, which is ``why``."""
    return f"{own}, yours, {why}: Enter takes {other}."
