"""The scan grammar: what a scanned or typed string is.

Badges, vouchers and product codes cannot be told apart by shape (django-program makes all of them from
letters and digits), and neither can a code and a one-word name: all of them are ``CODE``, and the desk
decides by looking.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from tui_pos.core.reasons import Reason, because

MAX_LENGTH = 200
GROUP_SEPARATOR = "\x1d"

_CODE = re.compile(r"[A-Za-z0-9]{4,20}")
# A hyphenated word in lower case without a digit is somebody's name.
_DASHED_CODE = re.compile(r"(?=.*\d|[^a-z]+$)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)+")
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.IGNORECASE)
_COMMAND = re.compile(r"/([A-Za-z][A-Za-z-]*)(?:\s+(.*))?")
# ISO/IEC 15424: what a scanner may be set to send before the data, e.g. ]C1 for GS1-128, ]Q3 for a GS1 QR
# code.
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What joins or parts two letters of Persian, Hindi and others, and the parts of one emoji: kept between those
# alone, and behind the stroke (virama) that ends a word in India's scripts.
_JOINERS = "[\u200c\u200d]"
_JOINING = "[\u0600-\u1cff\u2190-\u2bff\u3000-\u9fff\ua840-\uabff\ufe0f\U00010800-\U0003ffff]"
_VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]"
_STRAY_JOINER = re.compile(f"(?<!{_JOINING}){_JOINERS}|(?<!{_VIRAMA}){_JOINERS}(?!{_JOINING})")
_ESCAPES = re.compile(
    # Control sequences (colours, cursor), strings (titles, device control) up to their end, other escapes.
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)


class ScanKind(StrEnum):
    """What a scanned or typed string looks like."""

    CODE = "code"
    """A badge, voucher or product code, or a name of one word: the desk looks and decides."""
    ORDER = "order"
    """An order reference."""
    COMMAND = "command"
    """``/word``, with ``argument`` what follows it."""
    SEARCH = "search"
    """A name or an e-mail address."""
    EMPTY = "empty"
    INVALID = "invalid"
    """Cannot be used; ``reason`` says why."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One scanned or typed string, understood.

    ``value`` is what to look up: upper case for CODE and ORDER, lower case for a COMMAND's word, as typed for
    SEARCH. ``text`` is the same with its case kept. ``raw_shown`` is the whole input, safe to display.
    """

    kind: ScanKind
    raw_shown: str
    value: str = ""
    conference: str | None = None
    text: str = ""
    argument: str = ""
    reason: Reason | None = None
    scanned: bool = False
    """It came from a scanner, not from typing."""


def parse(
    text: str, *, prefixes: Sequence[str] = (), suffixes: Sequence[str] = (), order_prefix: str = "ORD"
) -> Scan:
    """Say what ``text`` is. Never raises: what cannot be used is INVALID with a reason.

    ``prefixes`` and ``suffixes`` are what this conference's scanners put around the data; ``order_prefix`` is
    django-program's setting for order references.
    """
    shown = printable(text)
    if len(text) > MAX_LENGTH:
        return _invalid(shown, because("invalid_scan.too_long", most=MAX_LENGTH))
    bare = _unwrap(text, prefixes, suffixes)
    if not bare:
        return Scan(kind=ScanKind.EMPTY, raw_shown=shown)
    if any(unicodedata.category(char) in ("Cc", "Cs", "Cf") for char in bare):
        return _invalid(shown, because("invalid_scan.control"))
    if bare.startswith("/"):
        return _command(bare, shown)
    if re.match(r"https?://", bare, re.IGNORECASE):
        return _from_url(bare, shown, order_prefix)
    return _plain(bare, None, shown, order_prefix)


def printable(text: str, limit: int = 80) -> str:
    """``text`` on one line, safe to draw, at most ``limit`` long.

    Without escape sequences, control and direction characters. Whitespace of any kind becomes one space; a
    longer text ends in ``…``. What joins the letters of a script or the parts of an emoji stays.
    """
    # Four times over is room for what falls away; a megabyte from outside must not be walked to show one
    # line.
    cut = text[: limit * 4 + 256]
    kept = "".join(map(_visible, _ESCAPES.sub("", cut)))
    line = " ".join(_STRAY_JOINER.sub("", kept).split())
    return line if len(line) <= limit and len(cut) == len(text) else line[: limit - 1].rstrip() + "…"


def _visible(char: str) -> str:
    if char.isspace() or char == GROUP_SEPARATOR:
        return " "
    if char in "\u200c\u200d":
        return char
    if char in _BIDI or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return ""
    return char


def _unwrap(text: str, prefixes: Sequence[str], suffixes: Sequence[str]) -> str:
    bare = text.strip().strip(GROUP_SEPARATOR)
    if symbology := _SYMBOLOGY.match(bare):
        bare = bare[symbology.end() :]
    for prefix in prefixes:
        if prefix and bare.startswith(prefix):
            bare = bare[len(prefix) :]
            break
    for suffix in suffixes:
        if suffix and bare.endswith(suffix):
            bare = bare[: -len(suffix)]
            break
    return bare.strip().strip(GROUP_SEPARATOR).strip()


def _invalid(shown: str, reason: Reason) -> Scan:
    return Scan(kind=ScanKind.INVALID, raw_shown=shown, reason=reason)


def _command(bare: str, shown: str) -> Scan:
    if match := _COMMAND.fullmatch(bare):
        word, argument = match.groups(default="")
        return Scan(
            kind=ScanKind.COMMAND, raw_shown=shown, value=word.lower(), text=word, argument=argument.strip()
        )
    return _invalid(shown, because("invalid_scan.command"))


def _from_url(bare: str, shown: str, order_prefix: str) -> Scan:
    """A badge's QR code may hold a page's address: the code is in ``?code=`` or ends the path."""
    try:
        address = urlsplit(bare)
    except ValueError:
        return _invalid(shown, because("invalid_scan.address"))
    segments = [unquote(part) for part in address.path.split("/") if part]
    query = parse_qs(address.query)
    for candidate in (*query.get("code", ()), *segments[-1:]):
        found = _plain(candidate, None, shown, order_prefix)
        if found.kind in (ScanKind.CODE, ScanKind.ORDER):
            return found
    return _invalid(shown, because("invalid_scan.no_code"))


def _plain(bare: str, conference: str | None, shown: str, order_prefix: str) -> Scan:
    if re.fullmatch(rf"{re.escape(order_prefix)}-[A-Z0-9]+", bare, re.IGNORECASE):
        return Scan(
            kind=ScanKind.ORDER, value=bare.upper(), conference=conference, raw_shown=shown, text=bare
        )
    if _CODE.fullmatch(bare) or _DASHED_CODE.fullmatch(bare):
        return Scan(kind=ScanKind.CODE, value=bare.upper(), conference=conference, raw_shown=shown, text=bare)
    slug, colon, code = bare.partition(":")
    if colon and conference is None and _SLUG.fullmatch(slug.strip()):
        inner = _plain(code.strip(), slug.strip().lower(), shown, order_prefix)
        if inner.kind in (ScanKind.CODE, ScanKind.ORDER):
            return inner
    return Scan(
        kind=ScanKind.SEARCH, value=" ".join(bare.split()), conference=conference, raw_shown=shown, text=bare
    )
