"""A catalogue as a file: what it brings in, what it leaves, what comes out again, and what is wrong in it."""

import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Struct

from tests.desk.catalogue.test_editing import audited, called, changed
from tests.desk.conftest import AsStaff
from tests.desk.selling import everything, items
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.conditions import CategoryDiscount, SpeakerCondition
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, TicketType, Voucher, VoucherAddOn
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import catalogue_forms as forms
from tui_pos.desk.catalogue import editing
from tui_pos.desk.catalogue.catalogue_export import export_catalogue
from tui_pos.desk.catalogue.catalogue_file import LARGEST, written
from tui_pos.desk.catalogue.catalogue_forms import DISCOUNTS, EXPECTED, FORMS
from tui_pos.desk.catalogue.catalogue_import import import_catalogue
from tui_pos.desk.catalogue.import_report import ImportReport
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotPermitted, Refused
from tui_pos.ui.messages import sentence

D = Decimal

OF_DJANGO_PROGRAM = """
[conference]
name = "Demo Conference"
start = 2027-05-01
end = 2027-05-03
timezone = "Europe/Prague"
total_capacity = 500
revenue_budget = 50000.00

[[conference.sections]]
name = "Talks"
start = 2027-05-01
end = 2027-05-03

[[conference.tickets]]
name = "Regular"
price = 359.00
quantity = 250

[[conference.tickets]]
name = "Late Bird"
price = 400
quantity = 10
per_user = 2
voucher_required = true
available = { opens = 2027-04-01, closes = 2027-04-30 }

[[conference.addons]]
name = "Party"
price = 30
requires = ["regular", "late-bird"]

[[conference.sponsor_levels]]
name = "Gold"
cost = 5000
comp_tickets = 3
"""

BESIDE_IT = """
[conference]
[[conference.addons]]
name = "Socks"
price = 9.50
description = "Woollen"
vat = 2.6
sizes = ["S", { size = "M", quantity = 4, codes = ["4006381333931"] },
    { size = "L", price = 11, active = false }]
[[conference.addons]]
name = "Poster"
price = 5
[[conference.vouchers]]
code = "PRESS"
type = "percentage"
value = 50
max_uses = 3
addons = ["socks"]
available = { closes = 2027-05-01 }
[[conference.discounts]]
kind = "speaker"
name = "Speakers"
type = "fixed_amount"
value = 5
copresenter = true
addons = ["socks-m"]
[[conference.discounts]]
kind = "category"
name = "Late"
value = 12.5
all_addons = false
limit = 7
"""


def brought(desk: Desk, text: str, *, apply: bool = True) -> ImportReport:
    return import_catalogue(desk, text.encode(), apply=apply)


def told(report: ImportReport) -> list[str]:
    return [f"{each.outcome} {each.subject.kind} {each.subject.key}" for each in report.changes]


def rows_of_it() -> dict[str, Any]:
    """Everything but the audit log."""
    return {name: rows for name, rows in everything().items() if name != "AuditEntry"}


def test_a_file_of_django_program_is_brought_in(manager: Desk) -> None:
    report = brought(manager, OF_DJANGO_PROGRAM)
    assert told(report) == [
        "changed conference demo",
        "changed ticket regular",
        "added ticket late-bird",
        "added addon party",
    ]
    assert [sentence(each) for each in report.notes] == [
        "conference.sections: 1 left out, the desk has no table for that",
        "conference.sponsor_levels: 1 left out, the desk has no table for that",
    ]
    assert ("addon", "poster") in {(each.kind, each.key) for each in report.absent}
    late = called(manager, "late-bird").values
    assert (late.price, late.limit_per_user, late.requires_voucher) == (D(400), 2, True)
    assert late.available_from is not None
    assert late.available_until is not None
    assert late.available_from.isoformat() == "2027-03-31T22:00:00+00:00"
    assert late.available_until.isoformat() == "2027-04-30T21:59:59+00:00"
    assert called(manager, "party").values.requires == ("late-bird", "regular")
    with connected():
        row = Conference.get_by_id(manager.conference.id)
    assert (row.total_capacity, row.revenue_budget, f"{row.end_date}") == (500, D(50000), "2027-05-03")
    assert len(audited()) == len(report.changes)
    assert "ticket:regular price 349.00 -> 359.00" in audited()


def test_what_that_form_lacks_is_brought_in_beside_it(manager: Desk) -> None:
    report = brought(manager, BESIDE_IT)
    assert told(report) == [
        "added addon socks-s",
        "added addon socks-m",
        "added addon socks-l",
        "changed addon poster",
        "added voucher PRESS",
        "added discount Speakers",
        "added discount Late",
    ]
    small, medium, large = (called(manager, f"socks-{size}").values for size in ("s", "m", "l"))
    assert (medium.name, medium.total_quantity, medium.codes) == ("Socks M", 4, ("04006381333931",))
    assert (small.size, small.size_of, small.vat_rate, small.price) == ("S", "socks", D("2.6"), D("9.50"))
    assert (large.price, large.is_active) == (D(11), False)
    assert [each.description for each in (small, medium, large)] == ["Woollen"] * 3
    with connected():
        voucher = Voucher.get(Voucher.code == "PRESS")
        late, speakers = CategoryDiscount.get(), SpeakerCondition.get(SpeakerCondition.name == "Speakers")
    assert (voucher.discount_value, voucher.max_uses, voucher.times_used) == (D(50), 3, 0)
    assert (late.percentage, late.apply_to_tickets, late.apply_to_addons, late.limit) == (
        D("12.5"),
        True,
        False,
        7,
    )
    assert (speakers.discount_type, speakers.is_presenter, speakers.is_copresenter) == (
        "fixed_amount",
        True,
        True,
    )
    out = tomllib.loads(export_catalogue(manager))["conference"]
    (press,) = (each for each in out["vouchers"] if each["code"] == "PRESS")
    assert press["addons"] == ["socks-l", "socks-m", "socks-s"]
    (socks,) = (each for each in out["addons"] if each["name"] == "Socks")
    assert socks["sizes"] == [
        "S",
        {"size": "M", "quantity": 4, "codes": ["04006381333931"]},
        {"size": "L", "price": 11.0, "active": False},
    ]


@pytest.mark.parametrize("text", [OF_DJANGO_PROGRAM, BESIDE_IT])
def test_a_dry_run_tells_the_same_and_writes_nothing(manager: Desk, text: str) -> None:
    before = everything()
    dry = brought(manager, text, apply=False)
    assert everything() == before
    wet = brought(manager, text)
    assert (dry.changes, dry.same, dry.absent, dry.notes) == (wet.changes, wet.same, wet.absent, wet.notes)
    assert (dry.applied, wet.applied) == (False, True)


@pytest.mark.parametrize("text", [OF_DJANGO_PROGRAM, BESIDE_IT])
def test_the_same_file_twice_changes_nothing_and_neither_does_what_is_exported(
    manager: Desk, text: str
) -> None:
    brought(manager, text)
    before = everything()
    assert told(brought(manager, text)) == []
    out = export_catalogue(manager)
    report = brought(manager, out)
    assert told(report) == []
    assert report.absent == []
    assert export_catalogue(manager) == out
    assert everything() == before


def test_a_catalogue_that_is_exported_is_the_same_in_another_conference(manager: Desk) -> None:
    brought(manager, BESIDE_IT)
    out = export_catalogue(manager)
    other = empty_conference(manager)
    of_other = out.replace('slug = "demo"', f'slug = "{other.conference.slug}"')
    brought(other, of_other)
    assert export_catalogue(other) == of_other


def test_what_was_sold_stays_sold_and_is_hidden(manager: Desk) -> None:
    order = checkout.sell(manager, items("hoodie*2"), name="Ann")
    hidden = '[conference]\n[[conference.addons]]\nname = "Hoodie"\nprice = 60\nquantity = 1\nactive = false'
    report = brought(manager, hidden)
    assert told(report) == ["hidden addon hoodie"]
    seen = called(manager, "hoodie")
    assert [sentence(each) for each in report.notes] == [
        f"Hoodie: {seen.sold} are sold or held, more than the stock of 1"
    ]
    assert checkout.cancel_order(manager, order.reference).total == order.total
    kept = '[conference]\n[[conference.addons]]\nname = "Hoodie"\nprice = 60\nquantity = 1'
    assert told(brought(manager, kept)) == []
    assert not called(manager, "hoodie").values.is_active


def test_what_the_file_does_not_say_beside_the_form_stays(manager: Desk) -> None:
    changed(manager, "lunch", codes=("LUNCH1",), vat_rate=D("2.6"), description="Soup", order=77)
    report = brought(manager, '[conference]\n[[conference.addons]]\nname = "Lunch"\nprice = 16')
    (change,) = report.changes
    assert [each.field for each in change.differences] == ["price", "total_quantity"]
    cleared = '[conference]\n[[conference.addons]]\nname = "Lunch"\nprice = 16\ncodes = []\ndescription = ""'
    brought(manager, cleared)
    lunch = called(manager, "lunch").values
    assert (lunch.codes, lunch.description, lunch.vat_rate, lunch.order) == ((), "", D("2.6"), 77)


def test_codes_can_change_hands(manager: Desk) -> None:
    pair = '[conference]\n[[conference.addons]]\nname = "A"\nprice = 1\ncodes = ["{}"]\n'
    pair += '[[conference.addons]]\nname = "B"\nprice = 1\ncodes = ["{}"]\n'
    brought(manager, pair.format("CODE-1", "CODE-2"))
    brought(manager, pair.format("CODE-2", "CODE-1"))
    assert (called(manager, "a").values.codes, called(manager, "b").values.codes) == (
        ("CODE-2",),
        ("CODE-1",),
    )


def test_new_products_come_last_and_a_whole_file_says_the_order(manager: Desk) -> None:
    def order() -> list[str]:
        return [each.values.slug for each in editing.products(manager) if each.kind is ProductKind.ADDON]

    before = order()
    brought(manager, '[conference]\n[[conference.addons]]\nname = "Socks"\nprice = 9')
    assert order() == [*before, "socks"]
    head, *addons = export_catalogue(manager).split("[[conference.addons]]")
    last, _, rest = addons[-1].partition("[[conference.v")
    turned = "[[conference.addons]]".join((head, last, *addons[:-1])) + f"[[conference.v{rest}"
    brought(manager, turned)
    assert order() == ["socks", *before]


def test_sizes_that_are_no_longer_alike_come_out_as_they_are(manager: Desk) -> None:
    brought(manager, BESIDE_IT)
    changed(manager, "socks-m", name="Socks for most people")
    before = rows_of_it()
    out = export_catalogue(manager)
    assert 'name = "Socks for most people"\nslug = "socks-m"' in out
    assert told(brought(manager, out)) == []
    assert rows_of_it() == before


def test_discounts_of_one_name_are_told_apart_by_their_order(manager: Desk) -> None:
    one = '[[conference.discounts]]\nkind = "category"\nname = "Late"\nvalue = {}\n'
    brought(manager, "[conference]\n" + one.format(10) + one.format(20))
    assert told(brought(manager, "[conference]\n" + one.format(10) + one.format(25))) == [
        "changed discount Late"
    ]
    with connected():
        assert [row.percentage for row in CategoryDiscount.select().order_by(CategoryDiscount.id)] == [10, 25]


def test_the_time_zone_holds_from_the_first_sale_on(manager: Desk) -> None:
    moved = '[conference]\ntimezone = "America/New_York"\n' + (
        '[[conference.tickets]]\nname = "T"\nprice = 1\nquantity = 0\navailable = { opens = 2027-05-01 }'
    )
    brought(manager, moved)
    opens = called(manager, "t").values.available_from
    assert opens is not None
    assert opens.isoformat() == "2027-05-01T04:00:00+00:00"
    checkout.sell(manager, items("hoodie"), name="Ann")
    with pytest.raises(InvalidInput) as caught:
        brought(manager, '[conference]\ntimezone = "Asia/Tokyo"')
    said = "conference.timezone: something was sold, so the time zone stays America/New_York."
    assert sentence(caught.value) == said
    assert told(brought(manager, moved)) == []


@pytest.mark.parametrize("staff", ["trainee", "scanner"])
def test_it_needs_the_right_to_manage(manager: Desk, as_staff: AsStaff, staff: str) -> None:
    with pytest.raises(NotPermitted):
        brought(as_staff(manager, staff), OF_DJANGO_PROGRAM)
    with pytest.raises(NotPermitted):
        export_catalogue(as_staff(manager, staff))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[[conference.vouchers]]\ncode = "press"\nvalue = 5\n', "bad_catalogue.stored"),
        ('[conference]\n"" = 1\n', "bad_catalogue.unknown"),
        ('"a\\nb" = 1\n', "bad_catalogue.unknown"),
    ],
)
def test_odd_keys_and_another_spelling_of_a_stored_code_are_refused(
    manager: Desk, text: str, code: str
) -> None:
    brought(manager, BESIDE_IT)
    before = everything()
    with pytest.raises(InvalidInput) as caught:
        brought(manager, text)
    assert caught.value.reason.key == code
    assert sentence(caught.value)
    assert everything() == before


def test_a_slug_of_a_product_and_of_sizes_stands_for_all_of_them(manager: Desk) -> None:
    poster = '[[conference.addons]]\nname = "Poster"\nprice = 5\n'
    voucher = '[[conference.vouchers]]\ncode = "ART"\ntype = "percentage"\nvalue = 50\naddons = ["poster"]\n'
    brought(manager, poster + voucher)
    brought(manager, f'{poster}sizes = ["S", "M"]\n{voucher}')
    with connected():
        voucher_id = Voucher.get(Voucher.code == "ART").id
        limited = {row.addon_id for row in VoucherAddOn.select().where(VoucherAddOn.voucher == voucher_id)}
        named = {row.slug: row.id for row in AddOn.select()}
    assert limited == {named[slug] for slug in ("poster", "poster-s", "poster-m")}


def test_the_web_sites_catalogue_comes_out_and_not_in(desk2077: Desk) -> None:
    before = everything()
    out = export_catalogue(desk2077)
    with connected():
        vouchers = Voucher.select().where(Voucher.conference == desk2077.conference.id).count()
    assert len(tomllib.loads(out)["conference"]["vouchers"]) == vouchers > 5
    for apply in (False, True):
        with pytest.raises(Refused) as caught:
            brought(desk2077, out, apply=apply)
        assert caught.value.code == "catalogue_of_web_site"
    assert everything() == before


# What is wrong in a file

TICKET = '[[conference.tickets]]\nname = "A"\nprice = 1\nquantity = 5\n'
ADDON = '[[conference.addons]]\nname = "B"\nprice = 1\n'
VOUCHER = '[[conference.vouchers]]\ncode = "V"\n'
DISCOUNT = '[[conference.discounts]]\nkind = "speaker"\nname = "D"\nvalue = 5\n'
LONG = "x" * 201

FAULTS = {
    "": "conference is missing.",
    "conference = 3": "conference must be a table.",
    "conference = ": "The file is not valid TOML: Invalid value (at end of document).",
    "[conference]\nx = " + "[" * 5000: "The file is not valid TOML: a number or list.",
    "[conference]\ntotal_capacity = " + "9" * 5000: "The file is not valid TOML: a number or list.",
    "[conference]\nfoo = 1": "conference.foo is not known",
    "[conference]\nend = 2020-01-01": "conference.end: the conference ends before it starts.",
    '[conference]\nslug = "other"': "conference.slug: the file is of other, not of demo.",
    '[conference]\ncurrency = "EUR"': "conference.currency: the file is in EUR, the conference in USD.",
    '[conference]\ntimezone = "Mars"': 'conference.timezone must be a time zone, such as "Europe/Prague".',
    "[conference]\nrevenue_budget = 1.005": "conference.revenue_budget must be an amount",
    "[conference]\ntickets = 3": "conference.tickets must be tables in double brackets.",
    TICKET + TICKET.replace("price", "prise"): "conference.tickets[2].prise is not known",
    TICKET + TICKET.replace("price = 1", ""): "conference.tickets[2].price is missing.",
    TICKET.replace("price = 1", "price = -1"): "conference.tickets[1].price must be an amount from 0",
    TICKET.replace("price = 1", "price = 1.001"): "conference.tickets[1].price: The price must be",
    TICKET.replace("price = 1", "price = 1e9"): "conference.tickets[1].price must be an amount from 0",
    TICKET.replace("price = 1", "price = nan"): "conference.tickets[1].price must be an amount from 0",
    TICKET.replace("price = 1", "price = true"): "conference.tickets[1].price must be an amount from 0",
    TICKET.replace("price = 1", 'price = "1"'): "conference.tickets[1].price must be an amount from 0",
    TICKET.replace("quantity = 5", "quantity = -1"): "conference.tickets[1].quantity must be a whole number",
    TICKET.replace("quantity = 5", "quantity = 3000000000"): "conference.tickets[1].quantity must be a whole",
    TICKET + "per_user = 0": "conference.tickets[1].per_user must be a whole number from 1.",
    TICKET.replace('"A"', '""'): "conference.tickets[1].name must be text in quotes",
    TICKET.replace('"A"', '"\\u0000"'): "conference.tickets[1].name must be text in quotes",
    TICKET.replace('"A"', f'"{LONG}"'): "conference.tickets[1].name must be text in quotes",
    TICKET.replace('"A"', '"!"'): "conference.tickets[1].name: no slug can be made of it",
    TICKET + 'slug = "a b"': "conference.tickets[1].slug: A slug has letters",
    TICKET + 'slug = ""': "conference.tickets[1].name: no slug can be made of it",
    TICKET + TICKET: "conference.tickets[2].slug: a is there already, in conference.tickets[1].slug.",
    TICKET + "vat = 100": "conference.tickets[1].vat: The VAT rate must be",
    TICKET + 'codes = ["a b"]': "conference.tickets[1].codes: 'a b' is no product code",
    TICKET + 'codes = ["NOOR2026"]': "conference.tickets[1]: NOOR2026 is somebody's badge already",
    TICKET + 'codes = ["X-1"]\n' + ADDON + 'codes = ["X-1"]': "conference.addons[1]: X-1 is the code of A",
    TICKET + "available = { opens = 2027-02-02, closes = 2027-02-01 }": (
        "conference.tickets[1].available: it closes before it opens."
    ),
    TICKET + "available = { opens = 0001-01-01 }": "conference.tickets[1].available.opens must be a day",
    TICKET + "available = { opens = 10:00:00 }": "conference.tickets[1].available.opens must be a day",
    TICKET + "available = { until = 2027-02-01 }": "conference.tickets[1].available.until is not known",
    ADDON + 'requires = ["a"]': "conference.addons[1].requires[1]: there is no 'a', neither in the file nor",
    ADDON + "per_user = 3": "conference.addons[1].per_user is not known",
    ADDON + 'sizes = ["S", "s"]': "conference.addons[1].sizes[2].slug: b-s is there already",
    ADDON + 'sizes = ["S", "!"]': "conference.addons[1].sizes[2] must be text in quotes",
    ADDON + "sizes = [3]": "conference.addons[1].sizes[1] must be a list such as",
    ADDON + 'sizes = [{ size = "S", stock = 3 }]': "conference.addons[1].sizes[1].stock is not known",
    ADDON + 'quantity = 3\nsizes = ["S"]': "conference.addons[1].quantity: each size has its own",
    ADDON + 'codes = ["X-1"]\nsizes = ["S"]': "conference.addons[1].codes: each size has its own",
    VOUCHER + VOUCHER.lower(): "conference.vouchers[2].code: v is there already, in conference.vouchers[1]",
    VOUCHER.replace('"V"', '"\\u0000"'): "conference.vouchers[1].code must be text in quotes",
    ADDON + f'sizes = ["{LONG}"]': "conference.addons[1].sizes[1].size: A size has at most 50 characters.",
    VOUCHER + 'type = "free"': "conference.vouchers[1].type must be percentage or fixed_amount, or comp",
    VOUCHER + 'type = "percentage"\nvalue = 101': "conference.vouchers[1].value must be from 0 to 100",
    VOUCHER + 'tickets = ["nothing"]': "conference.vouchers[1].tickets[1]: there is no 'nothing'",
    VOUCHER.replace('"V"', f'"{"v" * 101}"'): "conference.vouchers[1].code must be text in quotes",
    DISCOUNT.replace("speaker", "other"): "conference.discounts[1].kind must be one of",
    DISCOUNT.replace('kind = "speaker"', ""): "conference.discounts[1].kind is missing.",
    DISCOUNT + "limit = 3": "conference.discounts[1].limit is not known",
    DISCOUNT.replace("speaker", "group") + 'groups = ["No"]': "conference.discounts[1].groups[1]: there",
}  # fmt: skip


def in_conference(text: str) -> str:
    return text if "[conference]" in text or not text.startswith("[[") else f"[conference]\n{text}"


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_one_sentence_with_its_place_and_nothing_is_written(manager: Desk, text: str) -> None:
    before = everything()
    with pytest.raises(InvalidInput) as caught:
        brought(manager, in_conference(text))
    said = sentence(caught.value)
    assert said.startswith(FAULTS[text])
    assert said.endswith(".")
    assert said.isprintable()
    assert len(said) < 300
    assert everything() == before


def test_bytes_that_are_no_text_and_too_many_of_them_are_refused(manager: Desk) -> None:
    for text, says in ((b"\xff\xfe", "not UTF-8"), (b"#" * (LARGEST + 1), "larger than 10 MB")):
        with pytest.raises(InvalidInput) as caught:
            import_catalogue(manager, text, apply=True)
        assert says in sentence(caught.value)
    assert told(import_catalogue(manager, b"\xef\xbb\xbf[conference]\r\n", apply=True)) == []


def test_a_currency_without_cents_takes_whole_prices(manager: Desk) -> None:
    yen = replace(manager, conference=replace(manager.conference, currency="JPY"))
    for text in (
        TICKET.replace("price = 1", "price = 10.50"),
        VOUCHER + 'type = "fixed_amount"\nvalue = 10.50',
    ):
        with pytest.raises(InvalidInput) as caught:
            brought(yen, in_conference(text))
        assert "in steps of 1" in sentence(caught.value)


def test_what_no_column_takes_falls_away(manager: Desk) -> None:
    odd = 'description = "a\\u0000b\\u001b[31m\\nc"\n'
    brought(manager, f"[conference]\n{ADDON}{odd}{DISCOUNT}{odd}")
    assert called(manager, "b").values.description == "ab[31m\nc"
    with connected():
        assert SpeakerCondition.get(SpeakerCondition.name == "D").description == "ab[31m\nc"


def test_a_name_out_of_the_database_cannot_act_on_a_terminal(manager: Desk) -> None:
    with connected():
        TicketType.update(name="A\x9b31m\u202eB\U000e0001").where(TicketType.slug == "regular").execute()
    out = export_catalogue(manager)
    assert all(char == "\n" or char.isprintable() for char in out)
    assert tomllib.loads(out)["conference"]["tickets"][0]["name"] == "A\x9b31m\u202eB\U000e0001"


def test_every_key_says_what_it_must_be() -> None:
    keys = {key for every in FORMS.values() for form in every for key in form.__struct_fields__}
    assert keys | {"kind"} == {key for key in EXPECTED if "." not in key}
    assert all(issubclass(form, Struct) for form in DISCOUNTS)


# Catalogues of every kind

BUILD: Any = forms
"""Texts and Decimals stand for the types of the forms, which only a file is read into."""

NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
SLUGS = st.from_regex(r"[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,3})?", fullmatch=True)
MONEY = st.decimals(0, 9999, places=2)
PER_CENT = st.decimals(0, 100, places=2)
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
COUNTS = st.integers(0, 1000)
WINDOWS = st.none() | st.builds(
    lambda day, days: BUILD.Available(opens=BUILD.Day(day), closes=BUILD.Day(day + timedelta(days))),
    DAYS | st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    st.integers(1, 90),
)


@st.composite
def catalogues(draw: st.DrawFn) -> forms.ConferenceForm:
    """Any catalogue that can be brought in: slugs, codes of vouchers and of products are not there twice."""
    numbers = count(1)

    def some(values: st.SearchStrategy[Any]) -> Any:
        return draw(values | st.just(UNSET))

    def codes() -> Any:
        return some(st.builds(lambda: (f"ZZ-{next(numbers)}",)))

    def alike(slug: str) -> dict[str, Any]:
        return {
            "name": draw(NAMES),
            "slug": slug,
            "price": draw(MONEY),
            "available": draw(WINDOWS),
            "description": some(NAMES),
            "vat": some(st.decimals(0, 99, places=1)),
            "active": some(st.booleans()),
            "order": some(st.integers(0, 20)),
        }

    def sizes() -> Any:
        of = draw(st.lists(st.sampled_from("SMLX"), unique=True, max_size=3))
        return tuple(
            BUILD.Size(size=size, quantity=draw(COUNTS), price=draw(st.none() | MONEY), codes=codes(),
                       active=some(st.booleans()))
            for size in of
        )  # fmt: skip

    def scopes() -> dict[str, Any]:
        return {
            name: tuple(draw(st.lists(st.sampled_from(slugs), unique=True, max_size=2))) if slugs else ()
            for name, slugs in (("tickets", of_tickets), ("addons", of_addons))
        }

    of_tickets = draw(st.lists(SLUGS, unique=True, max_size=4))
    of_addons = draw(st.lists(SLUGS, unique=True, max_size=4))
    tickets = [
        BUILD.Ticket(quantity=draw(COUNTS), per_user=draw(st.integers(1, 99)), codes=codes(), **alike(slug),
                     voucher_required=draw(st.booleans()))
        for slug in of_tickets
    ]  # fmt: skip
    addons = []
    for slug in of_addons:
        of, rest = sizes(), alike(slug)
        own = {} if of else {"quantity": draw(COUNTS), "codes": codes()}
        addons.append(BUILD.AddOn(sizes=of, requires=scopes()["tickets"], **own, **rest))
    vouchers = [
        BUILD.Voucher(code=code, type=draw(st.sampled_from(["comp", "percentage", "fixed_amount"])),
                      value=draw(PER_CENT), max_uses=draw(COUNTS), available=draw(WINDOWS), **scopes())
        for code in draw(st.lists(SLUGS, unique=True, max_size=2))
    ]  # fmt: skip
    limits = {"limit": draw(COUNTS), "available": draw(WINDOWS), "active": draw(st.booleans())}
    discounts: list[Any] = draw(
        st.lists(
            st.sampled_from(
                [
                    BUILD.TimeOrStockDiscount(name="A", value=draw(PER_CENT), **limits, **scopes()),
                    BUILD.ProductDiscount(name="B", value=draw(PER_CENT), **limits, **scopes()),
                    BUILD.SpeakerDiscount(name="C", value=draw(PER_CENT), presenter=False, **scopes()),
                    BUILD.GroupDiscount(name="D", value=draw(PER_CENT), groups=("Demo Volunteers",)),
                    BUILD.IncludedProductDiscount(
                        name="E", value=draw(MONEY), type="fixed_amount", enabling=scopes()["tickets"]
                    ),
                    BUILD.CategoryDiscount(name="F", value=draw(PER_CENT), all_addons=False, **limits),
                ]
            ),
            max_size=4,
        )
    )
    form: forms.ConferenceForm = BUILD.ConferenceForm(
        tickets=tuple(tickets), addons=tuple(addons), vouchers=tuple(vouchers), discounts=tuple(discounts)
    )
    return form


def empty_conference(desk: Desk) -> Desk:
    """The same desk at a conference that sells nothing yet."""
    with connected():
        row = Conference.create(
            slug=clock.random_code(12), name="Empty", start_date=date(2027, 1, 1), end_date=date(2027, 1, 2)
        )
    return replace(desk, conference=replace(desk.conference, id=row.id, slug=row.slug, timezone="UTC"))


@pytest.mark.thorough
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(form=catalogues())
def test_any_catalogue_comes_out_as_it_went_in(manager: Desk, form: forms.ConferenceForm) -> None:
    first, second = empty_conference(manager), empty_conference(manager)
    text = written(form)
    brought(first, text)
    out = export_catalogue(first)
    assert told(brought(first, text)) == []
    assert told(brought(first, out)) == []
    of_other = out.replace(first.conference.slug, second.conference.slug)
    brought(second, of_other)
    assert export_catalogue(second) == of_other
