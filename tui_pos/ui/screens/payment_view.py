"""What the payment screen says of a payment: pure functions of its state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from rich.text import Text

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.tables.desk import Obstacle
from tui_pos.desk.payments import EventLine, PaymentState, Stage
from tui_pos.desk.payments.control import CommandKind
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.payments.resolve import Option, Resolution
from tui_pos.desk.tones import Tone
from tui_pos.ui.input import keys
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.notices import NOTICE_WORDS, TAKE_THE_REST
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.line_list import Line

PROGRESS = ("saved", "sent", "card", "authorised", "captured")
"""The steps of a payment, as the stage line shows them from left to right."""

UNDER_WAY: dict[Stage, tuple[int, str]] = {
    Stage.CREATED: (0, "saved"),
    Stage.INTENT: (1, "sending"),
    Stage.SENT: (2, "waiting for card"),
    Stage.AUTHORIZING: (3, "authorising"),
    Stage.AUTHORIZED: (4, "capturing"),
}
"""The current step in ``PROGRESS`` of a payment without an obstacle, and what is being done there."""

WITH_REASON = frozenset(
    {
        Notice.DECLINED,
        Notice.REFUSED,
        Notice.MISCONFIGURED,
        Notice.FAILED,
        Notice.READER_GAVE_UP,
        Notice.STRIPE_REFUSES,
        Notice.WRITTEN_OFF,
    }
)
"""The notices whose words do not give the reason: the payment's detail is shown beside them alone."""

DECISION_LABELS: dict[Option, str] = {
    Option.BOOK_CAPTURED: "book it",
    Option.CAPTURE: "capture it",
    Option.RELEASE: "cancel at Stripe",
    Option.WRITE_OFF: "write it off",
    Option.ACCEPT_LESS: "accept less",
}
"""What a supervisor may decide, as the dialog lists it; Esc stands for ``KEEP``."""

DECISION_MEANINGS: dict[Option, str] = {
    Option.BOOK_CAPTURED: "What Stripe captured is booked.",
    Option.CAPTURE: "The money that is held is taken.",
    Option.RELEASE: "It is cancelled at Stripe, and what it holds is released.",
    Option.WRITE_OFF: "It ends here: nothing is booked for it, reader and order are free.",
    Option.ACCEPT_LESS: "Less than was asked for stays booked; the order owes the rest.",
}

TRY_AGAIN = (Obstacle.READER_GAVE_UP, Obstacle.CUSTOMER_CANCELED, Obstacle.CONNECTION_ERROR)
"""The obstacles that end a try on the reader although no bank declined it."""

NAME_WIDTH = 28

EVENTS, MAKES_ROOM = 8, 4
"""How many events are shown, and how many old ones are dropped at once, so that few rows are repainted."""


class Enter(Enum):
    """What Enter may do on the payment screen."""

    FINISH = "go on with how the payment ended"
    WATCH = "drive it from here"
    CAPTURE = "take the money that is held"
    RETRY = "show it on the reader again"


@dataclass(frozen=True, slots=True)
class EnterStep:
    """What Enter does now, and how the key bar calls it."""

    does: Enter
    label: str


def next_step(state: PaymentState, *, watched: bool) -> EnterStep | None:
    """What Enter does; None while there is nothing to do but wait."""
    if not state.live:
        paid = "take the rest" if state.more_to_pay and not state.problem else "receipt"
        return EnterStep(Enter.FINISH, paid if state.stage is Stage.CAPTURED else "back to the order")
    if not watched:
        return EnterStep(Enter.WATCH, "watch it here")
    if not state.stuck or state.problem:
        return None
    if state.stage is Stage.AUTHORIZED:
        return EnterStep(Enter.CAPTURE, f"capture {amount(state)}")
    tried = state.stage is Stage.DECLINED or state.decline in TRY_AGAIN
    return EnterStep(Enter.RETRY, "try again" if tried else "send again")


def hints(state: PaymentState | None, *, is_training: bool) -> Sequence[keys.Hint]:
    """What other keys than Enter do; ``state`` is None while the payment is not driven from here."""
    if state is None:
        return (keys.hint("back", "leave it"),)
    may_cancel, is_held = CommandKind.CANCEL in state.commands, state.stage is Stage.AUTHORIZED
    shown = []
    if may_cancel:
        shown.append(keys.hint("back", "release the hold" if is_held else "cancel"))
    if CommandKind.SWITCH in state.commands:
        shown.append(keys.hint("reader", "other reader"))
    if CommandKind.DETACH in state.commands:
        shown.append(keys.hint("attention", "leave it" if state.problem else "serve the next"))
    if state.problem:
        shown.append(keys.hint("resolve"))
    elif is_training and state.stage is Stage.SENT and may_cancel:
        shown += [keys.hint("tap", "tap card"), keys.hint("decline", "refuse it")]
    elif state.ended_unpaid or (may_cancel and not is_held):
        shown.append(keys.hint("cash"))
    return shown


def event_lines(events: Sequence[EventLine], local: Callable[[datetime], datetime]) -> list[Line]:
    """The last events of the payment; ``local`` converts from UTC to the conference's time zone."""
    gone = -(-max(0, len(events) - EVENTS) // MAKES_ROOM) * MAKES_ROOM
    lines, who = [], ""
    for event in events[gone:]:
        at = f"{local(event.at):%H:%M:%S.%f}"[:12]
        by = (event.who,) if event.who != who else ()
        lines.append(Line(((at, "dim"), sentence(event.said), *by), pick=False))
        who = event.who
    return lines


def amount(state: PaymentState) -> str:
    """The amount as people read it, without its currency."""
    return money.format_amount(state.amount, state.currency)


def captured(state: PaymentState) -> str:
    """What Stripe captured, which may be less than was asked for."""
    return money.format_amount(state.amount if state.captured is None else state.captured, state.currency)


def both_sides(found: Resolution) -> str:
    """What Stripe and the books say, one under the other."""
    books, currency = found.books, found.payment.currency
    asked, booked, kept, total = (
        money.format_amount(each, currency) for each in (books.asked, books.booked, books.kept, books.total)
    )
    lines = (
        f"Stripe: {sentence(found.stripe.said)}",
        f"Books: {books.stage}, {booked} booked of {asked} {currency}",
        f"Order: {books.order_status}, {kept} kept of {total}",
        sentence(books.problem),
    )
    return "\n".join(printable(line, 300) for line in lines if line)


def title(state: PaymentState) -> Text:
    """Who pays for which order."""
    return Text(f"{printable(state.buyer, NAME_WIDTH)}   {state.reference}")


def is_under_way(state: PaymentState) -> bool:
    """Whether the payment goes on without an obstacle, so that the stage line is shown."""
    return state.tone == Tone.PLAIN and state.stage in UNDER_WAY


def headline(state: PaymentState, seconds: int, *, watched: bool) -> Text:
    """What has become of the payment, shown instead of the stage line."""
    if state.live and not watched:
        return _signed(Tone.WARN, "NOT WATCHED HERE", f"last seen: {NOTICE_WORDS[state.notice].headline}")
    return _signed(state.tone, *_parts(state, seconds))


def _signed(tone: Tone, *parts: str) -> Text:
    line = "  ".join(printable(part, 100) for part in parts if part)
    style = f"bold {signs.style(tone)}".rstrip()
    return Text(f"{signs.sign(tone)} {line}".lstrip(), style=style, no_wrap=True, overflow="ellipsis")


def _parts(state: PaymentState, seconds: int) -> tuple[str, ...]:
    shown, detail = NOTICE_WORDS[state.notice].headline, sentence(state.detail)
    if state.stage is Stage.UNKNOWN and not state.problem:
        return (f"{shown} for {seconds} s",)
    if state.stage is Stage.CAPTURED and state.tone == Tone.OK:
        return (f"{shown} {captured(state)}", state.card, detail)
    if state.stage is Stage.AUTHORIZED and not state.problem and state.notice not in WITH_REASON:
        return (f"{shown} {amount(state)}", state.card)
    return (shown, detail if state.notice in WITH_REASON else "")


def advice(state: PaymentState, width: int) -> str:
    """What to do or to tell the customer; keys that do not fit beside it stand in a row of their own."""
    words = NOTICE_WORDS[state.notice]
    parts = [words.advice.format(reader=state.reader_label or state.reader_id)]
    keys = words.keys
    if state.problem:
        parts.insert(0, sentence(state.problem))
    elif state.stage is Stage.CAPTURED:
        parts.insert(0, f"{captured(state)} captured." if state.tone != Tone.OK else "")
        keys = TAKE_THE_REST if state.more_to_pay else keys
    text = " ".join(filter(None, parts))
    whole = " ".join(filter(None, (text, keys)))
    return whole if len(whole) <= width or not (text and keys) else f"{text}\n{keys}"
