"""Who works at the demonstration desk, with which rights. Every password is ``demo``."""

import base64
import hashlib

from tui_pos.data.demo.catalogue import VOLUNTEERS
from tui_pos.data.tables.auth import ContentType, Group, GroupPermission, Permission, User, UserGroup

PASSWORD = "demo"
ROUNDS = 1000
"""Few, because the password is known to everybody; Django writes a million."""

RIGHTS = {"use_terminal": "Can use Terminal POS", "view_checkin": "Can access check-in"}
GROUPS = {
    "Demo Registration Desk": ("use_terminal", "view_checkin"),
    "Demo Door": ("view_checkin",),
    VOLUNTEERS: (),
}
STAFF = (
    ("trainee", "Tilda", "Trainee", "Demo Registration Desk"),
    ("scanner", "Sam", "Scanner", "Demo Door"),
    ("lead", "Lena", "Lead", ""),
    ("visitor", "Viktor", "Visitor", ""),
)
"""Username, names, group. ``lead`` is a superuser, ``visitor`` has no right at all."""


def create() -> dict[str, Group]:
    """Write the groups with their rights and the staff; answers the groups by name."""
    rights = {codename: _right(codename, name) for codename, name in RIGHTS.items()}
    groups = {name: Group.create(name=name) for name in GROUPS}
    for name, codenames in GROUPS.items():
        for codename in codenames:
            GroupPermission.create(group=groups[name], permission=rights[codename])
    password = password_hash()
    for username, first, last, group in STAFF:
        user = User.create(
            username=username,
            first_name=first,
            last_name=last,
            email=f"{username}@example.org",
            password=password,
            is_staff=True,
            is_superuser=username == "lead",
        )
        if group:
            UserGroup.create(user=user, group=groups[group])
    return groups


def _right(codename: str, name: str) -> Permission:
    """The right as Django made it, or made here where no Django ever ran."""
    model = {"app_label": "program_conference", "model": "conference"}
    content_type = ContentType.get_or_none(**model) or ContentType.create(**model)
    right = {"content_type": content_type, "codename": codename}
    return Permission.get_or_none(**right) or Permission.create(name=name, **right)


def password_hash() -> str:
    """``demo`` as Django stores a password."""
    salt = "demonstration"
    key = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt.encode(), ROUNDS)
    return f"pbkdf2_sha256${ROUNDS}${salt}${base64.b64encode(key).decode()}"
