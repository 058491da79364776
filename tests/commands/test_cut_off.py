"""charge when the database fails while the reader waits for a card."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.test_charge import shirt, started
from tests.commands.till import READER, Till, make_till
from tests.fixtures.databases import adopted
from tests.fixtures.failing import Ill, failing
from tests.fixtures.postgresql import PostgresqlServer
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal


@pytest.fixture
def shared_till(
    postgresql_demos: Callable[[bool], str],
    postgresql_copy: Callable[[str], str],
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Till:
    """A till on PostgreSQL, where a database can be made to fail for another process."""
    return make_till(
        adopted(postgresql_copy(postgresql_demos(False))), simulator, tmp_path, monkeypatch, capsys
    )


def said(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.thorough
@pytest.mark.parametrize("ill", list(Ill))
def test_it_withdraws_the_prompt_and_says_what_the_screen_says(
    shared_till: Till, postgresql_server: PostgresqlServer, ill: Ill
) -> None:
    process = started(shared_till, "--order", shirt(shared_till))
    with failing(postgresql_server, ill):
        status, sentence = said(process)
        account = Terminal("sk_test_simulator", api_base=shared_till.simulator.url)
        assert account.reader(READER).action is None
    assert status == 5
    assert sentence.startswith("No card was charged, and the reader asks for none any more.")
    assert sentence.count("\n") == 1
    assert [book["captured"] for book in shared_till.books().values()] == [0]


@pytest.mark.thorough
def test_it_does_not_call_a_card_that_was_approved_uncharged(
    shared_till: Till, postgresql_server: PostgresqlServer
) -> None:
    reference = shirt(shared_till)
    process = started(shared_till, "--order", reference)
    with failing(postgresql_server, Ill.READ_ONLY):
        shared_till.simulator.tap(READER)
        status, sentence = said(process)
        # What is written nowhere is still looked up, and refused to be charged again.
        assert shared_till.done("lookup", "NOOR2026")["orders"]
        assert shared_till.refused("charge", "--order", reference, "--reader", READER)[0] in (4, 5)
    assert (status, sentence.partition(":")[0]) == (5, "A card was approved, 25.00 USD are held")
    shared_till.done("reconcile")
    assert [book["captured"] for book in shared_till.books().values()] == [2500]
