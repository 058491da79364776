"""A station is one running desk's at a time, whichever process and host it runs on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.conftest import AsStaff, make_desk, statements
from tests.fixtures.processes import run_together
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import AuditEntry, Station
from tui_pos.desk import lease_owners
from tui_pos.desk.access import occupancy
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.payments import readers

ELSEWHERE = "other:1:1:another-host:desk-3"


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    at = clock.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "now", lambda: at)


def test_who_comes_second_is_told_who_has_it_and_since_when(desk: Desk, as_staff: AsStaff) -> None:
    began = clock.now()
    assert occupancy.claim(desk, ELSEWHERE) is None
    holder = occupancy.claim(as_staff(desk, "lead"), "second")
    assert holder is not None
    assert (holder.name, holder.since, holder.is_same) == ("Tilda Trainee", began, False)
    again = occupancy.claim(desk, "third")
    assert again is not None
    assert again.is_same
    assert occupancy.claim(replace(desk, station="desk-4"), "second") is None


def test_taking_it_over_is_learned_by_the_other_and_written_down(desk: Desk, as_staff: AsStaff) -> None:
    lead = as_staff(desk, "lead")
    occupancy.claim(desk, ELSEWHERE)
    assert occupancy.claim(lead, "second", take_over=True) is None
    holder = occupancy.keep(desk, ELSEWHERE)
    assert holder is not None
    assert holder.name == "Lena Lead"
    assert occupancy.keep(lead, "second") is None
    with connected():
        (entry,) = AuditEntry.select()
    assert (entry.what, entry.staff_id, entry.station) == ("station_taken", lead.staff.id, "desk-3")


def test_a_desk_that_says_nothing_any_more_loses_it_and_one_that_does_keeps_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    occupancy.claim(desk, ELSEWHERE)
    for _ in range(5):
        later(monkeypatch, 30)
        assert occupancy.keep(desk, ELSEWHERE) is None
    assert occupancy.claim(desk, "second") is not None
    later(monkeypatch, 46)
    assert occupancy.claim(desk, "second") is None
    assert occupancy.keep(desk, ELSEWHERE) is not None


def test_a_clock_that_goes_back_gives_a_dead_desks_station_away_and_a_living_ones_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    occupancy.claim(desk, ELSEWHERE)
    later(monkeypatch, -86_400)
    assert occupancy.keep(desk, ELSEWHERE) is None
    assert occupancy.claim(desk, "second") is not None
    later(monkeypatch, -86_400)
    assert occupancy.claim(desk, "second") is None


def test_keeping_it_is_written_only_when_half_of_the_time_is_gone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    occupancy.claim(desk, ELSEWHERE)
    later(monkeypatch, 10)
    with statements() as seen:
        occupancy.keep(desk, ELSEWHERE)
    assert len(seen) == 1
    assert seen[0].startswith("SELECT")


def test_who_leaves_leaves_it_free_and_only_their_own(desk: Desk) -> None:
    occupancy.claim(desk, ELSEWHERE)
    occupancy.release(desk, "second")
    assert occupancy.claim(desk, "second") is not None
    occupancy.release(desk, ELSEWHERE)
    assert occupancy.claim(desk, "second") is None


def test_a_desk_of_this_host_whose_process_ended_is_not_waited_for(desk: Desk) -> None:
    owner = lease_owners.new_owner(desk)
    occupancy.claim(desk, owner)
    assert occupancy.claim(desk, "second") is not None
    lease_owners.ended(owner)
    assert occupancy.claim(desk, "second") is None


def test_a_name_beside_it_is_one_that_nobody_has(desk: Desk) -> None:
    for name in ("desk-3", "desk-3-2", "desk-3-4"):
        occupancy.claim(replace(desk, station=name), f"{name}:1:1:another-host")
    assert occupancy.free_name(desk) == "desk-3-3"
    assert len(occupancy.free_name(replace(desk, station="x" * 40))) <= 40


def test_where_every_name_beside_it_is_taken_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occupancy, "MAX_SUFFIX", 3)
    long = replace(desk, station="x" * 40)
    for number in (2, 3):
        occupancy.claim(replace(desk, station=f"{'x' * 36}-{number}"), f"{number}:1:1:another-host")
    with pytest.raises(Refused, match=r"^no_free_station station=x{40}$") as refused:
        occupancy.free_name(long)
    assert refused.value.code == "no_free_station"


def test_its_reader_is_remembered_through_all_of_it(desk: Desk) -> None:
    readers.remember_reader(desk, "tmr_1", "Front")
    occupancy.claim(desk, ELSEWHERE)
    readers.remember_reader(desk, "tmr_2", "Back")
    occupancy.keep(desk, ELSEWHERE)
    assert occupancy.claim(desk, "second") is not None
    occupancy.release(desk, ELSEWHERE)
    assert readers.remembered_reader(desk) == ("tmr_2", "Back")


def test_of_eight_that_come_at_once_one_has_it(shop: str) -> None:
    def come(number: int) -> bool:
        desk = make_desk("demo", "trainee", "desk-9")
        return occupancy.claim(desk, f"{number}:1:1:another-host:desk-9") is None

    assert sorted(run_together(shop, come)) == [False] * 7 + [True]
    with connected():
        assert Station.select().where(Station.name == "desk-9").count() == 1
