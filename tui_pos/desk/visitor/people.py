"""What a person is called."""

from tui_pos.data.tables.auth import User


def full_name(user: User) -> str:
    """First and last name, else the username."""
    return called(user.first_name, user.last_name, user.username)


def called(first_name: str, last_name: str, username: str) -> str:
    """The same for the bare columns of a user."""
    return f"{first_name} {last_name}".strip() or username
