"""Sign-in, rights and stations: why something is refused."""

import math
from datetime import timedelta

from tui_pos.ui.messages.templates import Sentence

TOLD_IN_SECONDS = 90
"""Seconds; a longer wait is told in minutes."""


def _too_many_tries(whose: str, station: str, left: timedelta) -> str:
    where = {
        "name": "for this name",
        "station": f"at {station}",
        "unnamed_stations": "at stations that the config does not name",
    }
    seconds = math.ceil(left.total_seconds())
    wait = f"{seconds} seconds" if seconds != 1 else "a second"
    if seconds > TOLD_IN_SECONDS:
        wait = f"{math.ceil(seconds / 60)} minutes"
    return f"Too many wrong passwords {where[whose]}: try again in {wait}."


DEMO_USER = "Type trainee, scanner (at the door) or lead (a supervisor), then Enter."
NAME_BY_HAND = "That scan was not used: type your user name first."
DEMO_PASSWORD = "In the demonstration every password is demo: type it, then press Enter."

ACTIONS = {
    "look_up": "look people and orders up",
    "check_in": "check people in",
    "sell": "sell",
    "charge": "take card payments",
    "capture": "capture payments",
    "cancel": "cancel orders and payments",
    "readers": "see the card readers",
    "connection_token": "connect a reader",
    "refund": "refund, exchange or void",
    "resolve": "resolve payments",
    "complimentary": "give away for free",
    "set_up": "change whose payments these are",
    "reconcile": "reconcile payments",
    "addresses": "see e-mail addresses",
    "correct": "correct names and e-mail addresses",
    "transfer": "hand a ticket to another person",
    "transfer_used": "hand over the ticket of somebody who is in: two would be in on it",
    "manage": "change what is on sale",
    "export": "export lists",
    "forget": "erase personal data",
}
"""What somebody may do, or not."""


def _not_permitted(who: str, action: str) -> str:
    return f"{who} may not {ACTIONS[action]}. Ask a supervisor."


SENTENCES: dict[str, Sentence] = {
    "conference_inactive": "{conference} is not active on the web site: nothing is sold for it.",
    "inactive": "{who} may not sign in any more: lock and ask a supervisor.",
    "invalid_key": "A key has at most {most} characters.",
    "key_used": "This key was used for something else; make a new one.",
    "no_desk_rights": "{who} may not use a desk; one of these rights is needed: {rights}.",
    "no_free_station": "Too many desks beside {station} are open: name this one with --station.",
    "not_permitted": _not_permitted,
    "reason_required": "Say why: a reason is needed for this.",
    "service_account.inactive": "The user {user} was made inactive: make it active again.",
    "service_account.person": "The user {user} has a password or every right: remove that user first.",
    "too_many_tries": _too_many_tries,
    "wrong_credentials": "The user name and the password do not fit together.",
    "wrong_credentials.no_user": "There is no such user who may sign in.",
}
