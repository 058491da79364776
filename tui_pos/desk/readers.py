"""The conference's card readers: what Stripe says of them, and which desk holds them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.context import Desk
from tui_pos.desk.payments.journal import holder
from tui_pos.desk.staff.permissions import Action, require

if TYPE_CHECKING:
    from tui_pos.terminal import Reader


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A reader; ``status`` is Stripe's word (online, offline).

    ``holder`` is who takes a payment on it ("desk-2, Amira Haddad, since 14:02"), empty when nobody does.
    ``in_use``: a desk holds it, or Stripe says that it is busy with something.
    """

    id: str
    label: str
    status: str
    device_type: str
    serial_number: str
    location: str
    holder: str
    in_use: bool


def readers(desk: Desk, location: str | None = None) -> tuple[ReaderRow, ...]:
    """The readers at ``location`` (default: the conference's; "" for all), free and online ones first.

    Asks Stripe: call in a worker. Raises NotPermitted, TerminalError, and InvalidInput without a key.
    """
    require(desk, Action.READERS)
    place = desk.conference.location if location is None else location
    found = desk.terminal.readers(place or None)
    holders = _holders(desk)
    rows = (_row(reader, holders.get(reader.id, "")) for reader in found)
    return tuple(sorted(rows, key=lambda row: (row.in_use, row.status != "online", row.label.casefold())))


def _holders(desk: Desk) -> dict[str, str]:
    """Who holds a reader, in whatever conference: an account's readers may serve several."""
    query = Attempt.select(Attempt, User).join(User).where(Attempt.finished_at.is_null())
    with connected():
        return {attempt.reader_id: holder(desk, attempt) for attempt in query}


def _row(reader: "Reader", holder_text: str) -> ReaderRow:
    busy = reader.action is not None and reader.action.status == "in_progress"
    return ReaderRow(
        id=reader.id,
        label=reader.label or reader.id,
        status=reader.status,
        device_type=reader.device_type,
        serial_number=reader.serial_number,
        location=reader.location or "",
        holder=holder_text,
        in_use=bool(holder_text) or busy,
    )
