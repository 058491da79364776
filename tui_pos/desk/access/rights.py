"""The rights that a user has in the database now, read anew rather than remembered from the sign-in."""

from dataclasses import dataclass
from typing import Any, cast

from peewee import JOIN, Query

from tui_pos.data.connection import connected
from tui_pos.data.queries import Compiled, parameter
from tui_pos.data.tables.auth import ContentType, GroupPermission, Permission, User, UserGroup, UserPermission
from tui_pos.data.tables.program import Conference

APP_LABEL = "program_conference"
"""The app label of the content types that django-program's permissions belong to."""


@dataclass(frozen=True, slots=True)
class CurrentRights:
    """Whether a user may sign in, with which rights, and whether the conference is active."""

    is_active: bool
    is_superuser: bool
    codenames: frozenset[str]
    conference_is_active: bool


def current_rights(user_id: int, conference_id: int) -> CurrentRights | None:
    """A user's rights now; None when the user or the conference was deleted. One SQL statement."""
    with connected():
        found = _CURRENT_RIGHTS.rows(user=user_id, conference=conference_id)
    if not found:
        return None
    is_active, is_superuser, conference_is_active, _ = found[0]
    codenames = frozenset(row[3] for row in found if row[3] is not None)
    return CurrentRights(bool(is_active), bool(is_superuser), codenames, bool(conference_is_active))


def rights_of(user_id: int) -> frozenset[str]:
    """The codenames that a user holds, directly or through a group; needs a connection."""
    return frozenset(row[0] for row in _HELD.rows(user=user_id))


def _held_query() -> Query:
    direct = UserPermission.select(UserPermission.permission).where(UserPermission.user == parameter("user"))
    by_group = (
        GroupPermission.select(GroupPermission.permission)
        .join(UserGroup, on=(UserGroup.group == GroupPermission.group))
        .where(UserGroup.user == parameter("user"))
    )
    return (
        Permission.select(Permission.codename)
        .join(ContentType)
        .where(ContentType.app_label == APP_LABEL, Permission.id.in_(direct) | Permission.id.in_(by_group))
    )


def _current_rights_query() -> Query:
    held = cast(Any, _held_query()).alias("held")  # the stubs give it to a select of models alone
    return (
        User.select(User.is_active, User.is_superuser, Conference.is_active, held.c.codename)
        .join(Conference, on=(Conference.id == parameter("conference")))
        .join(held, JOIN.LEFT_OUTER, on=(User.id == parameter("user")), src=User)
        .where(User.id == parameter("user"))
    )


_HELD = Compiled(_held_query)
_CURRENT_RIGHTS = Compiled(_current_rights_query)
