"""Every column of the desk's tables is classified, and what an eraser leaves says nothing of anybody."""

from collections.abc import Mapping

import pytest

from tui_pos.data.base import Table
from tui_pos.data.tables import DESK
from tui_pos.data.tables.desk import AuditAction
from tui_pos.desk.errors import because
from tui_pos.desk.personal_data.columns import (
    DESK_COLUMNS,
    ERASED,
    NAMES_SOMEBODY,
    Columns,
    coded,
    marked,
    told_without,
)
from tui_pos.desk.stored_reasons import pack, unpack
from tui_pos.ui.messages import sentence


def told(columns: Columns) -> list[str]:
    return [*columns.erased, *columns.pointers.split(), *columns.others.split()]


def faults(table: type[Table], classified: Mapping[type[Table], Columns]) -> set[str]:
    """The columns of a table that are not classified, or not there."""
    found = {each.name for each in table._meta.sorted_fields}
    return found.symmetric_difference(told(classified[table])) if table in classified else found


@pytest.mark.parametrize("table", DESK)
def test_every_column_is_classified_once(table: type[Table]) -> None:
    assert faults(table, DESK_COLUMNS) == set()
    assert len(set(told(DESK_COLUMNS[table]))) == len(told(DESK_COLUMNS[table]))


def test_a_column_that_is_not_classified_is_found() -> None:
    table = next(iter(DESK_COLUMNS))
    assert faults(table, {table: Columns(others="id version")}) == {"upgraded_at"}
    assert faults(table, {}) == {"id", "version", "upgraded_at"}


def test_no_table_is_classified_that_is_not_there() -> None:
    assert set(DESK_COLUMNS) == set(DESK)


def test_every_action_of_the_audit_log_is_classified() -> None:
    assert set(NAMES_SOMEBODY) == set(AuditAction)


@pytest.mark.parametrize(
    "text",
    [
        pack(because("corrected.name", before="Ada Byron", after="Ada Lovelace")),
        pack(because("transferred", before="Ada Byron", after="Ada Lovelace")),
        pack(
            because("event.resolved", option="keep", why="Ada says so", stripe="x", before="sent", after="y")
        ),
        pack(because("event.needs_person", why=because("event.refund_asked", reason="Ada is ill"))),
        pack(because("event.authorized.card", card="Visa Ada")),
        "Ada called",
        f"{pack(because('refund_note.rehearsal'))}\nAda called",
    ],
)
def test_what_is_left_of_a_text_says_nothing_of_anybody_and_stays(text: str) -> None:
    left = told_without(text, 1)
    assert "Ada" not in left
    assert ERASED in left
    assert told_without(left, 2) == left
    assert len(left.splitlines()) == len(text.splitlines())


def test_amounts_and_codes_stay_and_have_their_words() -> None:
    said = because("event.resolved", option="keep", why="Ada", stripe="paid", before="sent", after="captured")
    left = unpack(told_without(pack(said), 1))
    assert left == because(
        "event.resolved", option="keep", why=ERASED, stripe="paid", before="sent", after="captured"
    )
    assert sentence(left).startswith("resolved, keep: (erased); Stripe: paid")
    same = pack(because("event.captured", amount=said and 1, currency="USD"))
    assert told_without(same, 1) == same


def test_texts_of_the_desk_itself_stay_where_they_name_nobody() -> None:
    assert coded("2 x T-Shirt", 1) == "2 x T-Shirt"
    assert coded("", 1) == marked("", 1) == told_without("", 1) == ""
