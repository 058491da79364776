"""Conferences, their rules, and what the checks of a desk stop: why something is refused."""

from collections.abc import Sequence

from tui_pos.ui.messages.templates import Sentence

LIMITS: dict[str, str] = {
    "cannot_save": "LOOK-UPS ONLY",
    "cannot_sell": "NO SALES",
    "wrong_clock": "NO SALES",
    "cannot_take_cards": "NO CARDS",
    "cannot_refund_cards": "NO CARD REFUNDS",
}
"""The header's words for the worst stop."""

RULES = {
    "currency": "currency",
    "capture": "capture mode",
    "prices": "price rule",
    "smallest_coin": "smallest coin",
}
"""What a person calls each rule that a config may say."""

TOLD_IN_MINUTES = 120
"""Seconds from which on a difference of clocks is told in minutes."""
MAX_NAMED = 8
"""So many conferences are named."""


def _config_differs(rule: str, stored: str, conference: str, where: str, said: str) -> str:
    return (
        f"The database says {RULES[rule]} {stored} for {conference}, {where} says {said}: correct the config,"
        f" or change the database with init --{rule.replace('_', '-')}."
    )


def _conference_not_found(conference: str, known: Sequence[str]) -> str:
    names = ", ".join(known[:MAX_NAMED]) + (", …" if len(known) > MAX_NAMED else "")
    there = f"there are {names}" if known else "the database has none"
    return f"There is no conference {conference!r}: {there}."


def _conference_required(known: Sequence[str]) -> str:
    return f"Name the conference with --conference SLUG; this database has: {', '.join(known) or 'none yet'}."


def _wrong_clock(whose: str, seconds: int, stops: bool) -> str:
    size, which = abs(seconds), "ahead of" if seconds > 0 else "behind"
    how_much = f"{size} seconds" if size < TOLD_IN_MINUTES else f"{size / 60:.0f} minutes"
    other = {"database": "the database's", "stripe": "Stripe's"}[whose]
    then = ", so nothing can be sold here" if stops else ""
    return (
        f"This computer's clock is {how_much} {which} {other}{then}:"
        " set the clock of the one that is wrong (timedatectl set-ntp true)."
    )


SENTENCES: dict[str, Sentence] = {
    "already_sold": "Something was sold for {conference} in {currency} by the price rule {prices}, with cash"
    " in steps of {coin}; these cannot be changed any more.",
    "already_sold.in_another": "Desks have sold for {conference} in {used}, not {said}: correct the config.",
    "bad_database": "Say embedded, postgresql://user@host/name, sqlite:////path/to/file, or the NAME of a"
    " variable that holds such a URL.",
    "bad_database.variable": "The environment variable {variable} is not set here: leave, set it, and"
    " start again.",
    "bad_date": "A date is written as 2027-05-14: year, month, day.",
    "bad_dates": "The conference ends before it starts: its last day is the later one.",
    "bad_key_source": "Say the NAME of the variable or the /path of the file that holds the key; or"
    " simulator, or cash only.",
    "bad_key_source.key": "That is the key itself, which must stand in no config: put it into a variable or a"
    " file, and say which.",
    "bad_line": "This is one line of at most {most} letters, digits and signs.",
    "bad_password": "The password is empty.",
    "bad_password.name": "The password is the user's name: choose another.",
    "bad_password.short": "A password has at least {least} characters: choose a longer one.",
    "bad_slug": "A conference's slug has small letters, digits and dashes: pycon-us-2027.",
    "bad_station": "{found!r} cannot be a station's name: it has at most {most} letters, digits, spaces,"
    " dots and dashes.",
    "stations_without_commas": "Put commas between stations: {names}.",
    "bad_stripe_id": "An id of Stripe's for this begins with {kind}_.",
    "bad_timezone.like": "There is no time zone {found!r}; most like it are {like}.",
    "bad_timezone": "There is no such time zone: name it as in Europe/Prague or America/New_York.",
    "bad_username": "A user name has letters, digits and @ . + - _ only.",
    "bad_vat_id": "A VAT id has 4 to 30 letters and digits, such as ATU12345678.",
    "bad_vat_rate": "The VAT rate is per cent, such as 20 or 8.1.",
    "coin_too_large": "The smallest coin of {currency} cannot be {coin}: at most {most}, or whole sums would"
    " be rounded away.",
    "conference_not_found": _conference_not_found,
    "config_differs": _config_differs,
    "conference_required": "Name the conference: tui-pos --conference SLUG init.",
    "conference_required.known": _conference_required,
    "currency_unknown": "Say the currency of {conference} with --currency CUR.",
    "currency_unknown.nowhere": "The currency of {conference} is not known, neither to the database nor to"
    " {where}: say it in [conferences.{conference}] or with tui-pos --conference {conference} init"
    " --currency CUR.",
    "currency_unknown.wrong": "{found}",
    "simulator_shared": "The api_base of {where} is of all its conferences, {others} too: change it"
    " there, or use another config.",
    "timezone_fixed": "{conference} has sold already: its time zone stays {stored}.",
    "database_configured": "The config {where} names another database: change it there.",
    "dates_required": "There is no conference {conference} yet: say {options} so that it can be made.",
    "log_not_written": "The log {file} cannot be written: {fault}.",
    "made_elsewhere": "This database's supervisors are made in django-program.",
    "made_elsewhere.conference": "Name, days and time zone of {conference} are the web site's: change them"
    " there.",
    "made_meanwhile": "Somebody else was making {conference} at the same time: run init again.",
    "staff_required": "A supervisor has to agree to this: say who with --staff NAME.",
    "supervisor_exists": "Somebody else was made the first supervisor just now.",
    "user_exists": "There is a user {user} already.",
    "user_unknown": "There is no user {user}.",
    "wrong_clock": _wrong_clock,
}
SENTENCES |= {
    f"{stop}.found": "{found}"
    for stop in ("cannot_save", "cannot_sell", "cannot_take_cards", "cannot_refund_cards", "wrong_clock")
}
"""What stops a desk is said by the check that found it."""
