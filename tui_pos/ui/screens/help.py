"""Help: what can be done on the screen that asked, made from what its keys do in its present state."""

import textwrap
from collections.abc import Iterator, Sequence

from textual import events
from textual.app import ComposeResult

from tui_pos.desk.access.permissions import Action
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, Steps, bar
from tui_pos.ui.messages.help import KEYS_HEADING, TASKS, TASKS_HEADING, Task, others
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.scan_input import Prompt

WIDTH = 78
"""Cells of a row at 80 columns."""


class HelpScreen(DeskScreen[None]):
    """What ``screen`` asks, its tasks, then its keys and words; what does nothing there is not listed."""

    PROMPT = Prompt(picks=False, placeholder="Esc goes back")

    def __init__(self, screen: DeskScreen[object]) -> None:
        super().__init__()
        offers = screen.offers()
        self._lines = [*_asked(screen), *_tasks(screen, offers), *_keys(offers)]
        self._list = LineList(Column(10), Column(11), Column(), numbered=False, choosing=False)
        self._top = 0

    def compose_body(self) -> ComposeResult:
        yield self._list

    def on_mount(self) -> None:
        self._list.set_lines(self._lines)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  # as Textual sends it
        self._moved(0)

    def acts(self) -> Sequence[Offer]:
        is_cut = self.is_mounted and len(self._lines) > self._list.size.height
        return (
            Act("confirm", self.leave, "back"),
            Act("back", self.leave),
            Act("help", self.leave, "back"),
            *((Move(self._moved, "more"),) if is_cut else ()),
        )

    def _moved(self, delta: int) -> None:
        last = max(0, len(self._lines) - self._list.size.height)
        self._top = min(max(0, self._top + delta), last)
        self._list.set_lines(self._lines[self._top :])
        self.refresh_hints()


def _asked(screen: DeskScreen[object]) -> Iterator[Line]:
    """The question that is open."""
    for question in screen.query(Question):
        yield _heading(question.heading)
        for text in question.sentence.split("\n"):
            yield from (Line((each,), pick=False) for each in textwrap.wrap(text, WIDTH))
        yield Line((), pick=False)


def _tasks(screen: DeskScreen[object], offers: Sequence[Offer]) -> Iterator[Line]:
    """How to do what works there now, for whoever is signed in."""
    works = {name: said for offer in offers for name, said in _commands(offer)}
    known = TASKS.get(type(screen).__name__, ())
    told = list(filter(None, (_told(screen, task, works) for task in known)))
    if told:
        yield _heading(TASKS_HEADING)
        yield from (Line((each,), pick=False) for each in told)
        yield Line((), pick=False)


def _told(screen: DeskScreen[object], task: Task, works: dict[str, str]) -> str:
    """How the task is done, or who else may do it; '' where it does not work or is none of theirs."""
    if task.needs not in works or (task.says and not works[task.needs].startswith(task.says)):
        return ""
    if task.right and not screen.may(Action(task.right)):
        return others(task) if screen.may(Action.SELL) else ""
    return task.how


def _commands(offer: Offer) -> tuple[tuple[str, str], ...]:
    """The commands of an offer, and what the bar says of them."""
    match offer:
        case Act(command=command, shown=shown):
            return ((command, shown),)
        case Pick(label=label):
            return (("pick", label),)
        case Steps(label=label):
            return (("more", label), ("fewer", label))
        case _:
            return ()


def _keys(offers: Sequence[Offer]) -> Iterator[Line]:
    yield _heading(KEYS_HEADING)
    yield from (_key(each) for each in offers if bar([each]))


def _key(offer: Offer) -> Line:
    (shown,) = bar([offer])
    if not isinstance(offer, Act):
        return Line((shown.key, "", shown.label), pick=False)
    command = keys.BY_NAME[offer.command]
    word = f"/{command.word}" if command.word else ""
    key = shown.key if command.keys else ""
    return Line((key, word, offer.told), pick=False)


def _heading(text: str) -> Line:
    return Line((text,), pick=False, style="bold")
