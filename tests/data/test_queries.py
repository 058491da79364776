from decimal import Decimal

import pytest
from peewee import Query

from tui_pos.data.connection import connected
from tui_pos.data.queries import Compiled, parameter, rows
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import TicketType


def _cheap_query() -> Query:
    return (
        TicketType.select(TicketType.slug)
        .where((TicketType.slug == parameter("slug")) | (TicketType.id == parameter("id")))
        .where(TicketType.price < Decimal("200.00"))
        .order_by(TicketType.id)
    )


@pytest.fixture
def rendered() -> list[str]:
    """What was rendered, one entry each time."""
    return []


@pytest.fixture
def compiled(rendered: list[str]) -> Compiled:
    def build() -> Query:
        rendered.append("once")
        return _cheap_query()

    return Compiled(build)


@pytest.mark.usefixtures("shop")
def test_it_is_rendered_once_and_takes_its_values_by_name(compiled: Compiled, rendered: list[str]) -> None:
    with connected():
        regular = TicketType.get(TicketType.slug == "regular")
        online = TicketType.get(TicketType.slug == "online")
        assert compiled.rows(slug="day-pass", id=online.id) == [("day-pass",), ("online",)]
        assert compiled.rows(id=regular.id, slug="student") == [("student",)]
    assert rendered == ["once"]


@pytest.mark.usefixtures("shop")
def test_none_equals_nothing(compiled: Compiled) -> None:
    with connected():
        assert compiled.rows(slug=None, id=None) == []
        assert compiled.rows(slug="online", id=None) == [("online",)]


@pytest.mark.usefixtures("shop")
def test_a_missing_value_is_an_error_not_an_empty_answer(compiled: Compiled) -> None:
    with connected(), pytest.raises(KeyError):
        compiled.rows(slug="online")


@pytest.mark.usefixtures("shop")
def test_rows_are_python_values() -> None:
    query = TicketType.select(TicketType.slug, TicketType.price, Conference.slug).join(Conference)
    with connected():
        assert ("regular", Decimal("349.00"), "demo") in list(rows(query))
