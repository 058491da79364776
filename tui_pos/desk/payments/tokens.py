"""Connection tokens, with which a reader SDK connects to the conference's Stripe account."""

from tui_pos.desk.access import permissions
from tui_pos.desk.context import Desk


def connection_token(desk: Desk) -> str:
    """A short-lived secret, limited to the conference's location; asks Stripe, so call it in a worker.

    Raises NotPermitted, InvalidInput without a Stripe key, and terminal errors.
    """
    permissions.require(desk, permissions.Action.CONNECTION_TOKEN)
    return desk.terminal.connection_token(desk.conference.location or None).secret
