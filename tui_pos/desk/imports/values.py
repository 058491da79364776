"""What a cell of a list means: texts as they were meant, money, times, yes and no, how a ticket stands."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from tui_pos.core import money
from tui_pos.core.folding import fold
from tui_pos.core.scan import printable
from tui_pos.data.tables.registration import OrderStatus
from tui_pos.desk.errors import InvalidInput

_GUARDED = re.compile(r"['\t](?=[=+\-@|%])")
_FORMULA_TEXT = re.compile(r'="(.*)"')
NOTHING = frozenset(("", "-", "--", "—", "n/a", "[]"))
"""What stands in a cell that says nothing."""

_YES = "yes|y|ja|true|wahr|1|x|oui|si|sim|vero|verdadero|vrai|ok|done|\u2713|\u2714"
_NO = "no|n|nein|false|falsch|0|non|nao|falso|faux|nee"
YES, NO = (frozenset(fold(word) or word for word in words.split("|")) for words in (_YES, _NO))


_STANDINGS: dict[OrderStatus, str] = {
    OrderStatus.PAID: "paid|bezahlt|attending|active|acquired|checked in|checked_in|completed|complete"
    "|approved|confirmed|processing|free|valid|going|registered|teilnahme|paye|pagado|pagato|betaald",
    OrderStatus.PENDING: "pending|unpaid|open|ausstehend|offen|to be paid|approval pending"
    "|pending (confirmed)|freigabe ausstehend|ausstehend (bestatigt)|awaiting payment|pending approval"
    "|on hold|placed|reserved|unbezahlt",
    OrderStatus.CANCELLED: "canceled|cancelled|void|voided|storniert|expired|abgelaufen|not attending"
    "|declined|rejected|withdrawn|deleted|failed|canceled (paid fee)|storniert (bezahlte gebuhr)|not going",
    OrderStatus.REFUNDED: "refunded|erstattet|rembourse|reembolsado|rimborsato",
}
STANDINGS = {fold(word): status for status, words in _STANDINGS.items() for word in words.split("|")}
"""How a ticket stands, by the words of other systems, folded."""
STATUSES = tuple(_STANDINGS)
"""How it may."""
CHECKED_IN = frozenset(("checked in",))
"""Those that also say that somebody came in."""

_SYMBOLS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "¥": ("JPY", "CNY"),
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"),
}
_SIGNED = re.compile("[-\u2212()]")
"""What makes an amount negative, however it is written: a list's refunds are no prices."""
_AMOUNT = re.compile(r"(-?)([0-9]{1,3}(?:[., '\u2019\u00a0\u202f][0-9]{3})+|[0-9]+)(?:[.,]([0-9]{1,2}))?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_EXPONENT = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_EXCEL_DAY = datetime(1899, 12, 30)
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_TIME = re.compile(
    r"[ T,]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*"
    r"(Z|[+-]\d{2}:?\d{2})?(?:\[[\w/+-]+\])?",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?")
MORNING = 12


def text(cell: str) -> str:
    """What was meant by a cell: without the mark that keeps a spreadsheet from computing it, and blanks."""
    if not cell or cell.isalnum():
        return cell
    meant = cell.strip(" \r\n\u00a0\ufeff")
    if _GUARDED.match(meant):
        meant = meant[1:]
    found = _FORMULA_TEXT.fullmatch(meant)
    return (found[1] if found else meant).replace("\0", "").strip()


def said(cell: str) -> str:
    """The same, "" for what says nothing."""
    if not cell:
        return cell
    meant = text(cell)
    return "" if meant.lower() in NOTHING else meant


def code(cell: str) -> str:
    """A scan code. Raises InvalidInput ``bad_row.rounded`` for what a spreadsheet made a number of."""
    if not cell:
        return cell
    meant = said(cell)
    if re.match(r"'\d", meant):
        meant = meant[1:]
    if _EXPONENT.fullmatch(meant):
        raise InvalidInput("bad_row.rounded", text=printable(meant, 40))
    return meant


def is_yes(cell: str) -> bool | None:
    """Whether a cell says yes; None for an empty one. Raises InvalidInput ``bad_row.word``."""
    meant = said(cell)
    if not meant:
        return None
    word = fold(meant) or meant
    if word in YES or word in NO:
        return word in YES
    raise InvalidInput("bad_row.word", text=printable(meant, 40))


def standing(cell: str, words: Mapping[str, OrderStatus] = STANDINGS) -> OrderStatus | None:
    """How a ticket stands, by folded words; None for an empty cell.

    Raises InvalidInput ``bad_row.status``.
    """
    meant = said(cell)
    if not meant:
        return None
    found = words.get(fold(meant))
    if found is None:
        raise InvalidInput("bad_row.status", text=printable(meant, 40))
    return found


def paid(cell: str, words: Mapping[str, OrderStatus] = STANDINGS) -> OrderStatus | None:
    """The same of a column that says whether it was paid: by yes and no, or in a word."""
    try:
        yes = is_yes(cell)
    except InvalidInput:
        return standing(cell, words)
    return None if yes is None else OrderStatus.PAID if yes else OrderStatus.PENDING


def amount(cell: str, currency: str) -> Decimal | None:
    """What was paid, with decimals behind a point or a comma; None for an empty cell.

    Raises InvalidInput ``bad_row.amount`` or ``bad_row.currency``.
    """
    meant = said(cell)
    if not meant:
        return None
    digits = re.search(r"-?[0-9](?:.*[0-9])?", meant)
    around = meant.replace(digits[0], " ") if digits else ""
    if _SIGNED.search(around):
        raise InvalidInput("bad_row.amount", text=printable(meant, 40))
    for word in around.split():
        bare = word.strip(".")
        if _CURRENCY.fullmatch(bare):
            check_currency(bare, currency)
        elif (codes := _SYMBOLS.get(bare.lower())) and currency not in codes:
            raise InvalidInput("bad_row.currency", text=printable(meant, 40), currency=currency)
    found = _AMOUNT.fullmatch(digits[0]) if digits else None
    if found is None or found[1]:
        raise InvalidInput("bad_row.amount", text=printable(meant, 40))
    value = Decimal(f"{re.sub('[^0-9]', '', found[2])}.{found[3] or '0'}").quantize(Decimal("0.01"))
    if value > money.MAX_AMOUNT or value % money.quantum(currency):
        raise InvalidInput("bad_row.amount", text=printable(meant, 40))
    return value


def check_currency(cell: str, currency: str) -> None:
    """Raise InvalidInput ``bad_row.currency`` for an amount of another currency than the conference's."""
    meant = said(cell)
    if meant and meant.upper() != currency.upper():
        raise InvalidInput("bad_row.currency", text=printable(meant, 40), currency=currency)


def quantity(cell: str) -> int:
    """How many tickets a row is of. Raises InvalidInput ``bad_row.quantity``."""
    meant = said(cell) or "1"
    if not re.fullmatch(r"[1-9][0-9]{0,2}", meant):
        raise InvalidInput("bad_row.quantity", text=printable(meant, 40))
    return int(meant)


def moment(cell: str, zone: tzinfo) -> datetime | None:
    """A time, aware, UTC; None for an empty cell. What says no zone is of ``zone``.

    Raises InvalidInput ``bad_row.time``, or ``bad_row.day_or_month`` for what may be two days.
    """
    meant = said(cell)
    if not meant:
        return None
    if _SERIAL.fullmatch(meant):
        found = _EXCEL_DAY + timedelta(days=float(meant))
        return found.replace(tzinfo=zone, microsecond=0).astimezone(UTC)
    for shape, order in ((_ISO, "ymd"), (_DOTTED, "dmy"), (_SLASHED, "")):
        if day := shape.match(meant):
            return _at(meant, day, order, zone)
    raise InvalidInput("bad_row.time", text=printable(meant, 40))


def moments(cell: str, zone: tzinfo) -> tuple[bool, datetime | None]:
    """Whether a list of check-ins, with or without their times, holds one; and the first time in it."""
    meant = said(cell)
    with suppress(InvalidInput):
        return bool(is_yes(cell)), None  # a count or a word that says no is none
    times = [moment(each, zone) for each in _INSIDE.findall(meant)]
    return bool(meant), min(filter(None, times), default=None)


def came_in(cell: str, zone: tzinfo) -> tuple[bool, datetime | None]:
    """Whether somebody came in, and when if it is known: yes or no, or a time."""
    try:
        return bool(is_yes(cell)), None
    except InvalidInput:
        return True, moment(cell, zone)


def _at(meant: str, day: "re.Match[str]", order: str, zone: tzinfo) -> datetime:
    rest = meant[day.end() :]
    time = _TIME.fullmatch(rest) if rest.strip() else None
    if rest.strip() and time is None:
        raise InvalidInput("bad_row.time", text=printable(meant, 40))
    parts = [int(each) for each in day.groups()]
    if not order:
        order = _order(meant, parts, time)
    named = dict(zip(order, parts, strict=True))
    year = named["y"] + (2000 if named["y"] < 100 else 0)  # noqa: PLR2004  # of two digits
    hours, minutes, seconds = (int(each or 0) for each in time.groups()[:3]) if time else (0, 0, 0)
    half = (time[4] or "").lower()[:1] if time else ""
    if half:
        hours = hours % MORNING + (MORNING if half == "p" else 0)
    try:
        found = datetime(year, named["m"], named["d"], hours, minutes, seconds)
        if time and time[5]:
            return datetime.fromisoformat(f"{found.isoformat()}{time[5].upper()}").astimezone(UTC)
        return found.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("bad_row.time", text=printable(meant, 40)) from None


def _order(meant: str, parts: list[int], time: "re.Match[str] | None") -> str:
    """Whether the day or the month comes first in a date with slashes."""
    if parts[0] > MORNING:  # there are as many months
        return "dmy"
    if parts[1] > MORNING or parts[0] == parts[1] or (time and time[4]):
        return "mdy"
    raise InvalidInput("bad_row.day_or_month", text=printable(meant, 40))


def addresses(cell: str) -> list[str]:
    """The e-mail addresses in a cell, without names round them."""
    found = (part.strip("<>\"'()[]") for part in re.split(r"[\s,;]+", said(cell)))
    return [each.removeprefix("mailto:") for each in found if "@" in each]


_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "dr"])


def family_and_given(name: str) -> tuple[str, str] | None:
    """The two names of "Family, Given", given name first; None for a name that is written another way."""
    last, comma, first = name.rpartition(",")
    if not comma or not first.strip() or not last.strip() or fold(first) in _SUFFIXES:
        return None
    return first.strip(), last.strip()
