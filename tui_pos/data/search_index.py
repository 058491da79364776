"""The index by which people and orders are found: folded texts beside a copy of what they were made of.

The web site writes people and orders without a word to us, and a name that it changes leaves no trace. So the
index is brought up to date before each search: by what is new, and by comparing everything, which is done
each time where that is quick, else every half minute. A file that takes no writes is searched without index.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from peewee import SQL, Expression, NodeList

from tui_pos.core import clock, folding
from tui_pos.core.folding import Wanted
from tui_pos.data.base import database
from tui_pos.data.connection import is_sqlite, run_tx, why_read_only
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.queries import batches
from tui_pos.data.tables.desk import SearchKey, SearchKind

log = logging.getLogger(__name__)

FEW = 4_000
"""So many people and orders of a conference are compared before each search: it takes a few milliseconds."""

COMPARED_FOR = 30.0
"""Seconds after which more than that are compared again."""

LATE = 20
"""So many ids before the newest one are looked at too: transactions end in another order than they began."""

BATCH = 500
"""Rows written in one transaction: other desks write in between."""

ADVISORY_LOCK = 7_468_377_676
"""Any number that no other program uses: one desk writes the index, the others wait."""

_SEPARATOR = "'\x1f'"


class _Row(NamedTuple):
    """A row of django-program's as it is now: ``texts`` are the columns of its source."""

    id: int
    user_id: int
    made_of: str
    texts: tuple[str, ...]


class _Key(NamedTuple):
    """The columns of SearchKey that are made of a row."""

    wholes: str
    named: str
    addressed: str


@dataclass(frozen=True, slots=True)
class _Source:
    """One kind of thing that is found; ``columns`` are what it is found by, ``key_of`` how."""

    kind: SearchKind
    table: str
    columns: tuple[str, ...]
    key_of: Callable[[tuple[str, ...]], _Key]

    @property
    def made_of(self) -> str:
        """The SQL of SearchKey's ``made_of``."""
        return f" || {_SEPARATOR} || ".join(self.columns)


def _attendee_key(texts: tuple[str, ...]) -> _Key:
    code, last, first, username, email = texts
    return _key([f"{last} {first} {last}", code, username, email], [f"{first} {last}", code])


def _order_key(texts: tuple[str, ...]) -> _Key:
    reference, billed, billed_to, last, first, email = texts
    names = [billed, f"{last} {first} {last}", reference, billed_to, email]
    return _key(names, [billed, f"{first} {last}", reference])


def _key(texts: Iterable[str], names: Iterable[str]) -> _Key:
    """The key of ``texts``; ``names`` are the whole names and codes among them.

    A last name stands before the first one and after it: keys sort by it, and both orders are found unspaced.
    """
    split = [folding.split_addresses(text) for text in texts]
    addresses = [address for _, found in split for address in found]
    wholes = dict.fromkeys((*(folding.whole(folding.split_addresses(name)[0]) for name in names), *addresses))
    return _Key(
        wholes="\n" + "".join(f"{each}\n" for each in wholes if each),
        named=_words(text for text, _ in split),
        addressed=_words(addresses),
    )


def _words(texts: Iterable[str]) -> str:
    return "".join(f" {words}" for text in texts if (words := folding.spellings(text)))


PEOPLE = _Source(
    SearchKind.ATTENDEE,
    "program_registration_attendee",
    ("o.access_code", "u.last_name", "u.first_name", "u.username", "u.email"),
    _attendee_key,
)
ORDERS = _Source(
    SearchKind.ORDER,
    "program_registration_order",
    ("o.reference", "o.billing_name", "o.billing_email", "u.last_name", "u.first_name", "u.email"),
    _order_key,
)
SOURCES = (PEOPLE, ORDERS)


# Bringing it up to date


@dataclass(slots=True)
class _Compared:
    """When this process last compared a conference, and how many keys it had then."""

    at: float
    keys: int


_compared: WeakKeyDictionary[Any, dict[int, _Compared]] = WeakKeyDictionary()
"""By the open database and the conference."""


def update(conference_id: int, *, older_than: float = COMPARED_FOR) -> bool:
    """Bring the index up to date; False when it has to be written and cannot be.

    All is compared where there are ``FEW``, else when that was longer ago than ``older_than`` seconds.
    Call with a connection open. Raises DatabaseUnavailable when the database cannot be read.
    """
    seen = _compared.setdefault(database.obj, {})
    last = seen.get(conference_id)
    in_full = last is None or last.keys <= FEW or clock.monotonic() - last.at > older_than
    began = clock.monotonic()
    for source in SOURCES:
        if not _renew(source, conference_id, in_full) or (in_full and not _drop(source, conference_id)):
            return False
    if in_full:
        (keys,) = _execute(
            "SELECT COUNT(*) FROM tui_pos_search_key WHERE conference_id = ?", conference_id
        ).fetchone()
        seen[conference_id] = _Compared(began, keys)
    return True


def _renew(source: _Source, conference_id: int, in_full: bool) -> bool:
    """Write the keys of rows that are new or differ; False when they cannot be written."""
    after = 0 if in_full else _newest(source, conference_id) - LATE
    while differing := _differing(source, conference_id, after):
        if not _written(partial(_write, source, conference_id, after)):
            return False
        if len(differing) < BATCH:
            break
        after = differing[-1].id
    return True


def _newest(source: _Source, conference_id: int) -> int:
    (newest,) = _execute(
        "SELECT MAX(owner_id) FROM tui_pos_search_key WHERE conference_id = ? AND kind = ?",
        conference_id,
        source.kind,
    ).fetchone()
    return newest or 0


def _differing(source: _Source, conference_id: int, after: int) -> list[_Row]:
    """The next rows, by id, whose keys are missing or not made of what they hold now."""
    return _rows(
        f"SELECT o.id, o.user_id, {source.made_of}, {', '.join(source.columns)} FROM {source.table} o"
        f" JOIN auth_user u ON u.id = o.user_id LEFT JOIN tui_pos_search_key k"
        f" ON k.conference_id = o.conference_id AND k.kind = '{source.kind}' AND k.owner_id = o.id"
        f" WHERE o.conference_id = ? AND o.id > ?"
        f" AND (k.id IS NULL OR k.user_id <> o.user_id OR k.made_of <> {source.made_of}) ORDER BY o.id LIMIT {BATCH}",
        conference_id,
        after,
    )


def _rows(sql: str, *values: object) -> list[_Row]:
    return [_Row(row[0], row[1], row[2], row[3:]) for row in _execute(sql, *values).fetchall()]


def _written(work: Callable[[], None]) -> bool:
    if why_read_only():
        return False
    try:
        run_tx(work, sees_others=True)
    except DatabaseUnavailable as error:
        log.warning("the search index cannot be written: %s", type(error).__name__)
        return False
    return True


def _write(source: _Source, conference_id: int, after: int) -> None:
    _lock()
    found = _differing(source, conference_id, after)
    if not found:
        return
    _delete(source, conference_id, [row.id for row in found])
    keys = [(row, source.key_of(row.texts)) for row in found]
    values = [
        {
            "conference_id": conference_id,
            "kind": source.kind,
            "owner_id": row.id,
            "user_id": row.user_id,
            "made_of": row.made_of,
            **key._asdict(),
        }
        for row, key in keys
    ]
    made = SearchKey.insert_many(values).returning(SearchKey.id, SearchKey.owner_id).tuples().execute()
    ids = {owner: number for number, owner in made}
    pieces = [(ids[row.id], folding.pieces((key.named, key.addressed))) for row, key in keys]
    marks = ", ".join(["(?, ?)"] * len(pieces))
    flat = [value for number, found_in in pieces for value in (number, _stored(found_in))]
    _execute(f"INSERT INTO tui_pos_search_piece (rowid, pieces) VALUES {marks}", *flat)


def _lock() -> None:
    if not is_sqlite():  # on SQLite the transaction has the whole file
        _execute("SELECT pg_advisory_xact_lock(?)", ADVISORY_LOCK)


def _stored(pieces: set[str]) -> object:
    return " ".join(sorted(pieces)) if is_sqlite() else sorted(pieces)


def _delete(source: _Source, conference_id: int, owners: list[int]) -> None:
    """Delete keys. Their pieces stay and lead nowhere, for a key's id never comes back.

    FTS5 forgets only what it is told word by word.
    """
    SearchKey.delete().where(
        SearchKey.conference_id == conference_id,
        SearchKey.kind == source.kind,
        SearchKey.owner_id.in_(owners),
    ).execute()


def _drop(source: _Source, conference_id: int) -> bool:
    """Delete the keys of rows that are gone; False when nothing can be written."""
    gone = _execute(
        f"SELECT k.owner_id FROM tui_pos_search_key k LEFT JOIN {source.table} o"
        " ON o.id = k.owner_id AND o.conference_id = k.conference_id"
        " WHERE k.conference_id = ? AND k.kind = ? AND o.id IS NULL",
        conference_id,
        source.kind,
    ).fetchall()
    groups = batches(row[0] for row in gone)
    return all(_written(partial(_delete, source, conference_id, list(group))) for group in groups)


# Searching


class Hit(NamedTuple):
    """What was found: an attendee's or an order's id."""

    kind: SearchKind
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, and how many there are in all."""

    hits: tuple[Hit, ...] = ()
    total: int = 0


def find(conference_id: int, wanted: Wanted, *, addresses: bool, first: int, limit: int) -> Page:
    """People and orders of others that fit: whole names first, then words that begin so, then any part.

    Among equals people come before orders, by last name. ``addresses``: pieces of addresses count too, not
    only whole ones. Brings the index up to date. Call with a connection open.
    """
    if not update(conference_id):
        return _without_index(conference_id, wanted, addresses, first, limit)
    fits, values = _fits(conference_id, wanted, addresses)
    begins, of_begins = _begins(wanted, addresses)
    sql = (
        f"WITH fitting AS (SELECT k.kind, k.owner_id, k.user_id, k.named, CASE WHEN {_in('k.wholes')} THEN 0"
        f" WHEN {begins} THEN 1 ELSE 2 END AS place {fits})"
        f" SELECT f.kind, f.owner_id, COUNT(*) OVER () FROM fitting f WHERE f.kind = '{PEOPLE.kind}'"
        f" OR f.user_id NOT IN (SELECT p.user_id FROM fitting p WHERE p.kind = '{PEOPLE.kind}')"
        " ORDER BY f.place, f.kind, f.named, f.owner_id LIMIT ? OFFSET ?"
    )
    found = _execute(sql, f"\n{wanted.whole}\n", *of_begins, *values, limit, first).fetchall()
    if not found:
        beyond = first > 0
        return Page(
            (), find(conference_id, wanted, addresses=addresses, first=0, limit=1).total if beyond else 0
        )
    return Page(tuple(Hit(SearchKind(kind), number) for kind, number, _ in found), found[0][2])


def fitting_orders(conference_id: int, wanted: Wanted, *, addresses: bool, order_id: Any) -> Expression:
    """The condition that the order with the id in column ``order_id`` fits; for several, `update` first."""
    fits, values = _fits(conference_id, wanted, addresses)
    sql = f"IN (SELECT k.owner_id {fits} AND k.kind = '{ORDERS.kind}')"
    return NodeList((order_id, SQL(_marked(sql), values)))  # type: ignore[return-value]  # used as one


def orders_without_index(conference_id: int, wanted: Wanted, *, addresses: bool, order_id: Any) -> Expression:
    """The same where the index cannot be written: all orders are read."""
    fitting = _all_fitting(ORDERS, conference_id, wanted, addresses)
    found = [row.id for _, _, row in fitting]
    among = "IN (SELECT value FROM json_each(?))" if is_sqlite() else "= ANY(?)"
    value: object = json.dumps(found) if is_sqlite() else found
    return NodeList((order_id, SQL(_marked(among), (value,))))  # type: ignore[return-value]  # used as one


def _fits(conference_id: int, wanted: Wanted, addresses: bool) -> tuple[str, list[object]]:
    """FROM and WHERE of the keys that fit, and their values."""
    pieces: set[str] = set().union(
        *map(folding.pieces_of, wanted.words),
        *(folding.pieces_of(word) for word in _words_of_addresses(wanted) if folding.is_anywhere(word)),
    )
    source, conditions = "FROM tui_pos_search_key k", ["k.conference_id = ?"]
    values: list[object] = [conference_id]
    if pieces:
        source = "FROM tui_pos_search_piece t JOIN tui_pos_search_key k ON k.id = t.rowid"
        conditions.insert(0, "t.tui_pos_search_piece MATCH ?" if is_sqlite() else "t.pieces @> ?")
        asked = " ".join(f'"{each}"' for each in sorted(pieces)) if is_sqlite() else sorted(pieces)
        values.insert(0, asked)
    for word in wanted.words:
        columns = ("k.named", "k.addressed") if addresses else ("k.named",)
        anywhere = folding.is_anywhere(word)
        where = [_in(f"REPLACE({column}, ' ', '')" if anywhere else column) for column in columns]
        conditions.append(f"({' OR '.join(where)})")
        values += [word if anywhere else f" {word}"] * len(columns)
    for address in wanted.addresses:
        conditions.append(_in("k.wholes"))
        values.append(address if addresses else f"\n{address}\n")
    return f"{source} WHERE {' AND '.join(conditions)}", values


def _words_of_addresses(wanted: Wanted) -> Iterator[str]:
    return (word for address in wanted.addresses for word in folding.fold(address).split())


def _begins(wanted: Wanted, addresses: bool) -> tuple[str, list[object]]:
    """The condition that a word begins with each wanted one, and its values."""
    columns = ("k.named", "k.addressed") if addresses else ("k.named",)
    conditions = [f"({' OR '.join(map(_in, columns))})" for _ in wanted.words]
    values: list[object] = [f" {word}" for word in wanted.words for _ in columns]
    conditions += [_in("k.wholes") for _ in wanted.addresses]
    values += [f"\n{address}" for address in wanted.addresses]
    return " AND ".join(conditions), values


def _in(text: str) -> str:
    """The condition that ``text`` holds a value."""
    return f"{'instr' if is_sqlite() else 'strpos'}({text}, ?) > 0"


def _execute(sql: str, *values: object) -> Any:
    return database.execute_sql(_marked(sql), values)


def _marked(sql: str) -> str:
    """With the engine's own mark in the place of each ``?``."""
    return sql if is_sqlite() else sql.replace("?", "%s")


# Without an index


def _without_index(conference_id: int, wanted: Wanted, addresses: bool, first: int, limit: int) -> Page:
    """What `find` answers, by reading everything: for a file that cannot be written."""
    people = _all_fitting(PEOPLE, conference_id, wanted, addresses)
    theirs = {row.user_id for _, _, row in people}
    orders = _all_fitting(ORDERS, conference_id, wanted, addresses)
    found = [(place, 0, named, row.id) for place, named, row in people]
    found += [(place, 1, named, row.id) for place, named, row in orders if row.user_id not in theirs]
    found.sort()
    kinds = (SearchKind.ATTENDEE, SearchKind.ORDER)
    return Page(
        tuple(Hit(kinds[kind], number) for _, kind, _, number in found[first : first + limit]), len(found)
    )


def _all_fitting(
    source: _Source, conference_id: int, wanted: Wanted, addresses: bool
) -> Sequence[tuple[int, str, _Row]]:
    """How well each row fits that does, what it is sorted by, and the row."""
    rows = _rows(
        f"SELECT o.id, o.user_id, '', {', '.join(source.columns)} FROM {source.table} o"
        " JOIN auth_user u ON u.id = o.user_id WHERE o.conference_id = ?",
        conference_id,
    )
    keyed = ((source.key_of(row.texts), row) for row in rows)
    placed = ((_place(key, wanted, addresses), key.named, row) for key, row in keyed)
    return [(place, named, row) for place, named, row in placed if place is not None]


def _place(key: _Key, wanted: Wanted, addresses: bool) -> int | None:
    """0 for a whole name, 1 where each word begins one, 2 for another part, None for what does not fit."""
    texts = (key.named, key.addressed) if addresses else (key.named,)

    def fits(word: str) -> bool:
        if folding.is_anywhere(word):
            return any(word in text.replace(" ", "") for text in texts)
        return any(f" {word}" in text for text in texts)

    if not all(map(fits, wanted.words)):
        return None
    if not all((each if addresses else f"\n{each}\n") in key.wholes for each in wanted.addresses):
        return None
    if f"\n{wanted.whole}\n" in key.wholes:
        return 0
    begin = all(any(f" {word}" in text for text in texts) for word in wanted.words)
    return 1 if begin and all(f"\n{each}" in key.wholes for each in wanted.addresses) else 2
