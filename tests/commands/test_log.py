"""What commands leave in the log: enough to follow what happened, and nothing about a person or a secret."""

import re
from pathlib import Path

import pytest

from tests.commands.till import READER, SECRET, Till
from tests.desk.paying import INSUFFICIENT_FUNDS
from tui_pos.commands.context import SECRET_VARIABLE
from tui_pos.core import log_file
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.registration import Order

PERSON, EMAIL = "Ottilie Quandt", "ottilie.quandt@example.net"
WRONG = "correct horse battery"
EVENT = re.compile(r"attempt \d+ (\w+) (\S+)$", re.MULTILINE)


def sales_refunds_and_searches(till: Till, patch: pytest.MonkeyPatch) -> None:
    """What a desk does in a day, with names and addresses typed wherever they can be."""
    words = ("checkout", "--item", "t-shirt", "--name", PERSON, "--email", EMAIL)
    sold, unpaid, cash = (till.done(*words)["reference"] for _ in range(3))
    till.ask("charge", "--order", sold, "--reader", READER, "--card", INSUFFICIENT_FUNDS)
    till.done("charge", "--order", sold, "--reader", READER, "--card", "good")
    till.done("charge", "--order", cash, "--tender", "cash", "--given", "50")
    till.done("cancel-order", unpaid)
    for text in (PERSON, EMAIL, "noor", "4242"):
        till.ask("find", text)
        till.ask("lookup", text)
        till.ask("orders", text)
    till.ask("check-in", "NOOR2026")
    till.done("refund", sold, "--amount", "5", "--reason", f"{PERSON} asked, {EMAIL}", staff="lead")
    till.ask("refund", cash, "--amount", "5", "--reason", EMAIL, staff="lead")
    till.ask("lookup", "NOOR2026", staff=EMAIL)
    patch.setenv(SECRET_VARIABLE, WRONG)
    till.ask("lookup", "NOOR2026", staff="lead")
    patch.setenv(SECRET_VARIABLE, SECRET)
    till.done("reconcile")


def private_words() -> set[str]:
    """What of the database is somebody's: names, addresses, password hashes; and what was typed."""
    with connected():
        users, orders = list(User.select()), list(Order.select())
    words = {word for user in users for word in (user.email, user.last_name, user.password)}
    words |= {word for order in orders for word in (order.billing_email, order.billing_name)}
    return {word for word in words if len(word) > 3} | {PERSON, EMAIL, WRONG, "4242", "Visa", "sk_test_"}


def test_a_day_of_sales_refunds_and_searches_leaves_nothing_private_in_the_log(
    each_till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = each_till
    till.config.write_text(till.config.read_text() + '\n[logging]\nlevel = "debug"\n')
    sales_refunds_and_searches(till, monkeypatch)
    log = (tmp_path / "home" / log_file.NAME).read_text()
    assert [word for word in private_words() if word in log] == []
    assert "@" not in log
    for room in ("commands.", "cli", "bootstrap.", "data.", "terminal.", "desk.orders.", "desk.payments."):
        assert f" {room}" in log, room
    for told in ("POST /v1/payment_intents: 200", "charge begins", "signed in", "a sign-in was refused"):
        assert told in log, told
    assert "desk-3" in log


def test_each_payment_can_be_followed_to_stripes_own_log(till: Till, tmp_path: Path) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--card", "good")
    log = (tmp_path / "home" / log_file.NAME).read_text()
    events = dict(EVENT.findall(log))
    assert list(events) == ["created", "intent", "sent", "authorized", "captured"]
    assert events.pop("created") == "-"
    assert all(identifier.startswith("req_") for identifier in events.values())
    assert "POST /v1/payment_intents: 200" in log
    for stage in ("intent", "sent", "captured"):  # what changed something is in the log by itself
        assert re.search(rf"POST \S+: 200 in \d+ ms, {events[stage]}$", log, re.MULTILINE), stage


def test_the_level_is_the_configs(till: Till, tmp_path: Path) -> None:
    till.config.write_text(till.config.read_text() + '\n[logging]\nlevel = "warning"\n')
    till.done("orders")
    assert not (tmp_path / "home" / log_file.NAME).exists()
    till.refused("lookup", "NOBODY")
    assert "not_found" in (tmp_path / "home" / log_file.NAME).read_text()
    till.change_config("warning", "loud")
    assert till.refused("orders") == (2, "bad_config")


def test_a_log_that_cannot_be_written_is_said_and_stops_no_sale(till: Till, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    answer = till.ask("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")
    assert answer.status == 0
    assert answer.err == f"The log {tmp_path}/home/{log_file.NAME} cannot be written: File exists.\n"
