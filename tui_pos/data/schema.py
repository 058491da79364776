"""Making a database ready: create the shop's tables where there are none, check them where there are."""

from tui_pos.data import upgrades
from tui_pos.data.base import Table, database
from tui_pos.data.connection import connected, is_sqlite
from tui_pos.data.errors import SchemaMismatch
from tui_pos.data.tables import SHOP, program

REMEDY = "Use a tui-pos that knows this django-program version."


def prepare() -> None:
    """Make the open database ready for the desk; safe to call at every start.

    An empty SQLite file gets all tables. A database of django-program gets the ``tui_pos_*`` tables alone,
    after its own were checked. Raises SchemaMismatch naming the table or column that stands in the way.
    """
    with connected():
        if not database.table_exists(program.Conference._meta.table_name):
            _create_shop()
        else:
            _check_shop()
        upgrades.upgrade()


def _create_shop() -> None:
    if not is_sqlite():
        raise SchemaMismatch(
            "This PostgreSQL database has no django-program tables. Run django-program's migrate on it first."
        )
    with database.atomic():
        database.create_tables(list(SHOP), safe=True)


def _check_shop() -> None:
    for table in SHOP:
        _check_table(table)


def _check_table(table: type[Table]) -> None:
    name = table._meta.table_name
    found = {column.name: column for column in database.get_columns(name)}
    if not found:
        raise SchemaMismatch(f"The database has no table {name}. {REMEDY}")
    known = {field.column_name for field in table._meta.sorted_fields}
    missing = sorted(known - found.keys())
    if missing:
        raise SchemaMismatch(f"The table {name} has no column {missing[0]}. {REMEDY}")
    for column in found.values():
        if column.name not in known and not column.null and column.default is None and not column.primary_key:
            raise SchemaMismatch(
                f"The column {name}.{column.name} must be filled, but this version does not know it. {REMEDY}"
            )
