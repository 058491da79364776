"""A desk to act from, on each engine; and how many statements it takes.

``desk``: the demonstration conference, the trainee at desk-3, no Stripe account.
``card_desk``: the same with an account at the ``simulator``.
``desk2077``: django-program's own data, its superuser at desk-3, no Stripe account.
``as_staff``: another person at a desk, ``as_staff(desk, "scanner")``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from peewee import QueryEvent

from tui_pos.data import installation
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.desk import conferences
from tui_pos.desk.access.people import full_name
from tui_pos.desk.access.rights import rights_of
from tui_pos.desk.context import ConferenceInfo, Desk, Mode, Staff
from tui_pos.desk.payments import accounts
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal

AsStaff = Callable[[Desk, str], Desk]


def make_desk(slug: str, username: str, station: str = "desk-3") -> Desk:
    """A desk on the open database."""
    row = conferences.find(slug)
    conference = ConferenceInfo(id=row.id, slug=row.slug, name=row.name, timezone=row.timezone)
    whose = installation.identity().key
    return Desk(
        conference=conference,
        station=station,
        staff=staff_called(username),
        mode=Mode.TRAINING,
        installation=whose,
    )


def staff_called(username: str) -> Staff:
    """A staff member as signed in, without the time that a password takes."""
    with connected():
        user = User.get(User.username == username)
        return Staff(
            id=user.id,
            username=username,
            name=full_name(user),
            codenames=rights_of(user.id),
            is_superuser=user.is_superuser,
        )


@pytest.fixture
def desk(shop: str) -> Desk:  # noqa: ARG001  # opens it
    return make_desk("demo", "trainee")


@pytest.fixture
def desk2077(python2077: str) -> Desk:  # noqa: ARG001  # opens it
    return make_desk("python-2077", "admin")


@pytest.fixture
def card_desk(desk: Desk, simulator: Server) -> Desk:
    account = Terminal("sk_test_simulator", api_base=simulator.url)
    card_desk = replace(desk, account=account, poll_seconds=0.02)
    accounts.ensure(card_desk)  # asked for once in a process: no test's fault is to meet that call
    return card_desk


@pytest.fixture
def as_staff() -> AsStaff:
    return lambda desk, username: replace(desk, staff=staff_called(username))


@pytest.fixture
def lead(card_desk: Desk, as_staff: AsStaff) -> Desk:
    """A desk with a Stripe account, where somebody sits who may refund and give away."""
    return as_staff(card_desk, "lead")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that runs while the block does, without opening the connection."""
    seen: list[str] = []

    def note(event: QueryEvent) -> None:
        seen.append(event.sql)

    with connected():
        database.obj.query_hooks.append(note)
        try:
            yield seen
        finally:
            database.obj.query_hooks.remove(note)
