"""Making what is missing before the first sale: config, database, conference, first supervisor.

A database of django-program only gets the ``tui_pos_*`` tables: its conferences and users are made there.
``answers`` knows what may be answered, ``questions`` asks for it, ``making`` writes it.
"""

from tui_pos.bootstrap.setup.answers import host_of, timezone
from tui_pos.bootstrap.setup.installations import planned_account_change, stored_account_change, take_over
from tui_pos.bootstrap.setup.making import SetupRequest, set_up

__all__ = [
    "SetupRequest",
    "host_of",
    "planned_account_change",
    "set_up",
    "stored_account_change",
    "take_over",
    "timezone",
]
