"""What the payment screen says of a payment: pure functions of its state."""

import re
from dataclasses import dataclass

from rich.text import Text

from tui_pos import money
from tui_pos.desk.payments import PaymentState, Stage
from tui_pos.scan import printable
from tui_pos.widgets import signs

STEPS = ("saved", "sent", "card", "authorised", "captured")
"""The way of a payment, left to right."""

UNDER_WAY: dict[Stage, tuple[int, str]] = {
    Stage.CREATED: (0, "saved"),
    Stage.INTENT: (1, "sending"),
    Stage.SENT: (2, "waiting for card"),
    Stage.AUTHORIZING: (3, "authorising"),
    Stage.AUTHORIZED: (4, "capturing"),
}
"""Where on it a payment is that nothing stands in the way of, and what is being done there."""

WITH_REASON = ("DECLINED", "NOT SENT", "NOT SET UP", "NOT STARTED")
"""The headlines that do not say why; beside any other the detail says the same again, or is an old one."""

KEY = re.compile(r"\b(?:Enter|Esc|F\d+): ")

PLAIN = "plain"
NAME_WIDTH = 28


@dataclass(frozen=True, slots=True)
class Step:
    """What Enter does: a method of the screen, and how the key bar calls it."""

    name: str
    label: str


def next_step(state: PaymentState, *, watched: bool) -> Step | None:
    """The one safe next step; None while there is nothing to do but wait."""
    if not state.live:
        paid = "take the rest" if state.more_to_pay else "receipt"
        return Step("finish", paid if state.stage is Stage.CAPTURED else "back to the order")
    if not watched:
        return Step("watch_it", "watch it here")
    if not state.stuck:
        return None
    if state.stage is Stage.AUTHORIZED:
        return Step("capture", f"capture {amount(state)}")
    return Step("retry", "try again" if state.stage is Stage.DECLINED else "send again")


def amount(state: PaymentState) -> str:
    """The amount as people read it, without its currency."""
    return money.format_amount(state.amount, state.currency)


def title(state: PaymentState) -> Text:
    """Who pays for which order."""
    return Text(f"{printable(state.buyer, NAME_WIDTH)}   {state.reference}")


def is_under_way(state: PaymentState) -> bool:
    """Whether the payment is on its way and nobody has to be told anything."""
    return state.tone == PLAIN and state.stage in UNDER_WAY


def headline(state: PaymentState, seconds: int, *, watched: bool) -> Text:
    """What has become of the payment, in the place of the stages."""
    if state.live and not watched:
        return _signed("warn", "NOT WATCHED HERE", f"last seen: {state.headline}")
    return _signed(state.tone, *_parts(state, seconds))


def _signed(tone: str, *parts: str) -> Text:
    line = "  ".join(printable(part, 100) for part in parts if part)
    style = f"bold {signs.style(tone)}".rstrip()
    return Text(f"{signs.sign(tone)} {line}".lstrip(), style=style, no_wrap=True, overflow="ellipsis")


def _parts(state: PaymentState, seconds: int) -> tuple[str, ...]:
    if state.stage is Stage.UNKNOWN:
        return (f"{state.headline} for {seconds} s",)
    if state.stage is Stage.AUTHORIZED or (state.stage is Stage.CAPTURED and state.tone == "ok"):
        return (f"{state.headline} {amount(state)}", state.card)
    return (state.headline, state.detail if state.headline in WITH_REASON else "")


def advice(state: PaymentState, width: int) -> str:
    """What to do or to tell the customer; keys that do not fit beside it stand in a row of their own."""
    text = state.advice
    if state.problem:
        text = f"{state.problem} {text}"
    elif state.stage is Stage.CAPTURED and state.tone != "ok":
        text = f"{amount(state)} captured. {text}"
    keys = KEY.search(text)
    if keys is None or len(text) <= width:
        return text
    return f"{text[: keys.start()].rstrip()}\n{text[keys.start() :]}"
