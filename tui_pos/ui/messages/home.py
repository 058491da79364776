"""The home screen: its headings, what its figures are called, and what it says to somebody who is new."""

from collections.abc import Container

from tui_pos.core.scan import printable

LAST_HERE = "Last here"
NEEDS_ATTENTION = "Needs attention"
READERS = "Readers"
OTHER_STATIONS = "Other stations"
LAST_HOUR = "last hour"
ROUNDING = "rounding"

NOTHING_YET = "Nothing has happened here yet."
FIRST_STEPS = "Scan a badge, or type a name, an e-mail or an order, then Enter."
SELLING = "F2 sells to somebody without a badge."

OPENING = "Opening the desk; scans are taken already."
ANSWERS_AGAIN = "The database answers again."
CHOOSE_ONE = "Press the number of the one to see."
TYPE_FIRST = "Scan a badge first, or type what to find."
NOT_FOUND = "Nobody and nothing here is called that."

TRY_THIS = "Type NOOR2026 and Enter, as a scanner would; F1 tells what else there is."
TRY_NEXT = (
    ("NOOR2026", TRY_THIS),
    ("OWEN2026", "Next, OWEN2026 and Enter: a number hands out what stands behind it."),
)
TRY_SELLING = (
    ("INES2026", "Next, INES2026 and Enter: while she owes money, Enter takes it by card."),
    ("F2", "Next, F2: sell something to somebody without a badge."),
)
"""What to try in the demonstration, until it was: a badge, or a key; the latter for who may sell."""

PLACEHOLDER = "scan a badge, or type a name, an order, / for more"

EXAMPLES: tuple[tuple[str, str], ...] = (
    ("NOOR2026", "is registered: Enter checks her in"),
    ("OWEN2026", "has shirts, lunch and a hoodie to collect"),
    ("helper", "is part of two names: choose one"),
)
SELLING_EXAMPLES: tuple[tuple[str, str], ...] = (
    ("INES2026", "owes money: Enter takes it by card"),
    ("F2", "sells to somebody without a badge"),
)
"""What to try in the demonstration, as it is typed, and what comes of it; the latter for who may sell."""

TENDERS = {"card": "card", "cash": "cash", "credit": "credit", "comp": "free"}


def today_at(station: str) -> str:
    """The heading of the figures."""
    return f"Today at {station}"


def in_house(inside: int, registered: int) -> str:
    """How many of the conference's people are in."""
    return f"{inside:,} of {registered:,}"


def try_next(tried: Container[str], *, sells: bool) -> str:
    """What to try when ``tried`` was; '' when all was."""
    steps = (*TRY_NEXT, *(TRY_SELLING if sells else ()))
    return next((step for what, step in steps if what not in tried), "")


def opens(name: str) -> str:
    """What Enter does with a row."""
    return f"open {printable(name, 30)}"


def several(total: int, place: int | None) -> str:
    """What is said while hits are listed; ``place`` is the chosen one's, from 0."""
    if place is not None:
        return f"{place + 1:,} of {total:,}; arrows and PgDn reach all."
    if total == 0:
        return "None found: type another part of the name, or Esc."
    if total == 1:
        return "1 found."
    return f"{total:,} found; arrows and PgDn reach all."


def at_once(scans: int) -> str:
    """Several scans came before one could be opened."""
    return f"{scans} scans came at once: each is listed here, none was opened."
