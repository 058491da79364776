"""The index by which people and orders are found: folded texts beside a copy of what they were made of.

The web site writes people and orders without a word to us, and a name that it changes leaves no trace. So the
index is brought up to date before each search by what is new, and everything is compared: each time where
that is quick, else by one of the desks every half minute. A file that takes no writes is searched without it.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from peewee import SQL, Expression, NodeList

from tui_pos.core import folding
from tui_pos.core.folding import Wanted
from tui_pos.data.base import database
from tui_pos.data.connection import is_sqlite, looks_only, run_tx, why_read_only
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.queries import batches, rows
from tui_pos.data.tables.desk import SearchKey, SearchKind

log = logging.getLogger(__name__)

PIECES = "tui_pos_search_piece"
"""The table of the index: full text on SQLite, an array in a GIN index on PostgreSQL."""

FEW = 4_000
"""So many people and orders of a conference are compared before each search: it takes a few milliseconds."""

LATE = 20
"""So many ids before the newest one are looked at too: transactions end in another order than they began."""

SLICE = 20_000
"""Rows compared by one statement."""

BATCH = 1_000
"""Rows written in one transaction: other desks write in between."""

MAX_ID = 2**63 - 1

UNSPACED = "~"
"""Stands before the lines of ``wholes`` that are several words without the blanks between them."""

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
    code, last, first, username, email, called = texts
    return _key([f"{last} {first} {last}", code, username, called, email], [f"{first} {last}", code, called])


def _order_key(texts: tuple[str, ...]) -> _Key:
    reference, billed, billed_to, last, first, email, called = texts
    names = [billed, f"{last} {first} {last}", reference, called, billed_to, email]
    return _key(names, [billed, f"{first} {last}", reference, called])


def _called(column: str) -> str:
    """What another system called the order that came from it, '' for any other."""
    table = "tui_pos_imported_ticket"
    return f"COALESCE((SELECT MAX(t.order_reference) FROM {table} t WHERE t.{column} = o.id), '')"


def _key(texts: Iterable[str], names: Iterable[str]) -> _Key:
    """The key of ``texts``; ``names`` are the whole names and codes among them.

    A last name stands before the first one and after it: keys sort by it, and both orders are found unspaced.
    What is found so begins where a word of the same text does: "jeanluc", and not the "nun" of "von und".
    """
    split = [folding.split_addresses(text) for text in dict.fromkeys(texts)]
    addresses = [address for _, found in split for address in found]
    wholes = dict.fromkeys((*(folding.whole(folding.split_addresses(name)[0]) for name in names), *addresses))
    unspaced = sorted({f"{UNSPACED}{each}" for text, _ in split for each in folding.unspaced(text)})
    return _Key(
        wholes="\n" + "".join(f"{each}\n" for each in (*wholes, *unspaced) if each),
        named=_words(text for text, _ in split),
        addressed=_words(addresses),
    )


def _words(texts: Iterable[str]) -> str:
    return "".join(f" {words}" for text in texts if (words := folding.spellings(text)))


PEOPLE = _Source(
    SearchKind.ATTENDEE,
    "program_registration_attendee",
    ("o.access_code", "u.last_name", "u.first_name", "u.username", "u.email", _called("attendee_id")),
    _attendee_key,
)
ORDERS = _Source(
    SearchKind.ORDER,
    "program_registration_order",
    (
        "o.reference",
        "o.billing_name",
        "o.billing_email",
        "u.last_name",
        "u.first_name",
        "u.email",
        _called("order_id"),
    ),
    _order_key,
)
SOURCES = (PEOPLE, ORDERS)


# Bringing it up to date


@dataclass(frozen=True, slots=True)
class _Seen:
    """What this process last saw of a conference: how much it was, and its newest ids."""

    keys: int
    newest: tuple[int | None, ...]


_seen: WeakKeyDictionary[Any, dict[int, _Seen]] = WeakKeyDictionary()
"""By the open database and the conference."""

_NEWEST = "SELECT " + ", ".join(
    f"(SELECT MAX(id) FROM {source.table} WHERE conference_id = ?)" for source in SOURCES
)


def update(conference_id: int, *, all_of_it: bool = False) -> bool:
    """Bring the index up to date; False when it has to be written and cannot be.

    All is compared where there are ``FEW``, when this process does it first, and where ``all_of_it`` is asked
    for. Call with a connection open. Raises DatabaseUnavailable when the database cannot be read.
    """
    of_database = _seen.setdefault(database.obj, {})
    last = of_database.get(conference_id)
    newest = tuple(_execute(_NEWEST, conference_id, conference_id).fetchone())
    if all_of_it or last is None or last.keys <= FEW:
        if not all(_renew(source, conference_id, 0) and _drop(source, conference_id) for source in SOURCES):
            return False
        sql = "SELECT COUNT(*) FROM tui_pos_search_key WHERE conference_id = ?"
        (keys,) = _execute(sql, conference_id).fetchone()
        of_database[conference_id] = _Seen(keys, newest)
    elif newest != last.newest:
        for source, before in zip(SOURCES, last.newest, strict=True):
            if not _renew(source, conference_id, (before or 0) - LATE):
                return False
        of_database[conference_id] = replace(last, newest=newest)
    return True


def outdated(conference_id: int) -> None:
    """A name was changed here: compare all before the next search of this desk."""
    _seen.setdefault(database.obj, {}).pop(conference_id, None)


def clear() -> int:
    """Forget all that is indexed, of every conference; how many keys. Call inside a transaction.

    The next search makes it anew from what the tables hold then. On SQLite pieces are forgotten all or none.
    """
    count = SearchKey.delete().execute()
    if is_sqlite():
        _execute(f"INSERT INTO {PIECES} ({PIECES}) VALUES ('delete-all')")
    else:
        _execute(f"DELETE FROM {PIECES}")
    _seen.setdefault(database.obj, {}).clear()
    return int(count)


def _renew(source: _Source, conference_id: int, after: int) -> bool:
    """Write the keys of rows after an id that are new or differ; False when they cannot be written."""
    for start, end in _slices(source, conference_id, after):
        differing = _differing(source, conference_id, start, end)
        for group in batches(differing, BATCH):
            if not _written(partial(_write, source, conference_id, _prepared(source, group))):
                return False
        if len(differing) >= BATCH and not is_sqlite():
            # The plans of an empty table are bad.
            _execute("ANALYZE tui_pos_search_key, tui_pos_search_piece")
    return True


def _slices(source: _Source, conference_id: int, after: int) -> Iterator[tuple[int, int]]:
    """The ids after one, in slices of ``SLICE`` rows: after the first number up to the second."""
    ends = f"SELECT id FROM {source.table} WHERE conference_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?"
    while end := _execute(ends, conference_id, after, SLICE - 1).fetchone():
        yield after, end[0]
        after = end[0]
    yield after, MAX_ID


def _differing(source: _Source, conference_id: int, start: int, end: int) -> list[_Row]:
    """The rows of a slice whose keys are missing or not made of what they hold now."""
    return _rows(
        # One look into the index of keys for each row, whatever the engine believes of that table.
        f"SELECT o.id, o.user_id, {source.made_of}, {', '.join(source.columns)} FROM {source.table} o"
        " JOIN auth_user u ON u.id = o.user_id WHERE o.conference_id = ? AND o.id > ? AND o.id <= ?"
        " AND COALESCE((SELECT k.made_of FROM tui_pos_search_key k WHERE k.owner_id = o.id"
        f" AND k.kind = '{source.kind}' AND k.user_id = o.user_id), '') <> {source.made_of}",
        conference_id,
        start,
        end,
    )


def _rows(sql: str, *values: object) -> list[_Row]:
    return [_Row(row[0], row[1], row[2], row[3:]) for row in _execute(sql, *values).fetchall()]


def _written(work: Callable[[], None]) -> bool:
    if looks_only() or why_read_only():
        return False
    try:
        run_tx(work)
    except DatabaseUnavailable as error:
        log.warning("the search index cannot be written: %s", type(error).__name__)
        return False
    return True


def _write(source: _Source, conference_id: int, found: Sequence[tuple[_Row, _Key, object]]) -> None:
    """Write keys and pieces. What another desk writes at the same time is left to it: it read the same."""
    _delete(source, conference_id, [row.id for row, _, _ in found])
    made = _insert(
        "tui_pos_search_key (conference_id, kind, owner_id, user_id, made_of, wholes, named, addressed)",
        [(conference_id, source.kind, row.id, row.user_id, row.made_of, *key) for row, key, _ in found],
        "ON CONFLICT DO NOTHING RETURNING owner_id, id",
    )
    ids = dict(made.fetchall())
    if pieces := [(ids[row.id], pieces) for row, _, pieces in found if row.id in ids]:
        _insert("tui_pos_search_piece (rowid, pieces)", pieces)


def _prepared(source: _Source, rows: Iterable[_Row]) -> list[tuple[_Row, _Key, object]]:
    """The rows with their keys and pieces: made before the transaction, for it takes longer than that."""
    keys = ((row, source.key_of(row.texts)) for row in rows)
    return [(row, key, _stored(folding.pieces((key.named, key.addressed)))) for row, key in keys]


def _insert(into: str, rows: Sequence[tuple[object, ...]], then: str = "") -> Any:
    one = f"({', '.join('?' * len(rows[0]))})"
    values = (value for row in rows for value in row)
    return _execute(f"INSERT INTO {into} VALUES {', '.join([one] * len(rows))} {then}", *values)


def _stored(pieces: set[str]) -> object:
    return " ".join(sorted(pieces)) if is_sqlite() else sorted(pieces)


def _delete(source: _Source, conference_id: int, owners: list[int]) -> None:
    """Delete keys with their pieces.

    On SQLite the pieces stay and lead nowhere, for a key's id never comes back: FTS5 forgets only what it is
    told word by word.
    """
    of_owners = (
        SearchKey.conference_id == conference_id,
        SearchKey.kind == source.kind,
        SearchKey.owner_id.in_(owners),
    )
    if not is_sqlite():
        numbers = [row[0] for row in rows(SearchKey.select(SearchKey.id).where(*of_owners))]
        _execute(f"DELETE FROM {PIECES} WHERE rowid = ANY(?)", numbers)
    SearchKey.delete().where(*of_owners).execute()


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
    """What was found, as it is now: an attendee with the status of their order if any, or an order.

    ``key`` is the access code or the reference, None for what was deleted since it came into the index.
    """

    kind: SearchKind
    key: str | None
    status: str | None
    first_name: str
    last_name: str
    username: str
    email: str
    billing_name: str | None
    total: object


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, and how many there are in all."""

    hits: tuple[Hit, ...] = ()
    total: int = 0


_PAGE = f"""
    WITH fitting AS (
        SELECT k.kind, k.owner_id, k.user_id, k.named,
            CASE WHEN {{is_whole}} THEN 0 WHEN {{begins}} THEN 1 ELSE 2 END AS place {{fits}}),
    page AS (
        SELECT f.kind, f.owner_id, f.user_id, f.named, f.place, COUNT(*) OVER () AS many FROM fitting f
        WHERE f.kind = '{PEOPLE.kind}'
            OR f.user_id NOT IN (SELECT p.user_id FROM fitting p WHERE p.kind = '{PEOPLE.kind}')
        ORDER BY f.place, f.kind, f.named, f.owner_id LIMIT ? OFFSET ?)
"""
_SHOWN = f"""
    SELECT p.many, p.kind, COALESCE(a.access_code, o.reference), COALESCE(t.status, o.status),
        u.first_name, u.last_name, u.username, u.email, o.billing_name, o.total
    FROM {{page}} p JOIN auth_user u ON u.id = p.user_id
    LEFT JOIN {PEOPLE.table} a ON p.kind = '{PEOPLE.kind}' AND a.id = p.owner_id
    LEFT JOIN {ORDERS.table} t ON t.id = a.order_id
    LEFT JOIN {ORDERS.table} o ON p.kind = '{ORDERS.kind}' AND o.id = p.owner_id
"""
_IN_ORDER = "ORDER BY p.place, p.kind, p.named, p.owner_id"


def find(conference_id: int, wanted: Wanted, *, addresses: bool, first: int, limit: int) -> Page:
    """People and orders of others that fit: whole names first, then words that begin so, then any part.

    Among equals people come before orders, by last name. ``addresses``: pieces of addresses count too, not
    only whole ones. Brings the index up to date. Call with a connection open.
    """
    if not update(conference_id):
        return _without_index(conference_id, wanted, addresses, first, limit)
    fits, values = _fits(conference_id, wanted, addresses)
    begins, of_begins = _begins(wanted, addresses)
    page = _PAGE.format(is_whole=_in("k.wholes"), begins=begins, fits=fits)
    sql = f"{page} {_SHOWN.format(page='page')} {_IN_ORDER}"
    found = _execute(sql, f"\n{wanted.whole}\n", *of_begins, *values, limit, first).fetchall()
    if not found and first:  # a page behind the last one still says how many there are
        return Page(total=find(conference_id, wanted, addresses=addresses, first=0, limit=1).total)
    return Page(tuple(map(_hit, found)), found[0][0] if found else 0)


def _hit(row: tuple[Any, ...]) -> Hit:
    return Hit(SearchKind(row[1]), *row[2:])


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
        source = "FROM tui_pos_search_piece t CROSS JOIN tui_pos_search_key k"  # SQLite keeps to this order
        conditions.insert(0, "k.id = t.rowid")
        conditions.insert(0, "t.tui_pos_search_piece MATCH ?" if is_sqlite() else "t.pieces @> ?")
        asked = " ".join(f'"{each}"' for each in sorted(pieces)) if is_sqlite() else sorted(pieces)
        values.insert(0, asked)
    columns = ("k.named", "k.addressed") if addresses else ("k.named",)
    for word in wanted.words:
        anywhere = folding.is_anywhere(word)
        conditions.append(f"({' OR '.join(map(_in, (*columns, *(['k.wholes'] if anywhere else []))))})")
        values += [word if anywhere else f" {word}"] * len(columns)
        values += [f"\n{UNSPACED}{word}"] if anywhere else []
    for address in wanted.addresses:
        conditions.append(_in("k.wholes"))
        values.append(address if addresses else f"\n{address}\n")
    return f"{source} WHERE {' AND '.join(conditions)}", values


def _words_of_addresses(wanted: Wanted) -> Iterator[str]:
    """The words of each address that may tell it from others: of a whole one those before its ``@``."""
    for address in wanted.addresses:
        local, _, domain = address.partition("@")
        of_local = folding.fold(local).split()
        yield from of_local if any(map(folding.is_anywhere, of_local)) else folding.fold(domain).split()


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
    found = [(place, PEOPLE.kind, named, row.id, row.user_id) for place, named, row in people]
    found += [
        (place, ORDERS.kind, named, row.id, row.user_id)
        for place, named, row in orders
        if row.user_id not in theirs
    ]
    hits: list[Hit] = []
    for _, kind, _, owner, user in sorted(found)[first : first + limit]:
        page = f"(SELECT 1 AS many, '{kind}' AS kind, {owner} AS owner_id, {user} AS user_id)"
        hits += map(_hit, _execute(_SHOWN.format(page=page)).fetchall())
    return Page(tuple(hits), len(found))


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
            return any(word in text for text in texts) or f"\n{UNSPACED}{word}" in key.wholes
        return any(f" {word}" in text for text in texts)

    if not all(map(fits, wanted.words)):
        return None
    if not all((each if addresses else f"\n{each}\n") in key.wholes for each in wanted.addresses):
        return None
    if f"\n{wanted.whole}\n" in key.wholes:
        return 0
    begin = all(any(f" {word}" in text for text in texts) for word in wanted.words)
    return 1 if begin and all(f"\n{each}" in key.wholes for each in wanted.addresses) else 2
