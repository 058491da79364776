"""What takes minutes runs only where ``-m`` names it."""

import pytest

from tests.conftest import BY_HAND, left_out


@pytest.mark.parametrize(
    ("marks", "left"),
    [
        ("", BY_HAND),
        ("not chaos", {"signals", "stripe"}),
        ("signals", {"chaos", "stripe"}),
        ("chaos or (stripe and not signals)", set()),
        ("postgresql", BY_HAND),
    ],
)
def test_a_group_is_left_out_unless_it_is_named(marks: str, left: set[str]) -> None:
    assert left_out(marks) == left
