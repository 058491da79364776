"""The drawer's record is made anew to tell of rounding, and loses nothing by it."""

import pytest

from tests.fixtures.databases import opened
from tui_pos.data import steps, upgrades
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import CashMovement


def test_every_movement_of_cash_is_kept(django_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(django_url), connected():
        monkeypatch.setattr(upgrades, "STEPS", steps.STEPS[:7])
        upgrades.upgrade()
        conference, user, order, payment = (
            database.execute_sql(f"SELECT id FROM {table} ORDER BY id LIMIT 1").fetchone()[0]
            for table in (
                "program_conference_conference",
                "auth_user",
                "program_registration_order",
                "program_registration_payment",
            )
        )
        for number in (1, 2, 3, 4):
            database.execute_sql(
                "INSERT INTO tui_pos_cash_movement (conference_id, order_id, payment_id, station, staff_id,"
                f" kind, amount, given, change, currency, created_at) VALUES ({conference}, {order},"
                f" {payment}, 'desk', {user}, 'sale', {number}, 5, {5 - number}, 'USD',"
                f" '2027-01-01 10:00:0{number}')"
            )
        ids = [row[0] for row in database.execute_sql("SELECT id FROM tui_pos_cash_movement").fetchall()]
        database.execute_sql("DELETE FROM tui_pos_cash_movement WHERE amount IN (1, 4)")
        monkeypatch.setattr(upgrades, "STEPS", steps.STEPS)
        upgrades.upgrade()
        kept = list(CashMovement.select().order_by(CashMovement.id))
        assert [(row.amount, row.given, row.change, row.rounding) for row in kept] == [
            (2, 5, 3, 0),
            (3, 5, 2, 0),
        ]
        values = {"conference": conference, "order": order, "payment": payment, "staff": user}
        nothing = CashMovement.create(
            **values, station="desk", kind="sale", amount=0, rounding=-2, currency="CHF"
        )
        assert nothing.id > max(ids), "the id of a deleted movement comes back"
