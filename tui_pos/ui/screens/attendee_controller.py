"""What stands beside the verdict on somebody. Runs in a worker; asks the desk alone."""

from dataclasses import dataclass, field

from tui_pos.desk.checkin import group, redemption
from tui_pos.desk.checkin.group import Others
from tui_pos.desk.checkin.redemption import Fetched, HandOut
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView
from tui_pos.desk.search.facts import Fact, Imported, facts, imported


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is to hand out, what was handed out when, who else is on the order; what a list said."""

    hand_outs: tuple[HandOut, ...] = ()
    fetched: tuple[Fetched, ...] = ()
    others: Others = field(default_factory=Others)
    facts: tuple[Fact, ...] = ()
    imported: Imported | None = None

    @property
    def has_others(self) -> bool:
        """Whether anybody else is on the order of the badge."""
        return self.others.count > 0


def beside(desk: Desk, person: AttendeeView) -> Beside:
    """What belongs to that person now. Raises what ``lookup.attendee`` raises."""
    code = person.access_code
    return Beside(
        redemption.hand_outs(desk, code),
        redemption.fetched(desk, person.orders),
        group.others(desk, person),
        facts(desk, person.id),
        imported(desk, person.id),
    )
