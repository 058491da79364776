"""The scan grammar: what a scanned or typed string is.

Badges, vouchers and product codes cannot be told apart by shape (django-program makes all of them from
letters and digits), and neither can a code and a one-word name: all of them are ``CODE``, and the desk
decides by looking.

What surrounds a code (an address, JSON, a scanner's prefix, asterisks of Code 39, invisible characters) falls
away; no character of the code itself is ever changed, so that a damaged scan fits nobody.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tui_pos.core import product_numbers, scanner_test
from tui_pos.core.addresses import CODE, DASHED_CODE, codes_in_address, codes_in_json, is_address
from tui_pos.core.keyboard_layouts import NAMES, Layouts, mistaken
from tui_pos.core.reasons import Reason, because
from tui_pos.core.scanner_test import TestScan
from tui_pos.core.scanners import SYMBOLOGY, UNKNOWN, Scanner

MAX_LENGTH = 200
LONGEST_WRAPPING = 2000
"""Characters of an address or JSON text round a code: signed addresses are long."""
GROUP_SEPARATOR = "\x1d"

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.IGNORECASE)
_COMMAND = re.compile(r"/([A-Za-z][A-Za-z-]*)(?:\s+(.*))?")
_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_CAPITALS = re.compile("[A-Z]{3}")  # of a code, also where a keyboard made a letter of the colon before it
_GS1_SYMBOLOGIES = frozenset(("]C1", "]d2", "]Q3", "]e0", "]J1"))
# STX, ETX, EOT and RS frame what some scanners send; the joiners belong to names in some scripts.
_FRAMING = frozenset("\x00\x02\x03\x04\x1e") | {GROUP_SEPARATOR}
_FRENCH_DIGITS = frozenset('&é"(è_çà')
"""What digits become on a French keyboard, but for the apostrophe and the dash that names have too."""
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_REFERENCE_LENGTHS = (6, 8)
"""Characters of an order reference behind its prefix, as the web shop and its manage page make them."""
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What joins or parts two letters of Persian, Hindi and others, and the parts of one emoji: kept between those
# alone, and behind the stroke (virama) that ends a word in India's scripts.
_JOINERS = "\u200c\u200d"
_JOINING = "[\u0600-\u1cff\u2190-\u2bff\u3000-\u9fff\ua840-\uabff\ufe0f\U00010800-\U0003ffff]"
_VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]"
_STRAY_JOINER = re.compile(f"(?<!{_JOINING})[{_JOINERS}]|(?<!{_VIRAMA})[{_JOINERS}](?!{_JOINING})")
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
    TEST = "test"
    """The test code of the cards sheet; ``test`` says what it shows of the scanner."""
    EMPTY = "empty"
    INVALID = "invalid"
    """Cannot be used; ``reason`` says why."""


_EXACT = frozenset((ScanKind.CODE, ScanKind.ORDER, ScanKind.COMMAND))


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
    test: TestScan | None = None
    whole: str = ""
    """All that was scanned, without what surrounds it: the code of another system may be an address too."""


def parse(text: str, *, scanner: Scanner = UNKNOWN, order_prefix: str = "ORD", scanned: bool = False) -> Scan:
    """Say what ``text`` is. Never raises: what cannot be used is INVALID with a reason.

    ``scanner`` is what is known of this station's; ``order_prefix`` is django-program's setting for order
    references. With ``scanned`` a text that only another keyboard layout can have made of a code is INVALID,
    ``invalid_scan.layout``; where the layouts are known it is restored.
    """
    if scanned and _WORDS.fullmatch(text) and not _CAPITALS.search(text) and not scanner.marks(text):
        scanned = False  # words without a digit, however fast they came: some type so, and no badge is one
    grammar = _Grammar(shown=printable(text), order_prefix=order_prefix, scanned=scanned)
    if len(text) > LONGEST_WRAPPING:
        return grammar.invalid(because("invalid_scan.too_long", most=MAX_LENGTH))
    if test := scanner_test.recognised(_bare(text)):
        return replace(grammar.made(ScanKind.TEST), test=test)
    bare, is_gs1 = _unwrap(text, scanner, scanned)
    found = grammar.meaning(bare, is_gs1)
    if scanned and scanner.layouts.is_shifted:
        restored, is_gs1 = _unwrap(scanner.layouts.restored(bare), scanner, scanned)
        mapped = grammar.meaning(restored, is_gs1)
        # Another scanner of this station may be set right: what it sends makes sense only as it is.
        if mapped.kind in _EXACT or found.kind not in _EXACT:
            bare, found = restored, mapped
    if scanned and (found.kind is ScanKind.INVALID or not bare.isascii() or found.kind is ScanKind.SEARCH):
        layouts = _mistaken_layouts(bare, grammar)
        if layouts is not None:
            found = grammar.invalid(
                because(
                    "invalid_scan.layout",
                    scanner=NAMES[layouts.scanner],
                    keyboard=NAMES[layouts.keyboard],
                )
            )
    return replace(found, whole=bare) if scanned else found


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


def _bare(text: str) -> str:
    """Without what cannot be seen at either end: blanks, marks of direction and order, framing characters."""
    start, end = 0, len(text)
    while start < end and _is_invisible(text[start]):
        start += 1
    while end > start and _is_invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_invisible(char: str) -> bool:
    return char.isspace() or char in _FRAMING or unicodedata.category(char) == "Cf"


def _unwrap(text: str, scanner: Scanner, scanned: bool) -> tuple[str, bool]:
    """What is inside what the scanner puts round it, and whether it said that it is a GS1 code.

    Something always stays: what is a prefix or suffix alone is the scan itself.
    """
    bare, is_gs1 = _bare(text), False
    for _ in range(2):  # the symbology identifier stands before or behind the prefix
        if symbology := SYMBOLOGY.match(bare):
            is_gs1 = is_gs1 or symbology[0] in _GS1_SYMBOLOGIES
            bare = _bare(bare[symbology.end() :])
        for prefix in scanner.prefixes:
            if prefix and bare != prefix and bare.startswith(prefix) and (scanned or not prefix.isalnum()):
                bare = bare[len(prefix) :]
                scanner = replace(scanner, prefixes=())
    for suffix in scanner.suffixes:
        if suffix and bare != suffix and bare.endswith(suffix) and (scanned or not suffix.isalnum()):
            bare = bare[: -len(suffix)]
            break
    bare = _bare(bare)
    if len(bare) > len("**") and bare[0] == bare[-1] == "*":
        bare = _bare(bare[1:-1])
    return bare, is_gs1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grammar:
    """One text that is being understood; ``shown`` is the whole of it, safe to display."""

    shown: str
    order_prefix: str
    scanned: bool

    def made(self, kind: ScanKind, value: str = "", *, text: str = "", conference: str | None = None) -> Scan:
        """A scan of this kind."""
        return Scan(
            kind=kind,
            value=value,
            text=text,
            conference=conference,
            raw_shown=self.shown,
            scanned=self.scanned,
        )

    def invalid(self, reason: Reason) -> Scan:
        """A scan that cannot be used, and why."""
        return replace(self.made(ScanKind.INVALID), reason=reason)

    def meaning(self, bare: str, is_gs1: bool = False) -> Scan:  # noqa: PLR0911  # one for each shape
        """What the unwrapped text is."""
        if not bare:
            return self.made(ScanKind.EMPTY)
        if number := product_numbers.in_element_string(bare, marked=is_gs1):
            return self.made(ScanKind.CODE, number, text=number)
        if any(_is_control(bare, place) for place in range(len(bare))):
            return self.invalid(because("invalid_scan.control"))
        if is_address(bare):
            return self._inside(codes_in_address, bare, because("invalid_scan.address"))
        if bare.startswith("/"):
            return self._command(bare)
        if bare[0] in '{["':
            found = self._inside(codes_in_json, bare, because("invalid_scan.json"))
            if found.kind is not ScanKind.INVALID or re.match(r'[{\[]\s*[{"]', bare):
                return found
        if len(bare) > MAX_LENGTH:
            return self.invalid(because("invalid_scan.too_long", most=MAX_LENGTH))
        return self._plain(bare, None)

    def _command(self, bare: str) -> Scan:
        if len(bare) <= MAX_LENGTH and (match := _COMMAND.fullmatch(bare)):
            word, argument = match.groups(default="")
            command = self.made(ScanKind.COMMAND, word.lower(), text=word)
            return replace(command, argument=argument.strip())
        return self.invalid(because("invalid_scan.command"))

    def _inside(self, codes: Callable[[str], Sequence[str]], bare: str, damaged: Reason) -> Scan:
        """The first that is a code of what ``codes`` finds in an address or a JSON text."""
        try:
            candidates = codes(bare)
        except ValueError:
            return self.invalid(damaged)
        for candidate in candidates:
            found = self._plain(_bare(candidate), None)
            if found.kind in (ScanKind.CODE, ScanKind.ORDER):
                return found
        return self.invalid(because("invalid_scan.no_code"))

    def _plain(self, bare: str, conference: str | None) -> Scan:
        if reference := self._reference(bare):
            return self.made(ScanKind.ORDER, reference.upper(), text=reference, conference=conference)
        code = re.sub(r"\A#\s*", "", bare)
        if CODE.fullmatch(code) or DASHED_CODE.fullmatch(code):
            return self.made(ScanKind.CODE, code.upper(), text=code, conference=conference)
        slug, colon, code = bare.partition(":")
        if colon and conference is None and _SLUG.fullmatch(slug.strip()):
            inner = self._plain(code.strip(), slug.strip().lower())
            if inner.kind in (ScanKind.CODE, ScanKind.ORDER):
                return inner
        return self.made(ScanKind.SEARCH, " ".join(bare.split()), text=bare, conference=conference)

    def _reference(self, bare: str) -> str:
        """The order reference, its case kept, that is written with its dash, another one, a blank or none."""
        prefix = re.escape(self.order_prefix)
        match = re.fullmatch(rf"#?\s*({prefix})(\s*[{_DASHES}_]\s*|\s+|)([A-Z0-9]+)", bare, re.IGNORECASE)
        if match is None or not match[3].isascii():
            return ""
        dash, rest = match[2].strip(), match[3]
        is_sure = len(rest) in _REFERENCE_LENGTHS and (not rest.isalpha() or bare.isupper())
        return f"{match[1]}-{rest}" if dash or is_sure else ""


def _is_control(text: str, place: int) -> bool:
    """A control or invisible character, but for a joiner between two letters that are not ASCII."""
    char = text[place]
    if unicodedata.category(char) not in ("Cc", "Cs", "Cf"):
        return False
    neighbours = text[place - 1 : place] + text[place + 1 : place + 2]
    return char not in _JOINERS or any(each.isascii() for each in neighbours)


def _mistaken_layouts(bare: str, grammar: _Grammar) -> Layouts | None:
    """The layouts that made ``bare`` of a code, where no other reading of it makes sense."""
    for layouts in mistaken():
        restored = layouts.restored(bare)
        if restored == bare or not restored.isascii():
            continue
        found = grammar.meaning(_bare(restored))
        if found.kind is ScanKind.ORDER or (
            found.kind is ScanKind.CODE and _is_telling(bare, found, restored)
        ):
            return layouts
        if found.kind is ScanKind.COMMAND and bare[0] in "-&!" and not found.argument:
            return layouts
    return None


def _is_telling(bare: str, found: Scan, restored: str) -> bool:
    """Whether it is no name: a code inside something, or in capitals with the French keys for digits."""
    if found.text != restored:
        return True
    return not _FRENCH_DIGITS.isdisjoint(bare) and restored == restored.upper()
