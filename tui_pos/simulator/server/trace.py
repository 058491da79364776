"""What went over the wire, for whoever looks at it: a test that compares it with Stripe's own types."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER_VARIABLE = "TUI_POS_SIMULATOR_TRACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpExchange:
    """One request and its answer. ``form`` is the query and body as they were sent, joined by ``&``;
    ``altered`` is an answer that a fault changed on its way."""

    method: str
    path: str
    form: str
    version: str
    status: int
    body: str
    altered: bool = False


Observer = Callable[[HttpExchange], None]


def from_environment() -> Observer | None:
    """Appends each exchange as a line of JSON to a file of this process in the folder that
    TUI_POS_SIMULATOR_TRACE names; None when it names none."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    file = Path(folder) / f"{os.getpid()}.jsonl"

    def write(exchange: HttpExchange) -> None:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(exchange)) + "\n")

    return write
