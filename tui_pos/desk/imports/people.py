"""Bringing in the people of a list: what would become of each row, and doing it.

Everything is read and compared before anything is written. It is then written in short transactions of some
orders each, for on SQLite nobody else writes meanwhile; each is whole, so that a list that was broken off is
finished by bringing it in again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import partial
from pathlib import Path

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.core.sheet_reader import SheetError, open_sheet
from tui_pos.data import connection, search_index, staging
from tui_pos.data.connection import connected, is_sqlite, lock, run_tx
from tui_pos.data.staging import Staging
from tui_pos.data.tables.desk import AuditAction
from tui_pos.data.tables.program import Conference
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Reason, because
from tui_pos.desk.imports import changes, columns, known, products, tickets
from tui_pos.desk.imports.columns import OTHER_ADDRESS, Column, Field
from tui_pos.desk.imports.entries import BadRows, Entry, RowReader, batched, stage
from tui_pos.desk.imports.known import Batch, Origin, Part
from tui_pos.desk.limits import TO_BE_TIMED, TO_WRITE

log = logging.getLogger(__name__)

AT_ONCE = 200
"""So many tickets are written in one transaction."""
MOST_TOLD = 1_000
"""So many rows of each kind are told one by one; the others are counted."""


class Outcome(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    LEFT = "left"
    REFUSED = "refused"


class Step(StrEnum):
    """What is being done with the rows of a list."""

    READING = "reading"
    COMPARING = "comparing"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What becomes of one row: of whom and what, what changes of it, and why it is not done, or not all.

    ``status`` (of the order), ``price`` and ``came_in`` are what the list says of it.
    """

    number: int
    outcome: Outcome
    name: str = ""
    ticket: str = ""
    status: str = ""
    price: Decimal | None = None
    came_in: bool = False
    parts: tuple[Part, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Report:
    """What a list is understood as and what becomes of it.

    ``applied``: it was written, unless ``stopped`` before its end. ``rows`` are the first of each outcome; of
    those that are left as they are only such as have a reason. ``also_here`` of those added bear name and
    address of somebody who is here already and whom no list of this system brought. ``bad_rows`` are those
    that can be read and yet not be brought in.
    """

    columns: tuple[Column, ...] = ()
    origin: Origin = field(default_factory=Origin)
    header_row: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    rows: list[RowOutcome] = field(default_factory=list)
    also_here: int = 0
    bad_rows: set[int] = field(default_factory=set)
    applied: bool = False
    stopped: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many rows become this."""
        return self.counts[outcome]

    @staticmethod
    def outcomes() -> Iterable[Outcome]:
        """What may become of a row."""
        return Outcome

    @property
    def first_refused(self) -> RowOutcome:
        """The first row that cannot be used, of a report that has one."""
        return next(each for each in self.rows if each.outcome is Outcome.REFUSED)

    def _tell(self, row: RowOutcome) -> None:
        self.counts[row.outcome] += 1
        count = self.counts[row.outcome]
        if row.outcome is Outcome.ADDED:
            self.also_here += bool(row.reasons)
            count = self.also_here if row.reasons else count - self.also_here
        if count <= MOST_TOLD:
            self.rows.append(row)


Told = Callable[[Step, int, int], object]
"""Hears of the progress: the step, how many rows of it are done, and of how many (0 where not known)."""


def import_people(
    desk: Desk,
    path: Path,
    *,
    maps: Iterable[str] = (),
    source: str = "",
    apply: bool = False,
    skip_bad: bool = False,
    told: Told = lambda *_: None,
) -> Report:
    """Compare a list with the database, and bring its people in where that is asked for.

    ``source`` is what the other system or list is called, where its headers do not say so or several are
    brought in: the numbers of its orders and tickets are compared with its own alone.

    Nothing is written without ``apply``, nor where a row cannot be used, unless ``skip_bad``. A
    KeyboardInterrupt while it is written ends it between two transactions: ``stopped``.

    Raises NotPermitted; InvalidInput ``bad_list``, ``bad_map``, ``bad_source``, ``unknown_column``,
    ``two_columns``, ``no_name_column``, ``no_ticket_column`` or ``no_people``; NotFound
    ``product_not_found``; Refused ``forgotten``, also where that happens meanwhile.
    """
    require(desk, Action.SET_UP)
    if apply:
        desk.limits.refuse(*TO_WRITE, *TO_BE_TIMED)
    said = products.said(maps, source)
    with connected(), staging.opened() as rows:
        audit_log.refuse_forgotten(desk)
        report, bad = _read(desk, path, said, rows, partial(told, Step.READING))
        for number, reason in bad.told:
            report._tell(RowOutcome(number, Outcome.REFUSED, reasons=(reason,)))
        report.counts[Outcome.REFUSED] = bad.count
        count = rows.count()
        if not count and not bad.count:
            raise InvalidInput("no_people", file=path.name)
        others = known.people_of_others(desk.conference.id, report.origin.source)
        for batch in _counted(rows, count, partial(told, Step.COMPARING)):
            found = known.look(desk.conference.id, batch, report.origin, rows.listed)
            _tell(report, found, others)
            report.bad_rows.update(entry.number for group in found.groups for entry, _ in group.refused)
        if apply and (skip_bad or not report.count(Outcome.REFUSED)):
            _write(desk, path, rows, report, partial(told, Step.WRITING))
    report.rows.sort(key=lambda each: each.number)
    return report


def _read(
    desk: Desk, path: Path, said: products.Said, rows: Staging, told: Callable[[int, int], object]
) -> tuple[Report, BadRows]:
    catalogue = products.Catalogue(desk.conference.id, said)
    try:
        with open_sheet(path, lambda cells: columns.known(cells, said.fields)) as sheet:
            found = columns.understood(sheet.header, said.fields)
            if not found.has(Field.PRODUCT) and products.ANY not in said.products:
                raise InvalidInput("no_ticket_column", columns=columns.named(sheet.header))
            reader = RowReader(desk, found, catalogue, said.statuses)
            bad = stage(sheet, reader, rows, lambda count: told(count, 0))
            origin = Origin(
                said.source or columns.source_of(sheet.header),
                frozenset((*found.facts.values(), OTHER_ADDRESS)),
            )
            return Report(found.columns, origin, sheet.number), bad
    except SheetError as error:
        kind = NotFound if error.reason.key == "bad_list.missing" else InvalidInput
        raise kind(error.reason) from error


def _counted(rows: Staging, count: int, told: Callable[[int, int], object]) -> Iterator[list[list[Entry]]]:
    """The tickets in batches, with a word on the progress after each."""
    done = 0
    for batch in batched(rows, AT_ONCE):
        yield batch
        done += sum(map(len, batch))
        told(done, count)


def _tell(report: Report, batch: Batch, others: set[int]) -> None:
    for group in batch.groups:
        for entry in group.new:
            is_here = bool(others) and bool(entry.email) and known.who(entry.email, entry.name) in others
            reasons = (because("also_here"),) if is_here else ()
            report._tell(_outcome(entry, Outcome.ADDED, reasons=reasons))
        for entry, reason in group.refused:
            report._tell(_outcome(entry, Outcome.REFUSED, reasons=(reason,)))
        for each in changes.changes(group):
            outcome = Outcome.CHANGED if each.followed else Outcome.LEFT
            row = _outcome(each.entry, outcome, each.followed, each.kept)
            if each.followed or each.kept:
                report._tell(row)
            else:
                report.counts[outcome] += 1


def _outcome(
    entry: Entry, outcome: Outcome, parts: tuple[Part, ...] = (), reasons: tuple[Reason, ...] = ()
) -> RowOutcome:
    return RowOutcome(
        number=entry.number,
        outcome=outcome,
        name=entry.name,
        ticket=entry.description,
        status=str(entry.status),
        price=entry.price,
        came_in=entry.came_in,
        parts=parts,
        reasons=reasons,
    )


# Writing


def _write(desk: Desk, path: Path, rows: Staging, report: Report, told: Callable[[int, int], object]) -> None:
    """Write batch by batch; an interrupt ends it after the one that is being written."""
    done: Counter[str] = Counter()
    report.applied = True
    connection.changes()
    try:
        for batch in _counted(rows, rows.count(), told):
            written, refused = run_tx(partial(_write_batch, desk, batch, report.origin, rows))
            done.update(written)
            for entry, reason in refused:
                if entry.number not in report.bad_rows:  # a desk was quicker
                    report._tell(_outcome(entry, Outcome.REFUSED, reasons=(reason,)))
            if is_sqlite():
                # So that whoever waits for the write lock gets it: the index is made without it.
                search_index.update(desk.conference.id)
    except KeyboardInterrupt:
        report.stopped = True
    finally:
        run_tx(partial(_record, desk, path, done))
        log.info("import of people: %d added, %d changed", done["added"], done["changed"])
    search_index.update(desk.conference.id, all_of_it=bool(done["changed"]))


def _write_batch(
    desk: Desk, batch: Sequence[Sequence[Entry]], origin: Origin, rows: Staging
) -> tuple[Counter[str], list[tuple[Entry, Reason]]]:
    """Write some orders, compared anew: desks and the web site go on working meanwhile."""
    list(lock(Conference.select(Conference.id).where(Conference.id == desk.conference.id)))
    audit_log.refuse_forgotten(desk)
    now = clock.now()
    look = partial(known.look, desk.conference.id, batch, origin, rows.listed)
    found = look()
    if changes.lock_known(desk, found):
        found = look()
    changed = sum(bool(each.followed) for group in found.groups for each in changes.changes(group))
    changes.follow(desk, found, now)
    tickets.add(desk, found, changes.is_untouched, now)
    added = sum(len(group.new) for group in found.groups)
    return Counter(added=added, changed=changed), [each for group in found.groups for each in group.refused]


def _record(desk: Desk, path: Path, done: Counter[str]) -> None:
    text = f"{printable(path.name, 100)}: {done['added']} added, {done['changed']} changed"
    audit_log.record(desk, AuditAction.IMPORT, text=text)
