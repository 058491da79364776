"""The audit log is made anew to tell of sign-ins too, and loses nothing by it."""

import pytest

from tests.fixtures.databases import opened
from tui_pos.data import steps, upgrades
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import AuditEntry


def test_the_audit_log_keeps_every_entry_when_it_learns_of_sign_ins(
    django_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(django_url), connected():
        monkeypatch.setattr(upgrades, "STEPS", steps.STEPS[:4])
        upgrades.upgrade()
        conference, user = (
            database.execute_sql(f"SELECT id FROM {table} ORDER BY id LIMIT 1").fetchone()[0]
            for table in ("program_conference_conference", "auth_user")
        )
        for number in range(5):
            database.execute_sql(
                "INSERT INTO tui_pos_journal (conference_id, at, station, staff_id, what, currency, text,"
                f" reason, key, amount) VALUES ({conference}, '2027-01-01 10:00:0{number}', 'desk', {user},"
                f" 'comp', 'USD', 'text {number}', 'why', 'key-{number}', {number})"
            )
        database.execute_sql("DELETE FROM tui_pos_journal WHERE amount = 1")
        monkeypatch.setattr(upgrades, "STEPS", steps.STEPS)
        upgrades.upgrade()
        kept = [
            (row.text, row.amount, row.key, row.at.second, row.staff_id, row.conference_id)
            for row in AuditEntry.select().order_by(AuditEntry.id)
        ]
        assert kept == [(f"text {n}", n, f"key-{n}", n, user, conference) for n in (0, 2, 3, 4)]
        nobody = AuditEntry.create(conference=None, station="desk", staff=None, what="sign_in_failed")
        assert nobody.id > max(row.id for row in AuditEntry.select().where(AuditEntry.amount.is_null(False)))


@pytest.mark.parametrize("django_url", ["postgresql"], indirect=True)
def test_who_owns_the_audit_log_and_may_use_it_is_as_before(
    django_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Desks may connect as another role than the one that upgrades."""
    owner, role = (f"{each}_{django_url.rpartition('/')[2]}" for each in ("keeper", "teller"))
    with opened(django_url), connected():
        monkeypatch.setattr(upgrades, "STEPS", steps.STEPS[:5])
        upgrades.upgrade()
        for statement in (
            *(f"CREATE ROLE {each}" for each in (owner, role)),
            f"ALTER TABLE tui_pos_journal OWNER TO {owner}",
            f"GRANT SELECT, INSERT ON tui_pos_journal TO {role}",
        ):
            database.execute_sql(statement)
        try:
            monkeypatch.setattr(upgrades, "STEPS", steps.STEPS)
            upgrades.upgrade()
            found = database.execute_sql(
                "SELECT tableowner, has_table_privilege(%s, 'tui_pos_audit_entry', 'SELECT'),"
                " has_table_privilege(%s, 'tui_pos_audit_entry', 'INSERT'),"
                " has_table_privilege(%s, 'tui_pos_audit_entry', 'UPDATE')"
                " FROM pg_tables WHERE tablename = 'tui_pos_audit_entry'",
                (role, role, role),
            ).fetchone()
            assert found == (owner, True, True, False)
        finally:
            database.execute_sql(f"DROP OWNED BY {owner}, {role} CASCADE")
            database.execute_sql(f"DROP ROLE {owner}, {role}")
