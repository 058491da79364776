"""The help: tasks that work on the screen that asked, for who is signed in, in sentences that fit a row."""

import re
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules

import pytest
from rich.cells import cell_len

from tests.fixtures.pilot import press, scan, shown
from tests.ui.counter import until
from tests.ui.station import Bench, bar, desk_of, row, station
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts import checkout
from tui_pos.desk.payments import readers
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui import dialogs, screens
from tui_pos.ui.input import keys
from tui_pos.ui.messages.help import TASKS, TASKS_HEADING, Task
from tui_pos.ui.screens.attendee import AttendeeScreen

ALL = [task for tasks in TASKS.values() for task in tasks]


def test_tasks_are_of_screens_that_there_are() -> None:
    packages = (screens, dialogs)
    modules = [
        import_module(f"{of.__name__}.{each.name}") for of in packages for each in iter_modules(of.__path__)
    ]
    names = {name for module in modules for name in vars(module)}
    assert TASKS.keys() <= names


@pytest.mark.parametrize("task", ALL, ids=lambda task: task.how[:30])
def test_a_task_needs_a_command_and_a_right_that_there_are_and_fits_a_row(task: Task) -> None:
    assert task.needs in keys.BY_NAME
    assert not task.right or Action(task.right)
    assert cell_len(task.how) <= 78


async def test_tasks_that_do_not_work_now_are_not_told(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f1")
        text = shown(pilot)
        assert TASKS_HEADING in row(pilot, 3)
        assert "Sell something: type its name, then Enter; or F2 for the whole list." in text
        assert "Let everybody on their order in together" not in text
        assert "Take what is owed" not in text
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        await scan(pilot, "INES2026")
        await press(pilot, "f1")
        assert "Take what is owed: F8 by card, F9 in cash, F10 another way." in shown(pilot)


async def test_the_door_is_told_nothing_about_money(bench: Bench) -> None:
    async with station(bench, staff="scanner", secret="demo") as pilot:
        for code in ("", "KIMS2026"):
            if code:
                await scan(pilot, code)
            await press(pilot, "f1")
            text = shown(pilot).lower()
            assert not any(word in text for word in ("sell", "money", "refund", "pay"))
            await press(pilot, "escape")


async def test_every_line_of_a_long_help_is_reached(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "OWEN2026")
        await press(pilot, "f1")
        assert "PgUp PgDn more" in row(pilot, 23)
        await press(pilot, "pagedown", "pagedown", "pagedown")
        assert "/quit" in shown(pilot).split("─")[0]


async def test_who_sells_is_told_what_a_supervisor_alone_may_do(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f1")
        assert "Give money back: only for a supervisor." in shown(pilot)
    async with station(bench, staff="lead", secret="demo") as pilot:
        await press(pilot, "f1")
        assert "only for" not in shown(pilot)
        assert "Give money back: F3, choose the order, then /refund." in shown(pilot)


async def test_what_is_told_of_an_order_is_what_its_keys_do_now(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        order = checkout.sell(desk, [("t-shirt", 1)], attendee_code="NOOR2026").reference
        await press(pilot, "f3", "1")
        assert bar(pilot).startswith("Enter card 25.00   Esc back   F9 cash   F10 tender   /cancel cancel")
        assert "F8" not in bar(pilot)  # Enter is that
        await press(pilot, "f1")
        told = shown(pilot)
        assert "Take what is owed: Enter by card, F9 in cash, F10 another way." in told
        assert "for which nothing was paid" in told
        assert not re.search("Go on: Enter|money or pieces|Swap|whole sale back: /void", told)
        assert re.search(r"F8 +/card", told)
        await press(pilot, "escape")
        take_cash(desk, order, Decimal(25))
        await press(pilot, "escape", "1", "f1")
        told = shown(pilot)
        assert "Take what is owed" not in told
        assert "Let them in and go on: Enter." in told
        assert "Give money or pieces back: only for a supervisor." in told


async def test_the_help_of_a_card_payment_says_what_esc_does_now(bench: Bench) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7")
        await pilot.press("enter")
        await until(pilot, lambda: "WAITING FOR CARD" in shown(pilot), "the payment")
        await pilot.press("f1")
        await until(pilot, lambda: "Stop it: Esc asks" in shown(pilot), "the help")
        await pilot.press("escape")
        await until(pilot, lambda: "WAITING FOR CARD" in shown(pilot), "the payment again")
        await pilot.press("escape")
        await until(pilot, lambda: "CANCELLED" in shown(pilot), "the end")
        await press(pilot, "f1")
        assert "Go back to the order, for which nothing was charged: Esc." in shown(pilot)
        assert "Stop it" not in shown(pilot)
