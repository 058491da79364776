"""Peewee's PostgreSQL database with prepared sessions, and transactions that tell the time."""

from typing import Any

from peewee import Psycopg3Adapter, __exception_wrapper__  # type: ignore[attr-defined]  # not in the stubs
from playhouse.pool import PooledPostgresqlDatabase

from tui_pos.data import sessions
from tui_pos.data.shared_time import ClockRequest, DatabaseClock, LastReading

NO_PARAMETER = "unsupported startup parameter"
"""How PgBouncer refuses ``options``, unless it is told to ignore or to forward them."""


class _Adapter(Psycopg3Adapter):
    """Connects, by way of a pooler where there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.options_refused = False

    def connect(self, db: "DeskPostgresql", **params: Any) -> Any:
        """A prepared connection of psycopg, in autocommit."""
        connection = self._connect(db, params)
        try:
            connection.autocommit = True
            db.transaction_mode = sessions.prepare(connection, db.time)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self, db: "DeskPostgresql", params: dict[str, Any]) -> Any:
        from psycopg import OperationalError

        said = str(params.pop("options", ""))
        if not self.options_refused:
            try:
                return self._open(db, options=f"{said} {sessions.OPTIONS}".strip(), **params)
            except OperationalError as error:
                if NO_PARAMETER not in str(error):
                    raise
        connection = self._open(db, options=said, **params)
        self.options_refused = True
        return connection

    def _open(self, db: "DeskPostgresql", **params: Any) -> Any:
        from tui_pos.data.answer_timeout import ConnectionWithTimeout

        return ConnectionWithTimeout.connect(db.database, **params)


class DeskPostgresql(PooledPostgresqlDatabase):  # type: ignore[misc]  # playhouse has no stubs
    """``transaction_mode`` is how its transactions begin; ``time`` is the database's clock."""

    psycopg3_adapter = _Adapter

    def __init__(self, database: str, **options: Any) -> None:
        self.transaction_mode = sessions.TransactionMode()
        self.time = DatabaseClock(LastReading())
        super().__init__(database, **options)

    def begin(self, isolation_level: sessions.Isolation | None = None) -> None:
        """Begin a transaction and read the time, with what the transaction needs set; in one round trip."""
        asked = ClockRequest()
        with __exception_wrapper__:
            cursor = self.cursor()
            cursor.execute(self.transaction_mode.begin(isolation_level), prepare=False)
            while cursor.nextset():
                pass
            self.time.read(asked, cursor.fetchone())

    def _is_closed(self, conn: Any) -> bool:
        """Whether ``conn`` is lost; the pool asks before it hands it out.

        The others were lost with it: asking each of them would take as long again.
        """
        gone: bool = super()._is_closed(conn)
        if gone:
            self.close_idle()
        return gone

    def now(self) -> Any:
        """The database's time, for ``clock.follow``."""
        return self.time.now(in_transaction=self.in_transaction())
