"""One request to Stripe's paths, from its bytes to its answer, with the fault that is set for it."""

import asyncio
import json
import time
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tui_pos.simulator.api import expand, idempotency, rights
from tui_pos.simulator.api.authentication import Credentials, authenticate
from tui_pos.simulator.api.errors import error_answer
from tui_pos.simulator.api.forms import Form, decode
from tui_pos.simulator.api.handlers import Call
from tui_pos.simulator.api.params import checked
from tui_pos.simulator.api.routes import Endpoint
from tui_pos.simulator.engine import faults
from tui_pos.simulator.engine.accounts import API_VERSION, Account, Caller
from tui_pos.simulator.engine.errors import ApiError
from tui_pos.simulator.engine.faults import Effect
from tui_pos.simulator.server.trace import HttpExchange, Observer

FORM = "application/x-www-form-urlencoded"
# Parameters that Stripe took before this version.
RETIRED = {"payment_method_types": "2026-09-30"}
MAX_BODY = 1_000_000
CHECK_SECONDS = 0.1


class Disconnect(Response):
    """No answer: the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Break the connection of the request in ``scope``."""
        scope["state"]["transport"].abort()
        # The server learns of it in the loop's next turn; then it does not miss our answer.
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request as it was read; ``headers`` are those of its answer."""

    method: str
    path: str
    record_id: str
    form: str
    credentials: Credentials
    # Only a POST is idempotent by its key; GET and DELETE are so by themselves.
    idempotency_key: str | None
    headers: dict[str, str]
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHandler:
    """Answers one request at its endpoint, with the fault's effect."""

    account: Account
    keys: idempotency.IdempotencyKeys
    endpoint: Endpoint
    request: ApiRequest
    effect: Effect
    seconds: float

    async def response(self) -> Response:
        """The answer; the work's results are committed before anything is sent. Raises ApiError."""
        request, right = self.request, rights.needed(self.request.method, self.request.path)
        refused = rights.forbidden(right) if self.effect.forbid else faults.refusal(self.effect)
        if refused is not None:
            raise refused
        if self.effect.cut_before:
            return Disconnect()
        rights.check(self.account, request.credentials.key, right)
        response = await self._once()
        self.account.store.commit()
        slept = await self._sleep() if self.effect.wait_after else True
        if self.effect.cut_after or not slept:
            return Disconnect()
        if self.effect.garble:
            return json_response(200, "<html>gateway</html>", request.headers)
        if self.effect.alter and response.status_code == HTTPStatus.OK:
            altered = faults.altered(bytes(response.body).decode(), self.effect.alter)
            return json_response(200, altered, request.headers)
        return response

    async def _once(self) -> Response:
        """Run the endpoint, or give the answer that its idempotency key already has."""
        request = self.request
        if request.idempotency_key is None:
            return await self._run()
        fingerprint = idempotency.fingerprint(request.method, request.path, request.form)
        stored = self.keys.begin(request.credentials, request.idempotency_key, fingerprint)
        if stored is not None:
            replayed = {"Idempotent-Replayed": "true", "Original-Request": stored["request"]}
            return json_response(stored["status"], stored["body"], request.headers | replayed)
        try:
            return await self._run(fingerprint)
        finally:
            self.keys.end(request.credentials, request.idempotency_key)

    async def _run(self, fingerprint: str = "") -> Response:
        request = self.request
        if self.effect.wait_before and not await self._sleep():
            return Disconnect()
        status, headers, stored = 200, request.headers, True
        try:
            body = self._work()
        except ApiError as error:
            answer = error_answer(error, request.request_id)
            status, body, stored = answer.status, answer.body, answer.stored
            headers = headers | answer.headers
        if request.idempotency_key is not None and stored:
            result = {
                "fingerprint": fingerprint,
                "status": status,
                "body": body,
                "request": request.request_id,
            }
            self.keys.keep(request.credentials, request.idempotency_key, result)
        return json_response(status, body, headers)

    async def _sleep(self) -> bool:
        """Let the fault's seconds pass; False when the simulator was reset or ended meanwhile."""
        generation, until = self.account.generation, time.monotonic() + self.seconds
        while self.account.generation == generation:
            left = until - time.monotonic()
            if left <= 0:
                return True
            await asyncio.sleep(min(left, CHECK_SECONDS))
        return False

    def _work(self) -> str:
        """The answer's body, done and failed as the fault says. Raises ApiError."""
        body = self._answer() if self.effect.work else ""
        if self.effect.fail:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            raise ApiError("An error occurred on our side.", status=status, kind="api_error")
        return body

    def _answer(self) -> str:
        request, endpoint, credentials = self.request, self.endpoint, self.request.credentials
        form = decode(request.form)
        _refuse_retired(form, request.headers["Stripe-Version"])
        params = checked(endpoint.params, form)
        wanted = params.pop("expand", [])
        expand.check(wanted, endpoint.returns, many=endpoint.many)
        needed = rights.to_expand(expand.kinds(wanted, endpoint.returns))
        rights.check(self.account, credentials.key, *needed)
        self.account.caller = Caller(
            credentials.account_id, credentials.livemode, request.request_id, request.idempotency_key
        )
        record = endpoint.handler(self.account, Call(request.path, request.record_id, params))
        return json.dumps(expand.expanded(self.account, record, wanted))


def _refuse_retired(form: Form, version: str) -> None:
    for name, since in RETIRED.items():
        if name in form and version >= since:
            message = f"The parameter {name} is no longer supported. Use allowed_{name} instead."
            raise ApiError(message, f"{name}_no_longer_supported", param=name, executed=False)


async def handle(
    account: Account,
    keys: idempotency.IdempotencyKeys,
    endpoint: Endpoint,
    http_request: Request,
    observer: Observer | None,
) -> Response:
    """Answer one request to an endpoint, and tell the observer."""
    headers = {
        "Request-Id": account.new_id("req"),
        "Stripe-Version": http_request.headers.get("stripe-version", API_VERSION),
    }
    if "idempotency-key" in http_request.headers:
        headers["Idempotency-Key"] = http_request.headers["idempotency-key"]
    request, effect = None, faults.NO_EFFECT
    try:
        request = await _read(http_request, headers)
        effect, seconds = faults.next_effect(account, request.method, request.path)
        response = await RequestHandler(
            account=account, keys=keys, endpoint=endpoint, request=request, effect=effect, seconds=seconds
        ).response()
    except ApiError as error:
        response = error_response(error, headers)
    except ClientDisconnect:
        return Disconnect()
    finally:
        account.store.commit()
    if observer is not None and request is not None and not isinstance(response, Disconnect):
        altered = bool(effect.alter) or effect.garble
        observer(_exchange(request, response, altered=altered))
    return response


def _exchange(request: ApiRequest, response: Response, *, altered: bool) -> HttpExchange:
    return HttpExchange(
        method=request.method,
        path=request.path,
        form=request.form,
        version=request.headers["Stripe-Version"],
        status=response.status_code,
        body=bytes(response.body).decode(),
        altered=altered,
    )


async def _read(http_request: Request, headers: dict[str, str]) -> ApiRequest:
    credentials = authenticate(http_request.headers.get("authorization", ""))
    body = await http_request.body()
    if len(body) > MAX_BODY:
        raise ApiError("Invalid request: the body is too large.", executed=False)
    kind = http_request.headers.get("content-type", FORM)
    if body and not kind.lower().startswith(FORM):
        raise ApiError(f"Invalid request: the content type of a POST must be {FORM}.", executed=False)
    try:
        parts = [http_request.url.query, body.decode("ascii")]
    except UnicodeDecodeError as error:
        raise ApiError("Invalid request: the body is not form encoded.", executed=False) from error
    return ApiRequest(
        method=http_request.method,
        path=http_request.url.path,
        record_id=http_request.path_params.get("id", ""),
        form="&".join(part for part in parts if part),
        credentials=credentials,
        idempotency_key=headers.get("Idempotency-Key") if http_request.method == "POST" else None,
        headers=headers,
        request_id=headers["Request-Id"],
    )


def error_response(error: ApiError, headers: dict[str, str]) -> Response:
    """An error as a response; ``headers`` has the Request-Id."""
    answer = error_answer(error, headers["Request-Id"])
    return json_response(answer.status, answer.body, headers | answer.headers)


def json_response(status: int, body: str, headers: dict[str, str]) -> Response:
    """A JSON text as a response."""
    return Response(body, status, headers, media_type="application/json")
