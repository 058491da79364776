"""Signing in at a desk with the web site's user name and password."""

import logging

from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import ContentType, GroupPermission, Permission, User, UserGroup, UserPermission
from tui_pos.desk.context import Staff
from tui_pos.desk.errors import NotPermitted
from tui_pos.desk.staff.passwords import UNUSABLE, verify
from tui_pos.desk.staff.permissions import DESK_RIGHTS
from tui_pos.desk.visitor.people import full_name

log = logging.getLogger(__name__)

APP_LABEL = "program_conference"
"""The content type that django-program keeps the desk's rights on."""

NOBODYS_HASH = "pbkdf2_sha256$1000000$9zW5TqfLkR2hUo0cVbXy1e$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
"""Checked when there is no such user, as slow as Django's own, so that the time taken tells nothing."""

_RIGHTS = ", ".join(sorted(DESK_RIGHTS))


def sign_in(username: str, secret: str) -> Staff:
    """The staff member with this user name (exact) and password.

    Raises NotPermitted: ``wrong_credentials`` with one sentence for an unknown user, a wrong password and an
    inactive user, ``no_desk_rights`` for somebody who may not use a desk. A password is checked in each case,
    which may take a second. ``last_login`` stays as it is: no session of the web site begins here.
    """
    with connected():
        user = _user(username)
        usable = user is not None and not user.password.startswith(UNUSABLE)
        correct = verify(secret, user.password if user and usable else NOBODYS_HASH)
        if user is None or not correct or not user.is_active:
            # Not even the name: it may be the password, typed too early.
            log.warning("a sign-in was refused")
            raise NotPermitted("wrong_credentials", "The user name and the password do not fit together.")
        codenames = rights_of(user.id)
    if not user.is_superuser and codenames.isdisjoint(DESK_RIGHTS):
        raise NotPermitted(
            "no_desk_rights",
            f"{full_name(user)} may not use a desk; one of these rights is needed: {_RIGHTS}.",
        )
    log.info("staff %d signed in", user.id)
    return Staff(user.id, user.username, full_name(user), codenames, user.is_superuser)


def _user(username: str) -> User | None:
    if "\0" in username:  # PostgreSQL refuses to compare it, and no user name holds it
        return None
    user: User | None = User.get_or_none(User.username == username)
    return user


def rights_of(user_id: int) -> frozenset[str]:
    """The codenames that a user holds, directly or through a group; needs a connection."""
    direct = UserPermission.select(UserPermission.permission).where(UserPermission.user == user_id)
    by_group = (
        GroupPermission.select(GroupPermission.permission)
        .join(UserGroup, on=(UserGroup.group == GroupPermission.group))
        .where(UserGroup.user == user_id)
    )
    held = (
        Permission.select(Permission.codename)
        .join(ContentType)
        .where(ContentType.app_label == APP_LABEL, Permission.id.in_(direct) | Permission.id.in_(by_group))
    )
    return frozenset(row.codename for row in held)
