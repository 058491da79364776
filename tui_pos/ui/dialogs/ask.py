"""Dialogs that ask for one line, a text or an amount, again where it cannot be taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from rich.text import Text
from textual.app import ComposeResult

from tui_pos.core import money
from tui_pos.core.scan import Scan
from tui_pos.desk.errors import InvalidInput, Refusal
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.messages import sentence
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.row import Sentence
from tui_pos.ui.widgets.scan_input import DIALOG

R = TypeVar("R")

Refused = Callable[[Exception], object]
"""Gets why an answer was not taken."""


@dataclass(frozen=True, slots=True)
class Part:
    """An answer to `ask_amount`; None means all of it."""

    amount: Decimal | None


class Ask(DeskScreen[R]):
    """Asks ``question``; ``enter`` is what Enter does. Left with what ``read`` makes of the text.

    By Esc it is left with None, by Enter without a text with ``alone``, where there is one: the key bar says
    ``skips`` of it. ``read`` may raise MoneyError or a Refusal: it is said, and another answer waited for.
    With ``scans`` what is scanned is an answer too.
    """

    PROMPT = replace(DIALOG, quiet=False)

    def __init__(
        self,
        question: Question,
        enter: str,
        read: Callable[[str], R],
        alone: R | None = None,
        skips: str = "",
        *,
        scans: bool = False,
    ) -> None:
        super().__init__()
        self._question = question
        self._enter = enter
        self._read = read
        self._alone = alone
        self._skips = skips or enter
        self.typed = self._refusal = ""
        self._why = Sentence()
        self._scans = scans

    def begin_with(self, typed: str, refusal: str) -> None:
        """Say that ``typed`` was refused, and let it be changed; before the dialog opens."""
        self.typed, self._refusal = typed, refusal

    def compose_body(self) -> ComposeResult:
        yield self._question
        yield self._why

    def on_mount(self) -> None:
        self._refuse(self.typed, self._refusal)
        super().on_mount()

    def _refuse(self, typed: str, why: str) -> None:
        self.prompt.fill(typed)
        self._why.show(signs.signed(Tone.BAD, why) if why else Text())

    def acts(self) -> Sequence[Offer]:
        leave = Act("back", self.leave, "leave as it is")
        if self._alone is None:
            return (leave,)
        return (Act("confirm", partial(self.leave, self._alone), self._skips), leave)

    def typed_acts(self, text: str) -> Sequence[Offer]:  # noqa: ARG002  # whatever it is
        return (self.enters(self._enter), Act("back", self.prompt.clear, "clear"))

    def standing_note(self) -> tuple[str, Tone]:
        return ("" if self._alone is not None else "Type it, then press Enter."), Tone.PLAIN

    def entered(self, scan: Scan) -> None:
        if scan.scanned and not self._scans:
            super().entered(scan)
            return
        self.typed = scan.raw_shown
        try:
            self.leave(self._read(scan.raw_shown))
        except (money.MoneyError, Refusal) as error:
            self.kiosk.bell()
            self._refuse(scan.raw_shown, sentence(error.reason))


def ask_while_refused(
    screen: DeskScreen[Any],
    question: Callable[[], Ask[str]],
    write: Callable[[str, Refused], object],
    left: Callable[[], object] = lambda: None,
    *,
    given: str = "",
) -> None:
    """Ask on top of ``screen``, and let ``write`` have the answer, or at first what was ``given`` already.

    Where ``write`` calls what it gets beside it with InvalidInput, it is asked again: why, with the answer
    kept. ``left``: Esc was pressed.
    """

    def ask(typed: str = "", why: str = "") -> None:
        asked = question()
        asked.begin_with(typed, why)
        screen.go(asked, take)

    def take(answer: str | None) -> None:
        if answer is None:
            left()
        else:
            write(answer, partial(refused, answer))

    def refused(answer: str, error: Exception) -> None:
        if isinstance(error, InvalidInput):
            screen.kiosk.bell()
            ask(answer, screen.kiosk.explain(error))
        else:
            screen.failed(error)

    take(given) if given else ask()


def ask_text(heading: str, text: str, enter: str, tone: Tone = Tone.PLAIN) -> Ask[str]:
    """Asks for a reason or a name."""
    return Ask(Question(heading, text, tone), enter, str)


def ask_or_skip(heading: str, text: str, enter: str, skips: str) -> Ask[str]:
    """Asks for a name that may be left out: Enter alone answers ''."""
    return Ask(Question(heading, text), enter, str, "", skips)


def ask_amount(heading: str, text: str, enter: str, read: Callable[[str], Decimal]) -> Ask[Part]:
    """Asks for an amount, which ``read`` makes of the text or refuses; Enter alone means all."""
    return Ask(Question(heading, text), enter, lambda typed: Part(read(typed)), Part(None))
