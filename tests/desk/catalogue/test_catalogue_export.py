"""A catalogue comes out as a file, and that file brings back what it was, whatever was done meanwhile."""

import re
import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from peewee import CharField, TextField, fn

from tests.desk.catalogue.test_catalogue_file import BESIDE_IT, brought, exported, rows_of_it, told
from tests.desk.catalogue.test_editing import called, changed
from tests.desk.selling import everything
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import Group
from tui_pos.data.tables.conditions import ADDON_SCOPES, ProductDiscount
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, AddOnPrerequisite, TicketType, Voucher, VoucherAddOn
from tui_pos.desk.catalogue import catalogue_forms as forms
from tui_pos.desk.catalogue import editing
from tui_pos.desk.catalogue.catalogue_export import export_catalogue
from tui_pos.desk.catalogue.catalogue_file import written
from tui_pos.desk.catalogue.catalogue_import import CONFERENCE_COLUMNS
from tui_pos.desk.catalogue.offers import DISCOUNTS, VOUCHERS
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.ui.messages import sentence

D = Decimal


def of_conference(text: str, desk: Desk) -> str:
    """The exported file, for the desk's conference."""
    return re.sub(r'\nslug = ".*"\n', f'\nslug = "{desk.conference.slug}"\n', text, count=1)


def test_a_catalogue_that_is_exported_is_the_same_in_another_conference(manager: Desk) -> None:
    brought(manager, BESIDE_IT)
    out = exported(manager)
    other = empty_conference(manager)
    of_other = of_conference(out, other)
    brought(other, of_other)
    assert exported(other) == of_other


@pytest.mark.parametrize(
    "values",
    [
        {"is_active": False}, {"vat_rate": D(8)}, {"vat_rate": D(0)}, {"description": "New"}, {"order": 50},
        {"codes": ("NEW-1",)}, {"total_quantity": 400}, {"requires": ("regular",)}, {"name": "Other"},
    ],
    ids=str,
)  # fmt: skip
def test_an_old_export_brings_back_what_was_changed_of_a_product(
    manager: Desk, values: dict[str, Any]
) -> None:
    brought(manager, BESIDE_IT)
    for slug in ("lunch", "socks-s"):
        out, before = exported(manager), called(manager, slug).values
        changed(manager, slug, **values)
        assert told(brought(manager, out))
        assert called(manager, slug).values == before
        assert exported(manager) == out


def test_an_old_export_brings_back_what_a_later_file_said(manager: Desk) -> None:
    brought(manager, BESIDE_IT)
    out, before = exported(manager), rows_of_it()
    later = """
[conference]
venue = "Hall"
website_url = "https://example.org"
total_capacity = 9
revenue_budget = 5
target_attendance = 7
[[conference.addons]]
name = "Lunch"
slug = "socks"
price = 3
sizes = [{ size = "M", name = "Lunch" }]
[[conference.vouchers]]
code = "PRESS"
type = "comp"
max_uses = 9
addons = []
tickets = ["regular"]
available = {}
unlocks_hidden_tickets = true
active = false
[[conference.discounts]]
kind = "category"
name = "Late"
value = 1
description = "x"
priority = 3
active = false
all_tickets = false
available = { opens = 2027-01-01 }
limit = 0
"""
    assert len(told(brought(manager, later))) == 4
    assert len(told(brought(manager, out))) == 4
    assert exported(manager) == out
    kept = {"Conference", "Voucher", "CategoryDiscount", "AddOn"}
    after = rows_of_it()
    assert kept <= after.keys()
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


OFFERS = """
[conference]
[[conference.addons]]
name = "Poster"
price = 5
sizes = ["S", "M"]
[[conference.vouchers]]
code = "ART"
addons = ["poster-s"]
[[conference.discounts]]
kind = "product"
name = "Twice"
value = 10
tickets = ["regular"]
addons = ["poster-s"]
[[conference.discounts]]
kind = "product"
name = "Twice"
value = 20
"""


@pytest.mark.parametrize("elsewhere", [True, False], ids=["of another conference", "without a name alone"])
def test_what_is_limited_to_something_without_a_name_never_comes_out_for_more(
    manager: Desk, elsewhere: bool
) -> None:
    brought(manager, OFFERS)
    other = empty_conference(manager)
    brought(other, '[conference]\n[[conference.addons]]\nname = "Far"\nprice = 5')
    far = called(other, "far") if elsewhere else called(manager, "poster")
    tables: list[Any] = [VoucherAddOn, ADDON_SCOPES[ProductDiscount]]
    for table in tables:
        with connected():
            table.update(addon=far.id).where(table.addon == called(manager, "poster-s").id).execute()
    before, out = rows_of_it(), export_catalogue(manager)
    why = (
        "is left out: it is limited to what no name here means alone, such as a ticket of another conference"
    )
    assert [sentence(each) for each in out.notes] == [f"voucher ART {why}", f"discount Twice {why}"]
    assert "ART" not in out.text
    assert "Twice" not in out.text  # neither of them: one alone would be taken for the first
    report = brought(manager, out.text)
    assert told(report) == []
    assert rows_of_it() == before
    assert [each.key for each in report.absent] == ["ART", "Twice", "Twice"]


def test_an_addon_that_needs_a_ticket_of_another_conference_comes_out_for_nobody(manager: Desk) -> None:
    brought(manager, BESIDE_IT)
    other = empty_conference(manager)
    brought(other, '[conference]\n[[conference.tickets]]\nname = "Far"\nprice = 5\nquantity = 0')
    with connected():
        AddOnPrerequisite.create(addon=called(manager, "socks-m").id, tickettype=called(other, "far").id)
    before, out = rows_of_it(), export_catalogue(manager)
    # The discount is for that add-on alone, the voucher for that and others.
    named = [" ".join(sentence(each).split()[:2]) for each in out.notes]
    assert named == ["add-on Socks", "voucher PRESS", "discount Speakers"]
    assert re.findall(r'size = "(\w)"', out.text) == ["S", "L"]
    assert told(brought(manager, out.text)) == []
    assert rows_of_it() == before


def test_a_slug_of_a_product_and_its_sizes_comes_out_as_that_slug(manager: Desk) -> None:
    brought(manager, OFFERS.replace('["poster-s"]', '["poster"]', 1))
    out = exported(manager)
    assert 'addons = ["poster", "poster-m", "poster-s"]' in out
    assert told(brought(manager, out)) == []


def test_a_ticket_that_nobody_can_buy_comes_out_and_in(manager: Desk) -> None:
    changed(manager, "regular", limit_per_user=0)
    out = exported(manager)
    assert told(brought(manager, out)) == []
    changed(manager, "regular", limit_per_user=3)
    brought(manager, out)
    assert called(manager, "regular").values.limit_per_user == 0


OF_ITS_OWN: list[dict[str, Any]] = [
    {"name": "Socks for most people"},
    {"order": 40},
    {"price": D(8), "total_quantity": 3, "is_active": False},
    {"description": "Thin"},
    {"vat_rate": None},
    {"requires": ("regular",)},
    {"available_from": datetime.fromisoformat("2027-05-01T00:00Z")},
]


@pytest.mark.parametrize("values", OF_ITS_OWN, ids=[",".join(each) for each in OF_ITS_OWN])
@pytest.mark.parametrize("slug", ["socks-s", "socks-m", "socks-l"])
def test_a_size_that_differs_stays_one_of_its_sizes_and_so_do_the_others(
    manager: Desk, slug: str, values: dict[str, Any]
) -> None:
    brought(manager, BESIDE_IT)
    changed(manager, slug, **values)
    before = [each.values for each in editing.products(manager)]
    out = exported(manager)
    alone = sorted(len(each["sizes"]) for each in tomllib.loads(out)["conference"]["addons"] if each["sizes"])
    assert alone == ([3] if values.keys() & {"name", "order", "price"} else [1, 2])
    assert told(brought(manager, out)) == []
    assert [each.values for each in editing.products(manager)] == before
    other = empty_conference(manager)
    brought(other, of_conference(out, other))
    sizes = {each.values.slug: each.values for each in editing.products(other) if each.values.size}
    assert sizes == {each.slug: each for each in before if each.size}


def test_the_web_sites_catalogue_comes_out_and_not_in(desk2077: Desk) -> None:
    before = everything()
    out = exported(desk2077)
    with connected():
        vouchers = Voucher.select().where(Voucher.conference == desk2077.conference.id).count()
    assert len(tomllib.loads(out)["conference"]["vouchers"]) == vouchers > 5
    for apply in (False, True):
        with pytest.raises(Refused) as caught:
            brought(desk2077, out, apply=apply)
        assert caught.value.code == "catalogue_of_web_site"
    assert everything() == before


def test_of_vouchers_whose_codes_differ_in_case_alone_the_first_comes_out(manager: Desk) -> None:
    with connected():
        for code in ("Media", "MEDIA", "media"):
            Voucher.create(conference=manager.conference.id, code=code)
    out = export_catalogue(manager)
    assert [sentence(each) for each in out.notes] == [
        f"voucher {code} is left out: Media is the same code in other letters" for code in ("MEDIA", "media")
    ]
    before = rows_of_it()
    assert told(brought(manager, out.text)) == []
    assert rows_of_it() == before
    other = empty_conference(manager)
    brought(other, of_conference(out.text, other))
    assert 'code = "Media"' in exported(other)


STORED: list[tuple[Any, str, Any]] = [
    *((forms.ConferenceForm, key, getattr(Conference, name)) for key, name in CONFERENCE_COLUMNS.items()),
    *(
        (where.form, key, getattr(where.table, name))
        for where in (VOUCHERS, *DISCOUNTS)
        for key, name in where.columns.items()
    ),
    *(
        (form, key, getattr(table, key))
        for form, table in ((forms.Ticket, TicketType), (forms.AddOn, AddOn))
        for key in ("name", "slug", "description")
    ),
    (forms.GroupDiscount, "groups", Group.name),
    (forms.ConferenceForm, "slug", Conference.slug),
]


def test_a_files_text_is_as_long_as_its_column() -> None:
    def texts(kind: Any) -> set[Any]:
        if isinstance(kind, type) and issubclass(kind, str):
            return {kind}
        return {each for part in get_args(kind) for each in texts(part)}

    compared = 0
    for form, key, column in STORED:
        found = texts(get_type_hints(form)[key])
        if isinstance(column, TextField):
            assert found == {forms.Prose}, (form, key)
        elif isinstance(column, CharField) and found and key != "timezone":  # of that the names are known
            assert {each.most for each in found} == {column.max_length}, (form, key)
            compared += 1
    assert compared >= 15


def test_a_text_that_fills_its_column_comes_out_and_in(manager: Desk) -> None:
    brought(manager, OFFERS)
    with connected():
        for column in (Conference.venue, Conference.website_url, Voucher.code, AddOn.name):
            row = column.model
            one = row.select(fn.MAX(row.id)).scalar()
            row.update({column: "v" * column.max_length}).where(row.id == one).execute()
        AddOn.update(description="d" * 20_000).where(AddOn.slug == "poster-s").execute()
    out, before = exported(manager), rows_of_it()
    assert told(brought(manager, out)) == []
    assert rows_of_it() == before
    other = empty_conference(manager)
    brought(other, of_conference(out, other))
    assert exported(other) == of_conference(out, other)


def test_a_name_out_of_the_database_cannot_act_on_a_terminal(manager: Desk) -> None:
    with connected():
        TicketType.update(name="A\x9b31m\u202eB\U000e0001").where(TicketType.slug == "regular").execute()
    out = exported(manager)
    assert all(char == "\n" or char.isprintable() for char in out)
    assert tomllib.loads(out)["conference"]["tickets"][0]["name"] == "A\x9b31m\u202eB\U000e0001"


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
def catalogues(draw: st.DrawFn, of: forms.ConferenceForm | None = None) -> forms.ConferenceForm:
    """Any catalogue that can be brought in: slugs, codes of vouchers and of products are not there twice.

    It names nothing but what ``of`` names.
    """
    numbers = count(1)

    def some(values: st.SearchStrategy[Any]) -> Any:
        return draw(values | st.just(UNSET))

    def codes() -> Any:
        return some(st.just(()) | st.builds(lambda: (f"{'YY' if of else 'ZZ'}-{next(numbers)}",)))

    def named(names: st.SearchStrategy[Any], there: list[Any], most: int) -> list[Any]:
        if of is not None:
            return draw(st.permutations(there))[: draw(st.integers(0, most))]
        return draw(st.lists(names, unique=True, max_size=most))

    def alike(slug: str) -> dict[str, Any]:
        return {
            "name": draw(NAMES),
            "slug": slug,
            "price": draw(MONEY),
            "available": draw(WINDOWS),
            "description": some(NAMES),
            "vat": some(st.builds(BUILD.Rate, st.none() | st.decimals(0, 99, places=1))),
            "active": some(st.booleans()),
            "order": some(st.integers(0, 20)),
        }

    def sizes(there: Any) -> Any:
        some_of_it = named(st.sampled_from("SMLX"), [each.size for each in there], 3)
        return tuple(
            BUILD.Size(size=size, quantity=draw(COUNTS), price=draw(st.none() | MONEY), codes=codes(),
                       active=some(st.booleans()), name=draw(st.none() | NAMES), order=some(COUNTS))
            for size in some_of_it or [each.size for each in there]
        )  # fmt: skip

    def scopes() -> dict[str, Any]:
        return {
            name: tuple(draw(st.lists(st.sampled_from(slugs), unique=True, max_size=2))) if slugs else ()
            for name, slugs in (("tickets", of_tickets), ("addons", of_addons))
        }

    before = of or forms.ConferenceForm()
    sizes_of = {each.slug: each.sizes or () for each in before.addons}
    of_tickets = named(SLUGS, [each.slug for each in before.tickets], 4)
    of_addons = named(SLUGS, list(sizes_of), 4)
    tickets = [
        BUILD.Ticket(quantity=draw(COUNTS), per_user=draw(st.integers(1, 99)), codes=codes(), **alike(slug),
                     voucher_required=draw(st.booleans()))
        for slug in of_tickets
    ]  # fmt: skip
    addons = []
    for slug in of_addons:
        own_sizes, rest = sizes(sizes_of.get(slug, ())), alike(slug)
        own = {} if own_sizes else {"quantity": draw(COUNTS), "codes": codes()}
        addons.append(BUILD.AddOn(sizes=own_sizes, requires=scopes()["tickets"], **own, **rest))
    window = st.builds(lambda said: said or forms.Available(), WINDOWS)

    def more(**of_its_kind: st.SearchStrategy[Any]) -> dict[str, Any]:
        """Some keys of a voucher or discount, with the value that each has."""
        return {key: some(values) for key, values in {"active": st.booleans(), **of_its_kind}.items()}

    limits = {"limit": COUNTS, "available": window}
    told = {"description": NAMES, "priority": st.integers(-9, 9), "max_quantity": COUNTS}
    types = st.sampled_from(["percentage", "fixed_amount"])
    build: dict[str, Any] = {
        "A": lambda: BUILD.TimeOrStockDiscount(
            name="A", value=draw(PER_CENT), **more(**limits, type=types), **scopes()
        ),
        "B": lambda: BUILD.ProductDiscount(
            name="B", value=draw(PER_CENT), **more(**limits, **told), **scopes()
        ),
        "C": lambda: BUILD.SpeakerDiscount(
            name="C",
            value=draw(PER_CENT),
            **more(presenter=st.booleans(), copresenter=st.booleans()),
            **scopes(),
        ),
        "D": lambda: BUILD.GroupDiscount(
            name="D", value=draw(PER_CENT), groups=("Demo Volunteers",), **more(**told)
        ),
        "E": lambda: BUILD.IncludedProductDiscount(
            name="E", value=draw(MONEY), type="fixed_amount", enabling=scopes()["tickets"], **more()
        ),
        "F": lambda: BUILD.CategoryDiscount(
            name="F",
            value=draw(PER_CENT),
            **more(**limits, all_tickets=st.booleans(), all_addons=st.booleans()),
        ),
    }
    vouchers = [
        BUILD.Voucher(
            code=code, type=draw(types | st.just("comp")), value=draw(PER_CENT), **scopes(),
            **more(max_uses=COUNTS, available=window, unlocks_hidden_tickets=st.booleans()),
        )
        for code in named(SLUGS, [each.code for each in before.vouchers], 2)
    ]  # fmt: skip
    kinds = (
        [each.name for each in before.discounts]
        if of
        else draw(st.lists(st.sampled_from("ABCDEF"), max_size=4))
    )
    form: forms.ConferenceForm = BUILD.ConferenceForm(
        venue=draw(st.sampled_from(["", "Hall"])),
        revenue_budget=draw(st.none() | MONEY),
        target_attendance=draw(st.none() | COUNTS),
        tickets=tuple(tickets), addons=tuple(addons), vouchers=tuple(vouchers),
        discounts=tuple(build[kind]() for kind in kinds),
    )  # fmt: skip
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
@given(data=st.data())
def test_any_catalogue_comes_out_as_it_went_in_whatever_is_done_meanwhile(
    manager: Desk, data: st.DataObject
) -> None:
    form = data.draw(catalogues())
    first, second = empty_conference(manager), empty_conference(manager)
    text = written(form)
    brought(first, text)
    out = exported(first)
    assert told(brought(first, text)) == []
    assert told(brought(first, out)) == []
    of_other = out.replace(first.conference.slug, second.conference.slug)
    brought(second, of_other)
    assert exported(second) == of_other
    kept = [each.values for each in editing.products(first)]
    brought(first, written(data.draw(catalogues(form))))
    for product in editing.products(first):
        if data.draw(st.booleans()):
            with suppress(Refused):  # something is limited to it
                editing.delete(first, product)
    brought(first, out)
    assert [each.values for each in editing.products(first)] == kept
    assert exported(first) == out
