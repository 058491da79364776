"""The conference's card readers: what Stripe says of them, which desk holds them, a token for their SDK."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, Station
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.live_payment import Holder, holder

if TYPE_CHECKING:
    from tui_pos.terminal import Reader


class ReaderState(StrEnum):
    """Whether a reader can take a payment now; the value is how it is said."""

    READY = "ready"
    IN_USE = "in use"
    OFFLINE = "offline"
    NOT_KNOWN = "not known"
    """Stripe did not answer."""
    NOT_FOUND = "not found"
    """Stripe has no such reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRow:
    """A reader; ``status`` is Stripe's word (online, offline).

    ``holder`` is who takes a payment on it, None when nobody does.
    ``in_use``: a desk holds it, or Stripe says that it is busy with something.
    """

    id: str
    label: str
    status: str
    device_type: str
    serial_number: str
    location: str
    holder: Holder | None
    in_use: bool

    @property
    def state(self) -> ReaderState:
        """Whether it can take a payment now."""
        if self.status != "online":
            return ReaderState.OFFLINE
        return ReaderState.IN_USE if self.in_use else ReaderState.READY


def readers(desk: Desk, location: str | None = None) -> tuple[ReaderRow, ...]:
    """The readers at ``location`` (default: the conference's; "" for all), free and online ones first.

    Asks Stripe: call in a worker. Raises NotPermitted, TerminalError, and InvalidInput without a key.
    """
    require(desk, Action.READERS)
    place = desk.conference.location if location is None else location
    found = desk.terminal.readers(place or None)
    holders = _holders(desk)
    rows = (_row(reader, holders.get(reader.id)) for reader in found)
    return tuple(sorted(rows, key=lambda row: (row.in_use, row.status != "online", row.label.casefold())))


def _holders(desk: Desk) -> dict[str, Holder]:
    """Who holds a reader, in whatever conference: an account's readers may serve several."""
    query = Attempt.select(Attempt, User).join(User).where(Attempt.finished_at.is_null())
    with connected():
        return {attempt.reader_id: holder(desk, attempt) for attempt in query}


def _row(reader: "Reader", held_by: Holder | None) -> ReaderRow:
    busy = reader.action is not None and reader.action.status == "in_progress"
    return ReaderRow(
        id=reader.id,
        label=reader.label or reader.id,
        status=reader.status,
        device_type=reader.device_type,
        serial_number=reader.serial_number,
        location=reader.location or "",
        holder=held_by,
        in_use=held_by is not None or busy,
    )


def remember_reader(desk: Desk, reader_id: str, label: str) -> None:
    """Keep the reader that this station uses; an empty id forgets it."""
    now = clock.now()
    insert = Station.insert(
        conference=desk.conference.id,
        name=desk.station,
        reader_id=reader_id,
        reader_label=label,
        created_at=now,
        updated_at=now,
    ).on_conflict(
        conflict_target=[Station.conference, Station.name],
        preserve=[Station.reader_id, Station.reader_label, Station.updated_at],
    )
    run_tx(lambda: insert.execute())


def remembered_reader(desk: Desk) -> tuple[str, str] | None:
    """(id, label) of the reader that this station used last."""
    with connected():
        row: Station | None = Station.get_or_none(
            Station.conference == desk.conference.id, Station.name == desk.station
        )
    return (row.reader_id, row.reader_label) if row is not None and row.reader_id else None


def reader_here(desk: Desk, configured: str) -> tuple[str, str]:
    """(id, label) of this station's reader; two empty texts without any.

    It is the one that was chosen here last, else the ``configured`` one, whose label is not known.
    """
    return remembered_reader(desk) or (configured, "")


def connection_token(desk: Desk) -> str:
    """A short-lived secret, limited to the conference's location; asks Stripe, so call it in a worker.

    Raises NotPermitted, InvalidInput without a Stripe key, and terminal errors.
    """
    require(desk, Action.CONNECTION_TOKEN)
    return desk.terminal.connection_token(desk.conference.location or None).secret
