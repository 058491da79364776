"""Signing in at a desk with the web site's user name and password."""

import logging
import time
from functools import partial

from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.tables.auth import User
from tui_pos.desk.access import tries
from tui_pos.desk.access.passwords import UNUSABLE, verify
from tui_pos.desk.access.people import full_name
from tui_pos.desk.access.permissions import DESK_RIGHTS, SERVICE
from tui_pos.desk.access.rights import rights_of
from tui_pos.desk.access.tries import At
from tui_pos.desk.context import Staff
from tui_pos.desk.errors import NotPermitted

log = logging.getLogger(__name__)

SERVICE_USERNAME = "tui-pos-service"

ANSWER_AFTER = 1.5
"""Seconds after which a wrong secret is answered at the earliest: longer than any usual hash takes, so that
the time tells neither whether there is such a user nor how the password is stored."""


def sign_in(username: str, secret: str, at: At, *, told: bool = True) -> Staff:
    """The staff member with this user name (exact) and password, written into the audit log.

    Raises NotPermitted: ``wrong_credentials`` with one sentence for an unknown user, a wrong password and an
    inactive user, ``too_many_tries`` before anything is checked while the name or the station has to wait,
    ``no_desk_rights`` for somebody who may not use a desk. Without ``told`` a success is not written: a
    command that only looks changes no database. Takes a second or two: call it in a worker. ``last_login``
    stays as it is: no session of the web site begins here.
    """
    began = clock.monotonic()
    with connected():
        user = _user(username)
        name = _name(username, user)
        tries.refuse_while_locked(at, name)
    correct = verify(secret, user.password if user is not None else "")
    correct = correct and user is not None and user.is_active
    if told or not correct:
        _count(at, name, correct=correct)
    else:
        _refuse_if_locked_meanwhile(at, name)
    if user is None or not correct:
        # Not even the name: it may be the password, typed too early.
        log.warning("a sign-in was refused at %s", at.station)
        pause(began + ANSWER_AFTER - clock.monotonic())
        raise NotPermitted("wrong_credentials")
    log.info("staff %d signed in", user.id)
    return _staff(user)


def uncounted(username: str, secret: str) -> Staff:
    """The same where no try can be counted: ``init`` on a database that has not this version's tables yet."""
    began = clock.monotonic()
    with connected():
        user = _user(username)
    correct = verify(secret, user.password if user is not None else "")
    if user is None or not (correct and user.is_active):
        pause(began + ANSWER_AFTER - clock.monotonic())
        raise NotPermitted("wrong_credentials")
    return _staff(user)


def without_asking(username: str) -> Staff:
    """The staff member of this name, who is asked for nothing: the trainee of the demonstration.

    Raises NotPermitted as ``sign_in`` does.
    """
    with connected():
        user = _user(username)
    if user is None or not user.is_active:
        raise NotPermitted("wrong_credentials.no_user")
    return _staff(user)


def service_account() -> Staff:
    """The account of what runs by a timer: no password, and the right to reconcile alone.

    Whoever can run a command as it has the database and the Stripe key already, so it is asked for no secret.
    Its user is made at the first call.

    Raises NotPermitted ``service_account`` when that user was made inactive, or is a person: one with a
    password or with every right.
    """
    with connected():
        user = User.get_or_none(User.username == SERVICE_USERNAME)
        if user is None:
            new = {"password": f"{UNUSABLE}{clock.random_code(40)}"}
            user, _ = run_tx(partial(User.get_or_create, username=SERVICE_USERNAME, defaults=new))
    if not user.is_active:
        raise NotPermitted("service_account.inactive", user=SERVICE_USERNAME)
    if user.is_superuser or not user.password.startswith(UNUSABLE):
        raise NotPermitted("service_account.person", user=SERVICE_USERNAME)
    return Staff(id=user.id, username=SERVICE_USERNAME, name=SERVICE_USERNAME, codenames=frozenset({SERVICE}))


def pause(seconds: float) -> None:
    """Wait, at most ``ANSWER_AFTER``."""
    time.sleep(min(max(0.0, seconds), ANSWER_AFTER))


def _count(at: At, name: tries.Name, *, correct: bool) -> None:
    """Count a try; where the database takes no writes, in this process alone, so that look-ups go on."""
    try:
        run_tx(lambda: tries.count(at, name, correct=correct))
    except DatabaseUnavailable:
        log.error("a sign-in could not be written into the audit log")
        _refuse_if_locked_meanwhile(at, name)
        if not correct:
            tries.count_here(at, name)


def _refuse_if_locked_meanwhile(at: At, name: tries.Name) -> None:
    """Check again after the hash was compared: other tries may have locked the name or station meanwhile."""
    with connected():
        tries.refuse_while_locked(at, name)


def _staff(user: User) -> Staff:
    with connected():
        codenames = rights_of(user.id)
    if not _may_use_desk(user, codenames):
        raise NotPermitted("no_desk_rights", who=full_name(user), rights=sorted(DESK_RIGHTS))
    return Staff(
        id=user.id,
        username=user.username,
        name=full_name(user),
        codenames=codenames,
        is_superuser=user.is_superuser,
    )


def _may_use_desk(user: User, codenames: frozenset[str]) -> bool:
    return user.is_superuser or not codenames.isdisjoint(DESK_RIGHTS)


def _name(username: str, user: User | None) -> tries.Name:
    """What a try is counted under.

    A user id is stored only for members of the staff, because a user named in the audit log cannot be deleted
    on the web site. The same queries run for every name, so that the time reveals nothing.
    """
    unknown, codenames = tries.unknown_name(username), rights_of(user.id if user is not None else 0)
    return tries.Name(user.id) if user is not None and _may_use_desk(user, codenames) else unknown


def _user(username: str) -> User | None:
    if "\0" in username:  # PostgreSQL refuses to compare it, and no user name holds it
        return None
    user: User | None = User.get_or_none(User.username == username)
    return user
