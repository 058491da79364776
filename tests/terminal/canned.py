"""A tiny HTTP server that answers what a test tells it to, for what the simulator cannot say."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    params: Mapping[str, str]
    connection: int


@dataclass
class Canned:
    """Answers are given in turn; the last one again and again."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answers: deque[tuple[int, bytes, Mapping[str, str]] | None] = field(default_factory=deque)
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, status: int, body: object, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, raw, {name.replace("_", "-"): text for name, text in headers.items()}))

    def error(self, status: int, code: str | None = None, **fields: object) -> None:
        detail = {
            "type": "invalid_request_error",
            "message": "No.",
            **({"code": code} if code else {}),
            **fields,
        }
        self.answer(status, {"error": detail}, Request_Id="req_1")

    def cut(self) -> None:
        """The work may be done, the answer never comes: the connection is closed instead."""
        self.answers.append(None)

    def hang(self) -> None:
        """No answer before the test ends."""
        self.answer(-1, b"")

    def next_answer(self) -> tuple[int, bytes, Mapping[str, str]] | None:
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


@contextmanager
def canned_server() -> Iterator[Canned]:
    state = Canned()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def _serve(self, body: str) -> None:
            parts = urlsplit(self.path)
            params = dict(parse_qsl(parts.query or body, keep_blank_values=True))
            port: int = self.client_address[1]
            state.requests.append(Request(self.command, parts.path, dict(self.headers), params, port))
            answer = state.next_answer()
            if answer is None:
                self.close_connection = True
                return
            status, raw, headers = answer
            if status < 0:
                state.released.wait(10)
                self.close_connection = True
                return
            head = [f"HTTP/1.1 {status} Canned", f"Content-Length: {len(raw)}"]
            head += [f"{name}: {text}" for name, text in headers.items()]
            self.wfile.write("\r\n".join([*head, "", ""]).encode() + raw)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
