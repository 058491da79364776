"""One spelling for what is written in many ways: by it stored and typed names are compared.

Nothing that is folded is ever shown or stored in the place of a name; see DESIGN section 6, "Finding people".
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

MAX_WORDS = 8
"""More words narrow nothing down; they only make a statement that takes long."""

GRAM = 3
"""So many letters are found anywhere in a word, fewer at its beginning alone."""

BEGINS = "^"
"""Marks a piece that a word begins with."""

SPELLED_OUT = str.maketrans(
    # Letters that Unicode does not take apart, as people write them who have no such key.
    dict(zip("øłđðħŧ\u0131ȷəɛɔƒƙɓɗƴɲɨʉɫ", "olddhtijeeofkbdyniul", strict=True))
    | {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ß": "ss"}
    # One Arabic letter that keyboards send as several (yeh, heh, kaf, alef); what fills a line.
    | dict.fromkeys("\u06cc\u0649\u06d0\u06d2", "\u064a")
    | dict.fromkeys("\u0629\u06c1\u06be\u06d5", "\u0647")
    | {"\u06a9": "\u0643", "\u0671": "\u0627", "\u0640": None}
    # Apostrophes and primes that Unicode calls letters.
    | dict.fromkeys(map(chr, range(0x02B9, 0x02E0)), " ")
)

_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
"""How passports and tickets spell what folds to one letter otherwise."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800").union(
    *(map(chr, range(*ends)) for ends in ((0x180B, 0x1810), (0xFE00, 0xFE10), (0xE0100, 0xE01F0)))
)
"""What nobody sees though Unicode calls it a letter, a mark or a symbol: fillers, variation selectors."""

_ACCENTS = frozenset((1, *range(10, 37), *range(200, 256)))
"""The combining classes of marks that are put on a letter: accents, Hebrew points, Arabic vowels.

The vowels of Thai and of India's scripts, and what makes カ a ガ, are of other classes: letters of their own.
"""

_ASCII = str.maketrans({chr(code): chr(code).lower() if chr(code).isalnum() else " " for code in range(128)})
_AROUND_ADDRESS = "<>()[]{}\"',;:"
_DENSE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]")
_ANGLE = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")


@lru_cache(maxsize=4_000)  # of one person the same is asked several times
def fold(text: str) -> str:
    """The words of ``text`` with one blank between them; '' when it holds no letter, digit or picture.

    Compatibility forms, case, accents and invisible characters make no difference, punctuation is a blank,
    digits of every script are ASCII's. Folding what is folded changes nothing.
    """
    if text.isascii():
        return text.lower() if text.isalnum() else " ".join(text.translate(_ASCII).split())
    apart = unicodedata.normalize("NFKD", _without_case(unicodedata.normalize("NFKD", text)))
    plain = "".join(map(_plain, apart.translate(SPELLED_OUT)))
    return " ".join(unicodedata.normalize("NFC", plain).split())


def _without_case(text: str) -> str:
    """Case folded: until nothing changes, for some capitals fold to a letter and a mark."""
    while (folded := text.casefold()) != text:
        text = unicodedata.normalize("NFKD", folded)
    return text


@lru_cache(maxsize=10_000)
def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or char in _INVISIBLE:
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category[0] == "M":
        return "" if unicodedata.combining(char) in _ACCENTS or category == "Me" else char
    return char if category[0] in "LN" or category == "So" else " "


def address(text: str) -> str:
    """An e-mail address (or a piece of one) to compare: without case and invisible characters."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = (char for char in plain if unicodedata.category(char)[0] not in "CZ" and char not in _INVISIBLE)
    return "".join(visible).removeprefix("mailto:").strip(_AROUND_ADDRESS)


def name_and_email(typed: str) -> tuple[str, str]:
    """A name, and the e-mail address that was typed behind it, or ''."""
    name, _, last = typed.strip().rpartition(" ")
    address = last.strip("<>,;").removeprefix("mailto:")
    return (name.strip().strip('"'), address) if "@" in address and name else (typed.strip(), "")


def split_addresses(text: str) -> tuple[str, list[str]]:
    """``text`` without the words that hold an ``@``, and those as addresses."""
    if "@" not in text and text.isascii():
        return text, []
    words: list[str] = []
    addresses: list[str] = []
    for word in unicodedata.normalize("NFKC", text).split():
        (addresses if "@" in word else words).append(word)
    return " ".join(words), [found for each in addresses if len(found := address(each)) > 1]


@lru_cache(maxsize=4_000)  # an attendee and their order say the same
def whole(text: str) -> str:
    """A whole name or code, to be compared with another: the order of its words makes no difference."""
    return " ".join(sorted(fold(text).split()))


@lru_cache(maxsize=4_000)
def spellings(text: str) -> str:
    """The words of ``text`` folded, then those again that have another usual spelling (Müller: mueller)."""
    folded, other = fold(text), _spelled_out(text)
    return " ".join((folded, *(word for word in other.split() if word not in folded.split())))


def unspaced(text: str) -> set[str]:
    """The words of ``text`` without the blanks between them, from each word but the last one on."""
    spelled = (each.split() for each in (fold(text), _spelled_out(text)))
    return {"".join(words[number:]) for words in spelled for number in range(len(words) - 1)}


def _spelled_out(text: str) -> str:
    """``text`` folded in its other usual spelling."""
    return "" if text.isascii() else fold(unicodedata.normalize("NFC", text).translate(_TWO_LETTERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody types to find: every word and every address (or piece of one) must be there.

    ``whole`` is all of it as `whole` spells it, or the one address.
    """

    words: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    whole: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.addresses)


def wanted(text: str) -> tuple[Wanted, ...]:
    """What ``text`` asks for, and what else it may mean, to be tried in this order; none without a word.

    Of ``Name <mail>`` the address decides, and the name where nobody has that address.
    """
    named, addresses = split_addresses(text)
    words = tuple(dict.fromkeys(fold(named).split()))[:MAX_WORDS]
    by_name = Wanted(words=words, whole=whole(named))
    if not addresses:
        return (by_name,) if by_name else ()
    in_full = addresses[0] if len(addresses) == 1 else ""
    by_address = Wanted(addresses=tuple(addresses[:MAX_WORDS]), whole=in_full)
    if by_name and not _ANGLE.search(unicodedata.normalize("NFKC", text)):
        return (Wanted(words=words, addresses=by_address.addresses),)
    return (by_address, by_name) if by_name else (by_address,)


def pieces(texts: Iterable[str]) -> set[str]:
    """What an index of folded ``texts`` keeps, so that `pieces_of` a typed word are found among it."""
    found: set[str] = set()
    for text in texts:
        for word in text.split():
            found.add(BEGINS + word[:1])
            found.add(BEGINS + word[:2])
        found |= _runs(text.replace(" ", ""), GRAM)
        if not text.isascii():
            found.update(
                short for size in (1, 2) for short in _runs(text.replace(" ", ""), size) if is_dense(short)
            )
    return found


def pieces_of(word: str) -> set[str]:
    """What an index must hold of everything that may hold this folded ``word``."""
    if len(word) >= GRAM:
        starts = (*range(0, len(word) - GRAM, GRAM), len(word) - GRAM)  # the fewest that cover it
        return {word[start : start + GRAM] for start in starts}
    return {word if is_dense(word) else BEGINS + word}


def is_anywhere(word: str) -> bool:
    """Whether a folded ``word`` is looked for anywhere in another, else at its beginning alone."""
    return len(word) >= GRAM or is_dense(word)


def is_dense(text: str) -> bool:
    """Whether it holds a character that says as much as a syllable or a word: of China, Japan, Korea."""
    return _DENSE.search(text) is not None


def _runs(text: str, size: int) -> set[str]:
    return {text[start : start + size] for start in range(len(text) - size + 1)}
