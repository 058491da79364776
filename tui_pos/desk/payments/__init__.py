"""Card payments: one attempt from its row to captured money, and its recovery after any fault.

``begin`` commits an attempt, ``watch`` drives it and yields each state, ``capture`` and ``cancel`` act on
one by its intent, ``resolve`` ends one that cannot end by itself. ``attempt_log`` keeps stages and leases,
``transitions`` do the next thing, ``asking`` talks to Stripe, ``discrepancy`` compares its answers,
``intent_status`` and ``bookkeeping`` write what became true, ``call_failures`` and ``backoff`` say how to go
on, ``cut_off`` what is true while the database is not there, ``notices`` what people are told.
"""

from tui_pos.data.tables.desk import Stage
from tui_pos.desk.payments.commands import cancel, capture, present_card
from tui_pos.desk.payments.control import CommandQueue
from tui_pos.desk.payments.cut_off import CutOff
from tui_pos.desk.payments.start import begin
from tui_pos.desk.payments.state import EventLine, PaymentState, state, unfinished
from tui_pos.desk.payments.watcher import watch

__all__ = [
    "CommandQueue",
    "CutOff",
    "EventLine",
    "PaymentState",
    "Stage",
    "begin",
    "cancel",
    "capture",
    "present_card",
    "state",
    "unfinished",
    "watch",
]
