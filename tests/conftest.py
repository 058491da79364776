"""Fixtures that all tests share; each module of ``tests/fixtures`` says what it gives."""

pytest_plugins = [
    "tests.fixtures.selection",
    "tests.fixtures.environment",
    "tests.fixtures.no_skips",
    "tests.fixtures.postgresql",
    "tests.fixtures.databases",
    "tests.fixtures.simulator",
    "tests.fixtures.sshd",
    "tests.fixtures.sign_in",
]
