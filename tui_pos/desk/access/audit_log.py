"""The audit log: what somebody did that a supervisor may ask about, with the reason they gave.

Call inside the transaction of the action, so that neither is written without the other. An action that must
happen once carries an idempotency key, by which ``done`` finds its first entry.
"""

import logging
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from tui_pos.core import clock, money
from tui_pos.core.scan import printable
from tui_pos.data.connection import on_commit
from tui_pos.data.tables.desk import AuditAction, AuditEntry
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused

log = logging.getLogger(__name__)

REASON_LENGTH = 200
KEY_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an entry is about."""

    order_id: int | None = None
    payment_id: int | None = None
    attendee_id: int | None = None


NOBODY = About()


def record(
    desk: Desk,
    what: AuditAction,
    about: About = NOBODY,
    *,
    amount: Decimal | None = None,
    text: str = "",
    reason: str = "",
    key: str = "",
) -> AuditEntry:
    """Write one entry; ``amount`` is in the conference's currency."""
    currency = desk.conference.currency
    entry: AuditEntry = AuditEntry.create(
        conference=desk.conference.id,
        at=clock.now(),
        station=desk.station,
        staff=desk.staff.id,
        what=what,
        order=about.order_id,
        payment=about.payment_id,
        attendee=about.attendee_id,
        amount=None if amount is None else money.to_minor(amount, currency),
        currency="" if amount is None else currency,
        text=text,
        reason=reason,
        key=key or None,
    )
    on_commit(partial(log.info, "%s, order %s, staff %d", what, about.order_id or "-", desk.staff.id))
    return entry


def done(what: AuditAction, key: str, order_id: int) -> AuditEntry | None:
    """The entry of the same action under this key, if it was done before; ``''`` is no key.

    Call with the order locked. Raises InvalidInput ``key_used`` when the key stands for something else.
    """
    if not key:
        return None
    if len(key) > KEY_LENGTH:
        raise InvalidInput("invalid_key", most=KEY_LENGTH)
    entry: AuditEntry | None = AuditEntry.get_or_none(AuditEntry.key == key)
    if entry is not None and (entry.what, entry.order_id) != (what, order_id):
        raise InvalidInput("key_used")
    return entry


def refuse_forgotten(desk: Desk) -> None:
    """Raises Refused ``forgotten`` once personal data of the conference was erased."""
    erased = (AuditEntry.conference == desk.conference.id) & (AuditEntry.what == AuditAction.FORGET)
    entry: AuditEntry | None = AuditEntry.select().where(erased).order_by(AuditEntry.id).first()
    if entry is not None:
        day = desk.local(entry.at).date().isoformat()
        raise Refused("forgotten", conference=desk.conference.slug, day=day)


def reason_given(reason: str) -> str:
    """The reason on one line. Raises InvalidInput ``reason_required`` when there is none."""
    shown = printable(reason, REASON_LENGTH)
    if not shown:
        raise InvalidInput("reason_required")
    return shown
