"""A catalogue as a file: what it brings in, what it leaves, what comes out again, and what is wrong in it."""

import re
import tomllib
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from msgspec import Struct

from tests.desk.catalogue.test_editing import audited, called, changed
from tests.desk.conftest import AsStaff
from tests.desk.selling import everything, items
from tui_pos import manual
from tui_pos.data.connection import connected
from tui_pos.data.tables.conditions import CategoryDiscount, SpeakerCondition
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, Voucher, VoucherAddOn
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import editing
from tui_pos.desk.catalogue.catalogue_export import export_catalogue
from tui_pos.desk.catalogue.catalogue_file import LARGEST
from tui_pos.desk.catalogue.catalogue_forms import DISCOUNTS, EXPECTED, FORMS
from tui_pos.desk.catalogue.catalogue_import import import_catalogue
from tui_pos.desk.catalogue.import_report import ImportReport
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotPermitted
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


def exported(desk: Desk) -> str:
    return export_catalogue(desk).text


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
    out = tomllib.loads(exported(manager))["conference"]
    (press,) = (each for each in out["vouchers"] if each["code"] == "PRESS")
    assert press["addons"] == ["socks-l", "socks-m", "socks-s"]
    (socks,) = (each for each in out["addons"] if each["name"] == "Socks")
    assert socks["sizes"] == [
        {"size": "S", "codes": [], "active": True},
        {"size": "M", "quantity": 4, "codes": ["04006381333931"], "active": True},
        {"size": "L", "price": 11.0, "codes": [], "active": False},
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
    out = exported(manager)
    report = brought(manager, out)
    assert told(report) == []
    assert report.absent == []
    assert exported(manager) == out
    assert everything() == before


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


def test_what_is_left_out_of_a_voucher_or_discount_stays(manager: Desk) -> None:
    brought(manager, BESIDE_IT.replace('code = "PRESS"', 'code = "PRESS"\nactive = false'))
    before = rows_of_it()
    least = '[conference]\n[[conference.vouchers]]\ncode = "PRESS"\n'
    for kind, name, value in (("speaker", "Speakers", 5), ("category", "Late", 12.5)):
        least += f'[[conference.discounts]]\nkind = "{kind}"\nname = "{name}"\nvalue = {value}\n'
    assert told(brought(manager, least)) == []
    assert rows_of_it() == before
    over = least.replace('"PRESS"\n', '"PRESS"\nvalue = 101\n')
    with pytest.raises(InvalidInput, match="bad_catalogue"):  # of what stays a percentage
        brought(manager, over)


def test_vouchers_and_discounts_that_the_file_does_not_name_are_told(manager: Desk) -> None:
    brought(manager, BESIDE_IT)
    (speakers,) = (each for each in BESIDE_IT.split("[[") if '"Speakers"' in each)
    absent = {(each.kind, each.key) for each in brought(manager, f"[conference]\n[[{speakers}").absent}
    assert {("voucher", "PRESS"), ("discount", "Late"), ("addon", "socks-s")} <= absent
    assert ("discount", "Speakers") not in absent
    assert {("voucher", "PRESS"), ("discount", "Speakers")} <= {
        (each.kind, each.key) for each in brought(manager, "[conference]").absent
    }


def coded(kind: str, name: str, *, codes: str = "") -> str:
    told = f'codes = ["{codes}"]\n' if codes else ""
    return f'[[conference.{kind}]]\nname = "{name}"\nprice = 1\nquantity = 5\n{told}'


def voucher(code: str) -> str:
    return f'[[conference.vouchers]]\ncode = "{code}"\n'


EAN = "4006381333931"
MUG, GALA = coded("addons", "Mug", codes="X-1"), coded("tickets", "Gala", codes=EAN)
CLASHES = [
    (MUG, coded("addons", "x 1"), "x-1 already names Mug: take another slug."),
    (GALA, coded("addons", EAN), f"{EAN} already names Gala: take another slug."),
    (MUG, voucher("x-1"), "x-1 is a code of Mug already: take another code."),
    (GALA, voucher(EAN), f"{EAN} is a code of Gala already: take another code."),
]


@pytest.mark.parametrize(("coded_one", "other", "says"), CLASHES, ids=range(len(CLASHES)))
@pytest.mark.parametrize("is_first", [True, False])
def test_a_product_code_is_nothing_else_in_one_file_or_in_two(
    manager: Desk, coded_one: str, other: str, says: str, is_first: bool
) -> None:
    first, second = (coded_one, other) if is_first else (other, coded_one)
    for stored, text in (("", first + second), (first, second)):
        brought(manager, in_conference(stored or "[conference]"))
        before = everything()
        with pytest.raises(InvalidInput) as caught:
            brought(manager, in_conference(text))
        assert everything() == before
        said = sentence(caught.value)
        assert said.startswith("conference.")
        assert says in said or (not is_first and " already" in said)


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
    unordered = re.sub(r"order = \d+\n", "", exported(manager))
    head, *addons = unordered.split("[[conference.addons]]")
    last, _, rest = addons[-1].partition("[[conference.v")
    turned = "[[conference.addons]]".join((head, last, *addons[:-1])) + f"[[conference.v{rest}"
    brought(manager, turned)
    assert order() == ["socks", *before]


def test_discounts_of_one_name_are_told_apart_by_their_order(manager: Desk) -> None:
    one = '[[conference.discounts]]\nkind = "category"\nname = "Late"\nvalue = {}\n'
    brought(manager, "[conference]\n" + one.format(10) + one.format(20))
    assert told(brought(manager, "[conference]\n" + one.format(10) + one.format(25))) == [
        "changed discount Late"
    ]
    with connected():
        assert [row.percentage for row in CategoryDiscount.select().order_by(CategoryDiscount.id)] == [10, 25]


def test_a_group_that_is_not_there_is_made_once_with_nobody_in_it(manager: Desk) -> None:
    text = in_conference(DISCOUNT.replace("speaker", "group") + 'groups = ["Crew", "Crew", "Choir"]')
    before = everything()
    notes = [f"the group {name} was not there: nobody is in it" for name in ("Choir", "Crew")]
    assert [sentence(each) for each in brought(manager, text, apply=False).notes] == notes
    assert everything() == before
    report = brought(manager, text)
    assert [sentence(each) for each in report.notes] == notes
    assert told(report) == ["added discount D"]
    assert 'groups = ["Choir", "Crew"]' in exported(manager)
    assert {"group:Choir added", "group:Crew added"} <= set(audited())
    again = brought(manager, text)
    assert (told(again), again.notes) == ([], [])


def test_the_example_of_the_manual_is_brought_in(manager: Desk) -> None:
    page = manual.page("catalogue").partition("## The file")[2].partition("## While desks sell")[0]
    text = "".join(line for line in page.splitlines(keepends=True) if line.startswith("    "))
    report = brought(manager, text)
    assert {"added voucher PRESS", "added discount Last day"} <= set(told(report))
    assert report.notes == []


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
        exported(as_staff(manager, staff))


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
    **{
        f'[conference]\ntimezone = "{zone}"': (
            'conference.timezone must be a time zone, such as "Europe/Prague".'
        )
        for zone in ("Mars", "Mars/Olympus", "localtime", "Factory", "europe/prague", "../Europe/Prague")
    },
    "[conference]\nrevenue_budget = 1.005": "conference.revenue_budget must be an amount",
    "[conference]\ntickets = 3": "conference.tickets must be tables in double brackets.",
    **{
        f'[conference]\n{key} = ["x"]': (
            f"conference.{key}[1] does not belong there: conference.{key} must be tables in double brackets."
        )
        for key in ("tickets", "addons", "vouchers", "discounts", "sections", "sponsor_levels")
    },
    VOUCHER + 'tickets = ["a", 3]': (
        "conference.vouchers[1].tickets[2] does not belong there: conference.vouchers[1].tickets must be"
        " a list of slugs"
    ),
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
    TICKET + "per_user = -1": "conference.tickets[1].per_user must be a whole number from 0; of 0 nobody",
    TICKET + 'vat = "8"': "conference.tickets[1].vat must be per cent as a number, such as 8.1, or",
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
    ADDON + "sizes = [3]": (
        "conference.addons[1].sizes[1] does not belong there: conference.addons[1].sizes must be a list"
    ),
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
    DISCOUNT.replace("speaker", "group") + f'groups = ["{LONG[:151]}"]': (
        "conference.discounts[1].groups[1] does not belong there"
    ),
    DISCOUNT.replace("speaker", "group") + 'groups = [""]': "conference.discounts[1].groups[1] does not",
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


def test_every_key_says_what_it_must_be() -> None:
    keys = {key for every in FORMS.values() for form in every for key in form.__struct_fields__}
    assert keys | {"kind"} == {key for key in EXPECTED if "." not in key}
    assert all(issubclass(form, Struct) for form in DISCOUNTS)
