"""refund by lines and exchange as a treasurer types them, and everything that is refused."""

import pytest

from tests.commands.till import Till, lines_of, order_row


def two_shirts(till: Till, *more: str) -> str:
    """A paid order over two shirts and what ``more`` names; its reference."""
    items = [word for item in ("t-shirt=2", *more) for word in ("--item", item)]
    made = till.done("checkout", *items, "--attendee", "NOOR2026")
    till.done("charge", "--tender", "cash", "--order", made["reference"], "--given", made["total"])
    return str(made["reference"])


def test_a_piece_goes_back_by_its_line(each_till: Till) -> None:
    reference = two_shirts(each_till)
    words = ("refund", reference, "--line", "t-shirt=1", "--reason", "too small")
    done = each_till.done(*words, staff="lead")
    (row,) = done["refunds"]
    assert (row["tender"], row["origin"], row["amount"], row["reason"]) == (
        "cash",
        "desk",
        "25.00",
        "too small",
    )
    assert [(piece["description"], piece["quantity"]) for piece in row["pieces"]] == [("T-Shirt", 1)]
    assert (done["gross"], done["given_back"], done["kept"]) == ("50.00", "25.00", "25.00")
    assert lines_of(reference) == [("T-Shirt", 1)]
    (listed,) = each_till.done("orders", reference)["orders"]
    assert (listed["gross"], listed["given_back"], listed["kept"], listed["total"]) == (
        "50.00",
        "25.00",
        "25.00",
        "25.00",
    )
    assert listed["items"] == "T-Shirt"
    assert "Cash, gave back 25.00 of 50.00" in each_till.run("orders", reference).out
    shown = each_till.done("lookup", "NOOR2026")["orders"][0]
    assert (shown["gross"], shown["given_back"], shown["kept"]) == ("50.00", "25.00", "25.00")
    said = each_till.run("refund", reference, "--line", "t-shirt", staff="lead").out
    assert said == f"{reference}  25.00 USD  give it back in cash  (1 x T-Shirt)\n"
    assert order_row(reference).status == "refunded"


def test_what_was_handed_out_must_have_come_back(till: Till) -> None:
    reference = two_shirts(till)
    (line,) = [
        row for row in till.done("hand-out", "NOOR2026")["hand_outs"] if row["order_reference"] == reference
    ]
    till.done("hand-out", "NOOR2026", "--line", str(line["line_id"]), "--quantity", "2")
    before = till.world()
    assert till.refused("refund", reference, "--line", "t-shirt", staff="lead") == (4, "handed_out")
    assert till.world() == before
    till.done("refund", reference, "--line", str(line["line_id"]), "--came-back", staff="lead")
    (row,) = [
        row for row in till.done("hand-out", "NOOR2026")["hand_outs"] if row["order_reference"] == reference
    ]
    assert (row["bought"], row["left"]) == (1, 0)


REFUSED = (
    # options of a refund; exit status, reason code
    (("--amount", "0", "--reason", "x"), 2, "invalid_amount"),
    (("--amount=-1", "--reason", "x"), 2, "invalid_amount"),
    (("--amount", "10.00"), 2, "reason_required"),
    (("--amount", "10.00", "--reason", " "), 2, "reason_required"),
    (("--amount", "10.00", "--line", "t-shirt", "--reason", "x"), 2, "amount_or_lines"),
    (("--line", "t-shirt=3"), 4, "too_many"),
    (("--line", "t-shirt=2", "--line", "t-shirt=1"), 4, "too_many"),
    (("--line", "t-shirt=0"), 2, "invalid_quantity"),
    (("--line", "t-shirt=-1"), 2, "invalid_quantity"),
    (("--line", "t-shirt=one"), 2, "invalid_quantity"),
    (("--line", "t-shirt=1.5"), 2, "invalid_quantity"),
    (("--line", "t-shirt="), 2, "invalid_quantity"),
    (("--line", "hoodie"), 3, "line_not_found"),
    (("--line", "OTHER"), 3, "line_not_found"),
    (("--line", ""), 3, "line_not_found"),
    (("--line", "lunch"), 4, "given_back"),
    (("--badge", "NOOR2026"), 2, "usage"),
    (("--came-back",), 2, "usage"),
)


def test_bad_refunds_write_and_send_nothing(till: Till) -> None:
    other = till.done("checkout", "--item", "hoodie", "--attendee", "HUGO2026")
    reference = two_shirts(till, "lunch")
    till.done("refund", reference, "--line", "lunch", staff="lead")
    before = till.world()
    for options, status, code in REFUSED:
        words = [str(other["line_items"][0]["id"]) if word == "OTHER" else word for word in options]
        assert till.refused("refund", reference, *words, staff="lead") == (status, code), options
        assert till.world() == before, options
    assert till.refused("refund", other["reference"], "--line", "hoodie", staff="lead") == (
        4,
        "order_not_paid",
    )
    assert till.refused("refund", reference, "--line", "t-shirt") == (6, "not_permitted")
    assert till.world() == before


def test_whose_ticket_goes_back_is_named_by_its_badge(till: Till) -> None:
    made = till.done("checkout", "--item", "day-pass=2", "--name", "Ada Byron")
    reference = made["reference"]
    till.done("charge", "--tender", "cash", "--order", reference, "--given", "240")
    mary = till.done("companion", reference, "--name", "Mary")["attendee"]["access_code"]
    before = till.world()
    assert till.refused("refund", reference, "--line", "day-pass", staff="lead") == (2, "badge_required")
    words = ("refund", reference, "--line", "day-pass", "--badge")
    assert till.refused(*words, "NOOR2026", staff="lead") == (3, "attendee_not_found")
    assert till.world() == before
    till.done(*words, mary.lower(), staff="lead")
    assert till.refused("check-in", mary) == (4, "refunded")
    assert till.refused(*words, mary, staff="lead") == (3, "attendee_not_found")


@pytest.mark.parametrize(("wanted", "due", "back"), [("hoodie", "30.00", []), ("lunch", "0.00", ["10.00"])])
def test_an_exchange_tells_what_is_due_or_gives_the_rest_back(
    wanted: str, due: str, back: list[str], each_till: Till
) -> None:
    reference = two_shirts(each_till)
    words = ("exchange", reference, "--line", "t-shirt", "--for", wanted, "--key", "till-1")
    done = each_till.done(*words, staff="lead")
    assert (done["order_reference"], done["value"], done["due"]) == (reference, "25.00", due)
    assert [row["amount"] for row in done["refunds"]] == back
    new = done["new_order"]["reference"]
    assert order_row(new).status == ("pending" if due != "0.00" else "paid")
    after = each_till.world()
    assert each_till.done(*words, staff="lead")["new_order"]["reference"] == new
    assert each_till.world() == after


def test_bad_exchanges_write_nothing(till: Till) -> None:
    reference = two_shirts(till)
    before = till.world()
    for line, wanted, status, code in (
        ("t-shirt=3", "hoodie", 4, "too_many"),
        ("hoodie", "hoodie", 3, "line_not_found"),
        ("t-shirt", "hoodie=0", 2, "invalid_quantity"),
        ("t-shirt", "hoodie=x", 2, "invalid_quantity"),
        ("t-shirt", "nothing", 3, "product_not_found"),
        ("t-shirt", "mug", 4, "sold_out"),
    ):
        words = ("exchange", reference, "--line", line, "--for", wanted)
        assert till.refused(*words, staff="lead") == (status, code), words
        assert till.world() == before, words
    assert till.refused("exchange", reference, "--line", "t-shirt", "--for", "hoodie") == (6, "not_permitted")
