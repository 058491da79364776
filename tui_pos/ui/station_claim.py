"""Claiming the station after the sign-in, and what the person is asked about it.

A station that the config does not name may be a typing error. One that another running desk has is taken over
only when the person says so.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.confirm import Confirm

if TYPE_CHECKING:
    from tui_pos.bootstrap.session import DeskSession
    from tui_pos.desk.access.occupancy import StationHolder
    from tui_pos.desk.context import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class StationClaim:
    """A person at a station: the desk as it will be, the name of the running desk, and who is there already.

    ``beside`` is a free name beside the station's, where nobody has named it.
    """

    session: "DeskSession"
    desk: Desk
    owner: str
    holder: "StationHolder | None" = None
    beside: str = ""


Claimed = Callable[[StationClaim], object]


def claim_station(session: "DeskSession", staff: "Staff", *, take_over: bool = False) -> StationClaim:
    """Claim the station, unless another desk has it. Call in a thread.

    Without a database that takes writes the station is used unclaimed, for look-ups.
    """
    # The sign-in is painted before these are there.
    from tui_pos.data.errors import DatabaseUnavailable
    from tui_pos.desk import lease_owners
    from tui_pos.desk.access import occupancy

    desk = session.desk(staff)
    claim = StationClaim(session=session, desk=desk, owner=lease_owners.new_owner(desk))
    try:
        holder = occupancy.claim(desk, claim.owner, take_over=take_over)
    except DatabaseUnavailable:
        return claim
    if holder is None:
        return claim
    # In the demonstration everybody is signed in as the trainee.
    is_shared = not session.is_named and (not holder.is_same or session.trainee is not None)
    return replace(claim, holder=holder, beside=occupancy.free_name(desk) if is_shared else "")


def ask_about_station(
    screen: DeskScreen[Any], claim: StationClaim, claimed: Claimed, *, agreed: bool
) -> None:
    """Ask on top of ``screen`` what there is to ask, then call ``claimed``.

    A station that is not wanted after all ends the program. ``agreed``: that the config does not know it was
    agreed to before.
    """
    if claim.session.unknown_station and not agreed:
        _ask_unknown(screen, claim, claimed)
    elif claim.holder is not None:
        _ask_in_use(screen, claim, claim.holder, claimed)
    else:
        claimed(claim)


def _ask_unknown(screen: DeskScreen[Any], claim: StationClaim, claimed: Claimed) -> None:
    station = claim.desk.station
    question = Confirm(
        f"The station {station} is not known",
        f"{claim.session.unknown_station} Open this desk under that name all the same?",
        f"open {station}",
    )

    def answered(yes: bool | None) -> None:
        if yes:
            ask_about_station(screen, claim, claimed, agreed=True)
        else:
            _leave(
                screen, "station_unknown", f"{claim.session.unknown_station} Name this desk with --station."
            )

    screen.go(question, answered)


def _ask_in_use(
    screen: DeskScreen[Any], claim: StationClaim, holder: "StationHolder", claimed: Claimed
) -> None:
    station = claim.desk.station
    said = (
        f"{holder.name} has had {station} open since {claim.desk.local(holder.since):%H:%M} on {holder.host}."
    )
    if claim.beside:
        then = f"Enter opens this desk beside it, as {claim.beside}."
        session, label = replace(claim.session, station=claim.beside), f"open {claim.beside}"
    else:
        then = "Enter takes the station over: the other desk locks itself and keeps its work."
        session, label = claim.session, f"take {station} over"
    call = partial(claim_station, session, claim.desk.staff, take_over=not claim.beside)

    def answered(yes: bool | None) -> None:
        if yes:
            again = partial(ask_about_station, screen, claimed=claimed, agreed=True)
            screen.ask(call, again, hold=True)
        else:
            _leave(screen, "station_in_use", f"{said} Name this desk with --station.")

    screen.go(Confirm(f"{station} is in use", f"{said} {then}", label), answered)


def _leave(screen: DeskScreen[Any], code: str, sentence: str) -> None:
    screen.kiosk.failure = Refused(code, sentence)
    screen.kiosk.exit()
