"""What can be expected to go wrong: its exit status and its reason code, in one table."""

from dataclasses import dataclass

import typer

from tui_pos.core.config import ConfigError
from tui_pos.core.exit_codes import NOT_FOUND, UNAVAILABLE, USAGE
from tui_pos.core.money import MoneyError
from tui_pos.data.errors import DataError
from tui_pos.desk.errors import Reason, Refusal
from tui_pos.terminal import errors as stripe


@dataclass(frozen=True, slots=True)
class Failure:
    """An expected error as programs and people are told it; ``said`` is for ``ui.messages.sentence``."""

    status: int
    code: str
    said: str | Reason


# The first class that fits decides, so a special one stands before its base.
TABLE: tuple[tuple[type[Exception], int, str], ...] = (
    (typer.TyperException, USAGE, "usage"),
    (typer.Abort, USAGE, "usage"),
    (ConfigError, USAGE, "bad_config"),
    (MoneyError, USAGE, "invalid_amount"),
    (DataError, UNAVAILABLE, "database"),
    (stripe.NotFound, NOT_FOUND, "stripe_not_found"),
    (stripe.UnknownOutcome, UNAVAILABLE, "unknown_outcome"),
    (stripe.ReaderOffline, UNAVAILABLE, "reader_offline"),
    (stripe.ReaderBusy, UNAVAILABLE, "reader_busy"),
    (stripe.RateLimited, UNAVAILABLE, "rate_limited"),
    (stripe.Misconfigured, UNAVAILABLE, "stripe_misconfigured"),
    (stripe.Declined, UNAVAILABLE, "declined"),
    (stripe.AmountRefused, UNAVAILABLE, "amount_refused"),
    (stripe.Refused, UNAVAILABLE, "stripe_refused"),
)


def known(error: BaseException) -> Failure | None:
    """What to say and how to exit for an expected error; None for an unexpected one."""
    if isinstance(error, Refusal):
        return Failure(error.exit_status, error.code, error.message or error.reason)
    for kind, status, code in TABLE:
        if isinstance(error, kind):
            return Failure(status, code, _said(error))
    return None


def _said(error: BaseException) -> str | Reason:
    reason = getattr(error, "reason", None)  # of money, Stripe, and a payment that was cut off
    if isinstance(reason, Reason):
        return reason
    if isinstance(error, typer.Abort):
        return "Nothing was entered."
    text = error.format_message() if isinstance(error, typer.TyperException) else str(error)
    return text if text.endswith((".", "?", "!")) else f"{text}."
