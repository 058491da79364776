"""What a reader's failed action means: a bank declined, the reader gave up, or the customer cancelled."""

from tui_pos.data.tables.desk import Obstacle, Stage
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.call_failures import set_obstacle
from tui_pos.terminal import FailureKind, Intent, ReaderAction

ACKNOWLEDGED = (Stage.SENT, Stage.AUTHORIZING)

_STOPPED: dict[str, tuple[Obstacle, Reason]] = {
    "customer_canceled": (Obstacle.CUSTOMER_CANCELED, because("payment_stopped.customer_canceled")),
    "connection_error": (Obstacle.CONNECTION_ERROR, because("payment_stopped.connection_error")),
}
"""By the reader's failure code: those that have an obstacle and a sentence of their own."""


def on_reader_failure(worker: AttemptWorker, action: ReaderAction, intent: Intent) -> float:
    """Say why the reader gave up on a card; ``intent`` was read afterwards and holds no money."""
    attempt = worker.attempt
    if action.failure is not FailureKind.DECLINED:
        code = "customer_canceled" if action.failure is FailureKind.CANCELLED else action.failure_code
        if code in _STOPPED:
            return set_obstacle(worker, *_STOPPED[code])
        said = action.api_error.message if action.api_error else action.failure_message
        why = because("payment.reader_gave_up", said=said or action.failure_code)
        return set_obstacle(worker, Obstacle.READER_GAVE_UP, why)
    is_new = attempt.times_sent == 1 or (intent.latest_charge_id or "") != attempt.charge_id
    if not is_new and Stage(attempt.stage) not in ACKNOWLEDGED:
        return set_obstacle(worker, Obstacle.READER_IDLE, because("payment.reader_idle"))
    code = decline_code(action, intent, is_new=is_new)
    attempt_log.move(
        worker.desk,
        attempt,
        Stage.DECLINED,
        because("event.declined", decline=code),
        decline_code=code,
        obstacle=Obstacle.NONE,
        message=because("payment.declined", decline=code),
        charge_id=intent.latest_charge_id or "",
    )
    return 0


def decline_code(action: ReaderAction, intent: Intent, *, is_new: bool) -> str:
    """The code of this very try.

    Old reader software tells it in the payment's last error alone, which stays from an earlier try when no
    new charge was made.
    """
    if action.api_error is not None or not is_new or intent.last_error is None:
        return action.decline_code
    return intent.last_error.decline_code or intent.last_error.code or action.decline_code
