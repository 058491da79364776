"""Buyers without an account: what they say about themselves, and the account that the database wants.

A guest never becomes somebody's existing account, even when the e-mail is the same: who stands at the desk
has only said it, and an account carries orders, credits and a badge. The web site can merge them later.
"""

import re
from datetime import datetime

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.tables.auth import User
from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.orders import registration

NAME_LENGTH = 200
EMAIL_LENGTH = 254
USER_NAME_LENGTH = 150
USERNAME_PREFIX = "desk-guest"

_PART = r"[^@\s.,;:<>()\[\]\"\\]+"
_EMAIL = re.compile(rf"{_PART}(\.{_PART})*@{_PART}(\.{_PART})+")


def clean_name(name: str) -> str:
    """The name on one line, without control characters; a longer one is cut to what a bill holds."""
    return printable(name, NAME_LENGTH)


def clean_email(email: str) -> str:
    """The e-mail address without blanks around it, or ''. Raises InvalidInput ``invalid_email``."""
    bare = email.strip()
    if bare and (
        len(bare) > EMAIL_LENGTH or printable(bare, EMAIL_LENGTH) != bare or not _EMAIL.fullmatch(bare)
    ):
        raise InvalidInput("invalid_email", email=printable(bare, 60))
    return bare


def guest_user(name: str, email: str, now: datetime) -> User:
    """A new account for a buyer who has none, with a password that no log-in matches.

    Call inside a transaction with a name and e-mail that were cleaned.
    """
    first, _, last = name.partition(" ")
    values = {
        "password": "!" + clock.random_code(40),
        "first_name": first[:USER_NAME_LENGTH],
        "last_name": last[:USER_NAME_LENGTH],
        "email": email,
        "date_joined": now,
    }
    user_id, username = registration.insert_unique(User, User.username, USERNAME_PREFIX, values)
    return User(id=user_id, username=username, **values)
