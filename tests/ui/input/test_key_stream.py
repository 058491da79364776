"""What single keys mean, by their times alone."""

from collections.abc import Iterable
from itertools import product

import pytest
from textual.message import Message

from tui_pos.ui.input.key_stream import (
    HOLD,
    MAX_TEXT,
    Asked,
    Changed,
    Confirmed,
    Entered,
    KeyStream,
    Moved,
    Picked,
    Refused,
    Stepped,
)

NAMES = {
    "\r": "enter",
    "\n": "ctrl+j",
    "\t": "tab",
    "\x1d": "ctrl+right_square_bracket",
    "\x11": "ctrl+q",
    "\x03": "ctrl+c",
    "\x15": "ctrl+u",
    "\x7f": "backspace",
    "+": "plus",
    "-": "minus",
    " ": "space",
}
FAST, BATCH, SLOW = 0.008, 0.0, 0.090


class Hands:
    """Presses keys on a stream and collects what it says."""

    def __init__(self, picks: bool = True) -> None:
        self.stream = KeyStream(picks)
        self.now = 100.0
        self.said: list[Message] = []

    def key(self, name: str, gap: float = SLOW) -> "Hands":
        self._wait(gap)
        self.said += self.stream.feed(name, None, self.now)
        return self

    def type(self, text: str, gap: float = SLOW) -> "Hands":
        for char in text:
            self._wait(gap)
            self.said += self.stream.feed(NAMES.get(char, char), char, self.now)
        return self

    def scan(self, text: str, gap: float = FAST, after: float = 0.5) -> "Hands":
        self._wait(after - gap)
        return self.type(text, gap)

    def rest(self) -> list[Message]:
        self._wait(1.0)
        return self.said

    def _wait(self, seconds: float) -> None:
        due = self.stream.due
        if due is not None and due <= self.now + seconds:
            self.said += self.stream.settle(due)
        self.now += seconds


def entered(messages: Iterable[Message]) -> list[tuple[str, bool]]:
    return [(message.text, message.scanned) for message in messages if isinstance(message, Entered)]


@pytest.mark.parametrize("gap", [BATCH, FAST, 0.029])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t", "\t\r", "\r\r", "\n\r"])
def test_every_way_a_scanner_ends_a_scan_gives_one_event(gap: float, end: str) -> None:
    assert Hands().scan(f"K7Q2M9ZX{end}", gap).rest() == [Entered("K7Q2M9ZX", True)]


@pytest.mark.parametrize("code", ["4006381333931", "123", "+12", "-a1", "1", "12"])
def test_a_digit_that_starts_a_scan_is_part_of_it(code: str) -> None:
    assert entered(Hands().scan(f"{code}\r", BATCH).rest()) == [(code, len(code) > 2)]


def test_scans_back_to_back_stay_apart_and_in_order() -> None:
    codes = [f"CODE{number:04}" for number in range(200)]
    assert entered(Hands().scan("\r".join(codes) + "\r", BATCH).rest()) == [(code, True) for code in codes]


def test_typing_is_not_a_scan_and_filters_when_it_rests() -> None:
    said = Hands().type("shi").type("\r").rest()
    assert said == [Changed("s"), Changed("sh"), Changed("shi"), Entered("shi", False)]


def test_a_scan_that_the_link_interrupts_once_stays_one_scan() -> None:
    assert entered(Hands().scan("K7Q2").scan("M9ZX\r", after=0.4).rest()) == [("K7Q2M9ZX", True)]


def test_a_scan_replaces_half_typed_text() -> None:
    assert entered(Hands().type("shi").scan("K7Q2M9ZX\r", after=0.6).rest()) == [("K7Q2M9ZX", True)]


def test_typing_that_a_stalled_link_delivers_at_once_is_kept_whole() -> None:
    assert entered(Hands().type("smi").scan("th\r", BATCH, after=0.8).rest()) == [("smith", False)]


def test_a_digit_by_hand_picks_and_a_second_one_picks_again() -> None:
    assert Hands().type("3").type("1").rest() == [Picked(3), Picked(1)]


def test_a_digit_waits_for_no_longer_than_the_hold() -> None:
    hands = Hands().type("3")
    assert hands.said == []
    assert hands.stream.settle(hands.now + HOLD - 0.001) == []
    assert hands.stream.settle(hands.now + HOLD) == [Picked(3)]


def test_a_digit_after_text_is_text() -> None:
    assert entered(Hands().type("a3").type("\r").rest()) == [("a3", False)]


def test_where_numbers_are_typed_digits_do_not_pick() -> None:
    assert entered(Hands(picks=False).type("20").type("\r").rest()) == [("20", False)]


def test_zero_is_text() -> None:
    assert entered(Hands().type("0").type("\r").rest()) == [("0", False)]


def test_enter_by_hand_confirms() -> None:
    said = Hands().type("\r").rest()
    assert [type(message) for message in said] == [Confirmed]


@pytest.mark.parametrize("late", [0.0, 0.001, 0.2, 5.0])
def test_the_second_half_of_crlf_never_confirms_however_late(late: float) -> None:
    said = Hands().scan("K7Q2M9ZX\r").type("\n", late).rest()
    assert said == [Entered("K7Q2M9ZX", True)]


def test_an_enter_that_leads_a_scan_does_not_confirm() -> None:
    assert Hands().scan("\rK7Q2M9ZX\r").rest() == [Entered("K7Q2M9ZX", True)]


def test_enter_after_a_scan_confirms_once_the_hand_is_there() -> None:
    said = Hands().scan("K7Q2M9ZX\r").type("\r", 0.2).rest()
    assert [type(message) for message in said] == [Entered, Confirmed]


def test_arrows_and_steps() -> None:
    said = Hands().key("down").key("up").key("pagedown").type("+").type("-").rest()
    assert said == [Moved(1), Moved(-1), Moved(9), Stepped(1), Stepped(-1)]


def test_a_held_plus_key_steps_even_when_the_link_bunches_it() -> None:
    assert Hands().type("+++", BATCH).rest() == [Stepped(1)] * 3


def test_a_held_arrow_moves_at_every_repeat() -> None:
    hands = Hands()
    for _ in range(5):
        hands.key("down", 0.02)
    assert hands.said == [Moved(1)] * 5


def test_function_keys_keep_their_order_with_everything_else() -> None:
    said = Hands().type("2").key("f8", 0.06).type("\r", 0.06).scan("K7Q2M9ZX\r").rest()
    assert [type(message) for message in said] == [Picked, Asked, Confirmed, Entered]
    assert said[1] == Asked("card")


# An arrow that leads a scan does move the choice: that is harmless, and arrows that wait are not.
HIDDEN = ["f8", "escape", "ctrl+q", "ctrl+c", "delete", "ctrl+u"]
PLACES = {"before": ("", "K7Q2M9ZX\r"), "inside": ("K7Q2", "M9ZX\r"), "after": ("K7Q2M9ZX\r", "")}


@pytest.mark.parametrize(
    ("key", "place"), [*product(HIDDEN, PLACES), ("down", "inside"), ("down", "after"), ("pageup", "inside")]
)
def test_no_key_hidden_in_a_barcode_acts(key: str, place: str) -> None:
    before, after = PLACES[place]
    hands = Hands().type(before, FAST).key(key, FAST).type(after, FAST)
    assert hands.rest() == [Entered("K7Q2M9ZX", True)]


def test_the_group_separator_stays_and_other_control_characters_go() -> None:
    assert entered(Hands().scan("01\x1d17\x11\x15\x0310\r").rest()) == [("01\x1d1710", True)]


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q", "ctrl+d"])
def test_keys_that_end_other_programs_say_how_to_leave(key: str) -> None:
    said = Hands().key(key).rest()
    assert [type(message) for message in said] == [Refused]


def test_a_lone_digit_behind_a_line_picks_though_both_came_in_one_read() -> None:
    said = Hands().scan("shirt\r1", BATCH).rest()
    assert said == [Entered("shirt", True), Picked(1)]


def test_a_digit_behind_a_line_that_begins_the_next_scan_is_text() -> None:
    assert entered(Hands().scan("K7Q2M9ZX\r1AB2\r", BATCH).rest()) == [("K7Q2M9ZX", True), ("1AB2", True)]


def test_escape_clears_the_prompt_first_and_then_goes_back() -> None:
    said = Hands().type("sh").key("escape").key("escape").rest()
    assert said[-2:] == [Changed(""), Asked("back")]


def test_backspace_takes_the_last_character() -> None:
    hands = Hands().type("shx")
    hands.type("\x7f").type("i").type("\r")
    assert entered(hands.rest()) == [("shi", False)]


def test_backspace_in_an_empty_prompt_does_nothing() -> None:
    assert Hands().type("\x7f").rest() == []


def test_modifier_keys_of_the_kitty_protocol_are_nothing() -> None:
    assert Hands().key("left_shift").key("left_control").rest() == []


def test_every_line_of_a_paste_is_a_scan_and_the_rest_joins_the_prompt() -> None:
    hands = Hands()
    hands.said += hands.stream.paste("K7Q2M9ZX\r\nORD-1\x1b\n\nhal", hands.now)
    assert entered(hands.said) == [("K7Q2M9ZX", True), ("ORD-1", True)]
    assert hands.stream.text == "hal"


def test_a_paste_without_end_waits_for_enter() -> None:
    hands = Hands()
    hands.said += hands.stream.paste("K7Q2M9ZX", hands.now)
    assert entered(hands.type("\r").rest()) == [("K7Q2M9ZX", True)]


def test_endless_text_is_cut_and_says_so() -> None:
    hands = Hands().scan("A" * (MAX_TEXT + 500) + "\r" + "B234\r", BATCH)
    first, second = [message for message in hands.rest() if isinstance(message, Entered)]
    assert (len(first.text), first.truncated) == (MAX_TEXT, True)
    assert second == Entered("B234", True)


@pytest.mark.parametrize(
    ("typed", "line"), [("shx\x7fi\r", "shi"), ("3\x7fab\r", "ab"), ("abcdefgh\x7f\x7f\r", "abcdef")]
)
@pytest.mark.parametrize("gap", [BATCH, FAST, SLOW])
def test_backspace_edits_at_any_speed_and_what_is_edited_is_no_scan(
    typed: str, line: str, gap: float
) -> None:
    hands = Hands(picks=False).type(typed, gap)
    assert entered(hands.rest()) == [(line, False)]


def test_a_digit_that_is_taken_back_in_the_same_read_picks_nothing() -> None:
    assert [type(message) for message in Hands().type("3\x7f", BATCH).rest()] == [Changed]


@pytest.mark.parametrize("before", ["", "K7Q2", "5", "K7Q2M9ZX\r", "\r", "+", "\x7f"])
@pytest.mark.parametrize("gap", [BATCH, FAST])
def test_f12_is_obeyed_wherever_it_stands_and_what_follows_lands_nowhere(before: str, gap: float) -> None:
    hands = Hands().type(before, gap).key("f12", gap).type("5secret\r1", gap)
    hands.said += hands.stream.paste("more\rtext", hands.now + gap)
    said = hands.rest()
    assert said[-1] == Asked("lock")
    assert len(entered(said)) == before.endswith("X\r")
    assert hands.stream.text == ""
    assert entered(hands.type("next\r").rest()) != []


@pytest.mark.parametrize(
    "typed", ["N\x7f", "NO\x7f", "NOOR\x7f\x7f", "NO\x7f\x7f\x7f", "5\x7f", "shx\x7fi", "\x7f"]
)
@pytest.mark.parametrize("end", ["\r", "\t", "\r\n"])
@pytest.mark.parametrize(("typing", "scanning"), [(SLOW, FAST), (SLOW, BATCH), (BATCH, FAST)])
def test_a_scan_after_an_edit_and_a_pause_is_a_scan(
    typed: str, end: str, typing: float, scanning: float
) -> None:
    hands = Hands(picks=False).type(typed, typing).scan(f"NOOR2026{end}", scanning)
    assert entered(hands.rest()) == [("NOOR2026", True)]
    assert hands.stream.text == ""


@pytest.mark.parametrize("gap", [BATCH, FAST])
def test_a_scan_that_is_edited_is_none_though_an_edit_and_a_pause_came_before_it(gap: float) -> None:
    hands = Hands(picks=False).type("NO\x7f").scan("NOOR2027\x7f6\r", gap)
    assert entered(hands.rest()) == [("NNOOR2026", False)]
