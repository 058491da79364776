"""What a person is called, who may read their address, and who may do what the person at the desk may not."""

import re
from typing import Any

from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import ContentType, GroupPermission, Permission, User, UserGroup, UserPermission
from tui_pos.data.tables.registration import Order
from tui_pos.desk.access.permissions import GRANTS, Action, allowed, require
from tui_pos.desk.access.rights import APP_LABEL
from tui_pos.desk.context import Desk

WALK_UP = "walk-up"
"""What somebody is called who gave no name: their account was made at a desk or by the web site."""

_ADDRESS = re.compile(r"\S+@\S+")
_GUEST = re.compile(r"(?:desk-)?guest-(?:[A-Z0-9]{8}|[0-9a-f-]{4,36})")
"""The user names of such accounts: ``orders.guests`` and host projects make them."""


def bare_name(user: User) -> str:
    """First and last name, '' for somebody who gave none."""
    return f"{user.first_name} {user.last_name}".strip()


def full_name(user: User) -> str:
    """First and last name, else the username, else WALK_UP for the account of a guest without a name."""
    return called(user.first_name, user.last_name, user.username)


def called(first_name: str, last_name: str, username: str) -> str:
    """The same for the bare columns of a user; of an e-mail address the part before ``@``."""
    name = f"{first_name} {last_name}".strip()
    return name or _without_guest(username.partition("@")[0] or username) or WALK_UP


def buyer_of(order: Order) -> str:
    """What the buyer of an order is called: the name given for it, else the account's."""
    return _without_guest(order.billing_name) or full_name(order.user)


def name_to_keep(user: User) -> str:
    """The name of an account as an order stores it; '' for a guest without a name."""
    return _without_guest(f"{user.first_name} {user.last_name}".strip() or user.username)


def _without_guest(name: str) -> str:
    return "" if _GUEST.fullmatch(name) else name


def sees_addresses(desk: Desk) -> bool:
    """Whether who is signed in may read e-mail addresses; who lets people in needs none."""
    return allowed(desk.staff, Action.ADDRESSES)


def without_addresses(desk: Desk, text: str) -> str:
    """``text``, without what looks like an e-mail address for those who may read none."""
    return text if sees_addresses(desk) or "@" not in text else _ADDRESS.sub("(e-mail)", text)


def who_may(desk: Desk, action: Action, limit: int = 3) -> tuple[str, ...]:
    """The names of up to ``limit`` people who may do it, those with the right before superusers.

    A superuser is often the web site's developer, who is seldom at the venue.
    """
    require(desk, Action.LOOK_UP)
    found = _who(action).order_by(User.is_superuser, User.first_name, User.id)
    with connected():
        return tuple(full_name(user) for user in found.limit(limit))


def anybody_may(action: Action) -> bool:
    """Whether somebody may do it; before the first sale of a new database nobody may."""
    with connected():
        return bool(_who(action).exists())


def named_may(username: str, action: Action) -> bool:
    """Whether the account of this name (exact) may do it."""
    with connected():
        return bool(_who(action).where(User.username == username).exists())


def _who(action: Action) -> Any:
    rights = (
        Permission.select(Permission.id)
        .join(ContentType)
        .where(ContentType.app_label == APP_LABEL, Permission.codename.in_(GRANTS[action]))
    )
    direct = UserPermission.select(UserPermission.user).where(UserPermission.permission.in_(rights))
    by_group = (
        UserGroup.select(UserGroup.user)
        .join(GroupPermission, on=(GroupPermission.group == UserGroup.group))
        .where(GroupPermission.permission.in_(rights))
    )
    may = User.is_superuser | User.id.in_(direct) | User.id.in_(by_group)
    return User.select().where(User.is_active, may)
