"""What a person is called, and who may read their address."""

import re

from tui_pos.data.tables.auth import User
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk

_ADDRESS = re.compile(r"\S+@\S+")


def full_name(user: User) -> str:
    """First and last name, else the username."""
    return called(user.first_name, user.last_name, user.username)


def called(first_name: str, last_name: str, username: str) -> str:
    """The same for the bare columns of a user; of an e-mail address the part before ``@``."""
    return f"{first_name} {last_name}".strip() or username.partition("@")[0] or username


def sees_addresses(desk: Desk) -> bool:
    """Whether who is signed in may read e-mail addresses; who lets people in needs none."""
    return allowed(desk.staff, Action.ADDRESSES)


def without_addresses(desk: Desk, text: str) -> str:
    """``text``, without what looks like an e-mail address for those who may read none."""
    return text if sees_addresses(desk) or "@" not in text else _ADDRESS.sub("(e-mail)", text)
