"""Bringing in a list: what it makes of people and orders, the same list again, and bad rows."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.imports.lists import (
    BRAM,
    FIRST,
    MADONNINA,
    NGOZI,
    PRETIX,
    SAM,
    SHIRT,
    TARO,
    ZOE,
    bring_in,
    changed,
    counts,
    orders,
    payments,
    write,
)
from tests.desk.selling import everything
from tui_pos.data import search_index
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry, CashMovement
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, TicketType
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import product_codes
from tui_pos.desk.catalogue.inventory import catalogue
from tui_pos.desk.checkin import checkin, group, redemption
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused
from tui_pos.desk.imports import people
from tui_pos.desk.imports.people import Outcome, Step, import_people
from tui_pos.desk.orders.order_views import by_reference
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search import find_orders, lookup, receipts
from tui_pos.desk.search.facts import facts
from tui_pos.desk.search.search import HitKind, resolve, search


@pytest.fixture
def lead(desk: Desk, as_staff: AsStaff) -> Desk:
    return as_staff(desk, "lead")


def test_people_orders_and_money_as_the_list_has_them(lead: Desk, tmp_path: Path) -> None:
    assert counts(bring_in(lead, tmp_path, *FIRST)) == {"added": 7}
    assert [(*each[:2], f"{each[2]:.2f}", *each[3:]) for each in orders()] == [
        (
            "QX7YP",
            "paid",
            "723.00",
            ["Sam Sample", "Zoë Åkerlund-Nuñez"],
            ["Regular"] * 2 + ["T-Shirt \u2013 L"],
        ),
        ("TR3NA", "paid", "650.00", ["太郎 山田"], ["Corporate"]),
        ("LV9KD", "pending", "650.00", ["Bram van der Lugt"], ["Corporate"]),
        ("ZK4GU", "cancelled", "349.00", ["Ngozi Adébáyọ̀"], ["Regular"]),
        ("ZK4GU", "paid", "120.00", ["Madonnina"], ["Day Pass"]),
    ]
    assert payments("QX7YP") == [("manual", "succeeded", each) for each in ("349.00", "349.00", "25.00")]
    assert payments("LV9KD") == []
    assert payments("ZK4GU") == [("manual", "succeeded", "120.00")]
    with connected():
        assert not CashMovement.select().where(CashMovement.created_at >= lead_began(lead)).exists()
        assert AuditEntry.get(AuditEntry.what == "import").text == "list.csv: 7 added, 0 changed"


def lead_began(desk: Desk) -> object:
    return Conference.get_by_id(desk.conference.id).created_at


def test_the_code_of_the_source_is_the_badge(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, *FIRST)
    verdicts = {
        ZOE: "registered", SAM: "already_checked_in", TARO: "registered", BRAM: "owes",
        NGOZI: "cancelled", MADONNINA: "registered", SHIRT: "registered",
    }  # fmt: skip
    for code, verdict in verdicts.items():
        for typed in (code, code.upper(), f" {code} ", f"demo:{code}"):
            assert lookup.attendee(lead, typed).verdict.code == verdict, typed
        (hit,) = resolve(lead, code, scanned=True).found
        assert hit.key == lookup.attendee(lead, code).access_code
    assert lookup.attendee(lead, BRAM).access_code == BRAM  # zeros and all
    assert lookup.attendee(lead, SHIRT) == lookup.attendee(lead, ZOE)
    with pytest.raises(NotFound):
        resolve(lead, ZOE[:-1], scanned=True)


def test_they_come_in_together_and_fetch_what_they_bought(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, *FIRST)
    found = group.group_of(lead, SAM)
    assert (len(found.members), found.unnamed) == (2, 0)
    (shirt,) = redemption.hand_outs(lead, SHIRT)
    assert redemption.hand_out(lead, ZOE, shirt.line_id).left == 0
    assert [each.name for each in group.check_in_group(lead, [ZOE, SAM, ZOE.upper()])] == [
        "Zoë Åkerlund-Nuñez", "Sam Sample",
    ]  # fmt: skip
    assert checkin.check_in(lead, TARO).first
    assert not checkin.undo_check_in(lead, TARO, "by mistake").first_check_in
    assert not checkin.check_in(lead, SAM).first
    with pytest.raises(Refused):
        checkin.check_in(lead, NGOZI)
    sold = checkout.sell(lead, [("t-shirt", 1)], attendee_code=MADONNINA)
    assert sold.user_id == lookup.attendee(lead, MADONNINA).user_id


def test_the_reference_of_the_source_finds(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, *FIRST)
    (hit,) = resolve(lead, "qx7yp").found
    assert (hit.kind, hit.key) == (HitKind.ORDER, by_reference(lead, "QX7YP").reference)
    assert {each.title for each in search(lead, "QX7Y").found} == {"Sam Sample", "Zoë Åkerlund-Nuñez"}
    assert len(resolve(lead, "ZK4GU").found) == 2
    assert by_reference(lead, "ZK4GU").status == "paid"
    assert [each.reference for each in find_orders.orders(lead, text="QX7YP")] == [hit.key]
    assert [each.reference for each in find_orders.orders(lead, text=ZOE)] == [hit.key]
    assert "Paid on the web site" in str(receipts.receipt(lead, hit.key))


def test_no_desk_gives_back_what_was_paid_elsewhere(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, *FIRST)
    with pytest.raises(Refused) as caught:
        refunds.refund(lead, by_reference(lead, "TR3NA").reference, reason="ill")
    assert caught.value.code == "paid_online"


def test_other_columns_are_facts_for_who_may_sell(lead: Desk, tmp_path: Path, as_staff: AsStaff) -> None:
    bring_in(lead, tmp_path, *FIRST)
    zoe = lookup.attendee(lead, ZOE)
    assert [(each.label, each.value) for each in facts(lead, zoe.id)] == [("Diet", "vegan")]
    assert facts(as_staff(lead, "scanner"), zoe.id) == ()


def test_a_dry_run_writes_nothing_and_says_the_same(lead: Desk, tmp_path: Path) -> None:
    before = everything()
    dry = bring_in(lead, tmp_path, *FIRST, apply=False)
    assert everything() == before
    assert not dry.applied
    done = bring_in(lead, tmp_path, *FIRST)
    assert (dry.rows, dry.columns, dry.counts) == (done.rows, done.columns, done.counts)


def test_the_same_list_again_changes_nothing(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, *FIRST)
    before = everything()
    assert counts(bring_in(lead, tmp_path, *FIRST)) == {"left": 7}
    after = everything()
    assert after.pop("AuditEntry")[:-1] == before.pop("AuditEntry")
    assert after == before


def test_a_bad_row_keeps_all_out_unless_it_is_skipped(lead: Desk, tmp_path: Path) -> None:
    lines = (
        *FIRST[:2],
        "BADAA,1,paid,x@example.org,Early Bee,1.00,No,Such,code1,,,",
        "BADAB,1,waiting,x@example.org,Regular,1.00,Wo,Rd,code2,,,",
        "BADAC,1,paid,x at example,Regular,1.00,Ma,Il,code3,,,",
        "BADAD,1,paid,x@example.org,Regular,one,Pri,Ce,code4,,,",
        "BADAE,1,paid,x@example.org,Regular,1.00,Ro,Und,1.2E+11,,,",
        f"BADAF,1,paid,x@example.org,Regular,1.00,{'x' * 151},Long,code6,,,",
        "BADAG,1,paid,x@example.org,Regular,1.00,Ba,Dge,NOOR2026,,,",
        *(f"BADA{n},1,paid,x@example.org,Regular,1.00,Al,Ike,samecode,,," for n in "HIJ"),
        *("BADAK,1,paid,x@example.org,Regular,1.00,Twi,Ce,,,," for _ in "12"),
    )
    before = everything()
    report = bring_in(lead, tmp_path, *lines)
    assert everything() == before
    assert not report.applied
    refused = [each for each in report.rows if each.outcome is Outcome.REFUSED]
    assert [(each.number, each.reasons[0].key.partition(".")[2]) for each in refused] == [
        (4, "product"), (5, "status"), (6, "email"), (7, "amount"), (8, "rounded"), (9, "name"),
        (10, "badge_taken"), (11, "alike_code"), (14, "alike_key"),
    ]  # fmt: skip
    assert counts(report) == {"added": 2, "refused": 12}
    assert counts(bring_in(lead, tmp_path, *lines, skip_bad=True)) == counts(report)
    assert [each[0] for each in orders()] == ["QX7YP"]


HEADERS = {
    "no_name_column": "Ticket,E-Mail",
    "no_ticket_column": "Name,E-Mail",
    "two_columns": "Name,Ticket,E-Mail,Email",
    "no_people": "Name,Ticket",
}


@pytest.mark.parametrize("code", HEADERS)
def test_a_list_that_does_not_say_enough(lead: Desk, tmp_path: Path, code: str) -> None:
    lines = [] if code == "no_people" else ["a,b,c,d"]
    before = everything()
    with pytest.raises(InvalidInput) as caught:
        bring_in(lead, tmp_path, *lines, header=HEADERS[code])
    assert caught.value.code == code
    assert everything() == before


def test_more_bad_rows_than_are_told_are_counted_once(
    lead: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_TOLD", 3)
    with connected():
        badges = [each.access_code for each in Attendee.select().limit(5)]
    lines = [f"BAD{n},1,paid,x@example.org,Regular,1.00,Ba,Dge,{code},,," for n, code in enumerate(badges)]
    report = bring_in(lead, tmp_path, *FIRST, *lines, skip_bad=True)
    looked = bring_in(lead, tmp_path, *FIRST, *lines, apply=False)
    assert counts(report)["refused"] == looked.count(Outcome.REFUSED) == 5


def test_a_code_of_what_is_sold_is_no_badge(lead: Desk, tmp_path: Path) -> None:
    product_codes.add(lead, "hoodie", "4006381333931")
    lines = (f"BAD{n},1,paid,x@example.org,Regular,1.00,Ba,Dge,{code},,," for n, code in enumerate(SOLD))
    report = bring_in(lead, tmp_path, *lines)
    assert [each.reasons[0].key for each in report.rows] == ["bad_row.code_sold"] * len(SOLD)


SOLD = ("4006381333931", "04006381333931", "speaker26", "hoodie", "regular", "ORD-DEMO0001")


def test_two_systems_with_one_order_number(lead: Desk, tmp_path: Path) -> None:
    header = "Ticket Full Name,Ticket,Price,Void Status,Order Reference,Ticket Reference,Ticket Email"
    tito = (
        "Somebody Else,Regular,349.00,,QX7YP,QX7YP-1,else@example.org",
        "Zoë Åkerlund-Nuñez,Regular,349.00,,TR3NA,TR3NA-1,ZOE@example.org",
    )
    bring_in(lead, tmp_path, *FIRST)
    looked = bring_in(lead, tmp_path, *tito, header=header, apply=False)
    assert looked.also_here == 1
    assert [[why.key for why in each.reasons] for each in looked.rows] == [[], ["also_here"]]
    assert counts(bring_in(lead, tmp_path, *tito, header=header)) == {"added": 2}
    assert [each[3] for each in orders() if each[0] == "QX7YP"] == [
        ["Sam Sample", "Zoë Åkerlund-Nuñez"],
        ["Somebody Else"],
    ]
    assert lookup.attendee(lead, ZOE).name == "Zoë Åkerlund-Nuñez"
    for again in (bring_in(lead, tmp_path, *FIRST), bring_in(lead, tmp_path, *tito, header=header)):
        assert set(counts(again)) == {"left"}
        assert again.also_here == 0


def test_two_shops_of_one_system_are_called_by_somebody(lead: Desk, tmp_path: Path) -> None:
    bring_in(lead, tmp_path, *FIRST)
    workshop = "QX7YP,1,paid,al@example.org,Regular,10.00,Al,Khwarizmi,workshopcode,,,"
    assert counts(bring_in(lead, tmp_path, workshop, apply=False)) == {"changed": 1}
    assert counts(bring_in(lead, tmp_path, workshop, source=" Work  Shops ")) == {"added": 1}
    assert bring_in(lead, tmp_path, workshop, source="work shops").origin.source == "work shops"
    assert lookup.attendee(lead, ZOE).name == "Zoë Åkerlund-Nuñez"
    # A code is one person's, whichever list says it.
    assert counts(bring_in(lead, tmp_path, *FIRST, source="a third")) == {"left": 7}
    for name in ("x" * 61, "a\x00b"):
        with pytest.raises(InvalidInput) as caught:
            bring_in(lead, tmp_path, workshop, source=name)
        assert caught.value.code == "bad_source"


def test_a_word_for_how_a_ticket_stands_can_be_said(lead: Desk, tmp_path: Path) -> None:
    lines = [changed(FIRST[2], "paid", "Warteliste"), changed(FIRST[3], "pending", "settled")]
    assert counts(bring_in(lead, tmp_path, *lines)) == {"refused": 2}
    maps = ("status:warteliste=cancelled", "Status:Settled=paid")
    assert counts(bring_in(lead, tmp_path, *lines, maps=maps)) == {"added": 2}
    assert [each[1] for each in orders()] == ["cancelled", "paid"]
    for wrong in ("status:x=gone", "status:x="):
        with pytest.raises(InvalidInput) as caught:
            bring_in(lead, tmp_path, *lines, maps=(wrong,))
        assert caught.value.code == "bad_map"


def test_what_is_not_paid_yet_holds_its_stock_until_it_is_cancelled(lead: Desk, tmp_path: Path) -> None:
    def left() -> int | None:
        return next(each.remaining for each in catalogue(lead) if each.slug == "day-pass")

    before = left()
    line = changed(FIRST[3], "Corporate,650.00", "Day Pass,120.00")
    bring_in(lead, tmp_path, line)
    assert before is not None
    assert left() == before - 1
    bring_in(lead, tmp_path, changed(line, "pending", "canceled"))
    assert left() == before
    bring_in(lead, tmp_path, line)
    assert left() == before - 1


def test_columns_and_tickets_that_somebody_names(lead: Desk, tmp_path: Path) -> None:
    file = write(
        tmp_path / "list.csv", "Wer,E-Mail,Email,Was,Schuhe", ["Zoë Z,a@b.example,c@d.example,Early,42"]
    )
    maps = ["Wer=name", "Was=ticket", "ticket:early=regular", "Email=buyer_email", "Schuhe=fact"]
    assert counts(import_people(lead, file, maps=maps, apply=True)) == {"added": 1}
    (person,) = search(lead, "Zoë Z").found
    found = lookup.attendee(lead, person.key)
    assert (found.email, found.order and found.order.buyer_email) == ("a@b.example", "c@d.example")
    assert [line.ticket_slug for line in found.orders[0].lines] == ["regular"]
    for wrong, code in (("Wer=nose", "bad_map"), ("name", "bad_map"), ("Wo=name", "unknown_column")):
        with pytest.raises(InvalidInput) as caught:
            import_people(lead, file, maps=[*maps, wrong])
        assert caught.value.code == code
    with pytest.raises(NotFound):
        import_people(lead, file, maps=["ticket:early=nothing"])
    everybody = write(tmp_path / "list.csv", "Name", ["Sam Sample"])
    assert counts(import_people(lead, everybody, maps=["ticket:*=speaker"])) == {"added": 1}


def test_it_takes_a_supervisor(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        bring_in(desk, tmp_path, *FIRST, apply=False)


def test_codes_of_every_form_are_scanned(lead: Desk, tmp_path: Path) -> None:
    luma = "https://lu.ma/check-in/evt-AbC?pk=g-{}"
    codes = [
        "A-7KQ2WX0",
        luma.format("One1"),
        luma.format("Two2"),
        "=aB3+/xyz==",
        "0f8c-11aa",
        "Ü-77",
        "0001",
    ]
    lines = [f"Person Number{n},Regular,{code}" for n, code in enumerate(codes)]
    bring_in(lead, tmp_path, *lines, header="Name,Ticket,Barcode")
    for number, code in enumerate(codes):
        (hit,) = resolve(lead, code, scanned=True).found
        assert hit.title == f"Person Number{number}"
        assert checkin.check_in(lead, code).attendee.name == hit.title
    (alfio,) = resolve(lead, "0f8c-11aa/93b2f0c4d5", scanned=True).found
    assert alfio.title == "Person Number4"


def test_a_code_that_is_a_badge_of_another_conference_works_in_both(lead: Desk, tmp_path: Path) -> None:
    with connected():
        row = Conference.get_by_id(lead.conference.id)
        last = Conference.create(name="Last", slug="last", start_date=row.start_date, end_date=row.end_date)
        TicketType.create(conference=last, name="Regular", slug="regular", price=0, order=1)
    before = replace(lead, conference=replace(lead.conference, id=last.id, slug="last", name="Last"))
    header = "Name,Ticket,Barcode"
    bring_in(before, tmp_path, "Old Person,Regular,0001", header=header)
    bring_in(lead, tmp_path, "New Person,Regular,0001", header=header)
    assert lookup.attendee(before, "0001").name == "Old Person"
    assert lookup.attendee(lead, "0001").name == "New Person"
    assert checkin.check_in(lead, "0001").attendee.name == "New Person"


def test_a_list_without_numbers_knows_people_by_their_address(lead: Desk, tmp_path: Path) -> None:
    header = "Name,E-Mail,Ticket"
    rows = ["Zoe Z,zoe@x.example,Regular", "A A,both@x.example,Regular", "B B,both@x.example,Regular"]
    bring_in(lead, tmp_path, *rows, header=header)
    rows[0] = "Zoë Zett,zoe@x.example,Regular"
    rows.insert(1, "C C,both@x.example,Regular")
    rows.append("Zoë Zett,zoe@x.example,Day Pass")
    report = bring_in(lead, tmp_path, *rows, header=header)
    told = [(each.number, str(each.outcome)) for each in report.rows]
    assert told == [(2, "added"), (3, "added"), (6, "added")]
    assert report.count(Outcome.LEFT) == 2


def test_who_was_alone_with_an_address_is_known_when_others_share_it(lead: Desk, tmp_path: Path) -> None:
    header = "Name,E-Mail,Ticket,Price"
    ann, bob = "Ann A,ann@x.example,Regular,250", "Bob B,ann@x.example,Regular,250"
    bring_in(lead, tmp_path, ann, header=header)
    for rows in ((ann, bob), (bob, ann)):
        report = bring_in(lead, tmp_path, *rows, header=header)
        assert report.count(Outcome.LEFT) >= 1
    assert sorted(each.title for each in search(lead, "ann@x.example").found) == ["Ann A", "Bob B"]


def test_the_same_list_leaves_unpaid_orders_as_they_are_after_a_price_has_changed(
    lead: Desk, tmp_path: Path
) -> None:
    row, header = "Ann A,ann@x.example,Regular,pending", "Name,E-Mail,Ticket,Status"
    bring_in(lead, tmp_path, row, header=header)
    with connected():
        TicketType.update(price=999).where(TicketType.slug == "regular").execute()
    assert counts(bring_in(lead, tmp_path, row, header=header)) == {"left": 1}
    (found,) = search(lead, "ann a").found
    assert lookup.attendee(lead, found.key).owes == 349


def test_unassigned_tickets_and_lines_of_several(lead: Desk, tmp_path: Path) -> None:
    header = "Order #,Ticket Type,Quantity,First Name,Last Name,Email,Total Paid"
    lines = ("77,Regular,3,Jo,Null,jo@x.example,1047", "78,Regular,1,,,,349", "Total,,,,,,1396")
    assert counts(bring_in(lead, tmp_path, *lines, header=header)) == {"added": 2}
    seen = lookup.attendee(lead, search(lead, "Jo Null").found[0].key)
    assert [(line.quantity, str(line.line_total)) for line in seen.orders[0].lines] == [(3, "1047.00")]
    assert [each.key for each in seen.cautions] == ["without_name"]
    nameless = lookup.attendee(lead, search(lead, "78").found[0].key)
    assert (nameless.name, [each.key for each in nameless.cautions]) == ("walk-up", ["no_name"])


def test_accounts_of_the_web_site_are_not_touched(desk2077: Desk, tmp_path: Path) -> None:
    with connected():
        web: Attendee = Attendee.select().where(Attendee.conference == desk2077.conference.id).first()
        ticket: TicketType = (
            TicketType.select().where(TicketType.conference == desk2077.conference.id).first()
        )
        email = User.get_by_id(web.user_id).email
    before = everything()
    header = "Name,E-Mail,Ticket,Code"
    lines = (
        f"Same Mail,{email},{ticket.name},NEW001",
        f"Same Badge,b@x.example,{ticket.name},{web.access_code}",
    )
    report = bring_in(desk2077, tmp_path, *lines, header=header, skip_bad=True)
    assert counts(report) == {"added": 1, "refused": 1}
    after = everything()
    for table, rows in before.items():
        assert [row for row in rows if row in after[table]] == rows, table
    assert lookup.attendee(desk2077, "NEW001").user_id != web.user_id


def test_an_interrupt_leaves_whole_orders_and_the_rest_comes_with_the_same_list(
    lead: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pos.desk.imports.people.AT_ONCE", 2)

    def told(step: Step, done: int, _: int) -> None:
        if step is Step.WRITING and done >= 3:
            raise KeyboardInterrupt

    file = write(tmp_path / "list.csv", PRETIX, FIRST)
    report = import_people(lead, file, apply=True, told=told)
    assert (report.applied, report.stopped) == (True, True)
    assert [each[0] for each in orders()] == ["QX7YP"]
    assert counts(bring_in(lead, tmp_path, *FIRST)) == {"added": 4, "left": 3}
    with connected():
        search_index.update(lead.conference.id)
    assert len(search(lead, "Åkerlund").found) == 1
