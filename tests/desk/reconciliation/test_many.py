"""Whatever grows with the database stays within what one statement takes, and within one tick."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from peewee import QueryEvent

from tests.desk.conftest import statements
from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected, is_sqlite, run_tx
from tui_pos.data.queries import BATCH, batches
from tui_pos.data.tables.desk import Attempt, CashMovement, Refund, Repair
from tui_pos.data.tables.registration import Order, Payment
from tui_pos.desk import conference_rules
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.context import Desk
from tui_pos.desk.reconciliation import account_change, at_stripe, rehearsals
from tui_pos.desk.refunds import elsewhere, repairs, web_site
from tui_pos.terminal import Intent, StripeRefund
from tui_pos.terminal.model import intent_from, refund_from

MANY = 2 * BATCH + 50


@contextmanager
def events() -> Iterator[list[QueryEvent]]:
    """The statements, with their values, that run while the block does."""
    seen: list[QueryEvent] = []
    with connected():
        database.obj.query_hooks.append(seen.append)
        try:
            yield seen
        finally:
            database.obj.query_hooks.remove(seen.append)


def widest(seen: list[QueryEvent]) -> int:
    """The most values that a statement took."""
    return max(len(each.params or ()) for each in seen)


def insert(table: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Write rows in groups, by no more values than the oldest SQLite takes; their ids."""
    found: list[int] = []
    with connected():
        for some in batches(rows, 25):
            found += run_tx(partial(_written, table, some))
    return found


def _written(table: Any, some: Sequence[dict[str, Any]]) -> list[int]:
    return [row[0] for row in table.insert_many(some).returning(table.id).tuples().execute()]


def sold(desk: Desk, number: int, *, at: datetime | None = None, live: bool = False) -> list[str]:
    """So many card payments of 25.00 each, refunded in part, as rows; their intents."""
    moment = at or clock.now()
    conference, seed = desk.conference.id, clock.random_code(6).lower()
    orders = insert(
        Order,
        [
            {
                "conference": conference,
                "user": desk.staff.id,
                "reference": f"ORD-{seed}-{each}",
                "status": "partially_refunded",
                "total": 20,
                "created_at": moment,
                "updated_at": moment,
            }
            for each in range(number)
        ],
    )
    common = {"method": "terminal", "created_at": moment}
    paid = insert(
        Payment, [{"order": each, "status": "succeeded", "amount": 20, **common} for each in orders]
    )
    split = insert(Payment, [{"order": each, "status": "refunded", "amount": 5, **common} for each in orders])
    intents = [f"pi_{seed}_{each}" for each in range(number)]
    attempts = insert(
        Attempt,
        [
            {
                "conference": conference,
                "order": order,
                "payment": payment,
                "key": f"{seed}{order:026}",
                "station": "desk-1",
                "staff": desk.staff.id,
                "reader_id": f"tmr_{order}",
                "amount": 2500,
                "currency": "USD",
                "stage": "unknown" if live else "captured",
                "capture_mode": "automatic",
                "intent_id": intent,
                "created_at": moment,
                "updated_at": moment,
                "finished_at": None if live else moment,
            }
            for order, payment, intent in zip(orders, paid, intents, strict=True)
        ],
    )
    insert(
        Refund,
        [
            {
                "conference": conference,
                "order": order,
                "payment": payment,
                "attempt": attempt,
                "split": part,
                "tender": "card",
                "key": f"{intent}-back",
                "refund_id": f"re_{intent}",
                "station": "desk-1",
                "amount": 500,
                "price_change": 500,
                "currency": "USD",
                "stage": "succeeded",
                "created_at": moment,
                "updated_at": moment,
                "finished_at": moment,
            }
            for order, payment, attempt, part, intent in zip(
                orders, paid, attempts, split, intents, strict=True
            )
        ],
    )
    return intents


def at_stripe_now(intent_id: str) -> Intent:
    charge = {"id": "ch_1", "amount_refunded": 500}
    return intent_from(
        {
            "id": intent_id,
            "status": "succeeded",
            "amount": 2500,
            "amount_received": 2500,
            "currency": "usd",
            "metadata": {},
            "latest_charge": charge,
        }
    )


def back_at_stripe(intent_id: str) -> StripeRefund:
    return refund_from(
        {
            "id": f"re_{intent_id}",
            "status": "succeeded",
            "amount": 500,
            "currency": "usd",
            "payment_intent": intent_id,
        }
    )


def reconciled(desk: Desk, intents: list[str]) -> None:
    swept = {each: at_stripe_now(each) for each in intents}
    assert list(at_stripe.sums(desk, desk.terminal, swept, "")) == []


def compared(desk: Desk, intents: list[str]) -> None:
    assert elsewhere.compare(desk, [at_stripe_now(each) for each in intents]) == ()


def nothing_new(_: Desk, intents: list[str]) -> None:
    assert elsewhere._news(back_at_stripe(each) for each in intents) == []


def web_payments(desk: Desk, intents: list[str]) -> None:
    assert elsewhere.cards_of(desk, [f"{each}_web" for each in intents]) == {}


def repaired(desk: Desk, intents: list[str]) -> None:
    rows = [{"conference": desk.conference.id, "station": "desk-1", "kind": "web_site"} for _ in intents]
    insert(Repair, rows)
    with connected():
        repairs.mark_told(repairs.untold(desk.conference.id))
        assert repairs.untold(desk.conference.id) == []


def doubted(desk: Desk, _: list[str]) -> None:
    assert web_site._doubtful(desk, clock.now() - timedelta(days=1)) == {}


def set_apart(desk: Desk, _: list[str]) -> None:
    with connected():
        conference_rules.create(
            desk.conference.id, Rules(currency="USD", capture="automatic", prices="services", mode="TEST")
        )
        Attempt.update(mode="TEST").where(Attempt.conference == desk.conference.id).execute()
        paid = [
            {"order": row.order_id, "payment": row.payment_id}
            for row in Attempt.select(Attempt.order, Attempt.payment)
        ]
    common = {
        "conference": desk.conference.id,
        "station": "desk-1",
        "staff": desk.staff.id,
        "kind": "sale",
        "amount": 1,
        "currency": "USD",
    }
    insert(CashMovement, [{**common, **each} for each in paid])
    rehearsals.set_apart(desk.conference, "desk-1", "TEST", "LIVE")
    with connected():
        assert not Payment.select().where(Payment.status == "succeeded", Payment.amount == 20).exists()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "read", [reconciled, compared, nothing_new, web_payments, repaired, doubted, set_apart]
)
def test_no_statement_takes_a_value_for_each_row(
    read: Callable[[Desk, list[str]], None], card_desk: Desk
) -> None:
    intents = sold(card_desk, MANY)
    with events() as seen:
        read(card_desk, intents)
    assert widest(seen) < MANY


def test_a_copy_leaves_any_number_of_payments_alone(card_desk: Desk) -> None:
    intents = sold(card_desk, MANY, live=True)
    with events() as seen:
        assert sorted(account_change.leave_to_the_other("desk-1")) == sorted(intents)
    assert widest(seen) < MANY
    with connected():
        assert not Attempt.select().where(Attempt.finished_at.is_null()).exists()


def test_a_tick_asks_no_more_for_many_refunds_than_for_few(card_desk: Desk) -> None:
    sold(card_desk, 2)
    with statements() as few:
        web_site.repair_webhook_effects(card_desk)
    sold(card_desk, 100)
    with statements() as many:
        web_site.repair_webhook_effects(card_desk)
    assert len(many) == len(few)


def test_a_tick_reads_what_changed_lately_by_an_index(card_desk: Desk) -> None:
    sold(card_desk, 400, at=clock.now() - timedelta(days=90))
    with events() as seen:
        web_site.repair_webhook_effects(card_desk)
    plans = [plan_of(each) for each in seen if "tui_pos_" in each.sql]
    assert len(plans) == 3
    for plan in plans:
        assert "tui_pos_refund_updated" in plan or "tui_pos_attempt_finished" in plan, plan


def plan_of(event: QueryEvent) -> str:
    """How the database answers a statement; PostgreSQL is not to think of how few rows a test has."""
    with connected():
        if is_sqlite():
            return str(database.execute_sql(f"EXPLAIN QUERY PLAN {event.sql}", event.params).fetchall())
        with database.atomic():
            database.execute_sql("SET LOCAL enable_seqscan = off")
            return str(database.execute_sql(f"EXPLAIN {event.sql}", event.params).fetchall())
