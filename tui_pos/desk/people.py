"""What a person is called."""

from tui_pos.data.tables.auth import User


def full_name(user: User) -> str:
    """First and last name, else the username."""
    return f"{user.first_name} {user.last_name}".strip() or user.username
