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

_JOINERS = re.compile("([\u200c\u200d])")
"""What joins or parts the letters of Persian, Hindi and others: not seen by itself, and part of a name."""

_PART = r"[^@\s.,;:<>()\[\]\"\\]+"
_EMAIL = re.compile(rf"{_PART}(\.{_PART})*@{_PART}(\.{_PART})+")


def clean_name(name: str) -> str:
    """The name as it was written, on one line and without control characters; '' for none.

    Raises InvalidInput ``name_too_long`` for one that django-program's columns do not hold.
    """
    if len(name) > NAME_LENGTH * 4:
        raise InvalidInput("name_too_long", most=NAME_LENGTH)
    parts = _JOINERS.split(name)
    written = "".join(part if _JOINERS.fullmatch(part) else _shown(part) for part in parts).strip()
    if not printable(written):
        return ""
    if len(written) > NAME_LENGTH:
        raise InvalidInput("name_too_long", most=NAME_LENGTH)
    if max(map(len, split_name(written))) > USER_NAME_LENGTH:
        raise InvalidInput("name_too_long", most=USER_NAME_LENGTH)
    return written


def split_name(name: str) -> tuple[str, str]:
    """First and last name as an account has them: what stands before the first space, and the rest."""
    first, _, last = name.partition(" ")
    return first, last


def _shown(part: str) -> str:
    """``printable`` without its trimming: a part may begin or end with the space between two words."""
    shown = printable(part, len(part) + 1)
    before, after = (" " if part[edge].isspace() else "" for edge in (0, -1)) if shown else ("", "")
    return f"{before}{shown}{after}"


def clean_email(email: str) -> str:
    """The e-mail address without blanks around it, or ''. Raises InvalidInput ``invalid_email``."""
    bare = email.strip()
    if bare and not is_email(bare):
        raise InvalidInput("invalid_email", email=printable(bare, 60))
    return bare


def is_email(text: str) -> bool:
    """Whether it has the form of an e-mail address that the database's column holds."""
    return len(text) <= EMAIL_LENGTH and text.isprintable() and _EMAIL.fullmatch(text) is not None


def has_log_in(user: User) -> bool:
    """Whether somebody signs in to the web site with this account, or may.

    Django marks a password that no log-in matches with ``!``; who signs in elsewhere (Google, GitHub) has
    such a one too, and a time of the last log-in.
    """
    return not user.password.startswith("!") or user.last_login is not None


def guest_user(name: str, email: str, now: datetime) -> User:
    """A new account for a buyer who has none, with a password that no log-in matches.

    Call inside a transaction with a name and e-mail that were cleaned.
    """
    first, last = split_name(name)
    values = {
        "password": "!" + clock.random_code(40),
        "first_name": first,
        "last_name": last,
        "email": email,
        "date_joined": now,
    }
    user_id, username = registration.insert_unique(User, User.username, USERNAME_PREFIX, values)
    return User(id=user_id, username=username, **values)
