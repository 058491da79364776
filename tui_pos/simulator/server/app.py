"""The simulator as an ASGI application: Stripe's paths and its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tui_pos.simulator.api.errors import ApiError
from tui_pos.simulator.api.idempotency import Keys
from tui_pos.simulator.api.routes import ENDPOINTS, Endpoint
from tui_pos.simulator.engine import presentment
from tui_pos.simulator.engine.accounts import World
from tui_pos.simulator.engine.timers import catch_up
from tui_pos.simulator.server import control_api
from tui_pos.simulator.server.request_handling import answer, respond


def build(world: World) -> ASGIApp:
    """The application for one world, which it then owns."""
    keys = Keys(world)

    def route(endpoint: Endpoint) -> Route:
        async def serve(request: Request) -> Response:
            catch_up(world)
            return await respond(world, keys, endpoint, request)

        return Route(endpoint.path, serve, methods=[endpoint.method])

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        keys.purge()
        presentment.resume(world)
        world.store.commit()
        yield

    app = Starlette(
        routes=[*map(route, ENDPOINTS), *control_api.routes(world)],
        exception_handlers={404: _unknown_path, 405: _unknown_path},
        lifespan=lifespan,
    )
    world.tap_later = lambda turn, seconds: _tap_later(world, turn, seconds)
    return _without_last_slash(app)


def _tap_later(world: World, turn: str, seconds: float) -> None:
    def come() -> None:
        catch_up(world)
        presentment.come_by_itself(world, turn)
        world.store.commit()

    asyncio.get_running_loop().call_later(seconds, come)


async def _unknown_path(request: Request, _: Exception) -> Response:
    message = f"Unrecognized request URL ({request.method}: {request.url.path[:200]})."
    error = ApiError(message, status=404)
    request_id = "req_unknown_path"
    return answer(404, json.dumps(error.body(request_id)), {"Request-Id": request_id} | error.headers)


def _without_last_slash(app: ASGIApp) -> ASGIApp:
    """A client that was given an empty id asks for ``/v1/payment_intents/``: at Stripe that is the list."""

    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["path"] = scope["path"].rstrip("/") or "/"
        await app(scope, receive, send)

    return stripped
