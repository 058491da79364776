"""Orders are found again by whatever somebody remembers, with what is unfinished about them."""

from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.desk.paying import READER, Watched, begin
from tests.desk.rows import order_of
from tests.desk.selling import items
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data import search_index
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order
from tui_pos.desk.carts import checkout
from tui_pos.desk.carts.checkout import cancel_order
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search.find_orders import FoundOrder, orders
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal


def references(found: tuple[FoundOrder, ...]) -> list[str]:
    return [order.reference for order in found]


def test_by_reference_name_and_email(desk: Desk) -> None:
    placed = checkout.sell(desk, items("t-shirt*2 lunch"), name="Ada Byron", email="ada@example.org")
    for text in (placed.reference, placed.reference[4:9].lower(), "byron", "ADA example.org", "ada BYRON"):
        assert references(orders(desk, text=text)) == [placed.reference]
    (found,) = orders(desk, text="byron")
    assert (found.buyer, found.email, found.items) == (
        "Ada Byron",
        "ada@example.org",
        "2 x T-Shirt, Lunch",
    )
    assert (found.status, found.total, found.paid, found.due, found.paid_by) == (
        "pending",
        D("65.00"),
        D(0),
        D("65.00"),
        "",
    )
    assert orders(desk, text="byron lindqvist") == ()
    assert orders(desk, text="100%") == ()


def test_all_orders_of_a_person_by_name_and_by_badge(desk: Desk) -> None:
    placed = checkout.sell(desk, items("t-shirt"), attendee_code="NOOR2026", name="The Firm")
    expected = [placed.reference, "ORD-DEMO0001"]
    for text in ("noor", "Lindqvist", "noor2026", "noor@example.org"):
        assert references(orders(desk, text=text)) == expected


def test_by_the_last_four_digits_of_a_card(card_desk: Desk, simulator: Server) -> None:
    order = checkout.sell(card_desk, items("t-shirt"), name="Ada Byron")
    begun = begin(card_desk, order)
    Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER, "5555555555554444")).run()
    (found,) = orders(card_desk, text="4444")
    assert (found.reference, found.paid_by, found.paid, found.due) == (
        order.reference,
        "Mastercard 4444",
        D("25.00"),
        D(0),
    )
    assert references(orders(card_desk, text="4444 byron")) == [order.reference]
    assert orders(card_desk, text="444") == ()


def test_by_the_amount_of_the_order_or_of_a_payment(desk: Desk) -> None:
    order = checkout.sell(desk, items("cafe-creme"), attendee_code="HUGO2026")
    use_credit(desk, order.reference, D("1.25"))
    take_cash(desk, order.reference, D("6.25"))
    for text in ("7.50", "1.25", "6.25", "7.5", "7,50"):
        assert references(orders(desk, text=text)) == [order.reference]
    (found,) = orders(desk, text="7.50 hugo")
    assert (found.paid_by, found.paid, found.status) == ("Credit, Cash", D("7.50"), "paid")
    assert orders(desk, text="7.51") == ()


def test_by_what_it_had_cost_and_what_was_paid_before_a_part_went_back(desk: Desk, as_staff: AsStaff) -> None:
    lead = as_staff(desk, "lead")
    order = checkout.sell(lead, items("t-shirt chefs-dinner"), name="Ada Byron")
    take_cash(lead, order.reference, D(70), D(70))
    take_cash(lead, order.reference, D(20))
    assert order.total == D("90.00")
    for amount in ("3.10", "4.20"):
        refunds.refund(lead, order.reference, D(amount), reason="cold soup")
    for text in ("90.00", "70.00", "20.00", "82.70", "12.70"):
        assert references(orders(lead, text=f"{text} byron")) == [order.reference], text
    assert orders(lead, text="82.71 byron") == ()


def test_today_is_what_was_made_or_paid_since_midnight_here(desk: Desk, frozen_clock: FrozenClock) -> None:
    early = order_of(desk, "ZARA2026", "10.00", "lunch", created_at=clock.now())
    frozen_clock.advance(10.5 * 3600)
    old = checkout.sell(desk, items("t-shirt"))
    frozen_clock.advance(3600)  # 23:30 UTC, 00:30 in Prague
    new = checkout.sell(desk, items("t-shirt"))
    assert references(orders(desk, today=True)) == [new.reference]
    take_cash(desk, early.reference, D(10))
    assert references(orders(desk, today=True)) == [new.reference, early.reference]
    assert references(orders(desk, text="25.00", limit=2)) == [new.reference, old.reference]


def test_what_is_unfinished_is_told(card_desk: Desk, frozen_clock: FrozenClock) -> None:
    order = checkout.sell(card_desk, items("t-shirt"), name="Ada Byron")
    (found,) = orders(card_desk, text="byron")
    assert (found.expired, found.live_attempt_id, found.live) == (False, None, None)
    begun = begin(card_desk, order)
    (found,) = orders(card_desk, text="byron")
    assert (found.live_attempt_id, found.live, found.live_tone) == (
        begun.attempt_id,
        begun.notice,
        begun.tone,
    )
    frozen_clock.advance(16 * 60)
    assert orders(card_desk, text="byron")[0].expired
    paid = checkout.sell(card_desk, items("lunch"), name="Mary")
    take_cash(card_desk, paid.reference, D(15))
    gone = checkout.sell(card_desk, items("lunch"), name="Percy")
    cancel_order(card_desk, gone.reference)
    for text in ("mary", "percy"):
        (found,) = orders(card_desk, text=text)
        assert (found.expired, found.due, found.live) == (False, D(0), None)


def test_the_latest_first_and_no_more_than_asked_for(desk: Desk) -> None:
    made = [checkout.sell(desk, items("lunch")).reference for _ in range(3)]
    assert references(orders(desk, limit=2)) == made[:0:-1]
    assert len(orders(desk)) == 20
    assert orders(desk, limit=0) == ()


def test_other_conferences_orders_are_not_found(desk2077: Desk) -> None:
    with connected():
        other = Order.select().where(Order.conference != desk2077.conference.id).first()
    assert orders(desk2077, text=other.reference) == ()
    assert orders(desk2077, limit=1000)


def test_few_statements_whatever_the_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "FEW", 0)  # as where there are many
    orders(desk, text="the index is made")
    with statements() as seen:
        assert len(orders(desk, text="example.org", limit=30)) == 30
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("text", "buyers"),
    [
        ("%", []),
        ("% [mark] - upton", ["[bold]Mark[/] Upton %s"]),
        ("O'Brien", ["Siobhán O'Brien-D'Arcy"]),
        ("\x1b[31mo'brien\x1b[0m", ["Siobhán O'Brien-D'Arcy"]),
        ("_", []),
        ("a" * 5000, []),
        ("9" * 30, []),
        ("-349.00", []),
        ("1E2", []),
        ("\uff13\uff14\uff19", []),
    ],
)
def test_odd_texts_are_only_text(text: str, buyers: list[str], desk: Desk) -> None:
    assert [order.buyer for order in orders(desk, text=text)] == buyers


def test_who_may(desk: Desk, as_staff: AsStaff) -> None:
    assert orders(as_staff(desk, "scanner"))
    with pytest.raises(NotPermitted):
        orders(as_staff(desk, "visitor"))
