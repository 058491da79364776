"""Background work of an open desk: opening it, checks, maintenance, renewing the claim on its station.

Everything here runs in threads. The app imports it once the first screen stands: the database and Stripe's
package come with it.
"""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

from tui_pos import desk as desk_package
from tui_pos.bootstrap import doctor
from tui_pos.bootstrap.doctor import Finding, Phase, Recheck
from tui_pos.bootstrap.session import DeskSession
from tui_pos.core.scanners import Scanner
from tui_pos.data.errors import DataError
from tui_pos.desk import clocks, lease_owners, scanners
from tui_pos.desk.access import occupancy
from tui_pos.desk.access.occupancy import StationHolder
from tui_pos.desk.known_readers import ReaderState
from tui_pos.desk.limits import Stop
from tui_pos.desk.payments import readers
from tui_pos.desk.reconciliation import maintenance
from tui_pos.terminal import TerminalError
from tui_pos.ui.station_claim import StationClaim, claim_station


def open_desk(
    open_session: Callable[[], DeskSession], *, asks: bool
) -> tuple[DeskSession | StationClaim, list[Finding]]:
    """Open the desk, for its trainee unless it ``asks`` who is there; answer what the first checks find too.

    Everything that its calls import is imported in this one thread: two threads
    that import modules which import each other may see half-initialised ones.
    """
    session = open_session()
    found = _examine(session, Phase.OPENING)
    for module in walk_packages(desk_package.__path__, f"{desk_package.__name__}."):
        import_module(module.name)
    import_module("tui_pos.ui.navigation")  # and with it all screens
    where = session if asks or session.trainee is None else claim_station(session, session.trainee)
    return where, found


class Upkeep:
    """The checks and chores of an open desk, for as long as one person is signed in."""

    def __init__(self, claim: StationClaim) -> None:
        self._claim = claim
        self._session = claim.session
        self._desk = claim.desk
        self.again = Recheck()

    # The checks

    def examine_all(self) -> list[Finding]:
        """What all the checks behind the first screen find."""
        return [*_examine(self._session, Phase.BACKGROUND), *self._examine_again()]

    def maintain(self) -> list[Finding]:
        """Look again at the clocks and, now and then, at what failed; then do a station's chores."""
        clocks.ask(self._desk.account)
        found = _examine(self._session, Phase.OPENING)
        if self.again.is_due:
            found += self._examine_again()
        if not self._session.limits.why(Stop.SAVING):
            maintenance.tick(self._desk, lease_owners.new_owner(self._desk))
        return found

    def _examine_again(self) -> list[Finding]:
        found = _examine(self._session, Phase.REPEATED)
        self.again.ran(found)
        return found

    # The station

    def keep_station(self) -> StationHolder | None:
        """Renew the claim; answers the new holder when the station was taken over."""
        return occupancy.keep(self._claim.desk, self._claim.owner)

    def release_station(self) -> None:
        """End the claim on the station. Raises DataError."""
        occupancy.release(self._claim.desk, self._claim.owner)

    def release_station_quietly(self) -> None:
        """The same, ignoring a failure: the claim lapses by itself."""
        with suppress(DataError):
            self.release_station()

    # The reader

    def reader_here(self) -> tuple[str, str, str]:
        """The id, label and state of this station's reader; empty texts without one.

        It is the one that was chosen here last, else the configured one, which is remembered from then on.
        """
        configured = self._session.settings.reader(self._session.station)
        reader_id, label = remembered = readers.reader_here(self._desk, configured)
        if not reader_id:
            return "", "", ""
        if self._desk.account is None:
            return reader_id, label or reader_id, ""
        try:
            row = readers.reader_at(self._desk, reader_id)
        except TerminalError:
            return reader_id, label or reader_id, ReaderState.NOT_KNOWN
        if row is None:
            return reader_id, label or reader_id, ReaderState.NOT_FOUND
        if remembered != (row.id, row.label):
            readers.remember_reader(self._desk, row.id, row.label)
        return row.id, row.label, row.state

    # The scanner

    def scanner_here(self) -> Scanner:
        """What is known of this station's scanner."""
        return scanners.scanner_here(self._desk, self._session.settings)

    def remember_scanner(self, measured: Scanner) -> Scanner:
        """Keep what the test code showed; what is known of the scanner then."""
        scanners.remember(self._desk, measured)
        return self.scanner_here()


def _examine(session: DeskSession, phase: Phase) -> list[Finding]:
    """What the checks of a phase find, and the desk stopped by it."""
    found = list(doctor.examine(doctor.subject_of(session), phase))
    doctor.apply_limits(session.limits, phase, found)
    return found
