"""Making what is missing before the first sale: config, database, conference, first supervisor.

A database of django-program only gets the ``tui_pos_*`` tables: its conferences and users are made there.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

from tui_pos import clock, config
from tui_pos.config import Settings
from tui_pos.data import connection, schema
from tui_pos.data.base import database
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import SchemaVersion
from tui_pos.data.tables.program import Conference
from tui_pos.desk import conferences
from tui_pos.desk.errors import InvalidInput

ROUNDS = 1_000_000
"""As many as Django's own hashes of today have."""

CONFIG = """\
# Written by tui-pos init; the README says what else can stand here. No secret belongs into this file.

[conferences.{slug}]
currency = "USD"
# The name of the environment variable that holds the Stripe secret key; without it no card payments.
# stripe_secret_key_env = "STRIPE_KEY"
# stripe_location = "tml_..."
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be there. ``secret`` is asked for the supervisor's password, only when one is made."""

    slug: str | None
    name: str
    starts: date
    ends: date
    timezone: str
    supervisor: str | None
    secret: Callable[[str], str]


def found(config_file: Path | None, wanted: Wanted) -> tuple[str, ...]:
    """Make what is missing and answer a sentence for each thing made.

    Raises ConfigError, DataError, InvalidInput, and NotFound for a conference that django-program must make.
    """
    _check(wanted)
    done: list[str] = []
    settings = _settings(config_file, wanted, done)
    _database(settings, done)
    with connection.connected():
        if not database.table_exists("django_migrations"):
            done += [*_conference(wanted), *_supervisor(wanted)]
        elif wanted.slug:
            conferences.find(wanted.slug)
    return tuple(done)


def _check(wanted: Wanted) -> None:
    if wanted.slug and not re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", wanted.slug[:200]):
        raise InvalidInput(
            "bad_slug", "A conference's slug has small letters, digits and dashes: pycon-us-2027."
        )
    if wanted.ends < wanted.starts:
        raise InvalidInput("bad_dates", "The conference ends before it starts: swap --starts and --ends.")
    if wanted.timezone not in available_timezones():
        raise InvalidInput("bad_timezone", "Name the time zone as in Europe/Prague or America/New_York.")
    if wanted.supervisor and not re.fullmatch(r"[\w.@+-]{1,150}", wanted.supervisor):
        raise InvalidInput("bad_username", "A user name has letters, digits and @ . + - _ only.")


def _settings(file: Path | None, wanted: Wanted, done: list[str]) -> Settings:
    named = config.named_file(file)
    if named is None or not named.exists():
        target = named or config.user_config()
        if not wanted.slug:
            raise InvalidInput("conference_required", "Name the conference: tui-pos --conference SLUG init.")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(CONFIG.format(slug=wanted.slug), encoding="utf-8")
        done.append(f"Wrote the config {target}.")
    return config.load(file)


def _database(settings: Settings, done: list[str]) -> None:
    if settings.database_url == config.embedded_database(settings.home):
        settings.home.mkdir(parents=True, exist_ok=True)
    connection.open_database(settings.database_url)
    with connection.connected():
        before = [database.table_exists(table._meta.table_name) for table in (Conference, SchemaVersion)]
    schema.prepare()
    if not before[0]:
        done.append("Made the database with all its tables.")
    elif not before[1]:
        done.append("Added the tui_pos_* tables to the database.")


def _conference(wanted: Wanted) -> list[str]:
    if not wanted.slug or Conference.get_or_none(Conference.slug == wanted.slug):
        return []
    row = {"slug": wanted.slug, "name": wanted.name or wanted.slug, "timezone": wanted.timezone}
    connection.run_tx(lambda: Conference.create(start_date=wanted.starts, end_date=wanted.ends, **row))
    return [f"Made the conference {wanted.slug}."]


def _supervisor(wanted: Wanted) -> list[str]:
    if wanted.supervisor is None:
        somebody = User.select().where(User.is_superuser, User.is_active).exists()
        return [] if somebody else ["Nobody can sign in yet: run this again with --staff NAME."]
    if User.get_or_none(User.username == wanted.supervisor):
        return []
    row = {"username": wanted.supervisor, "password": hashed(wanted.secret(wanted.supervisor))}
    connection.run_tx(lambda: User.create(is_superuser=True, is_staff=True, **row))
    return [f"Made the supervisor {wanted.supervisor}."]


def hashed(secret: str) -> str:
    """The password as Django stores it."""
    if not secret:
        raise InvalidInput("bad_password", "The password is empty.")
    salt = clock.random_code(22)
    digest = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt.encode(), ROUNDS)
    return f"pbkdf2_sha256${ROUNDS}${salt}${base64.b64encode(digest).decode()}"
