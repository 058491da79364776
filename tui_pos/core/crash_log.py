"""Unexpected errors in the log: what the person is not shown, without local variables and without secrets."""

import re
import traceback
from pathlib import Path

from tui_pos.core import clock, log_file

FILE_NAME = log_file.NAME

_SECRETS = re.compile(
    r"\b((?:sk|rk|pk|whsec|pst)_(?:live_|test_)?)\w+"
    r"|(://[^:/@\s]*:)[^/\s]+(?=@)"  # up to the last @: a password may hold one
    r"|((?i:\bpassword\s*[=:]\s*|\bauthorization:\s*\w+\s+))(?:'[^']*'|\"[^\"]*\"|\S+)"
)
_PERSONAL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.])"  # a card's number
)


def record(error: BaseException, file: Path) -> str:
    """Append ``error`` to the log; answers the reference to find it by. Raises OSError when it cannot."""
    reference = clock.random_code(6)
    text = redact("".join(traceback.format_exception(error)))
    log_file.append(file, f"{clock.host():%Y-%m-%dT%H:%M:%SZ} reference {reference}\n{text}\n")
    return reference


def redact(text: str) -> str:
    """``text`` without Stripe keys, passwords in URLs and settings, e-mail addresses and numbers of cards."""
    return _PERSONAL.sub("***", _SECRETS.sub(lambda match: f"{match[1] or match[2] or match[3]}***", text))
