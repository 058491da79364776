"""One request to Stripe's paths, from its bytes to its answer, with whatever is to go wrong."""

import asyncio
import json
import time
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tui_pos.simulator.api import authentication, expand, idempotency, rights
from tui_pos.simulator.api.authentication import Holder
from tui_pos.simulator.api.errors import ApiError
from tui_pos.simulator.api.forms import Form, decode
from tui_pos.simulator.api.params import checked
from tui_pos.simulator.api.routes import Endpoint
from tui_pos.simulator.engine import faults
from tui_pos.simulator.engine.accounts import API_VERSION, Call, World
from tui_pos.simulator.engine.faults import Effect
from tui_pos.simulator.server.trace import Exchanged

FORM = "application/x-www-form-urlencoded"
# Parameters that Stripe took before this version.
RETIRED = {"payment_method_types": "2026-09-30"}
MAX_BODY = 1_000_000
LOOK_UP_SECONDS = 0.1


class Cut(Response):
    """No answer: the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        scope["state"]["transport"].abort()
        # The server learns of it in the loop's next turn; then it does not miss our answer.
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says."""

    method: str
    path: str
    ids: dict[str, str]
    form: str
    holder: Holder
    secret: str
    # Only a POST is idempotent by its key; GET and DELETE are so by themselves.
    key: str | None
    headers: dict[str, str]
    request_id: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request at its endpoint, and what goes wrong with it."""

    world: World
    keys: idempotency.Keys
    endpoint: Endpoint
    asked: Asked
    effect: Effect
    seconds: float

    async def response(self) -> Response:
        """The answer; the work's results are committed before anything is sent. Raises ApiError."""
        refused = faults.refusal(self.effect)
        if refused is not None:
            raise refused
        if self.effect.cut_before:
            return Cut()
        rights.check(self.world, self.asked.secret, rights.needed(self.asked.method, self.asked.path))
        response = await self._once()
        self.world.store.commit()
        slept = await self._sleep() if self.effect.wait_after else True
        if self.effect.cut_after or not slept:
            return Cut()
        if self.effect.garble:
            return answer(200, "<html>gateway</html>", self.asked.headers)
        if self.effect.alter and response.status_code == 200:
            altered = faults.altered(bytes(response.body).decode(), self.effect.alter)
            return answer(200, altered, self.asked.headers)
        return response

    async def _once(self) -> Response:
        """Run the endpoint, or give the answer that its idempotency key already has."""
        asked = self.asked
        if asked.key is None:
            return await self._run()
        mark = idempotency.fingerprint(asked.method, asked.path, asked.form)
        stored = self.keys.begin(asked.holder, asked.key, mark)
        if stored is not None:
            replayed = {"Idempotent-Replayed": "true", "Original-Request": stored["request"]}
            return answer(stored["status"], stored["body"], asked.headers | replayed)
        try:
            return await self._run(mark)
        finally:
            self.keys.end(asked.holder, asked.key)

    async def _run(self, mark: str = "") -> Response:
        asked = self.asked
        if self.effect.wait_before and not await self._sleep():
            return Cut()
        error: ApiError | None = None
        status, body = 200, ""
        try:
            body = self._work() if self.effect.work else ""
            if self.effect.fail:
                raise ApiError("An error occurred on our side.", status=500, kind="api_error")
        except ApiError as raised:
            error = raised
            status, body = raised.status, json.dumps(raised.body(asked.request_id))
        if asked.key is not None and (error is None or error.executed):
            self.keys.keep(asked.holder, asked.key, mark, asked.request_id, status, body)
        return answer(status, body, asked.headers | (error.headers if error else {}))

    async def _sleep(self) -> bool:
        """Let the fault's seconds pass; False when the world was reset or ended meanwhile."""
        age, until = self.world.age, time.monotonic() + self.seconds
        while self.world.age == age:
            left = until - time.monotonic()
            if left <= 0:
                return True
            await asyncio.sleep(min(left, LOOK_UP_SECONDS))
        return False

    def _work(self) -> str:
        asked = self.asked
        form = decode(asked.form)
        _refuse_retired(form, asked.headers["Stripe-Version"])
        params = checked(self.endpoint.params, form)
        wanted = params.pop("expand", [])
        expand.check(wanted, self.endpoint.returns, many=self.endpoint.many)
        rights.check(self.world, asked.secret, *rights.to_expand(expand.kinds(wanted, self.endpoint.returns)))
        call = Call(
            asked.path,
            asked.ids,
            params,
            asked.request_id,
            asked.key,
            asked.holder.account,
            asked.holder.livemode,
        )
        self.world.call = call
        record = self.endpoint.handler(self.world, call)
        return json.dumps(expand.expanded(self.world, record, wanted))


def _refuse_retired(form: Form, version: str) -> None:
    for name, since in RETIRED.items():
        if name in form and version >= since:
            message = f"The parameter {name} is no longer supported. Use allowed_{name} instead."
            raise ApiError(message, f"{name}_no_longer_supported", param=name, executed=False)


async def respond(world: World, keys: idempotency.Keys, endpoint: Endpoint, request: Request) -> Response:
    """Answer one request to an endpoint, and tell whoever observes."""
    headers = {
        "Request-Id": world.new_id("req"),
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
    }
    if "idempotency-key" in request.headers:
        headers["Idempotency-Key"] = request.headers["idempotency-key"]
    asked, effect = None, faults.NOTHING
    try:
        asked = await _read(request, headers)
        effect, seconds = faults.struck(world, asked.method, asked.path)
        response = await Exchange(world, keys, endpoint, asked, effect, seconds).response()
    except ApiError as error:
        response = answer(
            error.status, json.dumps(error.body(headers["Request-Id"])), headers | error.headers
        )
    except ClientDisconnect:
        return Cut()
    finally:
        world.store.commit()
    if world.observer is not None and asked is not None and not isinstance(response, Cut):
        altered = bool(effect.alter) or effect.garble
        world.observer(_exchanged(asked, response, altered=altered))
    return response


def _exchanged(asked: Asked, response: Response, *, altered: bool) -> Exchanged:
    return Exchanged(
        asked.method,
        asked.path,
        asked.form,
        asked.headers["Stripe-Version"],
        response.status_code,
        bytes(response.body).decode(),
        altered,
    )


async def _read(request: Request, headers: dict[str, str]) -> Asked:
    authorization = request.headers.get("authorization", "")
    holder = authentication.holder(authorization)
    body = await request.body()
    if len(body) > MAX_BODY:
        raise ApiError("Invalid request: the body is too large.", executed=False)
    kind = request.headers.get("content-type", FORM)
    if body and not kind.lower().startswith(FORM):
        raise ApiError(f"Invalid request: the content type of a POST must be {FORM}.", executed=False)
    try:
        parts = [request.url.query, body.decode("ascii")]
    except UnicodeDecodeError as error:
        raise ApiError("Invalid request: the body is not form encoded.", executed=False) from error
    return Asked(
        method=request.method,
        path=request.url.path,
        ids=request.path_params,
        form="&".join(part for part in parts if part),
        holder=holder,
        secret=authorization.partition(" ")[2],
        key=headers.get("Idempotency-Key") if request.method == "POST" else None,
        headers=headers,
        request_id=headers["Request-Id"],
    )


def answer(status: int, body: str, headers: dict[str, str]) -> Response:
    """A JSON text as a response."""
    return Response(body, status, headers, media_type="application/json")
