"""Trade item numbers: one product's number is printed as EAN, UPC or GTIN, with or without leading zeros.

Sources: GS1 General Specifications, sections 2 (numbers), 3 (application identifiers) and 7.9 (check digit);
5.2.2.4.1 for how a UPC-E expands.
"""

import re
from collections.abc import Iterator

_AFTER_GTIN = re.compile(r"(?:1[0-7]|2[0-2]|24|25|3[0-9]|4[0-2]|9[0-9])")
"""How another GS1 application identifier begins behind a product's number."""
_BRACKETED = re.compile(r"\(01\)(\d{14})(?!\d)")
_CONCATENATED = re.compile(r"01(\d{14})(.*)", re.DOTALL)
LENGTHS = (8, 12, 13, 14)
GTIN_LENGTH = 14


def is_number(digits: str) -> bool:
    """Whether these are the digits of an EAN-8, UPC-A, EAN-13 or GTIN-14 with their right check digit."""
    return digits.isascii() and digits.isdecimal() and len(digits) in LENGTHS and _checks(digits)


def canonical(code: str) -> str:
    """How a product's code is stored: a trade item number with zeros to 14 digits, others upper case.

    So is the number inside a GS1 element string. A UPC-E stays as it is: the same digits may be an EAN-8.
    """
    text = code.strip()
    if number := in_element_string(text, marked=False):
        return number
    return text.zfill(GTIN_LENGTH) if is_number(text) else text.upper()


def spellings(text: str) -> tuple[str, ...]:
    """The stored codes that a scanned or typed text may mean, the likeliest first."""
    code = text.strip()
    return tuple(dict.fromkeys((canonical(code), code.upper(), *_expanded(code))))


def written(code: str) -> tuple[str, ...]:
    """The texts that are stored as this ``canonical`` code: a number without its leading zeros too."""
    shorter = (code[-length:] for length in LENGTHS)
    return tuple({code, *(each for each in shorter if canonical(each) == code)})


def in_element_string(text: str, *, marked: bool) -> str:
    """The product's number of 14 digits in a GS1 element string, ``(01)…`` or ``01…``; '' without any.

    ``marked``: the scanner said that it is a GS1 code. Else digits alone must be the number with nothing, or
    with more than any code of ours is long, behind it.
    """
    if match := _BRACKETED.match(text):
        return match[1] if _checks(match[1]) else ""
    match = _CONCATENATED.fullmatch(text)
    if match is None or not _checks(match[1]):
        return ""
    rest = match[2]
    is_gs1 = marked or not rest or "\x1d" in rest or len(text) > 20  # noqa: PLR2004  # what an access code holds
    return match[1] if is_gs1 and (not rest or _AFTER_GTIN.match(rest)) else ""


def _checks(digits: str) -> bool:
    """The last digit makes the weighted sum a multiple of ten: weights 3 and 1 in turn from the right."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def _expanded(code: str) -> Iterator[str]:
    """The UPC-A of a UPC-E with its number system and check digit, of seven digits, or of the six alone."""
    if not (code.isascii() and code.isdecimal() and len(code) in (6, 7, 8)):
        return
    systems = code[0] if len(code) > 6 else "0"  # noqa: PLR2004  # six digits are the number alone
    if systems not in "01":
        return
    body = code if len(code) == 6 else code[1:7]  # noqa: PLR2004
    last = body[5]
    if last in "012":
        upc = body[:2] + last + "0000" + body[2:5]
    elif last == "3":
        upc = body[:3] + "00000" + body[3:5]
    elif last == "4":
        upc = body[:4] + "00000" + body[4]
    else:
        upc = body[:5] + "0000" + last
    wanted = code[7:] or "0123456789"
    for check in wanted:
        number = f"{systems}{upc}{check}"
        if _checks(number):
            yield number.zfill(GTIN_LENGTH)
