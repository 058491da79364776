"""``manager``: somebody who may change the catalogue, on a database without django-program."""

import pytest

from tests.desk.conftest import AsStaff
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.desk.context import Desk


@pytest.fixture
def manager(desk: Desk, as_staff: AsStaff) -> Desk:
    with connected():
        database.execute_sql("DROP TABLE IF EXISTS django_migrations")  # the PostgreSQL one begins as its own
    return as_staff(desk, "lead")
