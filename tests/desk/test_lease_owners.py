"""Whose lease is dead: only a process of this boot and this namespace of process ids can be seen to be."""

import os
import subprocess
import sys

import pytest

from tests.desk.paying import Watched, begin
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.desk import lease_owners, payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import attempt_log


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def renamed(owner: str, **fields: str) -> str:
    names = ("id", "process", "started", "place", "station")
    known = dict(zip(names, owner.split(":"), strict=True))
    return ":".join((known | fields).values())


def test_a_process_that_ended_here_is_gone(desk: Desk) -> None:
    owner = lease_owners.new_owner(desk)
    assert len(owner) <= lease_owners.OWNER_LENGTH
    assert lease_owners.is_gone(renamed(owner, process=str(ended_process())))
    assert not lease_owners.is_gone(renamed(owner, process=str(os.getppid()), started=""))
    assert lease_owners.is_gone(renamed(owner, process=str(os.getppid()), started="1"))


@pytest.mark.parametrize("place", ["", "0123456789ab-4026531836", "another-host"])
def test_a_process_of_another_namespace_or_boot_is_not_declared_dead(desk: Desk, place: str) -> None:
    owner = renamed(lease_owners.new_owner(desk), process=str(ended_process()), place=place)
    assert not lease_owners.is_gone(owner)


def test_a_name_from_before_is_waited_for(desk: Desk) -> None:
    assert not lease_owners.is_gone(f"0123abcd:{ended_process()}:host:{desk.station}")


def test_after_a_lost_database_the_desk_takes_its_own_lease_anew(
    card_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron")
    begun = begin(card_desk, order)
    watching = payments.watch(card_desk, begun.attempt_id)
    next(watching)

    def lost(*_: object) -> None:
        raise DatabaseUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(attempt_log, "connected", lost)
        watching.close()  # nobody listens any more, so nobody is told
    again = Watched(card_desk, begun.attempt_id)
    again._at = {"sent": again.control.detach}
    assert again.run().stage == "sent"
