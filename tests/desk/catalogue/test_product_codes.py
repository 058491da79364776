"""What is printed on a product finds it; each code belongs to one product."""

from dataclasses import replace

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.reconciliation.test_many import events, plan_of
from tui_pos.core import product_numbers
from tui_pos.data.connection import connected
from tui_pos.data.tables.imports import ImportedTicket
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, Attendee, Order, TicketType, Voucher
from tui_pos.desk.catalogue import product_codes
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused
from tui_pos.desk.search.search import HitKind, resolve, resolve_name
from tui_pos.ui.messages import sentence

EAN = "4006381333931"


@pytest.fixture
def lead(desk: Desk, as_staff: AsStaff) -> Desk:
    return as_staff(desk, "lead")


@pytest.mark.parametrize(
    "scanned",
    [
        EAN,
        f"0{EAN}",
        f"]E0{EAN}",
        f"]C1010{EAN}10LOT7",
        f"(01)0{EAN}",
        f"https://id.gs1.org/01/0{EAN}",
        f"*{EAN}*",
    ],
)
def test_a_product_is_found_by_what_is_printed_on_it(lead: Desk, scanned: str) -> None:
    product_codes.add(lead, "t-shirt", EAN)
    (found,) = resolve(lead, scanned).found
    assert (found.kind, found.key, found.title) == (HitKind.PRODUCT, "addon:t-shirt", "T-Shirt")
    assert resolve_name(lead, found.code) == found


def test_a_product_has_several_codes_and_answers_to_its_slug_still(lead: Desk) -> None:
    for code in (EAN, "01234505", "SHIRT-M"):
        product_codes.add(lead, "t-shirt", code)
    for code in (EAN, "01234505", "shirt-m", "t-shirt"):
        assert resolve(lead, code).found[0].title == "T-Shirt"
    assert [each.code for each in product_codes.known(lead)] == ["01234505", f"0{EAN}", "SHIRT-M"]


def test_a_upc_e_is_found_where_its_upc_a_was_stored(lead: Desk) -> None:
    product_codes.add(lead, "hoodie", "042100005264")
    assert resolve(lead, "04252614").found[0].title == "Hoodie"
    with pytest.raises(NotFound):
        resolve(lead, "04252615")


def test_a_code_belongs_to_one_product(lead: Desk) -> None:
    first = product_codes.add(lead, "t-shirt", EAN)
    assert product_codes.add(lead, "addon:t-shirt", f"0{EAN}") == first
    with pytest.raises(Refused) as caught:
        product_codes.add(lead, "hoodie", EAN)
    assert str(caught.value) == f"product_code_taken code=0{EAN} product=T-Shirt"


def test_the_code_of_a_product_that_is_gone_is_free(lead: Desk) -> None:
    with connected():
        gone = AddOn.create(conference=lead.conference.id, name="Keyring", slug="keyring", price=9)
    product_codes.add(lead, "keyring", EAN)
    with connected():
        gone.delete_instance()
    with pytest.raises(NotFound):
        resolve(lead, EAN)
    assert product_codes.known(lead) == ()
    assert product_codes.add(lead, "hoodie", EAN).name == "Hoodie"


def test_a_ticket_and_an_addon_of_the_same_id_are_told_apart(lead: Desk) -> None:
    with connected():
        ticket = TicketType.get(TicketType.slug == "regular")
        if not AddOn.select().where(AddOn.id == ticket.id).exists():
            AddOn.create(id=ticket.id, conference=lead.conference.id, name="Keyring", slug="keyring", price=9)
    product_codes.add(lead, "regular", EAN)
    assert [hit.key for hit in resolve(lead, EAN).found] == ["ticket:regular"]


def test_a_badge_goes_before_a_products_code(lead: Desk) -> None:
    product_codes.add(lead, "t-shirt", "SHIRT2026")
    with connected():
        Attendee.update(access_code="SHIRT2026").where(Attendee.access_code == "NOOR2026").execute()
    assert resolve(lead, "shirt2026").found[0].kind is HitKind.ATTENDEE


def test_another_conferences_code_is_none_here(lead: Desk) -> None:
    product_codes.add(lead, "t-shirt", EAN)
    elsewhere = replace(lead, conference=replace(lead.conference, id=lead.conference.id + 1))
    with connected():
        assert product_codes.find_by_code(lead, EAN) is not None
        assert product_codes.find_by_code(elsewhere, EAN) is None


def test_a_code_is_taken_away_by_any_of_its_spellings(lead: Desk) -> None:
    product_codes.add(lead, "t-shirt", EAN)
    assert product_codes.remove(lead, f"00{EAN}"[1:]) == f"0{EAN}"
    assert product_codes.known(lead) == ()
    with pytest.raises(NotFound):
        product_codes.remove(lead, EAN)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("HOODIE", "product_code_taken.slug"),
        ("day-pass", "product_code_taken.slug"),
        ("fifty", "product_code_taken.voucher"),
        ("half-off", "product_code_taken.voucher"),
        ("NOOR2026", "product_code_taken.badge"),
        ("LIST-7", "product_code_taken.badge"),
        ("00042100005264", "product_code_taken.voucher"),
        ("042100005264", "product_code_taken.voucher"),
        ("WEB-7", "product_code_taken.order"),
    ],
)
def test_what_is_something_else_is_no_products_code(lead: Desk, code: str, why: str) -> None:
    with connected():
        Voucher.create(conference=lead.conference.id, code="Half-Off")
        Voucher.create(conference=lead.conference.id, code="042100005264")
        ImportedTicket.create(
            conference=lead.conference.id, source_key="1", scan_code="LIST-7", row_digest="", order=None
        )
        Order.update(reference="WEB-7").where(Order.reference == "ORD-DEMO0001").execute()
    with pytest.raises(Refused) as caught:
        product_codes.add(lead, "t-shirt", code)
    assert caught.value.reason.key == why
    assert sentence(caught.value.reason).startswith(product_numbers.canonical(code))
    assert product_codes.known(lead) == ()


def test_a_code_of_a_list_is_looked_for_by_its_index(lead: Desk) -> None:
    with connected():
        ImportedTicket.create(
            conference=lead.conference.id, source_key="1", scan_code=EAN, row_digest="", order=None
        )
    with events() as seen, pytest.raises(Refused) as caught:
        product_codes.add(lead, "t-shirt", EAN)
    assert caught.value.reason.key == "product_code_taken.badge"
    (plan,) = (plan_of(each) for each in seen if "tui_pos_imported_ticket" in each.sql)
    assert "conference_id=? AND scan_code=?" in plan or "(scan_code)::text = ANY" in plan, plan


def test_what_names_the_product_itself_or_another_conferences_is_free(lead: Desk) -> None:
    with connected():
        other = Conference.create(
            name="Other", slug="other", start_date="2027-01-01", end_date="2027-01-02", timezone="UTC"
        )
        AddOn.create(conference=other.id, name="Mug", slug="mug", price=9)
    assert product_codes.add(lead, "addon:t-shirt", "T-SHIRT").key == "addon:t-shirt"
    assert product_codes.add(lead, "t-shirt", "MUG-1").code == "MUG-1"
    with connected():
        AddOn.update(slug="mug-2").where(AddOn.conference == other.id).execute()
    assert product_codes.add(lead, "t-shirt", "MUG-2").code == "MUG-2"


@pytest.mark.parametrize("code", ["ORD-K7Q2M9ZX", "ord-1", "", "a", "two words", "/card", "A" * 60, "K7\x1b"])
def test_what_no_scan_gives_is_no_code(lead: Desk, code: str) -> None:
    with pytest.raises(InvalidInput):
        product_codes.add(lead, "t-shirt", code)


def test_codes_are_set_up_by_supervisors(desk: Desk, as_staff: AsStaff) -> None:
    scanner = as_staff(desk, "scanner")
    for change in (
        lambda: product_codes.add(scanner, "t-shirt", EAN),
        lambda: product_codes.remove(scanner, EAN),
    ):
        with pytest.raises(NotPermitted):
            change()
