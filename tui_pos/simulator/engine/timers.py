"""What happens by itself once its time has come: a hold expires, a refund settles."""

from collections.abc import Callable

from tui_pos.simulator.engine import payments, readers, refunds
from tui_pos.simulator.engine.accounts import SIMULATOR, Account, Timer

TIMERS: dict[Timer, Callable[[Account, str], None]] = {
    Timer.HOLD_EXPIRES: payments.expire_hold,
    Timer.REFUND_SETTLES: refunds.settle,
    Timer.COLLECTED_CARD_EXPIRES: readers.expire_collected_card,
}


def run_due_timers(account: Account) -> None:
    """Do what has become due since the last request."""
    account.caller = SIMULATOR
    for timer in account.due_timers():
        TIMERS[Timer(timer["what"])](account, timer["id"])
