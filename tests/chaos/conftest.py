"""``fresh_database``: on each engine, a database with the demonstration conference for every batch."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest

from tests.chaos.batch import FreshDatabase
from tests.chaos.nursery import Nursery
from tests.fixtures.databases import adopted
from tests.fixtures.postgresql import USER, PostgresqlServer
from tui_pos.simulator import Child


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where desk processes come from."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="session")
def stripe() -> Iterator[Child]:
    """The simulator in a process of its own, emptied for each batch."""
    with Child() as simulator:
        yield simulator


@pytest.fixture
def sqlite_batches(sqlite_demos: Callable[[bool], Path]) -> FreshDatabase:
    """A new SQLite file for each batch."""
    template = sqlite_demos(False)

    @contextmanager
    def fresh() -> Iterator[str]:
        with TemporaryDirectory(prefix="tui-pos-chaos-") as folder:
            yield adopted(f"sqlite:///{shutil.copyfile(template, Path(folder) / 'shop.sqlite3')}")

    return fresh


@pytest.fixture
def postgresql_batches(
    postgresql_server: PostgresqlServer, postgresql_demos: Callable[[bool], str]
) -> FreshDatabase:
    """A new database in PostgreSQL for each batch."""
    template = postgresql_demos(False)
    numbers = itertools.count()

    @contextmanager
    def fresh() -> Iterator[str]:
        name = f"chaos_{next(numbers)}"
        postgresql_server.create(name, template)
        try:
            # By its socket: over TCP a password is checked, which takes longer than most desks live.
            socket = quote(str(postgresql_server.directory), safe="")
            yield adopted(f"postgresql://{USER}@/{name}?host={socket}&port={postgresql_server.port}")
        finally:
            postgresql_server.drop(name)

    return fresh
