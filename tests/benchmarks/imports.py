"""Bringing in the people of a list while a desk checks in, beside the same rows given to sqlite3 directly."""

import csv
import multiprocessing
import random
import resource
import sqlite3
import string
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.benchmarks.programs import scratch
from tests.benchmarks.table import Row, Sizes, at_most, ratio
from tests.desk.conftest import make_desk
from tests.fixtures.databases import fill, opened
from tui_pos.core import clock
from tui_pos.desk.checkin import checkin
from tui_pos.desk.imports.people import import_people

GOAL_SECONDS = 30
HEADER = "Order code,Position ID,Status,Email,Product,Price,First name,Last name,Ticket secret,Diet,Size"
WRITTEN = (
    "auth_user",
    "program_registration_order",
    "program_registration_orderlineitem",
    "program_registration_payment",
    "program_registration_attendee",
    "tui_pos_imported_ticket",
    "tui_pos_attendee_fact",
    "tui_pos_search_key",
)


def measure(sizes: Sizes) -> list[Row]:
    return [row for count in sizes.attendees for row in _import(count)]


def write_list(file: Path, count: int) -> Path:
    """A list as pretix writes it: a ticket and an order for each of so many people."""
    dice = random.Random(count)
    with file.open("w", newline="", encoding="utf-8") as text:
        lines = csv.writer(text)
        lines.writerow(HEADER.split(","))
        for number in range(count):
            secret = "".join(dice.choices(string.ascii_lowercase + string.digits, k=32))
            email, name = f"p{number}@example.org", f"Fämily{number % 9973}"
            row = (f"O{number}", 1, "paid", email, "Regular", "349.00", f"Given{number % 977}", name, secret)
            lines.writerow((*row, dice.choice(("vegan", "", "halal")), dice.choice("SML")))
    return file


def _import(count: int) -> list[Row]:
    with scratch() as folder, opened(fill(f"sqlite:///{folder / 'shop.sqlite3'}")):
        desk = make_desk("demo", "lead")
        file = write_list(folder / "people.csv", count)
        before = _memory()
        with _Door(f"sqlite:///{folder / 'shop.sqlite3'}") as door:
            began, on_the_clock = time.process_time(), clock.monotonic()
            import_people(desk, file, apply=True)
            took, on_the_clock = time.process_time() - began, clock.monotonic() - on_the_clock
        grown = (_memory() - before) / 1024
        raw = _raw(folder / "shop.sqlite3", folder / "raw.sqlite3")
    what = f"bringing in {count:,} people"
    return [
        ratio(f"{what} / their rows by raw sqlite3", took, raw, None, f"{took:,.1f} / {raw:,.1f} s"),
        at_most(
            f"{what}, seconds of processor time", took, GOAL_SECONDS, f"{on_the_clock:,.1f} s by the clock"
        ),
        Row(f"{what}: memory grows by", f"{grown:,.0f} MiB"),
        Row(f"{what}: the longest check-in meanwhile", f"{door.longest * 1e3:,.0f} ms of {door.count:,}"),
    ]


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _raw(made: Path, copy: Path) -> float:
    """The processor time of sqlite3 for the same rows with the same indexes, in one transaction."""
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(copy)) as target:
        schema = f"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN {WRITTEN}"
        for (sql,) in source.execute(f"{schema} ORDER BY type DESC"):
            target.execute(sql)
        rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in WRITTEN}
        began = time.process_time()
        for table, found in rows.items():
            marks = ", ".join("?" * len(found[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
        target.commit()
        return time.process_time() - began


class _Door:
    """Another process in which somebody is checked in again and again; the longest of it, and how many."""

    def __init__(self, url: str) -> None:
        self.longest, self.count = 0.0, 0
        spawn = multiprocessing.get_context("spawn")
        self._over, self._told = spawn.Event(), spawn.Queue()
        self._process = spawn.Process(target=_check_in, args=(url, self._over, self._told))

    def __enter__(self) -> "_Door":
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.longest, self.count = self._told.get()
        self._process.join()


def _check_in(url: str, over: Any, told: Any) -> None:
    longest, count = 0.0, 0
    with opened(url):
        desk = make_desk("demo", "lead", "desk-4")
        while not over.wait(0.1):
            began = clock.monotonic()
            checkin.check_in(desk, "NOOR2026")
            longest, count = max(longest, clock.monotonic() - began), count + 1
    told.put((longest, count))
