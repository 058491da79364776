"""What every screen does: keys and words, dialogs, notes, scans that arrive while screens change."""

import asyncio
from threading import Event

import pytest
from textual import events

from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.ui.demo_app import Demo, DemoScreen, Home, Other
from tui_pos.desk.context import Mode
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import Alert
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.widgets.status_line import Status


async def test_the_prompt_has_the_focus_on_every_screen() -> None:
    async with Demo().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert app.focused is app.screen.query_one("ScanInput")
        await press(pilot, "f4")
        assert isinstance(app.screen, Other)
        assert app.focused is app.screen.query_one("ScanInput")
        await press(pilot, "enter")
        assert isinstance(app.screen, Home)
        assert app.focused is app.screen.query_one("ScanInput")


async def test_keys_arrive_even_when_nothing_has_the_focus() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.set_focus(None)
        await scan(pilot, "K7Q2M9ZX")
        await press(pilot, "3")
        assert app.seen == ["home scanned K7Q2M9ZX", "home picked 3"]


async def test_words_do_what_keys_do() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f3")
        await write(pilot, "/orders\r")
        assert [told for told in app.seen if "changed" not in told] == ["home orders", "home orders"]


@pytest.mark.parametrize("word", ["quit", "orders", "void"])
async def test_a_barcode_gives_no_word_that_is_on_no_card(word: str) -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await scan(pilot, f"/{word}")
        assert f"/{word} is on no card of the desk: type it." in shown(pilot)
        assert app.seen == []


async def test_the_first_screen_cannot_be_left() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "escape")
        assert isinstance(app.screen, Home)


@pytest.mark.parametrize(("key", "answer"), [("enter", "True"), ("escape", "False")])
async def test_a_question_is_answered_with_a_type(key: str, answer: str) -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f2")
        assert "Enter refund 35.00    Esc leave as it is" in shown(pilot)
        await press(pilot, key)
        assert app.seen == [f"home {answer}"]


async def test_letters_digits_and_scans_answer_no_question() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f2")
        await write(pilot, "y1\r")
        await scan(pilot, "K7Q2M9ZX", end="\r\n")
        assert isinstance(app.screen, Confirm)
        assert "That scan was not used: answer the question first." in shown(pilot)


async def test_a_scan_follows_the_screen_that_opened_meanwhile_and_a_key_does_not() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        home = app.screen
        assert isinstance(home, DemoScreen)
        await press(pilot, "f4")
        for char in "K7Q2M9ZX\r":
            event = events.Key("enter" if char == "\r" else char, char)
            event.time = 1.0
            home.prompt.post_message(event)
        home.prompt.post_message(events.Key("f3", None))
        await settled(pilot)
        assert app.seen == ["other scanned K7Q2M9ZX"]


async def test_scans_keep_coming_while_screens_open_and_close() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        codes = [f"CODE{number:04}" for number in range(60)]
        for start in range(0, 60, 20):
            await scan(pilot, *codes[start : start + 20])
            await press(pilot, "f4" if isinstance(app.screen, Home) else "escape")
        scanned = [told.split()[-1] for told in app.seen if "scanned" in told]
        assert scanned == codes


async def test_a_long_sentence_becomes_a_dialog_and_a_short_one_a_note() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, Home)
        screen.alert("Stock is gone.", Tone.BAD)
        await settled(pilot)
        assert "[X] Stock is gone." in shown(pilot)
        screen.alert(
            "The reader is in use at desk-2 by Ravi, who started 20 seconds ago; choose another one."
        )
        await settled(pilot)
        assert isinstance(app.screen, Alert)
        await press(pilot, "enter")
        assert app.screen_stack == [screen]


async def test_a_note_goes_with_the_next_line() -> None:
    async with Demo().run_test(size=(80, 24)) as pilot:
        await write(pilot, "/nonsense\r")
        assert "/nonsense is not a command; / alone lists what can be done." in shown(pilot)
        await scan(pilot, "K7Q2M9ZX")
        assert "/nonsense" not in shown(pilot)


async def test_a_small_terminal_is_told_and_acts_on_nothing() -> None:
    app = Demo()
    async with app.run_test(size=(79, 24)) as pilot:
        await settled(pilot)
        assert shown(pilot).split("\n")[0].startswith("This terminal is too small")
        await press(pilot, "f3")
        await scan(pilot, "K7Q2M9ZX")
        assert app.seen == ["home scanned K7Q2M9ZX"]
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "PyCon US 2027" in shown(pilot).split("\n")[0]
        await press(pilot, "f3")
        assert app.seen[-1] == "home orders"


async def test_a_screen_that_was_covered_when_the_terminal_shrank_knows_it() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f4")
        await pilot.resize_terminal(60, 20)
        await settled(pilot)
        await pilot.resize_terminal(100, 30)
        await settled(pilot)
        await press(pilot, "escape")
        assert "PyCon US 2027" in shown(pilot)
        assert len(shown(pilot).split("\n")) == 30


async def test_the_header_follows_the_status_on_every_open_screen() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f4")
        app.set_status(
            Status(
                conference="PyCon",
                station="desk-9",
                staff="Ravi",
                reader="Front-1",
                reader_state="busy",
                mode=Mode.LIVE,
            )
        )
        await settled(pilot)
        assert "desk-9   Ravi" in shown(pilot).split("\n")[0]
        assert "Front-1 busy    LIVE " in shown(pilot).split("\n")[0]
        await press(pilot, "escape")
        assert "desk-9   Ravi" in shown(pilot).split("\n")[0]


async def test_an_iterator_of_states_shows_each() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f10")
        assert app.seen == ["home state 0", "home state 1", "home state 2", "home end 2"]


async def test_an_error_in_a_call_is_said_and_its_details_are_kept() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, Home)
        screen.ask(_fail, screen.told)
        await settled(pilot)
        assert "That failed in a way nobody expected: tell the organisers reference none." in shown(pilot)
        assert app.seen == []


def _fail() -> str:
    raise ZeroDivisionError


async def test_only_the_last_look_up_is_shown() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, released = app.screen, Event()
        assert isinstance(screen, Home)
        screen.ask(lambda: str(released.wait(5)), screen.told, lane="look", latest=True)
        screen.ask(lambda: "second", screen.told, lane="look", latest=True)
        screen.ask(lambda: "third", screen.told, lane="look", latest=True)
        released.set()
        await settled(pilot)
        assert app.seen == ["home third"]


async def test_a_closed_screen_gets_no_answer() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "f4")
        screen, released = app.screen, Event()
        assert isinstance(screen, Other)
        screen.ask(lambda: released.wait(5), lambda _: screen.told("answer"))
        screen.leave()
        while app.screen is screen:
            await pilot.pause()
        released.set()
        await settled(pilot)
        assert app.seen == ["home other gave None"]


async def test_the_loop_goes_on_while_a_call_blocks() -> None:
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, released = app.screen, Event()
        assert isinstance(screen, Home)
        screen.ask(lambda: released.wait(5), lambda _: screen.told("answer"))
        await pilot.press("f3")
        while not app.seen:  # noqa: ASYNC110  # settled() would wait for the blocked call too
            await asyncio.sleep(0.005)
        released.set()
        await settled(pilot)
        assert app.seen == ["home orders", "home answer"]


@pytest.mark.parametrize(("seconds", "seen"), [(0.0, ["home confirmed"]), (10.0, [])])
async def test_a_key_pressed_when_others_had_long_waited_does_nothing(
    seconds: float, seen: list[str]
) -> None:
    """It was meant for what was in sight, and would act on what comes next, unseen: take money, say."""
    app = Demo()
    async with app.run_test(size=(80, 24)) as pilot:
        home = app.screen
        assert isinstance(home, Home)
        home.typed_ahead.hold()
        home.typed_ahead.held_since -= seconds
        await press(pilot, "enter")
        assert app.seen == []
        home.typed_ahead.release()
        await settled(pilot)
        assert app.seen == seen
