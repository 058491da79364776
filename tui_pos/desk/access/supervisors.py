"""Who may do what the person at the desk may not."""

from typing import Any

from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import ContentType, GroupPermission, Permission, User, UserGroup, UserPermission
from tui_pos.desk.access.people import full_name
from tui_pos.desk.access.permissions import GRANTS, Action, require
from tui_pos.desk.access.rights import APP_LABEL
from tui_pos.desk.context import Desk


def who_may(desk: Desk, action: Action, limit: int = 3) -> tuple[str, ...]:
    """The names of up to ``limit`` people who may do it, those with the right before superusers.

    Superusers are often who built the web site, and seldom at the venue.
    """
    require(desk, Action.LOOK_UP)
    found = _who(action).order_by(User.is_superuser, User.first_name, User.id)
    with connected():
        return tuple(full_name(user) for user in found.limit(limit))


def anybody_may(action: Action) -> bool:
    """Whether somebody may do it; before the first sale of a new database nobody may."""
    with connected():
        return bool(_who(action).exists())


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
