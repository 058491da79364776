"""complete: orders paid on the web site's manage page, by their buyer's badge; and all that are refused."""

from decimal import Decimal

import pytest

from tests.chaos.website import Website
from tests.commands.till import Till, order_row
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.registration import Attendee


def sold(till: Till) -> str:
    made = till.done("checkout", "--item", "regular", "--name", "Ada Byron", "--email", "ada@example.org")
    return str(made["reference"])


@pytest.mark.parametrize("method", ["manual", "credit", "comp"])
def test_it_is_completed_once_for_its_buyer(each_till: Till, method: str) -> None:
    reference = sold(each_till)
    website = Website(each_till.simulator.url)
    assert each_till.refused("complete", reference) == (4, "not_covered")
    assert website.pay_on_manage_page(reference, method, order_row(reference).total)
    with connected():
        accounts = User.select().count()
    done = each_till.done("complete", reference.lower())
    assert (done["reference"], done["status"]) == (reference, "paid")
    with connected():
        made = Attendee.get(Attendee.order == order_row(reference).id)
        assert (made.user_id, User.select().count()) == (order_row(reference).user_id, accounts)
    assert each_till.done("check-in", made.access_code)
    before = each_till.world()
    assert each_till.refused("complete", reference) == (4, "already_paid")
    assert each_till.world() == before


def test_what_may_not_be_completed(till: Till) -> None:
    website = Website(till.simulator.url)
    part, cancelled, back, cash = (sold(till) for _ in range(4))
    website.pay_on_manage_page(part, "manual", Decimal(100))
    till.done("cancel-order", cancelled)
    for reference in (back, cash):
        total = str(order_row(reference).total)
        till.done("charge", "--tender", "cash", "--order", reference, "--given", total)
    till.done("refund", back, staff="lead")
    before = till.world()
    for reference, expected in (
        (part, (4, "not_covered")),
        (cancelled, (4, "order_not_pending")),
        (back, (4, "order_not_pending")),
        (cash, (4, "already_paid")),
        ("ORD-UNKNOWN", (3, "order_not_found")),
    ):
        assert till.refused("complete", reference) == expected, reference
        assert till.world() == before, reference
    assert till.refused("complete", part, staff="scanner") == (6, "not_permitted")
    assert till.world() == before
