"""Rehearsals with all that a day brings: set apart and purged, nothing of them is left or dangles."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.desk.paying import paid
from tests.desk.rows import order_of
from tests.desk.selling import Rows, items, order_row, user_of
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.queries import Row, rows
from tui_pos.data.tables import SHOP
from tui_pos.data.tables.registration import Attendee, Credit, Voucher
from tui_pos.desk import reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.carts.holders import Holder
from tui_pos.desk.catalogue import inventory
from tui_pos.desk.checkin import redemption
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.corrections import correct
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.context import Desk, Mode
from tui_pos.desk.payments import accounts
from tui_pos.desk.reconciliation import account_change, maintenance, rehearsals
from tui_pos.desk.refunds import refunds, voids
from tui_pos.desk.refunds.exchanges import exchange
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.search import lookup
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal

D = Decimal

ONLINE = "ORD-DEMO0001"
"""Noor's, paid on the web site before any desk opened."""

Act = Callable[[Desk, Server], object]


@pytest.fixture
def wallet(lead: Desk) -> None:
    """What Noor may spend: real credit, from before."""
    with connected():
        Credit.create(
            conference=lead.conference.id,
            user=user_of("NOOR2026"),
            amount=D(40),
            remaining_amount=D(40),
            status="available",
            created_at=clock.now(),
            updated_at=clock.now(),
        )


def by_cash(desk: Desk, wanted: str, code: str | None = "NOOR2026", **more: str) -> str:
    placed = checkout.sell(desk, items(wanted), attendee_code=code, **more)
    if placed.total:
        take_cash(desk, placed.reference, placed.total)
    return placed.reference


def by_card(desk: Desk, wanted: str, simulator: Server, code: str | None = "NOOR2026") -> str:
    placed = checkout.sell(desk, items(wanted), attendee_code=code)
    paid(desk, placed, simulator)
    return placed.reference


def a_part_of_a_card_goes_back(desk: Desk, simulator: Server) -> None:
    reference = by_card(desk, "t-shirt*3 lunch", simulator)
    refunds.refund(desk, reference, lines=[Piece("t-shirt")], reason="too small")
    refunds.refund(desk, reference, D(5), reason="scratched")


def all_of_it_goes_back(desk: Desk, simulator: Server) -> None:
    refunds.refund(desk, by_card(desk, "hoodie", simulator), reason="mistake")
    voids.void(desk, by_cash(desk, "lunch"), "mistake")


def a_voucher_is_used_up(desk: Desk, _: Server) -> None:
    with connected():
        code = next(row.code for row in Voucher.select().order_by(Voucher.id) if row.is_active)
    placed = checkout.sell(desk, items("regular"), name="Vera Voucher", voucher=code)
    if placed.total and order_row(placed.reference).status == "pending":
        take_cash(desk, placed.reference, placed.total)
    refunds.refund(desk, placed.reference, reason="mistake")


def credit_is_spent_and_given_back(desk: Desk, _: Server) -> None:
    placed = checkout.sell(desk, items("t-shirt"), attendee_code="NOOR2026")
    use_credit(desk, placed.reference)
    refunds.refund(desk, placed.reference, D(10), reason="scratched")


def an_even_exchange(desk: Desk, simulator: Server) -> None:
    reference = by_card(desk, "t-shirt*2", simulator)
    first = exchange(desk, reference, Piece("t-shirt"), "t-shirt", reason="too small")
    exchange(desk, first.new.reference, Piece("t-shirt"), "t-shirt", reason="too large")


def an_exchange_that_is_not_paid(desk: Desk, _: Server) -> None:
    exchange(desk, by_cash(desk, "t-shirt"), Piece("t-shirt"), "hoodie")


def an_exchange_that_was_cancelled(desk: Desk, _: Server) -> None:
    done = exchange(desk, by_cash(desk, "t-shirt"), Piece("t-shirt"), "hoodie")
    checkout.cancel_order(desk, done.new.reference)


def an_exchange_that_gives_back(desk: Desk, simulator: Server) -> None:
    exchange(desk, by_card(desk, "hoodie", simulator), Piece("hoodie"), "t-shirt")


def an_exchange_of_what_credit_paid(desk: Desk, _: Server) -> None:
    placed = checkout.sell(desk, items("t-shirt"), attendee_code="NOOR2026")
    use_credit(desk, placed.reference)
    exchange(desk, placed.reference, Piece("t-shirt"), "hoodie")


def an_exchange_of_what_was_bought_online(desk: Desk, _: Server) -> None:
    done = exchange(desk, ONLINE, Piece("regular"), "regular", reason="other name")
    exchange(desk, done.new.reference, Piece("regular"), "regular")


def credit_moves_and_comes_back(desk: Desk, _: Server) -> None:
    placed = checkout.sell(desk, items("t-shirt"), attendee_code="NOOR2026")
    use_credit(desk, placed.reference)
    done = exchange(desk, placed.reference, Piece("t-shirt"), "hoodie")
    checkout.cancel_order(desk, done.new.reference)
    again = checkout.sell(desk, items("lunch"), attendee_code="NOOR2026")
    use_credit(desk, again.reference)


def hand_outs_and_badges(desk: Desk, _: Server) -> None:
    reference = by_cash(desk, "day-pass*2 t-shirt*2", None, name="Ada Byron", email="ada@example.org")
    with connected():
        code = Attendee.get(Attendee.order == order_row(reference).id).access_code
    mary = register_companion(desk, reference, "Mary").access_code
    check_in(desk, code)
    check_in(desk, mary)
    (shirts,) = [each for each in redemption.hand_outs(desk, code) if each.bought == 2]
    redemption.hand_out(desk, code, shirts.line_id, 2)
    refunds.refund(desk, reference, lines=[Piece("t-shirt")], came_back=True, reason="torn")
    exchange(desk, reference, Piece("day-pass", badge=mary), "regular")


def tickets_for_others(desk: Desk, _: Server) -> None:
    placed = checkout.sell(desk, items("day-pass*3"), [Holder("Mary"), Holder("Percy")], name="Ada Byron")
    take_cash(desk, placed.reference, placed.total)
    with connected():
        rows_ = Attendee.select().where(Attendee.order == placed.id).order_by(Attendee.id)
        ada, mary, _percy = [row.access_code for row in rows_]
    jane = transfer(desk, mary, "Jane", reason="ill").access_code
    correct(desk, jane, name="Jane Austen", email="jane@example.org")
    for code in (ada, jane):
        transfer(desk, code, "Somebody", reason="ill")


def a_gift(desk: Desk, _: Server) -> None:
    placed = checkout.sell(desk, items("regular"), name="Spea Ker")
    give_free(desk, placed.reference, "speaker")


def the_dashboard_gives_back(desk: Desk, simulator: Server) -> None:
    by_card(desk, "t-shirt", simulator)
    (intent_id,) = simulator.books()
    simulator.dashboard_refund(intent_id, 1000)
    reconciliation.run(desk)


ACTS: tuple[Act, ...] = (
    a_part_of_a_card_goes_back,
    all_of_it_goes_back,
    a_voucher_is_used_up,
    credit_is_spent_and_given_back,
    an_even_exchange,
    an_exchange_that_is_not_paid,
    an_exchange_that_was_cancelled,
    an_exchange_that_gives_back,
    an_exchange_of_what_credit_paid,
    an_exchange_of_what_was_bought_online,
    credit_moves_and_comes_back,
    hand_outs_and_badges,
    tickets_for_others,
    a_gift,
    the_dashboard_gives_back,
)


def shop_rows() -> Rows:
    """What the web site sees: every row of its tables, but for when it was touched."""
    with connected():
        return {
            table.__name__: list(
                rows(
                    table.select(
                        *(each for each in table._meta.sorted_fields if each.name != "updated_at")
                    ).order_by(table.id)
                )
            )
            for table in SHOP
        }


def left(desk: Desk) -> dict[str, int | None]:
    return {each.slug: each.remaining for each in inventory.inventory(desk)}


def known(found: Rows, before: Rows) -> Rows:
    """Of each table the rows that were there before."""
    ids = {name: {row[0] for row in table} for name, table in before.items()}
    return {name: [row for row in table if row[0] in ids[name]] for name, table in found.items()}


def gone_live(desk: Desk, simulator: Server) -> Desk:
    live = replace(desk, account=Terminal("sk_live_abc", api_base=simulator.url), mode=Mode.LIVE)
    change = account_change.change_wanted(live.conference, live.terminal, Mode.LIVE)
    account_change.change(live.conference, "desk-3", change)
    return live


def dangling() -> list[Row]:
    """Rows that refer to nothing: SQLite says, PostgreSQL allows none."""
    with connected():
        if "sqlite" not in type(database.obj).__name__.lower():
            return []
        return list(database.execute_sql("PRAGMA foreign_key_check").fetchall())


def same(found: Rows, before: Rows) -> None:
    """That no row differs."""
    for name, table in before.items():
        assert found[name] == table, name


@pytest.mark.thorough
@pytest.mark.usefixtures("wallet")
@pytest.mark.parametrize("act", [*ACTS, None], ids=lambda act: act.__name__ if act else "all_together")
def test_nothing_of_a_rehearsal_is_left(
    act: Act | None, lead: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    run_tx(lambda: accounts.claim(lead, accounts.ensure(lead)))
    maintenance.tick(lead, "desk-3")  # what ran out before
    before, stock = shop_rows(), left(lead)
    for each in (act,) if act else ACTS[:-1]:
        each(lead, simulator)
    assert shop_rows() != before
    live = gone_live(lead, simulator)
    assert left(live) == stock
    assert lookup.attendee(live, "NOOR2026").credits_total == D(40)
    assert lookup.attendee(live, "NOOR2026").registered
    same(known(shop_rows(), before), before)
    assert reconciliation.run(live).clean
    assert rehearsals.purge(live.conference.id) > 0
    same(shop_rows(), before)
    assert dangling() == []
    assert left(live) == stock
    assert rehearsals.purge(live.conference.id) == 0
    frozen_clock.advance(1)
    assert by_cash(live, "t-shirt")


@pytest.mark.usefixtures("wallet")
def test_an_order_of_the_web_site_that_a_rehearsal_paid_and_refunded_is_as_it_was(
    lead: Desk, simulator: Server
) -> None:
    with connected():
        Credit.update(amount=D(55), remaining_amount=D(55)).where(Credit.amount == D(40)).execute()
    run_tx(lambda: accounts.claim(lead, accounts.ensure(lead)))
    maintenance.tick(lead, "desk-3")
    by_credit = order_of(lead, "NOOR2026", "25.00", "t-shirt")
    by_money = order_of(lead, "HUGO2026", "30.00", "lunch")
    before = shop_rows()
    use_credit(lead, by_credit.reference)
    refunds.refund(lead, by_credit.reference, D(10), reason="scratched")
    take_cash(lead, by_money.reference, D(30))
    refunds.refund(lead, by_money.reference, lines=[Piece("lunch")], reason="not hungry")
    live = gone_live(lead, simulator)
    assert [order_row(each.reference).status for each in (by_credit, by_money)] == ["pending", "pending"]
    assert lookup.attendee(live, "NOOR2026").credits_total == D(55)
    found = known(shop_rows(), before)
    same(found, {name: before[name] for name in ("OrderLine", "Voucher", "Payment")})
    assert [lookup.order(live, each.reference).due for each in (by_credit, by_money)] == [D(25), D(30)]
    assert reconciliation.run(live).clean
