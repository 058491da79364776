"""The HTTP answer of an error: Stripe's status, type, headers and error object for each code."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from tui_pos.simulator.engine.errors import ApiError, Json, doc_url

# Codes that do not answer 400 invalid_request_error.
BY_CODE: dict[str, tuple[int, str]] = {
    "idempotency_key_in_use": (409, "invalid_request_error"),
    "lock_timeout": (429, "invalid_request_error"),
    "rate_limit": (429, "invalid_request_error"),
    "card_declined": (402, "card_error"),
}
SHOULD_RETRY = {"idempotency_key_in_use": "true", "lock_timeout": "true"}
# Never kept under an idempotency key: the same request may be sent again with it.
NOT_STORED = (401, 409, 429)


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An error as it is sent; ``stored`` says whether the idempotency key keeps it."""

    status: int
    headers: dict[str, str]
    body: str
    stored: bool


def error_answer(error: ApiError, request_id: str) -> ErrorAnswer:
    """What a client is answered."""
    known_status, known_kind = BY_CODE.get(error.code or "", (400, "invalid_request_error"))
    status = error.status or known_status
    headers = dict(error.headers)
    if error.code in SHOULD_RETRY:
        headers["Stripe-Should-Retry"] = SHOULD_RETRY[error.code]
    elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
        headers["Stripe-Should-Retry"] = "false"
    shown: Json = {"type": error.kind or known_kind, "message": error.message}
    if error.code is not None:
        shown |= {"code": error.code, "doc_url": doc_url(error.code)}
    if error.param is not None:
        shown["param"] = error.param
    shown |= error.embedded | {"request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}
    return ErrorAnswer(
        status, headers, json.dumps({"error": shown}), error.executed and status not in NOT_STORED
    )
