"""What Stripe refuses, as the exception that carries it. ``api.errors`` makes the HTTP answer of it."""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal: Stripe's message, its error code, and the parameter at fault, each as Stripe names it.

    ``status`` and ``kind`` (the error's type) are for errors whose code does not imply them, ``headers`` and
    ``embedded`` are more headers of the answer and more fields of its error object. ``executed`` says whether
    the endpoint had begun its work: only then does Stripe keep the answer under the idempotency key.
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
        self.message = message
        self.code = code
        self.param = param
        self.status = status
        self.kind = kind
        self.executed = executed
        self.headers = headers or {}
        self.embedded = embedded


def no_such(what: str, record_id: str, param: str, *, in_path: bool) -> ApiError:
    """An unknown id: 404 when the URL names it, 400 when a parameter does."""
    status = 404 if in_path else 400
    return ApiError(f"No such {what}: '{record_id}'", "resource_missing", param=param, status=status)


def doc_url(code: str) -> str:
    """Where Stripe explains an error code; part of each error object that has a code."""
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
