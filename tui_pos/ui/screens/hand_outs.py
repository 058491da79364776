"""What is handed out to the person on the screen: as rows, and what ``/undo`` means beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tui_pos.core.scan import printable
from tui_pos.desk.checkin.checkin import undo_check_in
from tui_pos.desk.checkin.redemption import HandOut, undo_hand_out
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import ask_text
from tui_pos.ui.input.acts import Act
from tui_pos.ui.messages import attendee as said
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.line_list import Line
from tui_pos.ui.widgets.look import Role


def key_of(hand_out: HandOut) -> str:
    """The key of its row."""
    return f"line {hand_out.line_id}"


def of_line(hand_outs: Sequence[HandOut], line: Line | None) -> HandOut | None:
    """The hand-out of a row; None for any other row."""
    return next((each for each in hand_outs if line is not None and key_of(each) == line.key), None)


def lines(hand_outs: Sequence[HandOut]) -> list[Line]:
    """A row for each; one with nothing left stays listed, so that it can be undone."""
    return [
        Line(
            (left(each), each.description), key=key_of(each), style="" if each.left else look.style(Role.DIM)
        )
        for each in hand_outs
    ]


def left(hand_out: HandOut) -> str:
    """How much of it is left."""
    return f"{hand_out.left} of {hand_out.bought} left"


@dataclass(frozen=True, slots=True)
class Undoing:
    """What is taken back, in words, and the call that does it, given the reason."""

    what: str
    call: Callable[[str], object]


class TakingBack:
    """``/undo`` on a screen: asks why, does what `Undoing` says, and tells ``done`` so in a sentence."""

    def __init__(
        self,
        screen: DeskScreen[Any],
        undoing: Callable[[], Undoing | None],
        done: Callable[[str], object],
    ) -> None:
        self._screen = screen
        self._undoing = undoing
        self._done = done

    def acts(self) -> tuple[Act, ...]:
        """The word, which names what it would take back now."""
        now = self._undoing()
        return (Act("undo", partial(self._begin, now), f"take back {now.what}"),) if now is not None else ()

    def _begin(self, undoing: Undoing) -> None:
        if self._screen.argument:
            self._undo(undoing, self._screen.argument)
            return
        question = ask_text(f"Take back {undoing.what}", said.WHY, "take it back")
        self._screen.go(question, lambda reason: None if reason is None else self._undo(undoing, reason))

    def _undo(self, undoing: Undoing, reason: str) -> None:
        told = f"{undoing.what[0].upper()}{undoing.what[1:]} was taken back."
        self._screen.ask(partial(undoing.call, reason), lambda _: self._done(told), hold=True)


def undoing(desk: Desk, person: AttendeeView, chosen: HandOut | None) -> Undoing | None:
    """The chosen hand-out, if any of it is gone, else the check-in; None when there is neither."""
    if chosen is not None and chosen.left < chosen.bought:
        what = f"the hand-out of {printable(chosen.description, 40)}"
        return Undoing(what, partial(undo_hand_out, desk, person.access_code, chosen.line_id))
    if person.first_check_in is not None:
        return Undoing("the check-in", partial(undo_check_in, desk, person.access_code))
    return None
