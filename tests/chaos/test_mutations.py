"""The harness itself: builds that are broken on purpose must not get past it."""

import pytest

from tests.chaos import batch, scenarios
from tests.chaos.batch import FreshDatabase, Scenario
from tests.chaos.nursery import Nursery
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.simulator import Child

pytestmark = pytest.mark.chaos

MOST_BATCHES = 12
"""A broken build is caught within so many batches, most often in the first."""

RECONCILED = "Reason(key='sums_differ'"
"""What the treasurer's own reconciliation says of it, before the harness looks."""


def drop_the_index() -> None:
    with connected():
        database.execute_sql("DROP INDEX tui_pos_attempt_live_order")


def caught(
    database: FreshDatabase, nursery: Nursery, stripe: Child, mutation: str, *, without_index: bool = False
) -> str:
    """The first breaches; empty when there were none."""
    for seed in range(MOST_BATCHES):
        result = batch.run(
            database,
            seed,
            nursery,
            stripe,
            mutation=mutation,
            prepare=drop_the_index if without_index else lambda: None,
        )
        if result.breaches:
            return "\n".join(result.breaches)
    return ""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("mutation", "signs"),
    [
        ("refund_key_not_stored", ("the database says", RECONCILED)),
        ("captured_before_the_answer", ("and the database counts", RECONCILED)),
        ("no_answer_means_failed", ("and the database counts", "still holds", "is left as", RECONCILED)),
    ],
)
def test_a_broken_build_is_caught(
    mutation: str, signs: tuple[str, ...], sqlite_batches: FreshDatabase, nursery: Nursery, stripe: Child
) -> None:
    breaches = caught(sqlite_batches, nursery, stripe, mutation)
    assert any(sign in breaches for sign in signs), breaches


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("mutation", "scenario", "sign"),
    [
        ("open_refunds_not_counted", scenarios.cash_while_a_refund_is_open, "a refund was under way"),
        ("repair_without_reading", scenarios.refund_in_the_dashboard, RECONCILED),
        (
            "answer_not_compared",
            scenarios.answers_about_something_else,
            RECONCILED,
        ),
        (
            "every_installation_is_ours",
            scenarios.another_installation_reconciles,
            "another installation cancelled our payment",
        ),
    ],
)
def test_a_broken_build_is_caught_by_one_chain_of_events(
    mutation: str,
    scenario: Scenario,
    sign: str,
    sqlite_batches: FreshDatabase,
    nursery: Nursery,
    stripe: Child,
) -> None:
    whole = batch.run(sqlite_batches, 1, nursery, stripe, scenario=scenario)
    assert not whole.breaches, whole.story()
    for seed in range(MOST_BATCHES):  # a busy machine lets the first payment of a chain fail
        broken = batch.run(sqlite_batches, seed, nursery, stripe, mutation=mutation, scenario=scenario)
        if broken.breaches:
            break
    assert any(sign in breach for breach in broken.breaches), broken.story()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("scenario", "mutation", "kind"),
    [
        (
            scenarios.a_payment_that_stripe_forgot,
            "unknown_to_stripe_is_overlooked",
            "unknown_to_stripe",
        ),
        (scenarios.a_payment_in_another_currency, "sums_over_currencies", "sums_differ"),
    ],
)
def test_what_only_the_books_say_is_told(
    scenario: Scenario,
    mutation: str,
    kind: str,
    sqlite_batches: FreshDatabase,
    nursery: Nursery,
    stripe: Child,
) -> None:
    def told(mutation: str) -> str:
        found = batch.run(sqlite_batches, 1, nursery, stripe, mutation=mutation, scenario=scenario)
        return "".join(found.breaches)

    assert told("") == f"told: ['{kind}']"
    assert told(mutation) == "told: []"


@pytest.mark.timeout(600)
def test_a_missing_index_is_caught(sqlite_batches: FreshDatabase, nursery: Nursery, stripe: Child) -> None:
    breaches = caught(sqlite_batches, nursery, stripe, "nobody_looks_first", without_index=True)
    assert "were live at once" in breaches


@pytest.mark.timeout(600)
def test_the_index_alone_keeps_a_second_payment_out(
    sqlite_batches: FreshDatabase, nursery: Nursery, stripe: Child
) -> None:
    result = batch.run(sqlite_batches, 0, nursery, stripe, mutation="nobody_looks_first")
    assert not result.breaches, result.story()
