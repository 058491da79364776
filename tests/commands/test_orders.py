"""orders, cancel-order and void; and who may do what of all the commands at a till."""

import pytest

from tests.commands.till import READER, Till, order_row, payments_of

FOUND = {
    *("id", "reference", "status", "total", "paid", "gross", "given_back", "kept", "due"),
    *("buyer", "email", "items", "paid_by", "created_at", "expired", "payment"),
}


def sold(till: Till, *tender: str) -> str:
    """A paid order for a shirt with a voucher; its reference."""
    words = ("checkout", "--item", "t-shirt", "--attendee", "HUGO2026", "--voucher", "TENOFF")
    reference: str = till.done(*words)["reference"]
    till.done("charge", "--order", reference, *tender)
    return reference


def found(till: Till, *words: str) -> list[str]:
    return [row["reference"] for row in till.done("orders", *words)["orders"]]


def test_an_order_is_found_by_what_somebody_remembers(each_till: Till) -> None:
    reference = sold(each_till, "--reader", READER, "--card", "good")
    online = each_till.done("lookup", "HUGO2026")["order"]["reference"]
    rows: tuple[tuple[tuple[str, ...], list[str]], ...] = (
        ((reference.lower(),), [reference]),
        (("hugo",), [reference, online]),
        (("hugo martin", "--limit", "1"), [reference]),
        (("HUGO2026", "--today"), [reference]),
        (("4242 hugo",), [reference]),
        (("22.50",), [reference]),
        (("22.50 lindqvist",), []),
        (("--limit", "1"), [reference]),
    )
    for words, expected in rows:
        assert found(each_till, *words) == expected, words
    (row,) = each_till.done("orders", "22.50")["orders"]
    assert set(row) == FOUND
    told = (row["total"], row["paid"], row["due"], row["items"], row["paid_by"], row["payment"])
    assert told == ("22.50", "22.50", "0.00", "T-Shirt", "Visa 4242", None)


def test_the_list_tells_what_is_unfinished(till: Till) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--name", "Ada Byron")["reference"]
    (row,) = till.done("orders", reference)["orders"]
    assert (row["status"], row["due"], row["payment"], row["expired"]) == ("pending", "25.00", None, False)
    assert "  due 25.00  Ada Byron  T-Shirt\n" in till.run("orders", "ada").out
    till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    (row,) = till.done("orders", reference)["orders"]
    assert row["payment"] == "WAITING FOR CARD"
    assert "  WAITING FOR CARD  " in till.run("orders", "ada").out
    assert till.run("orders", "nobody").out == "No order fits.\n"


def test_an_unpaid_order_is_cancelled_and_a_paid_one_is_not(till: Till) -> None:
    words = ("checkout", "--item", "lunch=2", "--attendee", "HUGO2026", "--credit")
    reference = till.done(*words)["reference"]
    made = till.done("cancel-order", reference.lower())
    assert (made["reference"], made["status"], made["paid"], made["due"]) == (
        reference,
        "cancelled",
        "0.00",
        "0.00",
    )
    assert till.done("lookup", "HUGO2026")["credits_total"] == "20.00"
    assert till.refused("cancel-order", reference) == (4, "order_not_pending")
    paid = sold(till, "--tender", "cash", "--given", "22.50")
    assert till.refused("cancel-order", paid) == (4, "order_not_pending")
    part = till.done("checkout", "--item", "lunch")["reference"]
    till.done("charge", "--tender", "cash", "--order", part, "--given", "5", "--part", "5")
    before = till.world()
    assert till.refused("cancel-order", part) == (4, "order_has_payments")
    assert till.world() == before
    other = till.done("checkout", "--item", "lunch")["reference"]
    assert till.run("cancel-order", other).out == f"{other}  cancelled\n"


VOIDED = (
    (("--tender", "cash", "--given", "22.50"), ["cash"]),
    (("--reader", READER, "--card", "good"), ["card"]),
)


@pytest.mark.parametrize(("tender", "back"), VOIDED)
def test_a_sale_is_taken_back_once(till: Till, tender: tuple[str, ...], back: list[str]) -> None:
    reference = sold(till, *tender)
    assert till.refused("void", reference, staff="lead") == (2, "usage")
    assert till.refused("void", reference, "--reason", " ", staff="lead") == (2, "reason_required")
    made = till.done("void", reference, "--reason", "rung up twice", staff="lead")
    assert set(made) == {
        "order_reference",
        "refunds",
        "order_status",
        "done",
        "gross",
        "given_back",
        "kept",
    }
    assert [row["tender"] for row in made["refunds"]] == back
    assert (made["order_status"], made["done"]) == ("refunded", True)
    assert payments_of(reference) == [("refunded", "22.50")]
    again = till.done("void", reference, "--reason", "rung up twice", staff="lead")
    assert (again["refunds"], again["done"]) == ([], True)
    assert order_row(reference).status == "refunded"


def test_a_void_that_stripe_does_not_answer_is_not_called_done(till: Till) -> None:
    reference = sold(till, "--reader", READER, "--card", "good")
    base = till.simulator.url
    till.change_config(base, "http://127.0.0.1:9")
    answer = till.ask("void", reference, "--reason", "rung up twice", staff="lead")
    assert (answer.status, answer.json["code"], answer.json["done"]) == (5, "void_unfinished", False)
    assert order_row(reference).status == "paid"
    till.change_config("http://127.0.0.1:9", base)
    till.done("reconcile")
    assert till.done("void", reference, "--reason", "rung up twice", staff="lead")["done"] is True
    (book,) = till.books().values()
    assert book["refunded"] == 2250


def test_nothing_is_voided_that_nobody_paid(till: Till) -> None:
    unpaid = till.done("checkout", "--item", "lunch")["reference"]
    online = till.done("lookup", "NOOR2026")["order"]["reference"]
    before = till.world()
    assert till.refused("void", unpaid, "--reason", "x", staff="lead") == (4, "order_not_paid")
    assert till.refused("void", online, "--reason", "x", staff="lead") == (4, "paid_online")
    assert till.world() == before
    paid = sold(till, "--tender", "cash", "--given", "22.50")
    said = till.run("void", paid, "--reason", "x", staff="lead").out
    assert said == f"{paid}  22.50 USD  give it back in cash\n{paid}  refunded\n"


MAY = (
    # command, the least of scanner, trainee and lead who may
    ("orders", "scanner"),
    ("check-in NOOR2026", "scanner"),
    ("check-in TOMA2026 --undo --reason x", "scanner"),
    ("hand-out OWEN2026", "scanner"),
    ("hand-out OWEN2026 --line LUNCH", "scanner"),
    ("charge --tender cash --order PENDING --given 25", "trainee"),
    ("charge --tender credit --order PENDING", "trainee"),
    ("charge --tender card --order PENDING --part 5 --reader tmr_front_1 --card good", "trainee"),
    ("checkout --item lunch --attendee HUGO2026 --credit", "trainee"),
    ("cancel-order PENDING", "trainee"),
    ("companion TWO --name Bo", "trainee"),
    ("charge --tender free --order PENDING --reason x", "lead"),
    ("void TWO --reason x", "lead"),
    ("refund TWO", "lead"),
)


@pytest.mark.parametrize(("text", "least"), MAY)
def test_who_may_do_what(till: Till, text: str, least: str) -> None:
    made = till.done("checkout", "--item", "day-pass=2", "--attendee", "HUGO2026")
    till.done("charge", "--tender", "cash", "--order", made["reference"], "--given", made["total"])
    pending = till.done("checkout", "--item", "t-shirt", "--attendee", "HUGO2026")["reference"]
    names = {"TWO": made["reference"], "PENDING": pending}
    for row in till.done("hand-out", "OWEN2026")["hand_outs"]:
        names[row["description"].upper()] = str(row["line_id"])
    words = [names.get(word, word) for word in text.split()]
    before = till.world()
    staff = ["scanner", "trainee", "lead"]
    for name in staff[: staff.index(least)]:
        assert till.refused(*words, staff=name) == (6, "not_permitted")
        assert till.world() == before
    till.done(*words, staff=least)
