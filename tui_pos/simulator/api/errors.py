"""Stripe's error object: the status and type of each code, and the exception that carries one."""

from typing import Any

Json = dict[str, Any]

# Codes that do not answer 400 invalid_request_error.
BY_CODE: dict[str, tuple[int, str]] = {
    "idempotency_key_in_use": (409, "invalid_request_error"),
    "lock_timeout": (429, "invalid_request_error"),
    "rate_limit": (429, "invalid_request_error"),
    "card_declined": (402, "card_error"),
}

SHOULD_RETRY = {"idempotency_key_in_use": "true", "lock_timeout": "true"}


class ApiError(Exception):
    """One answer that is an error.

    ``executed`` says whether the endpoint had begun its work: only then does Stripe keep the result under the
    idempotency key, so a refused parameter, a 401, 409 or 429 may be sent again with the same key.
    """

    def __init__(
        self,
        message: str,
        code: str | None = None,
        *,
        param: str | None = None,
        status: int | None = None,
        kind: str | None = None,
        executed: bool = True,
        headers: dict[str, str] | None = None,
        **embedded: object,
    ) -> None:
        super().__init__(message)
        known_status, known_kind = BY_CODE.get(code or "", (400, "invalid_request_error"))
        self.status = status or known_status
        self.executed = executed and self.status not in (401, 409, 429)
        self.headers = headers or {}
        if code in SHOULD_RETRY:
            self.headers["Stripe-Should-Retry"] = SHOULD_RETRY[code]
        elif self.status < 500:
            self.headers["Stripe-Should-Retry"] = "false"
        error: Json = {"type": kind or known_kind, "message": message}
        if code is not None:
            error["code"] = code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param is not None:
            error["param"] = param
        self.error = error | embedded

    def body(self, request_id: str) -> Json:
        """The JSON answer."""
        log = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": self.error | {"request_log_url": log}}


def no_such(what: str, record_id: str, param: str, *, in_path: bool) -> ApiError:
    """An unknown id: 404 when the URL names it, 400 when a parameter does."""
    status = 404 if in_path else 400
    return ApiError(f"No such {what}: '{record_id}'", "resource_missing", param=param, status=status)
