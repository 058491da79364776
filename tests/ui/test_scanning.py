"""Scans and keys through a real terminal: every byte a scanner, a hand or a bad link may send."""

import time

import pytest

from tests.ui.conftest import Till

CODES = [f"CODE{number:04}" for number in range(200)]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t"])
@pytest.mark.parametrize("count", [1, 100, 200])
def test_scans_in_one_write_arrive_apart_in_order_and_complete(till: Till, end: str, count: int) -> None:
    till.send("".join(code + end for code in CODES[:count]))
    till.wait_told(*(f"home scanned {code}" for code in CODES[:count]))


def test_scans_that_start_with_a_digit_are_no_picks(till: Till) -> None:
    till.send("4006381333931\r9780201379624\r")
    till.wait_told("home scanned 4006381333931", "home scanned 9780201379624")


def test_a_digit_by_hand_is_a_pick(till: Till) -> None:
    till.send("3")
    till.wait_told("home picked 3")


def test_typing_by_hand_is_not_a_scan(till: Till) -> None:
    for typed in ("s", "sh", "shi"):
        till.send(typed[-1])
        till.wait_told(f"home changed {typed}")
    till.send("\r")
    till.wait_told("home typed shi")


def test_the_scanners_enter_confirms_nothing_and_a_hands_does(till: Till) -> None:
    till.send("K7Q2M9ZX\r\r\n")
    till.wait_for("scanned K7Q2M9ZX")
    till.settle(0.1)
    till.send("\r")
    till.wait_told("home scanned K7Q2M9ZX", "home confirmed")


def test_a_bracketed_paste_is_one_scan_a_line(till: Till) -> None:
    till.send("\x1b[200~K7Q2M9ZX\rORD-8F3K2AQ7\r\x1b[201~")
    till.wait_told("home scanned K7Q2M9ZX", "home scanned ORD-8F3K2AQ7")


def test_a_paste_that_never_ends_does_not_make_the_till_deaf(till: Till) -> None:
    till.send("\x1b[200~K7Q2M9ZX\r")
    till.wait_told("home scanned K7Q2M9ZX")
    till.send("A1B2C3\r")
    till.wait_told("home scanned A1B2C3")


@pytest.mark.parametrize("control", [*range(0x01, 0x08), 0x0B, 0x0C, *range(0x0E, 0x1B), 0x1C, 0x1E, 0x1F])
def test_control_characters_in_a_barcode_do_nothing(till: Till, control: int) -> None:
    till.send(f"K7Q2{chr(control)}M9ZX\r")
    till.wait_told("home scanned K7Q2M9ZX")


def test_a_group_separator_inside_a_code_is_refused_in_words(till: Till) -> None:
    till.send("K7Q2\x1dM9ZX\r")
    till.wait_for("holds control characters")


@pytest.mark.parametrize("sequence", ["\x1bOQ", "\x1b[3~", "\x1b[21~"], ids=["F2", "Del", "F10"])
def test_function_keys_spelt_by_a_barcode_do_nothing(till: Till, sequence: str) -> None:
    till.send(f"{sequence}K7Q2M9ZX\r")
    till.wait_told("home scanned K7Q2M9ZX")


@pytest.mark.parametrize(
    "noise",
    [
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\x1b[97:65;2;65u",
        b"\x1b[99999999999;1u",
        b"\x1b[55296;1u",
        b"\x1b[1114112;1u",
        b"\x1b[;;;u",
        b"\x1b[48;9999;9999;1;1t",
        b"\x1b[<0;10;10M\x1b[<0;10;10m",
        b"\x1b[O",
        b"\x1b[I",
        b"\x1b[12;40R",
        b"\x1b[?2048;2$y",
        b"\x1b[MABC",
        b"\x1b" + b"[" * 40,
        b"\x1bP1$r\x1b\\",
    ],
    ids=repr,
)
def test_bytes_that_are_no_keys_are_survived(till: Till, noise: bytes) -> None:
    till.send(noise)
    till.settle(0.2)
    till.send("\x1b")
    till.settle(0.2)
    till.events.write_text("")
    till.send("K7Q2M9ZX\r")
    till.wait_told("home scanned K7Q2M9ZX")
    assert till.text.splitlines()[0].startswith(" PyCon US 2027")


def test_a_byte_that_is_no_utf8_becomes_the_replacement_character(till: Till) -> None:
    till.send(b"No\xffr Lind\r")
    till.wait_told("home scanned No�r Lind")


def test_ctrl_c_by_hand_says_how_to_leave(till: Till) -> None:
    till.send("\x03")
    till.wait_for("type /quit")


def test_an_unknown_word_is_one_sentence(till: Till) -> None:
    till.type("/frobnicate\r")
    till.wait_for("/frobnicate is not a command")


def test_a_key_without_meaning_here_says_so(till: Till) -> None:
    till.send("\x1b[15~")
    till.wait_for("F5 does nothing here")


def test_function_key_and_word_do_the_same(till: Till) -> None:
    till.send("\x1bOR")
    till.wait_told("home orders")
    for char in "/orders\r":
        till.send(char)
        till.settle(0.1)
    till.wait_told("home orders")


def test_markup_and_direction_signs_are_text_or_nothing(till: Till) -> None:
    before = till.settle(0.1)
    till.send("50% [/off] [red] \u202eevil\r")
    till.wait_for("scanned 50% [/off] [red] evil")
    assert "\u202e".encode() not in till.raw[before:]


def test_an_endless_scan_is_refused_in_one_sentence(till: Till) -> None:
    till.send("A" * 10_000 + "\r")
    till.wait_for("longer than 200 characters")
    till.events.write_text("")
    till.send("K7Q2M9ZX\r")
    till.wait_told("home scanned K7Q2M9ZX")


def test_in_a_dialog_a_scan_is_refused_and_its_enter_presses_nothing(till: Till) -> None:
    till.send("\x1bOQ")
    till.wait_for("Give back 35.00?")
    till.send("K7Q2M9ZX\r\n")
    till.wait_for("That scan was not used")
    till.settle(0.1)
    till.send("\x1b")
    till.wait_told("home False")


def test_enter_by_hand_answers_a_dialog(till: Till) -> None:
    till.send("\x1bOQ")
    till.wait_for("Enter refund 35.00")
    till.send("\r")
    till.wait_told("home True")


REPLIES = [
    "\x1b[?62;1;6;22c",
    "\x1b[>1;5202;0c",
    "\x1b[?2026;2$y",
    "\x1b[4;1$y",
    "\x1b[?25u",
    "\x1b[8;24;80t",
    "\x1b[0n",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]11;rgb:0000/0000/0000\x07",
    "\x1b]52;c;" + "SGVsbG8h" * 40 + "\x07",
    "\x1bP>|XTerm(388)\x1b\\",
    "\x1bP1+r544e=787465726d\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b[24;80R",
    "\x9b?62;1c",
    "\x9d11;rgb:0000/0000/0000\x9c",
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: repr(reply)[:24])
def test_what_a_terminal_answers_is_never_typed_however_it_is_cut(till: Till, reply: str) -> None:
    data = reply.encode()
    for cut in (len(data), 2, max(3, len(data) // 2), len(data) - 1):
        till.send(data[:cut])
        till.settle(0.03)
        till.send(data[cut:] + b"K7Q2M9ZX\r")
        till.wait_told("home scanned K7Q2M9ZX")


@pytest.mark.parametrize("edit", ["\x7f", "\x08", "\x1b[127u", "\x1b[127;5u", "\x1b\x7f"])
def test_backspace_edits_in_one_read_with_text_whatever_the_terminal_sends_for_it(
    till: Till, edit: str
) -> None:
    till.send(f"nox{edit}or{edit}\r")
    till.wait_told("home typed noo")
    till.send("no")
    till.wait_told("home changed no")
    till.send(f"{edit}u\r")
    till.wait_told("home typed nu")


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_five_megabytes_of_pasted_lines_do_nothing_cost_nothing_and_are_told_once(
    till: Till, marked: bool
) -> None:
    before = till.megabytes(peak_from_now=True)
    flood = b"ab12345\r" * (5 * 2**20 // 8)
    till.send(b"\x1b[200~" + flood + b"\x1b[201~" if marked else flood)
    sent = time.monotonic()
    till.wait_for("characters came at once")
    assert till.megabytes() - before < 50
    till.events.write_text("")
    till.send("K7Q2M9ZX\r")
    till.wait_told("home scanned K7Q2M9ZX")
    assert time.monotonic() - sent < 2


def test_a_lock_inside_a_flood_is_obeyed(till: Till) -> None:
    till.send(b"ab12345\r" * 40_000 + b"\x1b[24~" + b"ab12345\r" * 40_000)
    till.wait_for("characters came at once")
    assert till.told.count("home locked") == 1
