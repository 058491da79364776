"""Writing what ``init`` was told: everything is checked first, then stored in one piece.

The tables that are missing, the conference, its rules and its first supervisor are one transaction; a config
is put in its place behind it. Whatever ends the work before leaves nothing of it.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from tui_pos.bootstrap import session
from tui_pos.bootstrap.setup import answers, host_config
from tui_pos.bootstrap.setup.undo import Undo
from tui_pos.core import clock, config
from tui_pos.core.config import Settings
from tui_pos.core.config_file import Section, Value
from tui_pos.data import connection, health, installation, schema
from tui_pos.data.base import database
from tui_pos.data.schema import Owner
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditAction, AuditEntry, SchemaVersion
from tui_pos.data.tables.program import Conference
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.access import people
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.access.sign_in import sign_in, uncounted
from tui_pos.desk.access.tries import At
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.context import Staff
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused

ROUNDS = 1_000_000
"""As many as Django's own hashes of today have."""

MADE_TABLES = "Made the database with all its tables."
ADDED_TABLES = "Added the tui_pos_* tables to the database."

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite may have beside a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupRequest:
    """What ``set_up`` has to make, or to change where it is there already."""

    slug: str | None
    name: str = ""
    starts: date | None = None
    ends: date | None = None
    timezone: str = ""
    supervisor: str | None = None
    secret: Callable[[str], str]  # the password of who has to agree
    rules: Rules = field(default_factory=Rules)  # what of the conference's rules is to be stored
    host: Mapping[Section, Mapping[str, Value]] = field(default_factory=dict)  # what the config is to say
    sets_up: bool = False  # more is changed than what is missing, to which a supervisor has to agree
    another: str | None = None  # a further supervisor
    renews: str | None = None  # who gets a new password
    new_secret: Callable[[str], str] | None = None  # that of who is made or renewed, where it is another
    station: str = ""
    agreed: Staff | None = None  # a supervisor who has agreed already
    confirm: Callable[[Settings], object] = lambda _: None  # called when all was checked, and may raise

    def given(self) -> dict[str, object]:
        """What was said of the conference, by its columns."""
        said = {
            "name": self.name,
            "start_date": self.starts,
            "end_date": self.ends,
            "timezone": self.timezone,
        }
        return {column: value for column, value in said.items() if value}


def set_up(config_file: Path | None, request: SetupRequest) -> tuple[str, ...]:
    """Make what is missing, change what is said anew, and answer a sentence for each thing done.

    Raises ConfigError, DataError, InvalidInput, Refused, NotFound for a conference that django-program must
    make, and NotPermitted where a supervisor has to agree and did not. Nothing was made then.
    """
    _check(request)
    request = replace(
        request, secret=cache(request.secret), new_secret=cache(request.new_secret or request.secret)
    )
    host = host_config.planned(config_file, request.slug, request.rules.currency, request.host)
    settings = host.settings
    _ask_first(settings, request)
    with Undo() as undo:
        put_config = host.write(undo)
        owner = _database(settings, undo)
        _refuse_what_is_elsewhere(request, owner)
        _refuse_what_cannot_be_made(request, owner)
        agreed = request.agreed or _agreement(settings, request, owner)
        make = _Making(settings, request, owner, agreed, _hashes(request, owner))
        request.confirm(settings)
        host.refuse_overtaken()
        with connection.connected():
            done = connection.run_tx(make.all, sees_others=True)
        put_config()
    return (*([f"Wrote the config {settings.path}."] if host.is_needed else ()), *done)


def _ask_first(settings: Settings, request: SetupRequest) -> None:
    """Ask for the passwords of who is made with a database before its file is: from then on others wait."""
    file = health.file_of(settings.database_url)
    if file is None or (file.exists() and file.stat().st_size):
        return
    _refuse_what_cannot_be_made(request, Owner.NOBODY)
    for name in filter(None, (request.supervisor, request.another)):
        _new_secret(request, name)


def _check(request: SetupRequest) -> None:
    if not request.slug and request.given():
        raise InvalidInput("conference_required")
    answers.line(request.name)
    answers.ends_after(request.starts, request.ends)
    if request.rules.currency:
        answers.currency(request.rules.currency)
    for name in (request.supervisor, request.another, request.renews):
        if name is not None:
            answers.username(name)


def _database(settings: Settings, undo: Undo) -> Owner:
    """Open the database; whose it is. A file that is made here goes when more fails.

    Until then its folder is held: nobody else makes tables in what may go.
    """
    url, let_go = settings.database_url, None
    file = health.file_of(url)
    if file is not None and (file.parent.is_dir() or url == config.embedded_database(settings.home)):
        let_go = undo.hold(health.folder_of(file))
        undo.make_file(file, *BESIDE)
    undo.also(connection.close_database)
    connection.open_database(url, wal=settings.wal)
    owner = schema.owner()
    if let_go is not None and owner is not Owner.NOBODY:
        let_go()
    return owner


def _refuse_what_is_elsewhere(request: SetupRequest, owner: Owner) -> None:
    """On django-program's database conferences and users are the web site's."""
    if owner is not Owner.DJANGO_PROGRAM:
        return
    if request.another or request.renews:
        raise InvalidInput("made_elsewhere")
    if request.slug:
        row = conferences.find(request.slug)
        if changes_of(row, request.given()):
            raise InvalidInput("made_elsewhere.conference", conference=row.slug)


def _refuse_what_cannot_be_made(request: SetupRequest, owner: Owner) -> None:
    """A conference is made by a good slug, on the days and in the zone that were said: none is guessed."""
    row = _row(request.slug, owner)
    if row is not None:
        answers.ends_after(request.starts or row.start_date, request.ends or row.end_date)
    if row is not None or not request.slug:
        return
    answers.slug(request.slug)
    said = {"--starts": request.starts, "--ends": request.ends, "--timezone": request.timezone}
    missing = [option for option, value in said.items() if not value]
    if missing:
        raise InvalidInput("dates_required", conference=request.slug, options=missing)


def _row(slug: str | None, owner: Owner) -> ConferenceRow | None:
    """The conference of this slug, None where there is none yet."""
    if not slug or owner is Owner.NOBODY:
        return None
    return next((row for row in conferences.known() if row.slug == slug), None)


def changes_of(row: ConferenceRow, given: Mapping[str, object]) -> dict[str, object]:
    """What is given and is not so yet."""
    return {column: value for column, value in given.items() if getattr(row, column) != value}


def _agreement(settings: Settings, request: SetupRequest, owner: Owner) -> Staff | None:
    """Who agrees to what is more than making what is missing; nobody can where there is no supervisor yet."""
    if owner is Owner.NOBODY or not people.anybody_may(Action.SET_UP):
        return None
    row = _row(request.slug, owner)
    changes = row is not None and changes_of(row, request.given())
    is_more = bool(request.sets_up or request.another or changes or _is_further(request, owner))
    if not (is_more or request.renews):
        return None
    if request.supervisor is None:
        raise InvalidInput("staff_required")
    at = At(None if row is None else row.id, request.station, frozenset(settings.stations))
    own = None if is_more else request.renews
    return agreement(request.supervisor, request.secret(request.supervisor), at, own=own)


def agreement(username: str, secret: str, at: At, *, own: str | None = None) -> Staff:
    """The supervisor who agrees; everybody may renew their ``own`` password. Raises NotPermitted."""
    staff = sign_in(username, secret, at) if schema.is_current() else uncounted(username, secret)
    if not (allowed(staff, Action.SET_UP) or staff.username == own):
        raise NotPermitted("not_permitted", who=staff.name, action=Action.SET_UP)
    return staff


def _is_further(request: SetupRequest, owner: Owner) -> bool:
    """Whether ``init --staff`` would make a supervisor beside those who are there."""
    return owner is Owner.TUI_POS and request.supervisor is not None and not is_user(request.supervisor)


def is_user(username: str) -> bool:
    """Whether the open database has somebody of this name."""
    with connection.connected():
        return bool(User.select().where(User.username == username).exists())


def _hashes(request: SetupRequest, owner: Owner) -> dict[str, str]:
    """The passwords of those who are made or get a new one, as they are stored."""
    if owner is Owner.DJANGO_PROGRAM:
        return {}
    has_users = owner is Owner.TUI_POS
    found: dict[str, str] = {}
    if request.supervisor and not (has_users and is_user(request.supervisor)):
        found[request.supervisor] = hashed(_new_secret(request, request.supervisor))
    for name, is_new in ((request.another, True), (request.renews, False)):
        if name is None:
            continue
        if is_new and has_users and is_user(name):
            raise Refused("user_exists", user=name)
        if not is_new and not (has_users and is_user(name)):
            raise NotFound("user_unknown", user=name)
        found[name] = hashed(_new_secret(request, name))
    return found


def _new_secret(request: SetupRequest, name: str) -> str:
    """The password that ``name`` gets."""
    return answers.new_password((request.new_secret or request.secret)(name), name)


def hashed(secret: str) -> str:
    """The password as Django stores it."""
    salt = clock.random_code(22)
    digest = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt.encode(), ROUNDS)
    return f"pbkdf2_sha256${ROUNDS}${salt}${base64.b64encode(digest).decode()}"


@dataclass(frozen=True, slots=True)
class _Making:
    """The one transaction: it may be repeated, and finds what another process has made meanwhile."""

    settings: Settings
    request: SetupRequest
    owner: Owner
    agreed: Staff | None
    hashes: Mapping[str, str]

    def all(self) -> list[str]:
        """Do it; a sentence for each thing done."""
        installation.lock()
        was_empty = schema.owner() is Owner.NOBODY
        had_ours = bool(database.table_exists(SchemaVersion._meta.table_name))
        schema.prepare(self.settings.keep_backups)
        done = [] if had_ours else [MADE_TABLES if was_empty else ADDED_TABLES]
        if self.owner is not Owner.DJANGO_PROGRAM:
            done += [*self._conference(), *self._supervisor(), *self._another(), *self._renewed()]
        if self.request.slug:
            done += self._rules(conferences.find(self.request.slug))
        return done

    def _conference(self) -> list[str]:
        slug, given = self.request.slug, self.request.given()
        if not slug:
            return []
        row = _row(slug, Owner.TUI_POS)
        if row is None:
            Conference.create(**{"name": slug, **given, "slug": slug})
            return [f"Made the conference {slug}."]
        changes = changes_of(row, given)
        if not changes:
            return []
        if self.agreed is None and people.anybody_may(Action.SET_UP):
            raise Refused("made_meanwhile", conference=slug)
        if "timezone" in changes and conference_rules.has_sold(row.id):
            raise Refused("timezone_fixed", conference=slug, stored=row.timezone)
        Conference.update(**changes, updated_at=clock.now()).where(Conference.id == row.id).execute()
        told = ", ".join(f"{CALLED[column]} {value}" for column, value in changes.items())
        self._audit(told)
        return [f"Changed the conference {slug}: {told}."]

    def _audit(self, text: str) -> None:
        """Write down what a supervisor agreed to; where there was none, nobody has asked."""
        row = _row(self.request.slug, Owner.TUI_POS)
        if self.agreed is not None:
            AuditEntry.create(
                conference=row.id if row else None,
                at=clock.now(),
                station=self.request.station,
                staff=self.agreed.id,
                what=AuditAction.SET_UP,
                text=text,
            )

    def _supervisor(self) -> list[str]:
        name = self.request.supervisor
        if name is None:
            somebody = User.select().where(User.is_superuser, User.is_active).exists()
            return [] if somebody else ["Nobody can sign in yet: run this again with --staff NAME."]
        if is_user(name):
            return []
        if people.anybody_may(Action.SET_UP):
            raise Refused("supervisor_exists")
        return self._made(name)

    def _another(self) -> list[str]:
        name = self.request.another
        if name is None:
            return []
        if is_user(name):
            raise Refused("user_exists", user=name)
        return self._made(name)

    def _made(self, name: str) -> list[str]:
        User.create(username=name, password=self.hashes[name], is_superuser=True, is_staff=True)
        self._audit(f"supervisor {name}")
        return [f"Made the supervisor {name}."]

    def _renewed(self) -> list[str]:
        name = self.request.renews
        if name is None:
            return []
        User.update(password=self.hashes[name]).where(User.username == name).execute()
        self._audit(f"password of {name}")
        return [f"{name} has a new password."]

    def _rules(self, conference: ConferenceRow) -> list[str]:
        """Store what was asked for, else what the config says; and say what is missing or does not fit."""
        before = conference_rules.stored(conference.id)
        said = session.configured_rules(self.settings, conference.slug)
        asked = self.request.rules
        if asked != Rules():
            after = conference_rules.write(conference, asked if before else _joined(asked, said))
        elif before is None and said.currency:
            after = conference_rules.write(conference, said)
        elif before is None:
            return [
                f"The currency of {conference.slug} is not known yet: run this again with --currency CUR."
            ]
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
                where = session.config_name(self.settings)
                done.append(f"But {where} still says {name} {getattr(said, name)}: correct it.")
        return done


CALLED = {"name": "name", "start_date": "first day", "end_date": "last day", "timezone": "time zone"}
"""What a person calls the columns of a conference."""


def _joined(asked: Rules, said: Rules) -> Rules:
    return Rules(
        currency=asked.currency or said.currency,
        capture=asked.capture or said.capture,
        prices=asked.prices or said.prices,
        smallest_coin=asked.smallest_coin or said.smallest_coin,
    )
