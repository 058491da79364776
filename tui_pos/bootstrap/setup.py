"""Making what is missing before the first sale: config, database, conference, first supervisor.

A database of django-program only gets the ``tui_pos_*`` tables: its conferences and users are made there.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

from tui_pos.bootstrap import session
from tui_pos.core import clock, config, files
from tui_pos.core.config import Settings
from tui_pos.data import connection, installation, schema
from tui_pos.data.base import database
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import SchemaVersion
from tui_pos.data.tables.program import Conference
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.access import people
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.access.sign_in import sign_in
from tui_pos.desk.access.tries import At
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.context import ConferenceInfo
from tui_pos.desk.errors import InvalidInput, NotPermitted, Refused
from tui_pos.desk.reconciliation import account_change
from tui_pos.desk.reconciliation.account_change import Change

ROUNDS = 1_000_000
"""As many as Django's own hashes of today have."""

CONFIG = """\
# Written by tui-pos init; the README says what else can stand here. No secret belongs into this file.

[conferences.{slug}]
# Stored with the first opening; it cannot be changed after the first sale.
{currency}
# The name of the environment variable that holds the Stripe secret key; without it no card payments.
# stripe_secret_key_env = "STRIPE_KEY"
# stripe_location = "tml_..."
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupRequest:
    """What ``set_up`` has to make."""

    slug: str | None
    name: str
    starts: date
    ends: date
    timezone: str
    supervisor: str | None
    secret: Callable[[str], str]  # the supervisor's password; asked only when one is made or has to agree
    rules: Rules = field(default_factory=Rules)  # what of the conference's rules is to be stored
    sets_up: bool = False  # more than what is missing is changed, to which a supervisor has to agree
    another: str | None = None  # a further supervisor
    new_secret: Callable[[str], str] | None = None  # that one's password
    station: str = ""


def set_up(config_file: Path | None, request: SetupRequest) -> tuple[str, ...]:
    """Make what is missing and answer a sentence for each thing made.

    Raises ConfigError, DataError, InvalidInput, NotFound for a conference that django-program must make, and
    NotPermitted where a supervisor has to agree and did not.
    """
    _check(request)
    done: list[str] = []
    settings = _settings(config_file, request, done)
    _database(settings, done)
    if request.sets_up or request.another or _is_further(request):
        _ask_a_supervisor(settings, request)
    with connection.connected():
        if not database.table_exists("django_migrations"):
            done += [*_conference(request), *_supervisor(request), *_another(request)]
        elif request.another:
            raise InvalidInput("made_elsewhere")
        elif request.slug:
            conferences.find(request.slug)
        if request.slug:
            done += _rules(settings, request, conferences.find(request.slug))
    return tuple(done)


def _check(request: SetupRequest) -> None:
    if request.slug and not re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", request.slug[:200]):
        raise InvalidInput("bad_slug")
    if request.ends < request.starts:
        raise InvalidInput("bad_dates")
    if request.timezone not in available_timezones():
        raise InvalidInput("bad_timezone")
    if request.rules.currency:
        conference_rules.currency_named(request.rules.currency)
    names = (request.supervisor, request.another)
    if any(name is not None and not re.fullmatch(r"[\w.@+-]{1,150}", name) for name in names):
        raise InvalidInput("bad_username")


def _settings(file: Path | None, request: SetupRequest, done: list[str]) -> Settings:
    named = config.named_file(file)
    if named is None or not named.exists():
        target = named or config.user_config()
        if not request.slug:
            raise InvalidInput("conference_required")
        files.make_folder(target.parent)
        files.make_file(target)
        currency = (
            f'currency = "{request.rules.currency}"' if request.rules.currency else '# currency = "..."'
        )
        target.write_text(CONFIG.format(slug=request.slug, currency=currency), encoding="utf-8")
        done.append(f"Wrote the config {target}.")
    return config.load(file)


def _database(settings: Settings, done: list[str]) -> None:
    if settings.database_url == config.embedded_database(settings.home):
        files.make_folder(settings.home)
    connection.open_database(settings.database_url, wal=settings.wal)
    with connection.connected():
        before = [database.table_exists(table._meta.table_name) for table in (Conference, SchemaVersion)]
    schema.prepare(settings.keep_backups)
    if not before[0]:
        done.append("Made the database with all its tables.")
    elif not before[1]:
        done.append("Added the tui_pos_* tables to the database.")


def _ask_a_supervisor(settings: Settings, request: SetupRequest) -> None:
    """Sign a supervisor in, where there is one already; nobody can be one in a new database."""
    if not people.anybody_may(Action.SET_UP):
        return
    if request.supervisor is None:
        raise InvalidInput("staff_required")
    with connection.connected():
        row = Conference.get_or_none(Conference.slug == request.slug) if request.slug else None
    at = At(None if row is None else row.id, request.station, frozenset(settings.stations))
    staff = sign_in(request.supervisor, request.secret(request.supervisor), at)
    if not allowed(staff, Action.SET_UP):
        raise NotPermitted("not_permitted", who=staff.name, action=Action.SET_UP)


def _conference(request: SetupRequest) -> list[str]:
    if not request.slug or Conference.get_or_none(Conference.slug == request.slug):
        return []
    row = {"slug": request.slug, "name": request.name or request.slug, "timezone": request.timezone}
    connection.run_tx(lambda: Conference.create(start_date=request.starts, end_date=request.ends, **row))
    return [f"Made the conference {request.slug}."]


def _rules(settings: Settings, request: SetupRequest, conference: ConferenceRow) -> list[str]:
    """Store what was asked for, else what the config says; and say what is missing or does not fit."""
    before = conference_rules.stored(conference.id)
    said = session.configured_rules(settings, conference.slug)
    asked = request.rules
    if asked != Rules():
        after = conference_rules.write(conference, asked if before else _joined(asked, said))
    elif before is None and said.currency:
        after = conference_rules.write(conference, said)
    elif before is None:
        return [f"The currency of {conference.slug} is not known yet: run this again with --currency CUR."]
    else:
        after = before
    done = []
    if before != after:
        done.append(
            f"Stored for {conference.slug}: currency {after.currency}, capture {after.capture},"
            f" prices {after.prices}."
            + (f" Cash is rounded to {after.smallest_coin}." if after.smallest_coin else "")
        )
    for name in conference_rules.CONFIGURED:
        if getattr(said, name) not in ("", getattr(after, name)):
            where = session.config_name(settings)
            done.append(f"But {where} still says {name} {getattr(said, name)}: correct it.")
    return done


def _joined(asked: Rules, said: Rules) -> Rules:
    return Rules(
        currency=asked.currency or said.currency,
        capture=asked.capture or said.capture,
        prices=asked.prices or said.prices,
        smallest_coin=asked.smallest_coin or said.smallest_coin,
    )


def take_over(station: str, *, renew: bool) -> list[str]:
    """Make the opened database the installation's own, or with ``renew`` one of its own; sentences of it."""
    if not renew:
        installation.take_over()
        return [
            "This database is the installation's own now."
            " Close the other one for good: both would act on the same money."
        ]
    left = account_change.leave_to_the_other(station)
    installation.take_over(renew=True)
    told = [f"The payment {each} was under way: look at it in the other installation." for each in left]
    return [
        "This database is an installation of its own now; card payments made before stay the other one's.",
        *told,
    ]


def planned_account_change(settings: Settings, slug: str | None) -> tuple[ConferenceInfo, Change]:
    """What taking this host's Stripe key for the conference would change; nothing is written.

    Raises InvalidInput without a conference or key, Refused ``copied_database`` and TerminalError.
    """
    if not slug:
        raise InvalidInput("conference_required")
    row = conferences.find(slug)
    rules = conference_rules.resolve(
        row, session.configured_rules(settings, slug), session.config_name(settings)
    )
    if installation.identity().is_copy:
        raise Refused(session.copied_database(slug))
    key = session.stripe_key(settings, slug)
    if key.account is None:
        if key.fault:
            raise InvalidInput("no_stripe_key.fault", found=key.fault)
        raise InvalidInput("no_stripe_key.to_take", conference=slug)
    conference = session.conference_info(settings, row, rules)
    return conference, account_change.change_wanted(conference, key.account, key.mode)


def _supervisor(request: SetupRequest) -> list[str]:
    if request.supervisor is None:
        somebody = User.select().where(User.is_superuser, User.is_active).exists()
        return [] if somebody else ["Nobody can sign in yet: run this again with --staff NAME."]
    if User.get_or_none(User.username == request.supervisor):
        return []
    _make_supervisor(request.supervisor, request.secret, is_first=True)
    return [f"Made the supervisor {request.supervisor}."]


def _is_further(request: SetupRequest) -> bool:
    """Whether ``init --staff`` would make a supervisor beside those who are there."""
    if request.supervisor is None or not people.anybody_may(Action.SET_UP):
        return False
    with connection.connected():
        if database.table_exists("django_migrations"):
            return False  # nobody is made there
        return not User.select().where(User.username == request.supervisor).exists()


def _another(request: SetupRequest) -> list[str]:
    if request.another is None:
        return []
    if User.get_or_none(User.username == request.another):
        raise Refused("user_exists", user=request.another)
    _make_supervisor(request.another, request.new_secret or request.secret, is_first=False)
    return [f"Made the supervisor {request.another}."]


def _make_supervisor(username: str, secret: Callable[[str], str], *, is_first: bool) -> None:
    row = {"username": username, "password": hashed(secret(username))}

    def make() -> None:
        installation.lock()
        if is_first and people.anybody_may(Action.SET_UP):
            raise Refused("supervisor_exists")
        User.create(is_superuser=True, is_staff=True, **row)

    connection.run_tx(make)


def hashed(secret: str) -> str:
    """The password as Django stores it."""
    if not secret:
        raise InvalidInput("bad_password")
    salt = clock.random_code(22)
    digest = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt.encode(), ROUNDS)
    return f"pbkdf2_sha256${ROUNDS}${salt}${base64.b64encode(digest).decode()}"
