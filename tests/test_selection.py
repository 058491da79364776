"""A plain run leaves out what it says, and together with the rest every case is run on both engines."""

from itertools import product

import pytest

from tests.fixtures.selection import BY_HAND, ENGINES, MANY, by_hand, other_turns


@pytest.mark.parametrize(
    ("marks", "left"),
    [
        ("", BY_HAND),
        ("chaos", BY_HAND - {"chaos"}),
        ("not chaos", BY_HAND - {"chaos"}),
        ("chaos or signals", BY_HAND - {"chaos", "signals"}),
        ("postgresql", BY_HAND),
    ],
)
def test_a_group_is_left_out_unless_it_is_named(marks: str, left: set[str]) -> None:
    assert by_hand(marks) == left


def test_many_cases_take_turns_on_the_engines() -> None:
    ids = [("test_a", f"{engine}-{case}") for engine, case in product(ENGINES, "abcd")]
    assert other_turns(ids) == {
        ("test_a", each) for each in ("sqlite-a", "postgresql-b", "sqlite-c", "postgresql-d")
    }


def test_few_cases_and_one_engine_are_all_taken() -> None:
    few = [
        ("test_a", f"{case}-{engine}") for case in "abc"[: MANY - 1] for engine in ("sqlite", "postgresql")
    ]
    alone = [("test_b", f"{case}-postgresql") for case in "abcdef"]
    assert other_turns([*few, *alone, ("test_c", "")]) == set()
