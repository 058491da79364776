from dataclasses import replace

import pytest

from tests.desk.conftest import AsStaff
from tui_pos.desk.access.permissions import DESK_RIGHTS, GRANTS, Action, allowed, require
from tui_pos.desk.context import Desk, Staff
from tui_pos.desk.errors import NotPermitted

DOOR = {Action.LOOK_UP, Action.CHECK_IN}
TILL = DOOR | {
    Action.SELL,
    Action.CHARGE,
    Action.CAPTURE,
    Action.CANCEL,
    Action.READERS,
    Action.CONNECTION_TOKEN,
    Action.ADDRESSES,
    Action.CORRECT,
    Action.TRANSFER,
}


def holding(*codenames: str) -> Staff:
    return Staff(id=1, username="sam", name="Sam", codenames=frozenset(codenames))


@pytest.mark.parametrize(
    ("codename", "actions"),
    [
        ("view_checkin", DOOR),
        ("use_terminal", TILL | {Action.RECONCILE}),
        ("change_conference", set(Action)),
        ("delete_conference", set()),
    ],
)
def test_each_right_allows_its_actions_and_no_other(codename: str, actions: set[Action]) -> None:
    assert {action for action in Action if allowed(holding(codename), action)} == actions


def test_a_superuser_may_do_everything() -> None:
    staff = replace(holding(), is_superuser=True)
    assert all(allowed(staff, action) for action in Action)


def test_every_action_is_granted_to_somebody() -> None:
    assert set(GRANTS) == set(Action)
    assert {"view_checkin", "use_terminal", "change_conference"} == DESK_RIGHTS


def test_a_refusal_says_who_may_not_do_what(desk: Desk, as_staff: AsStaff) -> None:
    require(desk, Action.SELL)
    with pytest.raises(NotPermitted) as refused:
        require(as_staff(desk, "scanner"), Action.CAPTURE)
    assert refused.value.code == "not_permitted"
    assert refused.value.values == {"who": "Sam Scanner", "action": Action.CAPTURE}
    assert refused.value.exit_status == 6
