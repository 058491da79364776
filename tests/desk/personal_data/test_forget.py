"""Erasing personal data: nothing is left where it can be erased, nothing else changes, and who may when."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from peewee import fn

from tests.desk.conftest import AsStaff
from tests.desk.imports.lists import bring_in, write
from tests.desk.paying import begin
from tests.desk.reconciliation.test_rehearsals import ACTS, wallet
from tests.desk.selling import Rows, everything, items
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.core.list_files import Table
from tui_pos.data.base import database
from tui_pos.data.connection import connected, is_sqlite
from tui_pos.data.engines import sqlite_file
from tui_pos.data.tables import DESK, SHOP
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry, Refund, RefundStage, Sale, SearchKey
from tui_pos.data.tables.imports import AttendeeFact, ImportedTicket
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, Order, OrderStatus
from tui_pos.desk.carts import checkout
from tui_pos.desk.carts.holders import Holder
from tui_pos.desk.checkin.corrections import correct
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted, Refused
from tui_pos.desk.imports import people
from tui_pos.desk.personal_data import forget as personal_data
from tui_pos.desk.personal_data.forget import Outcome
from tui_pos.desk.reports.export import export
from tui_pos.desk.search import lookup, search
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.simulator import Server

D = Decimal

__all__ = ["wallet"]

SECRET = "Zyx-Quasimodo"
"""Part of every name, address and note of this test."""

SHOP_TABLES = {table.__name__ for table in SHOP}
LOG = Path("no.log")


def over(desk: Desk) -> None:
    """Let the conference have ended yesterday, with nothing pending."""
    with connected():
        day = desk.local(clock.now()).date() - timedelta(days=1)
        Conference.update(end_date=day).where(Conference.id == desk.conference.id).execute()
        Order.update(status=OrderStatus.CANCELLED).where(Order.status == OrderStatus.PENDING).execute()


def is_embedded() -> bool:
    with connected():
        return not database.table_exists("django_migrations")


def served(desk: Desk) -> None:
    """Somebody of this name buys, comes, is corrected, brings others and is given something."""
    name, mail = f"{SECRET} Buyer", f"{SECRET}@example.org"
    placed = checkout.sell(desk, items("day-pass*3"), [Holder(f"{SECRET} Two")], name=name, email=mail)
    take_cash(desk, placed.reference, placed.total)
    with connected():
        code = Attendee.get(Attendee.order == placed.id).access_code
    register_companion(desk, placed.reference, f"{SECRET} Three")
    transfer(desk, code, f"{SECRET} Four", reason=f"{SECRET} is ill")
    with connected():
        code = Attendee.get(Attendee.order == placed.id).access_code
    correct(desk, code, name=f"{SECRET} Five", email=f"other-{mail}")
    gift = checkout.sell(desk, items("lunch"), name=name)
    give_free(desk, gift.reference, f"{SECRET} speaks")
    fee = checkout.ad_hoc(desk, D(5), reason=f"for {SECRET}")
    take_cash(desk, fee.reference, D(5))
    checkout.sell(desk, items("t-shirt"), name=name)
    with connected():
        attendee = Attendee.get(Attendee.access_code == code)
        AttendeeFact.create(attendee=attendee, position=1, label="Diet", value=SECRET)
        ImportedTicket.create(
            conference=desk.conference.id,
            source_key=f"list:{mail}",
            order_reference="X-1",
            scan_code=f"BEGIN:VCARD {SECRET}",
            row_digest="P1" + "0" * 60,
            attendee=attendee,
        )
    search.search(desk, SECRET)


def found_in(found: Rows, tables: set[str]) -> list[tuple[str, object]]:
    """The values that hold the secret, however it is folded."""
    wanted = re.compile("quasimodo", re.IGNORECASE)
    return [
        (name, value)
        for name in tables
        for row in found.get(name, ())
        for value in row
        if isinstance(value, str) and wanted.search(value)
    ]


def forgotten(desk: Desk) -> dict[tuple[str, tuple[str, ...]], int]:
    return counted(personal_data.forget(desk, LOG))


def counted(found: Outcome) -> dict[tuple[str, tuple[str, ...]], int]:
    return {(each.table, each.columns): each.rows for each in found.erased}


def shape(found: Rows) -> Rows:
    """Ids and amounts of all rows: what no erasing may change, beside the audit log and the index."""
    return {
        name: [tuple(value for value in row if isinstance(value, int | Decimal)) for row in table]
        for name, table in found.items()
        if name not in ("AuditEntry", "SearchKey", "AttendeeFact", "User")
    }


def test_nothing_of_a_person_is_left_in_the_desks_tables(lead: Desk, frozen_clock: FrozenClock) -> None:
    served(lead)
    over(lead)
    frozen_clock.advance(1)
    before = everything()
    desks = {table.__name__ for table in DESK}
    assert {name for name, _ in found_in(before, desks)} >= {
        "Sale",
        "TicketName",
        "AuditEntry",
        "ImportedTicket",
        "AttendeeFact",
    }
    told = counted(personal_data.count(lead, LOG))
    assert everything() == before
    assert forgotten(lead) == told
    after = everything()
    assert found_in(after, desks) == []
    assert shape(after) == shape(before)
    with connected():
        assert not SearchKey.select().exists()
    shop = set() if is_embedded() else SHOP_TABLES
    assert {name: after[name] for name in shop} == {name: before[name] for name in shop}
    assert (found_in(after, SHOP_TABLES) == []) is is_embedded()


def test_what_another_system_knows_people_by_is_gone(
    lead: Desk, as_staff: AsStaff, tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    header = "Name,Ticket,Barcode,Order number,E-Mail"
    lines = ("Ada B,Regular,KNOWN7,1,a@b.example", "Bo C,Regular,GONE88,1,", f"Cy D,Regular,{'X1-' * 9},2,")
    bring_in(lead, tmp_path, *lines, header=header)
    given_on = transfer(lead, "GONE88", "Di E", reason="ill").access_code
    over(lead)
    frozen_clock.advance(1)
    forgotten(lead)
    wanted = re.compile("KNOWN7|GONE88|X1-X1|code:|a@b", re.IGNORECASE)
    found = everything()
    names = found if is_embedded() else {table.__name__ for table in DESK}
    assert not [
        value for name in names for row in found.get(name, ()) for value in row if wanted.search(str(value))
    ]
    with connected():
        tickets = list(ImportedTicket.select().order_by(ImportedTicket.id))
        left = [(each.order_reference, each.row_digest) for each in tickets]
        codes = [each.attendee.access_code for each in tickets]
    assert left == [("1", ""), ("1", ""), ("2", "")]
    for code in (*codes, given_on):  # people and orders are shown as before
        assert lookup.attendee(lead, code).access_code == code
        lookup.attendee(as_staff(lead, "scanner"), code)
    orders = [row for table in export(lead, "orders").tables for row in table.rows]
    assert len([row for row in orders if row[1] in ("1", "2")]) == 2
    with pytest.raises(Refused, match=r"forgotten.*day=2026"):
        bring_in(lead, tmp_path, *lines, header=header, apply=False)


def test_codes_of_a_list_are_in_the_way_of_no_others(lead: Desk, tmp_path: Path) -> None:
    with connected():
        last = Attendee.select(fn.MAX(Attendee.id)).scalar()
        codes = [f"ERASED{number}" for number in range(last + 4, last, -1)]
    bring_in(lead, tmp_path, *(f"Ada,Regular,{code}" for code in codes), header="Name,Ticket,Barcode")
    transfer(lead, codes[0], "Di E", reason="ill")
    with connected():
        own = Attendee.get(Attendee.access_code == "NOOR2026").id
    over(lead)
    before = everything()
    assert forgotten(lead)
    if is_embedded():
        with connected():
            assert not Attendee.select().where(Attendee.access_code.in_(codes)).exists()
            assert Attendee.get_by_id(own).access_code == "NOOR2026", "it is of no list"
    assert shape(everything()) == shape(before)
    assert forgotten(lead) == {}


def test_a_list_that_is_being_brought_in_stops(
    lead: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "AT_ONCE", 1)
    over(lead)
    file = write(tmp_path / "list.csv", "Name,Ticket", ("Ada,Regular", "Bo,Regular", "Cy,Regular"))
    done: list[object] = []

    def told(step: people.Step, count: int, _: int) -> None:
        if step is people.Step.WRITING and count == 1:
            done.append(forgotten(lead))

    with pytest.raises(Refused, match="forgotten"):
        people.import_people(lead, file, apply=True, told=told)
    with connected():
        assert [each.row_digest for each in ImportedTicket.select()] == [""]
    assert len(done) == 1


def test_the_file_of_an_embedded_database_does_not_hold_it_either(lead: Desk) -> None:
    served(lead)
    over(lead)
    if not is_sqlite():
        assert [each.key for each in personal_data.count(lead, LOG).left][:2] == [
            "left.web_site",
            "left.server",
        ]
        return
    assert "left.in_use" not in [each.key for each in personal_data.forget(lead, LOG).left]
    file = sqlite_file(database.obj)
    held = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*")).lower()
    assert b"demo conference" in held
    assert b"quasimodo" not in held
    assert search.search(lead, SECRET).total == 0


def test_doing_it_again_changes_nothing(lead: Desk, frozen_clock: FrozenClock) -> None:
    served(lead)
    over(lead)
    assert forgotten(lead)
    before = everything()
    frozen_clock.advance(60)
    assert forgotten(lead) == {}
    assert personal_data.count(lead, LOG).erased == ()
    assert everything() == before


@pytest.mark.thorough
@pytest.mark.usefixtures("wallet")
def test_sums_and_lists_are_what_they_were(lead: Desk, simulator: Server) -> None:
    for act in ACTS[:-1]:
        act(lead, simulator)
    over(lead)

    def sums() -> list[list[object]]:
        tables: list[Table] = [*export(lead, "payments").tables, *export(lead, "refunds").tables]
        tables += [*export(lead, "orders").tables, *export(lead, "cash").tables]
        personal = {"buyer", "email", "company", "card_last4", "reason"}
        return [
            [value for name, value in zip(table.columns, row, strict=True) if name not in personal]
            for table in tables
            for row in table.rows
        ]

    before = sums()
    assert forgotten(lead)
    assert sums() == before


def test_the_web_sites_tables_stay_as_they_are(desk2077: Desk) -> None:
    over(desk2077)
    search.search(desk2077, "kim")
    before = everything()
    found = personal_data.forget(desk2077, LOG)
    assert [each.table for each in found.erased] == ["tui_pos_search_key"]
    after = everything()
    assert {name: after[name] for name in SHOP_TABLES} == {name: before[name] for name in SHOP_TABLES}
    assert "left.web_site" in [each.key for each in found.left]


def test_staff_and_who_has_to_do_with_a_later_conference_keep_their_accounts(lead: Desk) -> None:
    if not is_embedded():
        return
    over(lead)
    with connected():
        users = {row.username: row for row in User.select()}
        noor = Attendee.get(Attendee.access_code == "NOOR2026").user
        Attendee.create(conference=lead.conference.id, user=users["lead"], access_code="LEAD2026")
        later = Conference.create(
            name="Next",
            slug="next",
            start_date=clock.now().date(),
            end_date=clock.now().date() + timedelta(days=300),
            timezone="UTC",
        )
        Attendee.create(conference=later, user=noor, access_code="NOOR2027")
    assert forgotten(lead)
    with connected():
        assert User.get_by_id(users["lead"].id).__data__ == users["lead"].__data__
        assert User.get_by_id(noor.id).__data__ == noor.__data__
        others = [row.username for row in User.select() if row.id not in {noor.id, *_staff_ids()}]
    assert others
    assert all(re.fullmatch(r"erased-\d+", name) for name in others)


def _staff_ids() -> set[int]:
    return {row.id for row in User.select() if row.username in ("lead", "trainee", "scanner") or row.is_staff}


def test_only_after_the_conference(lead: Desk) -> None:
    served(lead)
    before = everything()
    with pytest.raises(Refused, match=r"not_over.*day=2026"):
        personal_data.forget(lead, LOG)
    assert personal_data.count(lead, LOG).erased, "a look is always possible"
    over(lead)
    with connected():
        today = lead.local(clock.now()).date()
        Conference.update(end_date=today).where(Conference.id == lead.conference.id).execute()
    with pytest.raises(Refused, match="not_over"):
        personal_data.forget(lead, LOG)
    assert found_in(everything(), {"Sale"}) == found_in(before, {"Sale"}) != []


def live(desk: Desk, _: Server) -> None:
    begin(desk, checkout.sell(desk, items("t-shirt")))


def refund_without_answer(desk: Desk, _: Server) -> None:
    placed = checkout.sell(desk, items("t-shirt"))
    take_cash(desk, placed.reference, placed.total)
    with connected():
        Refund.create(
            conference=desk.conference.id,
            order=placed.id,
            tender="card",
            key=clock.new_id(),
            station="desk-3",
            amount=100,
            currency="USD",
            stage=RefundStage.UNKNOWN,
        )


def pending(desk: Desk, _: Server) -> None:
    checkout.sell(desk, items("t-shirt"))


@pytest.mark.parametrize(
    ("act", "code"),
    [(live, "payment_live"), (refund_without_answer, "refund_open"), (pending, "orders_pending")],
)
def test_not_while_money_may_move(
    lead: Desk, simulator: Server, act: Callable[[Desk, Server], None], code: str
) -> None:
    served(lead)
    over(lead)
    act(lead, simulator)
    before = everything()
    for act_on in (lambda: personal_data.check(lead), lambda: personal_data.forget(lead, LOG)):
        with pytest.raises(Refused, match=code):
            act_on()
    assert personal_data.count(lead, LOG).erased, "a look is always possible"
    assert everything() == before


def test_an_order_whose_hold_ran_out_is_in_nobodys_way(lead: Desk, frozen_clock: FrozenClock) -> None:
    served(lead)
    over(lead)
    pending(lead, None)  # type: ignore[arg-type]
    frozen_clock.advance(timedelta(days=1).total_seconds())
    assert forgotten(lead)


@pytest.mark.parametrize("who", ["trainee", "scanner"])
def test_only_who_may(desk: Desk, as_staff: AsStaff, who: str) -> None:
    over(desk)
    for act in (personal_data.count, personal_data.forget):
        with pytest.raises(NotPermitted, match="not_permitted"):
            act(as_staff(desk, who), LOG)


def test_it_is_in_the_audit_log_and_says_nothing_more(lead: Desk) -> None:
    served(lead)
    over(lead)
    rows = sum(forgotten(lead).values())
    with connected():
        (entry,) = AuditEntry.select().where(AuditEntry.what == "forget")
        assert (entry.staff_id, entry.text) == (lead.staff.id, f"{rows} rows")


def test_another_conference_keeps_what_is_its_own(lead: Desk) -> None:
    served(lead)
    over(lead)
    with connected():
        other = Conference.create(
            name="Next",
            slug="next",
            start_date=clock.now().date(),
            end_date=clock.now().date() + timedelta(days=300),
            timezone="UTC",
        )
        Sale.update(conference=other).execute()
        before = [row.buyer_name for row in Sale.select().order_by(Sale.id)]
    assert forgotten(lead)
    with connected():
        assert [row.buyer_name for row in Sale.select().order_by(Sale.id)] == before
