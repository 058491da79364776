from dataclasses import replace

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, begin
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.data.tables.registration import Order
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotPermitted
from tui_pos.desk.known_readers import ReaderState
from tui_pos.desk.payments import CommandQueue
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.payments.readers import ReaderRow, preselect, reader_at, readers
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal, TerminalError
from tui_pos.ui.messages.views import holder_words


def attempt(desk: Desk, reader_id: str, reference: str, **columns: object) -> None:
    with connected():
        Attempt.create(
            conference=desk.conference.id,
            order=Order.get(Order.reference == reference),
            key=clock.new_id(),
            station="desk-2",
            staff=desk.staff.id,
            reader_id=reader_id,
            amount=100,
            currency="USD",
            capture_mode="automatic",
            **columns,
        )


def test_free_and_online_readers_come_first(card_desk: Desk) -> None:
    rows = readers(card_desk)
    assert [(row.label, row.status, row.in_use) for row in rows] == [
        ("Front-1", "online", False),
        ("Front-2", "online", False),
        ("Side-1", "online", False),
        ("Back-1", "offline", False),
    ]
    assert rows[0] == ReaderRow(
        id="tmr_front_1",
        label="Front-1",
        status="online",
        device_type="simulated_stripe_s700",
        serial_number="SIM000001",
        location="tml_demo_front_desk",
        holder=None,
        in_use=False,
    )


def test_who_holds_a_reader_and_since_when(card_desk: Desk) -> None:
    attempt(card_desk, "tmr_front_1", "ORD-DEMO0003")
    attempt(card_desk, "tmr_side_1", "ORD-DEMO0004", finished_at=clock.now(), stage=Stage.CANCELLED)
    rows = {row.label: row for row in readers(card_desk)}
    holder = rows["Front-1"].holder
    assert holder_words(holder) == "desk-2, Tilda Trainee, since 13:00"  # 12:00 UTC in Prague
    own = {row.label: row for row in readers(replace(card_desk, station="desk-2"))}["Front-1"].holder
    assert holder_words(own) == "here, Tilda Trainee, since 13:00"
    assert rows["Front-1"].in_use
    assert not rows["Side-1"].in_use
    assert list(rows) == ["Front-2", "Side-1", "Front-1", "Back-1"]


def test_a_reader_that_stripe_says_is_busy(card_desk: Desk) -> None:
    intent = card_desk.terminal.create_intent(12000, "usd", metadata={}, key=clock.new_id())
    card_desk.terminal.process("tmr_front_2", intent.id)
    row = next(row for row in readers(card_desk) if row.label == "Front-2")
    assert (row.in_use, row.holder) == (True, None)


def test_the_location_is_asked_for(card_desk: Desk) -> None:
    assert len(readers(card_desk, "tml_demo_front_desk")) == 4
    there = replace(card_desk, conference=replace(card_desk.conference, location="tml_demo_front_desk"))
    assert len(readers(there)) == 4
    nowhere = replace(card_desk, conference=replace(card_desk.conference, location="tml_elsewhere"))
    assert len(readers(nowhere, "")) == 4
    assert readers(nowhere) == ()


def test_without_a_key(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        readers(desk)
    assert caught.value.code == "no_stripe_key"


def test_a_wrong_key_is_stripes_word(desk: Desk, simulator: Server) -> None:
    wrong = replace(desk, account=Terminal("", api_base=simulator.url))
    with pytest.raises(TerminalError):
        readers(wrong)


def test_the_door_has_no_business_with_readers(card_desk: Desk, as_staff: AsStaff) -> None:
    with pytest.raises(NotPermitted):
        readers(as_staff(card_desk, "scanner"))


def test_what_enter_would_choose_is_ready(card_desk: Desk) -> None:
    rows = {row.label: row for row in readers(card_desk)}
    one, two, offline = rows["Front-1"], rows["Front-2"], rows["Back-1"]
    busy = replace(one, in_use=True)
    assert preselect((one, two, offline), two.id) == two.id
    assert preselect((one, two, offline), offline.id) == one.id
    assert preselect((busy, two, offline), busy.id) == two.id
    assert preselect((one, two), "", instead_of=one.id) == two.id
    assert preselect((busy, two, offline), "", instead_of=two.id) == ""
    assert preselect((), "tmr_gone") == ""


def test_the_list_tells_the_desk_what_readers_are(card_desk: Desk) -> None:
    attempt(card_desk, "tmr_front_1", "ORD-DEMO0003")
    told: list[int] = []
    elsewhere = replace(card_desk, poll_seconds=9)
    elsewhere.readers.tell(lambda: told.append(1))
    readers(card_desk)
    states = [card_desk.readers.state(each) for each in ("tmr_front_1", "tmr_front_2", "tmr_back_1", "tmr_x")]
    assert states == [ReaderState.IN_USE, ReaderState.READY, ReaderState.OFFLINE, None]
    assert len(told) == 4
    readers(card_desk)
    assert len(told) == 4


def test_that_stripe_is_silent_or_has_no_such_reader_is_known_too(card_desk: Desk, simulator: Server) -> None:
    assert reader_at(card_desk, "tmr_x") is None
    assert card_desk.readers.state("tmr_x") is ReaderState.NOT_FOUND
    simulator.fault("cut_before", "GET /v1/terminal/readers", times=9)
    with pytest.raises(TerminalError):
        reader_at(card_desk, "tmr_x")
    assert card_desk.readers.state("tmr_x") is ReaderState.NOT_KNOWN


def test_a_payment_tells_the_desk_what_became_of_its_reader(card_desk: Desk, simulator: Server) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)])
    seen: list[ReaderState | None] = []
    card_desk.readers.tell(lambda: seen.append(card_desk.readers.state(READER)))
    simulator.set_reader(READER, "offline")
    control = CommandQueue()
    for state in payments.watch(card_desk, begin(card_desk, order).attempt_id, control):
        if state.notice is Notice.READER_OFFLINE:
            simulator.set_reader(READER, "online")
            control.retry()
        elif state.stage == "sent":
            simulator.tap(READER)
    assert state.stage == "captured"
    assert seen == [ReaderState.OFFLINE, ReaderState.IN_USE, ReaderState.READY]
