"""The ledger: its columns equal a plain count on random orders; nothing is taken beside an open refund."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk.paying import READER, Watched
from tests.desk.selling import everything, items, order_row
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Refund
from tui_pos.data.tables.registration import Attendee, Order, Payment
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders import holds, order_views
from tui_pos.desk.orders.balance import ACCEPTED, OrderBalance, balance
from tui_pos.desk.orders.payment_sources import kept_payments, paid_by
from tui_pos.desk.refunds import card_refunds, refunds
from tui_pos.desk.search import find_orders
from tui_pos.desk.tenders import tendering
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal
CENTS = st.integers(1, 50_000)


@dataclass(frozen=True)
class PaidBefore:
    """A payment in cents, and what was given back of it: stage, amount, whether it was split off."""

    method: str
    status: str
    amount: int
    refunds: tuple[tuple[str, int, bool, str], ...]


REFUND = st.tuples(
    st.sampled_from(["created", "unknown", "pending", "succeeded", "failed"]),
    CENTS,
    st.booleans(),
    st.sampled_from(["desk", "dashboard"]),
)
PAYMENT = st.builds(
    PaidBefore,
    st.sampled_from(["stripe", "terminal", "comp", "credit", "manual"]),
    st.sampled_from(["pending", "processing", "succeeded", "failed", "refunded"]),
    CENTS,
    st.lists(REFUND, max_size=3).map(tuple),
)
ATTEMPT = st.tuples(CENTS, st.booleans())


def write(desk: Desk, order: Order, paid: PaidBefore) -> None:
    """The rows of a payment and its refunds."""
    common = {"conference": desk.conference.id, "order": order.id, "station": "desk-1", "currency": "USD"}
    payment = Payment.create(
        order=order.id, method=paid.method, status=paid.status, amount=D(paid.amount) / 100
    )
    for stage, amount, is_split, origin in paid.refunds:
        split = None
        if is_split:
            split = Payment.create(
                order=order.id, method=paid.method, status="refunded", amount=D(amount) / 100
            )
        Refund.create(
            **common,
            payment=payment.id,
            split=split.id if split else None,
            key=clock.new_id(),
            tender="card",
            origin=origin,
            stage=stage,
            amount=amount,
        )


def counted(total: int, paid: list[PaidBefore], tries: list[tuple[int, bool]]) -> dict[str, Decimal]:
    """The same by hand, in cents: what came in, what of it stays, what may leave, what is on its way."""
    received = kept = leaving = 0
    for each in paid:
        if each.status in ("succeeded", "refunded"):
            received += each.amount
        if each.status == "succeeded":
            kept += each.amount
        for stage, amount, is_split, _ in each.refunds:
            received += amount if is_split else 0
            if stage in ("created", "unknown"):
                leaving += amount
            elif stage != "failed" and not is_split and each.status == "succeeded":
                kept -= amount
    coming = sum(amount for amount, is_live in tries if is_live)
    found = {
        "received": received,
        "kept": kept,
        "given_back": received - kept,
        "being_given_back": leaving,
        "covered": kept - leaving,
        "in_flight": coming,
        "due": total - kept + leaving - coming,
    }
    return {name: D(cents) / 100 for name, cents in found.items()}


def kept_by_hand(paid: list[PaidBefore]) -> list[tuple[str, int]]:
    """By which method, and how many cents of it stay, for each payment that counts."""
    found = []
    for each in paid:
        back = sum(amount for stage, amount, split, _ in each.refunds if stage in ACCEPTED and not split)
        if each.status == "succeeded":
            found.append((each.method, each.amount - back))
    return found


def lets_go(paid: list[PaidBefore], tries: list[tuple[int, bool]]) -> bool:
    """Whether an unpaid order may be released: no money but credit is kept, or may still leave."""
    open_ = any(stage in ("created", "unknown") for each in paid for stage, *_ in each.refunds)
    money_kept = sum(cents for method, cents in kept_by_hand(paid) if method != "credit")
    return money_kept <= 0 and not open_ and not any(is_live for _, is_live in tries)


@pytest.mark.thorough
def test_its_columns_are_a_plain_count(desk: Desk) -> None:
    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(CENTS, st.lists(PAYMENT, max_size=4), st.lists(ATTEMPT, max_size=2))
    def check(total: int, paid: list[PaidBefore], tries: list[tuple[int, bool]]) -> None:
        reference = f"ORD-{clock.random_code(8)}"
        # Only one attempt of an order may be live.
        tries = [(amount, is_live and not number) for number, (amount, is_live) in enumerate(tries)]
        with connected():
            order = Order.create(
                conference=desk.conference.id,
                user=desk.staff.id,
                reference=reference,
                status="pending",
                total=D(total) / 100,
                hold_expires_at=clock.now() - timedelta(minutes=1),
            )
            for each in paid:
                write(desk, order, each)
            for amount, is_live in tries:
                Attempt.create(
                    conference=desk.conference.id,
                    order=order.id,
                    key=clock.new_id(),
                    station="desk-1",
                    staff=desk.staff.id,
                    reader_id=clock.new_id(),
                    amount=amount,
                    currency="USD",
                    capture_mode="automatic",
                    finished_at=None if is_live else clock.now(),
                )
            found = balance(order)
            (view,) = order_views.orders(desk.conference.id, order_id=order.id)
        expected = counted(total, paid, tries)
        assert {name: getattr(found, name) for name in expected} == expected
        (listed,) = find_orders.orders(desk, text=reference)
        owed = max(D(total) / 100 - expected["covered"], D(0))
        for row in (view, listed):
            assert (row.received, row.paid, row.given_back, row.due) == (
                expected["received"],
                expected["kept"],
                expected["given_back"],
                owed,
            )
        by_hand = kept_by_hand(paid)
        with connected():
            payments_kept = kept_payments([order.id]).get(order.id, [])
        told = [(each.method, each.kept) for each in payments_kept]
        assert told == [(method, D(cents) / 100) for method, cents in by_hand]
        assert sum(each.kept for each in payments_kept) == expected["kept"]
        assert listed.paid_by == paid_by(payments_kept)
        if all(cents >= 0 for _, cents in by_hand):  # more than was paid cannot go back
            assert bool(listed.paid_by) == any(cents for _, cents in by_hand)
            holds.release_expired(desk)
            status = order_row(reference).status
            assert (status == "cancelled") == lets_go(paid, tries), (paid, tries)

    check()


def part_paid(desk: Desk, simulator: Server, card: str = "visa", code: str | None = "RICH2026") -> str:
    """A ticket for 349.00 of which a card paid 100.00."""
    placed = checkout.sell(desk, items("regular"), attendee_code=code)
    begun = payments.begin(desk, placed.reference, READER, amount=D(100))
    assert Watched(desk, begun.attempt_id, sent=lambda: simulator.tap(READER, card)).run().stage == "captured"
    return placed.reference


def without_answer(desk: Desk, simulator: Server, reference: str) -> None:
    """All its money is asked back, and Stripe's answer is lost."""
    simulator.fault("answer_lost", "POST /v1/refunds", times=3)
    (made,) = refunds.refund(desk, reference)
    assert made.stage == "unknown"


TENDERS: dict[str, Callable[[Desk, str], object]] = {
    "card": lambda desk, reference: payments.begin(desk, reference, READER, amount=D(249)),
    "the whole by card": lambda desk, reference: payments.begin(desk, reference, READER),
    "cash": lambda desk, reference: take_cash(desk, reference, D(249), D(249)),
    "credit": lambda desk, reference: use_credit(desk, reference, D(249)),
    "gift": lambda desk, reference: give_free(desk, reference, "prize"),
    "complete": tendering.complete,
}


@pytest.mark.parametrize("tender", TENDERS)
def test_nothing_is_taken_while_a_refund_has_no_answer(tender: str, lead: Desk, simulator: Server) -> None:
    """Else the rest is paid on money that is leaving."""
    reference = part_paid(lead, simulator)
    without_answer(lead, simulator, reference)
    before = everything()
    with pytest.raises(Refusal) as caught:
        TENDERS[tender](lead, reference)
    assert str(caught.value) == f"refund_open order={reference}"
    assert everything() == before


@pytest.mark.parametrize("lands", [True, False])
def test_nobody_is_registered_on_less_than_the_price(
    lands: bool, lead: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    reference = part_paid(lead, simulator, code=None)
    if lands:
        without_answer(lead, simulator, reference)
    else:
        simulator.fault("cut_before", "POST /v1/refunds", times=3)
        refunds.refund(lead, reference)
        simulator.fault("forbidden_403", "POST /v1/refunds", times=1)
        frozen_clock.advance(200)
    frozen_clock.advance(1)
    (made,) = card_refunds.follow_up(lead)
    assert made.stage == ("succeeded" if lands else "failed")
    order = order_row(reference)
    due = D(349) if lands else D(249)
    assert (order.status, balance_of(order).due) == ("pending", due)
    assert not registered(order)
    take_cash(lead, reference, due - 1, due - 1)
    assert (order_row(reference).status, registered(order)) == ("pending", False)
    take_cash(lead, reference, D(1))
    assert (order_row(reference).status, registered(order)) == ("paid", True)
    assert balance_of(order).kept == D(349)


def balance_of(order: Order) -> OrderBalance:
    with connected():
        return balance(Order.get_by_id(order.id))


def registered(order: Order) -> bool:
    with connected():
        return bool(Attendee.select().where(Attendee.order == order.id).exists())
