"""A plain run leaves out what it says, and together with the rest every case is run on both engines."""

import pytest

from tests.fixtures.selection import BY_HAND, by_hand, other_turns


@pytest.mark.parametrize(
    ("marks", "left"),
    [
        ("", BY_HAND),
        ("not chaos", BY_HAND - {"chaos"}),
        ("signals", BY_HAND - {"signals"}),
        ("chaos or (stripe and not signals)", set()),
        ("postgresql", BY_HAND),
    ],
)
def test_a_group_is_left_out_unless_it_is_named(marks: str, left: set[str]) -> None:
    assert by_hand(marks) == left


def test_cases_take_turns_on_the_engines() -> None:
    ids = [f"test_a[{engine}-{case}]" for engine in ("sqlite", "postgresql") for case in "abc"]
    ids += ["test_b[sqlite]", "test_b[postgresql]"]
    assert other_turns(ids) == {
        *("test_a[sqlite-a]", "test_a[postgresql-b]", "test_a[sqlite-c]"),
        "test_b[postgresql]",
    }


def test_what_is_for_one_engine_alone_is_always_taken() -> None:
    assert other_turns(["test_a", "test_a[x]", "test_b[x-postgresql]", "test_b[y-sqlite]"]) == set()
