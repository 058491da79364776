"""The scan grammar, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_pos.core import scanner_test
from tui_pos.core.keyboard_layouts import SAME, Layout, Layouts, mistaken
from tui_pos.core.reasons import because
from tui_pos.core.scan import MAX_LENGTH, ScanKind, parse, printable
from tui_pos.core.scanners import Scanner

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
    scan = parse("~~K7Q2M9ZX#", scanner=Scanner(prefixes=("!!", "~~"), suffixes=("#",)))
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
    scan = parse(text, scanner=Scanner(prefixes=("~",), suffixes=("#",)))
    assert len(scan.raw_shown) <= 80
    assert all(char.isprintable() for char in scan.raw_shown)
    assert "\x1b" not in scan.value + scan.text + scan.argument


# What surrounds a code

ADDRESSES = [
    "https://pycon.example/badge/{}",
    "https://pycon.example/badge/{}/",
    "https://pycon.example/badge/{}/checkin",
    "https://pycon.example/badge/{}/check-in/",
    "https://pycon.example/badges/{}.html",
    "https://pycon.example/b/{}.png?size=300",
    "https://pycon.example/pycon-us-2027/checkin?id={}",
    "https://pycon.example/b?code={}",
    "https://pycon.example/b?CODE={}&lang=en",
    "https://pycon.example/b?lang=en&amp;code={}",
    "https://pycon.example/b?lang=en&#38;badge={}#top",
    "https://pycon.example/b?ticket={}",
    "https://pycon.example/b?t={}",
    "https://pycon.example/b?id={}&utm_source=mail",
    "https://pycon.example/b?token={}",
    "https://pycon.example/b?ref={}",
    "https://pycon.example/b?{}",
    "https://pycon.example/#{}",
    "https://pycon.example/#/badge/{}",
    "https://pycon.example/app#code={}",
    "https://pycon.example/app#/badge?code={}",
    "https://pycon.example:8443/badge/{}",
    "HTTPS://PYCON.EXAMPLE/BADGE/{}",
    "http://pycon.example/b//{}",
    "https://user@pycon.example/b/{}",
    "https://pycon.example/r?code=%20{}%20",
    "pycon.example/badge/{}",
    "www.pycon.example/badge?code={}",
    "//pycon.example/badge/{}",
    "pycon://badge/{}",
    "pycon://{}",
    "pycon:badge/{}",
    "web+badge:b?code={}",
]
WRAPPINGS = [
    "{}",
    " {}\t",
    "*{}*",
    "]C1{}",
    "]A0*{}*",
    "]Q1https://pycon.example/b/{}",
    "\ufeff{}",
    "\u200b{}\u200b",
    "\xa0{}\u2009",
    "\u2066{}\u2069",
    "\u200e{}\u202c",
    "\x02{}\x03",
    "{}\x1e\x04",
    "#{}",
    "pycon-us-2027:{}",
    '{{"code": "{}"}}',
    '{{"id": 17, "code": "{}", "name": "Noor"}}',
    '{{"attendee": {{"badge": "{}"}}, "event": "pycon-us-2027"}}',
    '[{{"Ticket": "{}"}}]',
    '{{"x": "{}"}}',
    '"{}"',
]
CODES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=6, max_size=12).filter(
    # Of these shapes are other things: a reference without its dash, an element string, a conference's year.
    lambda code: not code.startswith("ORD") and not code.isdecimal()
)


@pytest.mark.parametrize("shape", [*ADDRESSES, *WRAPPINGS])
@given(CODES)
def test_a_code_comes_out_of_any_shape_as_it_went_in(shape: str, code: str) -> None:
    for written in (code, code.lower()) if any(map(str.isdecimal, code)) else (code,):
        for scanned in (True, False):
            scan = parse(shape.format(written), scanned=scanned)
            assert (scan.kind, scan.value, scan.text) == (ScanKind.CODE, code, written)


@pytest.mark.parametrize("shape", ADDRESSES)
def test_a_code_of_digits_comes_out_of_an_address(shape: str) -> None:
    assert parse(shape.format("40063813")).value == "40063813"


@pytest.mark.parametrize("shape", [*ADDRESSES, *WRAPPINGS])
def test_an_order_reference_and_a_code_with_its_conference_come_out_too(shape: str) -> None:
    scan = parse(shape.format("ORD-8F3K2AQ7"))
    assert (scan.kind, scan.value) == (ScanKind.ORDER, "ORD-8F3K2AQ7")
    if "pycon-us-2027" not in shape and shape not in ("pycon://{}", "#{}"):
        scan = parse(shape.format("demo:K7Q2M9ZX"))
        assert (scan.kind, scan.value, scan.conference) == (ScanKind.CODE, "K7Q2M9ZX", "demo")


def test_an_address_may_be_long_and_escaped_twice() -> None:
    assert parse(f"https://pycon.example/b?code=K7Q2M9ZX&signature={'a1' * 400}").value == "K7Q2M9ZX"
    assert parse("https://pycon.example/b?code=demo%253AK7Q2M9ZX").conference == "demo"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://pycon.example/b/K7Q2M9ZX?t=1699999999", "K7Q2M9ZX"),
        ("https://pycon.example/b/K7Q2M9ZX?ref=newsletter&id=7", "K7Q2M9ZX"),
        ("https://pycon.example/b/K7Q2M9ZX?lang=german", "K7Q2M9ZX"),
        ("https://pycon.example/2027/b?code=12345678", "12345678"),
        ("https://pycon.example/events/pycon-us-2027/tickets/7?id=K7Q2M9ZX", "K7Q2M9ZX"),
    ],
)
def test_of_several_the_likeliest_is_taken(text: str, code: str) -> None:
    assert parse(text).value == code


@pytest.mark.parametrize(
    "text",
    ["https://pycon.example/b?code=K7Q2%", "https://pycon.example/", '{"code": "K7Q2M9', '{"code": 1}'],
)
def test_what_is_cut_off_is_refused_in_words(text: str) -> None:
    scan = parse(text, scanned=True)
    assert scan.kind is ScanKind.INVALID
    assert scan.reason is not None
    assert scan.reason.key in ("invalid_scan.address", "invalid_scan.json", "invalid_scan.no_code")


@pytest.mark.parametrize(
    "text",
    [
        "ORD-8F3K2AQ7",
        "ord-8f3k2aq7",
        "#ORD-8F3K2AQ7",
        "# ord 8f3k2aq7",
        "ORD8F3K2AQ7",
        "ord8f3k2aq7",
        "ORD\u20138F3K2AQ7",
        "ORD\u2014 8F3K2AQ7",
        "ORD\u22128F3K2AQ7",
        "ORD_8F3K2AQ7",
        "ORD - 8F3K2AQ7",
        "*ORD-8F3K2AQ7*",
    ],
)
def test_an_order_reference_however_it_is_written(text: str) -> None:
    scan = parse(text)
    assert (scan.kind, scan.value, scan.text.upper()) == (ScanKind.ORDER, "ORD-8F3K2AQ7", "ORD-8F3K2AQ7")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ordonezgarc", ScanKind.CODE),
        ("Ordóñez", ScanKind.SEARCH),
        ("order", ScanKind.CODE),
        ("ORD", ScanKind.SEARCH),
        ("ordinary people", ScanKind.SEARCH),
        ("and/or", ScanKind.SEARCH),
        ("noor.lindqvist@example.org", ScanKind.SEARCH),
        ("Dr. Noor Lindqvist", ScanKind.SEARCH),
        ("Noor {she}", ScanKind.SEARCH),
        ('"Noor"', ScanKind.CODE),
        ("\u0645\u06cc\u200c\u062e\u0648", ScanKind.SEARCH),  # Persian, with its joiner
        ("M&amp;M", ScanKind.SEARCH),
    ],
)
def test_names_and_words_stay_what_they_are(text: str, kind: ScanKind) -> None:
    assert parse(text).kind is kind


@given(CODES.filter(lambda code: len(code) > 7), st.data())
def test_a_damaged_code_is_never_made_whole(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(code) - 1))
    damage = data.draw(st.sampled_from(["", code[place] * 2, "?", "\ufffd", "\u200b" + code[place]]))
    damaged = code[:place] + damage + code[place + 1 :]
    scan = parse(f"demo:{damaged}", scanned=True)
    assert code not in (scan.value, scan.text)


# Products


@pytest.mark.parametrize(
    "text",
    [
        "]C1010400638133393110ABC\x1d2112",
        "]d2010400638133393121ABC",
        "]Q3\x1d0104006381333931",
        "(01)04006381333931(10)ABC(21)7",
        "0104006381333931",
        "010400638133393121SERIAL4711",
        "https://id.gs1.org/01/04006381333931",
        "https://shop.example/01/04006381333931/10/ABC?17=281231",
    ],
)
def test_a_gs1_code_is_its_products_number(text: str) -> None:
    scan = parse(text, scanned=True)
    assert (scan.kind, scan.value) == (ScanKind.CODE, "04006381333931")


@pytest.mark.parametrize("text", ["(01)04006381333932", "010400638133393221SERIAL4711"])
def test_a_gs1_code_with_a_wrong_check_digit_is_no_product(text: str) -> None:
    assert parse(text, scanned=True).value != "04006381333932"


# Keyboards that scanner and computer take for each other

TELLING = [
    "https://pycon.example/b/K7Q2M9ZX",
    "https://pycon.example/b?code=K7Q2M9ZX&lang=en",
    "pycon-us-2027:K7Q2M9ZX",
    "demo:ABCDEFGH",
    "ORD-8F3K2AQ7",
]


@pytest.mark.parametrize("layouts", list(mistaken()), ids=lambda pair: f"{pair.scanner}-on-{pair.keyboard}")
@pytest.mark.parametrize("code", TELLING)
def test_a_shifted_layout_is_told_on_a_scan_as_the_scanners_fault(code: str, layouts: Layouts) -> None:
    damaged = layouts.damaged(code)
    scan = parse(damaged, scanned=True)
    if scan.value == parse(code).value:
        assert Layout.UK in (layouts.scanner, layouts.keyboard)  # which exchanges none of these characters
        return
    assert scan.reason is not None, damaged
    assert scan.reason.key == "invalid_scan.layout"
    assert parse(damaged).reason != scan.reason


def test_french_digits_are_told_though_nothing_else_is_shifted() -> None:
    scan = parse(Layouts(Layout.US, Layout.FRENCH).damaged("NOOR2026"), scanned=True)
    assert scan.reason == because("invalid_scan.layout", scanner="US", keyboard="French")


@pytest.mark.parametrize("layouts", list(mistaken()), ids=lambda pair: f"{pair.scanner}-on-{pair.keyboard}")
@pytest.mark.parametrize("code", [*TELLING, "NOOR2026", "K7Q2M9ZX", "YZQWAM19", "/card"])
def test_where_the_layouts_are_known_a_scan_is_restored_and_typing_is_not(
    code: str, layouts: Layouts
) -> None:
    scanner = Scanner(layouts=layouts)
    damaged = layouts.damaged(code)
    meant, scan = parse(code), parse(damaged, scanner=scanner, scanned=True)
    if layouts.restored(damaged) == code:  # but for characters that the scanner's keyboard has not
        assert (scan.kind, scan.value, scan.conference) == (meant.kind, meant.value, meant.conference)
    assert parse("Müller", scanner=scanner).value == "Müller"


def test_a_scanner_that_is_set_right_is_understood_where_another_one_is_mapped() -> None:
    scanner = Scanner(layouts=Layouts(Layout.US, Layout.GERMAN))
    for code in ("https://pycon.example/b/K7Q2M9ZX", "demo:K7Q2M9ZX", "ORD-8F3K2AQ7"):
        assert parse(code, scanner=scanner, scanned=True).value == parse(code).value


@pytest.mark.parametrize(
    "text",
    [
        "Müller",
        "Noor Lindqvist",
        "O'Brien",
        "Ngọc-Anh",
        "NOOR2026",
        "noor@example.org",
        "Ñúñez",
        "Ka & Co",
        "-",
        "O'BRIEN",
        "O'Brien-Smith",
        "Renée",
    ],
)
def test_what_no_layout_made_is_never_told_as_one(text: str) -> None:
    scan = parse(text, scanned=True)
    assert scan.reason is None or scan.reason.key != "invalid_scan.layout"


# The test code


CAPS_LOCK = {ord(char): char.swapcase() for char in map(chr, range(0x20, 0x100)) if char not in "ßµ"}


@pytest.mark.parametrize("caps", [False, True])
@pytest.mark.parametrize("layouts", [SAME, *mistaken()])
@pytest.mark.parametrize(("prefix", "suffix"), [("", ""), ("~", "#"), ("]Q1", ""), ("A", "\x03")])
def test_the_test_code_tells_what_the_scanner_does(
    layouts: Layouts, caps: bool, prefix: str, suffix: str
) -> None:
    arrives = layouts.damaged(scanner_test.CODE)
    scan = parse(f"{prefix}{arrives.translate(CAPS_LOCK) if caps else arrives}{suffix}", scanned=True)
    assert scan.kind is ScanKind.TEST
    assert scan.test == scanner_test.TestScan(
        layouts=layouts,
        prefix=prefix.removeprefix("]Q1"),
        suffix=suffix.strip("\x03"),
        has_caps_lock=caps,
    )


@pytest.mark.parametrize("around", ["K7Q2M9ZX", "ABCD", "demo:K7Q2M9ZX", "A-1", "1234"])
def test_another_scan_before_or_behind_the_test_code_is_no_prefix_or_suffix(around: str) -> None:
    for text in (f"{scanner_test.CODE}{around}", f"{around}{scanner_test.CODE}"):
        assert parse(text, scanned=True).test == scanner_test.TestScan(layouts=SAME)


@pytest.mark.parametrize("scanned", [True, False])
@pytest.mark.parametrize(
    "known", [Scanner(prefixes=("K7Q2",)), Scanner(suffixes=("K7Q2",)), Scanner(prefixes=("#",))]
)
def test_what_a_scanner_adds_is_never_all_of_a_scan(known: Scanner, scanned: bool) -> None:
    alone = (*known.prefixes, *known.suffixes)[0]
    scan = parse(alone, scanner=known, scanned=scanned)
    assert (scan.kind is ScanKind.EMPTY, scan.text) == (False, alone)


def test_each_pair_of_layouts_shows_in_the_test_code() -> None:
    arrivals = [layouts.damaged(scanner_test.CODE).casefold() for layouts in (SAME, *mistaken())]
    assert len(set(arrivals)) == len(arrivals)


def test_a_test_code_that_no_layout_explains_says_so() -> None:
    scan = parse(scanner_test.CODE.replace("-", "."), scanned=True)
    assert scan.test == scanner_test.TestScan(layouts=None)


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


@pytest.mark.parametrize("text", ["noor", "Novák", "ada lovelace", "小龍"])
def test_words_without_a_digit_are_never_a_scan(text: str) -> None:
    """However fast they came: some people type so."""
    assert not parse(text, scanned=True).scanned


@pytest.mark.parametrize("text", ["ABCDEFGH", "demoÖABCDEFGH", "DEMOöABC", "noor7"])
def test_what_may_be_a_code_stays_a_scan(text: str) -> None:
    found = parse(text, scanned=True)
    assert found.scanned or found.reason is not None
