"""Exported lists: true sums, hostile names, a moment that stays while desks sell, and who may."""

import io
import json
import threading
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.imports.lists import FIRST, bring_in
from tests.desk.reconciliation.test_rehearsals import by_card, by_cash, gone_live, the_dashboard_gives_back
from tests.desk.selling import items, order_row
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.core.list_files import Form, write
from tui_pos.data.base import database
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.queries import rows
from tui_pos.data.snapshots import put_aside, snapshot, stream
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry, CashMovement
from tui_pos.data.tables.imports import AttendeeFact
from tui_pos.data.tables.registration import Attendee, Order, OrderLine, Payment
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotPermitted
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.payments import accounts
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.reports.export import export
from tui_pos.desk.reports.lists import LISTS
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.simulator import Server

D = Decimal

NAMES = (
    '=HYPERLINK("https://example.org","x")',
    "+1 (Anna)",
    'say "hi"; =1+1',
    "\u202eevil",
    "李小龍　=さん",
)


def listed(desk: Desk, name: str, *span: date | None) -> list[dict[str, Any]]:
    (table,) = export(desk, name, *span).tables
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def one(found: list[dict[str, Any]], **values: object) -> dict[str, Any]:
    (row,) = [row for row in found if values.items() <= row.items()]
    return row


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("form", Form)
def test_every_list_of_the_web_sites_data_is_written(desk2077: Desk, name: str, form: Form) -> None:
    found, out = export(desk2077, name), io.BytesIO()
    write(form, out, found.tables, desk2077.local)
    assert out.getvalue() or not found.rows
    if form is Form.JSON_LINES:
        assert len([json.loads(line) for line in out.getvalue().splitlines()]) == found.rows


def test_orders_have_the_sums_of_the_ledger(desk2077: Desk) -> None:
    found = listed(desk2077, "orders")
    with connected():
        orders = list(Order.select().where(Order.conference == desk2077.conference.id).order_by(Order.id))
        sums = [balance(order) for order in orders]
    assert [row["order"] for row in found] == [order.reference for order in orders]
    assert [(row["total"], row["received"], row["given_back"], row["kept"]) for row in found] == [
        (each.total, each.received, each.given_back, each.kept) for each in sums
    ]
    payments = [row for row in listed(desk2077, "payments") if row["counts"]]
    assert sum(row["amount"] for row in payments) == sum(each.received for each in sums) > 0
    with connected():
        lines = list(OrderLine.select().where(OrderLine.order.in_(orders)).order_by(OrderLine.id))
    told = [(row["line"], row["line_total"], row["quantity"]) for row in listed(desk2077, "order-lines")]
    assert told == [(line.id, line.line_total, line.quantity) for line in lines]


def test_a_payment_is_told_as_it_was_taken(lead: Desk, simulator: Server) -> None:
    card = by_card(lead, "t-shirt*3", simulator)
    for amount in (D(10), D(5)):
        refunds.refund(lead, card, amount, reason="scratched")
    cash = by_cash(lead, "hoodie")
    refunds.refund(lead, cash, lines=[Piece("hoodie")], reason="=torn()")
    give_free(lead, checkout.sell(lead, items("lunch")).reference, "speaker")
    found = listed(lead, "payments")
    by_order = {row["order"]: row for row in found}
    assert len(by_order) == len(found)
    row = by_order[card]
    assert (row["tender"], row["amount"], row["kept"], row["station"]) == ("card", D(75), D(60), "desk-3")
    assert (row["card_last4"], row["mode"], row["counts"]) == ("4242", "TRAINING", True)
    row = by_order[cash]
    assert (row["tender"], row["kept"], row["status"]) == ("cash", D(0), "refunded")
    assert row["rounding"] == D(0)
    told = [(row["order"], row["tender"], row["amount"]) for row in listed(lead, "refunds")]
    hoodie = by_order[cash]["amount"]
    assert told == [(card, "card", D(10)), (card, "card", D(5)), (cash, "cash", hoodie)]
    drawer = [(row["kind"], row["amount"]) for row in listed(lead, "cash")]
    assert drawer == [("sale", hoodie), ("refund", hoodie)]
    journal = one(listed(lead, "journal"), order=cash, action="refund")
    assert (journal["staff"], journal["amount"], journal["reason"]) == ("lead", hoodie, "=torn()")


def test_people_have_their_names_as_written_and_the_facts_of_a_list(desk: Desk, as_staff: AsStaff) -> None:
    lead = as_staff(desk, "lead")
    check_in(desk, "NOOR2026")
    with connected():
        people = list(Attendee.select().where(Attendee.conference == desk.conference.id).limit(len(NAMES)))
        for attendee, name in zip(people, NAMES, strict=True):
            User.update(first_name=name, last_name="").where(User.id == attendee.user_id).execute()
            AttendeeFact.create(attendee=attendee, position=2, label="=Diet", value=name)
        AttendeeFact.create(attendee=people[0], position=1, label="Company", value="ACME")
        expected = {attendee.access_code: name for attendee, name in zip(people, NAMES, strict=True)}
    found = listed(lead, "people")
    assert list(found[0])[-2:] == ["fact: Company", "fact: =Diet"]
    assert {row["access_code"]: row["name"] for row in found}.items() >= expected.items()
    assert {row["access_code"]: row["fact: =Diet"] for row in found if row["fact: =Diet"]} == expected
    assert [row["fact: Company"] for row in found if row["fact: Company"]] == ["ACME"]
    assert one(found, access_code="NOOR2026")["checked_in_at"] is not None
    assert listed(lead, "check-ins")[-1]["access_code"] == "NOOR2026"


def test_people_and_orders_have_what_the_list_called_them(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, *FIRST)
    people = {row["imported_code"]: row["imported_order"] for row in listed(lead, "people")}
    tickets = [row.split(",")[:9] for row in FIRST if "T-Shirt" not in row]
    assert people == {"": "", **{code.upper(): order for order, *_, code in tickets}}
    orders = [row["imported_order"] for row in listed(lead, "orders") if row["imported_order"]]
    assert sorted(orders) == ["LV9KD", "QX7YP", "TR3NA", "ZK4GU", "ZK4GU"]


def test_amounts_are_in_the_currency_beside_them(lead: Desk) -> None:
    by_cash(lead, "t-shirt")
    by_cash(lead, "t-shirt")
    with connected():
        CashMovement.update(currency="EUR").where(CashMovement.id == CashMovement.select().first()).execute()
    assert [row["currency"] for row in listed(lead, "cash")] == ["EUR", "USD"]
    assert [row["currency"] for row in listed(lead, "payments")[-2:]] == ["EUR", "USD"]


def test_days_are_those_of_the_conference_and_both_are_in_it(lead: Desk) -> None:
    today = lead.local(clock.now()).date()
    before, after = today - timedelta(days=1), today + timedelta(days=1)
    reference = by_cash(lead, "t-shirt")
    for name in ("orders", "payments", "cash", "journal", "order-lines"):
        assert one(listed(lead, name, today, today), order=reference)
        assert not [row for row in listed(lead, name, after) if row["order"] == reference]
        assert not [row for row in listed(lead, name, None, before) if row["order"] == reference]
    midnight = lead.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    with connected():
        CashMovement.update(created_at=midnight).execute()
    assert len(listed(lead, "cash", today, today)) == 1
    with connected():
        CashMovement.update(created_at=midnight - timedelta(microseconds=1)).execute()
    assert listed(lead, "cash", today, today) == []
    with pytest.raises(InvalidInput, match="invalid_days"):
        export(lead, "cash", today, before)


def test_rehearsals_are_in_no_list(lead: Desk, simulator: Server, frozen_clock: FrozenClock) -> None:
    def all_of_it() -> dict[str, list[dict[str, Any]]]:
        found = {name: listed(lead, name) for name in LISTS}
        found["journal"] = [row for row in found["journal"] if row["action"] != "export"]
        return found

    maintenance.tick(lead, "desk-3")  # what ran out before
    before = all_of_it()
    run_tx(lambda: accounts.claim(lead, accounts.ensure(lead)))
    refunds.refund(lead, by_card(lead, "t-shirt*2", simulator), D(5), reason="scratched")
    reference = by_cash(lead, "day-pass", None, name="Ada")
    with connected():
        check_in(lead, Attendee.get(Attendee.order == order_row(reference).id).access_code)
    assert all(len(rows_) > len(before[name]) for name, rows_ in all_of_it().items())
    gone_live(lead, simulator)
    frozen_clock.advance(1)
    assert all_of_it() == before


def test_a_list_is_of_one_moment_while_desks_sell(lead: Desk) -> None:
    by_cash(lead, "t-shirt")
    query = CashMovement.select(CashMovement.amount).order_by(CashMovement.id)
    with snapshot():
        first = list(stream(query))
        seller = threading.Thread(target=by_cash, args=(lead, "hoodie"))
        seller.start()
        seller.join()
        assert list(stream(query)) == first
    with connected():
        assert len(list(rows(query))) == len(first) + 1


def test_a_snapshot_changes_nothing(desk: Desk) -> None:  # noqa: ARG001
    with snapshot():
        assert database.in_transaction()
        list(stream(Payment.select(Payment.id)))
    with connected():
        assert not database.in_transaction()


def test_what_was_put_aside_comes_back_in_order(desk: Desk) -> None:  # noqa: ARG001  # opens a database
    many = [(number, "x" * (number % 7)) for number in range(2_500)]
    count, back = put_aside(iter(many))
    assert count == 2_500
    assert list(back) == many


def test_two_lists_are_read_side_by_side(desk: Desk) -> None:  # noqa: ARG001
    query = Payment.select(Payment.id).order_by(Payment.id)
    with snapshot():
        pairs = list(zip(stream(query), stream(query), strict=True))
    assert pairs
    assert all(one == other for one, other in pairs)


def test_who_exported_what_is_in_the_audit_log(lead: Desk) -> None:
    listed(lead, "people")
    listed(lead, "orders", date(2026, 11, 1), date(2026, 11, 30))
    with connected():
        entries = AuditEntry.select().where(AuditEntry.what == "export").order_by(AuditEntry.id)
        told = [(entry.staff_id, entry.text) for entry in entries]
    assert told == [
        (lead.staff.id, "people"),
        (lead.staff.id, "orders 2026-11-01..2026-11-30"),
    ]


@pytest.mark.parametrize("who", ["trainee", "scanner"])
@pytest.mark.parametrize("name", LISTS)
def test_only_who_may_exports(desk: Desk, as_staff: AsStaff, who: str, name: str) -> None:
    with pytest.raises(NotPermitted, match="not_permitted"):
        export(as_staff(desk, who), name)
    with connected():
        assert not AuditEntry.select().where(AuditEntry.what == "export").exists()


def test_a_refund_of_the_dashboard_says_so(lead: Desk, simulator: Server) -> None:
    the_dashboard_gives_back(lead, simulator)
    (row,) = listed(lead, "refunds")
    assert (row["origin"], row["staff"], row["amount"]) == ("dashboard", "", D(10))
