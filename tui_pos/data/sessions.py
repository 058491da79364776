"""What a PostgreSQL session must be like, whatever the environment, role, server or a pooler say.

After connecting every setting is read back; what differs is set again, and what then still differs is
refused in one sentence. A pooler that keeps start-up parameters to itself (PgBouncer) is known by the mark
that we send with ours: behind it nothing is relied on that a session keeps, and every transaction sets what
it needs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.shared_time import READ, ClockRequest, DatabaseClock

MARK = "tui_pos.session"
"""A setting of our own that comes with the others: where it is missing, a pooler has dropped them all."""

TABLE = "program_conference_conference"
"""The table of django-program by which its schema is found."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what we ask for, what else would do, and why it is asked for."""

    name: str
    wanted: str
    accepted: frozenset[str] = frozenset()

    def fits(self, value: str) -> bool:
        """Whether the session may have this value."""
        return value == self.wanted or value in self.accepted or value.startswith(f"{self.wanted}, ")


SETTINGS = (
    Setting("TimeZone", "UTC"),  # for what the server itself makes of a time; ours carry their offset
    Setting("DateStyle", "ISO"),  # the only one that the driver reads
    Setting("client_encoding", "UTF8"),
    Setting("lock_timeout", "5s"),  # these three, so that a frozen desk blocks nobody
    Setting("statement_timeout", "15s"),
    Setting("idle_in_transaction_session_timeout", "10s"),
    # It holds money: a commit that was answered survives a power cut, on the standby too where there is one.
    Setting("synchronous_commit", "on", frozenset({"remote_apply"})),
    Setting("session_replication_role", "origin"),  # else foreign keys are not checked
)

OPTIONS = " ".join(
    [f"-c {each.name}={each.wanted}" for each in SETTINGS if each.name != "session_replication_role"]
    + [f"-c {MARK}=kept"]
)
"""The same as a start-up parameter; but for the one that an ordinary user may not set."""

KEPT_BY_POOLERS = frozenset({"TimeZone", "DateStyle", "client_encoding"})
"""Poolers keep these for each client. Any other would be left to whoever gets the server connection next."""

_LOCAL = tuple(each for each in SETTINGS if each.name not in ("client_encoding", "session_replication_role"))

_SET_LOCAL = "".join(f"SET LOCAL {each.name} TO '{each.wanted}'; " for each in _LOCAL)

_LOOK = (
    "SELECT "
    + ", ".join(f"current_setting('{each.name}')" for each in SETTINGS)
    + ", current_setting('default_transaction_isolation')"
    + f", coalesce(current_setting('{MARK}', true), '') <> 'kept'"
    + ", current_setting('search_path'), current_schema(), current_user, n.here, m.places"
    + f" FROM (SELECT (SELECT relnamespace::regnamespace::text FROM pg_class"
    f" WHERE oid = to_regclass('{TABLE}')) AS here) AS n,"
    f" (SELECT array_agg(s.nspname::text ORDER BY s.nspname) AS places FROM pg_class AS c"
    f" JOIN pg_namespace AS s ON s.oid = c.relnamespace WHERE c.relname = '{TABLE}'"
    f" AND c.relkind IN ('r', 'p') AND has_schema_privilege(s.oid, 'USAGE')) AS m"
)

STATEMENT_POOLING = (
    "The pooler in front of the database allows no transactions: in PgBouncer, set pool_mode = transaction"
    " or session for this database."
)


class Isolation(StrEnum):
    """How transactions see each other; SNAPSHOT is of those that only read.

    Nothing is written at repeatable read, in between: there a lock that was waited for does not show what its
    last holder wrote, no error tells, and the last ticket would be sold twice.
    """

    READ_COMMITTED = "read committed"
    SERIALIZABLE = "serializable"
    SNAPSHOT = "repeatable read, read only"


@dataclass(frozen=True, slots=True)
class TransactionMode:
    """How transactions begin on a server: as it wants them isolated, and behind a pooler or not."""

    isolation: Isolation = Isolation.READ_COMMITTED
    is_pooled: bool = False

    def begin(self, isolation: Isolation | None) -> str:
        """The statements that begin a transaction and read the time, sent in one go."""
        settings = _SET_LOCAL if self.is_pooled else ""
        return f"BEGIN ISOLATION LEVEL {isolation or self.isolation}; {settings}{READ}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """A session as it is: the value of each setting, and where it finds tables."""

    values: tuple[str, ...]
    isolation: str
    is_pooled: bool
    search_path: str
    creates_in: str | None
    role: str
    finds_in: str | None
    places: tuple[str, ...]

    @property
    def differing(self) -> list[tuple[Setting, str]]:
        """The settings that do not fit, with their values."""
        return [
            (each, value) for each, value in zip(SETTINGS, self.values, strict=True) if not each.fits(value)
        ]


def prepare(connection: Any, clock: DatabaseClock) -> TransactionMode:
    """Prepare a new session, and say how its transactions are begun.

    ``connection`` is psycopg's, in autocommit. Raises DatabaseUnavailable with one sentence that names what
    differs and what to change.
    """
    _ask_time(connection, clock)
    session = _look(connection)
    mode = TransactionMode(
        Isolation.SERIALIZABLE if session.isolation == Isolation.SERIALIZABLE else Isolation.READ_COMMITTED,
        session.is_pooled,
    )
    if session.is_pooled:
        connection.prepare_threshold = None  # the next transaction may run on another server connection
    _set(
        connection,
        [
            (each.name, each.wanted)
            for each, _ in session.differing
            if each.name in KEPT_BY_POOLERS or not session.is_pooled
        ],
    )
    schema = _schema(session)
    if schema and session.is_pooled:
        raise DatabaseUnavailable(
            f"The setting search_path of the database's role {session.role} is {session.search_path}, and the"
            f" pooler lets no desk change it: run ALTER ROLE {session.role} SET search_path = {schema}."
        )
    if schema:
        _set(connection, [("search_path", schema)])
    if session.differing or schema:
        session = _within(connection, mode) if session.is_pooled else _look(connection)
    _refuse(session, schema)
    return mode


def _ask_time(connection: Any, clock: DatabaseClock) -> None:
    asked = ClockRequest()
    clock.read(asked, connection.execute(READ, prepare=False).fetchone())


def _look(connection: Any) -> _Session:
    row = connection.execute(_LOOK, prepare=False).fetchone()
    *values, isolation, pooled, path, creates_in, role, finds_in, places = row
    return _Session(
        values=tuple(values),
        isolation=isolation,
        is_pooled=pooled,
        search_path=path,
        creates_in=creates_in,
        role=role,
        finds_in=finds_in,
        places=tuple(places or ()),
    )


def _within(connection: Any, mode: TransactionMode) -> _Session:
    """The session as a transaction behind a pooler finds it."""
    from psycopg import Error

    try:
        connection.execute(mode.begin(None), prepare=False)
        found = _look(connection)
        connection.execute("COMMIT", prepare=False)
    except Error as error:
        if "statement pooling" in str(error):
            raise DatabaseUnavailable(STATEMENT_POOLING) from error
        raise
    return found


def _set(connection: Any, values: Iterable[tuple[str, str]]) -> None:
    """Set each by itself: one that the role may not set is told afterwards, with its name."""
    from psycopg import DataError, ProgrammingError

    for name, value in values:
        try:
            connection.execute("SELECT set_config(%s, %s, false)", (name, value), prepare=False)
        except (ProgrammingError, DataError):
            continue


def _schema(session: _Session) -> str:
    """The schema to be searched alone, '' when the session's search path does.

    Two desks that find their own tables in different schemas would not see each other's payments.
    """
    if session.finds_in is None:
        if len(session.places) > 1:
            raise DatabaseUnavailable(
                f"The setting search_path of the database's role {session.role} is {session.search_path}, and"
                f" django-program's tables lie in the schemas {', '.join(session.places)}:"
                f" run ALTER ROLE {session.role} SET search_path to the one that is meant."
            )
        return session.places[0] if session.places else ""
    return "" if session.finds_in == session.creates_in else session.finds_in


def _refuse(session: _Session, schema: str) -> None:
    for setting, value in session.differing:
        raise DatabaseUnavailable(
            f"The database's setting {setting.name} is {value} and cannot be set to {setting.wanted} from"
            f" here: run ALTER ROLE {session.role} SET {setting.name} = '{setting.wanted}', as a superuser."
        )
    if schema and session.creates_in != schema:
        raise DatabaseUnavailable(
            f"The setting search_path is {session.search_path} and cannot be set to {schema} from here:"
            f" run ALTER ROLE {session.role} SET search_path = {schema}."
        )
