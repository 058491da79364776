"""The HTTP side: how a request becomes a call to an endpoint, and its result an answer as Stripe gives it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tui_pos.simulator import control, expand, idempotency, payments, present, readers, refunds
from tui_pos.simulator.errors import ApiError, Json
from tui_pos.simulator.faults import Effect, refusal, struck
from tui_pos.simulator.forms import decode
from tui_pos.simulator.params import checked
from tui_pos.simulator.routes import ENDPOINTS, Endpoint
from tui_pos.simulator.world import API_VERSION, Call, World

FORM = "application/x-www-form-urlencoded"
KEY_PREFIXES = ("sk_", "rk_")
MAX_BODY = 1_000_000

TIMERS: dict[str, Callable[[World, str], None]] = {
    payments.HOLD: payments.hold_lapses,
    refunds.SETTLES: refunds.settle,
    present.COLLECTED: readers.collected_lapses,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read."""

    method: str
    path: str
    form: str
    account: str
    key: str | None
    version: str
    request_id: str


class Api:
    """Answers Stripe's paths for one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = idempotency.Keys(world)

    async def answer(self, endpoint: Endpoint, request: Request) -> Response:
        """One request, with whatever was ordered to go wrong with it."""
        catch_up(self.world)
        request_id = self.world.new_id("req")
        try:
            asked = await _read(request, request_id)
            return await self._strike(endpoint, asked, request.path_params)
        except ApiError as error:
            return _response(
                error.status, json.dumps(error.body(request_id)), _headers(request, request_id, error)
            )
        finally:
            self.world.store.commit()

    async def _strike(self, endpoint: Endpoint, asked: Asked, ids: dict[str, str]) -> Response:
        effect, seconds = struck(self.world, asked.method, asked.path)
        refused = refusal(effect)
        if effect.cut_before:
            return Cut()
        if refused is not None:
            raise refused
        age = self.world.age
        response = await self._once(endpoint, asked, ids, effect, seconds)
        self.world.store.commit()
        if effect.wait_after:
            await asyncio.sleep(seconds)
        if effect.cut_after or self.world.age != age:
            return Cut()
        if effect.garble:
            return _response(200, "<html>gateway</html>", {"Request-Id": asked.request_id})
        return response

    async def _once(
        self, endpoint: Endpoint, asked: Asked, ids: dict[str, str], effect: Effect, seconds: float
    ) -> Response:
        """Run the endpoint, or give the answer that its idempotency key already has."""
        if asked.key is None or asked.method != "POST":
            return await self._run(endpoint, asked, ids, effect, seconds)
        print_ = idempotency.fingerprint(asked.method, asked.path, asked.form)
        stored = self.keys.begin(asked.account, asked.key, print_)
        if stored is not None:
            replayed = {"Idempotent-Replayed": "true", "Original-Request": stored["request"]}
            return _response(stored["status"], stored["body"], _echo(asked) | replayed)
        try:
            return await self._run(endpoint, asked, ids, effect, seconds, print_)
        finally:
            self.keys.end(asked.account, asked.key)

    async def _run(
        self,
        endpoint: Endpoint,
        asked: Asked,
        ids: dict[str, str],
        effect: Effect,
        seconds: float,
        mark: str = "",
    ) -> Response:
        age = self.world.age
        if effect.wait_before:
            await asyncio.sleep(seconds)
        if self.world.age != age:
            return Cut()
        error: ApiError | None = None
        status, body = 200, ""
        try:
            body = self._work(endpoint, asked, ids) if effect.work else ""
            if effect.fail:
                raise ApiError("An error occurred on our side.", status=500, kind="api_error")
        except ApiError as raised:
            error = raised
            status, body = raised.status, json.dumps(raised.body(asked.request_id))
        if mark and asked.key is not None and (error is None or error.executed):
            self.keys.keep(asked.account, asked.key, mark, status, body)
        return _response(status, body, _echo(asked) | (error.headers if error else {}))

    def _work(self, endpoint: Endpoint, asked: Asked, ids: dict[str, str]) -> str:
        params = checked(endpoint.params, decode(asked.form))
        wanted = params.pop("expand", [])
        expand.check(wanted, endpoint.returns, many=endpoint.many)
        call = Call(asked.path, ids, params, asked.request_id, asked.key)
        self.world.call = call
        record = endpoint.handler(self.world, call)
        return json.dumps(expand.expanded(self.world, record, wanted))


class Cut(Response):
    """No answer: the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["transport"].abort()
        # The server learns of it in the loop's next turn; then it does not miss our answer.
        await asyncio.sleep(0)


def catch_up(world: World) -> None:
    """Do what has become due since the last request."""
    world.call = Call("")
    for timer in world.due():
        TIMERS[timer["what"]](world, timer["id"])


async def _read(request: Request, request_id: str) -> Asked:
    account = _account(request)
    body = await request.body()
    if len(body) > MAX_BODY:
        raise ApiError("Invalid request: the body is too large.", executed=False)
    kind = request.headers.get("content-type", FORM)
    if body and not kind.lower().startswith(FORM):
        raise ApiError(f"Invalid request: the content type of a POST must be {FORM}.", executed=False)
    parts = [request.url.query, body.decode("latin-1")]
    return Asked(
        method=request.method,
        path=request.url.path,
        form="&".join(part for part in parts if part),
        account=account,
        key=request.headers.get("idempotency-key"),
        version=request.headers.get("stripe-version", API_VERSION),
        request_id=request_id,
    )


def _account(request: Request) -> str:
    """The API key, sent as a bearer token or as the user of basic authentication."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.startswith(KEY_PREFIXES):
        return key
    if not key:
        message = "You did not provide an API key: send it as 'Authorization: Bearer YOUR_SECRET_KEY'."
    else:
        message = "Invalid API Key provided: a secret key begins with sk_ or rk_."
    raise ApiError(message, status=401)


def _headers(request: Request, request_id: str, error: ApiError) -> dict[str, str]:
    version = request.headers.get("stripe-version", API_VERSION)
    return {"Request-Id": request_id, "Stripe-Version": version} | error.headers


def _echo(asked: Asked) -> dict[str, str]:
    headers = {"Request-Id": asked.request_id, "Stripe-Version": asked.version}
    return headers | ({"Idempotency-Key": asked.key} if asked.key is not None else {})


def _response(status: int, body: str, headers: dict[str, str]) -> Response:
    return Response(body, status, headers, media_type="application/json")


async def _unknown_path(request: Request, error: Exception) -> Response:
    message = f"Unrecognized request URL ({request.method}: {request.url.path[:200]})."
    status = error.status_code if isinstance(error, HTTPException) and error.status_code != 405 else 404
    refused = ApiError(message, status=status)
    return _response(status, json.dumps(refused.body("req_none")), refused.headers)


def build(world: World) -> ASGIApp:
    """The application for one world."""
    api = Api(world)

    def route(endpoint: Endpoint) -> Route:
        async def answer(request: Request) -> Response:
            return await api.answer(endpoint, request)

        return Route(endpoint.path, answer, methods=[endpoint.method])

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        present.resume(world)
        yield

    app = Starlette(
        routes=[*map(route, ENDPOINTS), *control.routes(world)],
        exception_handlers={404: _unknown_path, 405: _unknown_path},
        lifespan=lifespan,
    )
    world.tap_later = lambda turn, seconds: _tap_later(world, turn, seconds)
    return _without_last_slash(app)


def _tap_later(world: World, turn: str, seconds: float) -> None:
    def come() -> None:
        present.come_by_itself(world, turn)
        world.store.commit()

    asyncio.get_running_loop().call_later(seconds, come)


def _without_last_slash(app: ASGIApp) -> ASGIApp:
    """A client that was given an empty id asks for ``/v1/payment_intents/``: at Stripe that is the list."""

    async def stripped(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["path"] = scope["path"].rstrip("/") or "/"
        await app(scope, receive, send)

    return stripped


Answer = Callable[[Request], Awaitable[Response]]
