"""``init`` as a dialog: one question at a time, what was answered so far above it.

What may be answered, and in which order it is asked, is `bootstrap.setup.questions`'; the words are
`ui.messages.guide`'s. It asks and writes nothing.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from tui_pos.bootstrap.setup import answers
from tui_pos.bootstrap.setup.interview import Answer, Interview, Question
from tui_pos.bootstrap.setup.questions import (
    OVERVIEW,
    before_overview,
    open_question,
    questions,
    take_what_is_there,
)
from tui_pos.core import log_file
from tui_pos.core.scan import MAX_LENGTH, printable
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer
from tui_pos.ui.kiosk import KioskApp, run_kiosk
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.failures import explain
from tui_pos.ui.messages.guide import BELOW, FURTHER, QUESTIONS, Words
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.key_bar import KeyBar
from tui_pos.ui.widgets.line_list import Column, Line, LineList, Listing
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.row import NoteLine, Row, Rule
from tui_pos.ui.widgets.scan_input import Prompt, ScanInput
from tui_pos.ui.widgets.signs import signed
from tui_pos.ui.widgets.status_line import StatusLine

T = TypeVar("T")

INTERRUPTED = 130
"""The exit status after Ctrl-C, as of other commands."""
STARS = "********"
FIXED = 6
"""Rows of header, blank, prompt, note, rule and key bar."""
CHOICES = 4
"""So many rows are kept for what can be chosen, and one in any case."""
MARGIN = 2
LONGEST = 400
"""Characters of what is told of an answer."""


class GuideScreen(DeskScreen[None]):
    """Asks every question of an interview, then calls ``is_answered``.

    ``fault`` is told first: why what was answered could not be written.
    """

    DEFAULT_CSS = """
    GuideScreen {
        #answered, #question, #told, #help, #enter { margin: 0 1; width: 1fr; }
        #body { padding: 0 1; }
    }
    """
    PROMPT = Prompt(picks=False)
    LEAST: ClassVar[tuple[int, int]] = (50, 16)

    def __init__(self, interview: Interview, fault: str, is_answered: Callable[[], object]) -> None:
        super().__init__()
        self._interview = interview
        self._is_answered = is_answered
        self._asked: tuple[Question, ...] = questions(interview)
        interview.reopen()  # what could not be written is shown once more
        self._question = open_question(interview) or self._overview_question
        self._told: tuple[str, Tone] = (fault, Tone.BAD)
        self._is_checking = False
        self._answered = Listing(Column(14), Column(), numbered=False, choosing=False, id="answered")
        self._choices = LineList(Column(2, right=True), Column(24), Column(), numbered=False, by_arrow=True)
        self._numbered: dict[str, Question] = {}  # what can be gone to from the overview
        self._rows = {name: Row(id=name) for name in ("question", "told", "help", "enter")}

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield self._answered
        yield Row()
        yield self._rows["question"]
        yield self.prompt
        yield NoteLine()
        yield self._rows["told"]
        yield self._rows["enter"]
        yield self._rows["help"]
        with Vertical(id="body"):
            yield self._choices
        yield Rule()
        yield KeyBar()

    def on_mount(self) -> None:
        self._draw_all()
        if not self._interview.kept and self._interview.has_config:
            self._look()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._draw_all)

    # Keys

    @property
    def has_words(self) -> bool:
        return False  # a path begins with a slash

    def acts(self) -> Sequence[Offer]:
        if self._is_checking:
            return ()
        before = self._before
        to = "overview" if before is not None and before.name == OVERVIEW else "back"
        return (
            Act("confirm", partial(self._answer, ""), self._enter_does()),
            *(() if before is None else (Act("back", self._back, to),)),
            Act("quit", self.kiosk.exit, "leave"),
            Move(self._move, "choose" if len(self._choices.lines) > CHOICES else ""),
        )

    def typed_acts(self, text: str) -> Sequence[Offer]:
        if self._is_checking:
            return ()
        does = "go there" if self._is_overview and text in self._numbered else "answer"
        if self._choices.chosen is not None:
            does = self._enter_does()
        return (self.enters(does), Act("back", self.prompt.clear, "clear"), Move(self._move))

    def _enter_does(self) -> str:
        if self._is_overview:
            return "change it" if self._choices.chosen is not None else "write it"
        return "take the chosen" if self._choices.chosen is not None else "go on"

    def _move(self, delta: int) -> None:
        self._choices.move(delta)

    @on(ScanInput.Refused)
    def _interrupted(self, message: ScanInput.Refused) -> None:
        message.stop()
        message.prevent_default()
        self.kiosk.exit(return_code=INTERRUPTED)

    @on(ScanInput.Entered)
    def _line(self, message: ScanInput.Entered) -> None:
        """Take the line as it is: a path or a password may look like a command or a barcode."""
        message.stop()
        message.prevent_default()
        if self.kiosk.is_forgotten(message) or self.typed_ahead.keeps(message):
            return
        self.kiosk.entered_at = message.time
        words: dict[str, Callable[[], object]] = {"/quit": self.kiosk.exit, "/back": self._back}
        if self._is_checking:
            self.kiosk.bell()
        elif message.truncated or len(message.text) > MAX_LENGTH:
            self._tell(f"That is longer than {MAX_LENGTH} characters.", Tone.BAD)
        elif message.text in words and not self._question.is_secret:
            words[message.text]()
        else:
            self._answer(message.text)

    def changed(self, text: str) -> None:
        self._show_choices(text)

    # Questions

    def _answer(self, typed: str) -> None:
        chosen = self._choices.chosen
        text = chosen.key if chosen is not None else typed
        if self._is_overview and text in self._numbered:
            self._told = ("", Tone.PLAIN)
            self._go_to(self._numbered[text])
            return
        self._check(partial(self._interview.take, self._question, text), self._taken, self._refused_answer)

    def _check(
        self, call: Callable[[], T], then: Callable[[T], object], failed: Callable[[Exception], object]
    ) -> None:
        self._is_checking = True
        self.say("Checking, please wait")
        self.refresh_hints()
        self.ask(call, then, failed, hold=True)

    def _taken(self, answer: Answer) -> None:
        self._told = (sentence(answer.told) if answer.told else "", Tone.PLAIN)
        if self._question.name == "slug" and self._interview.is_served:
            self._look()
        else:
            self._go_on()

    def _look(self) -> None:
        """Take what is there for the answers that are still open."""

        def failed(error: Exception) -> None:
            self._go_on()
            self._refused_answer(error)

        self._check(partial(take_what_is_there, self._interview), lambda _: self._go_on(), failed)

    def _go_on(self) -> None:
        """Ask what is open, in its order; before the end all answers stand there to be written."""
        self._asked = questions(self._interview)
        question = open_question(self._interview)
        if question is None:
            self._is_answered()
        else:
            self._go_to(question)

    def _refused_answer(self, error: Exception) -> None:
        self._tell(self.kiosk.explain(error), Tone.BAD)

    def _tell(self, said: str, tone: Tone) -> None:
        self._told = (said, tone)
        self.kiosk.bell()
        self._go_to(self._question)

    def _back(self) -> None:
        before = self._before
        if before is None:
            is_first = "This is the first question."
            said = "Type the number of what is to be changed." if self._is_overview else is_first
            self.say(said, Tone.WARN, bell=True)
            return
        self._told = ("", Tone.PLAIN)
        self._go_to(before)

    @property
    def _before(self) -> Question | None:
        """Where Esc goes: back by one; to the overview from what stands there, once all of it is answered."""
        if self._is_overview:
            return None
        asked, place = self._asked, self._place
        overview = self._overview_question
        if self._is_whole and place < asked.index(overview):
            return overview
        return asked[place - 1] if place else None

    @property
    def _is_overview(self) -> bool:
        """Whether all answers stand there, to be changed or written."""
        return self._question.name == OVERVIEW

    @property
    def _is_whole(self) -> bool:
        """Whether all is answered that stands in the overview, so that it comes next."""
        return all(each.key in self._interview.kept for each in before_overview(self._interview))

    @property
    def _overview_question(self) -> Question:
        return next(each for each in self._asked if each.name == OVERVIEW)

    @property
    def _place(self) -> int:
        return [each.key for each in self._asked].index(self._question.key)

    def _go_to(self, question: Question) -> None:
        self._question = question
        self._is_checking = False
        if self._is_overview:
            self._interview.reopen()
        self.say("")
        self._draw_all()

    # What stands there

    def _draw_all(self) -> None:
        question = self._question
        words = self._words_of(question)
        where = "overview" if self._is_overview else f"question {self._place + 1} of {len(self._asked)}"
        self.title_text = Text(f"Setting up   {where}")
        self.refresh_title()
        self.prompt.set_masked(question.is_secret)
        self._show_choices("")
        default = self._shown_default(question)
        self._draw_row("question", Text(self._filled(words.question, question), style="bold"))
        told, tone = self._told
        self._draw_row("told", signed(tone, printable(told, LONGEST)) if told else Text())
        self._draw_row("enter", Text(f"Enter alone: {default}" if default else ""))
        example = f" Example: {words.example}" if words.example else ""
        self._draw_row("help", Text(f"{words.allowed}{example}", style=look.style(Role.DIM)))
        if self._is_overview and len(self._choices.lines) > self._room:
            self._draw_row("help", Text(f"{words.allowed}{BELOW}", style=look.style(Role.DIM)))
        room = self._room - min(max(len(self._choices.lines), 1), CHOICES)
        lines = self._answers_before()[-max(room, 0) :] if room > 0 and not self._is_overview else []
        self._answered.styles.height = len(lines)
        self._answered.set_lines(lines)
        self.refresh_hints()

    def _draw_row(self, name: str, text: Text) -> None:
        row = self._rows[name]
        row.show(text)
        width = max(10, self.size.width - MARGIN)
        lines = len(text.wrap(self.app.console, width)) if text.plain else 0
        row.styles.height = max(lines, 0 if name in ("told", "help") else 1)

    @property
    def _room(self) -> int:
        """Rows for what was answered before and what can be chosen."""
        return self.size.height - FIXED - sum(self._height(name) for name in self._rows)

    def _height(self, name: str) -> int:
        height = self._rows[name].styles.height
        return int(height.value) if height is not None else 1

    def _show_choices(self, typed: str) -> None:
        """What can be chosen, as far as it fits what is typed; in the overview all answers, with numbers."""
        if self._is_overview:
            self._choices.unchoose()
            self._choices.set_lines(self._overview())
            return
        choices = self._question.choices(self._interview, typed)
        fitting = [each for each in choices if typed.lower() in f"{each.key} {each.label}".lower()]
        self._choices.unchoose()
        self._choices.set_lines(
            [Line(("", each.label, each.about), key=each.key) for each in fitting or choices]
        )

    def _overview(self) -> list[Line]:
        """All answers; those that can be changed have a number, which stands for their question."""
        answered = [
            each for each in self._in_order(before_overview(self._interview)) if self._words_of(each).label
        ]
        self._numbered = {f"{number}": each for number, each in enumerate(answered, 1)}
        fixed = [Line(("", label, text), pick=False) for label, text in self._fixed()]
        return fixed + [
            Line((number, self._label(each), self._shown(each)), key=number)
            for number, each in self._numbered.items()
        ]

    def _answers_before(self) -> list[Line]:
        """What is so before the question."""
        before = (each for each in self._in_order(self._asked[: self._place]) if self._words_of(each).label)
        answered = [
            (self._label(each), self._shown(each)) for each in before if each.key in self._interview.kept
        ]
        return [Line(cells) for cells in (*self._fixed(), *answered)]

    def _fixed(self) -> list[tuple[str, str]]:
        return [(QUESTIONS[name].label, text) for name, text in self._interview.shown()]

    def _in_order(self, asked: Sequence[Question]) -> list[Question]:
        """As the table of words has them."""
        order = list(QUESTIONS)
        return sorted(asked, key=lambda each: order.index(each.name))

    def _label(self, question: Question) -> str:
        return self._filled(self._words_of(question).label, question)

    def _shown(self, question: Question) -> str:
        answer = self._interview.kept[question.key]
        return STARS if question.is_secret else answer.shown or answer.text or self._words_of(question).none

    def _shown_default(self, question: Question) -> str:
        if question.is_secret:
            return "the one you typed" if question.key in self._interview.kept else ""
        default = self._interview.default(question)
        if not default:
            return self._words_of(question).none if question.may_be_empty else ""
        if question.name == "database":
            return answers.shown_database(default, self._interview.settings.home)
        labels = {each.key: each.label for each in question.choices(self._interview, "")}
        return "" if self._is_overview else labels.get(default, default)

    def _words_of(self, question: Question) -> Words:
        is_further = question.name == "supervisor" and question.may_be_empty
        return FURTHER if is_further else QUESTIONS[question.name]

    def _filled(self, text: str, question: Question) -> str:
        names = {name: self._interview.answer(name) for name in ("supervisor", "agrees")}
        return text.format(about=question.about, **names)


class GuideApp(KioskApp):
    """The dialog alone on a terminal."""

    is_answered = False
    """Whether every question was answered, and the last one is to be written."""

    def __init__(self, interview: Interview, fault: str = "") -> None:
        super().__init__(log_path=interview.settings.home / log_file.NAME, explain=explain)
        self._guide = GuideScreen(interview, fault, self._answered)

    def _answered(self) -> None:
        self.is_answered = True
        self.exit()

    def first_screen(self) -> Screen[Any]:
        return self._guide


def run(interview: Interview, fault: str = "") -> int | None:
    """Ask on this terminal; None when all is answered, else the exit status of who left before."""
    app = GuideApp(interview, fault)
    status = run_kiosk(app)
    return None if app.is_answered and status == 0 else status
