"""Stripe Terminal: the readers, the payments and the refunds of one Stripe account.

    terminal = Terminal(key)                    # no network, no import of stripe
    intent = terminal.create_intent(12000, "usd", metadata={...}, key=stored_key)
    terminal.process("tmr_...", intent.id)      # the reader lights up
    terminal.intent(intent.id).status           # the truth, whatever else was said
    terminal.capture(intent.id, key=other_key)

What goes wrong is a `TerminalError` with a `Fault`; `DeclineCode` is why a card was declined.
"""

from tui_pos.terminal.client import CancelReason, RefundReason, Terminal
from tui_pos.terminal.connection import API_VERSION, Timeouts
from tui_pos.terminal.declines import DeclineCode
from tui_pos.terminal.errors import (
    AmountRefused,
    Answer,
    Declined,
    Fault,
    IntentNotFound,
    Misconfigured,
    NotFound,
    RateLimited,
    ReaderBusy,
    ReaderOffline,
    ReaderTimeout,
    Refused,
    TerminalError,
    UnknownOutcome,
)
from tui_pos.terminal.model import (
    Account,
    ApiFailure,
    Card,
    CartLine,
    ConnectionToken,
    FailureKind,
    Intent,
    LastError,
    Location,
    Reader,
    ReaderAction,
    StripeRefund,
)
from tui_pos.terminal.rights import MissingRight, Purpose

__all__ = [
    "API_VERSION",
    "Account",
    "AmountRefused",
    "Answer",
    "ApiFailure",
    "CancelReason",
    "Card",
    "CartLine",
    "ConnectionToken",
    "DeclineCode",
    "Declined",
    "FailureKind",
    "Fault",
    "Intent",
    "IntentNotFound",
    "LastError",
    "Location",
    "Misconfigured",
    "MissingRight",
    "NotFound",
    "Purpose",
    "RateLimited",
    "Reader",
    "ReaderAction",
    "ReaderBusy",
    "ReaderOffline",
    "ReaderTimeout",
    "RefundReason",
    "Refused",
    "StripeRefund",
    "Terminal",
    "TerminalError",
    "Timeouts",
    "UnknownOutcome",
]
