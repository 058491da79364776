"""What answers an endpoint: a function of the engine, called with what the path and the parameters say."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_pos.simulator.api.lists import page
from tui_pos.simulator.api.search import search_page
from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an endpoint: its path, the id in it (or an empty one), and its checked parameters."""

    path: str
    record_id: str
    params: Json


Handler = Callable[[Account, Call], Json]
OnCollection = Callable[[Account, Json], Json]
OnObject = Callable[[Account, str, Json], Json]


def on_collection(act: OnCollection) -> Handler:
    """Calls ``act(account, params)``."""
    return lambda account, call: act(account, call.params)


def on_object(act: OnObject) -> Handler:
    """Calls ``act(account, id, params)``."""
    return lambda account, call: act(account, call.record_id, call.params)


def retrieves(kind: str, param: str = "id") -> Handler:
    """Answers with the object of this id; ``param`` is what Stripe calls the id in its error."""
    return lambda account, call: account.fetch(kind, call.record_id, param)


def lists(kind: str) -> Handler:
    """Answers with a page of all objects of a kind."""
    return lambda account, call: page(account, kind, call.path, call.params)


def searches(kind: str) -> Handler:
    """Answers with a page of what the query finds."""
    return lambda account, call: search_page(account, kind, call.path, call.params)
