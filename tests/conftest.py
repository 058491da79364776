"""Fixtures that all tests share; each module of ``tests/fixtures`` says what it gives."""

pytest_plugins = [
    "tests.fixtures.postgresql",
    "tests.fixtures.databases",
    "tests.fixtures.simulator",
]
