"""The scan grammar, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_pos.core.scan import MAX_LENGTH, ScanKind, parse, printable

GRAMMAR: list[tuple[str, ScanKind, str, str | None]] = [
    # badges, vouchers and product codes
    ("K7Q2M9ZX", ScanKind.CODE, "K7Q2M9ZX", None),
    ("k7q2m9zx", ScanKind.CODE, "K7Q2M9ZX", None),
    ("  K7Q2M9ZX \t", ScanKind.CODE, "K7Q2M9ZX", None),
    ("A1B2", ScanKind.CODE, "A1B2", None),
    ("A" * 20, ScanKind.CODE, "A" * 20, None),
    ("4006381333931", ScanKind.CODE, "4006381333931", None),
    ("EARLY-BIRD", ScanKind.CODE, "EARLY-BIRD", None),
    ("speaker-2027", ScanKind.CODE, "SPEAKER-2027", None),
    ("noor", ScanKind.CODE, "NOOR", None),
    # with the conference
    ("pycon-us-2027:K7Q2M9ZX", ScanKind.CODE, "K7Q2M9ZX", "pycon-us-2027"),
    ("PYCON-US-2027:k7q2m9zx", ScanKind.CODE, "K7Q2M9ZX", "pycon-us-2027"),
    ("pycon-us-2027: ORD-8F3K2AQ7", ScanKind.ORDER, "ORD-8F3K2AQ7", "pycon-us-2027"),
    # orders
    ("ORD-8F3K2AQ7", ScanKind.ORDER, "ORD-8F3K2AQ7", None),
    ("ord-8f3k2aq7", ScanKind.ORDER, "ORD-8F3K2AQ7", None),
    ("ORD-AB12", ScanKind.ORDER, "ORD-AB12", None),
    # addresses in QR codes
    ("https://pycon.example/badge/K7Q2M9ZX", ScanKind.CODE, "K7Q2M9ZX", None),
    ("https://pycon.example/badge/K7Q2M9ZX/", ScanKind.CODE, "K7Q2M9ZX", None),
    ("HTTPS://pycon.example/b?lang=en&code=k7q2m9zx#top", ScanKind.CODE, "K7Q2M9ZX", None),
    ("http://pycon.example/orders/ORD-8F3K2AQ7", ScanKind.ORDER, "ORD-8F3K2AQ7", None),
    ("https://pycon.example/b/pycon-us-2027%3AK7Q2M9ZX", ScanKind.CODE, "K7Q2M9ZX", "pycon-us-2027"),
    ("https://pycon.example/", ScanKind.INVALID, "", None),
    ("https://[broken", ScanKind.INVALID, "", None),
    # what scanners put around it
    ("]C1K7Q2M9ZX", ScanKind.CODE, "K7Q2M9ZX", None),
    ("]Q3\x1dK7Q2M9ZX\x1d", ScanKind.CODE, "K7Q2M9ZX", None),
    ("]d2ORD-8F3K2AQ7", ScanKind.ORDER, "ORD-8F3K2AQ7", None),
    # commands
    ("/help", ScanKind.COMMAND, "help", None),
    ("/Refund 35.00", ScanKind.COMMAND, "refund", None),
    ("/", ScanKind.INVALID, "", None),
    ("/12", ScanKind.INVALID, "", None),
    # searches
    ("Noor Lindqvist", ScanKind.SEARCH, "Noor Lindqvist", None),
    ("Noor   Lindqvist", ScanKind.SEARCH, "Noor Lindqvist", None),
    ("noor@example.org", ScanKind.SEARCH, "noor@example.org", None),
    ("noor.lindqvist2@example.org", ScanKind.SEARCH, "noor.lindqvist2@example.org", None),
    ("Jean-Pierre", ScanKind.SEARCH, "Jean-Pierre", None),
    ("Okafor, Tomás", ScanKind.SEARCH, "Okafor, Tomás", None),
    ("Ng", ScanKind.SEARCH, "Ng", None),
    ("李小龍", ScanKind.SEARCH, "李小龍", None),
    ("note: call back", ScanKind.SEARCH, "note: call back", None),
    ("A" * 21, ScanKind.SEARCH, "A" * 21, None),
    # nothing
    ("", ScanKind.EMPTY, "", None),
    ("   ", ScanKind.EMPTY, "", None),
    ("\x1d", ScanKind.EMPTY, "", None),
    ("]C1", ScanKind.EMPTY, "", None),
    # not usable
    ("K7Q2\x07M9ZX", ScanKind.INVALID, "", None),
    ("K7Q2\x1b[2JM9ZX", ScanKind.INVALID, "", None),
    ("K7Q2\x1dM9ZX", ScanKind.INVALID, "", None),
    ("abc\u202edef", ScanKind.INVALID, "", None),
    ("A" * (MAX_LENGTH + 1), ScanKind.INVALID, "", None),
]


@pytest.mark.parametrize(("text", "kind", "value", "conference"), GRAMMAR)
def test_what_a_string_is(text: str, kind: ScanKind, value: str, conference: str | None) -> None:
    scan = parse(text)
    assert (scan.kind, scan.value, scan.conference) == (kind, value, conference)
    assert bool(scan.reason) == (kind is ScanKind.INVALID)
    assert scan.reason is None or scan.reason.code == "invalid_scan"


def test_the_scanners_own_prefix_and_suffix_fall_away() -> None:
    scan = parse("~~K7Q2M9ZX#", prefixes=("!!", "~~"), suffixes=("#",))
    assert (scan.kind, scan.value) == (ScanKind.CODE, "K7Q2M9ZX")


def test_a_conference_may_name_its_orders_otherwise() -> None:
    assert parse("PY27-8F3K2AQ7", order_prefix="PY27").kind is ScanKind.ORDER
    assert parse("ORD-8F3K2AQ7", order_prefix="PY27").kind is ScanKind.CODE


def test_a_command_keeps_what_follows_it() -> None:
    assert parse("/refund  35.00 ").argument == "35.00"


def test_the_case_as_typed_is_kept_beside_the_value() -> None:
    assert parse("Early-Bird-20").text == "Early-Bird-20"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Noor Lindqvist", "Noor Lindqvist"),
        ("a\tb\r\nc\u2028d", "a b c d"),
        ("red \x1b[31malert\x1b[0m", "red alert"),
        ("title \x1b]0;gotcha\x07end", "title end"),
        ("open \x1bP1$r string", "open"),
        ("c1 \x9b31mred", "c1 red"),
        ("bell\x07 null\x00 delete\x7f", "bell null delete"),
        ("right \u202eto left\u2069", "right to left"),
        ("zero\u200bwidth", "zerowidth"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("50% [/off] [red]", "50% [/off] [red]"),
        ("Tomás 李小龍 \u0301", "Tomás 李小龍 \u0301"),
        ("a\x1db", "a b"),
        ("\x1b", ""),
    ],
)
def test_text_from_outside_is_made_safe(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_long_text_is_cut_with_a_sign() -> None:
    assert printable("A" * 81) == "A" * 79 + "…"
    assert printable("A" * 80) == "A" * 80
    assert printable("abcdef", 4) == "abc…"


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_no_text_breaks_the_grammar_or_reaches_the_terminal_raw(text: str) -> None:
    scan = parse(text, prefixes=("~",), suffixes=("#",))
    assert len(scan.raw_shown) <= 80
    assert all(char.isprintable() for char in scan.raw_shown)
    assert "\x1b" not in scan.value + scan.text + scan.argument


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u0d28\u0d4d\u200d Menon", "\u0d28\u0d4d\u200d Menon"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("No\u200dor\u200c", "Noor"),
        ("\u200dNoor \u200d \U0001f469\u200d\u200d", "Noor \U0001f469"),
        ("\u0639\u202e\u0644\u200f", "\u0639\u0644"),
    ],
)
def test_joiners_stay_where_a_script_or_an_emoji_needs_them(text: str, shown: str) -> None:
    assert printable(text) == shown
