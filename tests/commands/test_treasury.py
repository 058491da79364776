"""refund and reconcile as a treasurer types them."""

from decimal import Decimal

from tests.commands.till import READER, Till, order_row, write
from tui_pos.data.tables.registration import AddOn


def sold(till: Till) -> str:
    reference: str = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--card", "good")
    return reference


def test_a_refund_is_the_supervisors_and_never_more_than_is_left(till: Till) -> None:
    reference = sold(till)
    assert till.refused("refund", reference) == (6, "not_permitted")
    first = till.done("refund", reference, "--amount", "10.00", "--reason", "late", staff="lead")
    assert [(row["amount"], row["status"]) for row in first["refunds"]] == [("10.00", "succeeded")]
    too_much = ("refund", reference, "--amount", "15.01", "--reason", "late")
    assert till.refused(*too_much, staff="lead") == (2, "amount_too_high")
    assert till.refused(*too_much[:4], staff="lead") == (2, "reason_required")
    assert till.run("refund", reference, staff="lead").out.endswith("refunded to the card\n")
    assert till.refused("refund", reference, staff="lead") == (4, "nothing_to_refund")
    assert order_row(reference).status == "refunded"
    (book,) = till.books().values()
    assert book["refunded"] == 2500


def in_francs(till: Till) -> str:
    """An order of a t-shirt, paid with 10.00 in cash for 10.02."""
    till.change_config('currency = "USD"', 'currency = "CHF"')
    till.done("init", "--currency", "CHF")
    write(lambda: AddOn.update(price=Decimal("10.02")).where(AddOn.slug == "t-shirt").execute())
    return paid_in_cash(till)


def paid_in_cash(till: Till) -> str:
    reference: str = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--tender", "cash", "--given", "10")
    return reference


def test_of_cash_what_is_counted_out_is_told(till: Till) -> None:
    reference = in_francs(till)
    out = till.run("refund", reference, "--amount", "5.01", "--reason", "late", staff="lead").out
    assert out.startswith(f"{reference}  5.00 CHF")
    out = till.run("void", reference, "--reason", "late", staff="lead").out
    assert out.startswith(f"{reference}  5.00 CHF")
    again = paid_in_cash(till)
    (row,) = till.done("refund", again, staff="lead")["refunds"]
    assert (row["amount"], row["rounding"]) == ("10.02", "-0.02")


def test_an_exchange_tells_the_cash_that_goes_back(till: Till) -> None:
    reference = in_francs(till)
    write(lambda: AddOn.update(price=Decimal("5.01")).where(AddOn.slug == "lunch").execute())
    words = ("exchange", reference, "--line", "t-shirt", "--for", "lunch", "--reason", "small")
    found = till.done(*words, staff="lead")
    rows = [(each["amount"], each["rounding"], bool(each["exchange"])) for each in found["refunds"]]
    assert rows == [("5.01", "-0.01", False)]


def test_reconcile_says_that_all_is_well(till: Till) -> None:
    sold(till)
    assert till.done("reconcile")["clean"] is True
    assert "the books agree" in till.run("reconcile", "--check").out


def test_a_check_finds_what_a_run_then_mends(till: Till) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    till.simulator.tap(READER)
    found = till.ask("reconcile", "--check")
    assert (found.status, found.json["mismatches"][0]["kind"]) == (4, "unfinished")
    assert order_row(reference).status == "pending"
    mended = till.done("reconcile")
    assert [row["status"] for row in mended["driven"]] == ["captured"]
    assert order_row(reference).status == "paid"
    assert till.refused("reconcile", staff="scanner") == (6, "not_permitted")
