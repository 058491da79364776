"""The desk's app: paints the first screen, opens the desk in a thread, signs in and out, keeps the header.

Everything slow (the database, the demonstration, Stripe) is imported and opened in threads once the first
screen stands; scans and typing are taken from then on.
"""

import logging
import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui_pos.core import log_file
from tui_pos.core.config import Settings
from tui_pos.core.scanner_test import TestScan, scanner_of
from tui_pos.core.scanners import Pace, Scanner
from tui_pos.data import drivers
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Reason
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act
from tui_pos.ui.jobs import in_loop
from tui_pos.ui.kiosk import KioskApp, run_kiosk, unfit_terminal
from tui_pos.ui.messages.views import limits_word
from tui_pos.ui.screens.help import HelpScreen
from tui_pos.ui.screens.scan import ScanScreen
from tui_pos.ui.screens.sign_in import SignInScreen
from tui_pos.ui.station_claim import StationClaim, ask_about_station
from tui_pos.ui.widgets.status_line import Status

if TYPE_CHECKING:
    from tui_pos.bootstrap.doctor import Finding
    from tui_pos.bootstrap.session import DeskSession
    from tui_pos.desk.access.occupancy import StationHolder
    from tui_pos.ui.navigation import Navigation
    from tui_pos.ui.navigator import Navigator
    from tui_pos.ui.upkeep import Upkeep

log = logging.getLogger(__name__)

DEMO = "demo"
"""The conference that needs no sign-in, unless the config has one of that name."""
SECRET_VARIABLE = "TUI_POS_SECRET"
LOOK_AT_READER_EVERY = 60.0
MAINTAIN_EVERY = 30.0
KEEP_EVERY = 10.0
"""Seconds between renewals of the station's claim; `desk.access.occupancy` lets it lapse after 45."""
LEAVING_TAKES = 0.5


class DeskApp(KioskApp):
    """One station. ``open_session`` opens the desk, in a thread; ``staff`` signs in, or the trainee does.

    ``failure`` is why the desk could not be opened; the app has then ended.
    """

    # Textual loads a screen's own style sheet when it is pushed, which the first screen never is.
    CSS_PATH = Path(__file__).parent / "screens" / "scan.tcss"

    _navigation: "Navigation"
    """Set while somebody is signed in."""

    def __init__(
        self,
        settings: Settings,
        open_session: "Callable[[], DeskSession]",
        *,
        is_demo: bool = False,
        staff: str = "",
        secret: str = "",
    ) -> None:
        super().__init__(log_path=settings.home / log_file.NAME, explain=_explain)
        self.scanner = settings.scanner_at("")
        self.desk: Desk | None = None
        self._open_session = open_session
        self._session: DeskSession | None = None
        self._is_maintaining = False
        self._faults: dict[Hashable, Finding] = {}
        self._told: set[Hashable] = set()
        self._upkeep: Upkeep | None = None
        self._claim: StationClaim | None = None
        self._station_agreed = False
        self._home = ScanScreen()
        self._sign_in = None if is_demo and not staff else SignInScreen(staff, secret)

    def first_screen(self) -> Screen[Any]:
        return self._home

    def on_mount(self) -> None:
        if self._sign_in is not None:
            self.push_screen(self._sign_in, self._signed_in)
        self.call_after_refresh(self._open)
        self.set_interval(LOOK_AT_READER_EVERY, self._look_at_reader)
        self.set_interval(MAINTAIN_EVERY, self._maintain)
        self.set_interval(KEEP_EVERY, self._keep_station)

    def navigator_for(self, screen: Screen[Any]) -> "Navigator":
        """What opens the screens that follow ``screen``."""
        return self._navigation.beside(screen)

    # Opening

    def _open(self) -> None:
        call = partial(_open, self._open_session, asks=self._sign_in is not None)
        self.ask(self, call, self._opened, self._not_opened)

    def _not_opened(self, error: Exception) -> None:
        self.failure = error
        self.exit()

    def _opened(self, opened: "tuple[DeskSession | StationClaim, list[Finding]]") -> None:
        where, found = opened
        self._session = session = where.session if isinstance(where, StationClaim) else where
        self._faults = {each.topic: each for each in found if each.is_told}
        self._show_nobody()
        if self._sign_in is not None:
            self._sign_in.desk_opened(self._heading, session)
        elif isinstance(where, StationClaim):
            ask_about_station(self._home, where, self._signed_in, agreed=False)

    # Signing in and out

    def _signed_in(self, claim: StationClaim | None) -> None:
        from tui_pos.ui.navigation import Navigation  # both were imported by `_open`
        from tui_pos.ui.upkeep import Upkeep

        assert claim is not None
        self._navigation = Navigation(self)
        self._upkeep = upkeep = Upkeep(claim)
        self._claim, self._session, self._station_agreed = claim, claim.session, True
        self.desk = desk = claim.desk
        log.info("staff %d at the desk", desk.staff.id)
        desk.readers.tell(in_loop(self._reader_changed))
        self.order_prefix = desk.order_prefix
        self.set_status(replace(self.status, staff=desk.staff.name, station=desk.station))
        self._navigation.open_home(desk)
        self._told = {*self._faults}
        if told := _sentences((*self._session.warnings, *(each.said for each in self._faults.values()))):
            self._home.alert(" ".join(told))
        self._look_at_reader()
        self.ask(self, upkeep.scanner_here, self._know_scanner, self._unasked_failed)
        self.ask(self, upkeep.examine_all, self._examined, self._unasked_failed)
        self._maintain()
        if desk.account is not None:
            self.ask(self, desk.account.warm_up, _nothing, self._unasked_failed)

    def lock(self) -> None:
        """Back to the sign-in, after the open screens have saved what would be lost."""
        self._lock("")

    def _lock(self, why: str) -> None:
        """Close dialogs and the help as Esc does, have the desk's screens save, then show the sign-in."""
        if self.desk is None:
            return
        top = [screen for screen in self.screen_stack if isinstance(screen, DeskScreen) and screen.has_desk][
            -1
        ]
        above = self.screen_stack[self.screen_stack.index(top) + 1 :]
        if above:
            self.close_screen(above[0])
        self.call_later(top.put_away, partial(self._sign_out, why))

    def _sign_out(self, why: str, kept: str) -> None:
        if self.desk is None:
            return  # locked already: F12 came twice before its screen was put away
        log.info("locked")
        self.forget_input()  # what was typed at the desk must not reach the sign-in
        if self._claim is not None and self._upkeep is not None:
            self.ask(self, self._upkeep.release_station, _nothing, self._unasked_failed)
        self._claim = self.desk = None
        self._show_nobody()
        assert self._session is not None
        self._sign_in = SignInScreen(
            heading=self._heading, session=self._session, agreed=self._station_agreed, note=why, kept=kept
        )
        self._navigation.lock(self._sign_in, self._signed_in)

    @property
    def _heading(self) -> str:
        assert self._session is not None
        return f"Sign in to {self._session.conference.name} at {self._session.station}"

    def _show_nobody(self) -> None:
        assert self._session is not None
        session = self._session
        mode, zone = session.mode, session.conference.timezone
        limits = limits_word(session.limits.worst)
        self.set_status(
            Status(
                conference=session.conference.name,
                station=session.station,
                mode=mode,
                timezone=zone,
                limits=limits,
            )
        )

    # The claim on the station

    def _keep_station(self) -> None:
        if self._claim is not None and self._upkeep is not None:
            keep = self._upkeep.keep_station
            self.ask(self, keep, self._kept, self._unasked_failed, lane="station", latest=True)

    def _kept(self, holder: "StationHolder | None") -> None:
        """Lock when somebody has taken the station over, so that no two desks change the same sales."""
        if holder is None or self._claim is None or self.desk is None:
            return
        at = f"{self.desk.local(holder.since):%H:%M} on {holder.host}"
        self._claim = None
        self._lock(f"{holder.name} took {self.desk.station} over at {at}.")

    # Maintenance every half minute

    def _maintain(self) -> None:
        if self.desk is not None and self._upkeep is not None and not self._is_maintaining:
            self._is_maintaining = True
            self.ask(self, self._upkeep.maintain, self._maintained, self._not_maintained)

    def _maintained(self, found: "list[Finding]") -> None:
        self._is_maintaining = False
        self._examined(found)

    # What the checks find while the desk is open

    def _examined(self, found: "list[Finding]") -> None:
        """Show in the header what is stopped, and new findings on the home screen, not during a sale."""
        assert self._session is not None
        self.set_status(replace(self.status, limits=limits_word(self._session.limits.worst)))
        looked_at = {each.check for each in found}
        self._faults = {
            topic: each for topic, each in self._faults.items() if each.check not in looked_at
        } | {each.topic: each for each in found if each.is_told}
        self._told &= self._faults.keys()
        new = [each for topic, each in self._faults.items() if topic not in self._told]
        if not new or self.desk is None or self.screen is not self._home:
            return
        self._told |= self._faults.keys()
        urgent = _sentences(each.said for each in new if each.stops)
        if urgent:
            self._home.alert(" ".join(urgent))
        else:
            self._home.say(_sentences([new[0].said])[0], Tone.WARN)

    def _not_maintained(self, error: Exception) -> None:
        self._is_maintaining = False
        self._unasked_failed(error)

    # The reader in the header

    def _look_at_reader(self) -> None:
        if self.desk is None or self._upkeep is None or not allowed(self.desk.staff, Action.READERS):
            return
        self.ask(self, self._upkeep.reader_here, self._show_reader, self._unasked_failed, lane="reader")

    def _show_reader(self, reader: tuple[str, str, str]) -> None:
        if self.desk is not None:
            reader_id, label, state = reader
            self.set_status(replace(self.status, reader_id=reader_id, reader=label, reader_state=state))

    def _reader_changed(self) -> None:
        """A payment or a look at the readers has learnt another state of one of them."""
        state = self.desk.readers.state(self.status.reader_id) if self.desk is not None else None
        if state is not None and state != self.status.reader_state:
            self.set_status(replace(self.status, reader_state=state))

    # The scanner

    def _know_scanner(self, scanner: Scanner) -> None:
        self.scanner = scanner

    def scanner_tested(self, test: TestScan, pace: Pace | None) -> None:
        measured = scanner_of(test, pace)
        if measured is not None and self.desk is not None and self._upkeep is not None:
            remember = partial(self._upkeep.remember_scanner, measured)
            self.ask(self, remember, self._know_scanner, self._unasked_failed, lane="scanner")

    def _unasked_failed(self, error: Exception) -> None:
        """Log an unexpected error only: the next payment tells the person what is wrong."""
        if _explain(error) is None:
            self.record(error)

    def leave_station(self) -> None:
        """End the claim on the station; without a database it lapses by itself."""
        if self._claim is not None and self._upkeep is not None:
            leaving = Thread(target=self._upkeep.release_station_quietly, daemon=True)
            leaving.start()
            leaving.join(LEAVING_TAKES)

    # Help

    def acts(self, screen: Screen[Any]) -> Sequence[Act]:
        has_help = isinstance(screen, DeskScreen)
        locks = (Act("lock", self.lock),) if self.desk is not None else ()
        return ((Act("help", self._help),) if has_help else ()) + locks

    def _help(self) -> None:
        top = self.screen
        if isinstance(top, DeskScreen):
            self.last_prompt = None  # what is typed stays where it was begun
            top.go(HelpScreen(top))


def run(settings: Settings, conference: str | None, station: str | None, staff: str | None) -> int:
    """Run the desk on this terminal until it is left; the exit status.

    Raises what ``session.open_session`` raises, and InvalidInput where there is no usable terminal.
    """
    drivers.leave_out_unused(settings.database_url or "sqlite:")
    is_demo = conference == DEMO and DEMO not in settings.conferences
    unfit = unfit_terminal()
    if unfit or not conference or not (settings.database_url or is_demo):
        # Without a terminal no desk opens, so nothing is upgraded for it.
        _open_session(settings, conference, station, upgrade=not unfit)
        raise InvalidInput("no_terminal", unfit)
    app = DeskApp(
        settings,
        partial(_open_session, settings, conference, station),
        is_demo=is_demo,
        staff=staff or "",
        secret=os.environ.get(SECRET_VARIABLE, ""),
    )
    log.info("the desk begins")
    status = run_kiosk(app)
    log.info("the desk ends with %d", status)
    app.leave_station()
    if app.failure is not None:
        raise app.failure
    return status


def _open(
    open_session: "Callable[[], DeskSession]", *, asks: bool
) -> "tuple[DeskSession | StationClaim, list[Finding]]":
    """See `upkeep.open_desk`; called in a thread once the first screen stands, which waits for no import."""
    from tui_pos.ui import upkeep

    return upkeep.open_desk(open_session, asks=asks)


def _open_session(
    settings: Settings, conference: str | None, station: str | None, *, upgrade: bool = True
) -> "DeskSession":
    from tui_pos.bootstrap.session import open_session

    return open_session(settings, conference, station, upgrade=upgrade)


def _explain(error: Exception) -> str | None:
    from tui_pos.ui.messages.failures import explain

    return explain(error)


def _sentences(said: "Iterable[str | Reason]") -> list[str]:
    from tui_pos.ui.messages import sentence

    return [sentence(each) for each in said]


def _nothing(_: object) -> None:
    """Ignore an outcome."""
