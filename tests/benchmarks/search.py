"""Finding people by what is typed, beside an engine's own best index asked directly, in a crowd."""

import random
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

from tests.benchmarks.crowd import FIRST_ID, code, make_crowd
from tests.benchmarks.lookup import times
from tests.benchmarks.programs import scratch
from tests.benchmarks.table import Row, Sizes, median, ratio
from tests.desk.conftest import make_desk
from tests.fixtures.databases import make_demo, make_django, opened
from tests.fixtures.postgresql import is_installed, running_server
from tui_pos.core import clock
from tui_pos.data import search_index
from tui_pos.data.connection import connected
from tui_pos.desk.context import Desk
from tui_pos.desk.search.search import search

GOAL_AMONG = 100_000

SYLLABLES = [
    "ba",
    "bér",
    "cho",
    "da",
    "dé",
    "el",
    "fi",
    "gó",
    "han",
    "iv",
    "ja",
    "ko",
    "kri",
    "lin",
    "ló",
    "ma",
    "mé",
    "na",
    "ñu",
    "or",
    "pe",
    "qui",
    "ra",
    "ro",
    "sé",
    "son",
    "ta",
    "to",
    "ul",
    "vé",
    "wa",
    "yo",
    "zu",
]

PAGE = """
SELECT a.access_code, u.first_name, u.last_name, u.username, u.email, o.status, COUNT(*) OVER ()
  FROM {index} JOIN program_registration_attendee a ON a.id = b.{id} JOIN auth_user u ON u.id = a.user_id
  LEFT JOIN program_registration_order o ON o.id = a.order_id
 WHERE {match} ORDER BY u.last_name, u.first_name, a.id LIMIT 9
"""
"""A page of nine with the true count, as anybody would write it who has the index ``b``."""


RIVALS_OF_SQLITE = {
    "parts": "tokenize = 'trigram'",
    "beginnings": "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'",
}
NOTHING = "nothing known"
SHORTEST = 3
"""So many letters has a word that a trigram is of."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the crowd."""

    number: int
    first: str
    last: str

    @property
    def email(self) -> str:
        return f"{plain(self.first)}.{self.number}@example.org"


def measure(sizes: Sizes) -> list[Row]:
    rows: list[Row] = []
    for count in sizes.attendees:
        rows += _on_sqlite(count, sizes.lookups)
        if is_installed():
            rows += _on_postgresql(count, sizes.lookups)
    return rows


def texts_for(people: Sequence[Person], count: int) -> dict[str, list[str]]:
    """What is typed, by kind: of ``count`` of these people each."""
    chosen = random.Random(count).sample(people, min(count, len(people)))
    return {
        "a last name": [plain(each.last) for each in chosen],
        "the beginnings of both": [f"{plain(each.last)[:4]} {plain(each.first)[:3]}" for each in chosen],
        "an e-mail address": [each.email for each in chosen],
        "two letters": [plain(each.last)[:2] for each in chosen[:20]],
        NOTHING: [f"zzq{each.number}" for each in chosen],
    }


def plain(text: str) -> str:
    """Without accents, in lower case."""
    return "".join(char for char in unicodedata.normalize("NFD", text).lower() if char.isascii())


def crowd_of(count: int) -> list[Person]:
    """So many people with names that differ as names do."""
    dice = random.Random(7)

    def name(most: int) -> str:
        return "".join(dice.choices(SYLLABLES, k=dice.randint(2, most))).capitalize()

    lasts = [name(4) for _ in range(max(20, count // 20))]
    firsts = [name(3) for _ in range(max(20, count // 100))]
    return [Person(number, dice.choice(firsts), dice.choice(lasts)) for number in range(count)]


def _on_sqlite(count: int, lookups: int) -> Iterator[Row]:
    with scratch() as folder:
        file = folder / "shop.sqlite3"
        make_crowd(file, count)
        people = crowd_of(count)
        with closing(sqlite3.connect(file)) as raw:
            raw.execute("PRAGMA synchronous = OFF")
            raw.executemany(
                "UPDATE auth_user SET first_name = ?, last_name = ?, email = ? WHERE id = ?",
                [(each.first, each.last, each.email, FIRST_ID + each.number) for each in people],
            )
            for index, made in RIVALS_OF_SQLITE.items():
                raw.execute(f"CREATE VIRTUAL TABLE {index} USING fts5 (words, {made})")
                raw.executemany(f"INSERT INTO {index} (rowid, words) VALUES (?, ?)", _words(people))
            raw.commit()
        with closing(sqlite3.connect(file)) as raw, opened(f"sqlite:///{file}"):
            yield from _compare("SQLite", people, lookups, partial(_ask_sqlite, raw))


def _ask_sqlite(raw: sqlite3.Connection, text: str) -> list[Any]:
    """Words are found anywhere by trigrams, and shorter ones by their beginnings."""
    words = spaced(text).split()
    if min(map(len, words)) >= SHORTEST:
        index, asked = "parts", " ".join(f'"{word}"' for word in words)
    else:
        index, asked = "beginnings", " ".join(f"{word}*" for word in words)
    page = PAGE.format(index=f"{index} b", id="rowid", match=f"{index} MATCH ?")
    return raw.execute(page, (asked,)).fetchall()


def _on_postgresql(count: int, lookups: int) -> Iterator[Row]:
    with running_server() as server:
        url = make_demo(server, "crowd", make_django(server), frozen=False)
        people = crowd_of(count)
        with psycopg.connect(url, autocommit=False) as raw:
            _copy_crowd(raw, people)
            raw.execute("CREATE TABLE best (id bigint PRIMARY KEY, words text)")
            with raw.cursor().copy("COPY best (id, words) FROM STDIN") as rows:
                for row in _words(people):
                    rows.write_row(row)
            raw.execute("CREATE INDEX beginnings ON best USING gin (to_tsvector('simple', words))")
            raw.commit()
        with psycopg.connect(url, autocommit=True) as raw, opened(url):
            raw.execute("ANALYZE")
            yield from _compare("PostgreSQL", people, lookups, partial(_ask_postgresql, raw))


def _ask_postgresql(raw: psycopg.Connection, text: str) -> list[Any]:
    """Words are found by their beginnings: a plain PostgreSQL has no index of parts."""
    asked = " & ".join(f"{word}:*" for word in spaced(text).split())
    match = "to_tsvector('simple', words) @@ to_tsquery('simple', %s)"
    return raw.execute(PAGE.format(index="best b", id="id", match=match).encode(), (asked,)).fetchall()


def _words(people: Iterable[Person]) -> list[tuple[int, str]]:
    """What the rival index holds of each person."""
    return [
        (FIRST_ID + each.number, plain(f"{each.last} {each.first} {code(each.number)} {spaced(each.email)}"))
        for each in people
    ]


def spaced(text: str) -> str:
    """With blanks in the place of punctuation."""
    return "".join(char if char.isalnum() else " " for char in text)


def _copy_crowd(raw: psycopg.Connection, people: Sequence[Person]) -> None:
    """Copy a person of the demonstration and their order under new ids, as `crowd` does on SQLite."""
    copies = (
        ("auth_user", "username", "'crowd' || n", ()),
        ("program_registration_order", "reference", "'ORD-' || n", ("user_id",)),
        (
            "program_registration_attendee",
            "access_code",
            "'CROWD' || lpad(n::text, 7, '0')",
            ("user_id", "order_id"),
        ),
    )
    attendee = "(SELECT {} FROM program_registration_attendee WHERE access_code = 'KIMS2026')"
    wanted = {"auth_user": "user_id", "program_registration_order": "order_id", copies[2][0]: "id"}
    for table, unique, value, links in copies:
        found = raw.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
        )
        new = dict.fromkeys(("id", *links), f"{FIRST_ID} + n") | {unique: value}
        names = [name for (name,) in found.fetchall()]
        sources = ", ".join(new.get(name, f"r.{name}") for name in names)
        raw.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {sources} FROM {table} r,"
            f" generate_series(0, {len(people) - 1}) n WHERE r.id = {attendee.format(wanted[table])}".encode()
        )
    raw.cursor().executemany(
        "UPDATE auth_user SET first_name = %s, last_name = %s, email = %s WHERE id = %s",
        [(each.first, each.last, each.email, FIRST_ID + each.number) for each in people],
    )


def _compare(
    engine: str, people: Sequence[Person], lookups: int, ask: Callable[[str], list[Any]]
) -> Iterator[Row]:
    desk = make_desk("demo", "trainee")
    began = clock.monotonic()
    search(desk, "noor")
    made = clock.monotonic() - began
    yield Row(f"{engine}: making the index of {len(people):,} people and their orders", f"{made:,.1f} s")
    for what, texts in texts_for(people, lookups).items():
        by_desk = median(times(lambda text: search(desk, text), texts))
        by_engine = median(times(ask, texts))
        detail = f"{by_desk * 1e6:,.0f} / {by_engine * 1e6:,.0f} microseconds"
        # Where nothing is found there is next to no work: the ratio is that of one Python call to a C call.
        goal = 3 if len(people) >= GOAL_AMONG and what != NOTHING else None
        yield ratio(
            f"{engine}: {what} among {len(people):,} / its own best index", by_desk, by_engine, goal, detail
        )
    yield Row(f"{engine}: comparing all {len(people):,} again", f"{_comparing(desk) * 1e3:,.0f} ms")


def _comparing(desk: Desk) -> float:
    with connected():
        return median(times(lambda _: search_index.update(desk.conference.id, all_of_it=True), range(3)))
