"""A stand-in for Stripe's HTTP API on loopback, for training and tests: the real stripe package talks to it.

``Server`` runs one in a thread, ``serve`` is a whole process, ``Child`` starts such a process; all three take
a state file, so that nothing is lost when they are killed.
"""

from tui_pos.simulator.child import Child
from tui_pos.simulator.controls import CommandError, Controls
from tui_pos.simulator.server import Server, serve

__all__ = ["Child", "CommandError", "Controls", "Server", "serve"]
