"""A day of refunds, gifts, splits and exchanges, summed up as django-program's reports sum it up.

The sums are written out from what is known of its schema. They must be the desk's receipts to the
cent, and stay so when its webhook is called late and twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from peewee import JOIN

from tests.chaos.website import Website
from tests.desk.paying import READER, Watched
from tests.desk.selling import items
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import AddOn, Credit, Order, OrderLine, Payment, TicketType
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import LineView
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.exchanges import exchange
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.refunds.voids import void
from tui_pos.desk.search.receipts import ReceiptView, receipt
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal
ZERO = D("0.00")
SOLD = ("paid", "partially_refunded")
REFUND_FAILS_LATER = "4000000000005126"


@dataclass(frozen=True)
class Sums:
    """What both sides must agree on."""

    payments: Decimal
    refunds: Decimal
    sales: Decimal
    tickets: Decimal
    pieces: tuple[tuple[str, int], ...]


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def reported(first: int) -> Sums:
    """django-program's reports over the orders after ``first``, from its rows alone."""
    with connected():
        orders = {row.id: row for row in Order.select().where(Order.id > first)}
        paid = Payment.select().where(Payment.order > first, Payment.status == "succeeded")
        records = Credit.select().where(Credit.source_order > first)
        lines = list(
            OrderLine.select(OrderLine, TicketType, AddOn)
            .join(TicketType, JOIN.LEFT_OUTER, on=(OrderLine.ticket_type == TicketType.id))
            .join(AddOn, JOIN.LEFT_OUTER, on=(OrderLine.addon == AddOn.id), src=OrderLine)
            .where(OrderLine.order > first)
        )
        now = clock.now()
        counts: dict[str, int] = {}
        for line in lines:
            order = orders[line.order_id]
            held = order.status == "pending" and order.hold_expires_at and order.hold_expires_at > now
            product = line.ticket_type or line.addon
            if (order.status in SOLD or held) and product is not None and line.quantity:
                counts[product.slug] = counts.get(product.slug, 0) + line.quantity
        tickets = [
            line.line_total for line in lines if line.ticket_type_id and orders[line.order_id].status in SOLD
        ]
        return Sums(
            payments=total(row.amount for row in paid),
            refunds=total(row.amount for row in records),
            sales=total(row.total for row in orders.values() if row.status in SOLD),
            tickets=total(tickets),
            pieces=tuple(sorted(counts.items())),
        )


def told(desk: Desk, references: Iterable[str]) -> Sums:
    """The same from the desk's receipts alone."""
    found = [receipt(desk, reference) for reference in references]
    counts: dict[str, int] = {}
    tickets = ZERO
    for view in found:
        if view.order.status not in (*SOLD, "pending"):
            continue
        for line, quantity, amount in left(view):
            slug = line.ticket_slug or line.addon_slug
            if slug and quantity:
                counts[slug] = counts.get(slug, 0) + quantity
            if line.ticket_slug and view.order.status in SOLD:
                tickets += amount
    sold = [view for view in found if view.order.status in SOLD]
    return Sums(
        payments=total(view.kept for view in found),
        refunds=total(view.given_back for view in found),
        sales=total(view.kept for view in sold),
        tickets=tickets,
        pieces=tuple(sorted(counts.items())),
    )


def left(view: ReceiptView) -> Iterable[tuple[LineView, int, Decimal]]:
    """Each line that was bought, with what of it did not go back, by the refunds that the receipt lists."""
    back: dict[int, int] = {}
    for made in view.refunds:
        if made.stage in ("pending", "succeeded"):
            for piece in made.pieces:
                back[piece.line_id] = back.get(piece.line_id, 0) + piece.quantity
    for line in view.bought.lines:
        quantity = line.quantity - back.get(line.id, 0)
        each = line.line_total / line.quantity if line.quantity else ZERO
        yield line, quantity, each * quantity


class Day:
    """One day's orders."""

    def __init__(self, desk: Desk, simulator: Server) -> None:
        self.desk = desk
        self.simulator = simulator
        self.references: list[str] = []

    def sell(self, wanted: str, code: str | None = None, **more: str) -> str:
        reference = checkout.sell(self.desk, items(wanted), attendee_code=code, **more).reference
        self.references.append(reference)
        return reference

    def card(self, reference: str, amount: Decimal | None = None, card: str = "visa") -> None:
        begun = payments.begin(self.desk, reference, READER, amount=amount)
        watched = Watched(self.desk, begun.attempt_id, sent=lambda: self.simulator.tap(READER, card))
        assert watched.run().stage == "captured"

    def cash(self, reference: str, amount: Decimal | None = None) -> None:
        due = receipt(self.desk, reference).order.due
        take_cash(self.desk, reference, due if amount is None else amount, amount)

    def exchange(self, reference: str, line: str, wanted: str) -> str:
        done = exchange(self.desk, reference, Piece(line), wanted)
        self.references.append(done.new.reference)
        return done.new.reference

    def play(self) -> None:
        """Everything that a registration desk does to an order."""
        desk = self.desk
        whole = self.sell("regular")
        self.card(whole)
        refunds.refund(desk, whole)
        part = self.sell("regular t-shirt")
        self.card(part)
        refunds.refund(desk, part, D("49.99"), reason="late opening")
        pieces = self.sell("day-pass*2 t-shirt*3", voucher="TENOFF")
        self.card(pieces, D("100.00"))
        self.cash(pieces)
        refunds.refund(desk, pieces, lines=[Piece("t-shirt", 2), Piece("day-pass")], reason="ill")
        over_two = self.sell("hoodie*2")
        self.card(over_two, D("60.00"))
        self.cash(over_two)
        refunds.refund(desk, over_two, D("70.00"), reason="wrong colour")
        gift = self.sell("regular")
        give_free(desk, gift, "keynote")
        half_gift = self.sell("hoodie t-shirt")
        self.cash(half_gift, D("30.00"))
        give_free(desk, half_gift, "helper")
        refunds.refund(desk, half_gift, lines=[Piece("t-shirt")])
        self.sell("sprint-breakfast")
        by_credit = self.sell("t-shirt", "HUGO2026")
        use_credit(desk, by_credit)
        self.cash(by_credit)
        refunds.refund(desk, by_credit, D("6.00"), reason="stain")
        gone = self.sell("t-shirt*2")
        self.cash(gone, D("20.00"))
        self.card(gone)
        void(desk, gone, "rung up twice")
        dearer = self.sell("t-shirt", "NOOR2026")
        self.card(dearer)
        self.cash(self.exchange(dearer, "t-shirt", "hoodie"))
        cheaper = self.sell("hoodie t-shirt", "ZARA2026")
        self.card(cheaper)
        self.exchange(cheaper, "hoodie", "lunch")
        pending = self.sell("regular")
        self.card(pending, D("100.00"))
        fails = self.sell("t-shirt*2")
        self.card(fails, card=REFUND_FAILS_LATER)
        refunds.refund(desk, fails, lines=[Piece("t-shirt")], reason="too small")


def test_its_reports_are_the_desks_receipts_to_the_cent(
    lead: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    with connected():
        first = Order.select(Order.id).order_by(Order.id.desc()).first().id
    day = Day(lead, simulator)
    day.play()
    assert reported(first) == told(lead, day.references)
    simulator.advance(100)
    frozen_clock.advance(100)
    reconciliation.run(lead)
    after = told(lead, day.references)
    assert reported(first) == after
    website = Website(simulator.url)
    for _ in range(2):  # late, and each of them twice
        for event in website.waiting():
            website.deliver(event)
            website._handled.clear()
            website.deliver(event)
        maintenance.tick(lead, "desk-3")
        assert reported(first) == told(lead, day.references) == after
