"""Who may do what: one table from actions to django-program's rights."""

from enum import StrEnum

from tui_pos.desk.context import Desk, Staff
from tui_pos.desk.errors import NotPermitted


class Action(StrEnum):
    """What a desk does that needs a right; the value is how a refusal names it."""

    LOOK_UP = "look people and orders up"
    CHECK_IN = "check people in"
    SELL = "sell"
    CHARGE = "take card payments"
    CAPTURE = "capture payments"
    CANCEL = "cancel orders and payments"
    READERS = "see the card readers"
    CONNECTION_TOKEN = "connect a reader"
    REFUND = "refund"
    RESOLVE = "resolve payments"
    COMP = "give away for free"
    SET_UP = "change whose payments these are"
    RECONCILE = "reconcile payments"


CHANGE_CONFERENCE = "change_conference"
VIEW_CHECKIN = "view_checkin"
USE_TERMINAL = "use_terminal"
SERVICE = "service account"
"""Held by the host's service account alone: no row of the database can give it."""

_DOOR = frozenset({VIEW_CHECKIN, USE_TERMINAL, CHANGE_CONFERENCE})
_TILL = frozenset({USE_TERMINAL, CHANGE_CONFERENCE})
_SUPERVISOR = frozenset({CHANGE_CONFERENCE})

GRANTS: dict[Action, frozenset[str]] = {
    Action.LOOK_UP: _DOOR,
    Action.CHECK_IN: _DOOR,
    Action.SELL: _TILL,
    Action.CHARGE: _TILL,
    Action.CAPTURE: _TILL,
    Action.CANCEL: _TILL,
    Action.READERS: _TILL,
    Action.CONNECTION_TOKEN: _TILL,
    Action.REFUND: _SUPERVISOR,
    Action.RESOLVE: _SUPERVISOR,
    Action.COMP: _SUPERVISOR,
    Action.SET_UP: _SUPERVISOR,
    Action.RECONCILE: _TILL | {SERVICE},
}
"""Any one of the rights allows the action; a superuser may do everything."""

DESK_RIGHTS = frozenset[str]().union(*GRANTS.values()) - {SERVICE}
"""Somebody who holds none of these has no business at a desk."""


def allowed(staff: Staff, action: Action) -> bool:
    """Whether this person may do it."""
    return staff.is_superuser or not GRANTS[action].isdisjoint(staff.codenames)


def require(desk: Desk, action: Action) -> None:
    """Raise NotPermitted unless who is signed in may do it."""
    if not allowed(desk.staff, action):
        raise NotPermitted("not_permitted", f"{desk.staff.name} may not {action}. Ask a supervisor.")
