"""The layouts of real exports, with invented people, as they lie beside the repository."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.imports.lists import counts, orders
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import AddOn, TicketType
from tui_pos.desk.checkin import checkin
from tui_pos.desk.context import Desk
from tui_pos.desk.imports.people import Outcome, import_people
from tui_pos.desk.search import lookup
from tui_pos.desk.search.facts import facts
from tui_pos.desk.search.search import search

PRODUCTS = ("Conference pass", "Corporate pass", "Volunteer")


@pytest.fixture
def lead(desk: Desk, as_staff: AsStaff) -> Desk:
    with connected():
        for place, name in enumerate(PRODUCTS, 90):
            columns = {"slug": name.lower().replace(" ", "-"), "price": Decimal("10.00"), "order": place}
            TicketType.create(conference=desk.conference.id, name=name, **columns)
        assert AddOn.get(AddOn.name == "T-Shirt")
    return as_staff(desk, "lead")


# What becomes of the rows; a code that is scanned, and the verdict on it; how the orders stand.
SAMPLES = {
    "pretix.csv": (
        {"added": 11},
        "m6vq3zk9wxc2tnb8ry4shd7gfjpua5e3",
        "registered",
        {"paid": 5, "pending": 2, "cancelled": 2},
    ),
    "pretix-de.csv": (
        {"added": 8},
        "h3kq7vz2mwx9dyrc4tnb8gafs6jupe5k",
        "already_checked_in",
        {"paid": 5, "pending": 2},
    ),
    "eventbrite.csv": (
        {"added": 10},
        "18441583001",
        "already_checked_in",
        {"paid": 7, "refunded": 1, "cancelled": 1},
    ),
    "tito.csv": ({"added": 10}, "HRN1-1", "registered", {"paid": 8, "cancelled": 1}),
    "hievents.xlsx": ({"added": 10}, "a-7kq2wx0", "already_checked_in", {"paid": 9, "cancelled": 1}),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_goes_in_and_is_scanned(lead: Desk, shared_data: Path, name: str) -> None:
    expected, code, verdict, standing = SAMPLES[name]
    file = shared_data / "imports" / name
    assert counts(import_people(lead, file, apply=True)) == expected
    assert lookup.attendee(lead, code).verdict.code == verdict
    checkin.check_in(lead, code)
    found: dict[str, int] = {}
    for _, status, *_ in orders():
        found[status] = found.get(status, 0) + 1
    assert found == standing
    assert counts(import_people(lead, file, apply=True)) == {"left": expected["added"]}
    (zoe,) = (each for each in search(lead, "Åkerlund").found if each.email)
    seen = lookup.attendee(lead, zoe.key)
    assert (seen.name, seen.email) == ("Zoë Åkerlund-Nuñez", "zoe@kelpworks.example")
    assert facts(lead, seen.id)
    assert search(lead, "=Nadia Formula").total == 1


def test_the_spreadsheet_is_told_row_by_row(lead: Desk, shared_data: Path) -> None:
    file = shared_data / "imports" / "spreadsheet.csv"
    euros = replace(lead, conference=replace(lead.conference, currency="EUR"))
    with connected():
        TicketType.update(name="Day, Friday").where(TicketType.slug == "day-pass").execute()
    report = import_people(euros, file, apply=True, skip_bad=True)
    assert report.header_row == 3
    refused = [(each.number, each.reasons[0].key) for each in report.rows if each.outcome is Outcome.REFUSED]
    assert refused == [
        (7, "bad_row.rounded"),  # 1,23457E+11
        (11, "bad_row.alike_code"),
        (14, "bad_row.status"),  # waiting
    ]
    assert counts(report) == {"added": 6, "refused": 4}
    assert lookup.attendee(euros, "0012345678905").name == "Zoë Åkerlund-Nuñez"
    assert lookup.attendee(euros, "0012345678929").verdict.code == "already_checked_in"
    (price,) = {total for *_, total, names, _ in orders() if names == ['Wilhelmina "Billie" Quartermain']}
    assert price == Decimal("1250.00")


def test_two_lists_of_one_event_are_the_same_people(lead: Desk, shared_data: Path) -> None:
    folder = shared_data / "imports"
    import_people(lead, folder / "pretix.csv", apply=True)
    report = import_people(lead, folder / "pretix-de.csv", apply=True)
    assert report.count(Outcome.ADDED) == report.count(Outcome.REFUSED) == 0
    assert search(lead, "Åkerlund").total == 1
