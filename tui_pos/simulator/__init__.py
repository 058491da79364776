"""A stand-in for Stripe's HTTP API on loopback, for training and tests: the real stripe package talks to it.

``Server`` runs one in a thread, ``serve`` is a whole process, ``Child`` starts such a process; all three take
a state file, so that nothing is lost when they are killed. ``Controls`` acts at the counter of a running one.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_pos.simulator.engine.store import StateFileError
    from tui_pos.simulator.server.child import Child, StartError
    from tui_pos.simulator.server.control_client import CommandError, Controls
    from tui_pos.simulator.server.server import Server, serve

__all__ = ["Child", "CommandError", "Controls", "Server", "StartError", "StateFileError", "serve"]

MODULES = {
    "Child": "server.child",
    "StartError": "server.child",
    "CommandError": "server.control_client",
    "Controls": "server.control_client",
    "Server": "server.server",
    "serve": "server.server",
    "StateFileError": "engine.store",
}


def __getattr__(name: str) -> object:
    # The command line imports this package at every start and rarely uses it: load a part when it is named.
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)
