"""What happens by itself once its time has come: a hold lapses, a refund settles."""

from collections.abc import Callable

from tui_pos.simulator.engine import payments, presentment, readers, refunds
from tui_pos.simulator.engine.accounts import Call, World

TIMERS: dict[str, Callable[[World, str], None]] = {
    payments.HOLD: payments.hold_lapses,
    refunds.SETTLES: refunds.settle,
    presentment.COLLECTED: readers.collected_lapses,
}


def catch_up(world: World) -> None:
    """Do what has become due since the last request."""
    world.call = Call("")
    for timer in world.due():
        TIMERS[timer["what"]](world, timer["id"])
