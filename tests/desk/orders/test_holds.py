"""Letting go of what unpaid orders hold: exactly once, and never of what somebody paid for."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import pytest

from tests.desk.selling import at, everything, items, order_row, uses
from tests.fixtures.databases import FROZEN_NOW, FrozenClock
from tui_pos.core import clock
from tui_pos.data import connection
from tui_pos.data.base import database
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Attempt, Sale
from tui_pos.data.tables.registration import (
    Credit,
    CreditStatus,
    Order,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Voucher,
)
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.catalogue import stock
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, Refused
from tui_pos.desk.orders import holds, orders
from tui_pos.desk.search import lookup

D = Decimal
QUARTER_OF_AN_HOUR = 15 * 60


@pytest.fixture
def swept(desk: Desk) -> Desk:
    """A desk whose conference has no stale order left."""
    holds.release_expired(desk)
    return desk


@pytest.fixture
def spent(swept: Desk) -> tuple[Desk, Order]:
    """An order of Hugo's over 25.00, 20.00 of it paid with his credit."""
    placed = checkout.sell(swept, items("t-shirt"), attendee_code="HUGO2026")
    order = order_row(placed.reference)
    pay(order, "20.00", PaymentMethod.CREDIT)
    with connected():
        Credit.update(remaining_amount=D(0), status=CreditStatus.APPLIED, applied_to_order=order.id).where(
            Credit.user == order.user_id
        ).execute()
    return swept, order


def pay(order: Order, amount: str, method: str, status: str = PaymentStatus.SUCCEEDED) -> None:
    with connected():
        Payment.create(order=order.id, method=method, status=status, amount=D(amount))


def live_attempt(desk: Desk, order: Order, **columns: Any) -> Attempt:
    with connected():
        row: Attempt = Attempt.create(
            conference=desk.conference.id,
            order=order.id,
            key=clock.new_id(),
            station=desk.station,
            staff=desk.staff.id,
            reader_id="tmr_1",
            amount=100,
            currency="USD",
            capture_mode="automatic",
            **columns,
        )
        return row


def credits_of(order: Order) -> list[tuple[Decimal, str, int | None]]:
    with connected():
        rows = Credit.select().where(Credit.user == order.user_id).order_by(Credit.id)
        return [(row.remaining_amount, row.status, row.applied_to_order_id) for row in rows]


def test_a_hold_that_ran_out_gives_everything_back_once(swept: Desk, frozen_clock: FrozenClock) -> None:
    sale = cart.add(swept, cart.start(swept, attendee_code="NOOR2026").sale_id, "hoodie", 10).sale_id
    cart.set_voucher(swept, sale, "TENOFF")
    placed = checkout.place(swept, sale)
    assert uses(swept, "TENOFF") == 1
    with pytest.raises(Refused, match=r"^sold_out product=Hoodie$"):
        checkout.sell(swept, items("hoodie"))
    frozen_clock.advance(QUARTER_OF_AN_HOUR - 1)
    assert holds.release_expired(swept) == 0
    frozen_clock.advance(1)
    assert [holds.release_expired(swept) for _ in range(3)] == [1, 0, 0]
    row = order_row(placed.reference)
    assert (row.status, row.hold_expires_at, row.updated_at) == ("cancelled", None, clock.now())
    assert uses(swept, "TENOFF") == 0
    with connected():
        assert Sale.get_by_id(sale).status == "abandoned"
    with pytest.raises(Refused, match=r"^sale_abandoned\.frozen$"):
        checkout.place(swept, sale)
    assert checkout.reopen(swept, sale).lines[0].problem is None
    assert checkout.place(swept, sale).reference != placed.reference


def test_stock_is_free_the_moment_a_hold_ends_even_unswept(swept: Desk, frozen_clock: FrozenClock) -> None:
    checkout.sell(swept, items("hoodie*10"))
    frozen_clock.advance(QUARTER_OF_AN_HOUR)
    with connected():
        counts = stock.sold(swept.conference.id, clock.now())
    assert cart.add(swept, cart.start(swept).sale_id, "hoodie", 10).lines[0].problem is None
    assert sum(count for (kind, _), count in counts.items() if kind == "addon") > 0


def test_every_checkout_sweeps_first(swept: Desk, frozen_clock: FrozenClock) -> None:
    """The last use of a voucher that an expired order held is there for the next buyer."""
    with connected():
        Voucher.update(max_uses=1).where(Voucher.code == "TENOFF").execute()
    late = checkout.sell(swept, items("t-shirt"), voucher="TENOFF")
    sale = cart.add(swept, cart.start(swept).sale_id, "t-shirt").sale_id
    frozen_clock.advance(QUARTER_OF_AN_HOUR)
    assert checkout.sell(swept, items("t-shirt"), voucher="TENOFF").total == D("22.50")
    assert order_row(late.reference).status == "cancelled"
    frozen_clock.advance(QUARTER_OF_AN_HOUR)
    cart.set_voucher(swept, sale, "")
    assert checkout.place(swept, sale).total == D("25.00")
    assert uses(swept, "TENOFF") == 0


def test_an_order_that_money_or_a_payment_hangs_on_is_left_alone(
    swept: Desk, frozen_clock: FrozenClock
) -> None:
    kept = []
    for method in ("manual", "terminal", "stripe", "comp"):
        placed = checkout.sell(swept, items("hoodie"))
        pay(order_row(placed.reference), "1.00", method)
        kept.append(placed.reference)
    placed = checkout.sell(swept, items("hoodie"), voucher="TENOFF")
    live_attempt(swept, order_row(placed.reference))
    kept.append(placed.reference)
    free = checkout.sell(swept, items("hoodie"))
    pay(order_row(free.reference), "1.00", "terminal", PaymentStatus.FAILED)
    live_attempt(swept, order_row(free.reference), finished_at=FROZEN_NOW, stage="cancelled")
    frozen_clock.advance(QUARTER_OF_AN_HOUR)
    assert holds.release_expired(swept) == 1
    assert {order_row(reference).status for reference in kept} == {"pending"}
    assert order_row(free.reference).status == "cancelled"
    assert uses(swept, "TENOFF") == 1
    with connected():
        ((left,),) = rows(Order.select(holds.any_expired(swept.conference.id, clock.now())).limit(1))
    assert not left  # what is left alone is not looked at again by every checkout


def test_the_web_shops_stale_orders_are_swept_by_the_same_rule(desk2077: Desk) -> None:
    with connected():
        stale = list(Order.select().where(Order.status == "pending"))
        codes = [row.voucher_code for row in stale if row.voucher_code]
        before = {row.code: row.times_used for row in Voucher.select().where(Voucher.code.in_(codes))}
    assert stale
    assert holds.release_expired(desk2077) == len(stale)
    assert {order_row(row.reference).status for row in stale} == {"cancelled"}
    for code, used in before.items():
        assert uses(desk2077, code) == used - codes.count(code)


def test_credit_comes_back_with_the_order(spent: tuple[Desk, Order], frozen_clock: FrozenClock) -> None:
    desk, order = spent
    frozen_clock.advance(QUARTER_OF_AN_HOUR)
    assert holds.release_expired(desk) == 1
    assert credits_of(order) == [(D("20.00"), "available", None)]
    with connected():
        (payment,) = Payment.select().where(Payment.order == order.id)
    assert (payment.status, payment.amount) == ("refunded", D("20.00"))
    before = everything()
    assert holds.release_expired(desk) == 0
    assert everything() == before


def test_a_credit_used_on_two_orders_comes_back_for_each(spent: tuple[Desk, Order]) -> None:
    """The row names the last order alone; the first one's part must not be lost, nor given twice."""
    desk, first = spent
    second = order_row(checkout.sell(desk, items("lunch"), attendee_code="HUGO2026").reference)
    pay(second, "12.00", PaymentMethod.CREDIT)
    with connected():
        Credit.update(amount=D("32.00"), applied_to_order=second.id).where(
            Credit.user == first.user_id
        ).execute()
    checkout.cancel_order(desk, first.reference)
    assert credits_of(first) == [(D("20.00"), "available", second.id)]
    checkout.cancel_order(desk, second.reference)
    assert credits_of(first) == [(D("32.00"), "available", None)]


def test_a_credit_payment_that_took_from_no_credit_gives_none(swept: Desk) -> None:
    """As django-program's manage page writes them."""
    order = order_row(checkout.sell(swept, items("regular"), attendee_code="HUGO2026").reference)
    pay(order, "100.00", PaymentMethod.CREDIT)
    checkout.cancel_order(swept, order.reference)
    assert credits_of(order) == [(D("20.00"), "available", None)]


def test_cancelling_gives_back_and_says_what_is(swept: Desk) -> None:
    placed = checkout.sell(swept, items("hoodie*10"), attendee_code="NOOR2026", voucher="TENOFF")
    view = checkout.cancel_order(at(swept, "desk-4"), f" {placed.reference.lower()} ")
    assert (view.status, view.due, view.hold_expires_at) == ("cancelled", D(0), None)
    assert view == lookup.order(swept, placed.reference)
    assert uses(swept, "TENOFF") == 0
    assert checkout.sell(swept, items("hoodie*10")).status == "pending"


def test_what_cannot_be_cancelled_says_why(swept: Desk) -> None:
    part_paid = checkout.sell(swept, items("hoodie"))
    pay(order_row(part_paid.reference), "1.00", PaymentMethod.MANUAL)
    paying = checkout.sell(swept, items("hoodie"))
    live_attempt(swept, order_row(paying.reference))
    free = checkout.sell(swept, items("sprint-breakfast"))
    gone = checkout.sell(swept, items("hoodie"))
    checkout.cancel_order(swept, gone.reference)
    before = everything()
    for reference, reason in (
        (part_paid.reference, "order_has_payments order={}"),
        (paying.reference, "payment_live.cancel order={}"),
        (free.reference, "order_not_pending.void order={}"),
        (gone.reference, "order_not_pending.cancel order={} status=cancelled"),
    ):
        with pytest.raises(Refused) as refusal:
            checkout.cancel_order(swept, reference)
        assert str(refusal.value) == reason.format(reference)
    for unknown in ("ORD-NOTTHERE", "", "\x1b[2J", "x" * 500, "ORD\x00"):
        with pytest.raises(NotFound):
            checkout.cancel_order(swept, unknown)
    assert everything() == before


def test_a_voucher_use_is_never_given_back_below_zero(swept: Desk) -> None:
    placed = checkout.sell(swept, items("t-shirt"), voucher="TENOFF")
    with connected():
        Voucher.update(times_used=0).where(Voucher.code == "TENOFF").execute()
    checkout.cancel_order(swept, placed.reference)
    assert uses(swept, "TENOFF") == 0


def test_many_stale_orders_are_swept_batch_by_batch(
    swept: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "BATCH", 3)
    for _ in range(7):
        checkout.sell(swept, items("cafe-creme"), attendee_code="NOOR2026", voucher="TENOFF")
    frozen_clock.advance(timedelta(days=400).total_seconds())
    assert [holds.release_expired(swept) for _ in range(4)] == [3, 3, 1, 0]
    assert uses(swept, "TENOFF") == 0


def test_a_payment_that_begins_during_a_sweep_keeps_its_order(swept: Desk, frozen_clock: FrozenClock) -> None:
    """The sweep finds the order stale, waits for the payment's lock, and must then look again."""
    order = order_row(checkout.sell(swept, items("hoodie"), voucher="TENOFF").reference)
    frozen_clock.advance(QUARTER_OF_AN_HOUR)
    locked, go_on = Event(), Event()

    def begin_payment() -> None:
        def work() -> None:
            orders.locked(swept.conference.id, order.reference)
            locked.set()
            assert go_on.wait(10)
            live_attempt(swept, order)

        run_tx(work)

    with ThreadPoolExecutor() as threads:
        payment = threads.submit(begin_payment)
        assert locked.wait(10)
        sweep = threads.submit(holds.release_expired, swept)
        wait_until_somebody_waits_for_a_lock()
        go_on.set()
        payment.result()
        assert sweep.result() == 0
    assert (order_row(order.reference).status, uses(swept, "TENOFF")) == ("pending", 1)


def wait_until_somebody_waits_for_a_lock() -> None:
    """PostgreSQL tells; on SQLite the second writer waits for the first one whenever it comes."""
    if connection.is_sqlite():
        return
    deadline = time.monotonic() + 10
    with connected():
        while not database.execute_sql("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
            assert time.monotonic() < deadline
