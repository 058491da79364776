"""The database: does it answer, can it be written, does this version know it, is it sound."""

from collections.abc import Iterator

from tui_pos.bootstrap.doctor.findings import Finding, failed, failure, ok, warning
from tui_pos.bootstrap.doctor.subject import Subject
from tui_pos.bootstrap.session import config_name, configured_rules, warnings
from tui_pos.core import exit_codes
from tui_pos.core.scan import printable
from tui_pos.data import connection, health, schema
from tui_pos.data.errors import DamagedDatabase, DataError, ReadOnlyDatabase
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.errors import Refusal
from tui_pos.desk.limits import Stop

MIB = 2**20
LITTLE, NOTHING = 200 * MIB, 20 * MIB
"""Room on the disk of a SQLite file from which on it is told, and from which on it failed."""


def reachable(subject: Subject) -> Iterator[Finding]:
    """Opens the database, and looks whether its tables are ones that this version knows; changes nothing."""
    url = subject.settings.database_url
    if not url:
        return
    try:
        if not subject.is_open:
            connection.open_database(url, keep=True)
        schema.check()
    except DataError as error:
        yield failure("database", error)
        return
    subject.is_open = True
    yield ok("database", f"The database answers{_session()}, and its tables are known.")


def _session() -> str:
    """What is known of a PostgreSQL session: one that is not as asked cannot be opened."""
    mode = connection.transaction_mode()
    if mode is None:
        return ""
    pooler = ", through a pooler" if mode.is_pooled else ""
    return f", its session is as asked ({mode.isolation}{pooler})"


def writable(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001  # as every check is called
    """Whether a sale could be saved."""
    try:
        health.try_to_write()
        grant = health.missing_grant()
        may_correct = health.may_correct_accounts()
    except ReadOnlyDatabase as error:
        yield failed("writable", f"{error} Look-ups go on.", Stop.SAVING)
        return
    except DataError as error:  # busy or away: what may be saved is found out when it is
        yield failure("writable", error)
        return
    if grant is not None:
        right, table = grant
        yield failed(
            "writable",
            f"The database's user lacks the right {right} on {table}: run GRANT {right} ON {table} TO it."
            " Look-ups go on.",
            Stop.SAVING,
        )
    elif not may_correct:
        columns = ", ".join(health.CORRECTED)
        yield warning(
            "writable",
            "The database takes writes, but for corrections of names: run"
            f" GRANT UPDATE ({columns}) ON auth_user TO the database's user.",
        )
    else:
        yield ok("writable", "The database takes writes.")


def room(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001
    """Whether the database can grow: on its disk, and in connections."""
    free = health.free_bytes()
    if free is not None:
        told = f"The disk of the database has {free // MIB} MiB left"
        if free < NOTHING:
            yield failed("disk", f"{told}: make room before the next sale.")
        elif free < LITTLE:
            yield warning("disk", f"{told}: make room.")
        else:
            yield ok("disk", f"{told}.")
    try:
        connections = health.free_connections()
    except DataError as error:
        yield failure("connections", error)
        return
    needed = health.needed_connections()
    if connections is not None and connections < needed:
        yield warning(
            "connections",
            f"The database takes only {connections} more connections, and a desk may use {needed}: raise"
            " max_connections, or the limit of the role or database.",
        )
    elif connections is not None:
        yield ok("connections", f"The database takes {connections} more connections.")


def sound(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001
    """Whether the file is damaged; reads all of it."""
    try:
        fault = health.damage()
    except DamagedDatabase as error:
        yield failure("damage", error, Stop.SELLING)
        return
    except DataError as error:
        yield failure("damage", error)
        return
    if fault:
        yield failed(
            "damage",
            f"The database file is damaged ({printable(fault, 100)}): stop selling, and restore the last"
            " backup.",
            Stop.SELLING,
        )
    elif connection.is_sqlite():
        yield ok("damage", "The database file is sound.")


def rows(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001
    """Values of the shared tables that mean nothing: what needs such a row says so, all else goes on."""
    try:
        found = health.odd_rows()
    except DataError as error:
        yield failure("rows", error)
        return
    for odd in found:
        ids = ", ".join(str(each) for each in odd.ids) + (", …" if odd.count > len(odd.ids) else "")
        yield warning(
            "rows",
            f"{odd.table}.{odd.column} holds {printable(odd.example, 40)!r}, which it cannot mean, in"
            f" {odd.count} {'row' if odd.count == 1 else 'rows'} (id {ids}): correct it on the web site.",
        )
    if not found:
        yield ok("rows", "Amounts, times and states of the shared tables can be read.")


def conference(subject: Subject) -> Iterator[Finding]:
    """Whether the conference is there, active, and what the config says of it is what is stored."""
    if not subject.slug:
        yield warning("conference", "No conference was named, so none was looked at: add --conference SLUG.")
        return
    try:
        row = subject.conference = conferences.find(subject.slug)
    except (Refusal, DataError) as error:
        yield failure("conference", error)
        return
    faults = [*_about(subject)]
    yield from faults
    if not faults:
        yield ok("conference", f"{printable(row.name, 60)} is there, and the config agrees with it.")


def _about(subject: Subject) -> Iterator[Finding]:
    row = subject.conference
    assert row is not None
    try:
        subject.rules = conference_rules.resolve(
            row, configured_rules(subject.settings, row.slug), config_name(subject.settings), store=False
        )
    except (Refusal, DataError) as error:
        yield failure("conference", error)
    for sentence in warnings(subject.settings, row.slug):
        yield warning("conference", sentence)


def active(subject: Subject) -> Iterator[Finding]:
    """Whether the web site lets the conference sell; one that is not there is another check's."""
    if not subject.slug:
        return
    try:
        row = subject.conference or conferences.find(subject.slug)
    except (Refusal, DataError):
        return
    name = printable(row.name, 60)
    if row.is_active:
        yield ok("active", f"{name} is active.")
    else:
        yield failed(
            "active",
            f"{name} is not active on the web site, so nothing is sold: look-ups, check-ins and refunds"
            " go on.",
            Stop.SELLING,
            status=exit_codes.REFUSED,
        )
