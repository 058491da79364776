"""A name or an e-mail address that is wrong on a badge.

django-program has neither on its attendees: both are the account's (``auth_user``), which orders and other
conferences share. An account that a desk made is corrected, with what it bought. One that somebody signs in
with is theirs: its name is changed only with a reason, and its address never, because whoever has the
address can ask for a new password. Accounts of staff are left to the web site.
"""

from dataclasses import dataclass

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data import search_index
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditAction
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.people import bare_name
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused, because
from tui_pos.desk.limits import TO_WRITE
from tui_pos.desk.orders import buyers, guests
from tui_pos.desk.orders.badges import access_code
from tui_pos.desk.orders.views import AttendeeView
from tui_pos.desk.search import lookup
from tui_pos.desk.stored_reasons import pack


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is corrected; ``what`` is ``name`` or ``email``."""

    what: str
    before: str
    after: str


def correct(
    desk: Desk, code: str, *, name: str | None = None, email: str | None = None, reason: str = ""
) -> AttendeeView:
    """Correct the name or e-mail address of whose badge this is; None leaves one as it is, '' takes it away.

    Old and new value and the reason are kept in the audit log. What is right already is not written again.
    Raises what ``lookup.attendee`` raises, InvalidInput ``nothing_to_correct``, ``name_required``,
    ``name_too_long``, ``invalid_email`` or ``reason_required`` (the account is their own), Refused
    ``own_account``.
    """
    require(desk, Action.CORRECT)
    desk.limits.refuse(*TO_WRITE)
    new_name = None if name is None else guests.clean_name(name)
    new_email = None if email is None else guests.clean_email(email)
    if new_name is None and new_email is None:
        raise InvalidInput("nothing_to_correct")
    if new_name == "":
        raise InvalidInput("name_required")
    with connected():
        bare = access_code(desk, code)
        run_tx(lambda: _correct(desk, bare, new_name, new_email, reason))
        search_index.outdated(desk.conference.id)
        return lookup.attendee(desk, bare)


def _correct(desk: Desk, code: str, name: str | None, email: str | None, reason: str) -> None:
    attendee = lookup.attendee(desk, code)
    user: User = lock(User.select().where(User.id == attendee.user_id)).get()
    wanted = (("name", bare_name(user), name), ("email", user.email, email))
    changes = [
        Change(what, before, after) for what, before, after in wanted if after is not None and after != before
    ]
    if not changes:
        return
    why = _why(user, printable(attendee.name), changes, reason)
    _write(desk, user, changes)
    for change in changes:
        audit_log.record(
            desk,
            AuditAction.CORRECT,
            audit_log.About(order_id=attendee.order.id if attendee.order else None, attendee_id=attendee.id),
            text=pack(because(f"corrected.{change.what}", before=change.before, after=change.after)),
            reason=why,
        )


def _why(user: User, who: str, changes: list[Change], reason: str) -> str:
    """The reason to keep. Raises where the account is somebody's own and may not be changed like this."""
    if user.is_staff or user.is_superuser:
        raise Refused("own_account.staff", who=who)
    if not guests.has_log_in(user):
        return printable(reason, audit_log.REASON_LENGTH)
    if any(change.what == "email" for change in changes):
        raise Refused("own_account.email", who=who)
    why = printable(reason, audit_log.REASON_LENGTH)
    if not why:
        raise InvalidInput("reason_required.account", who=who)
    return why


def _write(desk: Desk, user: User, changes: list[Change]) -> None:
    before = User(id=user.id, first_name=user.first_name, last_name=user.last_name, email=user.email)
    for change in changes:
        if change.what == "name":
            user.first_name, user.last_name = guests.split_name(change.after)
        else:
            user.email = change.after
    user.save(only=[User.first_name, User.last_name, User.email])
    if not guests.has_log_in(user):
        buyers.follow_correction(desk.conference.id, before, user, clock.now())
