"""Who may do what: one table from actions to django-program's rights."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_pos.desk.context import Desk, Staff
from tui_pos.desk.errors import NotPermitted, Refused

if TYPE_CHECKING:
    from tui_pos.desk.access.rights import CurrentRights


class Action(StrEnum):
    """What a desk does that needs a right."""

    LOOK_UP = "look_up"
    CHECK_IN = "check_in"
    SELL = "sell"
    CHARGE = "charge"
    CAPTURE = "capture"
    CANCEL = "cancel"
    READERS = "readers"
    CONNECTION_TOKEN = "connection_token"
    REFUND = "refund"
    RESOLVE = "resolve"
    COMPLIMENTARY = "complimentary"
    SET_UP = "set_up"
    RECONCILE = "reconcile"
    ADDRESSES = "addresses"
    CORRECT = "correct"
    TRANSFER = "transfer"
    TRANSFER_USED = "transfer_used"
    MANAGE = "manage"
    EXPORT = "export"
    FORGET = "forget"


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
    Action.COMPLIMENTARY: _SUPERVISOR,
    Action.SET_UP: _SUPERVISOR,
    Action.MANAGE: _SUPERVISOR,
    Action.ADDRESSES: _TILL,
    Action.CORRECT: _TILL,
    Action.TRANSFER: _TILL,
    Action.TRANSFER_USED: _SUPERVISOR,
    Action.EXPORT: _SUPERVISOR,
    Action.FORGET: _SUPERVISOR,
    Action.RECONCILE: _TILL | {SERVICE},
}
"""Any one of the rights allows the action; a superuser may do everything."""

LOOKING = frozenset({Action.LOOK_UP, Action.READERS, Action.ADDRESSES})
"""Actions that change nothing: the rights read at sign-in are enough for them."""

DESK_RIGHTS = frozenset[str]().union(*GRANTS.values()) - {SERVICE}
"""Somebody with none of these rights may not sign in at a desk."""


def allowed(staff: Staff, action: Action) -> bool:
    """Whether this person may do it."""
    return staff.is_superuser or not GRANTS[action].isdisjoint(staff.codenames)


def require(desk: Desk, action: Action, *, looks: bool = False) -> None:
    """Raise NotPermitted unless who is signed in may do it.

    The rights are read anew from the database; the code is ``inactive`` for an account that was disabled
    since. With ``looks`` (nothing is changed), and for ``LOOKING``, the rights read at sign-in are enough.
    """
    if looks or action in LOOKING:
        _refuse_unless(allowed(desk.staff, action), desk, action)
    else:
        _now(desk, action)


def require_sale(desk: Desk, action: Action = Action.SELL) -> None:
    """The same for what makes an order or takes money for one: an inactive conference sells nothing.

    Raises Refused ``conference_inactive``. Look-ups, check-ins, refunds, and what puts a sale away go on.
    """
    if not _now(desk, action).conference_is_active:
        raise Refused("conference_inactive", conference=desk.conference.name)


def _now(desk: Desk, action: Action) -> "CurrentRights":
    """The person's rights now. Raises NotPermitted when they do not allow the action."""
    from tui_pos.desk.access import rights  # the screens need this module before there is a database

    now = rights.current_rights(desk.staff.id, desk.conference.id)
    if now is None or not now.is_active:
        raise NotPermitted("inactive", who=desk.staff.name)
    # The service account's right is not in the database, so it is not looked up there.
    held = now.codenames | (desk.staff.codenames - DESK_RIGHTS)
    staff = replace(desk.staff, codenames=held, is_superuser=now.is_superuser)
    _refuse_unless(allowed(staff, action), desk, action)
    return now


def _refuse_unless(may: bool, desk: Desk, action: Action) -> None:
    if not may:
        raise NotPermitted("not_permitted", who=desk.staff.name, action=action)
