from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from tests.terminal.canned import Canned, canned_server
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal, Timeouts

KEY = "sk_test_NeverShown4711"


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home of its own, and no second of waiting between the client's retries."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)


@pytest.fixture
def canned() -> Iterator[Canned]:
    with canned_server() as server:
        yield server


@pytest.fixture
def terminal(canned: Canned) -> Terminal:
    """Talks to the canned server and gives up early."""
    return Terminal(KEY, api_base=canned.url, timeouts=Timeouts(1, 0.3, 0.3, 0.3))


@pytest.fixture
def account(simulator: Server) -> Terminal:
    """Talks to the simulator."""
    return Terminal(KEY, api_base=simulator.url, timeouts=Timeouts(1, 2, 2, 2))
