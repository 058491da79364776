from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff, statements
from tui_pos.core import clock
from tui_pos.data import search_index
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, Attendee, Order, TicketType, Voucher
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused, because
from tui_pos.desk.search import search as searching
from tui_pos.desk.search.search import Found, HitKind, resolve_name

NOOR = Found(
    HitKind.ATTENDEE,
    "NOOR2026",
    "Noor Lindqvist",
    because("found.person", email="noor@example.org", status="paid"),
    "noor@example.org",
)


PRICE = because("found.product", price=Decimal(349), currency="USD")


def search(desk: Desk, text: str, **page: int) -> tuple[Found, ...]:
    return searching.search(desk, text, **page).found


def resolve(desk: Desk, text: str) -> tuple[Found, ...]:
    hits = searching.resolve(desk, text)
    assert hits.total >= len(hits.found) > 0
    return hits.found


def keys(found: tuple[Found, ...]) -> list[str]:
    return [hit.key for hit in found]


def guest_order(desk: Desk, **columns: str) -> Order:
    """The order of somebody without badge."""
    with connected():
        guest = User.create(username=f"guest-{clock.random_code(8)}", password="!x")
        values = {"reference": f"ORD-{clock.random_code(8)}", "status": "pending", **columns}
        order: Order = Order.create(
            conference=desk.conference.id, user=guest, total=Decimal("1234.50"), **values
        )
    return order


# Searching


def test_people_are_found_by_any_part_of_name_mail_or_code_in_any_case(desk: Desk) -> None:
    for text in ("noor", "LINDQVIST", "  Noor   lindq ", "lindqvist noor", "noor@EXAMPLE.org", "oor202"):
        assert search(desk, text) == (NOOR,), text


def test_letters_beyond_ascii_in_any_case(desk: Desk) -> None:
    for text in ("tomás", "TOMÁS", "Tomás okafor", "INÊS", "novák", "李"):
        assert len(search(desk, text)) == 1, text


def test_every_word_must_be_there(desk: Desk) -> None:
    assert set(keys(search(desk, "helper"))) == {"VOLA2026", "VOLT2026"}
    assert keys(search(desk, "helper vola")) == ["VOLA2026"]
    assert search(desk, "noor okafor") == ()


def test_what_means_something_to_like_is_taken_as_it_is(desk: Desk) -> None:
    assert keys(search(desk, "%s mark")) == ["MARK2026"]
    assert keys(search(desk, "[bold]")) == ["MARK2026"]
    assert keys(search(desk, "o'brien")) == ["APOS2026"]
    for text in ("%", "_", "*", "?", "\\", "'", "' OR '1'='1", "N__r", "No%r", "^", '"', "noor AND NOT"):
        assert search(desk, text) == (), text
    assert search(desk, "Noo?") == (NOOR,)


def test_people_come_by_last_name_and_not_more_than_asked(desk: Desk) -> None:
    found = search(desk, "example.org")
    assert len(found) == 9
    assert [hit.title.split()[-1] for hit in found[:3]] == ["Abernathy", "Adeyemi", "Allen"]
    assert len(search(desk, "example.org", limit=100)) == 40
    assert len(search(desk, "example.org", limit=1)) == 1


def test_orders_of_others_follow_the_people(desk: Desk) -> None:
    order = guest_order(desk, billing_name="Noor Elsewhere", billing_email="n@elsewhere.net")
    assert search(desk, "noor") == (
        NOOR,
        Found(
            HitKind.ORDER,
            order.reference,
            "Noor Elsewhere",
            because("found.order", status="pending", total=Decimal("1234.50"), currency="USD"),
        ),
    )
    assert keys(search(desk, "elsewhere.net")) == [order.reference]


def test_an_order_is_found_by_a_part_of_its_reference(desk: Desk) -> None:
    order = guest_order(desk, reference="ORD-QQ77WW88", status="partially_refunded")
    (found,) = search(desk, "qq77")
    assert (found.kind, found.key) == ("order", order.reference)
    assert found.detail == because(
        "found.order", status="partially_refunded", total=Decimal("1234.50"), currency="USD"
    )
    assert found.title == "walk-up"


def test_the_orders_of_somebody_who_was_found_are_not_repeated(desk: Desk) -> None:
    assert keys(search(desk, "lindqvist")) == ["NOOR2026"]
    assert keys(search(desk, "ORD-DEMO0001")) == ["ORD-DEMO0001"]


def test_somebody_without_order_says_so(desk: Desk) -> None:
    (found,) = search(desk, "zara")
    assert found.detail == because("found.person", email="zara@example.org", status="no_order")


def test_other_conferences_stay_out(desk2077: Desk) -> None:
    with connected():
        elsewhere = {
            row.access_code for row in Attendee.select().where(Attendee.conference != desk2077.conference.id)
        }
    found = search(desk2077, "example.com", limit=1000)
    assert len(found) >= 62
    assert elsewhere.isdisjoint(keys(found))


def test_junk_finds_nothing_and_breaks_nothing(desk: Desk) -> None:
    for text in ("", " ", "\0", "\x1b[31m", "\ud800", "x" * 100_000, "qx " * 5_000, "💥" * 100):
        assert search(desk, text) == (), ascii(text[:10])


def test_few_statements_whatever_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "FEW", 0)  # as where there are many
    search(desk, "the index is made")
    with statements() as seen:
        search(desk, "example")
        search(desk, "nothing like this")
    assert len(seen) == 4


# What a scan means


def test_a_badge_an_order_a_voucher_a_product(desk: Desk) -> None:
    for text, kind, key in (
        ("noor2026", "attendee", "NOOR2026"),
        ("demo:NOOR2026", "attendee", "NOOR2026"),
        ("https://example.org/badge/NOOR2026", "attendee", "NOOR2026"),
        ("ord-demo0001", "order", "ORD-DEMO0001"),
        ("fifty", "voucher", "FIFTY"),
        ("T-SHIRT", "product", "t-shirt"),
        ("lunch", "product", "lunch"),
    ):
        (found,) = resolve(desk, text)
        assert (found.kind, found.key) == (kind, key), text


def test_what_bears_no_such_name_is_searched(desk: Desk) -> None:
    assert resolve(desk, "Noor Lindqvist") == (NOOR,)
    assert resolve(desk, "noor@example.org") == (NOOR,)
    assert len(resolve(desk, "helper")) == 2


def test_a_badge_goes_before_a_voucher_and_a_voucher_before_a_product(desk: Desk) -> None:
    with connected():
        Voucher.create(conference=desk.conference.id, code="NOOR2026")
        Voucher.create(conference=desk.conference.id, code="lunch")
    assert [hit.kind for hit in resolve(desk, "NOOR2026")] == ["attendee"]
    assert [hit.kind for hit in resolve(desk, "lunch")] == ["voucher"]


def test_a_voucher_says_what_is_wrong_with_it(desk: Desk) -> None:
    assert resolve(desk, "FIFTY")[0].detail == ""
    assert resolve(desk, "USEDUP")[0].detail == because("voucher_not_valid.used_up", voucher="USEDUP")


def test_a_slug_that_a_ticket_and_an_addon_share_gives_both(desk: Desk) -> None:
    with connected():
        regular = TicketType.get(TicketType.slug == "regular")
        AddOn.create(
            conference=desk.conference.id, name="Regular coffee", slug="regular", price=regular.price
        )
    assert resolve(desk, "regular") == (
        Found(HitKind.PRODUCT, "ticket:regular", "Regular", PRICE),
        Found(HitKind.PRODUCT, "addon:regular", "Regular coffee", PRICE),
    )


def test_another_conferences_badge_is_refused_by_name(desk2077: Desk) -> None:
    with connected():
        row = Attendee.select().join(Conference).where(Conference.slug == "python-2076").first()
    for text in (row.access_code, f"python-2076:{row.access_code}", "python-2076:WHATEVER"):
        with pytest.raises(Refused) as caught:
            resolve(desk2077, text)
        assert caught.value.code == "other_conference"
        assert caught.value.values["theirs"] == "Python 2076"


def test_what_is_named_here_goes_before_another_conferences_badge(desk2077: Desk) -> None:
    with connected():
        row = Attendee.select().join(Conference).where(Conference.slug == "python-2076").first()
        Voucher.create(conference=desk2077.conference.id, code=row.access_code)
    assert [hit.kind for hit in resolve(desk2077, row.access_code)] == ["voucher"]


def test_what_is_put_into_a_sale_is_called_by_its_whole_name(desk: Desk) -> None:
    for text in ("noor2026", " NOOR2026 ", "noor@example.org", "demo:NOOR2026", "regular", "FIFTY"):
        assert resolve_name(desk, text) == resolve(desk, text)[0]
    for text in ("Noor", "Noor Lindqvist", "helper"):
        with pytest.raises(NotFound) as caught:
            resolve_name(desk, text)
        assert str(caught.value) == f"nothing_found.named text={text}"


def test_what_is_unknown_is_named_back(desk: Desk) -> None:
    for text in ("K7Q2M9ZX", "ORD-NOPE1234", "nobody at all", "demo:K7Q2M9ZX"):
        with pytest.raises(NotFound) as caught:
            resolve(desk, text)
        assert str(caught.value) == f"nothing_found text={text} conference=Demo Conference"


def test_what_cannot_be_a_scan(desk: Desk) -> None:
    for text in ("", "  ", "/help", "A" * 10_000, "NOOR\x07", "\x1b[2J"):
        with pytest.raises(InvalidInput) as caught:
            resolve(desk, text)
        assert caught.value.code == "invalid_scan"
        assert len(str(caught.value)) < 120
        assert str(caught.value).isprintable()


def test_a_badge_costs_one_statement(desk: Desk) -> None:
    with statements() as seen:
        resolve(desk, "NOOR2026")
    assert len(seen) == 1


def test_only_staff_search(desk: Desk, as_staff: AsStaff) -> None:
    for ask in (search, resolve):
        with pytest.raises(NotPermitted):
            ask(as_staff(desk, "visitor"), "noor")
