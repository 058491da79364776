"""What a restricted key may do: Stripe's names of the rights, and which of them a request needs.

A right to write is one to read as well, as in Stripe's dashboard, where each resource is none, read or write.
"""

from collections.abc import Iterable
from typing import cast

from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import ApiError

RESTRICTED = "rk_"
OF_PATH = {
    "/v1/terminal/readers": "terminal_reader",
    "/v1/test_helpers/terminal/readers": "terminal_reader",
    "/v1/terminal/locations": "terminal_location",
    "/v1/terminal/connection_tokens": "terminal_connection_token",
    "/v1/payment_intents": "payment_intent",
    "/v1/account": "accounts_kyc_basic",
    "/v1/events": "event",
}
OF_KIND = {
    "terminal.reader": "terminal_reader",
    "terminal.location": "terminal_location",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "customer": "customer",
    "review": "review",
}
OTHER = "charge"  # charges and refunds


def needed(method: str, path: str) -> str:
    """The right for a request."""
    what = next((right for prefix, right in OF_PATH.items() if path.startswith(prefix)), OTHER)
    return f"rak_{what}_{'read' if method == 'GET' else 'write'}"


def to_expand(kinds: Iterable[str]) -> list[str]:
    """The rights for having objects of these kinds put in place of their ids."""
    return [f"rak_{OF_KIND.get(kind, OTHER)}_read" for kind in kinds]


def check(account: Account, key: str, *wanted: str) -> None:
    """Raises ApiError naming the first of these rights that the key lacks.

    A secret key has all of them, and so has a restricted key that the setting ``rights`` does not name.
    """
    named = cast("dict[str, list[str]]", account.setting("rights"))
    if not key.startswith(RESTRICTED) or key not in named:
        return
    held = {*named[key], *(right.removesuffix("_write") + "_read" for right in named[key])}
    for right in wanted:
        if right not in held:
            raise forbidden(right)


def forbidden(right: str) -> ApiError:
    """The error for a key that lacks a right."""
    message = (
        "The provided key does not have the required permissions for this endpoint. "
        f"Having the '{right}' permission would allow this request to continue."
    )
    return ApiError(message, status=403, executed=False)
