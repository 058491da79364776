"""A payment as screens and commands see it: one frozen view of an attempt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec

from tui_pos.core import money
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import (
    FINAL_STAGES,
    Attempt,
    AttemptEvent,
    Stage,
)
from tui_pos.data.tables.registration import Order, OrderStatus, PaymentMethod
from tui_pos.desk.access.people import buyer_of, full_name
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound
from tui_pos.desk.orders.payment_sources import label
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.payments.control import CommandKind
from tui_pos.desk.payments.notices import NOTICE_TONES, Notice, is_stuck, notice_for
from tui_pos.desk.stored_reasons import Said, unpack
from tui_pos.desk.tones import Tone
from tui_pos.desk.waiting import Act, Awaited, Waiting


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of a payment; ``at`` in UTC, ``who`` as "desk-3, Amira Haddad"."""

    at: datetime
    stage: str
    said: Said
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """Where a payment is. ``notice`` is what a person is told, ``detail`` and ``problem`` say more of it.

    ``live``: money may still move. ``commands``: what a person may ask for now, a subset of retry, switch,
    capture, cancel, detach. ``stuck``: nothing goes on until a person asks for one of them. ``more_to_pay``:
    the order waits for money, this payment's or the rest. ``captured``: what Stripe captured, None before.
    ``sent_at``: when a reader was last asked to show it.
    """

    attempt_id: int
    stage: Stage
    order_id: int
    reference: str
    buyer: str
    amount: Decimal
    currency: str
    reader_id: str
    reader_label: str
    intent_id: str
    notice: Notice
    tone: Tone
    detail: Said
    decline: str
    card: str
    problem: Said
    live: bool
    commands: frozenset[CommandKind]
    stuck: bool
    more_to_pay: bool
    captured: Decimal | None
    since: datetime
    station: str
    events: tuple[EventLine, ...]
    sent_at: datetime | None = None

    @property
    def waiting(self) -> Waiting | None:
        """Stripe's answer that the payment waits for; None while it waits for a card, a bank or a person."""
        asks = self.stage in _ASKS or self.notice is Notice.CANCELLING
        if not self.live or self.stuck or self.problem or not asks:
            return None
        last = max(filter(None, (_last_answer(self.events), self.sent_at)), default=self.since)
        return Waiting(Awaited.STRIPE, last, Act.CHARGE)

    @property
    def ended_unpaid(self) -> bool:
        """Whether no card is charged any more."""
        return not self.live and self.stage is not Stage.CAPTURED


_ASKS = (Stage.CREATED, Stage.INTENT, Stage.AUTHORIZED, Stage.UNKNOWN)
"""The stages whose next step asks Stripe and goes on with the answer."""

_ASKED_ONCE = (Stage.CREATED, Stage.INTENT, Stage.AUTHORIZED)


def _last_answer(events: tuple[EventLine, ...]) -> datetime | None:
    """When the payment last moved by an answer; what is unknown is so since the call that went unanswered.

    Only while a card was waited for that call is not the first of its stage: then since it failed.
    """
    for event, later in zip(reversed(events), (None, *reversed(events)), strict=False):
        if event.stage != Stage.UNKNOWN:
            return event.at if later is None or event.stage in _ASKED_ONCE else later.at
    return None


def state(desk: Desk, attempt_id: int) -> PaymentState:
    """The present view of an attempt, from the attempt log alone. Raises NotFound."""
    with connected():
        attempt = attempt_log.load(attempt_id)
        if attempt.conference_id != desk.conference.id:
            raise NotFound("attempt_not_found", attempt=attempt_id)
        return payment_state(attempt)


def unfinished(desk: Desk) -> tuple[PaymentState, ...]:
    """Every live payment of the conference, oldest first."""
    with connected():
        rows = Attempt.select().where(Attempt.conference == desk.conference.id, Attempt.finished_at.is_null())
        return tuple(payment_state(row) for row in rows.order_by(Attempt.id))


def payment_state(attempt: Attempt) -> PaymentState:
    """The state of an attempt from its row; needs a connection."""
    order: Order = attempt.order
    stage = Stage(attempt.stage)
    notice = notice_for(attempt)
    return PaymentState(
        attempt_id=attempt.id,
        stage=stage,
        order_id=order.id,
        reference=order.reference,
        buyer=buyer_of(order),
        amount=money.from_minor(attempt.amount, attempt.currency),
        currency=attempt.currency,
        reader_id=attempt.reader_id,
        reader_label=attempt.reader_label,
        intent_id=attempt.intent_id or "",
        notice=notice,
        tone=NOTICE_TONES[notice],
        detail=unpack(attempt.message),
        decline=attempt.decline_code or attempt.obstacle,
        card=card_text(attempt),
        problem=unpack(attempt.problem),
        live=stage not in FINAL_STAGES,
        commands=commands(attempt),
        stuck=is_stuck(attempt) or (bool(attempt.problem) and stage not in FINAL_STAGES),
        more_to_pay=order.status == OrderStatus.PENDING,
        captured=None if attempt.captured is None else money.from_minor(attempt.captured, attempt.currency),
        since=attempt.updated_at,
        station=attempt.station,
        events=_events(attempt),
        sent_at=attempt.sent_at,
    )


def commands(attempt: Attempt) -> frozenset[CommandKind]:
    """What a person may ask for now.

    After a cancel was asked for: only to leave it, and to cancel again once Stripe has refused the first one.
    """
    stage = Stage(attempt.stage)
    if stage in FINAL_STAGES:
        return frozenset()
    if attempt.requested_action:
        was_refused = attempt.refusals or attempt.problem
        return frozenset({CommandKind.CANCEL, CommandKind.DETACH} if was_refused else {CommandKind.DETACH})
    return _COMMANDS.get(stage, frozenset({CommandKind.CANCEL, CommandKind.DETACH}))


_COMMANDS: dict[Stage, frozenset[CommandKind]] = {
    Stage.INTENT: frozenset({CommandKind.RETRY, CommandKind.SWITCH, CommandKind.CANCEL, CommandKind.DETACH}),
    Stage.DECLINED: frozenset(
        {CommandKind.RETRY, CommandKind.SWITCH, CommandKind.CANCEL, CommandKind.DETACH}
    ),
    Stage.SENT: frozenset({CommandKind.SWITCH, CommandKind.CANCEL, CommandKind.DETACH}),
    Stage.AUTHORIZED: frozenset({CommandKind.CAPTURE, CommandKind.CANCEL, CommandKind.DETACH}),
}


def card_text(attempt: Attempt) -> str:
    """The card for people, "Visa 4242"; empty until it is known."""
    card = card_facts(attempt)
    last4 = str(card.get("last4") or "")
    return label(PaymentMethod.TERMINAL, str(card.get("brand") or ""), last4) if last4 else ""


def card_facts(attempt: Attempt) -> Mapping[str, object]:
    """What Stripe said of the card, by the names of ``terminal.Card``; empty until it is known."""
    return msgspec.json.decode(attempt.card, type=dict[str, object]) if attempt.card else {}


def _events(attempt: Attempt) -> tuple[EventLine, ...]:
    rows = AttemptEvent.select().where(AttemptEvent.attempt == attempt.id).order_by(AttemptEvent.id)
    return tuple(
        EventLine(
            row.at,
            row.stage,
            unpack(row.text),
            f"{row.station}, {full_name(row.staff)}" if row.staff_id else row.station,
        )
        for row in rows
    )
