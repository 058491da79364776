"""Which running desk has a station: one at a time, so that no two desks change the same open sale.

A desk claims the station at sign-in and renews the claim while it runs. Somebody else may take it over; the
desk that lost it is told at its next renewal.
"""

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditAction, Station
from tui_pos.desk import lease_owners
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.people import full_name
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.leases import has_lapsed

LAPSES_AFTER = timedelta(seconds=45)
"""How long a claim is valid without being renewed, so that a dead host does not keep the station."""
HOST_NAME_LENGTH = 100
"""Of the column ``host``."""
MAX_SUFFIX = 99
"""The last number that ``free_name`` tries."""


@dataclass(frozen=True, slots=True)
class StationHolder:
    """Who has a station, on which host, since when (UTC); ``is_same``: it is the person who asks."""

    name: str
    host: str
    since: datetime
    is_same: bool


def claim(desk: Desk, owner: str, *, take_over: bool = False) -> StationHolder | None:
    """Claim the station for the running desk ``owner`` (``lease_owners.new_owner``); None when that worked.

    When another desk has the station, answers its holder and changes nothing. With ``take_over`` the claim is
    replaced: the other desk learns of it from ``keep``, and the audit log says who took it from whom. Raises
    DatabaseUnavailable.
    """

    def work() -> StationHolder | None:
        row, now = _locked(desk), clock.now()
        holder = _holder(desk, row, owner, now)
        if holder is not None and not take_over:
            return holder
        if holder is not None:
            audit_log.record(desk, AuditAction.STATION_TAKEN, text=f"{holder.name}, {holder.host}")
        since = row.open_since if row.desk == owner and row.staff_id == desk.staff.id else None
        _write(
            row, now, desk=owner, staff=desk.staff.id, open_since=since or now, open_until=now + LAPSES_AFTER
        )
        return None

    holder = run_tx(work)
    if holder is None:
        lease_owners.at_work(owner)
    return holder


def keep(desk: Desk, owner: str) -> StationHolder | None:
    """Renew the claim; answers the new holder when the station was taken over. Raises DatabaseUnavailable.

    Writes only when less than half of ``LAPSES_AFTER`` is left, so it may be called every few seconds.
    """
    with connected():
        row = Station.get_or_none(Station.conference == desk.conference.id, Station.name == desk.station)
    if row is not None and row.desk == owner and row.open_until is not None:
        left = row.open_until - clock.now()
        if LAPSES_AFTER / 2 < left <= LAPSES_AFTER:
            return None
    return claim(desk, owner)


def release(desk: Desk, owner: str) -> None:
    """End the claim, if ``owner`` still has it. Raises DatabaseUnavailable."""

    def work() -> None:
        row = _locked(desk)
        if row.desk == owner:
            _write(row, clock.now(), desk="", staff=None, open_since=None, open_until=None)

    try:
        run_tx(work)
    finally:
        lease_owners.ended(owner)


def is_open(row: Station, now: datetime) -> bool:
    """Whether a running desk has the station."""
    return _is_held(row, "", now)


def free_name(desk: Desk) -> str:
    """The station's name with the first free suffix from 2 to ``MAX_SUFFIX``: desk-3-2, desk-3-3 and so on.

    Raises Refused ``no_free_station``.
    """
    with connected():
        now = clock.now()
        taken = {
            row.name
            for row in Station.select().where(Station.conference == desk.conference.id)
            if _is_held(row, "", now)
        }
    names = (f"{desk.station[:36]}-{number}" for number in range(2, MAX_SUFFIX + 1))
    free = next((name for name in names if name not in taken), "")
    if not free:
        raise Refused("no_free_station", station=desk.station)
    return free


def _locked(desk: Desk) -> Station:
    """The station's row, locked; inserted when there is none."""
    mine = (Station.conference == desk.conference.id) & (Station.name == desk.station)
    row: Station | None = lock(Station.select().where(mine)).first()
    if row is None:
        now = clock.now()
        Station.insert(
            conference=desk.conference.id, name=desk.station, created_at=now, updated_at=now
        ).on_conflict_ignore().execute()
        row = lock(Station.select().where(mine)).get()
    return row


def _write(row: Station, now: datetime, **changes: object) -> None:
    host = socket.gethostname()[:HOST_NAME_LENGTH] if changes["desk"] else ""
    Station.update(**changes, host=host, updated_at=now).where(Station.id == row.id).execute()


def _holder(desk: Desk, row: Station, owner: str, now: datetime) -> StationHolder | None:
    if not _is_held(row, owner, now):
        return None
    user = User.get_or_none(User.id == row.staff_id) if row.staff_id else None
    return StationHolder(
        name=printable(full_name(user), 40) if user is not None else "somebody",
        host=printable(row.host, 40),
        since=row.open_since or now,
        is_same=row.staff_id == desk.staff.id,
    )


def _is_held(row: Station, owner: str, now: datetime) -> bool:
    """Whether another desk than ``owner`` has it; a desk of this host whose process ended has lost it."""
    if not row.desk or row.desk == owner or row.open_until is None:
        return False
    return not has_lapsed(row.open_until, LAPSES_AFTER, now) and not lease_owners.is_gone(row.desk)
