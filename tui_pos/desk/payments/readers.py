"""The conference's card readers: what Stripe says of them, which desk holds them, a token for their SDK."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, Station
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.known_readers import ReaderState
from tui_pos.desk.orders.live_payment import Holder, holder
from tui_pos.terminal import TerminalError

if TYPE_CHECKING:
    from tui_pos.terminal import Reader


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


_FIRST = (ReaderState.READY, ReaderState.IN_USE, ReaderState.OFFLINE)


def readers(desk: Desk, location: str | None = None) -> tuple[ReaderRow, ...]:
    """The readers at ``location`` (default: the conference's; "" for all): ready, in use, offline ones.

    What they are is known to ``desk.readers`` from then on. Asks Stripe: call in a worker. Raises
    NotPermitted, TerminalError, and InvalidInput without a key.
    """
    require(desk, Action.READERS)
    place = desk.conference.location if location is None else location
    found = desk.terminal.readers(place or None)
    holders = _holders(desk)
    rows = [_row(reader, holders.get(reader.id)) for reader in found]
    for row in rows:
        desk.readers.learn(row.id, row.state)
    return tuple(sorted(rows, key=lambda row: (_FIRST.index(row.state), row.label.casefold())))


def preselect(rows: Sequence[ReaderRow], current: str = "", instead_of: str = "") -> str:
    """The id of the reader that Enter would choose: ``current`` if it is ready, else the first ready one.

    Never one that is in use or offline, and never ``instead_of``; '' where there is none.
    """
    ready = [row.id for row in rows if row.state is ReaderState.READY and row.id != instead_of]
    return current if current in ready else next(iter(ready), "")


def reader_at(desk: Desk, reader_id: str) -> ReaderRow | None:
    """The reader, None where Stripe has none of this id.

    Asks Stripe: call in a worker. ``desk.readers`` knows its state from then on, also that there was no
    answer. Raises as ``readers``.
    """
    try:
        row = next((row for row in readers(desk, "") if row.id == reader_id), None)
    except TerminalError:
        desk.readers.learn(reader_id, ReaderState.NOT_KNOWN)
        raise
    if row is None:
        desk.readers.learn(reader_id, ReaderState.NOT_FOUND)
    return row


def _holders(desk: Desk) -> dict[str, Holder]:
    """Who holds a reader, in whatever conference: an account's readers may serve several."""
    query = Attempt.select(Attempt, User).join(User).where(Attempt.finished_at.is_null())
    with connected():
        return {attempt.reader_id: holder(desk, attempt) for attempt in query}


def _row(reader: "Reader", held_by: Holder | None) -> ReaderRow:
    return ReaderRow(
        id=reader.id,
        label=reader.label or reader.id,
        status=reader.status,
        device_type=reader.device_type,
        serial_number=reader.serial_number,
        location=reader.location or "",
        holder=held_by,
        in_use=held_by is not None or reader.is_busy,
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
