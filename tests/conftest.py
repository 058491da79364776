"""Fixtures that all tests share; each module of ``tests/fixtures`` says what it gives."""

import re

import pytest

pytest_plugins = [
    "tests.fixtures.no_skips",
    "tests.fixtures.postgresql",
    "tests.fixtures.databases",
    "tests.fixtures.simulator",
    "tests.fixtures.sshd",
    "tests.fixtures.sign_in",
]

BY_HAND = frozenset({"chaos", "signals", "stripe"})
"""Marks of tests that take minutes or an account at Stripe: they run only where ``-m`` names them."""


def left_out(marks: str) -> frozenset[str]:
    """The marks of ``BY_HAND`` that the expression after ``-m`` does not name."""
    return BY_HAND.difference(re.findall(r"\w+", marks))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out here: a ``-m`` in addopts would be replaced by any other that is given."""
    marks = left_out(config.getoption("markexpr"))
    deselected = {item for item in items if any(item.get_closest_marker(mark) for mark in marks)}
    config.hook.pytest_deselected(items=list(deselected))
    items[:] = [item for item in items if item not in deselected]
