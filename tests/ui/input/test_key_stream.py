"""What single keys mean, by their times alone."""

from collections.abc import Iterable
from itertools import pairwise, product
from random import Random

import pytest
from textual.message import Message

from tui_pos.core.scanners import UNKNOWN, Scanner
from tui_pos.ui.input.key_stream import (
    HOLD,
    MAX_TEXT,
    SURE,
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

    def __init__(self, picks: bool = True, scanner: Scanner = UNKNOWN) -> None:
        self.stream = KeyStream(picks, scanner)
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


@pytest.mark.parametrize("code", ["4006381333931", "123", "+12", "-a1", "12", "3ab"])
def test_a_digit_that_starts_a_scan_is_part_of_it(code: str) -> None:
    assert entered(Hands().scan(f"{code}\r", BATCH).rest()) == [(code, len(code) > 2)]


def test_scans_back_to_back_stay_apart_and_in_order() -> None:
    codes = [f"CODE{number:04}" for number in range(200)]
    assert entered(Hands().scan("\r".join(codes) + "\r", BATCH).rest()) == [(code, True) for code in codes]


def test_typing_is_not_a_scan_and_filters_when_it_rests() -> None:
    said = Hands().type("shi").type("\r").rest()
    assert said == [Entered("shi", False)]
    assert Hands().type("shi", 0.2).rest() == [Changed("s"), Changed("sh"), Changed("shi")]


def test_a_scan_that_the_link_interrupts_once_stays_one_scan() -> None:
    assert entered(Hands().scan("K7Q2").scan("M9ZX\r", after=0.4).rest()) == [("K7Q2M9ZX", True)]


def test_a_scan_replaces_half_typed_text() -> None:
    assert entered(Hands().type("shi").scan("K7Q2M9ZX\r", after=0.6).rest()) == [("K7Q2M9ZX", True)]


def test_typing_that_a_stalled_link_delivers_at_once_is_kept_whole() -> None:
    assert entered(Hands().type("smi").scan("th\r", BATCH, after=0.8).rest()) == [("smith", False)]


def test_a_digit_by_hand_picks_and_a_second_one_picks_again() -> None:
    assert Hands().type("3").type("1", SURE + 0.01).rest() == [Picked(3), Picked(1)]


@pytest.mark.parametrize(("char", "meaning"), [("3", Picked(3)), ("+", Stepped(1)), ("-", Stepped(-1))])
def test_what_may_begin_a_code_waits_until_it_stands_alone_and_no_longer(char: str, meaning: Message) -> None:
    hands = Hands().type(char)
    assert hands.said == []
    assert hands.stream.held_text == char
    assert hands.stream.settle(hands.now + SURE - 0.001) == []
    assert hands.stream.settle(hands.now + SURE) == [meaning]
    assert (hands.stream.held_text, hands.stream.due) == ("", None)


def test_a_function_key_waits_for_no_longer_than_the_hold() -> None:
    hands = Hands().key("f8")
    assert hands.stream.settle(hands.now + HOLD - 0.001) == []
    assert hands.stream.settle(hands.now + HOLD) == [Asked("card")]


@pytest.mark.parametrize("gap", [BATCH, FAST, SLOW, 0.29])
def test_enter_makes_a_digit_certain_and_then_takes_its_own_step(gap: float) -> None:
    said = Hands().key("f2").type("7\r", gap).rest()
    assert [type(message) for message in said] == [Asked, Picked, Confirmed]
    said = Hands().type("++\r", gap).rest()
    assert [type(message) for message in said] == [Stepped, Stepped, Confirmed]


@pytest.mark.parametrize(("key", "meaning"), [("f9", Asked("cash")), ("down", Moved(1))])
@pytest.mark.parametrize("gap", [BATCH, SLOW])
def test_a_key_that_is_no_character_makes_a_digit_certain(key: str, meaning: Message, gap: float) -> None:
    hands = Hands().type("7").key(key, gap)
    hands.said += hands.stream.settle(hands.now + HOLD)
    assert hands.said == [Picked(7), meaning]


@pytest.mark.parametrize("second", ["1", "a", "-", " "])
@pytest.mark.parametrize("gap", [BATCH, SLOW, 0.25, SURE - 0.01])
def test_a_character_soon_behind_a_digit_makes_both_text(second: str, gap: float) -> None:
    hands = Hands().type("3").type(second, gap)
    assert hands.stream.text == f"3{second}"
    assert hands.rest() == [Changed(f"3{second}")]


def test_escape_takes_a_digit_back_that_has_not_acted() -> None:
    assert Hands().type("3").key("escape", 0.2).rest() == [Changed("")]


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


def test_what_stood_there_and_is_ended_by_a_hand_was_typed() -> None:
    hands = Hands().scan("LINDQVIST", FAST)
    hands._wait(1.0)
    assert Changed("LINDQVIST") in hands.said
    assert entered(hands.type("\r").rest()) == [("LINDQVIST", False)]
    stalled = Hands().scan("K7Q2M9", FAST)
    stalled._wait(1.0)
    assert entered(stalled.type("ZX12\r", FAST).rest()) == [("K7Q2M9ZX12", True)]


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


# Slow scanners: on Bluetooth, behind a virtual desktop, over a link that stalls

SLOW_CODES = ["4006381333931", "7Q2M9ZXA", "12345678", "1AB2", "5-EARLY", "2:9", "01040063813339312112"]


def scanned_slowly(code: str, random: Random) -> "list[tuple[str, float]]":
    """Each character of ``code`` and its Enter with the gap before it: a scanner's pace, jitter and a stall.

    What a link holds back comes at once when it goes on.
    """
    pace = random.uniform(0.005, 0.060)
    sent = 0.0
    times = []
    for _ in range(len(code) + 1):
        times.append(sent)
        sent += min(0.060, max(0.005, random.gauss(pace, pace / 4)))
    stalled = random.choice([None, *range(len(times))])
    if stalled is not None:
        goes_on = times[stalled] + random.uniform(0, 0.2)
        times = [max(time, goes_on) if place >= stalled else time for place, time in enumerate(times)]
    gaps = [0.5, *(after - before for before, after in pairwise(times))]
    return list(zip(f"{code}\r", gaps, strict=True))


@pytest.mark.parametrize("picks", [True, False])
@pytest.mark.parametrize("code", [code for code in SLOW_CODES if len(code) > 3])
def test_a_code_that_comes_slowly_is_taken_whole_and_as_a_scan(code: str, picks: bool) -> None:
    random = Random(code)
    for _ in range(300):
        hands, keys = Hands(picks), scanned_slowly(code, random)
        for char, gap in keys:
            hands.type(char, gap)
        said = [each for each in hands.rest() if not isinstance(each, Changed)]
        assert said == [Entered(code, True)], keys


@pytest.mark.parametrize("code", SLOW_CODES)
def test_nothing_acts_by_the_digit_of_a_code_however_slowly_it_comes(code: str) -> None:
    random = Random(code)
    for _ in range(300):
        hands = Hands()
        for char in f"{code}\r":
            hands.type(char, random.uniform(0, SURE))
        (entered_,) = [each for each in hands.rest() if not isinstance(each, Changed)]
        assert isinstance(entered_, Entered)
        assert entered_.text == code


@pytest.mark.parametrize("text", ["4006381333931", "lindqvist", "K7Q2M9ZX", "7Q2M9ZXA", "shirt", "noor"])
def test_a_quick_typist_is_no_scanner(text: str) -> None:
    random = Random(text)
    for _ in range(300):
        hands = Hands(picks=False)
        for char in f"{text}\r":
            hands.type(char, random.uniform(0.090, 0.150))
        assert entered(hands.rest()) == [(text, False)]


def test_a_slow_scan_replaces_half_typed_text() -> None:
    assert entered(Hands().type("shi").scan("K7Q2M9ZX\r", 0.055, after=0.6).rest()) == [("K7Q2M9ZX", True)]


def test_what_a_stall_let_pass_for_typing_filters_nothing_when_the_scan_has_ended() -> None:
    hands = Hands().type("K7", 0.05).scan("Q2M9ZX\r", 0.05, after=0.2)
    assert hands.rest() == [Changed("K7"), Changed(""), Entered("K7Q2M9ZX", True)]


def test_a_slow_scan_causes_no_search_on_its_way() -> None:
    assert Hands().scan("K7Q2M9ZX\r", 0.06).rest() == [Entered("K7Q2M9ZX", True)]


@pytest.mark.parametrize("end", ["\r\n", "\r\r", "\t\r"])
def test_however_slowly_a_scanner_ends_its_line_it_confirms_nothing(end: str) -> None:
    assert Hands().scan(f"K7Q2M9ZX{end}", 0.06).rest() == [Entered("K7Q2M9ZX", True)]


@pytest.mark.parametrize("key", ["f8", "ctrl+c", "delete"])
def test_no_key_hidden_in_a_slow_barcode_acts(key: str) -> None:
    hands = Hands().scan("K7Q2M9", 0.05).key(key, 0.05).type("ZX\r", 0.05)
    assert hands.rest() == [Entered("K7Q2M9ZX", True)]


def test_a_scanner_that_was_measured_is_told_by_its_own_pace() -> None:
    quick = Scanner(gap=0.004, spread=0.001)
    assert entered(Hands(scanner=quick).scan("lindqvist\r", 0.060).rest()) == [("lindqvist", False)]
    assert entered(Hands(scanner=quick).scan("K7Q2M9ZX\r", 0.004).rest()) == [("K7Q2M9ZX", True)]
    slow = Scanner(gap=0.090, spread=0.002)
    assert entered(Hands(scanner=slow).scan("K7Q2M9ZX\r", 0.090).rest()) == [("K7Q2M9ZX", True)]
    random, hands = Random(7), Hands(scanner=slow)
    for char in "lindqvist\r":
        hands.type(char, random.uniform(0.060, 0.140))
    assert entered(hands.rest()) == [("lindqvist", False)]


@pytest.mark.parametrize("code", ["~K7Q2", "]C1K7Q2M9ZX"])
def test_what_a_scanner_alone_puts_in_front_makes_it_a_scan_at_any_speed(code: str) -> None:
    marked = Scanner(prefixes=("~", "AB"))
    assert entered(Hands(scanner=marked).type(f"{code}\r", 0.15).rest()) == [(code, True)]
    assert entered(Hands(scanner=marked).type("ABBA\r", 0.15).rest()) == [("ABBA", False)]


def test_the_pace_of_a_line_is_told_with_it() -> None:
    (said,) = Hands().scan("K7Q2M9ZX\r", 0.02).rest()
    assert isinstance(said, Entered)
    assert said.pace is not None
    assert said.pace.mean == pytest.approx(0.02)


# A code that is sent while the screen changes


@pytest.mark.parametrize("gap", [BATCH, FAST, 0.06, 0.2])
@pytest.mark.parametrize("cut", range(1, 8))
@pytest.mark.parametrize("picks", [True, False])
def test_a_code_that_two_screens_get_stays_whole(gap: float, cut: int, picks: bool) -> None:
    before, after = Hands(), Hands(picks)
    before.type("4Q2M9ZX1"[:cut], gap)
    after.now = before.now
    after.stream.take_over(before.stream, before.now + gap)
    after.type("4Q2M9ZX1\r"[cut:], gap)
    assert [text for text, _ in entered(after.rest())] == ["4Q2M9ZX1"]
    assert entered(before.rest()) == []
    assert not [each for each in (*before.said, *after.said) if isinstance(each, Picked | Confirmed)]


def test_a_digit_that_was_typed_ahead_and_its_enter_act_on_the_screen_that_opened() -> None:
    before, after = Hands().type("7"), Hands()
    after.now = before.now
    after.stream.take_over(before.stream, before.now + SLOW)
    assert [type(message) for message in after.type("\r").rest()] == [Picked, Confirmed]
    assert before.rest() == []


def test_a_line_that_was_left_alone_stays_where_it_was_typed() -> None:
    before, after = Hands().type("4Q"), Hands()
    after.stream.take_over(before.stream, before.now + SURE + 0.01)
    assert (before.stream.text, after.stream.text) == ("4Q", "")


def test_the_second_enter_of_a_scan_confirms_nothing_on_the_screen_that_the_scan_opened() -> None:
    before, after = Hands().scan("K7Q2M9ZX\r", 0.06), Hands()
    after.now = before.now
    after.stream.take_over(before.stream, before.now + 0.06)
    assert after.type("\r", 0.06).rest() == []
