"""charge and checkout with cash, credit and complimentary, whole and in parts, and giving them back."""

import pytest

from tests.commands.till import READER, Till, lines_of, order_row, payments_of

TENDERED = {
    "order_id",
    "order_reference",
    "order_status",
    "tender",
    "amount",
    "given",
    "change",
    "rounding",
    "remaining",
}


def shirt(till: Till, badge: str = "HUGO2026") -> str:
    """A pending order over 25.00; its reference."""
    reference: str = till.done("checkout", "--item", "t-shirt", "--attendee", badge)["reference"]
    return reference


def cash(reference: str, given: str, *words: str) -> tuple[str, ...]:
    return ("charge", "--tender", "cash", "--order", reference, "--given", given, *words)


TENDERS = (
    # tender and options; amount, given, change, remaining; what the order has then
    (("cash", "--given", "50"), "25.00 50.00 25.00 0.00", "paid"),
    (("cash", "--given", "25.00"), "25.00 25.00 0.00 0.00", "paid"),
    (("cash", "--given", "20", "--part", "10.50"), "10.50 20.00 9.50 14.50", "pending"),
    (("credit",), "20.00 0.00 0.00 5.00", "pending"),
    (("credit", "--part", "5.00"), "5.00 0.00 0.00 20.00", "pending"),
    (("free", "--reason", "wrong size sold"), "25.00 0.00 0.00 0.00", "paid"),
)


@pytest.mark.parametrize(("options", "amounts", "status"), TENDERS)
def test_a_tender_pays_an_order_or_a_part_of_it(
    till: Till, options: tuple[str, ...], amounts: str, status: str
) -> None:
    reference = shirt(till)
    tender, *rest = options
    taken = till.done("charge", "--tender", tender, "--order", reference.lower(), *rest, staff="lead")
    assert set(taken) == TENDERED
    told = (taken["amount"], taken["given"], taken["change"], taken["remaining"])
    assert told == tuple(amounts.split())
    assert taken["tender"] == ("comp" if tender == "free" else tender)
    assert (taken["order_reference"], taken["order_status"]) == (reference, status)
    assert order_row(reference).status == status
    booked = "0.00" if tender == "free" else taken["amount"]  # complimentary lowers the price instead
    assert payments_of(reference) == [("succeeded", booked)]


REFUSED = (
    # options, exit status, reason code
    (("cash", "--given", "24.99"), 2, "too_little_given"),
    (("cash", "--given", "5", "--part", "5.01"), 2, "too_little_given"),
    (("cash", "--given", "50", "--part", "25.01"), 2, "amount_too_high"),
    (("cash", "--given", "2500"), 2, "too_much_given"),
    (("credit", "--part", "20.01"), 2, "credit_too_low"),
    (("credit", "--part", "30.00"), 2, "amount_too_high"),
    (("free",), 2, "reason_required"),
    (("free", "--reason", " "), 2, "reason_required"),
    (("card", "--reader", READER, "--part", "25.01"), 2, "amount_too_high"),
    (("card", "--reader", READER, "--part", "0.49"), 4, "amount_too_small"),
    (("cash", "--given", "50", "--key", "k" * 65), 2, "invalid_key"),
)


def test_what_a_tender_refuses_leaves_no_trace(till: Till) -> None:
    reference = shirt(till)
    before = till.world()
    for (tender, *rest), status, code in REFUSED:
        words = ("charge", "--tender", tender, "--order", reference, *rest)
        assert till.refused(*words, staff="lead") == (status, code), words
        assert till.world() == before, words


MISUSED = (
    "--tender cash --order ORDER",
    "--tender cash --given 50",
    "--tender cash --order ORDER --given 50 --reader tmr_front_1",
    "--tender cash --given 50 --amount 5.00",
    "--tender cash --order ORDER --given 50 --no-wait",
    "--tender cash --order ORDER --given 50 --card good",
    "--tender cash --order ORDER --given 50 --attendee NOOR2026",
    "--tender cash --order ORDER --given 50 --reason x",
    "--tender cash --order ORDER --given 50 --key=",
    "--tender credit --order ORDER --given 50",
    "--tender credit",
    "--tender free --order ORDER --reason x --part 5.00",
    "--tender card --order ORDER --reader tmr_front_1 --given 50",
    "--tender card --order ORDER --reader tmr_front_1 --key k1",
    "--order ORDER",
    "--amount 5.00",
    "--amount 5.00 --part 2.00 --reader tmr_front_1",
    "--order ORDER --amount 5.00 --reader tmr_front_1",
    "--order ORDER --reader tmr_front_1 --reason x",
    "--tender cheque --order ORDER",
)


def test_options_that_do_not_go_together_are_wrong_usage(till: Till) -> None:
    reference = shirt(till)
    before = till.world()
    for text in MISUSED:
        words = text.replace("ORDER", reference).split()
        assert till.refused("charge", *words, staff="lead") == (2, "usage"), text
        assert till.world() == before, text


def test_a_split_of_credit_cash_and_card(each_till: Till) -> None:
    reference = shirt(each_till)
    each_till.done("charge", "--tender", "credit", "--order", reference, "--part", "7.00")
    assert each_till.done(*cash(reference, "10", "--part", "8.00"))["remaining"] == "10.00"
    words = ("charge", "--order", reference, "--reader", READER, "--card", "good")
    assert each_till.done(*words, "--part", "4.00")["amount"] == "4.00"
    assert order_row(reference).status == "pending"
    assert each_till.done(*words)["amount"] == "6.00"
    assert order_row(reference).status == "paid"
    assert [amount for _, amount in payments_of(reference)] == ["7.00", "8.00", "4.00", "6.00"]
    assert each_till.refused(*cash(reference, "10")) == (4, "already_paid")


@pytest.mark.parametrize("tender", ["cash", "credit", "free"])
def test_the_same_key_books_once(each_till: Till, tender: str) -> None:
    reference = shirt(each_till)
    options = {"cash": ("--given", "5", "--part", "4.00"), "credit": ("--part", "4.00")}
    more = options.get(tender, ("--reason", "a gift"))
    words = ("charge", "--tender", tender, "--order", reference, *more, "--key", "till-3-0001")
    first = each_till.done(*words, staff="lead")
    after = each_till.world()
    assert each_till.done(*words, staff="lead") == first
    assert each_till.world() == after
    other = shirt(each_till, "NOOR2026")
    again = tuple(other if word == reference else word for word in words)
    assert each_till.refused(*again, staff="lead") == (2, "key_used")


def test_people_read_the_change(till: Till) -> None:
    reference = shirt(till)
    said = till.run(*cash(reference, "20", "--part", "12.00")).out
    assert said == f"{reference}  cash  12.00 USD  given 20.00  change 8.00  still due 13.00\n"
    assert till.run("charge", "--tender", "credit", "--order", reference).out.endswith("13.00 USD  paid\n")


def test_an_order_is_named_by_its_id_too(till: Till) -> None:
    reference = shirt(till)
    assert till.done(*cash(str(order_row(reference).id), "25"))["order_reference"] == reference


CREDITED = (
    # item, badge; credit used, due, status
    ("t-shirt", "HUGO2026", "20.00", "5.00", "pending"),
    ("lunch", "HUGO2026", "15.00", "0.00", "paid"),
    ("sprint-breakfast", "HUGO2026", "0.00", "0.00", "paid"),
)


@pytest.mark.parametrize(("item", "badge", "credit", "due", "status"), CREDITED)
def test_checkout_uses_credit_as_far_as_it_goes(
    till: Till, item: str, badge: str, credit: str, due: str, status: str
) -> None:
    made = till.done("checkout", "--item", item, "--attendee", badge, "--credit")
    assert set(made) == {"order_id", "reference", "status", "total", "line_items", "credit", "due"}
    assert (made["credit"], made["due"], made["status"]) == (credit, due, status)
    assert order_row(made["reference"]).status == status
    assert len(lines_of(made["reference"])) == 1


def test_checkout_by_credit_that_is_not_there_leaves_nothing_to_pay(till: Till) -> None:
    assert till.refused("checkout", "--item", "t-shirt", "--credit") == (2, "usage")
    words = ("checkout", "--item", "t-shirt", "--attendee", "NOOR2026", "--voucher", "TENOFF", "--credit")
    assert till.refused(*words) == (4, "no_credit")
    (order, _) = till.done("lookup", "NOOR2026")["orders"]
    assert (order["status"], order["due"]) == ("cancelled", "0.00")
    said = till.run("checkout", "--item", "t-shirt", "--attendee", "HUGO2026", "--credit").out
    assert said.endswith("\ncredit 20.00  still due 5.00\n")


def test_a_refund_gives_each_tender_back_its_own_way(till: Till) -> None:
    reference = shirt(till)
    till.done("charge", "--tender", "credit", "--order", reference, "--part", "5.00")
    till.done(*cash(reference, "20"))
    first = till.done("refund", reference, "--amount", "21.00", "--reason", "late", staff="lead")
    assert [(row["tender"], row["amount"], row["status"]) for row in first["refunds"]] == [
        ("cash", "20.00", "succeeded"),
        ("credit", "1.00", "succeeded"),
    ]
    said = till.run("refund", reference.lower(), staff="lead").out
    assert said == f"{reference}  4.00 USD  put back on the buyer's credit\n"
    assert order_row(reference).status == "refunded"
    assert till.done("lookup", "HUGO2026")["credits_total"] == "20.00"
