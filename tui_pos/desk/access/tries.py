"""Limits on wrong secrets: each makes the next try wait, and many lock a name or a station for a while.

Counted in the audit log, so that every process on every host counts the same, by the database's clock. A name
that nobody has is counted like any other, so that a lock does not reveal which names exist.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import lock
from tui_pos.data.tables.desk import AuditAction, AuditEntry, Installation
from tui_pos.desk.errors import NotPermitted
from tui_pos.desk.leases import CLOCKS_APART

WINDOW = timedelta(minutes=15)
"""Wrong secrets further apart than this are not added up; a lock ends so long after the last one."""
LOOK_BACK = timedelta(hours=2)
"""Older ones do not count at all."""
LONGEST_WAIT = timedelta(seconds=60)
UNKNOWN_NAMES = 65_536
"""A name that is not of the staff is stored as a hash of so many values, because it may be a password that
was typed in place of the name."""

_here: list[AuditEntry] = []
"""Wrong tries that could not be written to the database; counted in this process alone."""


@dataclass(frozen=True, slots=True)
class At:
    """Where somebody signs in; no conference for ``init`` before there is one.

    ``named`` are the stations that the config names.
    """

    conference_id: int | None
    station: str
    named: frozenset[str] = frozenset()


class CountedBy(StrEnum):
    """What wrong secrets are counted for."""

    NAME = "name"
    STATION = "station"
    UNNAMED_STATIONS = "unnamed_stations"


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` wrong secrets cost no wait, ``locks`` of them lock; each one between doubles the wait."""

    whose: CountedBy
    free: int
    locks: int


OF_A_NAME = Limit(CountedBy.NAME, free=3, locks=10)
OF_A_STATION = Limit(CountedBy.STATION, free=6, locks=20)
"""More than for a name: several people sign in there, and one name alone must not lock the station."""
OF_UNNAMED_STATIONS = Limit(CountedBy.UNNAMED_STATIONS, free=12, locks=40)
"""Of all that the config does not name together: whoever runs the program can give a station any name."""


@dataclass(frozen=True, slots=True)
class Name:
    """Whose secret is asked for: a user of the staff, or the mark of any other name."""

    user_id: int | None
    mark: str = ""


def unknown_name(typed: str) -> Name:
    """The name for somebody who is not of the staff; needs a connection."""
    key = Installation.select(Installation.key).order_by(Installation.id).scalar() or ""
    digest = hmac.new(key.encode(), typed.encode(errors="replace"), hashlib.sha256).digest()
    return Name(None, f"unknown {int.from_bytes(digest[:8]) % UNKNOWN_NAMES:05d}")


def refuse_while_locked(at: At, name: Name) -> None:
    """Raise NotPermitted ``too_many_tries`` while the name or the station has to wait; needs a connection."""
    now = clock.now()
    recent = _recent(now)
    of_name = _since_success(entry for entry in recent if (entry.staff_id, entry.text) == _key(name))
    shown = printable(at.station, 40)
    _refuse(of_name, OF_A_NAME, now, shown)
    here = [
        entry for entry in recent if entry.station == at.station and entry.what == AuditAction.SIGN_IN_FAILED
    ]
    _refuse(here, OF_A_STATION, now, shown)
    if at.station not in at.named:
        _refuse(_unnamed(recent, at.named), OF_UNNAMED_STATIONS, now, shown)


def count(at: At, name: Name, *, correct: bool) -> None:
    """Write a try into the audit log; call inside a transaction.

    Raises NotPermitted ``too_many_tries``, writing nothing, when tries at the same time have locked the name
    or the station meanwhile: many guesses at once learn no more than one after the other.
    """
    lock(Installation.select(Installation.id)).first()
    refuse_while_locked(at, name)
    if correct and _is_told(at, name):
        return
    _entry(at, name, AuditAction.SIGN_IN if correct else AuditAction.SIGN_IN_FAILED).save(force_insert=True)


def count_here(at: At, name: Name) -> None:
    """Count a wrong try in this process alone, while the database takes no writes."""
    entry = _entry(at, name, AuditAction.SIGN_IN_FAILED)
    _here[:] = [each for each in _here if each.at > entry.at - LOOK_BACK] + [entry]


def _entry(at: At, name: Name, what: AuditAction) -> AuditEntry:
    return AuditEntry(
        conference=at.conference_id,
        at=clock.now(),
        station=at.station,
        staff=name.user_id,
        what=what,
        text=name.mark,
    )


def _is_told(at: At, name: Name) -> bool:
    """Whether the last that is known of the person is a sign-in at this station, not long ago.

    A script signs in for each of its commands.
    """
    now = clock.now()
    theirs = [entry for entry in _recent(now) if (entry.staff_id, entry.text) == _key(name)]
    if not theirs or theirs[-1].at <= now - WINDOW:
        return False
    return (theirs[-1].what, theirs[-1].station) == (AuditAction.SIGN_IN, at.station)


def _recent(now: datetime) -> list[AuditEntry]:
    tries = AuditEntry.what.in_([AuditAction.SIGN_IN, AuditAction.SIGN_IN_FAILED])
    # An entry further ahead was written before the clock was set back.
    since, until = now - LOOK_BACK, now + CLOCKS_APART
    query = AuditEntry.select().where(tries, AuditEntry.at > since, AuditEntry.at < until)
    query = query.order_by(AuditEntry.id)
    here = [each for each in _here if since < each.at < until]
    return sorted([*query, *here], key=lambda entry: entry.at) if here else list(query)


def _key(name: Name) -> tuple[int | None, str]:
    return name.user_id, name.mark


def _since_success(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """The failures behind the last success."""
    failures: list[AuditEntry] = []
    for entry in entries:
        if entry.what == AuditAction.SIGN_IN:
            failures.clear()
        else:
            failures.append(entry)
    return failures


def _unnamed(recent: Iterable[AuditEntry], named: frozenset[str]) -> list[AuditEntry]:
    """The failures at stations without a section, but for those of somebody who then came in right there."""
    found: list[AuditEntry] = []
    for entry in recent:
        if entry.station in named:
            continue
        if entry.what == AuditAction.SIGN_IN_FAILED:
            found.append(entry)
        else:
            theirs = (entry.staff_id, entry.text, entry.station)
            found = [each for each in found if (each.staff_id, each.text, each.station) != theirs]
    return found


def _adding_up(failures: list[AuditEntry]) -> list[AuditEntry]:
    """The latest failures, back to the first gap longer than ``WINDOW``."""
    for place in range(len(failures) - 1, 0, -1):
        if failures[place].at - failures[place - 1].at > WINDOW:
            return failures[place:]
    return failures


def _refuse(every: list[AuditEntry], limit: Limit, now: datetime, station: str) -> None:
    failures = _adding_up(every)
    if len(failures) < limit.free:
        return
    wait = min(timedelta(seconds=2 ** min(len(failures) - limit.free + 1, 10)), LONGEST_WAIT)
    if len(failures) >= limit.locks:
        wait = WINDOW
    left = min(failures[-1].at + wait - now, wait)
    if left > timedelta(0):
        raise NotPermitted("too_many_tries", whose=limit.whose, station=station, left=left)
