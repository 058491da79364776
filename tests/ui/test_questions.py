"""Questions: the help, the words and the lock work on each of them as the bar says, and lose nothing."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fixtures.pilot import press, scan, shown, write
from tests.ui.bar_walk import promised
from tests.ui.counter import until
from tests.ui.station import Bench, bar, desk_of, row, station
from tui_pos.desk.carts import checkout
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui.screens.sign_in import SignInScreen

Asked = Callable[[Pilot[Any]], Awaitable[None]]


async def who_gets_it(pilot: Pilot[Any]) -> None:
    await press(pilot, "f2", "1", "f9")


async def who_buys(pilot: Pilot[Any]) -> None:
    await press(pilot, "f2", "f2")


async def correct_the_name(pilot: Pilot[Any]) -> None:
    await scan(pilot, "NOOR2026")
    await write(pilot, "/name\r")


async def why(pilot: Pilot[Any]) -> None:
    await scan(pilot, "NOOR2026")
    await press(pilot, "enter")
    await write(pilot, "/undo\r")


async def park_or_discard(pilot: Pilot[Any]) -> None:
    await press(pilot, "f2", "7", "escape")


async def what_goes_back(pilot: Pilot[Any]) -> None:
    desk = desk_of(pilot)
    order = checkout.sell(desk, [("t-shirt", 1)], attendee_code="NOOR2026")
    take_cash(desk, order.reference, Decimal(25))
    await press(pilot, "f3", "1")
    await write(pilot, "/refund\r")


QUESTIONS: dict[Asked, str] = {
    who_gets_it: "Who gets it?",
    who_buys: "Who buys?",
    correct_the_name: "How is the name written?",
    why: "Why?",
    park_or_discard: "What becomes of it?",
    what_goes_back: "What goes back?",
}
each_question = pytest.mark.parametrize("ask", QUESTIONS, ids=lambda ask: ask.__name__)


def at(bench: Bench, ask: Asked) -> Any:
    is_refund = ask is what_goes_back
    return station(bench, staff="lead" if is_refund else "", secret="demo" if is_refund else "")


@each_question
async def test_f1_says_what_a_question_wants_and_loses_nothing(bench: Bench, ask: Asked) -> None:
    async with at(bench, ask) as pilot:
        await ask(pilot)
        assert "f1" in promised(pilot.app.screen, shown(pilot))
        question = pilot.app.screen
        await write(pilot, "ab")
        await press(pilot, "f1")
        assert QUESTIONS[ask] in shown(pilot)
        assert "Keys and words that work now" in shown(pilot)
        await press(pilot, "escape")
        assert pilot.app.screen is question
        assert "> ab_" in row(pilot, 1)


@each_question
async def test_f12_stands_in_the_bar_of_a_question_and_the_sign_in_says_what_is_kept(
    bench: Bench, ask: Asked
) -> None:
    async with at(bench, ask) as pilot:
        await ask(pilot)
        assert "f12" in promised(pilot.app.screen, shown(pilot))
        await write(pilot, "ab")
        assert "f12" in promised(pilot.app.screen, shown(pilot))
        await press(pilot, "f12")
        await until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen), "the sign-in")
        is_sale = ask in (who_gets_it, park_or_discard)
        assert ("The sale is parked: it stands under Needs attention." in row(pilot, 2)) == is_sale
        assert "F12" not in bar(pilot)
        await press(pilot, "f12")
        assert "F12 does nothing here." in row(pilot, 2)


@each_question
async def test_the_words_that_work_on_a_question_are_listed_and_no_other_acts(
    bench: Bench, ask: Asked
) -> None:
    async with at(bench, ask) as pilot:
        await ask(pilot)
        question = pilot.app.screen
        await write(pilot, "/quantity\r")
        assert "/quantity does nothing here; / alone lists what can be done." in row(pilot, 2)
        assert pilot.app.screen is question
        await write(pilot, "/")
        assert {"/back", "/help", "/lock"} <= set(shown(pilot).split())
        assert bar(pilot).startswith("Enter /back   Esc clear")
        await press(pilot, "escape")
        await write(pilot, "/help\r")
        assert QUESTIONS[ask] in shown(pilot)
        await press(pilot, "escape")
        assert pilot.app.screen is question
        await write(pilot, "/\r")
        assert pilot.app.screen is not question  # as the bar said


async def ticket_name(pilot: Pilot[Any]) -> None:
    await who_gets_it(pilot)


async def correct_the_address(pilot: Pilot[Any]) -> None:
    await scan(pilot, "NOOR2026")
    await write(pilot, "/email\r")


async def the_other_ticket(pilot: Pilot[Any]) -> None:
    desk = desk_of(pilot)
    order = checkout.sell(desk, [("regular", 2)], attendee_code="HUGO2026")
    take_cash(desk, order.reference, order.due)
    await press(pilot, "f3", "1")
    await write(pilot, "/names\r")


CHECKED: dict[Asked, tuple[str, str, str]] = {
    who_buys: ("Peter peter@x", ".org\r", "For Peter peter@x.org"),
    ticket_name: ("Peter peter@x", ".org\r", "take 349.00 in cash"),
    correct_the_address: ("noor@x", ".org\r", "has an account of their own"),
    the_other_ticket: ("Peter peter@x", ".org\r", "One ticket has no name"),
}


@pytest.mark.parametrize("ask", CHECKED, ids=lambda ask: ask.__name__)
async def test_an_answer_that_cannot_be_is_asked_for_again_and_kept(bench: Bench, ask: Asked) -> None:
    typed, rest, outcome = CHECKED[ask]
    async with station(bench, staff="lead", secret="demo") as pilot:
        await ask(pilot)
        asked = shown(pilot).split("\n")[4:7]
        await write(pilot, f"{typed}\r")
        assert shown(pilot).split("\n")[4:7] == asked
        assert "is not an e-mail address: enter one such as" in " ".join(shown(pilot).split())
        assert f"> {typed}_" in row(pilot, 1)
        await write(pilot, rest)
        assert outcome in " ".join(shown(pilot).split())


async def test_an_amount_that_is_none_is_asked_for_again_and_kept(bench: Bench) -> None:
    async with station(bench, staff="lead", secret="demo") as pilot:
        await what_goes_back(pilot)
        await press(pilot, "3", "enter")
        await write(pilot, "1x\r")
        assert "is not an amount" in shown(pilot)
        assert "> 1x_" in row(pilot, 1)
        await press(pilot, "backspace", "enter")
        assert "Refund 1.00 of" in shown(pilot)
