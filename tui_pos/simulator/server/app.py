"""The simulator as an ASGI application: Stripe's paths and its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tui_pos.simulator.api.idempotency import IdempotencyKeys
from tui_pos.simulator.api.routes import ENDPOINTS, Endpoint
from tui_pos.simulator.engine import presentment
from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import ApiError
from tui_pos.simulator.engine.timers import run_due_timers
from tui_pos.simulator.server import control_api
from tui_pos.simulator.server.request_handling import error_response, handle
from tui_pos.simulator.server.trace import Observer


def build(account: Account, observer: Observer | None) -> ASGIApp:
    """The application for one account, which it then owns; ``observer`` is told of every exchange."""
    keys = IdempotencyKeys(account)

    def route(endpoint: Endpoint) -> Route:
        async def serve(request: Request) -> Response:
            run_due_timers(account)
            return await handle(account, keys, endpoint, request, observer)

        return Route(endpoint.path, serve, methods=[endpoint.method])

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        keys.purge()
        presentment.resume_scheduled_cards(account)
        account.store.commit()
        yield

    app = Starlette(
        routes=[*map(route, ENDPOINTS), *control_api.routes(account)],
        exception_handlers={404: _unknown_path, 405: _unknown_path},
        lifespan=lifespan,
    )
    account.schedule_card = lambda turn, seconds: _schedule_card(account, turn, seconds)
    return _without_last_slash(app)


def _schedule_card(account: Account, turn: str, seconds: float) -> None:
    def present() -> None:
        run_due_timers(account)
        presentment.present_scheduled_card(account, turn)
        account.store.commit()

    asyncio.get_running_loop().call_later(seconds, present)


async def _unknown_path(request: Request, _: Exception) -> Response:
    message = f"Unrecognized request URL ({request.method}: {request.url.path[:200]})."
    return error_response(ApiError(message, status=404), {"Request-Id": "req_unknown_path"})


def _without_last_slash(app: ASGIApp) -> ASGIApp:
    """A client that was given an empty id asks for ``/v1/payment_intents/``: at Stripe that is the list."""

    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["path"] = scope["path"].rstrip("/") or "/"
        await app(scope, receive, send)

    return stripped
