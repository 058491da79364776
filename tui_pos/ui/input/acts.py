"""What the next key will do, as one value: keys, key bar, list of words and help are all read from it.

A screen says it in `DeskScreen.acts`, in the order of the key bar, the safe next step first. What is not
among its offers does not act.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from textual.message import Message

from tui_pos.ui.input import key_stream, keys
from tui_pos.ui.input.keys import Hint

Do = Callable[[], object]

SHORT = ("other", "sell", "next", "today's")
"""Labels that are clear beside their key alone."""


@dataclass(frozen=True, slots=True)
class Act:
    """A command of `keys.COMMANDS`, what it does in this state, and how the key bar calls it.

    Without a ``label`` the bar says what the table of keys says. ``ahead``: Enter does it though it was
    pressed before the bar said so, because what it does follows from the keys before it. ``off_bar``: a
    card of the desk or a word gives it, and the list of words has it; nobody is led to it by the bar.
    """

    command: str
    do: Do
    label: str = ""
    ahead: bool = False
    off_bar: bool = False

    @property
    def shown(self) -> str:
        """What it does here, in a few words."""
        return self.label or keys.BY_NAME[self.command].label

    @property
    def told(self) -> str:
        """The same as a sentence; the table of keys says more than the bar's short words do."""
        command = keys.BY_NAME[self.command]
        if self.label in ("", command.label, *SHORT):
            return command.help
        return f"{self.label[:1].upper()}{self.label[1:]}."


@dataclass(frozen=True, slots=True)
class Pick:
    """Digits that pick a row: ``do`` gets the number."""

    numbers: range
    do: Callable[[int], object]
    label: str


@dataclass(frozen=True, slots=True)
class Move:
    """Arrows and page keys: ``do`` gets how far down. Named in the bar where there is a ``label``."""

    do: Callable[[int], object]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """``+`` and ``-``: ``do`` gets 1 or -1."""

    do: Callable[[int], object]
    label: str


Offer: TypeAlias = Act | Pick | Move | Steps


def numbers(rows: int, first: int = 1) -> range:
    """The digits of ``rows`` rows, of which the first shows ``first``; no more than nine have one."""
    return range(first, min(first + rows, 10))


def bar(offers: Iterable[Offer]) -> tuple[Hint, ...]:
    """The key bar of ``offers``: digits that do the same as one; no F8 where Enter is the card."""
    offers, hints = tuple(offers), dict[str, Hint]()
    enter = act_of(offers, "confirm")
    for offer in offers:
        hint = _hint(offer)
        if hint is None or (isinstance(offer, Act) and enter is not None and _is_card_twice(offer, enter)):
            continue
        same = isinstance(offer, Pick) and hints.get(f"pick {hint.label}")
        name = f"pick {hint.label}" if isinstance(offer, Pick) else f"{hint.key} {hint.label}"
        hints[name] = Hint(f"{same.key} {hint.key}", hint.label) if same else hint
    return tuple(hints.values())


def _hint(offer: Offer) -> Hint | None:
    match offer:
        case Act(off_bar=False):
            return Hint(keys.shown_key(offer.command), offer.shown)
        case Pick(numbers=picked) if picked:
            last = picked[-1]
            return Hint(f"{picked[0]}" if last == picked[0] else f"{picked[0]}-{last}", offer.label)
        case Move(label=label) if label:
            return Hint("PgUp PgDn", label)
        case Steps():
            return Hint("+ -", offer.label)
        case _:
            return None


def with_common(own: Sequence[Offer], common: Sequence[Act]) -> Sequence[Offer]:
    """A screen's ``own`` offers and those of all screens; what has a word alone comes last."""
    has = {each.command for each in own if isinstance(each, Act)}
    others = [each for each in common if each.command not in has]
    last = next((at for at in range(len(own), 0, -1) if _has_key(own[at - 1])), 0)
    keyed = [each for each in others if _has_key(each)]
    return (*own[:last], *keyed, *own[last:], *(each for each in others if each not in keyed))


def _is_card_twice(act: Act, enter: Act) -> bool:
    """Whether it is F8 where Enter says "card 25.00"."""
    return act.command == "card" and enter.shown.startswith(f"{act.shown} ")


def _has_key(offer: Offer) -> bool:
    return not isinstance(offer, Act) or bool(keys.BY_NAME[offer.command].keys)


def act_of(offers: Iterable[Offer], command: str) -> Act | None:
    """What ``command`` does; None where it does nothing."""
    return next((each for each in offers if isinstance(each, Act) and each.command == command), None)


def _act_on_key(offers: Iterable[Offer], command: keys.Command) -> Act | None:
    """What the key of ``command`` does: another command on the same key may be the one that is offered."""
    acts = [each for each in offers if isinstance(each, Act)]
    same_key = (each for each in acts if command.keys and keys.BY_NAME[each.command].keys == command.keys)
    return act_of(acts, command.name) or next(same_key, None)


def answer(offers: Sequence[Offer], message: Message) -> Do | None:
    """What a key of the prompt does; None where it does nothing."""
    match message:
        case key_stream.Asked(command=command):
            act = _act_on_key(offers, keys.BY_NAME[command])
            return act.do if act is not None else None
        case key_stream.Confirmed():
            act = act_of(offers, "confirm")
            return act.do if act is not None else None
        case key_stream.Picked(number=number):
            picks = (each for each in offers if isinstance(each, Pick) and number in each.numbers)
            return _with(next(picks, None), number)
        case key_stream.Moved(delta=delta):
            return _with(next((each for each in offers if isinstance(each, Move)), None), delta)
        case key_stream.Stepped(delta=delta):
            return _with(next((each for each in offers if isinstance(each, Steps)), None), delta)
        case _:
            return None


def _with(offer: Pick | Move | Steps | None, value: int) -> Do | None:
    if offer is None:
        return None
    do = offer.do
    return lambda: do(value)


def shown_key(message: Message) -> str:
    """The key that gave ``message``, as people read it."""
    match message:
        case key_stream.Asked(command=command):
            return keys.shown_key(command)
        case key_stream.Picked(number=number):
            return str(number)
        case key_stream.Moved():
            return "Moving up or down"
        case key_stream.Stepped(delta=delta):
            return "+" if delta > 0 else "-"
        case key_stream.Unbound(key=key):
            return key
        case _:
            return "Enter"
