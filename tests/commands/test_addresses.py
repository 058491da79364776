"""No command shows an e-mail address of another conference, and door staff are shown none at all."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from tests.commands.till import READER, Till, order_row, write
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, Order

THEIRS = "@elsewhere.example"
REFERENCE = "ORD-ELSEWHER"


@pytest.fixture
def crowded(each_till: Till) -> Till:
    """The till, with a second conference in the same database whose people have addresses."""
    till = each_till
    write(elsewhere)
    return till


def elsewhere() -> None:
    now, today = clock.now(), date(2027, 1, 1)
    other = Conference.create(slug="other", name="Other", start_date=today, end_date=today)
    for number, name in enumerate(("", "Noor", "nobody@")):
        user = User.create(
            username=f"person{number}{THEIRS}", password="!", email=f"person{number}{THEIRS}", first_name=name
        )
        order = Order.create(
            conference=other.id,
            user=user,
            status="paid",
            subtotal=Decimal(5),
            total=Decimal(5),
            billing_name="",
            billing_email=f"bill{number}{THEIRS}",
            reference=f"{REFERENCE}{number}",
            created_at=now,
            updated_at=now,
        )
        Attendee.create(
            conference=other.id,
            user=user,
            order=order,
            access_code=f"ELSE{number}",
            created_at=now,
            updated_at=now,
        )


def commands(target: str) -> Iterator[tuple[str, ...]]:
    """Every command that takes a name, a code, a reference or a text, with one of the other conference's."""
    for words in (
        ("lookup", target),
        ("lookup", f"other:{target}"),
        ("find", target),
        ("orders", target),
        ("check-in", target),
        ("hand-out", target),
        ("companion", target, "--name", "Ann"),
        ("check-in", target, "--group"),
        ("correct", target, "--name", "Ann"),
        ("transfer", target, "--name", "Ann", "--reason", "why"),
        ("complete", target),
        ("cancel-order", target),
        ("void", target, "--reason", "why"),
        ("refund", target, "--reason", "why"),
        ("exchange", target, "--line", "t-shirt", "--for", "hoodie"),
        ("resolve", target),
        ("capture", target),
        ("cancel", target),
        ("charge", "--order", target, "--reader", READER),
        ("charge", "--order", target, "--tender", "cash", "--given", "50"),
        ("charge", "--amount", "5", "--attendee", target, "--reader", READER),
        ("checkout", "--item", "t-shirt", "--attendee", target),
    ):
        yield words
        yield ("--json", *words)


TARGETS = (f"{REFERENCE}1", "ELSE1", "elsewhere", f"person1{THEIRS}", "Noor", "1")


@pytest.mark.thorough
@pytest.mark.parametrize("target", TARGETS)
def test_no_address_of_another_conference_leaves_by_any_command(crowded: Till, target: str) -> None:
    said = ""
    for staff in ("lead", "scanner"):
        for words in (
            *commands(target),
            ("inventory",),
            ("conferences",),
            ("reconcile",),
            ("readers",),
            ("orders",),
        ):
            answer = crowded.run(*words, staff=staff)
            # What was typed may be said again: it has left already.
            said += f"{answer.out}{answer.err}".replace(target, "").replace(target.upper(), "")
    assert said
    assert "@elsewhere" not in said.lower()


def test_the_desk_sees_its_own_addresses_and_door_staff_none(each_till: Till) -> None:
    till = each_till
    reference = till.done("checkout", "--item", "t-shirt", "--name", "a@b.example", "--email", "c@b.example")[
        "reference"
    ]
    with connected():
        User.update(first_name="", last_name="", username="noor@work.example").where(
            User.id == Attendee.get(Attendee.access_code == "NOOR2026").user_id
        ).execute()
    asked = [
        ("lookup", "NOOR2026"),
        ("find", "noor"),
        ("find", reference),
        ("orders",),
        ("orders", reference),
        ("orders", "noor"),
        ("orders", "@"),
        ("check-in", "NOOR2026"),
        ("hand-out", "NOOR2026"),
        ("inventory",),
    ]
    for words in asked:
        for form in (words, ("--json", *words)):
            answer = till.run(*form, staff="scanner")
            assert "@" not in answer.out + answer.err.replace("'@'", ""), form
    assert "@" in till.run("lookup", "NOOR2026").out
    assert "@" in till.run("find", "noor").out
    assert "c@b.example" in till.run("--json", "orders", reference).out


def test_door_staff_find_by_a_whole_address_and_not_by_pieces_of_one(each_till: Till) -> None:
    till = each_till
    reference = till.done("checkout", "--item", "t-shirt", "--email", "zoe.quux@b.example")["reference"]
    assert [
        row["reference"] for row in till.done("orders", "ZOE.quux@b.example", staff="scanner")["orders"]
    ] == [reference]
    for piece in ("zoe", "quux", "@b.example", "zoe.quux@b.exampl", "%", "@"):
        found = till.done("orders", piece, staff="scanner")["orders"]
        assert reference not in [row["reference"] for row in found], piece
    assert till.done("orders", "quux")["orders"][0]["email"] == "zoe.quux@b.example"
    assert order_row(reference)
