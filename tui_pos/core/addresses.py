"""Codes inside addresses and JSON: what a badge's QR code holds beside the code itself.

An address may say a code in many places. All of them are looked at, and the likeliest is taken: a parameter
that says that it is one, then the path and the fragment from their ends, then parameters whose names say
little. What is no code by its shape is never taken.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

CODE = re.compile(r"[A-Za-z0-9]{4,20}")
DASHED_CODE = re.compile(r"(?=.*\d|[^a-z]+$)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)+")
"""A hyphenated word in lower case without a digit is somebody's name."""

_NAMES = (
    "code",
    "access_code",
    "accesscode",
    "badge",
    "badge_code",
    "badgecode",
    "ticket",
    "ticket_code",
    "token",
    "attendee",
    "order",
    "reference",
    "ref",
    "voucher",
)
"""Parameters that say a code."""
_VAGUE_NAMES = ("id", "t", "c", "b", "a", "q", "k", "key", "uid", "qr", "data", "value")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+-]*:(?=[^\s?#]*[/?#])[^\s]+", re.IGNORECASE)
_HOST = re.compile(r"(?://)?(?:[\w-]+\.)+[a-z][\w-]*(?::\d+)?[/?#]\S*|//\S+/\S+", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?:amp|#38|#x26);", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:html?|php|aspx?|jsp|json|pdf|png|svg|jpe?g|txt|vcf)\Z", re.IGNORECASE)
DEEPEST = 4
"""Objects inside each other that are looked into."""
_GS1_KEY = "01"
_GTIN = re.compile(r"\d{8}|\d{12,14}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    rank: int


def is_address(text: str) -> bool:
    """Whether ``text`` is an address: with a scheme, or a host with a dot and what follows it."""
    return any(shape.match(text) for shape in (_SCHEME, _OTHER_SCHEME, _HOST)) and not re.search(r"\s", text)


def codes_in_address(text: str) -> tuple[str, ...]:
    """What may be the code in an address, the likeliest first. Raises ValueError for a damaged one."""
    whole = _AMPERSAND.sub("&", text)
    if not _SCHEME.match(whole):
        whole = whole if whole.startswith("//") else f"//{whole}" if _HOST.match(whole) else _as_path(whole)
    address = urlsplit(whole)
    if not _are_escapes(whole):
        raise ValueError("half a percent sign")
    # A scheme of its own has its first word where others have the host: pycon://badge/K7Q2M9ZX.
    path = f"/{address.path}" if address.scheme in ("", "http", "https") else whole.split(":", 1)[1]
    path = path.partition("?")[0].partition("#")[0]
    if link := _digital_link(path):
        return (link,)
    # In an address in capitals, which makes a smaller QR code, words are no codes for being in capitals.
    is_word = _is_any_word if whole == whole.upper() else _is_word
    fragment = address.fragment
    queries = [address.query, fragment.partition("?")[2] or (fragment if "=" in fragment else "")]
    paths = [path, "" if "=" in fragment else fragment.partition("?")[0]]
    found = [candidate for query in queries for candidate in _in_query(query, is_word)]
    found += [candidate for each in reversed(paths) for candidate in _in_path(each, is_word)]
    found.sort(key=lambda candidate: candidate.rank)
    return tuple(dict.fromkeys(candidate.text for candidate in found))


def codes_in_json(text: str) -> tuple[str, ...]:
    """What may be the code in a JSON text, with its conference where that is said; the likeliest first.

    Raises ValueError for what is none.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if isinstance(found, str):
        return (found,)
    if not isinstance(found, dict | list):
        raise ValueError("a number says no code")  # noqa: TRY004  # as for all that is damaged
    objects = list(_objects(found))
    codes = [
        (_NAMES + _VAGUE_NAMES).index(name)
        for each in objects
        for name in map(str.lower, each)
        if name in _NAMES + _VAGUE_NAMES
    ]
    ordered = [(_NAMES + _VAGUE_NAMES)[place] for place in sorted(set(codes))]
    told = [value for name in ordered for each in objects for value in _texts(each, name)]
    if not told and len(objects) == 1 and len(objects[0]) == 1:
        told = [str(value) for value in objects[0].values() if isinstance(value, str | int)]
    conference = next(
        (slug for each in objects for name in ("conference", "event", "slug") for slug in _texts(each, name)),
        "",
    )
    return tuple(f"{conference}:{code}" if conference and ":" not in code else code for code in told)


def _objects(value: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list) and depth < DEEPEST:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _objects(each, depth + 1)


def _texts(found: Mapping[str, object], name: str) -> Iterator[str]:
    for key, value in found.items():
        if key.lower() == name and isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)


def _as_path(text: str) -> str:
    scheme, _, rest = text.partition(":")
    return f"{scheme}://{rest.lstrip('/')}"


def _are_escapes(text: str) -> bool:
    """Whether each percent sign begins an escape: one that was cut hides what the code was."""
    return re.search(r"%(?![0-9A-Fa-f]{2})", text) is None


def _digital_link(path: str) -> str:
    """The product number of a GS1 Digital Link (``/01/`` and 8 to 14 digits), else ''."""
    parts = path.split("/")
    for key, number in pairwise(parts):
        if key == _GS1_KEY and _GTIN.fullmatch(number):
            return number
    return ""


def _in_query(query: str, is_word: Callable[[str], bool]) -> Iterator[_Candidate]:
    if query and "=" not in query:
        yield _Candidate(_decoded(query), 1)
    for name, value in parse_qsl(query):
        text = _decoded(value)
        known = name.lower().lstrip("?")
        if known in _NAMES:
            yield _Candidate(text, 5 if is_word(text) else 0)
        elif known in _VAGUE_NAMES:
            yield _Candidate(text, 7 if is_word(text) else 4 if text.isdecimal() else 2)


def _in_path(path: str, is_word: Callable[[str], bool]) -> Iterator[_Candidate]:
    """The parts of a path from its end on, as they are and without a file's suffix."""
    for part in reversed([part for part in path.split("/") if part]):
        text = _decoded(part)
        for each in dict.fromkeys((_SUFFIX.sub("", text), text)):
            if is_word(each) or _is_dashed_word(each):
                yield _Candidate(each, 6)
            else:
                yield _Candidate(each, 3 if each.isdecimal() else 1)


def _decoded(text: str) -> str:
    """Without percent escapes, though they were escaped twice."""
    return unquote(unquote(text)).strip()


def _is_word(text: str) -> bool:
    """Lower case without a digit: rather a word of the site than a code."""
    return text.isalpha() and text == text.lower()


def _is_any_word(text: str) -> bool:
    return text.isalpha()


def _is_dashed_word(text: str) -> bool:
    """As a conference is called in addresses, ``pycon-us-2027``; a code in lower case may look so too."""
    return text == text.lower() and DASHED_CODE.fullmatch(text) is not None
