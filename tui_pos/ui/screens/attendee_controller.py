"""What stands beside the verdict on somebody. Runs in a worker; asks the desk alone."""

from dataclasses import dataclass

from tui_pos.desk.checkin import redemption
from tui_pos.desk.checkin.group import Group, group_of
from tui_pos.desk.checkin.redemption import Fetched, HandOut
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is to hand out, what was handed out when, and who is on the same order."""

    hand_outs: tuple[HandOut, ...] = ()
    fetched: tuple[Fetched, ...] = ()
    group: Group | None = None

    @property
    def has_others(self) -> bool:
        """Whether anybody else is on the order of the badge."""
        return self.group is not None and len(self.group.members) > 1


def beside(desk: Desk, person: AttendeeView) -> Beside:
    """What belongs to that person now. Raises what ``lookup.attendee`` raises."""
    code = person.access_code
    return Beside(
        redemption.hand_outs(desk, code), redemption.fetched(desk, person.orders), group_of(desk, code)
    )
