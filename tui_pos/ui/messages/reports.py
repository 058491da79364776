"""Why a list is not exported, and why personal data is not erased."""

from tui_pos.ui.messages.templates import Sentence


def _pending(number: int, order: str) -> str:
    many = f"{number} orders are" if number != 1 else "An order is"
    return f"{many} still pending, the first {order}: take the money, or cancel with cancel-order."


SENTENCES: dict[str, Sentence] = {
    "invalid_day": "That day is too far away for a calendar.",
    "invalid_days": "The last day, {last}, is before the first, {first}.",
    "not_over": "{conference} ends on {day}: personal data is erased after that day.",
    "orders_pending": _pending,
    "payment_live.forget": "A card payment is under way: finish or cancel it first.",
    "refund_open.forget": "A refund to a card is under way: let reconcile finish it first.",
}

LEFT: dict[str, Sentence] = {
    "left.copies": "Copies of the database before upgrades hold everything; delete them: {copies}.",
    "left.elsewhere": (
        "Not in reach: your backups, lists that were exported, what was printed or mailed, and what Stripe"
        " keeps of its payments. The names of staff stay, so that it can be told whose work it was."
    ),
    "left.in_use": (
        "The file of the database could not be written anew, so that freed parts of it may hold old texts:"
        " close the desks, see that the disk has room, and run this again."
    ),
    "left.logs": "The log holds ids and no names; delete it all the same if nobody needs it: {logs}.",
    "left.server": (
        "The server keeps what was erased until its next VACUUM, and in its archived write-ahead logs."
    ),
    "left.web_site": (
        "The web site's tables were not touched: accounts, orders, badges and notes have to be erased there."
        " Until then the next search makes its index of them anew."
    ),
}
"""What has to be erased by other hands."""
