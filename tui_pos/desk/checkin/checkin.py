"""Letting somebody in, and taking that back."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, lock, on_commit, run_tx
from tui_pos.data.tables.desk import AuditAction
from tui_pos.data.tables.registration import Attendee, CheckIn
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.limits import TO_WRITE
from tui_pos.desk.orders.badges import access_code, imported, is_plain, plain_code
from tui_pos.desk.orders.views import AttendeeView, CheckInView
from tui_pos.desk.search import lookup

log = logging.getLogger(__name__)

ONE_MOMENT = timedelta(seconds=2)
"""The web site stores two times for one check-in, up to this far apart."""


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """``first``: this was the first time; otherwise ``at`` and ``station`` are those of the first time.

    ``attendee`` is checked in, with the verdict as it was when they came.
    """

    first: bool
    at: datetime
    station: str
    attendee: AttendeeView


def check_in(desk: Desk, code: str) -> CheckInResult:
    """Record that the attendee with this access code came in; every pass is recorded.

    Raises what ``lookup.attendee`` raises, and Refused with the verdict's code (``owes``, ``not_paid``,
    ``cancelled``, ``refunded``, ``no_ticket``, ``no_order``) when nothing that admits them is paid.
    """
    require(desk, Action.CHECK_IN)
    desk.limits.refuse(*TO_WRITE)
    with connected():
        return run_tx(lambda: pass_in(desk, code))


def pass_in(desk: Desk, code: str, *, once: bool = False) -> CheckInResult:
    """``check_in`` within a transaction of the caller, who asked for the right.

    With ``once`` nothing is written for somebody who is in already.
    """
    attendee = lookup.attendee(desk, _locked(desk, code))
    if not attendee.registered:
        raise Refused(f"{attendee.verdict.code}.check_in", verdict=attendee.verdict)
    if once and attendee.first_check_in is not None:
        return CheckInResult(False, attendee.first_check_in.at, attendee.first_check_in.station, attendee)
    now = clock.now()
    on_commit(partial(log.info, "attendee %d checked in by staff %d", attendee.id, desk.staff.id))
    CheckIn.create(
        attendee=attendee.id,
        conference=desk.conference.id,
        checked_in_by=desk.staff.id,
        checked_in_at=now,
        station=desk.station,
        note="",
    )
    if attendee.first_check_in is not None:
        first = attendee.first_check_in
        return CheckInResult(False, first.at, first.station, attendee)
    Attendee.update(checked_in_at=now, updated_at=now).where(Attendee.id == attendee.id).execute()
    checked_in = replace(attendee, checked_in_at=now, first_check_in=CheckInView(now, desk.station))
    return CheckInResult(True, now, desk.station, checked_in)


def _locked(desk: Desk, text: str) -> str:
    """The access code of a badge, locked before it is read, so that of two desks at once one is the first."""
    code = plain_code(desk, text) if is_plain(text) else access_code(desk, text)
    here = Attendee.select(Attendee.id).where(
        Attendee.access_code == code, Attendee.conference == desk.conference.id
    )
    if not list(lock(here)) and (known := imported(desk, text)):
        return _locked(desk, known)
    return code


def undo_check_in(desk: Desk, code: str, reason: str) -> AttendeeView:
    """Take the last check-in of this badge back, such as one of the wrong person; the reason is kept.

    Somebody who had come in before stays checked in. Raises what ``lookup.attendee`` raises, InvalidInput
    ``reason_required``, Refused ``not_checked_in``, or ``no_check_in`` where only the time is marked.
    """
    require(desk, Action.CHECK_IN)
    desk.limits.refuse(*TO_WRITE)
    why = audit_log.reason_given(reason)
    with connected():
        bare = access_code(desk, code)
        run_tx(lambda: _take_back(desk, bare, why))
        return lookup.attendee(desk, bare)


def _was_written_with(row: CheckIn, attendee: AttendeeView) -> bool:
    """Whether the attendee's time came with this check-in; seeds and imports write one without any."""
    at = attendee.checked_in_at
    return at is not None and abs(row.checked_in_at - at) <= ONE_MOMENT


def _take_back(desk: Desk, code: str, reason: str) -> None:
    list(lock(Attendee.select(Attendee.id).where(Attendee.access_code == code)))
    attendee = lookup.attendee(desk, code)
    if attendee.first_check_in is None:
        raise Refused("not_checked_in", who=printable(attendee.name))
    passes = list(CheckIn.select().where(CheckIn.attendee == attendee.id).order_by(CheckIn.id.desc()))
    if not passes:
        raise Refused("no_check_in", who=printable(attendee.name))
    passes[0].delete_instance()
    if len(passes) == 1 and _was_written_with(passes[0], attendee):
        Attendee.update(checked_in_at=None, updated_at=clock.now()).where(
            Attendee.id == attendee.id
        ).execute()
    audit_log.record(desk, AuditAction.UNDO_CHECK_IN, audit_log.About(attendee_id=attendee.id), reason=reason)
