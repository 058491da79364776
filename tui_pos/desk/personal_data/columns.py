"""Every column of the desk's own tables: whether it holds what is of a person, and what is left of that.

A test fails for a column, or an action of the audit log, that is not classified here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tui_pos.core import clock
from tui_pos.core.reasons import Reason
from tui_pos.data.base import Table
from tui_pos.data.tables import desk, imports, products
from tui_pos.data.tables.desk import AuditAction
from tui_pos.desk.stored_reasons import pack, unpack

Eraser = Callable[[Any, int], Any]
"""From what a column holds, and the id of its row, to what is left of it; asked again it changes nothing."""

ERASED = "(erased)"
"""What stands in the place of a text that somebody typed: that there was one stays provable."""


def emptied(_: Any, __: int) -> str:
    """Nothing is left."""
    return ""


def nulled(_: Any, __: int) -> None:
    """Nothing is left, where an empty text would have to be unique."""


def marked(text: str, _: int) -> str:
    """That something was written."""
    return ERASED if text else ""


NUMBERED = "erased-"
"""No access code begins so."""


def numbered(_: Any, number: int) -> str:
    """A text of its own for each row."""
    return f"{NUMBERED}{number}"


CODE_LENGTH = 20


def recoded(_: Any, __: int) -> str:
    """An access code that nobody knows, so long that it is nobody's; another one each time it is asked."""
    return clock.random_code(CODE_LENGTH)


def told_without(text: str, _: int) -> str:
    """What a program said, without cards, names and what a person had typed; a text of no program is gone.

    See `desk.stored_reasons`. Refunds have one on each line.
    """
    return "\n".join(_without(line) for line in text.splitlines())


def coded(text: str, number: int) -> str:
    """The same, where a text of no program is the desk's own and says nothing of persons."""
    return told_without(text, number) if isinstance(unpack(text), Reason) else text


PERSONAL_VALUES = frozenset({"card", "why", "reason", "who", "name"})
"""The values of reasons that may be texts of persons."""
NAMES_BEFORE_AND_AFTER = ("corrected", "transferred")
"""The reasons that tell a name before and after it was changed."""


def _without(text: str) -> str:
    said = unpack(text)
    return pack(_bare(said)) if isinstance(said, Reason) else marked(said, 0)


def _bare(said: Reason) -> Reason:
    personal = PERSONAL_VALUES
    if said.code in NAMES_BEFORE_AND_AFTER:
        personal |= {"before", "after"}
    return Reason(said.key, {name: _left(value, name in personal) for name, value in said.values.items()})


def _left(value: object, is_personal: bool) -> object:
    match value:
        case Reason():
            return _bare(value)
        case list():
            return [_left(each, is_personal) for each in value]
        case str() if is_personal:
            return marked(value, 0)
        case Decimal() | str() | int() | float() | None:
            return value
    return ERASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of one table.

    ``erased`` hold what is of a person. ``pointers`` lead to one: rows of attendees, orders and staff, whose
    work has to stay provable; what they lead to is the web site's, or is erased there. ``others`` hold
    nothing of anybody. Where a whole row is of a person it ``goes``.
    """

    erased: Mapping[str, Eraser] = field(default_factory=dict)
    pointers: str = ""
    others: str
    goes: bool = False


DESK_COLUMNS: dict[type[Table], Columns] = {
    desk.SchemaVersion: Columns(others="id version upgraded_at"),
    desk.Station: Columns(
        pointers="staff",
        others="id conference name reader_id reader_label desk host open_since open_until created_at"
        " updated_at",
    ),
    desk.Sale: Columns(
        erased={"buyer_name": emptied, "buyer_email": emptied},
        pointers="staff cart order attendee",
        others="id conference station status created_at updated_at",
    ),
    desk.TicketName: Columns(
        erased={"name": emptied, "email": emptied},
        pointers="attendee",
        others="id sale ticket_type_id number created_at updated_at",
    ),
    desk.ReplacedBadge: Columns(
        erased={"code": numbered},  # it may be another system's
        pointers="attendee successor order staff",
        others="id conference at station",
    ),
    desk.Attempt: Columns(
        erased={"card": emptied, "message": told_without, "problem": told_without},
        pointers="order payment staff intent_id charge_id",
        others="id conference key station reader_id reader_label amount currency stage capture_mode"
        " requested_action create_tries capture_tries times_sent sent_at decline_code capture_before"
        " lease_owner lease_until created_at updated_at finished_at mode account refusals retry_at obstacle"
        " captured",
    ),
    desk.AttemptEvent: Columns(
        erased={"text": told_without},
        pointers="attempt staff request_id",
        others="id at station stage",
    ),
    desk.Refund: Columns(
        erased={"reason": marked, "message": told_without},
        pointers="order payment attempt staff refund_id split credit price_line exchange",
        others="id conference origin tender key station amount rounding currency stage tries price_change"
        " applied_at created_at updated_at finished_at",
    ),
    desk.RefundLine: Columns(
        pointers="attendee order_line", others="id refund quantity amount discount currency"
    ),
    desk.Repair: Columns(
        erased={"before_state": coded, "after_state": coded},
        pointers="order payment",
        others="id conference at station kind told_at",
    ),
    desk.Installation: Columns(others="id key place created_at"),
    desk.ConferenceRules: Columns(
        others="id conference currency capture price_rule smallest_coin mode account created_at updated_at"
    ),
    desk.Lease: Columns(others="id name owner until"),
    desk.CashMovement: Columns(
        pointers="order payment staff",
        others="id conference station kind amount rounding given change currency created_at",
    ),
    desk.AuditEntry: Columns(
        erased={"text": coded, "reason": marked},  # of some actions the whole text, see below
        pointers="staff order payment attendee key",
        others="id conference at station what amount currency",
    ),
    desk.SearchKey: Columns(
        goes=True,
        pointers="owner_id user_id",
        others="id conference_id kind made_of wholes named addressed",
    ),
    desk.StationScanner: Columns(
        others="id conference station gap spread scanner_layout keyboard_layout prefix suffix updated_at"
    ),
    products.ProductCode: Columns(others="id conference kind product_id code created_at"),
    products.ProductDetail: Columns(others="id conference kind product_id vat_rate size size_of updated_at"),
    imports.ImportedTicket: Columns(
        # The code of a badge may be a card with everything on it, what tells a row may be an address, and a
        # digest of names is found by trying names. By its order reference what was paid elsewhere is proven.
        erased={"source_key": numbered, "scan_code": nulled, "row_digest": emptied},
        pointers="order_reference order order_line attendee",
        others="id conference source created_at updated_at",
    ),
    imports.AttendeeFact: Columns(goes=True, pointers="attendee", others="id position label value"),
}

NAMES_SOMEBODY: dict[AuditAction, bool] = {
    AuditAction.CASH: False,
    AuditAction.CREDIT: False,
    AuditAction.COMPLIMENTARY: False,
    AuditAction.REFUND: False,
    AuditAction.EXCHANGE: False,
    AuditAction.VOID: False,
    AuditAction.COMPANION: True,
    AuditAction.HAND_OUT: False,
    AuditAction.TAKE_BACK: False,
    AuditAction.UNDO_CHECK_IN: False,
    AuditAction.CORRECT: False,
    AuditAction.TRANSFER: False,
    AuditAction.DISCARD: True,
    AuditAction.CATALOGUE: False,
    AuditAction.IMPORT: False,
    AuditAction.SET_UP: False,
    AuditAction.SIGN_IN: False,
    AuditAction.SIGN_IN_FAILED: False,
    AuditAction.STATION_TAKEN: False,
    AuditAction.EXPORT: False,
    AuditAction.FORGET: False,
}
"""Whether an action of the audit log writes the names of those served as a text of its own.

A reason is no such text (``coded`` takes the names out), and the names of staff stay.
"""
