"""A PostgreSQL connection with a limit on the wait for an answer; needs the driver, so import it late."""

from typing import TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

ANSWER_SECONDS = 20.0
"""How long one statement or COMMIT waits for its answer: longer than the server's ``statement_timeout``, and
shorter than the lease on a payment. The server's limits do not help when it, its host or the network are
gone, and the kernel's do not when something in between still acknowledges what nobody answers. A COMMIT that
waits so long for a synchronous standby is one whose outcome is not known either."""

T = TypeVar("T")


class ConnectionWithTimeout(Connection[TupleRow]):
    """Waits ANSWER_SECONDS for an answer, then raises OperationalError and is closed."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """As psycopg's own, through which everything that is sent goes."""
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except OperationalError as error:
            if timeout is not None or self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            # Closed, so that nobody takes a late answer for that to the next question.
            self.close()
            raise OperationalError(f"no answer within {ANSWER_SECONDS:g} seconds") from error
