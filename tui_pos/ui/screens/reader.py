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
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, numbers
from tui_pos.ui.messages import paying as said
from tui_pos.ui.messages.views import holder_words
from tui_pos.ui.widgets import look, signs
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.look import Role
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
NONE_FREE = "No reader can take a payment now: wait and /refresh, or pick one by its number all the same."
NONE_HERE = "Stripe knows no reader here. Register one in the Dashboard, then /refresh."


class ReaderScreen(DeskScreen[ReaderRow]):
    """Left with the reader that was chosen, or None.

    Enter chooses ``current``, or else the reader that this station remembers; where that cannot take a
    payment now, or is the one to be replaced (``instead_of``), the first one that can.
    """

    CSS_PATH = "reader.tcss"
    PROMPT = Prompt(placeholder="a part of its name or serial number")

    def __init__(self, desk: Desk, *, current: str = "", instead_of: str = "") -> None:
        super().__init__(desk)
        self._current = current
        self._instead_of = instead_of
        self._readers: tuple[ReaderRow, ...] = ()
        self._shown: tuple[ReaderRow, ...] = ()
        self._station_has = ""

    def compose_body(self) -> ComposeResult:
        yield Row(Text(f"Choose the card reader of {printable(self.desk.station)}", style="bold"))
        yield LineList(*COLUMNS, numbered=True, choosing=False, id="headings")
        yield LineList(*COLUMNS, by_arrow=True, id="readers")
        yield Sentence()

    def on_mount(self) -> None:
        headings = Line(HEADINGS, pick=False, style=look.style(Role.DIM))
        self.query_one("#headings", LineList).set_lines([headings])
        self.refresh_list()

    # Asking

    def refresh_list(self) -> None:
        """Ask Stripe for the readers."""
        self._say_below(ASKING)
        look_up = partial(_look, self.desk, self._current)
        self.ask(look_up, self._found, self._not_found, lane="readers", latest=True)

    def _found(self, found: tuple[tuple[ReaderRow, ...], str]) -> None:
        self._readers, station_has = found
        self._station_has = station_has
        self._list.unchoose()
        self._show(self.prompt.text, by_itself=True)

    def _not_found(self, error: Exception) -> None:
        self.kiosk.bell()
        self._say_below(f"{self.kiosk.explain(error)} /refresh asks again.", Tone.BAD)

    # Choosing

    def acts(self) -> Sequence[Offer]:
        chosen = self._chosen()
        picks = numbers(len(self._list.numbered_keys))
        return (
            *((Act("confirm", partial(self.leave, chosen), _choice(chosen)),) if chosen is not None else ()),
            *((Pick(picks, self._picked, "choose"), Move(self._moved)) if picks else ()),
            Act("refresh", self.refresh_list),
            Act("back", self.leave, "back"),
        )

    def typed_acts(self, text: str) -> Sequence[Offer]:
        found = _matching(self._readers, text)
        label = _choice(found[0]) if len(found) == 1 else f'find "{text}"'
        return (self.enters(label), Act("back", self.prompt.clear, "clear"))

    def changed(self, text: str) -> None:
        self._show(text)

    def entered(self, scan: Scan) -> None:
        found = _matching(self._readers, scan.text)
        if scan.scanned:
            self.say("That scan was not used: choose the card reader first.", Tone.WARN, bell=True)
        elif len(found) == 1:
            self.leave(found[0])
        elif found:
            self._show(scan.text)
            self.say(f"{len(found)} readers fit: pick one by its number.")
        else:
            self.say(f"{scan.raw_shown} fits no reader.", Tone.WARN, bell=True)

    def _picked(self, number: int) -> None:
        line = self._list.numbered_line(number)
        if line is not None:
            self.leave(next(row for row in self._shown if row.id == line.key))

    def _moved(self, delta: int) -> None:
        self._list.move(delta)
        self._chosen_changed()

    # Drawing

    @property
    def _list(self) -> LineList:
        return self.query_one("#readers", LineList)

    def _show(self, text: str, *, by_itself: bool = False) -> None:
        self._shown = _matching(self._readers, text)
        self._list.set_lines([_line(row, is_own=row.id == self._station_has) for row in self._shown])
        why = ""
        if self._list.chosen is None:
            self._list.choose(preselect(self._shown, self._station_has, self._instead_of))
            why = self._why_another()
        self._chosen_changed(why, by_itself=by_itself)

    def _why_another(self) -> str:
        """Why another reader was chosen than this station's own; '' where that was, or is not listed."""
        own = next((row for row in self._shown if row.id == self._station_has), None)
        row = self._chosen()
        if own is None or row is None or row.id == own.id:
            return ""
        why = "has this payment" if own.id == self._instead_of else f"is {own.state}"
        return said.chosen_instead(own.label, why, row.label)

    def _chosen(self) -> ReaderRow | None:
        line = self._list.chosen
        return None if line is None else next(row for row in self._shown if row.id == line.key)

    def _chosen_changed(self, why: str = "", *, by_itself: bool = False) -> None:
        row = self._chosen()
        if row is not None:
            about = f"{row.label}: serial number {row.serial_number}, place {row.location or 'none'}"
            self._say_below(f"{why} {about}".lstrip())
        elif self._shown:
            self._say_below(NONE_FREE, Tone.WARN)
        elif self._readers:
            self._say_below("No reader fits that text.")
        else:
            self._say_below(NONE_HERE, Tone.WARN)
        self.refresh_hints(by_itself=by_itself)

    def _say_below(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        self.query_one(Sentence).show(signs.signed(tone, sentence))


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


def _line(row: ReaderRow, *, is_own: bool) -> Line:
    tone = READER_TONES.get(row.state, Tone.BAD)
    return Line(
        (
            said.own(row.label) if is_own else row.label,
            (f"{signs.sign(tone)} {row.state}", look.style(Role.DIM) if tone is Tone.BAD else ""),
            _model(row),
            _used_by(row),
        ),
        row.id,
    )


def _used_by(row: ReaderRow) -> str:
    """Who uses it."""
    if row.holder is None and row.state is ReaderState.IN_USE:
        return "something that no desk here started"
    return holder_words(row.holder)


def _choice(row: ReaderRow) -> str:
    """What choosing it is called; what speaks against it is said."""
    return f"choose {row.label}" if row.state is ReaderState.READY else f"choose {row.label}, {row.state}"


def _model(row: ReaderRow) -> str:
    return MODELS.get(row.device_type, row.device_type.replace("_", " "))
