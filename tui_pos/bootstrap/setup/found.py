"""What is there already: in a database, and at Stripe. Nothing is changed by looking."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tui_pos.bootstrap.demo import SIMULATOR_KEY
from tui_pos.bootstrap.setup.answers import KeySource
from tui_pos.core import config, files
from tui_pos.data import connection, health, schema
from tui_pos.data.base import database
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.schema import Owner
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import SchemaVersion
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.access import people
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.context import Mode
from tui_pos.desk.errors import InvalidInput
from tui_pos.simulator.engine import fixtures
from tui_pos.terminal import Account, Location, Misconfigured, RateLimited, Reader, Terminal, UnknownOutcome

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FoundReader:
    """A reader at Stripe."""

    id: str
    label: str
    location: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDatabase:
    """A database: whose it is, its conferences with their rules, and who may set it up."""

    owner: Owner = Owner.NOBODY
    conferences: tuple[ConferenceRow, ...] = ()
    rules: Mapping[str, Rules] = field(default_factory=dict)
    sold: frozenset[str] = frozenset()  # the conferences for which a desk has sold
    has_supervisor: bool = False
    users: tuple[str, ...] = ()  # active superusers


def look(url: str) -> FoundDatabase:
    """What is in the database at ``url``; one that can be made is empty. Raises DataError."""
    file = health.file_of(url)
    if file is not None and not file.exists():
        _refuse_folder(health.folder_of(file), is_home=url == config.embedded_database(config.data_home()))
        return FoundDatabase()
    connection.open_database(url, keep=True)
    if why := connection.why_read_only():
        raise DatabaseUnavailable(why)
    with connection.connected():
        owner = schema.owner()
        if owner is Owner.NOBODY:
            return FoundDatabase()
        rows = conferences.known()
        if not database.table_exists(SchemaVersion._meta.table_name):
            return FoundDatabase(owner=owner, conferences=rows, has_supervisor=owner is Owner.DJANGO_PROGRAM)
        schema.check()
        users = User.select(User.username).where(User.is_active, User.is_superuser).order_by(User.username)
        return FoundDatabase(
            owner=owner,
            conferences=rows,
            rules={row.slug: rules for row in rows if (rules := conference_rules.stored(row.id))},
            sold=frozenset(row.slug for row in rows if conference_rules.has_sold(row.id)),
            has_supervisor=people.anybody_may(Action.SET_UP),
            users=tuple(user.username for user in users),
        )


def _refuse_folder(folder: Path, *, is_home: bool) -> None:
    """Raise DatabaseUnavailable unless a file can be made there; our own folder is made with it."""
    if not folder.is_dir() and not is_home:
        raise DatabaseUnavailable(f"There is no folder {folder} for the database: make it first.")
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        raise DatabaseUnavailable(f"This user may make nothing in {there}: name another place.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAccount:
    """What Stripe says of a key; nothing but its ``mode`` where Stripe does not answer."""

    mode: Mode
    answers: bool = True
    account: Account | None = None
    missing: tuple[str, ...] = ()  # the rights that the key lacks
    locations: tuple[Location, ...] = ()
    readers: tuple[FoundReader, ...] = ()  # those that are on first


def ask_stripe(source: KeySource, api_base: str) -> FoundAccount | None:
    """What Stripe says; None where the key is not here, and without one.

    Raises InvalidInput for what is no key, and TerminalError for one that Stripe does not take.
    """
    if source.simulator:
        return _asked(SIMULATOR_KEY, source.simulator)
    key = _key(source)
    if not key:
        return None
    if not config.is_stripe_key(key):
        raise InvalidInput("bad_key_source.holds", source=str(source))
    return _asked(key, api_base)


def _key(source: KeySource) -> str:
    if not source.file:
        return os.environ.get(source.variable, "").strip()
    try:
        return files.at_home(source.file).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise InvalidInput("bad_key_source.file", file=source.file, fault=reason) from None


def _asked(key: str, api_base: str) -> FoundAccount:
    mode = Mode.TRAINING if api_base else Mode.LIVE if "_live_" in key[:8] else Mode.TEST
    terminal = Terminal(key, api_base=api_base or None, retries=1)
    try:
        account = _unless_forbidden(terminal.account)
        readers: Iterable[Reader] = _unless_forbidden(terminal.readers) or ()
        return FoundAccount(
            mode=mode,
            account=account,
            missing=tuple(dict.fromkeys(each.right for each in terminal.missing_rights())),
            locations=tuple(_unless_forbidden(terminal.locations) or ()),
            readers=_sorted(
                FoundReader(each.id, each.label, each.location or "", each.status == "online")
                for each in readers
            ),
        )
    except (UnknownOutcome, RateLimited):
        place = fixtures.LOCATION_ID
        return FoundAccount(
            mode=mode,
            answers=False,
            locations=(Location(place, "Front desk", "US"),) if api_base else (),
            readers=_sorted(
                FoundReader(each, label, place, is_on) for each, label, _, is_on in fixtures.READERS
            )
            if api_base
            else (),
        )


def _sorted(readers: Iterable[FoundReader]) -> tuple[FoundReader, ...]:
    return tuple(sorted(readers, key=lambda each: (not each.is_on, each.label)))


def _unless_forbidden(ask: Callable[[], T]) -> T | None:
    """What Stripe answers; None where the key has no right to ask, which it may do without."""
    try:
        return ask()
    except Misconfigured as error:
        if not error.missing_right:
            raise
        return None
