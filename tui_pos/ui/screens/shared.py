"""What several screens of the desk do alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.messages.access import ACTIONS
from tui_pos.ui.results import NextPerson
from tui_pos.ui.typed_ahead import KeysHandled

if TYPE_CHECKING:
    from tui_pos.desk.payments.readers import ReaderRow

Screen = DeskScreen[Any]


@dataclass(frozen=True, slots=True)
class Step:
    """The one safe next step: what Enter does now, and how the key bar calls it."""

    take: Callable[[], object]
    label: str


def next_person(scan: Scan) -> NextPerson:
    """Who was scanned where an order is done with; of another conference where the code says so."""
    return NextPerson(f"{scan.conference}:{scan.text}" if scan.conference else scan.text)


def refuse(screen: Screen, action: Action) -> None:
    """Tell the person that they may not do it, and name people who may."""

    def say(names: tuple[str, ...]) -> None:
        who = " or ".join(printable(name, 40) for name in names) or "a supervisor"
        screen.alert(f"{screen.desk.staff.name} may not {ACTIONS[action]}. Ask {who}.", Tone.BAD)

    screen.ask(partial(_who_may, screen.desk, action), say, hold=True)


def choose_reader(screen: Screen) -> None:
    """Let another reader be chosen for this station."""
    screen.navigator.choose_reader(lambda: screen.say(f"Reader {screen.kiosk.status.reader}.", Tone.OK))


def show_reader(screen: Screen, row: "ReaderRow") -> None:
    """Name this station's reader in the header of every screen."""
    kiosk = screen.kiosk
    kiosk.set_status(replace(kiosk.status, reader_id=row.id, reader=row.label, reader_state=row.state))


def after_keys(screen: Screen, then: Callable[[], object]) -> None:
    """Call ``then`` once every key that was read by now has been handled by the screen on top."""
    top = screen.kiosk.screen
    prompt = (top if isinstance(top, DeskScreen) and top.has_desk else screen).prompt
    # Through the queues that a key passes: the app's, the prompt's, and the screen's as a message.
    screen.kiosk.call_later(prompt.call_later, prompt.post_message, KeysHandled(then))


def _who_may(desk: Desk, action: Action) -> tuple[str, ...]:
    # The home screen is painted before the database is imported.
    from tui_pos.desk.access.people import who_may

    return who_may(desk, action)
