"""Who is named when somebody may not do a thing."""

import pytest

from tests.desk.conftest import AsStaff
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import (
    ContentType,
    Group,
    GroupPermission,
    Permission,
    User,
    UserGroup,
    UserPermission,
)
from tui_pos.desk.access import people
from tui_pos.desk.access.permissions import CHANGE_CONFERENCE, Action
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted


def test_superusers_are_named_where_nobody_else_may(desk: Desk) -> None:
    assert "Lena Lead" in people.who_may(desk, Action.REFUND, limit=9)
    assert "Tilda Trainee" not in people.who_may(desk, Action.REFUND, limit=9)
    assert "Tilda Trainee" in people.who_may(desk, Action.CHARGE, limit=9)


def test_who_holds_the_right_comes_before_superusers(desk: Desk) -> None:
    with connected():
        content = ContentType.get(ContentType.app_label == "program_conference")
        named = {"codename": CHANGE_CONFERENCE, "content_type": content}
        right = Permission.get_or_none(**named) or Permission.create(name="Can change", **named)
        UserPermission.create(user=User.get(User.username == "visitor"), permission=right)
        chairs = Group.create(name="Chairs")
        GroupPermission.create(group=chairs, permission=right)
        UserGroup.create(user=User.get(User.username == "scanner"), group=chairs)
    assert people.who_may(desk, Action.COMPLIMENTARY) == ("Sam Scanner", "Viktor Visitor", "Lena Lead")
    assert people.who_may(desk, Action.COMPLIMENTARY, limit=1) == ("Sam Scanner",)


def test_who_has_left_is_not_named(desk: Desk) -> None:
    with connected():
        User.update(is_active=False).where(User.username == "lead").execute()
    assert "Lena Lead" not in people.who_may(desk, Action.COMPLIMENTARY, limit=9)


def test_somebody_without_a_desk_asks_in_vain(desk: Desk, as_staff: AsStaff) -> None:
    with pytest.raises(NotPermitted):
        people.who_may(as_staff(desk, "visitor"), Action.COMPLIMENTARY)
