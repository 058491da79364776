"""charge as a person sees it, and what is true when it is interrupted or nobody pays."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.commands.till import READER, Till, attempt_of, order_row, payments_of
from tui_pos.bootstrap.session import DeskSession
from tui_pos.desk.context import Mode


def shirt(till: Till) -> str:
    reference: str = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    return reference


def change_desk(patch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Every desk that is opened from here on has these fields."""
    real = DeskSession.desk
    patch.setattr(DeskSession, "desk", lambda place, staff: replace(real(place, staff), **changes))


def started(till: Till, *words: str) -> "subprocess.Popen[str]":
    """A charge as a process of its own; returns when the reader waits for the card."""
    options = ["--config", str(till.config), "--conference", "demo", "--staff", "trainee"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_pos", *options, "charge", *words, "--reader", READER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        # A test run in the background ignores Ctrl+C, and its children would too.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    while "WAITING FOR CARD" not in process.stdout.readline():
        assert process.poll() is None
    return process


def test_each_stage_is_a_line_for_people(till: Till) -> None:
    reference = shirt(till)
    answer = till.run("charge", "--order", reference, "--reader", "Front-1", "--card", "good")
    stages = [line.split("  ")[0] for line in answer.out.splitlines()]
    assert stages == ["SAVED", "READY TO SEND", "WAITING FOR CARD", "AUTHORISED", "CAPTURED"]
    assert answer.out.endswith("CAPTURED  25.00 USD  Front-1  Visa 4242\n")
    assert (answer.status, answer.err) == (0, "")


def test_a_decline_says_why_and_that_nothing_was_charged(till: Till) -> None:
    answer = till.run("charge", "--order", shirt(till), "--reader", READER, "--card", "declined")
    assert answer.status == 5
    assert answer.err.endswith("Nothing was charged.\n")
    data = till.ask("charge", "--order", shirt(till), "--reader", READER, "--card", "declined").json
    assert (data["code"], data["status"], data["amount"]) == ("declined", "cancelled", "25.00")


@pytest.mark.parametrize(
    ("reader", "state", "code"),
    [("tmr_back_1", "offline", "reader_offline"), ("tmr_side_1", "busy", "reader_busy")],
)
def test_a_reader_that_cannot_take_it_leaves_the_order_free(
    till: Till, reader: str, state: str, code: str
) -> None:
    till.simulator.set_reader(reader, state)
    reference = shirt(till)
    assert till.refused("charge", "--order", reference, "--reader", reader) == (5, code)
    assert (
        till.done("charge", "--order", reference, "--reader", READER, "--card", "good")["card"] == "Visa 4242"
    )
    assert [book["captured"] for book in till.books().values() if book["captured"]] == [2500]


def test_nobody_pays(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    change_desk(monkeypatch, prompt_seconds=0, poll_seconds=0.02)
    assert till.refused("charge", "--order", shirt(till), "--reader", READER) == (5, "nobody_paid")
    assert [book["status"] for book in till.books().values()] == ["canceled"]


def test_interrupted_it_says_what_is_true_and_how_to_go_on(till: Till) -> None:
    reference = shirt(till)
    process = started(till, "--order", reference)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    (intent,) = till.books()
    assert f"The payment for {reference} is saved and goes on (waiting for card)" in said
    assert f"cancel {intent}" in said
    assert "Traceback" not in said
    assert attempt_of(intent).lease_owner == ""
    assert till.done("cancel", intent)["status"] == "cancelled"
    assert payments_of(reference) == [("failed", "25.00")]


def test_killed_it_leaves_the_payment_in_the_journal(till: Till) -> None:
    process = started(till, "--order", shirt(till))
    process.kill()
    process.communicate(timeout=30)
    (intent,) = till.books()
    assert attempt_of(intent).stage == "sent"
    assert attempt_of(intent).finished_at is None


def test_a_payment_that_is_watched_is_cancelled_by_its_watcher(till: Till) -> None:
    reference = shirt(till)
    process = started(till, "--order", reference)
    (intent,) = till.books()
    assert till.done("cancel", intent)["status"] == "cancelled"
    out, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (4, "The payment was cancelled; nothing was charged.\n")
    assert "CANCELLED" in out
    assert till.books()[intent]["status"] == "canceled"
    assert order_row(reference).status == "pending"


def test_confirmed_capture_ends_with_the_money_held(till: Till) -> None:
    till.capture_on_a_key()
    reference = shirt(till)
    held = till.done("charge", "--order", reference, "--reader", READER, "--card", "good")
    assert (held["status"], order_row(reference).status) == ("authorized", "pending")
    assert till.books()[held["payment_intent_id"]]["held"] == 2500
    assert till.done("cancel", held["payment_intent_id"])["status"] == "cancelled"
    assert till.books()[held["payment_intent_id"]]["held"] == 0


def test_a_test_card_is_for_training(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    change_desk(monkeypatch, mode=Mode.TEST)
    reference = shirt(till)
    before = till.world()
    assert till.refused("charge", "--order", reference, "--reader", READER, "--card", "good") == (2, "usage")
    assert till.world() == before


def test_an_amount_for_an_attendee_is_their_order(till: Till) -> None:
    words = ("charge", "--amount", "12,50", "--reader", READER, "--attendee", "NOOR2026", "--card", "good")
    paid = till.done(*words)
    assert paid["amount"] == "12.50"
    orders = till.done("lookup", "NOOR2026")["orders"]
    assert paid["order_reference"] in {order["reference"] for order in orders}
    assert json.dumps(orders).count('"Registration desk"') == 1
