"""The log of unexpected errors: what the person is not shown, without local variables and without secrets."""

import re
import traceback
from pathlib import Path

from tui_pos import clock, files

FILE_NAME = "tui-pos.log"

_SECRETS = re.compile(r"\b((?:sk|rk|pk|whsec|pst)_(?:live_|test_)?)\w+|(://[^:/@\s]*:)[^@\s]+(?=@)")


def record(error: BaseException, file: Path) -> str:
    """Append ``error`` to the log; answers the reference to find it by. Raises OSError when it cannot."""
    reference = clock.random_code(6)
    text = redact("".join(traceback.format_exception(error)))
    _append(file, f"reference {reference}\n{text}\n")
    return reference


def note(sentence: str, file: Path) -> None:
    """Append what happened, in one sentence, to the log. Raises OSError when it cannot."""
    _append(file, f"{redact(sentence)}\n")


def _append(file: Path, text: str) -> None:
    files.make_folder(file.parent)
    files.make_file(file)  # an error's text may name people
    with file.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {text}")


def redact(text: str) -> str:
    """``text`` without Stripe keys and without passwords in URLs."""
    return _SECRETS.sub(lambda match: f"{match[1] or match[2]}***", text)
