"""What tests of card payments share: begin one, and watch it as a person would."""

from collections.abc import Callable

from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order, Payment, TerminalPayment
from tui_pos.desk import payments
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import CommandQueue, PaymentState
from tui_pos.simulator import Server

READER, LABEL = "tmr_front_1", "Front-1"
OTHER_READER = "tmr_front_2"
INSUFFICIENT_FUNDS = "4000000000009995"


def begin(desk: Desk, order: OrderView, reader: str = READER) -> PaymentState:
    return payments.begin(desk, order.reference, reader, LABEL)


class Watched:
    """A running watch that acts once at each stage named, as a person would."""

    def __init__(self, desk: Desk, attempt_id: int, **at: Callable[[], object]) -> None:
        self.control = CommandQueue()
        self.seen: list[PaymentState] = []
        self._states = payments.watch(desk, attempt_id, self.control)
        self._at = at

    def run(self) -> PaymentState:
        for state in self._states:
            self.seen.append(state)
            act = self._at.pop(state.stage, None)
            if act:
                act()
        return self.seen[-1]

    def stages(self) -> list[str]:
        """The stages in order, each named once in a row."""
        names = [str(state.stage) for state in self.seen]
        return [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]


def rows(order: OrderView) -> tuple[Order, list[Payment], list[TerminalPayment]]:
    with connected():
        found = list(Payment.select().where(Payment.order == order.id))
        terminal = list(TerminalPayment.select().join(Payment).where(Payment.order == order.id))
        return Order.get_by_id(order.id), found, terminal


def paid(desk: Desk, order: OrderView, simulator: Server) -> PaymentState:
    """The order paid by a good card."""
    begun = begin(desk, order)
    return Watched(desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()


def left_at(
    desk: Desk, order: OrderView, stage: str, act: Callable[[], object] = lambda: None
) -> PaymentState:
    """The payment, left by its watcher at ``stage``; ``act`` is done once the reader shows it."""
    watched = Watched(desk, begin(desk, order).attempt_id, sent=act)

    def leave() -> None:
        if stage == "sent":
            act()
        watched.control.detach()

    watched._at[stage] = leave
    last = watched.run()
    assert last.stage == stage
    return last
