"""Sign-in: the user name, then the password, both on the one prompt line."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult

from tui_pos.core.scan import MAX_LENGTH, printable
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.messages.access import DEMO_PASSWORD, DEMO_USER, NAME_BY_HAND
from tui_pos.ui.station_claim import StationClaim, ask_about_station, claim_station
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt, ScanInput

if TYPE_CHECKING:
    from tui_pos.bootstrap.session import DeskSession


class SignInScreen(DeskScreen[StationClaim]):
    """Asks who is at the desk, and what there is to ask about its station; left with that desk.

    It may be typed to before the database is open. ``username`` is asked for no more when it is given; with
    ``secret`` nothing is. ``heading`` says where one signs in to, ``session`` is that; without them the desk
    is still opening (`desk_opened`). ``agreed``: that the config does not know the station was agreed to
    before.
    ``note`` is told first, or else what became of the work that the lock has ``kept``.
    """

    CSS_PATH = "sign_in.tcss"
    PROMPT = Prompt(picks=False)

    def __init__(
        self,
        username: str = "",
        secret: str = "",
        *,
        heading: str = "",
        session: "DeskSession | None" = None,
        agreed: bool = False,
        note: str = "",
        kept: str = "",
    ) -> None:
        super().__init__()
        self._session = session
        self._agreed = agreed
        self._first_note, self._kept = note, kept
        self._username = username
        self._secret = secret
        self._is_checking = False
        self._early: list[ScanInput.Entered] = []
        self._heading = Row(_heading(heading), id="heading")
        self._question = Row(id="question")

    def compose_body(self) -> ComposeResult:
        yield self._heading
        yield self._question

    def on_mount(self) -> None:
        self._ask_next()
        if self._first_note:
            self.alert(f"{self._first_note} {self._kept}".rstrip(), Tone.WARN)
        elif self._kept:
            self.say(self._kept, Tone.OK)

    def acts(self) -> Sequence[Offer]:
        if self._is_checking:
            return ()
        leave = Act("quit", self.kiosk.exit, "leave")
        return (Act("back", self._begin_again, "another user"), leave) if self._username else (leave,)

    def typed_acts(self, text: str) -> Sequence[Offer]:  # noqa: ARG002  # whatever it is
        if self._is_checking:
            return ()
        return (
            self.enters("sign in" if self._username else "go on"),
            Act("back", self.prompt.clear, "clear"),
        )

    def standing_note(self) -> tuple[str, Tone]:
        if self._session is not None and self._session.trainee is not None:
            return DEMO_PASSWORD if self._username else DEMO_USER, Tone.PLAIN
        what = "password" if self._username else "user name"
        return f"Type your {what}, then press Enter.", Tone.PLAIN

    def desk_opened(self, heading: str, session: "DeskSession") -> None:
        """The database is open; ``heading`` says where one signs in to."""
        self._session = session
        self._heading.show(_heading(heading))
        if self._username and self._secret:
            self._check()

    @on(ScanInput.Entered)
    def _line(self, message: ScanInput.Entered) -> None:
        """Take the line as it is: a password may begin with / or look like a barcode.

        Once there is one to check, what is scanned is for the desk behind the sign-in, and no password.
        """
        if not self._username and message.text.startswith("/"):
            return
        message.stop()
        message.prevent_default()
        if self.kiosk.is_forgotten(message):
            self.kiosk.bell()
        elif self.typed_ahead.keeps(message):
            pass
        elif not self.is_on_top:
            self.typed_ahead.hand_to_top(message, is_ahead=False)
        elif self._username and self._secret:
            self._early.append(message)
        elif message.truncated or len(message.text) > MAX_LENGTH:
            self.say(f"That is longer than {MAX_LENGTH} characters: type it again.", Tone.BAD, bell=True)
        elif self._username:
            self._secret = message.text
            self._check()
        elif message.scanned:
            self.say(NAME_BY_HAND, Tone.WARN, bell=True)
        else:
            self._username = message.text.strip()
            self._ask_next()

    def _begin_again(self) -> None:
        self._username = self._secret = ""
        self._early.clear()
        self._ask_next()

    def forget_keys(self) -> None:
        self._early.clear()
        super().forget_keys()

    def failed(self, error: Exception) -> None:
        self.typed_ahead.forget()  # what was scanned for the desk that did not open is no password
        self._ask_next()
        super().failed(error)

    def _ask_next(self) -> None:
        self._is_checking = False
        what = f"Password of {printable(self._username, 40)}" if self._username else "User name"
        self._question.show(Text(what))
        self.prompt.set_masked(bool(self._username))
        self.say("")
        self.refresh_hints()

    def _check(self) -> None:
        if self._session is None:
            self.say("Opening the desk, please wait")
            return
        username, secret, self._secret = self._username, self._secret, ""
        self.say("Checking, please wait")
        self._is_checking = True
        self.refresh_hints()
        self.typed_ahead.hold(leaving=True)
        for message in self._early:
            self.typed_ahead.keeps(message)
        self._early.clear()
        self.ask(partial(_sign_in, username, secret, self._session), self._signed_in, hold=True)

    def _signed_in(self, claim: StationClaim) -> None:
        self._is_checking = False
        ask_about_station(self, claim, self.leave, agreed=self._agreed)


def _heading(text: str) -> Text:
    return Text(printable(text), style="bold")


def _sign_in(username: str, secret: str, session: "DeskSession") -> StationClaim:
    from tui_pos.desk.access.sign_in import sign_in

    return claim_station(session, sign_in(username, secret, session.sign_in_at))
