"""The payment screen: every stage, every decision, and what it says when it cannot know."""

import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fixtures.databases import opened
from tests.fixtures.failing import Ill, failing
from tests.fixtures.pilot import send_scan, shown
from tests.fixtures.postgresql import PostgresqlServer
from tests.fixtures.pty import Terminal80x24
from tests.ui.counter import at_counter, begun, desk_at, shows, until, write
from tui_pos.core import clock
from tui_pos.data.connection import run_tx
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.registration import Order, OrderStatus
from tui_pos.desk import payments
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.context import Desk, Mode
from tui_pos.desk.payments import CommandQueue, PaymentState, Stage, readers
from tui_pos.desk.search import attention
from tui_pos.simulator import Server
from tui_pos.ui import enter_guard
from tui_pos.ui.messages import sentence
from tui_pos.ui.results import NextPerson, PaymentEnd
from tui_pos.ui.screens import payment_view as view
from tui_pos.ui.screens.payment import PaymentScreen
from tui_pos.ui.screens.reader import ReaderScreen

WITHDRAWN = "No card was charged, and the reader asks for none any more."
READING = "A card is being read at this moment: do not charge again before it is known what became of it."
READER = "tmr_front_2"


def confirming(desk: Desk) -> Desk:
    """The same desk at a conference that captures on a key."""
    return replace(desk, conference=replace(desk.conference, capture="confirm"))


def money(simulator: Server) -> list[tuple[str, int, int]]:
    """(status, held, captured) of every payment at Stripe."""
    return [(book["status"], book["held"], book["captured"]) for book in simulator.books().values()]


def recorded(desk: Desk, attempt_id: int) -> list[str]:
    """What the flight recorder has."""
    return [sentence(event.said) for event in payments.state(desk, attempt_id).events]


async def ended(pilot: Pilot[Any], key: str) -> PaymentState:
    """Press ``key`` on a payment that has ended; how it ended."""
    await pilot.press(key)
    end = await left(pilot)
    assert isinstance(end, PaymentEnd)
    return end.state


async def left(pilot: Pilot[Any]) -> Any:
    """What the payment screen is left with."""
    app: Any = pilot.app
    await until(pilot, lambda: bool(app.left), "the screen to be left")
    return app.left.pop()


async def test_a_card_is_taken_from_the_saved_attempt_to_the_receipt(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        waiting = await shows(pilot, "WAITING FOR CARD", "Ask them to tap, insert or swipe on Front-2.")
        assert waiting.startswith(" Noor Lindqvist   ORD-")
        assert "Front-2    TRAINING " in waiting.splitlines()[0]
        assert "USD" in waiting
        assert "Esc cancel   F4 other reader   F5 serve the next" in waiting
        simulator.tap(READER)
        captured = await shows(pilot, "[OK] CAPTURED 25.00 USD   Visa 4242", "or scan the next person")
        assert captured.splitlines()[-1].startswith("  Enter receipt ")
        assert pilot.app.bells  # type: ignore[attr-defined]
        state = await ended(pilot, "enter")
        assert (state.stage, state.card) == (Stage.CAPTURED, "Visa 4242")
        assert money(simulator) == [("succeeded", 0, 2500)]


async def test_each_stage_is_shown_as_it_comes(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "saved  >  sent  >   WAITING FOR CARD  0 s  >  authorised  >  captured")
        simulator.tap(READER, hold=True)
        await shows(pilot, "card  >   AUTHORISING ", "The card was read. Wait for the bank.")
        simulator.fault("slow", "POST /v1/payment_intents/*/capture", seconds=0.4)
        simulator.finish(READER)
        await shows(pilot, "authorised  >   CAPTURING ", "The money is held. Capturing it now.")
        await shows(pilot, "CAPTURED")


async def test_the_seconds_since_the_stage_are_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, simulator: Server
) -> None:
    del simulator
    now = clock.now
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=72))
        await shows(pilot, "WAITING FOR CARD  73 s")


async def test_the_flight_recorder_has_the_conferences_time(desk: Desk) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "reader Front-2 shows the amount")
        first = payments.state(desk, attempt_id).events[0]
        at = f"{desk.local(first.at):%H:%M:%S}.{first.at.microsecond // 1000:03}"
        assert f" {at}  attempt saved: 25.00 USD" in shown(pilot)
        assert shown(pilot).count("desk-3, Tilda Trainee") == 1


async def test_after_a_decline_enter_tries_again_on_the_same_payment(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        for _ in range(2):
            await shows(pilot, "WAITING FOR CARD")
            simulator.tap(READER, "insufficient_funds")
            declined = await shows(pilot, "[X] DECLINED   insufficient funds, nothing charged")
            assert "Insufficient funds. Ask for another card. Nothing was charged." in declined
            assert declined.splitlines()[-1].startswith("  Enter try again    F9 cash   Esc cancel")
            await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER)
        await shows(pilot, "CAPTURED")
        assert money(simulator) == [("succeeded", 0, 2500)]


async def test_the_recorder_makes_room_and_keeps_the_newest(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        for _ in range(4):
            await shows(pilot, "WAITING FOR CARD")
            simulator.tap(READER, "expired_card")
            await shows(pilot, "DECLINED")
            await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        assert "attempt saved" not in shown(pilot)
        recorded = shown(pilot).splitlines()[14:22]
        assert [line[15:].split("  ")[0] for line in recorded] == [
            *("reader Front-2 shows the amount", "declined: Card expired. Ask for another card.") * 3,
            "reader Front-2 shows the amount",
            "",
        ]


# Cancelling, with the truth about what happened


async def test_a_cancel_before_the_card(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("escape")
        cancelled = await shows(pilot, "[!] CANCELLED", "nothing charged", "25.00 USD")
        assert cancelled.splitlines()[-1].startswith("  Enter back to the order    Esc back   F9 cash")
        assert (await ended(pilot, "escape")).stage is Stage.CANCELLED
        assert money(simulator) == [("canceled", 0, 0)]


async def test_a_cancel_says_that_it_is_on_its_way(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.fault("slow", "POST /v1/payment_intents/*/cancel", seconds=0.6)
        await pilot.press("escape")
        cancelling = await shows(pilot, "[!] CANCELLING", "Asking the reader and Stripe")
        assert "swipe" not in cancelling
        assert cancelling.splitlines()[-1].startswith(" F5 serve the next")
        await pilot.press("escape")
        await shows(pilot, "Esc does nothing here.")
        await shows(pilot, "[!] CANCELLED")
        assert money(simulator) == [("canceled", 0, 0)]


async def test_a_cancel_after_a_decline(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER, "lost_card")
        await shows(pilot, "[X] DECLINED")
        await pilot.press("escape")
        await shows(pilot, "[!] CANCELLED")
        assert money(simulator) == [("canceled", 0, 0)]


async def test_a_cancel_while_the_bank_is_asked_says_what_stripe_says(desk: Desk, simulator: Server) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER, hold="processing")
        await shows(pilot, "AUTHORISING")
        await pilot.press("escape")
        await until(pilot, lambda: "cancel asked for" in recorded(desk, attempt_id), "the wish to be saved")
        simulator.finish(READER)
        await shows(pilot, "[!] CANCELLED", "Nothing was charged")
        assert money(simulator) == [("canceled", 0, 0)]


async def test_a_cancel_releases_a_hold(desk: Desk, simulator: Server) -> None:
    confirm = confirming(desk)
    async with at_counter(PaymentScreen(confirm, begun(confirm))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER)
        held = await shows(pilot, "[!] AUTHORISED   Visa 4242", "capture it or release it")
        bar = held.splitlines()[-1]
        assert bar.startswith("  Enter capture 25.00    Esc release the hold   F5 serve the next")
        assert money(simulator) == [("requires_capture", 2500, 0)]
        await pilot.press("escape")
        await shows(pilot, "[!] CANCELLED", "Nothing was charged")
        assert money(simulator) == [("canceled", 0, 0)]


async def test_a_cancel_that_comes_too_late_says_that_it_was_paid(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.fault("answer_lost", "POST /v1/payment_intents/*/capture")
        simulator.fault("cut_before", "GET /v1/payment_intents/*", times=1000, after=1)
        simulator.tap(READER)
        await shows(pilot, "ASKING STRIPE")
        await pilot.press("escape")
        await shows(pilot, "cancel asked for")
        simulator.clear_faults()
        await shows(pilot, "[!] TOO LATE TO CANCEL   Visa 4242", "25.00 USD was paid")
        assert (await ended(pilot, "enter")).stage is Stage.CAPTURED
        assert money(simulator) == [("succeeded", 0, 2500)]


# What stands in the way


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """So many seconds pass at once."""
    now, monotonic = clock.now, clock.monotonic
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=seconds))
    monkeypatch.setattr(clock, "monotonic", lambda: monotonic() + seconds)


async def test_no_answer_is_its_own_state_until_stripe_says_what_is_true(
    desk: Desk, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.fault("answer_lost", "POST /v1/payment_intents/*/capture")
        simulator.fault("cut_before", "GET /v1/payment_intents/*", times=1000, after=1)
        simulator.tap(READER)
        asking = await shows(pilot, "ASKING STRIPE", "Do not charge again.")
        assert asking.splitlines()[-1].startswith(" Esc cancel   F5 serve the next   F9 cash")
        assert "NO ANSWER" not in asking
        await pilot.press("enter")
        await shows(pilot, "Enter does nothing here.")
        later(monkeypatch, 9)
        await shows(pilot, "[?] NO ANSWER from Stripe for ", " s: do not charge again", "25.00 USD")
        simulator.clear_faults()
        await shows(pilot, "[OK] CAPTURED 25.00 USD   Visa 4242")
        assert money(simulator) == [("succeeded", 0, 2500)]


async def test_an_offline_reader_is_changed_for_another(desk: Desk, simulator: Server) -> None:
    attempt_id = begun(desk, reader=("tmr_back_1", "Back-1"))
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        offline = await shows(pilot, "[!] READER OFFLINE")
        assert "Nothing was charged." in offline
        assert offline.splitlines()[-1].startswith("  Enter send again    Esc cancel   F4 other reader")
        await pilot.press("f4")
        await shows(pilot, "Enter choose Front-1", "Side-1")
        await pilot.press("3")
        paying = await shows(pilot, "WAITING FOR CARD", "swipe on Side-1")
        assert "Side-1    TRAINING " in paying.splitlines()[0]
        simulator.tap("tmr_side_1")
        await shows(pilot, "CAPTURED")
        assert readers.remembered_reader(desk) == ("tmr_side_1", "Side-1")
        assert pilot.app.status.reader == "Side-1"  # type: ignore[attr-defined]
        assert money(simulator) == [("succeeded", 0, 2500)]


async def test_enter_sends_again_once_the_reader_is_back(desk: Desk, simulator: Server) -> None:
    simulator.set_reader(READER, "offline")
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        offline = await shows(pilot, "READER OFFLINE")
        assert "Nothing was charged. Check its power and network, or take another reader." in offline
        await pilot.press("enter")
        await shows(pilot, "READER OFFLINE", "[!] Tried again: nothing has changed.")
        simulator.set_reader(READER, "online")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")


async def test_another_payment_on_the_reader_is_left_alone(desk: Desk, simulator: Server) -> None:
    other = desk.terminal.create_intent(700, "usd", metadata={}, key="somebody-elses")
    desk.terminal.process(READER, other.id)
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "[!] READER TAKEN", "Another payment is on that reader; take another reader.")
        await pilot.press("enter")
        await shows(pilot, "[!] Tried again: nothing has changed.")
        reader = desk.terminal.reader(READER)
        assert reader.action is not None
        assert reader.action.intent_id == other.id
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")
        assert sorted(money(simulator)) == [("canceled", 0, 0), ("requires_payment_method", 0, 0)]


async def test_a_payment_that_moves_on_closes_the_choice_of_readers(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f4")
        await shows(pilot, "Choose the card reader", "Side-1")
        assert isinstance(pilot.app.screen, ReaderScreen)
        simulator.tap(READER)
        await shows(pilot, "[OK] CAPTURED")
        assert isinstance(pilot.app.screen, PaymentScreen)


async def test_leaving_the_choice_of_readers_changes_nothing(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f4")
        await shows(pilot, "Choose the card reader", "Side-1")
        await pilot.press("escape")
        await shows(pilot, "WAITING FOR CARD", "swipe on Front-2")


# Confirming


async def test_enter_captures_where_the_conference_confirms(desk: Desk, simulator: Server) -> None:
    confirm = confirming(desk)
    async with at_counter(PaymentScreen(confirm, begun(confirm))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("enter")
        await shows(pilot, "Enter does nothing here.")
        simulator.tap(READER)
        await shows(pilot, "[!] AUTHORISED   Visa 4242")
        await pilot.press("enter")
        await shows(pilot, "[OK] CAPTURED 25.00 USD   Visa 4242")
        assert money(simulator) == [("succeeded", 0, 2500)]


# Leaving and coming back


async def test_the_next_person_is_served_meanwhile(desk: Desk, simulator: Server) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f5")
        assert await left(pilot) is None
        await pilot.app.jobs.idle()  # type: ignore[attr-defined]
    assert [line.id for line in attention.attention(desk)] == [attempt_id]
    simulator.tap(READER)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "[OK] CAPTURED 25.00 USD   Visa 4242")
    assert money(simulator) == [("succeeded", 0, 2500)]


async def test_closing_the_program_lets_go_of_the_payment(desk: Desk) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
    elsewhere = payments.watch(replace(desk, station="desk-1"), attempt_id)
    assert next(elsewhere).stage is Stage.SENT
    elsewhere.close()


async def test_a_payment_of_another_desk_is_shown_and_left_alone(desk: Desk) -> None:
    attempt_id = begun(replace(desk, station="desk-1"))
    elsewhere = payments.watch(replace(desk, station="desk-1"), attempt_id, CommandQueue())
    next(elsewhere)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        held = await shows(pilot, "[!] NOT WATCHED HERE", "being watched at desk-1, Tilda Trainee, since")
        assert held.splitlines()[-1].startswith("  Enter watch it here    Esc leave it")
        await pilot.press("f4")
        await shows(pilot, "F4 does nothing here.")
        next(elsewhere)
        await shows(pilot, "Stripe has the payment")
        elsewhere.close()
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")


async def test_no_desk_is_told_that_it_is_itself_the_other_one(desk: Desk) -> None:
    attempt_id = begun(replace(desk, station="desk-1"))
    in_the_background = payments.watch(desk, attempt_id, CommandQueue())
    next(in_the_background)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        held = await shows(
            pilot, "[!] NOT WATCHED HERE", "Another window of this station watches this payment."
        )
        assert "watched at desk-3" not in held
    in_the_background.close()


async def test_esc_leaves_a_payment_of_another_desk_as_it_is(desk: Desk) -> None:
    attempt_id = begun(desk)
    elsewhere = payments.watch(replace(desk, station="desk-1"), attempt_id, CommandQueue())
    next(elsewhere)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "NOT WATCHED HERE")
        await pilot.press("escape")
        assert await left(pilot) is None
    elsewhere.close()
    assert payments.state(desk, attempt_id).live


async def test_a_payment_that_was_taken_over_says_so(desk: Desk) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        _give_lease(attempt_id, "0815:4711:9:elsewhere:desk-1")
        await shows(pilot, "[!] NOT WATCHED HERE", "Another desk has taken this payment over.")
        await pilot.press("enter")
        await shows(pilot, "This payment is being watched at desk-1.")
        _give_lease(attempt_id, "0815:4711:9:elsewhere:desk-3")
        await pilot.press("enter")
        await shows(pilot, "Another window of this station watches this payment.")
        _give_lease(attempt_id, "")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")


def _give_lease(attempt_id: int, owner: str) -> None:
    until_then = clock.now() + timedelta(minutes=1) if owner else None
    run_tx(
        lambda: (
            Attempt.update(lease_owner=owner, lease_until=until_then)
            .where(Attempt.id == attempt_id)
            .execute()
        )
    )


async def test_without_its_database_nobody_can_pay_and_it_comes_back_by_itself(
    desk: Desk, simulator: Server, tmp_path: Path
) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        (tmp_path / "shop.sqlite3").rename(tmp_path / "away")
        await shows(
            pilot, "[!] NOT WATCHED HERE", "No card was charged, and the reader asks for none any more."
        )
        assert desk.terminal.reader(READER).action is None
        (tmp_path / "away").rename(tmp_path / "shop.sqlite3")
        back = await shows(pilot, "READER IS IDLE")
        assert "No card was charged, and" not in back
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER)
        await shows(pilot, "[OK] CAPTURED")
        assert money(simulator) == [("succeeded", 0, 2500)]


async def test_a_card_that_paid_while_the_database_was_away_is_taken_by_itself(
    desk: Desk, simulator: Server, tmp_path: Path
) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        (tmp_path / "shop.sqlite3").rename(tmp_path / "away")
        simulator.tap(READER)
        await shows(pilot, "[!] NOT WATCHED HERE", "A card was approved, 25.00 USD are held")
        (tmp_path / "away").rename(tmp_path / "shop.sqlite3")
        await shows(pilot, "[OK] CAPTURED")
        assert money(simulator) == [("succeeded", 0, 2500)]


@pytest.fixture
def watches(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each time that a payment is taken up: whether its reader was known to show nothing."""
    begun: list[bool] = []
    watch = payments.watch

    def counted(*arguments: Any, withdrawn: bool, **options: Any) -> Generator[PaymentState, None, None]:
        begun.append(withdrawn)
        return watch(*arguments, withdrawn=withdrawn, **options)

    monkeypatch.setattr(payments, "watch", counted)
    return begun


async def test_a_prompt_that_was_withdrawn_once_may_have_been_sent_again_since(
    desk: Desk, tmp_path: Path, watches: list[bool]
) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        (tmp_path / "shop.sqlite3").rename(tmp_path / "away")
        await shows(pilot, WITHDRAWN)
        (tmp_path / "away").rename(tmp_path / "shop.sqlite3")
        await shows(pilot, "READER IS IDLE")
        assert set(watches[1:]) == {True}
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        _give_lease(attempt_id, "0815:4711:9:elsewhere:desk-1")
        await shows(pilot, "Another desk has taken this payment over.")
        _give_lease(attempt_id, "")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD", "Esc cancel")
        assert watches[-1] is False
        assert desk.terminal.reader(READER).action is not None


@pytest.mark.thorough
@pytest.mark.parametrize("engine_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("is_read", "said"), [(False, WITHDRAWN), (True, READING)])
async def test_what_is_said_of_the_card_stays_while_the_database_can_only_be_read(
    engine_url: str,
    simulator: Server,
    postgresql_server: PostgresqlServer,
    watches: list[bool],
    is_read: bool,
    said: str,
) -> None:
    ill = Ill.FULL if is_read else Ill.READ_ONLY
    with opened(engine_url):
        desk = desk_at(simulator.url)
        async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
            app: Any = pilot.app
            await shows(pilot, "WAITING FOR CARD")
            if is_read:
                simulator.tap(READER, hold=True)
                await shows(pilot, "AUTHORISING")
            with failing(postgresql_server, ill):
                await until(pilot, lambda: said in unwrapped(pilot), said)
                since, tried, bells = time.monotonic(), len(watches), app.bells
                await until(pilot, lambda: len(watches) == tried + 2, "two more watches")
                assert time.monotonic() - since > 2  # the second after a longer pause
                await app.jobs.idle()
                await pilot.press("enter")
                await until(pilot, lambda: len(watches) == tried + 3, "the watch that was asked for")
                await app.jobs.idle()
                await pilot.pause()
                assert f"{said} The payment goes on once the database is back. The " in unwrapped(pilot)
                assert "NOT WATCHED HERE" in shown(pilot)
                assert app.bells == bells
                assert set(watches[tried:]) == {not is_read}
            if is_read:
                simulator.finish(READER)
            await shows(pilot, "[OK] CAPTURED" if is_read else "READER IS IDLE")
            assert "database" not in unwrapped(pilot)
            assert "Trying" not in shown(pilot)


def unwrapped(pilot: Pilot[Any]) -> str:
    """What the screen shows, in one line."""
    return " ".join(shown(pilot).split())


async def test_an_attempt_that_does_not_exist_can_only_be_left(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, 4711)) as pilot:
        await shows(pilot, "There is no payment attempt 4711.")
        await pilot.press("escape")
        assert await left(pilot) is None


# Scans and training


@pytest.mark.parametrize(
    ("code", "named"),
    [("OWEN2026", "OWEN2026"), ("demo:OWEN2026", "demo:OWEN2026"), ("/next", "")],
)
async def test_a_scan_on_a_payment_that_has_ended_is_the_next_person(
    desk: Desk, simulator: Server, code: str, named: str
) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER)
        await shows(pilot, "CAPTURED", "or scan the next person")
        send_scan(pilot, code)
        end = await left(pilot)
        assert end.next_person == NextPerson(named)


async def test_enter_waits_where_the_screen_has_just_changed_by_itself(
    desk: Desk, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enter_guard, "SETTLES", 30.0)
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER, "insufficient_funds")
        await shows(pilot, "DECLINED")
        await pilot.press("enter")
        await shows(pilot, "[!] The screen has just changed", "DECLINED")
        monkeypatch.setattr(enter_guard, "SETTLES", 0.0)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")


async def test_a_payment_that_cannot_be_read_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    attempt_id = begun(desk)
    shop, away = tmp_path / "shop.sqlite3", tmp_path / "away"
    shop.rename(away)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        failed = await shows(pilot, "[X] CANNOT BE SHOWN", "The payment is safe; it is listed under")
        assert failed.splitlines()[-1].startswith("  Enter try again    Esc leave it")
        away.rename(shop)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
    held = Event()

    def never(*_: Any, **__: Any) -> Generator[PaymentState, None, None]:
        held.wait()
        yield from ()

    monkeypatch.setattr(payments, "watch", never)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "READING THE PAYMENT")
        later(monkeypatch, 9)
        await shows(pilot, "[?] NO ANSWER from the database for ", " s: do not charge again")
        held.set()


async def test_on_a_wide_terminal_the_flight_recorder_stands_beside(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk)), size=(120, 30)) as pilot:
        wide = await shows(pilot, "WAITING FOR CARD", "reader Front-2 shows the")
        rows = wide.splitlines()
        assert "│ " in rows[5]
        assert "attempt saved: 25.00 USD" in rows[3].partition("│")[2]
        assert "…" not in wide
        assert wide.count("attempt saved") == 1


async def test_a_scan_never_touches_a_payment(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER, "insufficient_funds")
        await shows(pilot, "DECLINED")
        for code in ("OWEN2026", "/next", "demo:OWEN2026", "ORD-ABCDEFGH"):
            bells = pilot.app.bells  # type: ignore[attr-defined]
            send_scan(pilot, code, end="\r\n\r")
            await until(pilot, lambda: pilot.app.bells > bells, "a bell")  # type: ignore[attr-defined]  # noqa: B023
            assert "[!] That scan was not used: this payment comes first." in shown(pilot)
        assert "DECLINED" in shown(pilot)
        assert money(simulator) == [("requires_payment_method", 0, 0)]


async def test_in_training_a_key_taps_a_card_and_another_has_it_declined(
    desk: Desk, simulator: Server
) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        waiting = await shows(pilot, "WAITING FOR CARD")
        assert waiting.splitlines()[-1].startswith(
            " Esc cancel   F4 other reader   F5 serve the next   Ins good"
        )
        assert "In training: Ins holds a good card to the reader, Del a bad one." in waiting
        await pilot.press("delete")
        await shows(pilot, "[X] DECLINED   insufficient funds, nothing charged")
        await pilot.press("insert")
        await shows(pilot, "Ins does nothing here.")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("insert")
        await shows(pilot, "[OK] CAPTURED 25.00 USD   Visa 4242")
        assert money(simulator) == [("succeeded", 0, 2500)]


async def test_in_training_any_test_card_can_be_named(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        write(pilot, "/tap gold")
        await shows(pilot, "Not a test card")
        write(pilot, "/tap mastercard")
        await shows(pilot, "[OK] CAPTURED 25.00 USD   Mastercard 4444")


async def test_outside_training_no_key_taps_a_card(desk: Desk) -> None:
    test = replace(desk, mode=Mode.TEST)
    async with at_counter(PaymentScreen(test, begun(test))) as pilot:
        waiting = await shows(pilot, "WAITING FOR CARD")
        assert "Ins" not in waiting
        await pilot.press("insert")
        await shows(pilot, "Ins does nothing here.")


# What must be seen and cannot be done here


async def test_money_that_does_not_fit_its_order_calls_for_a_person(desk: Desk, simulator: Server) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.fault("slow", "POST /v1/payment_intents/*/capture", seconds=0.6)
        simulator.tap(READER)
        await shows(pilot, "CAPTURING")
        cancelled = Order.update(status=OrderStatus.CANCELLED)
        order_id = payments.state(desk, attempt_id).order_id
        run_tx(lambda: cancelled.where(Order.id == order_id).execute())
        person = await shows(pilot, "[X] NEEDS A PERSON")
        said = " ".join(person.split())
        assert (
            "The card was charged but the order is cancelled. Refund it or have the order restored." in said
        )
        assert "Call the supervisor; do not charge again." in said
        assert person.splitlines()[-1].startswith("  Enter receipt ")


async def test_an_order_that_was_cancelled_meanwhile_is_not_charged(desk: Desk, simulator: Server) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        cancelled = Order.update(status=OrderStatus.CANCELLED)
        order_id = payments.state(desk, attempt_id).order_id
        run_tx(lambda: cancelled.where(Order.id == order_id).execute())
        simulator.tap(READER)
        await shows(pilot, "[!] CANCELLED", "Nothing was charged", "meanwhile; the card is not charged")
        assert money(simulator) == [("canceled", 0, 0)]


async def test_a_name_from_outside_is_text(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk, attendee="MARK2026"))) as pilot:
        assert (await shows(pilot, "WAITING FOR CARD")).startswith(" [bold]Mark[/] Upton %s   ORD-")


async def test_a_long_name_leaves_room_for_the_order(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk, attendee="LONG2026"))) as pilot:
        assert "…   ORD-" in (await shows(pilot, "WAITING FOR CARD")).splitlines()[0]


# What it costs on the wire

SETTLED = 0.6
"""Seconds after which Enter acts on what changed by itself (``enter_guard.SETTLES``)."""
STAGE, SECOND, OUTCOME = 450, 80, 1_100
"""A banner over the whole width in the place of the amount, or the other way round, fits one packet."""


@pytest.fixture
def till(demo_url: str, simulator: Server) -> Iterator[Terminal80x24]:
    """A payment that waits for its card, on a real terminal."""
    with Terminal80x24([sys.executable, "-m", "tests.ui.counter", demo_url, simulator.url]) as terminal:
        terminal.wait_for("WAITING FOR CARD")
        yield terminal


@pytest.mark.thorough
def test_a_stage_and_a_second_cost_few_bytes(till: Terminal80x24, simulator: Server) -> None:
    def cost(happens: Callable[[], object], shown: str) -> int:
        before = till.settle(0.1)
        happens()
        till.wait_for(shown)
        return till.settle(0.1) - before

    till.wait_for("CARD  2 s")
    assert 0 < cost(lambda: None, "CARD  3 s") <= SECOND
    assert 0 < cost(lambda: simulator.tap(READER, "insufficient_funds"), "DECLINED") <= OUTCOME
    till.settle(SETTLED)
    assert 0 < cost(lambda: till.send("\r"), "WAITING FOR CARD") <= OUTCOME
    # A second may pass meanwhile.
    assert 0 < cost(lambda: simulator.tap(READER, hold=True), "AUTHORISING") <= STAGE + SECOND
    assert 0 < cost(lambda: simulator.finish(READER), "CAPTURED") <= STAGE + OUTCOME


async def test_quit_asks_while_the_payment_is_live_and_leaves_it_safe(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        write(pilot, "/quit")
        await shows(pilot, "The payment stays at Stripe", "Enter leave the program", "Esc leave as it is")
        await pilot.press("escape")
        await shows(pilot, "WAITING FOR CARD", "F5 serve the next")
        assert pilot.app.is_running
        write(pilot, "/quit")
        await shows(pilot, "Enter leave the program")
        await pilot.press("enter")
        await until(pilot, lambda: not pilot.app.is_running, "the program to end")
        assert money(simulator) == [("requires_payment_method", 0, 0)]


async def test_a_text_on_a_payment_that_is_over_is_told_what_enter_does(
    desk: Desk, simulator: Server
) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER)
        await shows(pilot, "CAPTURED")
        write(pilot, "tomas")
        await shows(pilot, "[!] That text was not used: the payment is over; Enter: receipt.")


@pytest.mark.parametrize("unwatched", ["", "desk-2 watches it."])
def test_the_training_cards_are_offered_to_who_may_take_cards_alone(desk: Desk, unwatched: str) -> None:
    live = replace(payments.state(desk, begun(desk)), stage=Stage.SENT)
    seen = view.Seen(state=live, unwatched=unwatched, is_training=True)
    assert {"tap", "decline"} <= {each.command for each in view.offered(seen, lambda _: True)}
    offered = {each.command for each in view.offered(seen, lambda action: action is not Action.CHARGE)}
    assert not {"tap", "decline"} & offered
