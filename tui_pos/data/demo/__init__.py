"""The demonstration conference ``demo``: something of every kind that a desk meets, for training and tests.

``people.PEOPLE`` says which badge shows which situation, ``catalogue`` what is sold; every password is
``demo``. Nothing in it ages: sale windows lie years away, only the conference's own dates move.
"""

from datetime import datetime, timedelta

from tui_pos.data.base import database
from tui_pos.data.connection import run_tx
from tui_pos.data.demo import catalogue, people, staff
from tui_pos.data.tables.program import Conference

SLUG = "demo"


def create_demo(now: datetime) -> None:
    """Make the demonstration conference in the open, prepared database; ``now`` is aware.

    When it is there already it stays as it is (what trainees sold in it too), but for its dates: a
    conference that is over by ``now`` is moved, so that it began yesterday.
    """
    run_tx(lambda: _create_or_move(now))


def _create_or_move(now: datetime) -> None:
    today = now.date()
    dates = {"start_date": today - timedelta(days=1), "end_date": today + timedelta(days=3)}
    conference = Conference.get_or_none(Conference.slug == SLUG)
    if conference is not None:
        if conference.end_date < today:
            Conference.update(updated_at=now, **dates).where(Conference.id == conference.id).execute()
        return
    with database.atomic():
        conference = Conference.create(
            name="Demo Conference",
            slug=SLUG,
            timezone="Europe/Prague",
            venue="Training Hall",
            total_capacity=400,
            **dates,
        )
        groups = staff.create()
        products = catalogue.create(conference, groups[catalogue.VOLUNTEERS], now)
        people.create(conference, products, groups, now)
