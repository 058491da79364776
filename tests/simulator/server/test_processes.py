"""What outlives a process, and what ends with one."""

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import stripe

from tests.simulator.counter import READER, Counter, client, code_of, refused
from tui_pos.simulator import Child, Controls, Server, StartError, StateFileError
from tui_pos.simulator.engine import store

PYTHON = [sys.executable, "-m", "tui_pos.simulator"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "below" / "simulator.sqlite3"


def test_a_restart_changes_nothing(state: Path) -> None:
    sent = {"amount": 5000, "currency": "usd"}
    with Server(state) as first:
        counter = Counter(first)
        paid = counter.paid(metadata={"order": "A"})
        waiting = counter.intent()
        counter.ask(waiting)
        keyed = counter.api.payment_intents.create(sent, {"idempotency_key": "k"}).id
        first.set_reader("tmr_side_1", "busy")
        first.fault("unavailable_503", "GET /v1/charges")
        first.advance(1000)
        before, events = first.books(), counter.events()
        listed = [one.id for one in counter.api.payment_intents.list().data]
    with Server(state) as second:
        counter = Counter(second)
        assert second.books() == before
        assert counter.events() == events
        assert [one.id for one in counter.api.payment_intents.list().data] == listed
        assert counter.read(paid).metadata["order"] == "A"
        assert counter.api.payment_intents.create(sent, {"idempotency_key": "k"}).id == keyed
        assert code_of(refused(counter.ask, keyed, "tmr_side_1")) == "terminal_reader_busy"
        assert refused(counter.api.charges.list).http_status == 503
        assert second.advance(0) - time.time() > 990
        counter.present()
        assert counter.read(waiting).status == "requires_capture"


def test_a_hold_lapses_across_a_restart(state: Path) -> None:
    with Server(state) as first:
        intent = Counter(first).hold()
    with Server(state) as second:
        second.advance(6 * 24 * 3600)
        assert Counter(second).read(intent).status == "canceled"


def test_a_card_that_was_to_come_still_comes(state: Path) -> None:
    with Server(state, tap_after=60) as first:
        intent = Counter(first).intent()
        Counter(first).ask(intent)
    with Server(state, tap_after=0) as second:
        assert Counter(second).read(intent).status == "requires_capture"


def test_a_killed_simulator_has_kept_all_that_it_answered(state: Path) -> None:
    answered: list[str] = []
    with Child(state) as first:
        counter = Counter(first)
        held = counter.hold()

        def sell() -> None:
            try:
                while True:
                    answered.append(counter.intent())
            except stripe.APIConnectionError:
                return

        seller = threading.Thread(target=sell)
        seller.start()
        while len(answered) < 20:
            time.sleep(0.005)
        first.process.kill()
        seller.join()
    with Child(state) as second:
        books = second.books()
        assert books[held]["status"] == "requires_capture"
        assert set(answered) <= books.keys()
        assert Counter(second).api.payment_intents.capture(held).status == "succeeded"


HOLDER = """
import sys, time
from pathlib import Path
from tui_pos.simulator import Child
child = Child(Path(sys.argv[1]))
print(child.url, flush=True)
time.sleep(60)
"""


def test_it_ends_with_the_desk_that_started_it_even_when_that_is_killed(state: Path) -> None:
    desk = subprocess.Popen([sys.executable, "-c", HOLDER, str(state)], stdout=subprocess.PIPE, text=True)
    assert desk.stdout is not None
    url = desk.stdout.readline().strip()
    intent = Counter(Controls(url)).intent()
    desk.kill()
    desk.wait()
    desk.stdout.close()
    with Child(state) as again:
        assert intent in again.books(), "the file was given back, so the first simulator is gone"
    assert isinstance(refused(Counter(Controls(url)).read, intent), stripe.APIConnectionError)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(state: Path, tmp_path: Path, number: int) -> None:
    port_file = tmp_path / "port"
    command = [*PYTHON, "--state", str(state), "--port-file", str(port_file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    url = said.removeprefix("listening on ")
    assert url == f"http://127.0.0.1:{port_file.read_text().strip()}"
    assert client(url).terminal.readers.retrieve(READER).label == "Front-1"
    process.send_signal(number)
    _, complaints = process.communicate(timeout=10)
    assert (process.returncode, complaints) == (0, "")


def test_two_on_one_file(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.1)
    with Server(state), pytest.raises(StateFileError, match="in use by another simulator"):
        Server(state)


@pytest.mark.parametrize("kind", ["text", "folder", "no folder"])
def test_what_is_no_state_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "state"
    if kind == "text":
        path.write_text("This is not a database, it only looks like a file. " * 50)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("")
        path = path / "state"
    with pytest.raises(StateFileError, match="state file"):
        Server(path)
    with pytest.raises(StartError, match="state file"):
        Child(path)


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Server(port=port)
        with pytest.raises(StartError, match=f"cannot listen on 127.0.0.1:{port}"):
            Child(port=port)
    with pytest.raises(StartError, match="cannot listen"):
        Child(port=70000)


def test_naming_it_costs_nothing() -> None:
    heavy = "{'uvicorn', 'starlette', 'asyncio', 'sqlite3'}"
    check = f"import sys, tui_pos.simulator; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
