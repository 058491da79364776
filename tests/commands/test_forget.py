"""forget as a command: it counts, asks, erases, and names what it cannot reach."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.commands.till import Till, is_one_sentence, write
from tests.desk.imports import lists
from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Sale
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Order, OrderStatus


@pytest.fixture
def sold(each_till: Till) -> Till:
    """Ada Byron has bought something, and the conference is over."""
    order = each_till.done("checkout", "--item", "t-shirt", "--name", "Ada Byron")["reference"]
    each_till.done("charge", "--order", order, "--tender", "cash", "--given", "25")
    yesterday = clock.now().date() - timedelta(days=2)
    write(lambda: Conference.update(end_date=yesterday).execute())
    cancelled = Order.update(status=OrderStatus.CANCELLED).where(Order.status == OrderStatus.PENDING)
    write(cancelled.execute)
    return each_till


def buyers() -> list[str]:
    with connected():
        return [row.buyer_name for row in Sale.select().order_by(Sale.id)]


def is_embedded() -> bool:
    with connected():
        return not database.table_exists("django_migrations")


def test_it_only_counts_without_apply(sold: Till) -> None:
    before = sold.world()
    found = sold.done("forget", staff="lead")
    sale = {"table": "tui_pos_sale", "columns": ["buyer_name", "buyer_email"], "rows": 1}
    assert found["applied"] is False
    assert sale in found["erased"]
    assert sold.world() == before
    people = sold.run("forget", staff="lead")
    assert "To be erased with --apply:" in people.out
    assert "Stripe" in people.out
    assert ("web site" in people.out) is not is_embedded()


def test_it_asks_before_it_erases(sold: Till) -> None:
    assert sold.refused("forget", "--apply", staff="lead") == (4, "not_confirmed")
    assert buyers() == ["Ada Byron"]
    told = sold.done("forget", staff="lead")
    found = sold.done("forget", "--apply", "--yes", staff="lead")
    assert (found["applied"], found["erased"]) == (True, told["erased"])
    assert buyers() == [""]
    assert sold.done("forget", "--apply", staff="lead")["erased"] == []
    assert "Nothing of persons is left" in sold.run("forget", staff="lead").out


def test_no_list_of_people_is_brought_in_afterwards(sold: Till, tmp_path: Path) -> None:
    words = ("import", "people", str(lists.write(tmp_path / "list.csv", lists.PRETIX, lists.FIRST)))
    sold.done("forget", "--apply", "--yes", staff="lead")
    before = sold.world()
    for more in ((), ("--apply",), ("--apply", "--skip-bad")):
        assert sold.refused(*words, *more, staff="lead") == (4, "forgotten")
    assert sold.world() == before
    assert is_one_sentence(sold.run(*words, staff="lead").err.strip())


def test_copies_and_logs_are_named(till: Till) -> None:
    yesterday = clock.now().date() - timedelta(days=2)
    write(lambda: Conference.update(end_date=yesterday).execute())
    write(Order.update(status=OrderStatus.CANCELLED).where(Order.status == OrderStatus.PENDING).execute)
    folder = till.config.parent
    copy = folder / "shop.sqlite3.before-step-9.20270101T000000Z"
    copy.touch()
    logs = [folder / "home" / "tui-pos.log", folder / "home" / "tui-pos.log.1"]
    for log in logs:
        log.parent.mkdir(exist_ok=True)
        log.touch()
    told = " ".join(till.done("forget", staff="lead")["left"])
    assert [str(each) in told for each in (copy, *logs)] == [True] * 3


def test_before_the_end_it_says_when(till: Till) -> None:
    answer = till.run("forget", "--apply", "--yes", staff="lead")
    assert answer.status == 4
    assert "personal data is erased after that day" in answer.err


@pytest.mark.parametrize("who", ["trainee", "scanner"])
def test_who_may_not_is_refused(sold: Till, who: str) -> None:
    assert sold.refused("forget", "--apply", "--yes", staff=who) == (6, "not_permitted")
    assert buyers() == ["Ada Byron"]


def test_yes_alone_is_a_mistake(till: Till) -> None:
    assert till.refused("forget", "--yes", staff="lead") == (2, "usage")
