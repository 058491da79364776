"""What a cell means, in the forms in which other programs and people write it."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.imports import values

BERLIN = ZoneInfo("Europe/Berlin")

AMOUNTS = {
    "250.00": "250.00",
    "250,00": "250.00",
    "250,00 €": "250.00",
    "€95,00": "95.00",
    "120,5": "120.50",
    "1.250,00": "1250.00",
    "1,250.00 EUR": "1250.00",
    "1,250": "1250.00",
    "1 250,00": "1250.00",
    "1'250.00": "1250.00",
    "0": "0.00",
    "-": None,
    "": None,
    "n/a": None,
}
MOMENTS = {
    "2027-06-03 07:01": "2027-06-03 05:01:00",
    "2027-06-03 07:01:12": "2027-06-03 05:01:12",
    "03.06.2027 07:01": "2027-06-03 05:01:00",
    "06/23/2027 7:01 p.m.": "2027-06-23 17:01:00",
    "23/06/2027": "2027-06-22 22:00:00",
    "2026/09/20 10:00:00 AM": "2026-09-20 08:00:00",
    "2027-03-02T09:15:00+01:00[Europe/Berlin]": "2027-03-02 08:15:00",
    "2027-03-02T09:15:00.123Z": "2027-03-02 09:15:00",
    "46448": "2027-03-01 23:00:00",
}


@pytest.mark.parametrize("cell", AMOUNTS)
def test_amounts(cell: str) -> None:
    expected = AMOUNTS[cell]
    assert values.amount(cell, "EUR") == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("cell", MOMENTS)
def test_moments(cell: str) -> None:
    expected = datetime.fromisoformat(MOMENTS[cell]).replace(tzinfo=UTC)
    assert values.moment(cell, BERLIN) == expected


@pytest.mark.parametrize(
    ("ask", "cell", "code"),
    [
        (lambda cell: values.amount(cell, "EUR"), "free", "amount"),
        (lambda cell: values.amount(cell, "EUR"), "-5", "amount"),
        (lambda cell: values.amount(cell, "EUR"), "1,23457E+11", "amount"),
        (lambda cell: values.amount(cell, "EUR"), "5 USD", "currency"),
        (lambda cell: values.amount(cell, "USD"), "€5", "currency"),
        (lambda cell: values.amount(cell, "EUR"), "$95.00", "currency"),
        (lambda cell: values.amount(cell, "EUR"), "-€5.00", "amount"),
        (lambda cell: values.amount(cell, "EUR"), "(5.00)", "amount"),
        (lambda cell: values.amount(cell, "EUR"), "5.00-", "amount"),
        (lambda cell: values.amount(cell, "EUR"), "\u22125.00", "amount"),
        (lambda cell: values.amount(cell, "EUR"), "92.6250", "amount"),  # a number of a workbook
        (lambda cell: values.amount(cell, "JPY"), "5.50", "amount"),
        (lambda cell: values.moment(cell, UTC), "05/03/2027 11:15", "day_or_month"),
        (lambda cell: values.moment(cell, UTC), "2027-13-03", "time"),
        (lambda cell: values.moment(cell, UTC), "soon", "time"),
        (values.is_yes, "perhaps", "word"),
        (values.standing, "waiting", "status"),
        (values.quantity, "0", "quantity"),
        (values.code, "1,23457E+11", "rounded"),
        (values.code, "8.1E+17", "rounded"),
    ],
)
def test_what_may_mean_two_things_is_not_guessed(ask: object, cell: str, code: str) -> None:
    assert callable(ask)
    with pytest.raises(InvalidInput) as caught:
        ask(cell)
    assert caught.value.reason.key == f"bad_row.{code}"


def test_marks_of_spreadsheets_fall_away_and_names_stay() -> None:
    texts = ("'+49 1", "\t=none", "'=SUM(A1)", "'t Hooft", "=Nadia", '="0012"', " \u00a0Zoë ")
    assert [values.text(each) for each in texts] == [
        "+49 1", "=none", "=SUM(A1)", "'t Hooft", "=Nadia", "0012", "Zoë",
    ]  # fmt: skip
    assert [values.code(each) for each in ("'0012", '="0012"', "0012 ", "12")] == ["0012"] * 3 + ["12"]


def test_names_in_the_other_order_and_addresses_in_one_cell() -> None:
    assert values.family_and_given("van der Lugt, Jr., Bram") == ("Bram", "van der Lugt, Jr.")
    assert values.family_and_given("Bram van der Lugt, Jr.") is None
    assert values.family_and_given("Madonnina") is None
    assert values.addresses("Zoë <a@b.example>; mailto:c@d.example") == ["a@b.example", "c@d.example"]
    found = values.moments("Main entrance (2027-06-03 08:06:40), VIP, upstairs (2027-06-03 07:00:01)", UTC)
    assert found == (True, datetime(2027, 6, 3, 7, 0, 1, tzinfo=UTC))
    assert values.moments("Main entrance", UTC) == (True, None)
    assert values.came_in("x", UTC) == (True, None)
    assert values.came_in("", UTC) == (False, None)


@pytest.mark.parametrize(
    ("cell", "came"), [("0", False), ("No", False), ("", False), ("yes", True), ("Door", True)]
)
def test_a_list_of_check_ins_that_says_no_holds_none(cell: str, came: bool) -> None:
    assert values.moments(cell, UTC) == (came, None)
