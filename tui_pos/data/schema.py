"""Making a database ready: create the shop's tables where there are none, check them where there are."""

from enum import Enum

from tui_pos.data import installation, upgrades
from tui_pos.data.base import Table, database
from tui_pos.data.connection import connected, is_sqlite, run_tx
from tui_pos.data.errors import SchemaMismatch
from tui_pos.data.tables import SHOP, program
from tui_pos.data.tables.auth import User

REMEDY = "Use a tui-pos that knows this django-program version."

SQLITE_COLUMNS = """
    SELECT t.name, c.name, c."notnull" AND c.dflt_value IS NULL AND NOT c.pk
    FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
    WHERE t.type = 'table'
"""
POSTGRESQL_COLUMNS = """
    SELECT t.relname, c.attname, c.attnotnull AND NOT c.atthasdef AND c.attidentity = ''
    FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid
    WHERE t.relnamespace = to_regnamespace(current_schema()) AND t.relkind IN ('r', 'p')
      AND c.attnum > 0 AND NOT c.attisdropped
"""
"""Table, column, and whether an insert must give a value: all in one answer, for every start waits for it."""

SQLITE_BUYERS = """
    SELECT k."table" FROM pragma_foreign_key_list('program_registration_order') AS k
    WHERE k."from" = 'user_id'
"""
POSTGRESQL_BUYERS = """
    SELECT r.relname FROM pg_constraint AS k JOIN pg_class AS r ON r.oid = k.confrelid
    JOIN pg_attribute AS c ON c.attrelid = k.conrelid AND c.attnum = ANY (k.conkey)
    WHERE k.conrelid = to_regclass('program_registration_order') AND k.contype = 'f' AND c.attname = 'user_id'
"""
"""The table that an order's buyer is in: the host project may have another than Django's."""

MAY_CREATE = "SELECT has_schema_privilege(current_schema(), 'CREATE')"


class Owner(Enum):
    """Who made the tables of a database and says what stands in its conferences and users."""

    NOBODY = "nobody"  # it has none yet
    TUI_POS = "tui-pos"
    DJANGO_PROGRAM = "django-program"


def prepare(keep_backups: int = 3) -> upgrades.Upgrade:
    """Make the open database ready for the desk; safe to call at every start, in several processes at once.

    An empty database gets django-program's tables too. A database of django-program gets the ``tui_pos_*``
    tables alone, after its own were checked. Raises SchemaMismatch naming the table or column that stands in
    the way. ``keep_backups``: see `upgrades.upgrade`.
    """
    with connected():
        found = _columns()
        if _missing(found):
            with upgrades.alone():
                run_tx(_create_shop, sees_others=True)
            found = _columns()
        _check_users()
        for table in SHOP:
            _check(table, found)
        done = upgrades.upgrade(keep_backups)
        installation.ensure()
        return done


def is_current() -> bool:
    """Whether the open database has the desk's own tables of this version. Raises SchemaMismatch."""
    with connected():
        return upgrades.is_current() and installation.is_known()


def check() -> None:
    """Whether the open database is ready for the desk; changes nothing. Raises SchemaMismatch."""
    with connected():
        found = _columns()
        if not found:
            raise SchemaMismatch("The database has no tables yet: run tui-pos --conference SLUG init.")
        _check_users()
        for table in SHOP:
            _check(table, found)
        upgrades.check()
        if not installation.is_known():
            raise SchemaMismatch(
                "An upgrade of this database was broken off: open a desk on it, or run tui-pos upgrade."
            )


def _columns() -> dict[str, dict[str, bool]]:
    columns: dict[str, dict[str, bool]] = {}
    for table, column, must_be_given in database.execute_sql(
        SQLITE_COLUMNS if is_sqlite() else POSTGRESQL_COLUMNS
    ):
        columns.setdefault(table, {})[column] = bool(must_be_given)
    return columns


def owner() -> Owner:
    """Whose the tables of the open database are. Raises SchemaMismatch where they are nobody's we know."""
    with connected():
        found = _columns()
        if "django_migrations" in found:
            return Owner.DJANGO_PROGRAM
        _missing(found)
        if found or is_sqlite() or database.execute_sql(MAY_CREATE).fetchone()[0]:
            return Owner.TUI_POS if found else Owner.NOBODY
        raise SchemaMismatch(
            "The database's user may make no tables in it: run GRANT CREATE ON SCHEMA public TO that user."
        )


def _missing(found: dict[str, dict[str, bool]]) -> list[type[Table]]:
    """What is to be created of django-program's tables: all of them in an empty database."""
    if "django_migrations" in found:
        return []
    if found and program.Conference._meta.table_name not in found:
        raise SchemaMismatch(
            f"This database belongs to something else (it has a table {min(found)}, but none of"
            " django-program). Name an empty one in [database] url, or django-program's."
        )
    return [table for table in SHOP if table._meta.table_name not in found]


def _create_shop() -> None:
    """Create what is missing, unless another process has done so meanwhile."""
    upgrades.lock()
    if missing := _missing(_columns()):
        database.create_tables(missing, safe=True)


def _check_users() -> None:
    row = database.execute_sql(SQLITE_BUYERS if is_sqlite() else POSTGRESQL_BUYERS).fetchone()
    users = User._meta.table_name
    if row is not None and row[0] != users:
        raise SchemaMismatch(
            f"The users of this django-program are in {row[0]}, not in {users} (its AUTH_USER_MODEL is"
            " another one): a desk cannot work with that database."
        )


def _check(table: type[Table], found: dict[str, dict[str, bool]]) -> None:
    name = table._meta.table_name
    columns = found.get(name)
    if columns is None:
        raise SchemaMismatch(f"The database has no table {name}. {REMEDY}")
    known = {field.column_name for field in table._meta.sorted_fields}
    missing = sorted(known - columns.keys())
    if missing:
        raise SchemaMismatch(f"The table {name} has no column {missing[0]}. {REMEDY}")
    unknown = sorted(column for column in columns.keys() - known if columns[column])
    if unknown:
        raise SchemaMismatch(
            f"The column {name}.{unknown[0]} must be filled, but this version does not know it. {REMEDY}"
        )


def is_of_web_site() -> bool:
    """Whether django-program made the open database: what is sold, and who may sign in, is its own then."""
    with connected():
        return bool(database.table_exists("django_migrations"))
