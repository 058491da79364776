"""Whole visits at two stations: sold, paid with any tender, refunded, voided, expired, against a model.

It goes on from the model of sales, which minds stock, limits and vouchers, and adds every tender's money.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from tests.desk.carts.test_sales_model import BUYERS, LIMITED, MAX_USES, STATIONS, VOUCHERS, Placed, Sales
from tests.desk.conftest import AsStaff
from tests.desk.paying import LABEL, READER, Watched
from tests.desk.selling import order_row, user_of, uses
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import CashMovement, Refund
from tui_pos.data.tables.registration import Credit, Order, OrderLine, OrderStatus, Payment, PaymentMethod
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.refunds import elsewhere, refunds
from tui_pos.desk.refunds.pieces import Piece, slug_of
from tui_pos.desk.refunds.voids import void
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal
ZERO = D("0.00")
HOLD = 15 * 60
CREDITS = {"NOOR2026": (D("12.30"), D("40.00")), "ZARA2026": (D("300.00"),)}
PARTS = st.sampled_from([None, D("7.50"), D("20.00")])
COMPLETE = ("paid", "partially_refunded", "refunded")

TENDER_OF: dict[str, Tender] = {
    PaymentMethod.TERMINAL: Tender.CARD,
    PaymentMethod.MANUAL: Tender.CASH,
    PaymentMethod.CREDIT: Tender.CREDIT,
    PaymentMethod.COMP: Tender.COMPLIMENTARY,
}


@dataclass
class Paid:
    """One payment, and what is left of it."""

    tender: str
    amount: Decimal
    left: Decimal


@dataclass
class Money:
    """What the model knows of an order's money."""

    total: Decimal
    payments: list[Paid] = field(default_factory=list)
    voided: bool = False
    by_amount: bool = False
    """Whether something went back that was no piece: then the order ends when no money is left."""

    @property
    def kept(self) -> Decimal:
        """What can still be given back."""
        return sum((paid.left for paid in self.payments), ZERO)

    @property
    def is_gift(self) -> bool:
        """Whether it was free, or the rest of it was given away."""
        return any(paid.tender == "comp" for paid in self.payments)

    @property
    def due(self) -> Decimal:
        return self.total - self.kept


def refusal_of(act: Callable[[], object]) -> str:
    """Do it; the reason code when it was refused, else ''."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return ""


def parts_that_went_back() -> Any:
    """The payments that are only the part of another one that was given back."""
    return Refund.select(Refund.split).where(Refund.split.is_null(False))


class Visits(Sales):
    """The same sales, paid and given back in every way.

    What happens inside a cart is left to the model of sales, so that more steps are about money.
    """

    # A rule is switched off by not being one.
    change = remove = voucher = swap_stations = cancel_what_is_over = None  # type: ignore[assignment]

    def __init__(self, desk: Desk, frozen: FrozenClock, simulator: Server) -> None:
        super().__init__(desk, frozen)
        self.simulator = simulator
        self.money: dict[str, Money] = {}
        self.intents: list[str] = []
        self.cards: dict[str, tuple[str, Paid]] = {}
        self.touched = ""
        self.users = {code: user_of(code) for code in CREDITS}
        with connected():
            Refund.update(credit=None).execute()  # those of the run before
            Credit.delete().where(Credit.user.in_(list(self.users.values()))).execute()
            for code, user in self.users.items():
                for amount in CREDITS[code]:
                    Credit.create(
                        conference=desk.conference.id, user=user, amount=amount, remaining_amount=amount
                    )

    @initialize(codes=st.tuples(VOUCHERS, VOUCHERS, VOUCHERS))
    def people_are_waiting(self, codes: tuple[str, str, str]) -> None:
        """Without orders from the start most runs would never come to a refund."""
        for buyer, code in zip((None, *CREDITS), codes, strict=True):
            self._sell(buyer, code)
        self._pay_by_card(next(iter(self.orders)), None)

    @rule(buyer=BUYERS, code=VOUCHERS)
    def one_more(self, buyer: str | None, code: str) -> None:
        self._sell(buyer, code)

    def _sell(self, buyer: str | None, code: str) -> None:
        voucher = code if code and uses(self.desk, code) < MAX_USES else None
        placed = checkout.sell(self.desk, [("t-shirt", 2)], attendee_code=buyer, voucher=voucher)
        self._swept()
        self.orders[placed.reference] = Placed(buyer, {"t-shirt": 2}, placed.status, self.now + HOLD)

    def _pick(self, data: st.DataObject, *statuses: str) -> str:
        self.touched = super()._pick(data, *statuses)
        return self.touched

    def of(self, reference: str) -> Money:
        """The order's money; a free order was paid with nothing when it was placed."""
        if reference not in self.money:
            total = order_row(reference).total
            self.money[reference] = Money(total, [] if total else [Paid("comp", ZERO, ZERO)])
        return self.money[reference]

    def credit_left(self, buyer: str | None) -> Decimal:
        """What a buyer can spend: what they began with, less what their orders hold of it."""
        if buyer is None:
            return ZERO
        mine = (self.of(reference) for reference, order in self.orders.items() if order.buyer == buyer)
        held = (paid.left for money in mine for paid in money.payments if paid.tender == "credit")
        return sum(CREDITS[buyer], ZERO) - sum(held, ZERO)

    def live(self, order: Placed) -> bool:
        return order.status in COMPLETE[:2] or super().live(order)

    def bought(self, buyer: str | None, slug: str) -> int:
        if buyer is None:
            return 0
        mine = (o for o in self.orders.values() if o.buyer == buyer and o.status in COMPLETE[:2])
        return self.owned[buyer] + sum(order.lines.get(slug, 0) for order in mine)

    def stocked(self, order: Placed) -> bool:
        """Whether an order whose hold ran out could have its stock again."""
        return self.live(order) or all(
            self.taken(slug) + n <= LIMITED[slug] for slug, n in order.lines.items() if slug in LIMITED
        )

    def _take(self, reference: str, tender: str, act: Callable[[], object]) -> bool:
        """Do ``act`` on a pending order; whether it was done. What it wrote becomes the model's."""
        order, money = self.orders[reference], self.of(reference)
        stocked = self.stocked(order)
        code = refusal_of(act)
        if code:
            assert code != "sold_out" or not stocked
            return False
        assert stocked
        with connected():
            row = order_row(reference)
            mine = Payment.select().where(Payment.order == row.id, Payment.id.not_in(parts_that_went_back()))
            new = list(mine.order_by(Payment.id))[len(money.payments) :]
        assert new
        if tender == "comp":
            money.total = row.total
        assert {TENDER_OF[row.method].value for row in new} == {tender}
        money.payments += [Paid(tender, row.amount, row.amount) for row in new]
        assert money.due >= 0
        order.expires = self.now + HOLD
        if not money.due:
            order.status = "paid"
        return True

    @rule(data=st.data(), station=STATIONS, part=PARTS, more=st.sampled_from([D(0), D("0.05"), D("30.00")]))
    def pay(self, data: st.DataObject, station: str, part: Decimal | None, more: Decimal) -> None:
        if reference := self._pick(data, "pending"):
            due = self.of(reference).due
            wanted = due if part is None else part
            done = self._take(
                reference, "cash", lambda: take_cash(self.here(station), reference, wanted + more, part)
            )
            assert not done or self.of(reference).due == due - wanted

    @rule(data=st.data(), station=STATIONS, part=PARTS)
    def pay_with_credit(self, data: st.DataObject, station: str, part: Decimal | None) -> None:
        if reference := self._pick(data, "pending"):
            due, credit = self.of(reference).due, self.credit_left(self.orders[reference].buyer)
            if self._take(reference, "credit", lambda: use_credit(self.here(station), reference, part)):
                assert due - self.of(reference).due == (min(due, credit) if part is None else part)
            else:
                assert (
                    not credit
                    or (part or ZERO) > min(due, credit)
                    or not self.stocked(self.orders[reference])
                )

    @rule(data=st.data(), generous=st.sampled_from([False, False, False, True]))
    def give(self, data: st.DataObject, generous: bool) -> None:
        reference = self._pick(data, "pending") if generous else ""
        if reference and self._take(reference, "comp", lambda: give_free(self.desk, reference, "prize")):
            assert self.orders[reference].status == "paid"

    @rule(data=st.data(), part=PARTS)
    def pay_by_card(self, data: st.DataObject, part: Decimal | None) -> None:
        if reference := self._pick(data, "pending"):
            self._pay_by_card(reference, part)

    def _pay_by_card(self, reference: str, part: Decimal | None) -> None:
        if self._take(reference, "card", lambda: self._tap(reference, part)):
            self.cards[self.intents[-1]] = reference, self.of(reference).payments[-1]

    def _tap(self, reference: str, part: Decimal | None) -> None:
        begun = payments.begin(self.desk, reference, READER, LABEL, amount=part)
        watched = Watched(self.desk, begun.attempt_id, sent=lambda: self.simulator.tap(READER))
        captured = watched.run()
        assert captured.stage == "captured"
        self.intents.append(captured.intent_id)

    @rule(data=st.data(), station=STATIONS, part=PARTS)
    def refund(self, data: st.DataObject, station: str, part: Decimal | None) -> None:
        if reference := self._pick(data, *COMPLETE, "pending", "cancelled"):
            order, money = self.orders[reference], self.of(reference)
            wanted = money.kept if part is None else part
            ends_gift = part is None and not money.kept and money.is_gift
            half = order.status == "pending" and wanted < money.kept
            try:
                made = refunds.refund(self.here(station), reference, part, reason="model")
            except Refusal:
                assert wanted > money.kept or half or not money.kept
                return
            assert sum((view.amount for view in made), ZERO) == wanted <= money.kept
            assert wanted or ends_gift
            assert not half
            money.by_amount = True
            self._give_back(order, money, wanted)

    @rule(data=st.data(), station=STATIONS, more=st.booleans())
    def give_a_piece_back(self, data: st.DataObject, station: str, more: bool) -> None:
        if reference := self._pick(data, *COMPLETE, "pending", "cancelled"):
            order, money = self.orders[reference], self.of(reference)
            slug = data.draw(st.sampled_from(sorted(order.lines)))
            has, count = order.lines[slug], 2 if more else 1
            with connected():
                mine = list(OrderLine.select().where(OrderLine.order == order_row(reference).id))
                (line,) = [each for each in mine if slug_of(each) == slug]
            try:
                made = refunds.refund(self.here(station), reference, lines=[Piece(slug, count)])
            except Refusal:
                assert count > has or order.status not in COMPLETE[:2]
                return
            assert count <= has
            worth = line.line_total if count == has else line.line_total / has * count
            given = sum((view.amount for view in made), ZERO)
            assert given == min(worth.quantize(D("0.01"), ROUND_HALF_UP), money.kept)
            order.lines = order.lines | {slug: has - count}
            self._give_back(order, money, given)

    @rule(data=st.data(), part=PARTS)
    def refund_in_the_dashboard(self, data: st.DataObject, part: Decimal | None) -> None:
        """A treasurer gives card money back past the desk, which finds it when it looks."""
        refundable = [intent for intent, (_, paid) in self.cards.items() if paid.left]
        if refundable:
            intent = data.draw(st.sampled_from(refundable))
            self.touched, paid = self.cards[intent]
            given = min(part or paid.left, paid.left)
            self.simulator.dashboard_refund(intent, int(given * 100))
            elsewhere.look(self.desk)
            order, money = self.orders[self.touched], self.of(self.touched)
            paid.left -= given
            money.by_amount = True
            self._costs_less(order, money, given)

    def _give_back(self, order: Placed, money: Money, wanted: Decimal) -> None:
        """The last payment first."""
        given = wanted
        for paid in reversed(money.payments):
            part = min(paid.left, wanted)
            paid.left -= part
            wanted -= part
        self._costs_less(order, money, given)

    def _costs_less(self, order: Placed, money: Money, given: Decimal) -> None:
        """What is not refunded whole costs so much less."""
        if order.status not in COMPLETE:
            return
        has_pieces = any(order.lines.values())
        order.status = "partially_refunded"
        if not money.kept and (money.by_amount or not has_pieces):
            order.status = "refunded"
        else:
            money.total -= given

    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        if reference := self._pick(data, *COMPLETE, "pending", "cancelled"):
            order, money = self.orders[reference], self.of(reference)
            if code := refusal_of(lambda: void(self.desk, reference, "model")):
                assert code == "order_not_paid"
                assert order.status == "cancelled" or (order.status == "pending" and not money.kept)
                return
            money.by_amount = money.by_amount or bool(money.kept) or order.status != "refunded"
            self._give_back(order, money, money.kept)
            if order.status == "pending":
                order.status = "cancelled"
            else:
                money.voided = True

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if reference := self._pick(data, "pending"):
            money = self.of(reference)
            credit = all(paid.tender == "credit" or not paid.left for paid in money.payments)
            code = refusal_of(lambda: checkout.cancel_order(self.desk, reference))
            assert code == ("" if credit else "order_has_payments")
            if not code:
                self._released(reference)

    def _released(self, reference: str) -> None:
        self.orders[reference].status = "cancelled"
        for paid in self.of(reference).payments:
            paid.left = ZERO

    def _swept(self) -> None:
        for reference, order in self.orders.items():
            held = any(paid.left for paid in self.of(reference).payments if paid.tender != "credit")
            if order.status == "pending" and order.expires <= self.now and not held:
                self._released(reference)

    @invariant()
    def voucher_uses_are_the_live_orders_using_them(self) -> None:
        """A refund keeps the use, a void gives it back."""
        with connected():
            using = list(Order.select().where(Order.id > self.first, Order.status != OrderStatus.CANCELLED))
        for code in ("TENOFF", "FIFTY"):
            count = sum(row.voucher_code == code and not self.of(row.reference).voided for row in using)
            assert uses(self.desk, code) == count <= MAX_USES

    @invariant()
    def all_money_is_where_the_model_says(self) -> None:
        with connected():
            self._check_orders()
            self._check_drawers()
            self._check_credits()
            assert not Order.select().where(Order.user == self.desk.staff.id).exists()
        if any(paid.tender == "card" for money in self.money.values() for paid in money.payments):
            books = [self.simulator.books()[intent] for intent in self.intents]
            assert sum(book["captured"] - book["refunded"] for book in books) == 100 * self._left("card")

    def _check_orders(self) -> None:
        of_here = Payment.select().where(Payment.order > self.first)
        rows = list(of_here.where(Payment.id.not_in(parts_that_went_back())).order_by(Payment.id))
        went_back = self._went_back()
        for row in Order.select().where(Order.id > self.first):
            money = self.of(row.reference)
            mine = [each for each in rows if each.order_id == row.id]
            told = [
                (TENDER_OF[each.method], each.amount + went_back.get(each.id, ZERO), each.status)
                for each in mine
            ]
            assert told == [(paid.tender, paid.amount, self._status(row, paid)) for paid in money.payments]
            kept = [each.amount for each in mine if each.status == "succeeded" and each.amount]
            assert kept == [paid.left for paid in money.payments if paid.left]
            assert row.status == self.orders[row.reference].status
            assert row.status not in COMPLETE[:2] or money.kept == row.total == money.total
            if row.reference == self.touched:
                assert balance(row).kept == money.kept

    def _went_back(self) -> dict[int | None, Decimal]:
        """What was split off each payment."""
        found: dict[int | None, Decimal] = {}
        for row in Refund.select(Refund, Payment).join(Payment, on=(Refund.split == Payment.id)):
            found[row.payment_id] = found.get(row.payment_id, ZERO) + row.split.amount
        return found

    def _status(self, order: Order, paid: Paid) -> str:
        over = order.status in ("refunded", "cancelled")
        return "succeeded" if paid.left or not (paid.amount or over) else "refunded"

    def _check_drawers(self) -> None:
        moves = list(CashMovement.select().where(CashMovement.order > self.first))
        assert all(move.amount == move.given - move.change for move in moves if move.kind == "sale")
        inside = sum(move.amount if move.kind == "sale" else -move.amount for move in moves)
        assert inside == 100 * self._left("cash")

    def _check_credits(self) -> None:
        rows = list(Credit.select().where(Credit.user.in_(list(self.users.values()))))
        for buyer, user in self.users.items():
            mine = [row for row in rows if row.user_id == user]
            assert all(ZERO <= row.remaining_amount <= row.amount for row in mine)
            assert all((row.status == "applied") == (not row.remaining_amount) for row in mine)
            assert sum((row.remaining_amount for row in mine), ZERO) == self.credit_left(buyer)

    def _left(self, tender: str) -> Decimal:
        paid = (paid for money in self.money.values() for paid in money.payments)
        return sum((each.left for each in paid if each.tender == tender), ZERO)


@pytest.mark.thorough
def test_random_visits_keep_what_must_hold(
    card_desk: Desk, as_staff: AsStaff, frozen_clock: FrozenClock, simulator: Server
) -> None:
    lead = as_staff(card_desk, "lead")

    class VisitsHere(Visits):
        def __init__(self) -> None:
            super().__init__(lead, frozen_clock, simulator)

    run_state_machine_as_test(
        VisitsHere,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # as in the model of sales
        ),
    )
