"""The demonstration: made by itself, shared by the desks of one host, and kept when they are killed."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui_pos.bootstrap import demo
from tui_pos.bootstrap.failures import known
from tui_pos.bootstrap.session import open_session
from tui_pos.core.config import Settings
from tui_pos.data import backups, connection, steps, upgrades
from tui_pos.desk.context import Mode
from tui_pos.simulator import Controls

SIMULATE = "from tui_pos.bootstrap import demo; import sys, pathlib; demo.UNUSED_SECONDS = 0.05;"
SIMULATE += "demo.simulate(pathlib.Path(sys.argv[1]))"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data home; whatever simulator was started in it ends with the test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "demo"
    folder.mkdir()
    yield tmp_path
    demo.leave()
    connection.close_database()
    process_id = simulator_process(folder)
    if process_id:
        os.kill(process_id, signal.SIGTERM)


def simulator_process(folder: Path) -> int:
    """The process that serves the folder, 0 when none does."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"tui_pos.bootstrap.demo" in words and str(folder).encode() in words:
            return int(entry.parent.name)
    return 0


def start(folder: Path) -> "subprocess.Popen[str]":
    """A simulator that looks often whether a desk is left; returns when it answers."""
    command = [sys.executable, "-c", SIMULATE, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    return process


def of_demo(home: Path, *words: str, **variables: str) -> dict[str, Any]:
    """A command of another process in the demonstration."""
    command = [sys.executable, "-m", "tui_pos", "--conference", "demo", "--json", *words]
    environment = {**os.environ, "TUI_POS_HOME": str(home), "XDG_CONFIG_HOME": str(home), **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, answer
    return answer


@pytest.mark.thorough
def test_commands_need_no_config_no_account_and_no_password(home: Path) -> None:
    placed = of_demo(home, "checkout", "--item", "t-shirt", "--attendee", "NOOR2026")
    charged = of_demo(home, "charge", "--order", placed["reference"], "--reader", "Front-1", "--card", "good")
    assert (charged["status"], charged["amount"], charged["card"]) == ("captured", "25.00", "Visa 4242")
    orders = of_demo(home, "lookup", "NOOR2026")["orders"]
    assert [order["status"] for order in orders] == ["paid", "paid"]


def test_desks_share_one_simulator_and_one_database(home: Path) -> None:
    first = demo.prepare(Settings(home=home))
    second = demo.prepare(Settings(home=home))
    assert (second.api_base, second.database_url) == (first.api_base, first.database_url)
    sent = of_demo(home, "charge", "--amount", "5.00", "--reader", "Front-1", "--no-wait")
    assert sent["payment_intent_id"] in Controls(first.api_base).books()


def test_two_desks_that_start_at_once_make_it_once(home: Path) -> None:
    bases: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUI_POS_HOME", str(home))
        code = (
            "from tui_pos.bootstrap import demo; from tui_pos.core.config import load;"
            "print(demo.prepare(load()).api_base, flush=True); input()"
        )
        desks = [
            subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        for desk in desks:
            assert desk.stdout is not None
            bases.append(desk.stdout.readline().strip())
        for desk in desks:
            desk.communicate("\n", timeout=30)
    assert len(set(bases)) == 1
    assert bases[0].startswith("http://127.0.0.1:")


def test_the_trainee_is_signed_in_and_the_mode_is_training(home: Path) -> None:
    place = open_session(Settings(home=home), "demo", "desk-3")
    assert place.trainee is not None
    assert (place.mode, place.trainee.username, place.station) == (Mode.TRAINING, "trainee", "desk-3")
    assert place.desk(place.trainee).terminal.readers(place.conference.location)


@pytest.mark.thorough
def test_a_killed_simulator_comes_back_with_what_it_knew(home: Path) -> None:
    sent = of_demo(home, "charge", "--amount", "5.00", "--reader", "Front-1", "--no-wait")
    os.kill(simulator_process(home / "demo"), signal.SIGKILL)
    assert of_demo(home, "cancel", sent["payment_intent_id"])["status"] == "cancelled"


def test_the_simulator_ends_with_the_last_desk_and_not_before(home: Path) -> None:
    folder = home / "demo"
    demo._join(folder)
    process = start(folder)
    before = demo.prepare(Settings(home=home)).api_base
    ended = threading.Event()

    def watch() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    assert not ended.wait(0.5)
    assert Controls(before).books() == {}
    demo.leave()
    assert ended.wait(20)
    assert process.returncode == 0
    after = demo.prepare(Settings(home=home)).api_base
    assert Controls(after).books() == {}


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(demo.TrainingError, match=r"cannot be written to .*\$TUI_POS_HOME") as refused:
        demo.prepare(Settings(home=tmp_path / "file"))
    failure = known(refused.value)
    assert failure is not None
    assert (failure.status, failure.code) == (5, "training")


def test_a_state_file_of_something_else_is_one_sentence(home: Path) -> None:
    (home / "demo" / "stripe.sqlite3").write_text("no state at all, and long enough to be looked at" * 20)
    with pytest.raises(demo.TrainingError) as refused:
        demo.prepare(Settings(home=home))
    begin = f"The simulator does not start: {home}/demo/stripe.sqlite3 is not a state file of the simulator"
    assert str(refused.value).startswith(begin)


def test_a_new_demonstration_has_no_copy_and_an_older_one_has_one_that_the_log_names(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tui_pos")
    demo.prepare(Settings(home=home))
    file = home / "demo" / "tui-pos.sqlite3"
    assert backups.found(file) == []
    assert "copied" not in caplog.text
    monkeypatch.setattr(upgrades, "STEPS", (*steps.STEPS, ("CREATE TABLE tui_pos_next (id {id})",)))
    demo.prepare(Settings(home=home))
    (copy,) = backups.found(file)
    assert f"copied the database to {copy} before its upgrade" in caplog.text
