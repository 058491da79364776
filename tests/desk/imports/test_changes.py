"""A newer list: what of it is followed, and that it undoes nothing of what happened at a desk."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.imports.lists import (
    BRAM,
    FIRST,
    MADONNINA,
    NGOZI,
    PRETIX,
    SAM,
    TARO,
    ZOE,
    bring_in,
    changed,
    counts,
    orders,
    payments,
)
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import TicketType
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import checkin, corrections, transfers
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, Refused
from tui_pos.desk.imports import changes
from tui_pos.desk.imports.people import Report
from tui_pos.desk.orders import badges
from tui_pos.desk.orders.order_views import by_reference
from tui_pos.desk.reports import day, ledger
from tui_pos.desk.search import lookup
from tui_pos.desk.search.facts import facts
from tui_pos.desk.search.search import search
from tui_pos.desk.tenders.cash import take_cash


@pytest.fixture
def lead(desk: Desk, as_staff: AsStaff, tmp_path: Path) -> Desk:
    lead = as_staff(desk, "lead")
    bring_in(lead, tmp_path, *FIRST)
    return lead


def told(report: Report) -> list[tuple[int, str, list[str], list[str]]]:
    return [
        (each.number, str(each.outcome), list(map(str, each.parts)), [why.key for why in each.reasons])
        for each in report.rows
    ]


def standing(reference: str) -> list[tuple[str, str, list[str]]]:
    return [
        (status, f"{total:.2f}", names) for name, status, total, names, _ in orders() if name == reference
    ]


def test_names_facts_codes_and_check_ins_are_followed(lead: Desk, tmp_path: Path) -> None:
    zoe = changed(changed(FIRST[0], "Zoë,Åkerlund-Nuñez", "Zoé,Nuñez"), "vegan", "none at all")
    taro = changed(FIRST[2], "5e4,,,", "5e4,,halal,Main entrance")
    bram = changed(FIRST[3], BRAM, "newcode7")
    report = bring_in(lead, tmp_path, zoe, FIRST[1], taro, bram)
    assert told(report) == [
        (2, "changed", ["person", "facts"], []),
        (4, "changed", ["check_in", "facts"], []),
        (5, "changed", ["code"], []),
    ]
    seen = lookup.attendee(lead, ZOE)
    assert (seen.name, facts(lead, seen.id)[0].value) == ("Zoé Nuñez", "none at all")
    assert len(search(lead, "Zoé Nuñez").found) == 1
    assert by_reference(lead, "QX7YP").buyer_name == "Zoé Nuñez"
    assert lookup.attendee(lead, TARO).first_check_in
    assert lookup.attendee(lead, "NEWCODE7").name == "Bram van der Lugt"
    with pytest.raises(NotFound):
        lookup.attendee(lead, BRAM)
    assert counts(bring_in(lead, tmp_path, zoe, FIRST[1], taro, bram)) == {"left": 4}


def test_an_order_that_is_paid_cancelled_or_refunded_meanwhile(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, changed(FIRST[3], "pending", "paid"), changed(FIRST[2], "paid", "refunded"))
    assert standing("LV9KD") == [("paid", "650.00", ["Bram van der Lugt"])]
    assert payments("LV9KD") == [("manual", "succeeded", "650.00")]
    assert lookup.attendee(lead, BRAM).registered
    assert payments("TR3NA") == [("manual", "succeeded", "650.00"), ("manual", "succeeded", "-650.00")]
    assert lookup.attendee(lead, TARO).verdict.code == "refunded"
    bring_in(lead, tmp_path, changed(FIRST[2], "paid", "paid"))
    assert lookup.attendee(lead, TARO).registered
    assert kept("TR3NA") == 650


def test_one_of_several_tickets_is_cancelled(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, changed(FIRST[0], "paid", "canceled"), FIRST[1], FIRST[6])
    assert standing("QX7YP") == [
        ("paid", "374.00", ["Sam Sample"]),
        ("cancelled", "349.00", ["Zoë Åkerlund-Nuñez"]),
    ]
    assert payments("QX7YP") == [
        ("manual", "succeeded", amount) for amount in ("349.00", "349.00", "25.00", "-349.00")
    ]
    assert not lookup.attendee(lead, ZOE).registered
    assert lookup.attendee(lead, SAM).registered
    whole = [changed(row, "paid", "canceled") for row in (FIRST[0], FIRST[1], FIRST[6])]
    bring_in(lead, tmp_path, *whole)
    assert {status for status, *_ in standing("QX7YP")} == {"cancelled"}


def test_another_ticket_another_price_and_one_more_in_an_order(lead: Desk, tmp_path: Path) -> None:
    more = "TR3NA,2,paid,new@example.org,Regular,349.00,New,Comer,code77,,,"
    report = bring_in(lead, tmp_path, changed(FIRST[2], "Corporate,650.00", "Regular,349.00"), more)
    assert told(report) == [(2, "changed", ["ticket"], []), (3, "added", [], [])]
    assert standing("TR3NA") == [("paid", "698.00", ["New Comer", "太郎 山田"])]
    assert kept("TR3NA") == 698


MONEY = (
    ("paid", "refunded"),
    ("paid", "canceled"),
    ("Corporate,650.00", "Corporate,600.00"),
    ("Corporate,650.00", "Corporate,700.00"),
    ("Corporate,650.00", "Regular,0.00"),
)


@pytest.mark.parametrize("money", MONEY, ids=lambda money: money[1])
def test_a_newer_list_leaves_the_sums_of_days_that_are_over(
    lead: Desk, tmp_path: Path, money: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed on the second day, as it was on the third, changed again on the fourth; beside it an order of
    three tickets, of which one does the same.
    """
    first = lead.local(clock.now()).date()
    sums: dict[date, list[object]] = {}
    real_now = clock.now
    older = [FIRST[2], changed(FIRST[0], "Regular,349.00", "Corporate,650.00"), FIRST[6]]
    newer = [changed(FIRST[2], *money), changed(older[1], *money), FIRST[6], FIRST[1]]
    for passed, lines in enumerate((older, newer, older, newer)):
        monkeypatch.setattr(clock, "now", lambda passed=passed: real_now() + timedelta(days=passed))
        bring_in(lead, tmp_path, *lines)
        assert kept("TR3NA") == sum(
            Decimal(total) for status, total, _ in standing("TR3NA") if status == "paid"
        )
        days = [first + timedelta(days=each) for each in range(passed + 1)]
        for each in days[:-1]:
            assert of_day(lead, each) == sums[each], each
        sums[days[-1]] = of_day(lead, days[-1])
    assert len({str(each) for each in sums.values()}) > 1


def of_day(desk: Desk, which: date) -> list[object]:
    tables = {table.title: list(table.rows) for table in day.tables(which, day.postings(desk, which))}
    return [tables["tenders"], tables["stations"], tables["products"], tables["vat"]]


def kept(reference: str) -> Decimal:
    return sum(
        (Decimal(amount) for _, status, amount in payments(reference) if status == "succeeded"), Decimal(0)
    )


def test_what_a_desk_did_stays(lead: Desk, tmp_path: Path) -> None:
    corrections.correct(lead, TARO, name="Taro Yamada")
    checkin.check_in(lead, ZOE)
    take_cash(lead, by_reference(lead, "LV9KD").reference, given=by_reference(lead, "LV9KD").due)
    successor = transfers.transfer(lead, MADONNINA, "Some Body", reason="ill").access_code
    newer = [
        changed(FIRST[2], "太郎,山田", "Jiro,Yamada"),
        changed(FIRST[3], "pending", "canceled"),
        changed(FIRST[5], "Madonnina", "Someone Else"),
        changed(FIRST[0], "vegan", "halal"),
    ]
    assert told(bring_in(lead, tmp_path, *newer)) == [
        (2, "left", [], ["kept.corrected"]),
        (3, "left", [], ["kept.order"]),
        (4, "left", [], ["kept.handed_over"]),
        (5, "changed", ["facts"], []),
    ]
    assert lookup.attendee(lead, TARO).name == "Taro Yamada"
    assert lookup.attendee(lead, ZOE).first_check_in
    assert lookup.attendee(lead, BRAM).registered
    assert lookup.attendee(lead, successor).name == "Some Body"
    for ask in (lookup.attendee, checkin.check_in):
        with pytest.raises(Refused) as caught:
            ask(lead, MADONNINA)
        assert caught.value.code == "badge_replaced"
    assert counts(bring_in(lead, tmp_path, *newer)) == {"left": 4}


def test_who_was_let_in_at_a_desk_is_neither_renamed_nor_cancelled(lead: Desk, tmp_path: Path) -> None:
    checkin.check_in(lead, MADONNINA)
    other = changed(changed(FIRST[5], "paid", "canceled"), "Madonnina", "Ciccone")
    assert told(bring_in(lead, tmp_path, other)) == [(2, "left", [], ["kept.came_in"])]
    assert lookup.attendee(lead, MADONNINA).name == "Madonnina"
    assert lookup.attendee(lead, MADONNINA).registered


def test_a_badge_that_the_desk_made_goes_on_when_the_list_brings_a_code(lead: Desk, tmp_path: Path) -> None:
    line = "AB1CD,1,paid,ada@example.org,Regular,349.00,Ada,Byron,{},,,"
    bring_in(lead, tmp_path, line.format(""))
    (found,) = search(lead, "ada byron").found
    bring_in(lead, tmp_path, line.format("ADACODE7"))
    assert {lookup.attendee(lead, code).name for code in (found.key, "ADACODE7")} == {"Ada Byron"}


def test_what_was_paid_elsewhere_goes_back_elsewhere(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, changed(FIRST[2], "paid", "refunded"), changed(FIRST[5], "paid", "canceled"))
    today = lead.local(clock.now()).date()
    assert {each.entry.way for each in day.postings(lead, today)} <= {ledger.Way.WEB_SITE}
    assert any(each.entry.is_refund for each in day.postings(lead, today))


def test_a_code_behind_another_conference_is_not_ours(lead: Desk) -> None:
    assert badges.imported(lead, f"{lead.conference.slug}:{ZOE}")
    assert badges.imported(lead, f"other:{ZOE}") is None


def test_columns_of_one_name_are_told_apart(lead: Desk, tmp_path: Path) -> None:
    header = "Name,Ticket,Price,E-mail,Diet,Diet,Diet (2),Other e-mail"
    row = "Ada Byron,Regular,0,ada@example.org a@example.org,vegan,halal,none at all,nowhere"
    assert counts(bring_in(lead, tmp_path, row, header=header)) == {"added": 1}
    (found,) = search(lead, "ada byron").found
    labels = [each.label for each in facts(lead, lookup.attendee(lead, found.key).id)]
    assert len(labels) == len(set(labels)) >= 4


def test_a_check_in_that_a_desk_took_back_is_not_brought_again(lead: Desk, tmp_path: Path) -> None:
    checkin.check_in(lead, TARO)
    checkin.undo_check_in(lead, TARO, "the wrong one")
    checkin.undo_check_in(lead, SAM, "the wrong one")
    report = bring_in(lead, tmp_path, FIRST[1], changed(FIRST[2], "5e4,,,", "5e4,,,Main entrance"))
    assert told(report) == [(3, "left", [], ["kept.undone"])]
    assert not lookup.attendee(lead, SAM).first_check_in
    assert not lookup.attendee(lead, TARO).first_check_in


def test_what_a_list_has_no_column_for_stays(lead: Desk, tmp_path: Path) -> None:
    lists = (
        ("Name,Ticket,Barcode", "{name},{ticket},{code}"),
        ("Order code,Position ID,Attendee name,Product,Secret", "{order},{name},{ticket},{code}"),
        ("Order code,Position ID,Product,Status,Price,Secret,Name", "{order},{ticket},{status},,{code},"),
    )
    values = (
        ("太郎 山田", "Corporate", TARO, "TR3NA,1", "paid"),
        ("Bram van der Lugt", "Corporate", BRAM, "LV9KD,1", "pending"),
        ("Ngozi Adébáyọ̀", "Regular", NGOZI, "ZK4GU,1", "canceled"),
    )
    rows = [dict(zip(("name", "ticket", "code", "order", "status"), each, strict=True)) for each in values]
    for header, row in lists:
        before = [standing(each) for each in ("TR3NA", "LV9KD", "ZK4GU")], payments("TR3NA")
        report = bring_in(lead, tmp_path, *(row.format(**each) for each in rows), header=header)
        assert counts(report) == {"left": 3}
        assert ([standing(each) for each in ("TR3NA", "LV9KD", "ZK4GU")], payments("TR3NA")) == before
        assert lookup.attendee(lead, TARO).email == "taro@example.org"
    assert facts(lead, lookup.attendee(lead, ZOE).id)


def test_another_ticket_without_a_price_keeps_what_was_paid(lead: Desk, tmp_path: Path) -> None:
    report = bring_in(lead, tmp_path, f"太郎 山田,Regular,{TARO}", header="Name,Ticket,Barcode")
    assert told(report) == [(2, "changed", ["ticket"], [])]
    assert standing("TR3NA") == [("paid", "650.00", ["太郎 山田"])]
    assert kept("TR3NA") == 650


def test_another_name_in_the_catalogue_is_no_word_of_the_list(lead: Desk, tmp_path: Path) -> None:
    row, header = "Ann A,ann@x.example,regular,pending", "Name,E-Mail,Ticket,Status"
    bring_in(lead, tmp_path, row, header=header)
    with connected():
        TicketType.update(price=999, name="Full pass").where(TicketType.slug == "regular").execute()
    assert counts(bring_in(lead, tmp_path, row, header=header)) == {"left": 1}


@pytest.mark.parametrize("word", ["canceled", "paid"])
def test_an_order_that_a_desk_cancelled_stays_so(lead: Desk, tmp_path: Path, word: str) -> None:
    checkout.cancel_order(lead, by_reference(lead, "LV9KD").reference)
    changed_since = ["kept.order"]
    assert told(bring_in(lead, tmp_path, changed(FIRST[3], "pending", word))) == [
        (2, "left", [], changed_since)
    ]
    assert counts(bring_in(lead, tmp_path, FIRST[3])) == {"left": 1}
    assert [each[0] for each in standing("LV9KD")] == ["cancelled"]


def test_a_word_that_was_not_followed_is_no_trap_for_the_next(lead: Desk, tmp_path: Path) -> None:
    assert told(bring_in(lead, tmp_path, changed(FIRST[2], "paid", "pending")))[0][3] == ["kept.paid"]
    assert told(bring_in(lead, tmp_path, changed(FIRST[2], "paid", "canceled")))[0][2] == ["status"]
    assert not lookup.attendee(lead, TARO).registered
    checkin.check_in(lead, MADONNINA)
    cancelled = changed(FIRST[5], "paid", "canceled")
    assert told(bring_in(lead, tmp_path, cancelled))[0][3] == ["kept.came_in"]
    assert told(bring_in(lead, tmp_path, cancelled)) == []
    checkin.undo_check_in(lead, MADONNINA, "the wrong one")
    assert told(bring_in(lead, tmp_path, cancelled))[0][2] == ["status"]


def test_past_days_stay_when_what_was_paid_once_is_another_product_later(
    lead: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, real_now = lead.local(clock.now()).date(), clock.now
    before = of_day(lead, first)
    cancelled = changed(FIRST[2], "paid", "canceled")
    late = "ZZ1ZZ,1,paid,n@example.org,Regular,349.00,N,N,latecode1,,,"
    for passed, line in enumerate((cancelled, changed(cancelled, "Corporate,650.00", "Regular,349.00")), 1):
        monkeypatch.setattr(clock, "now", lambda passed=passed: real_now() + timedelta(days=passed))
        bring_in(lead, tmp_path, line)
    bring_in(lead, tmp_path, f"{late},{first.isoformat()}", header=f"{PRETIX},Order date")
    assert of_day(lead, first) == before


def test_what_was_bought_before_the_desk_kept_books_is_booked_when_it_was(lead: Desk, tmp_path: Path) -> None:
    old = "ZZ1ZZ,1,paid,n@example.org,Regular,349.00,N,N,latecode1,,,,2025-03-04"
    bring_in(lead, tmp_path, old, header=f"{PRETIX},Order date")
    assert [each.amount for each in day.postings(lead, date(2025, 3, 4))] == [349]


def test_a_ticket_that_is_something_else_now_is_left(lead: Desk, tmp_path: Path) -> None:
    shirt = changed(FIRST[2], "Corporate,650.00", "T-Shirt,25.00")
    ticket = changed(FIRST[6], "T-Shirt \u2013 L,25.00", "Regular,349.00")
    report = bring_in(lead, tmp_path, shirt, ticket)
    assert told(report) == [(2, "left", [], ["kept.kind"]), (3, "left", [], ["kept.kind"])]
    assert lookup.attendee(lead, TARO).registered


def test_a_number_that_was_given_again_is_somebody_else(lead: Desk, tmp_path: Path) -> None:
    moved = changed(FIRST[1], "QX7YP,2", "NEWAA,1")
    other = "QX7YP,2,paid,neu@example.org,Regular,349.00,Neu,Mensch,newcode1,,,"
    for expected in ({"added": 1, "left": 3}, {"left": 4}):
        report = bring_in(lead, tmp_path, FIRST[0], other, FIRST[6], moved)
        assert counts(report) == expected
        assert lookup.attendee(lead, SAM).name == "Sam Sample"
        assert lookup.attendee(lead, "newcode1").name == "Neu Mensch"


@pytest.mark.thorough
def test_a_desk_that_is_quicker_than_a_list_is_waited_for(
    lead: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lets somebody in between the import's decision and its writing: it has to wait, and is refused."""
    outcome: list[str] = []

    def let_in() -> None:
        try:
            checkin.check_in(lead, TARO)
            outcome.append("in")
        except Refused as error:
            outcome.append(error.code)

    at_the_door = Thread(target=let_in)
    follow_orders = changes._follow_orders

    def follow(*arguments: Any) -> None:
        at_the_door.start()
        at_the_door.join(0.7)
        follow_orders(*arguments)

    monkeypatch.setattr(changes, "_follow_orders", follow)
    assert told(bring_in(lead, tmp_path, changed(FIRST[2], "paid", "refunded")))[0][2] == ["status"]
    at_the_door.join()
    assert outcome == ["refunded"]
    assert not lookup.attendee(lead, TARO).first_check_in


def test_a_word_that_was_not_followed_and_is_taken_back_splits_no_order(lead: Desk, tmp_path: Path) -> None:
    before = standing("QX7YP")
    bring_in(lead, tmp_path, changed(FIRST[0], "paid", "pending"))
    assert counts(bring_in(lead, tmp_path, FIRST[0])) == {"left": 1}
    assert standing("QX7YP") == before


def test_a_list_without_a_status_brings_no_older_word_back(lead: Desk, tmp_path: Path) -> None:
    checkin.check_in(lead, TARO)
    cancelled = changed(FIRST[2], "paid", "canceled")
    bring_in(lead, tmp_path, cancelled)
    checkin.undo_check_in(lead, TARO, "the wrong one")
    silent = bring_in(lead, tmp_path, f"太郎 山田,Corporate,{TARO}", header="Name,Ticket,Barcode")
    assert counts(silent) == {"left": 1}
    assert told(bring_in(lead, tmp_path, cancelled))[0][2] == ["status"]
    assert not lookup.attendee(lead, TARO).registered
