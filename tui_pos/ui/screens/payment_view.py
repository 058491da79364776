"""What the payment screen says of a payment: pure functions of its state."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from rich.cells import cell_len
from rich.text import Text

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.tables.desk import Obstacle
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.payments import EventLine, PaymentState, Stage
from tui_pos.desk.payments.control import CommandKind
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.payments.resolve import Option, Resolution
from tui_pos.desk.tones import Tone
from tui_pos.desk.waiting import Act, Awaited, Waiting
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.declines import DECLINES, GENERIC
from tui_pos.ui.messages.notices import NOTICE_WORDS, TAKE_THE_REST
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.banner import BannerText
from tui_pos.ui.widgets.line_list import GAP, Column, Line
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.stage_line import stage_text

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

POLLED = frozenset({Stage.SENT, Stage.AUTHORIZING})
"""The stages in which Stripe is asked again and again, and answers at once."""

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

MAKES_ROOM = 4
"""How many old events are dropped at once, so that few rows are repainted."""
EVENTS, EVENTS_WIDE = 8, 30
"""How many rows of events are shown below the payment, and beside it."""

TIME_WIDTH, WHO_WIDTH = 12, 22
"""Cells of an event's time and, below the payment, of who caused it."""
RECORDER = (Column(TIME_WIDTH), Column())


class Does(Enum):
    """What a key may do on the payment screen."""

    FINISH = "go on with how the payment ended"
    WATCH = "drive it from here"
    CAPTURE = "take the money that is held"
    RETRY = "show it on the reader again"
    CANCEL = "ask reader and Stripe to cancel"
    LEAVE = "go away, and leave the payment as it is"
    SWITCH = "show it on another reader"
    CASH = "take cash in its place"
    OTHER = "take another tender in its place"
    RESOLVE = "decide about it"
    TAP = "hold a good card to the reader"
    REFUSE = "hold a bad card to the reader"


@dataclass(frozen=True, slots=True)
class Offered:
    """A command, what it does now, and how the key bar calls it."""

    command: str
    does: Does
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the screen knows of a payment.

    ``state`` is None before it was read. ``unwatched`` says why it is not driven from here, '' while it is.
    ``waited``: seconds since the last news. ``no_answer``: that an answer has not come for too long, '' while
    none is missing. ``can_load``: whether reading it may still succeed.
    """

    state: PaymentState | None = None
    unwatched: str = ""
    waited: int = 0
    no_answer: str = ""
    can_load: bool = True
    is_training: bool = False


LEAVE = Offered("back", Does.LEAVE, "leave it")

May = Callable[[Action], bool]


def offered(seen: Seen, may: May) -> list[Offered]:
    """What keys do now, the safe next step first."""
    state = seen.state
    if state is None:
        again = (Offered("confirm", Does.WATCH, "try again"),) if seen.unwatched and seen.can_load else ()
        return [*again, LEAVE]
    if not state.live:
        return [*_ended(state), *_resolve(state, may)]
    if seen.unwatched:
        watch = (Offered("confirm", Does.WATCH, "watch it here"),) if may(Action.CHARGE) else ()
        return [*watch, LEAVE, *_cards(seen, state, may), *_resolve(state, may)]
    return [*_under_way(seen, state, may), *(() if state.problem else _resolve(state, may))]


def _ended(state: PaymentState) -> list[Offered]:
    if not state.ended_unpaid:
        return [Offered("confirm", Does.FINISH, "go on with the rest" if owes_more(state) else "receipt")]
    return [
        Offered("confirm", Does.FINISH, "back to the order"),
        Offered("back", Does.FINISH, "back"),
        Offered("cash", Does.CASH, "cash"),
        Offered("tender", Does.OTHER, "another tender"),
    ]


def _under_way(seen: Seen, state: PaymentState, may: May) -> list[Offered]:
    can, is_held = state.commands, state.stage is Stage.AUTHORIZED
    may_cancel = CommandKind.CANCEL in can
    tried = state.stage is Stage.DECLINED or state.decline in TRY_AGAIN
    stuck = state.stuck and not state.problem
    away = "leave it" if state.problem else "serve the next"
    table = (
        (stuck and is_held and may(Action.CAPTURE), "confirm", Does.CAPTURE, f"capture {amount(state)}"),
        (stuck and not is_held, "confirm", Does.RETRY, "try again" if tried else "send again"),
        (may_cancel, "back", Does.CANCEL, "release the hold" if is_held else "cancel"),
        (CommandKind.SWITCH in can, "reader", Does.SWITCH, "other reader"),
        (CommandKind.DETACH in can, "attention", Does.LEAVE, away),
        (bool(state.problem) and may(Action.RESOLVE), "resolve", Does.RESOLVE, "decide about it"),
    )
    other = (Offered("cash", Does.CASH, "cash"), Offered("tender", Does.OTHER, "another tender"))
    others = other if may_cancel and not is_held else ()
    own = [Offered(command, does, label) for applies, command, does, label in table if applies]
    soon = others[:1] if stuck and tried else ()  # after a decline cash is what comes to mind
    return [*own[:1], *soon, *own[1:], *_cards(seen, state, may), *others[len(soon) :]]


def _cards(seen: Seen, state: PaymentState, may: May) -> list[Offered]:
    """In training who is at the desk holds the card to the reader."""
    asks = state.stage is Stage.SENT and state.notice is not Notice.CANCELLING and not state.problem
    if not (seen.is_training and asks and may(Action.CHARGE)):
        return []
    return [Offered("tap", Does.TAP, "good card"), Offered("decline", Does.REFUSE, "bad card")]


def try_next(seen: Seen, may: May) -> str:
    """What somebody in training may try now."""
    keys_now = {each.does for each in offered(seen, may)}
    if Does.TAP in keys_now:
        return "In training: Ins holds a good card to the reader, Del a bad one."
    return ""


def _resolve(state: PaymentState, may: May) -> list[Offered]:
    needed = (state.live or bool(state.problem)) and may(Action.RESOLVE)
    return [Offered("resolve", Does.RESOLVE, "decide about it")] if needed else []


def owes_more(state: PaymentState) -> bool:
    """Whether this payment was taken and its order waits for more money."""
    return state.stage is Stage.CAPTURED and state.more_to_pay and not state.problem


def awaited(state: PaymentState | None, asked_at: datetime, asking_since: datetime | None) -> Waiting | None:
    """Whose answer is waited for.

    Before the payment was read, the database's since ``asked_at``. While a card or a bank is waited for,
    Stripe's where a request to it has been on its way since ``asking_since``.
    """
    if state is None:
        return Waiting(Awaited.DATABASE, asked_at, Act.CHARGE)
    if state.stage in POLLED and state.live and not state.problem and asking_since is not None:
        return state.waiting or Waiting(Awaited.STRIPE, asking_since, Act.CHARGE)
    return state.waiting


def event_lines(
    events: Sequence[EventLine], local: Callable[[datetime], datetime], width: int, rows: int
) -> list[Line]:
    """The last events that ``rows`` rows have room for; ``local`` converts from UTC to the conference's time.

    Texts are wrapped at ``width``. Who caused an event stands beside it where there is room for that, else
    below, and is told only where it changes.
    """
    lines: list[Line] = []
    who, beside = "", width >= 2 * (TIME_WIDTH + WHO_WIDTH)
    dim = look.style(Role.DIM)
    for event in events:
        at = f"{local(event.at):%H:%M:%S.%f}"[:TIME_WIDTH]
        is_new, who = event.who != who, event.who
        room = width - TIME_WIDTH - GAP - ((WHO_WIDTH + GAP) if beside and is_new else 0)
        first, *more = _wrapped(printable(sentence(event.said), 400), max(10, room))
        by = ((who, dim),) if beside and is_new else ()
        lines.append(Line(((at, dim), first, *by), pick=False))
        lines += [Line(("", line), pick=False) for line in more]
        if is_new and not beside:
            lines.append(Line(("", (who, dim)), pick=False))
    gone = -(-max(0, len(lines) - rows) // MAKES_ROOM) * MAKES_ROOM
    return lines[gone:]


def _pieces(text: str, width: int) -> Iterator[str]:
    """The words of ``text``, those that are too long in parts."""
    for word in text.split():
        yield from (word[start : start + width] for start in range(0, len(word), width))


def _wrapped(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken between words where it can be."""
    lines = [""]
    for word in _pieces(text, width):
        joined = f"{lines[-1]} {word}".lstrip()
        if cell_len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def fact_lines(seen: Seen, local: Callable[[datetime], datetime]) -> list[Line]:
    """What a wide terminal has room for below the payment."""
    state = seen.state
    if state is None:
        return []
    begun = state.events[0] if state.events else None
    facts = (
        ("Order", state.reference),
        ("Buyer", state.buyer),
        ("Amount", f"{amount(state)} {state.currency}"),
        ("Reader", state.reader_label or state.reader_id),
        ("Card", state.card),
        ("Stripe", state.intent_id),
        ("Begun", f"{local(begun.at):%H:%M:%S} by {begun.who}" if begun is not None else ""),
    )
    return [Line(((name, look.style(Role.DIM)), fact), pick=False) for name, fact in facts if fact]


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


def progress(seen: Seen) -> Text | None:
    """The stages, while the payment goes on without an obstacle; else None, and `told` says what it is."""
    state = seen.state
    if state is None or seen.unwatched or seen.no_answer:
        return None
    if state.stage is Stage.UNKNOWN and not state.problem:
        before = [Stage(event.stage) for event in state.events if event.stage in UNDER_WAY]
        at, doing = UNDER_WAY[before[-1] if before else Stage.CREATED][0], "asking Stripe"
    elif state.tone == Tone.PLAIN and state.stage in UNDER_WAY:
        at, doing = UNDER_WAY[state.stage]
    else:
        return None
    return stage_text([*PROGRESS[:at], doing, *PROGRESS[at + 1 :]], at, seen.waited)


def told(seen: Seen) -> BannerText:
    """What has become of the payment, which takes the place of amount and stages."""
    state = seen.state
    if state is None:
        return _not_read(seen)
    money_asked = f"{amount(state)} {state.currency}"
    words = NOTICE_WORDS[state.notice]
    if state.live and seen.unwatched:
        last = f"last seen: {words.spoken}"
        return BannerText(tone=Tone.WARN, word="NOT WATCHED HERE", about=last, fact=money_asked)
    if seen.no_answer:
        return BannerText(tone=Tone.UNKNOWN, word=seen.no_answer, fact=money_asked)
    if state.stage is Stage.CAPTURED and not state.problem:
        return _captured(state)
    if state.stage is Stage.AUTHORIZED and state.card and not state.problem:
        return BannerText(tone=state.tone, word=words.headline, about=state.card, fact=money_asked)
    about = ", ".join(filter(None, (_why(state), words.about))) or state.card
    return BannerText(tone=state.tone, word=words.headline, about=about, fact=money_asked)


def _not_read(seen: Seen) -> BannerText:
    if seen.no_answer:
        return BannerText(tone=Tone.UNKNOWN, word=seen.no_answer)
    if seen.unwatched:
        return BannerText(tone=Tone.BAD, word="CANNOT BE SHOWN")
    return BannerText(word="READING THE PAYMENT")


def _captured(state: PaymentState) -> BannerText:
    word, took = NOTICE_WORDS[state.notice].headline, f"{captured(state)} {state.currency}"
    if state.notice is Notice.CAPTURED:
        return BannerText(tone=state.tone, word=f"{word} {took}", about=state.card)
    return BannerText(tone=state.tone, word=word, about=state.card, fact=f"{took} was paid")


def _why(state: PaymentState) -> str:
    """Why, in a few words; `advice` has the whole sentence."""
    if state.problem or state.notice not in WITH_REASON:
        return ""
    if state.notice is Notice.DECLINED:
        return DECLINES.get(state.decline, GENERIC)[0]
    return sentence(state.detail).rstrip(".")


def advice(seen: Seen) -> str:
    """What to do, or to tell the customer, in full."""
    state = seen.state
    if state is None:
        return seen.unwatched or "The payment is read from the database; what it holds comes here."
    if state.live and seen.unwatched:
        return seen.unwatched
    words = NOTICE_WORDS[Notice.UNKNOWN if seen.no_answer else state.notice]
    parts = [words.advice.format(reader=state.reader_label or state.reader_id)]
    if state.problem:
        parts.insert(0, sentence(state.problem))
    elif owes_more(state):
        parts = [TAKE_THE_REST]
    elif state.notice in WITH_REASON or state.stage is Stage.CAPTURED:
        parts.insert(0, sentence(state.detail))
    return " ".join(filter(None, parts))
