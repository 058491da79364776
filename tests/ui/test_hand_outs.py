"""Handing out what was bought, and taking hand-outs and check-ins back, on the person's screen."""

from tests.fixtures.pilot import press, scan, shown, write
from tests.ui.counter import shows
from tests.ui.station import Bench, desk_of, row, station
from tui_pos.desk.checkin import checkin, redemption
from tui_pos.desk.search import lookup


def told(text: str) -> str:
    return " ".join(text.split())


async def test_a_number_hands_one_piece_out_and_counts_what_is_left(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "OWEN2026")
        assert "2-4 hand out" in row(pilot, 23)
        await press(pilot, "2")
        assert "[OK] Handed out 1 x T-Shirt; 1 of 2 left. /undo takes it back." in shown(pilot)
        assert "2 1 of 2 left T-Shirt" in told(shown(pilot))
        await press(pilot, "2", "2")
        assert "T-Shirt was handed out already: 2 of 2, last" in told(shown(pilot))
        left = {each.description: each.left for each in redemption.hand_outs(desk_of(pilot), "OWEN2026")}
        assert left == {"T-Shirt": 0, "Lunch": 1, "Hoodie": 1}


async def test_what_another_desk_handed_out_is_seen_and_not_given_again(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "KIMS2026")
        desk = desk_of(pilot)
        (lunch,) = redemption.hand_outs(desk, "KIMS2026")
        redemption.hand_out(desk, "KIMS2026", lunch.line_id)
        await press(pilot, "2")
        assert "Lunch was handed out already: 1 of 1, last" in told(shown(pilot))
        assert redemption.hand_outs(desk, "KIMS2026")[0].left == 0


async def test_undo_asks_why_and_takes_the_chosen_piece_back(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "KIMS2026")
        await press(pilot, "2")
        await write(pilot, "/undo\r")
        assert "Take back the hand-out of Lunch" in shown(pilot)
        await press(pilot, "escape")
        assert "0 of 1 left" in shown(pilot)
        await write(pilot, "/undo\r")
        await write(pilot, "wrong person: sorry\r")
        await shows(pilot, "[OK] The hand-out of Lunch was taken back.", "1 of 1 left")
        assert redemption.hand_outs(desk_of(pilot), "KIMS2026")[0].left == 1


async def test_undo_takes_a_check_in_back_with_the_reason_behind_it(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "enter")
        assert "CHECKED IN" in row(pilot, 4)
        await write(pilot, "/undo scanned the wrong badge\r")
        await shows(pilot, "[OK] The check-in was taken back.")
        assert row(pilot, 6).endswith("not checked in")
        assert row(pilot, 23).startswith("  Enter check in")
        assert lookup.attendee(desk_of(pilot), "NOOR2026").first_check_in is None


async def test_undo_is_not_offered_with_nothing_to_undo(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await write(pilot, "/undo mistake\r")
        assert "/undo does nothing here" in shown(pilot)


async def test_nothing_is_handed_out_of_what_is_not_paid(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "ELLA2026")
        assert "hand out" not in row(pilot, 23)


async def test_the_next_badge_shows_its_own_hand_outs(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "OWEN2026")
        await scan(pilot, "NOOR2026")
        assert "To hand out" not in shown(pilot)
        await scan(pilot, "KIMS2026")
        assert "1 of 1 left Lunch" in told(shown(pilot))
        assert "Hoodie" not in shown(pilot)


async def test_a_second_check_in_tells_when_and_where_the_first_was(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        desk = desk_of(pilot)
        checkin.check_in(desk, "NOOR2026")
        at = lookup.attendee(desk, "NOOR2026").first_check_in
        assert at is not None
        await press(pilot, "enter")
        assert f"before: {desk.local(at.at):%H:%M} at desk-3. This pass is recorded too." in shown(pilot)
