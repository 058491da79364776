"""What went over the wire, for whoever looks at it: a test that compares it with Stripe's own types."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER_VARIABLE = "TUI_POS_SIMULATOR_TRACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpExchange:
    """One request and its answer."""

    method: str
    path: str
    form: str  # the query and body as they were sent, joined by `&`
    version: str
    status: int
    body: str
    altered: bool = False  # by a fault, on its way


Observer = Callable[[HttpExchange], None]


def from_environment() -> Observer | None:
    """What appends each exchange as JSON to a file in the folder that the variable names; None without it."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    file = Path(folder) / f"{os.getpid()}.jsonl"

    def write(exchange: HttpExchange) -> None:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(exchange)) + "\n")

    return write
