"""A desk in a process of its own that sells until its standard input ends, and says what it was told.

``python -m tests.failover.seller URL STRIPE STATION HOW READER``. What it writes: one JSON list a line, of a
word, an order's reference and a text.
"""

import json
import sys
import threading
import time
from dataclasses import replace
from decimal import Decimal

from tests.desk.conftest import make_desk
from tui_pos.core import clock
from tui_pos.data import connection
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.payments import CommandQueue, CutOff, PaymentState, Stage
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.terminal import Terminal

PAUSE = 0.2
"""Seconds until a person tries again what the desk could not do."""


def tell(word: str, reference: str = "", text: str = "") -> None:
    """One line for whoever looks on, seen at once."""
    sys.stdout.write(json.dumps([word, reference, text]) + "\n")
    sys.stdout.flush()


def excuse(error: Exception) -> None:
    """The desk said that something is not possible now; it is tried again a little later."""
    tell("said", "", str(error))
    time.sleep(PAUSE)


def by_cash(desk: Desk, reference: str, total: Decimal) -> None:
    """Take the cash; asked again under one key until the desk has answered."""
    tell("laid down", reference, str(total))
    key = clock.new_id()
    while True:
        try:
            take_cash(desk, reference, total, key=key)
        except DatabaseUnavailable as error:
            excuse(error)
        else:
            tell("paid", reference)
            return


def by_card(desk: Desk, reference: str, reader: str) -> None:
    """Take the card on the reader, where a simulated customer taps by itself."""
    attempt_id = begun(desk, reader, reference)
    withdrawn = False
    while True:
        try:
            last = watched(desk, attempt_id, withdrawn)
        except CutOff as cut:
            withdrawn = cut.is_withdrawn
            excuse(cut)
        except (DatabaseUnavailable, Refused) as error:
            excuse(error)
        else:
            if not last.live:
                break
    tell("paid" if last.stage is Stage.CAPTURED else "unpaid", reference, last.notice)


def begun(desk: Desk, reader: str, reference: str) -> int:
    """The attempt, begun once whatever became of the answer."""
    while True:
        try:
            for state in payments.unfinished(desk):
                if state.reference == reference:
                    return state.attempt_id
            return payments.begin(desk, reference, reader, reader).attempt_id
        except DatabaseUnavailable as error:
            excuse(error)


def watched(desk: Desk, attempt_id: int, withdrawn: bool) -> PaymentState:
    """Watch it as a person does, who tries again whenever the desk asks."""
    control = CommandQueue()
    state = None
    for state in payments.watch(desk, attempt_id, control, seconds=30, withdrawn=withdrawn):
        if state.stuck:
            control.retry()
    assert state is not None
    return state


def sell(desk: Desk, how: str, reader: str) -> None:
    """One sale from the counter to the payment."""
    try:
        placed = checkout.sell(desk, [("t-shirt", 1)], name=f"At {desk.station}", email="a@example.org")
    except DatabaseUnavailable as error:
        excuse(error)
        return
    tell("sold", placed.reference, str(placed.total))
    if how == "cash":
        by_cash(desk, placed.reference, placed.total)
    else:
        by_card(desk, placed.reference, reader)


def main(url: str, stripe: str, station: str, how: str, reader: str) -> None:
    stop = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    connection.open_database(url)
    desk = replace(
        make_desk("demo", "trainee", station),
        account=Terminal("sk_test_simulator", api_base=stripe),
        poll_seconds=0.05,
    )
    while not stop.is_set():
        sell(desk, how, reader)
    connection.close_database()


if __name__ == "__main__":
    main(*sys.argv[1:])
