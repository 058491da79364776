"""Lists of a hundred thousand orders: in the memory of short ones, and the day and the erasing of as many."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.commands.till import Till
from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected, is_sqlite, run_tx
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Order, OrderStatus, Payment

COUNT = int(os.environ.get("TUI_POS_LONG_LIST", "100000"))
MOST = 24 * 1024
"""Kibibytes that a long list may take beyond a short one: what is read at once, and the pages of its file."""

MEASURED = """
import re, sys
from tui_pos.cli import main
status = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
sys.exit(status)
"""
"""Not what getrusage says: that is never less than what our own process had when it began the other one."""

COPIED = {
    "auth_user": {"username": "'crowd' || s.n"},
    "program_registration_order": {"user_id": "{base} + s.n", "reference": "'CR-' || s.n"},
    "program_registration_attendee": {
        "user_id": "{base} + s.n",
        "order_id": "{base} + s.n",
        "access_code": "'CR' || s.n",
    },
    "program_registration_payment": {
        "order_id": "{base} + s.n",
        "stripe_payment_intent_id": "'pi_' || s.n",
    },
    "program_registration_orderlineitem": {"order_id": "{base} + s.n"},
}
FIRST_ID = 10_000_000


def copy_order(count: int) -> None:
    """Add so many copies of the first order, with its buyer, payment and lines."""
    numbers = (
        f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c)"
        if is_sqlite()
        else f"(SELECT generate_series(1, {count}) AS n)"
    )

    def copy() -> None:
        if not is_sqlite():
            database.execute_sql("SET LOCAL statement_timeout = 0")
        order = Order.select().order_by(Order.id).first()
        of_order = f"t.order_id = {order.id}"
        of_one = {"auth_user": f"t.id = {order.user_id}", "program_registration_order": f"t.id = {order.id}"}
        for table, changes in COPIED.items():
            names = [each.name for each in database.get_columns(table)]
            new = {"id": f"{FIRST_ID} + s.n", **changes}
            values = ", ".join(new.get(name, f't."{name}"').format(base=FIRST_ID) for name in names)
            columns, which = ", ".join(f'"{name}"' for name in names), of_one.get(table, of_order)
            database.execute_sql(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t"
                f" CROSS JOIN {numbers} s WHERE {which}"
            )

    with connected():
        run_tx(copy)
        database.execute_sql("ANALYZE")


def run(till: Till, *words: str) -> tuple[int, float]:
    """The memory of a command, in kibibytes, and its seconds."""
    options = ["--config", str(till.config), "--conference", "demo", "--staff", "lead", "--station", "desk-3"]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *options, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-1]), time.monotonic() - began


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_a_long_list_takes_the_memory_of_a_short_one(
    each_till: Till, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    copy_order(COUNT)
    for name, form in (("orders", "csv"), ("payments", "jsonl"), ("people", "xlsx")):
        file = tmp_path / f"{name}.{form}"
        short, _ = run(each_till, "export", name, "--from", "2999-01-01", "--output", str(file))
        long, seconds = run(each_till, "export", name, "--output", str(file))
        record_property(f"{name}.{form}", f"{short // 1024} {long // 1024} MiB, {seconds:.1f} s")
        assert long - short < MOST, (name, form, short, long)
        if form != "xlsx":
            with file.open("rb") as lines:
                assert sum(1 for _ in lines) >= COUNT


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_the_day_of_many_and_their_erasing(
    each_till: Till, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    copy_order(COUNT)
    with connected():
        paid = Payment.select().order_by(Payment.id).first().created_at.astimezone(ZoneInfo("Europe/Prague"))
    day = tmp_path / "day.csv"
    memory, seconds = run(each_till, "export", "day", "--date", f"{paid:%Y-%m-%d}", "--output", str(day))
    record_property("day", f"{memory // 1024} MiB, {seconds:.1f} s")
    with day.open("rb") as lines:
        assert sum(line.startswith(b"postings") for line in lines) > COUNT
    with connected():
        yesterday = clock.now().date() - timedelta(days=2)
        Conference.update(end_date=yesterday).execute()
        Order.update(status=OrderStatus.CANCELLED).where(Order.status == OrderStatus.PENDING).execute()
    memory, seconds = run(each_till, "forget", "--apply", "--yes")
    record_property("forget", f"{memory // 1024} MiB, {seconds:.1f} s")
    with connected():
        assert Order.select().where(Order.billing_name != "").exists() is not is_sqlite()
