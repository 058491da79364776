"""When Stripe does not do what it was asked: no answer, too many requests, a refusal, a wrong answer.

Every function answers how many seconds to wait before the next step.
"""

from tui_pos.core import clock
from tui_pos.data.tables.desk import Obstacle, Stage
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.backoff import LONGEST_PAUSE, PERSON_AFTER, StripeCall, after_refusals
from tui_pos.desk.payments.discrepancy import WrongAnswer
from tui_pos.desk.stored_reasons import pack
from tui_pos.terminal import Answer, IntentNotFound, NotFound, TerminalError

MOST_WRONG_ANSWERS = 3
"""So many answers in a row about something else call for a person."""

ABOUT_INTENT = (StripeCall.READ, StripeCall.CAPTURE, StripeCall.CANCEL)


def handle_failure(worker: AttemptWorker, error: TerminalError, call: StripeCall) -> float:
    """What follows from a failed call, whatever it was about."""
    if error.answer is Answer.RATE_LIMITED:
        return worker.pace.left(call)
    if error.answer is Answer.NONE:
        return mark_unknown(worker, error, call)
    if is_missing(error, call):
        return call_person(worker, because("payment.not_known"))
    return count_refusal(worker, error.reason, call)


def is_missing(error: TerminalError, call: StripeCall) -> bool:
    """Whether Stripe says that it does not know the payment, and not that it does not know the reader."""
    return isinstance(error, IntentNotFound) or (isinstance(error, NotFound) and call in ABOUT_INTENT)


def mark_unknown(worker: AttemptWorker, error: TerminalError, call: StripeCall) -> float:
    """Stripe may or may not have acted: say so, and read."""
    attempt = worker.attempt
    if Stage(attempt.stage) is not Stage.UNKNOWN:
        attempt_log.move(worker.desk, attempt, Stage.UNKNOWN, error.reason, message=error.reason)
        return 0
    if isinstance(error, WrongAnswer):
        if worker.wrong_answers >= MOST_WRONG_ANSWERS:
            return call_person(worker, error.reason)
        attempt_log.tell(worker.desk, attempt, error.reason)
    return worker.pace.left(call)


def count_refusal(worker: AttemptWorker, why: Reason, call: StripeCall) -> float:
    """Stripe decided against it: keep the stage, say why, wait longer each time, then call a person."""
    attempt = worker.attempt
    refusals = attempt.refusals + 1
    pause = after_refusals(refusals)
    needs_person = because("payment.keeps_refusing", call=call, why=why)
    problem = needs_person if refusals >= PERSON_AFTER else attempt.problem
    columns = {"message": why, "problem": problem, "retry_at": clock.now() + pause, "refusals": refusals}
    attempt_log.tell(worker.desk, attempt, because("event.refused", call=call, why=why), **columns)
    return pause.total_seconds()


def call_person(worker: AttemptWorker, problem: Reason) -> float:
    """Mark the payment for a person: the program cannot end it by itself.

    It is still read now and then, because the cause may be mended elsewhere.
    """
    attempt = worker.attempt
    columns = {"problem": problem, "retry_at": clock.now() + LONGEST_PAUSE}
    if attempt.problem == pack(problem):
        attempt_log.update(attempt, **columns)
    else:
        attempt_log.tell(worker.desk, attempt, because("event.needs_person", why=problem), **columns)
    return LONGEST_PAUSE.total_seconds()


def set_obstacle(worker: AttemptWorker, found: Obstacle, why: Reason) -> float:
    """The payment is at Stripe but on no reader; a person decides how to go on."""
    attempt = worker.attempt
    if Stage(attempt.stage) is Stage.INTENT:
        if (attempt.obstacle, attempt.message) != (found, pack(why)):
            attempt_log.tell(worker.desk, attempt, why, obstacle=found, decline_code="", message=why)
    else:
        attempt_log.move(
            worker.desk, attempt, Stage.INTENT, why, obstacle=found, decline_code="", message=why
        )
    return 0
