"""What stands beside the verdict on somebody. Runs in a worker; asks the desk alone."""

from dataclasses import dataclass

from tui_pos.desk.catalogue import inventory
from tui_pos.desk.catalogue.inventory import InventoryItem
from tui_pos.desk.checkin import redemption
from tui_pos.desk.checkin.group import Group, group_of
from tui_pos.desk.checkin.redemption import Fetched, HandOut
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView
from tui_pos.ui.screens import attendee_view


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


def products_beginning(desk: Desk, text: str) -> list[InventoryItem]:
    """The products whose words begin with those of ``text``."""
    return attendee_view.beginning(inventory.catalogue(desk), text)


def beside(desk: Desk, person: AttendeeView) -> Beside:
    """What belongs to that person now. Raises what ``lookup.attendee`` raises."""
    code = person.access_code
    return Beside(
        redemption.hand_outs(desk, code), redemption.fetched(desk, person.orders), group_of(desk, code)
    )
