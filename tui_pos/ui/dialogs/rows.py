"""The dialog with a list of which one row, or some pieces, are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult

from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, Steps, numbers
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.scan_input import DIALOG

COLUMNS = (Column(), Column(12, right=True), Column(22))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A row: what it is called, an amount, and more about it. ``key`` is what it is answered with.

    ``most``: how many pieces of it can be taken; 0 for a row that is not about pieces.
    """

    key: str
    text: str
    amount: str = ""
    about: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answer: pieces per row, or the ``row`` that is about no pieces."""

    row: str = ""
    pieces: tuple[tuple[str, int], ...] = ()


class ChooseRow(DeskScreen[Chosen]):
    """Asks for a row, or for pieces of rows, that ``+`` and ``-`` count. Left by Esc with None.

    Args:
        verb: What is done with pieces ("give back"), as the key bar says it; '' where no row is about pieces.
        first: The key of the row that is chosen first.
        several: Whether pieces of more than one row can be chosen.
    """

    PROMPT = replace(DIALOG, picks=True)

    def __init__(
        self,
        heading: str,
        sentence: str,
        choices: Sequence[Choice],
        verb: str = "",
        *,
        first: str = "",
        several: bool = True,
    ) -> None:
        super().__init__()
        self._question = Question(heading, sentence)
        self._choices = {choice.key: choice for choice in choices}
        self._first = first
        self._verb = verb
        self._several = several
        self._counts: dict[str, int] = {}
        self._list = LineList(*COLUMNS)

    def compose_body(self) -> ComposeResult:
        yield self._question
        yield self._list

    def on_mount(self) -> None:
        self._draw()
        if self._first:
            self._list.choose(self._first)
        self.call_after_refresh(self.refresh_hints)  # only now it is known how many rows are in sight

    @property
    def _chosen(self) -> Choice | None:
        line = self._list.chosen
        return self._choices[line.key] if line is not None else None

    def _draw(self) -> None:
        self._list.set_lines([Line(self._cells(each), key=each.key) for each in self._choices.values()])

    def acts(self) -> Sequence[Offer]:
        rows = numbers(len(self._list.numbered_keys))
        return (
            *((Act("confirm", self._take, label),) if (label := self._next()) else ()),
            Pick(rows, self._list.numbered_line, "choose"),
            *((Steps(self._step, "pieces"),) if self._verb else ()),
            Act("back", self.leave, "leave as it is"),
            Move(self._list.move),
        )

    def _step(self, delta: int) -> None:
        chosen = self._chosen
        if chosen is None or not chosen.most:
            self.say("Choose a row with pieces first.", Tone.WARN, bell=True)
            return
        count = min(max(self._counts.get(chosen.key, 0) + delta, 0), chosen.most)
        if count == self._counts.get(chosen.key, 0):
            self.kiosk.bell()
        others = {key: number for key, number in self._counts.items() if self._several and key != chosen.key}
        self._counts = others | ({chosen.key: count} if count else {})
        self._draw()

    def _take(self) -> None:
        chosen = self._chosen
        if self._counts:
            self.leave(Chosen(pieces=tuple(self._counts.items())))
        elif chosen is not None and chosen.most:
            self.leave(Chosen(pieces=((chosen.key, 1),)))
        elif chosen is not None:
            self.leave(Chosen(row=chosen.key))

    def _next(self) -> str:
        """What Enter does now."""
        chosen = self._chosen
        if self._counts:
            named = [f"{count} x {self._choices[key].text}" for key, count in self._counts.items()]
            return f"{self._verb} {named[0] if len(named) == 1 else f'{sum(self._counts.values())} pieces'}"
        if chosen is None:
            return ""
        if chosen.most:
            return f"{self._verb} 1 x {chosen.text}"
        return chosen.text.lower() if self._verb else chosen.text

    def _cells(self, choice: Choice) -> tuple[str, ...]:
        count = self._counts.get(choice.key, 0)
        return (choice.text, choice.amount, f"{count} of {choice.about}" if choice.most else choice.about)
