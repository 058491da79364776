"""Credit that paid for an order which the web site cancelled; its sweep keeps the payment.

A desk that cancels gives the credit back itself; here it is put back for the web site's cancellations.
"""

from functools import partial

from tui_pos.core import clock
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.registration import Order, OrderStatus, Payment, PaymentMethod, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import store_credit
from tui_pos.desk.orders.web_payments import on_the_web
from tui_pos.desk.refunds import repairs


def put_back(desk: Desk) -> None:
    """Let the buyers of the conference's cancelled orders spend their credit again, each once.

    Only what came from a credit goes back: the web site's manage page writes payments by that name too.
    """
    lost = (
        Payment.select(Payment.order)
        .join(Order)
        .where(
            Order.conference == desk.conference.id,
            Order.status == OrderStatus.CANCELLED,
            Payment.method == PaymentMethod.CREDIT,
            Payment.status == PaymentStatus.SUCCEEDED,
            ~on_the_web(),
        )
    )
    with connected():
        for order_id in sorted({row.order_id for row in lost}):
            run_tx(partial(_put_back, desk, order_id))


def _put_back(desk: Desk, order_id: int) -> None:
    order = lock(Order.select().where(Order.id == order_id)).get()
    if order.status != OrderStatus.CANCELLED:
        return
    before = repairs.standing(order)
    store_credit.give_back([order], clock.now())
    repairs.record(desk, order, repairs.RepairKind.CREDIT_PUT_BACK, before)
