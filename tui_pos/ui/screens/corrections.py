"""``/name``, ``/email`` and ``/transfer`` on the person that a screen shows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tui_pos.core.scan import printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.checkin.corrections import correct
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.errors import InvalidInput, NotPermitted
from tui_pos.desk.orders.views import AttendeeView
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import Refused, ask_text, ask_while_refused
from tui_pos.ui.input.acts import Act
from tui_pos.ui.messages import attendee as said

Write = Callable[[str], AttendeeView]
"""Writes the change, given the reason for it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is written, the sentence that tells what is true ``now``, and what gets the error of a refusal."""

    write: Write
    sentence: str
    now: str
    heading: str
    refused: Refused


class Corrections:
    """Asks for what the word was typed without and writes it; ``done`` gets who it is now, and a sentence."""

    def __init__(self, screen: DeskScreen[Any], done: Callable[[AttendeeView, str], object]) -> None:
        self._screen = screen
        self._done = done

    def acts(self, person: AttendeeView) -> tuple[Act, ...]:
        """The words that work for ``person`` and whoever is signed in."""
        offers: list[Act] = []
        if self._screen.may(Action.CORRECT):
            offers.append(Act("name", partial(self._name, person), "correct the name"))
            offers.append(Act("email", partial(self._email, person), "correct the address"))
        if self._screen.may(Action.TRANSFER) and person.registered:
            offers.append(Act("transfer", partial(self._transfer, person), "hand the ticket over"))
        return tuple(offers)

    def _name(self, person: AttendeeView) -> None:
        def begin(name: str, refused: Refused) -> None:
            write = partial(_correct_name, self._screen, person.access_code, name)
            heading = f"Correct the name to {printable(name, 40)}"
            self._write(Change(write, said.NAME_CHANGED, name, heading, refused))

        question = said.instead_of(printable(person.name, 80), said.NEW_NAME)
        self._given("Correct the name", question, begin)

    def _email(self, person: AttendeeView) -> None:
        def begin(email: str, refused: Refused) -> None:
            write = partial(_correct_email, self._screen, person.access_code, email)
            heading = f"Correct the address to {printable(email, 40)}"
            self._write(Change(write, said.EMAIL_CHANGED, email, heading, refused))

        question = said.instead_of(printable(person.email, 80), said.NEW_EMAIL)
        self._given("Correct the address", question, begin)

    def _transfer(self, person: AttendeeView) -> None:
        is_in = person.checked_in_at
        if is_in is not None and not self._screen.may(Action.TRANSFER_USED):
            who = self._screen.desk.staff.name
            self._screen.failed(NotPermitted("not_permitted", who=who, action=Action.TRANSFER_USED))
            return
        came_in = "" if is_in is None else said.HOLDER_IS_IN.format(at=self._screen.time(is_in))

        def begin(name: str, refused: Refused) -> None:
            write = partial(_transfer, self._screen, person.access_code, name)
            heading = f"Hand the ticket of {printable(person.name, 40)} to {printable(name, 40)}"
            self._ask_why(Change(write, said.HANDED_OVER, name, heading, refused), came_in)

        heading = f"Hand the ticket of {printable(person.name, 40)} over"
        self._given(heading, came_in + said.NEW_HOLDER, begin)

    def _given(self, heading: str, question: str, begin: Callable[[str, Refused], None]) -> None:
        """Go on with what followed the word, or with what is typed now."""
        asked = partial(ask_text, heading, question, "go on")
        ask_while_refused(self._screen, asked, begin, given=self._screen.argument)

    def _ask_why(self, change: Change, first: str = "") -> None:
        def answered(reason: str | None) -> None:
            if reason is not None:
                self._write(change, reason)

        self._screen.go(ask_text(change.heading, first + said.WHY, "do it"), answered)

    def _write(self, change: Change, reason: str = "") -> None:
        def written(person: AttendeeView) -> None:
            self._done(person, change.sentence.format(now=printable(change.now, 25)))

        def failed(error: Exception) -> None:
            if isinstance(error, InvalidInput) and error.code == "reason_required":
                self._ask_why(change)
            else:
                change.refused(error)

        self._screen.ask(partial(change.write, reason), written, failed, hold=True)


def _correct_name(screen: DeskScreen[Any], code: str, name: str, reason: str) -> AttendeeView:
    return correct(screen.desk, code, name=name, reason=reason)


def _correct_email(screen: DeskScreen[Any], code: str, email: str, reason: str) -> AttendeeView:
    return correct(screen.desk, code, email=email, reason=reason)


def _transfer(screen: DeskScreen[Any], code: str, name: str, reason: str) -> AttendeeView:
    return transfer(screen.desk, code, name, reason=reason)
