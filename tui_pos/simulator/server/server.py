"""Running the simulator: in a thread of this process, or as the whole of one."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.fixtures import create_demo_readers
from tui_pos.simulator.engine.store import Store
from tui_pos.simulator.server.app import build
from tui_pos.simulator.server.control_client import Controls
from tui_pos.simulator.server.trace import Observer, from_environment

STDIN = 0
HOST = "127.0.0.1"
START_SECONDS = 20.0
# A desk may be quiet for long; a connection closed meanwhile would cost its next call a retry.
KEEP_ALIVE_SECONDS = 24 * 3600


class Server(Controls):
    """A simulator in a background thread; ``with Server() as simulator:`` and then ``simulator.url``.

    ``port`` 0 takes a free one. ``tap_after`` presents a good card by itself that many seconds after a reader
    begins to wait, 0 at once. ``test_amounts`` makes Stripe's test amounts (ending 01, 05, …) decline; it is
    off by default, so that no demonstration price declines by accident. ``demo_readers`` makes the
    demonstration's location and readers in an empty state. ``observer`` is told of every exchange, in the
    server's thread.

    Raises StateFileError for a state file that cannot be used and OSError for a port that is taken.
    """

    def __init__(
        self,
        state_file: Path | None = None,
        *,
        port: int = 0,
        tap_after: float | None = None,
        demo_readers: bool = True,
        test_amounts: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self._socket = _bound(port)
        super().__init__(f"http://{HOST}:{self._socket.getsockname()[1]}")
        try:
            self._account = _open_account(state_file, tap_after=tap_after, test_amounts=test_amounts)
            if demo_readers:
                create_demo_readers(self._account)
            self._observer = observer or from_environment()
        except BaseException:
            self._socket.close()
            raise
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Begin to serve; returns when requests are answered."""
        ready = threading.Event()
        self._server = _uvicorn(self._account, self._observer, ready.set)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="simulator", daemon=True
        )
        self._thread.start()
        if not ready.wait(START_SECONDS):
            raise TimeoutError(f"The simulator did not start within {START_SECONDS:.0f} s.")
        return self

    def stop(self) -> None:
        """Stop serving and close the state file."""
        if self._server is not None and self._thread is not None:
            _end(self._server, self._account)
            self._thread.join()
        self._socket.close()
        self._account.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(
    port: int = 0,
    state_file: Path | None = None,
    tap_after: float | None = None,
    on_ready: Callable[[str], None] = lambda _: None,
    *,
    until_stdin_closes: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; ``on_ready`` is told the URL once requests are answered.

    ``until_stdin_closes`` also ends it when whoever holds the other end of its standard input is gone,
    however that one died. Call it from the main thread. Raises as Server does.
    """
    listening = _bound(port)
    account = _open_account(state_file, tap_after=tap_after, test_amounts=False)
    create_demo_readers(account)
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    server = _uvicorn(account, from_environment(), lambda: on_ready(url))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(server, account))
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, args=(server, account), daemon=True).start()
    try:
        server.run([listening])
    finally:
        listening.close()
        account.store.close()


def _end(server: uvicorn.Server, account: Account) -> None:
    account.generation += 1
    server.should_exit = True


def _end_with_stdin(server: uvicorn.Server, account: Account) -> None:
    # A standard input that was never open is closed.
    with suppress(OSError):
        while os.read(STDIN, 4096):
            pass
    _end(server, account)


def _bound(port: int) -> socket.socket:
    # Only for a socket named as TCP does asyncio turn Nagle's algorithm off; else an answer takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError:
        listening.close()
        raise
    return listening


def _open_account(state_file: Path | None, *, tap_after: float | None, test_amounts: bool) -> Account:
    account = Account(Store(state_file))
    account.set_setting("tap_after", tap_after)
    account.set_setting("test_amounts", test_amounts)
    account.store.commit()
    return account


class Protocol(H11Protocol):
    """Lets the application reach its connection, to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol does
        """Show the new connection to each of its requests."""
        self.app_state = {"transport": transport}
        super().connection_made(transport)


class AnnouncingServer(uvicorn.Server):
    """Says when it answers, and leaves signals to ``serve``."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none: uvicorn would raise a signal again after its clean end and so kill the process."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the sockets, then say so."""
        await super().startup(sockets)
        self._on_ready()


def _uvicorn(account: Account, observer: Observer | None, on_ready: Callable[[], None]) -> uvicorn.Server:
    config = uvicorn.Config(
        build(account, observer),
        http=Protocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    return AnnouncingServer(config, on_ready)
