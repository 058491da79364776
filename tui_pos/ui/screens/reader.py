"""The reader screen: the conference's card readers, to choose one of them."""

from collections.abc import Sequence
from functools import partial

from rich.text import Text
from textual.app import ComposeResult

from tui_pos.core.scan import Scan, printable
from tui_pos.desk.context import Desk
from tui_pos.desk.known_readers import ReaderState
from tui_pos.desk.payments.readers import ReaderRow, preselect, readers, remembered_reader
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.messages.views import holder_words
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row, Sentence
from tui_pos.ui.widgets.scan_input import Prompt

MODELS = {
    "bbpos_wisepos_e": "WisePOS E",
    "mobile_phone_reader": "phone",
    "simulated_stripe_s700": "S700",
    "simulated_wisepos_e": "WisePOS E",
    "stripe_s700": "S700",
    "stripe_s710": "S710",
    "verifone_P400": "P400",
}
"""Stripe's device types as they are printed on the device."""

READER_TONES = {ReaderState.READY: Tone.OK, ReaderState.IN_USE: Tone.WARN}
"""The tone of a reader's state; BAD for any other."""

COLUMNS = (Column(14), Column(11), Column(9), Column())
HEADINGS = ("Reader", "State", "Model", "In use by")
ASKING = "Asking Stripe for the readers."


class ReaderScreen(DeskScreen[ReaderRow]):
    """Left with the reader that was chosen, or None.

    Enter chooses ``current``, or else the reader that this station remembers; with ``instead_of``, the first
    one that is another.
    """

    CSS_PATH = "reader.tcss"
    PROMPT = Prompt(placeholder="Type a part of its name or serial number")

    def __init__(self, desk: Desk, *, current: str = "", instead_of: str = "") -> None:
        super().__init__(desk)
        self._current = current
        self._instead_of = instead_of
        self._readers: tuple[ReaderRow, ...] = ()
        self._shown: tuple[ReaderRow, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield Row(Text(f"Choose the card reader of {printable(self.desk.station)}", style="bold"))
        yield LineList(*COLUMNS, numbered=True, choosing=False, id="headings")
        yield LineList(*COLUMNS, id="readers")
        yield Sentence()

    def on_mount(self) -> None:
        self.query_one("#headings", LineList).set_lines([Line(HEADINGS, pick=False, style="dim")])
        self.action_refresh()

    # Asking

    def action_refresh(self) -> None:
        """``/refresh``: ask Stripe again."""
        self._say_below(ASKING)
        look = partial(_look, self.desk, self._current)
        self.ask(look, self._found, self._not_found, lane="readers", latest=True)

    def _found(self, found: tuple[tuple[ReaderRow, ...], str]) -> None:
        self._readers, current = found
        self._show(self.prompt.text)
        self._list.choose(preselect(self._readers, current, self._instead_of))
        self._chosen_changed()

    def _not_found(self, error: Exception) -> None:
        self.kiosk.bell()
        self._say_below(f"{self.kiosk.explain(error)} /refresh asks again.", Tone.BAD)

    # Choosing

    def changed(self, text: str) -> None:
        self._show(text)

    def entered(self, scan: Scan) -> None:
        found = _matching(self._readers, scan.text)
        if len(found) == 1:
            self.leave(found[0])
        elif found:
            self._show(scan.text)
            self.say(f"{len(found)} readers fit: pick one by its number.")
        else:
            self.say(f"{scan.raw_shown} fits no reader.", Tone.WARN, bell=True)

    def picked(self, number: int) -> None:
        line = self._list.numbered_line(number)
        if line is None:
            self.say(f"There is no row {number}.", Tone.WARN, bell=True)
        else:
            self._leave_with(line)

    def moved(self, delta: int) -> None:
        self._list.move(delta)
        self._chosen_changed()

    def action_confirm(self) -> None:
        line = self._list.chosen
        if line is None:
            self.say("There is no reader to choose.", Tone.WARN, bell=True)
        else:
            self._leave_with(line)

    def _leave_with(self, line: Line) -> None:
        self.leave(next(row for row in self._shown if row.id == line.key))

    # Drawing

    @property
    def _list(self) -> LineList:
        return self.query_one("#readers", LineList)

    def hints(self) -> Sequence[keys.Hint]:
        chosen = self._chosen()
        if chosen is None:
            return (keys.hint("refresh"), keys.hint("back"))
        return (
            keys.hint("confirm", f"choose {chosen.label}"),
            keys.hint("pick"),
            keys.hint("refresh"),
            keys.hint("back"),
        )

    def _show(self, text: str) -> None:
        self._shown = _matching(self._readers, text)
        self._list.set_lines([_line(row) for row in self._shown])
        self._chosen_changed()

    def _chosen(self) -> ReaderRow | None:
        line = self._list.chosen
        return None if line is None else next(row for row in self._shown if row.id == line.key)

    def _chosen_changed(self) -> None:
        row = self._chosen()
        if row is not None:
            self._say_below(f"{row.label}: serial number {row.serial_number}, place {row.location or 'none'}")
        elif self._readers:
            self._say_below("No reader fits that text.")
        else:
            self._say_below(
                "Stripe knows no reader here. Register one in the Dashboard, then /refresh.", Tone.WARN
            )
        self.refresh_hints()

    def _say_below(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        line = f"{signs.sign(tone)} {printable(sentence, 200)}".lstrip()
        self.query_one(Sentence).show(Text(line, style=signs.style(tone)))


def _look(desk: Desk, current: str) -> tuple[tuple[ReaderRow, ...], str]:
    """The readers, and which of them is this station's."""
    remembered = remembered_reader(desk)
    return readers(desk), current or (remembered[0] if remembered else "")


def _matching(rows: tuple[ReaderRow, ...], text: str) -> tuple[ReaderRow, ...]:
    """The readers that hold every word of ``text`` somewhere."""
    words = text.casefold().split()
    return tuple(row for row in rows if all(word in _words(row) for word in words))


def _words(row: ReaderRow) -> str:
    told = (row.label, row.serial_number, holder_words(row.holder), _model(row), row.state)
    return " ".join(told).casefold()


def _line(row: ReaderRow) -> Line:
    tone = READER_TONES.get(row.state, Tone.BAD)
    return Line(
        (
            row.label,
            (f"{signs.sign(tone)} {row.state}", signs.style(tone)),
            _model(row),
            holder_words(row.holder),
        ),
        row.id,
    )


def _model(row: ReaderRow) -> str:
    return MODELS.get(row.device_type, row.device_type.replace("_", " "))
