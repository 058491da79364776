"""The promise of the design, checked against the simulator's own books once everything has come home.

Money is counted in minor units. Each function answers one sentence per breach; ``order`` starts each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tui_pos import money
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import (
    FINAL_STAGES,
    Attempt,
    AttemptEvent,
    CashMovement,
    Deed,
    JournalEntry,
    MovementKind,
    Refund,
    RefundStage,
    Sale,
    SaleStatus,
    Stage,
)
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    AddOn,
    Attendee,
    CaptureStatus,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    TerminalPayment,
    TicketType,
)
from tui_pos.desk.order.balance import balance
from tui_pos.desk.payments.journal import MOVES

GIVEN_BACK = (RefundStage.PENDING, RefundStage.SUCCEEDED)
ENDED = ("canceled", "succeeded")
AT_ENDS = {
    Stage.CAPTURED: CaptureStatus.CAPTURED,
    Stage.CANCELLED: CaptureStatus.CANCELLED,
    Stage.EXPIRED: CaptureStatus.CANCELLED,
    Stage.FAILED: CaptureStatus.FAILED,
}


@dataclass
class Account:
    """All that was stored for one order, and what Stripe did for it."""

    order: Order
    attempts: list[Attempt] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    deeds: list[JournalEntry] = field(default_factory=list)
    books: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_told: bool = False

    @property
    def total(self) -> int:
        """The order's price."""
        return minor(self.order.total)

    def is_ours(self, payment: Payment) -> bool:
        """Whether a payment is a desk's, or one that the webhook booked for a desk's intent."""
        mine = {attempt.payment_id for attempt in self.attempts}
        return payment.id in mine or payment.stripe_payment_intent_id in self.books

    def booked(self, *, ours: bool) -> int:
        """What the database counts as succeeded less refunded: through our intents, or otherwise."""
        rows = [
            row
            for row in self.payments
            if row.status == PaymentStatus.SUCCEEDED and self.is_ours(row) == ours
        ]
        counted = {row.id for row in rows}
        back = sum(
            refund.amount
            for refund in self.refunds
            if refund.stage in GIVEN_BACK and refund.attempt.payment_id in counted
        )
        by_hand = sum(entry.amount or 0 for entry in self.deeds if entry.payment_id in counted)
        return sum(minor(row.amount) for row in rows) - back - by_hand

    @property
    def captured(self) -> int:
        """What Stripe captured and did not give back."""
        return sum(book["captured"] - book["refunded"] for book in self.books.values())

    @property
    def is_flagged(self) -> bool:
        """Whether a person was told that something is wrong with it."""
        return self.is_told or any(attempt.problem for attempt in self.attempts)


def minor(amount: object) -> int:
    """An amount of the database in minor units."""
    return money.to_minor(amount, "USD")  # type: ignore[arg-type]  # a money column is a Decimal


def accounts(books: dict[str, dict[str, Any]], since: datetime, told: Set[str]) -> list[Account]:
    """Every order made since then with all that belongs to it; needs a connection."""
    made = Order.select().where(Order.created_at >= since)
    orders = {row.id: Account(row, is_told=row.reference in told) for row in made}
    for table, name in ((Attempt, "attempts"), (Payment, "payments"), (Refund, "refunds")):
        for row in table.select().where(table.order.in_(list(orders))).order_by(table.id):
            getattr(orders[row.order_id], name).append(row)
    for entry in JournalEntry.select().where(
        JournalEntry.order.in_(list(orders)), JournalEntry.what == Deed.REFUND
    ):
        orders[entry.order_id].deeds.append(entry)
    by_reference = {account.order.reference: account for account in orders.values()}
    for intent_id, book in books.items():
        if book["metadata"].get("attempt"):
            by_reference[book["metadata"]["order"]].books[intent_id] = book
    return list(orders.values())


def breaches(books: dict[str, dict[str, Any]], since: datetime, now: datetime, told: Set[str]) -> list[str]:
    """Every way in which the stored world and Stripe's differ, or break a promise.

    ``told`` are the orders that a reconciliation named for a person.
    """
    with connected():
        found = accounts(books, since, told)
        by_order = [
            f"{account.order.reference}: {sentence}"
            for account in found
            for check in CHECKS
            for sentence in check(account)
        ]
        return [*by_order, *stock(now), *attendees(found)]


def money_agrees(account: Account) -> Iterator[str]:
    """Captured less refunded at Stripe is succeeded less refunded in the database."""
    here = account.booked(ours=True)
    if here != account.captured:
        yield f"Stripe has {account.captured} and the database counts {here}"


def nobody_pays_twice(account: Account) -> Iterator[str]:
    """Desks alone never take more than the total; with the web site's money it is flagged.

    Nor do they when a refund fails long after Stripe accepted it, and the order was paid anew meanwhile.
    """
    undelivered = (row for row in account.refunds if row.stage == RefundStage.FAILED and row.refund_id)
    if account.captured > account.total + sum(row.amount for row in undelivered):
        yield f"desks took {account.captured} of {account.total}"
    kept = account.captured + account.booked(ours=False)
    if kept > account.total and not account.is_flagged:
        yield f"{kept} was taken of {account.total} and nobody is told"


def paid_is_paid(account: Account) -> Iterator[str]:
    """PAID means at least the total, and the total means PAID; kept money on a dead order is flagged."""
    kept = account.booked(ours=True) + account.booked(ours=False)
    status = account.order.status
    if status == OrderStatus.PAID and kept < account.total:
        yield f"PAID with {kept} of {account.total}"
    if status in (OrderStatus.PENDING, OrderStatus.PARTIALLY_REFUNDED) and kept >= account.total > 0:
        yield f"{status} with {kept} of {account.total}"
    if status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED) and kept > 0 and not account.is_flagged:
        yield f"{status} with {kept} kept and nobody is told"
    by_card = any(attempt.stage == Stage.CAPTURED for attempt in account.attempts)
    sale = Sale.get_or_none(Sale.order == account.order.id)
    alone = by_card and not account.booked(ours=False)
    if status == OrderStatus.PAID and alone and sale and sale.status != SaleStatus.CLOSED:
        yield f"PAID and its sale is {sale.status}"


def nothing_is_left(account: Account) -> Iterator[str]:
    """No attempt or refund is under way; no money is held; no intent can still be paid."""
    for attempt in account.attempts:
        if attempt.stage not in FINAL_STAGES or attempt.finished_at is None:
            yield f"attempt {attempt.id} is still {attempt.stage}: {attempt.message}"
    for refund in account.refunds:
        if refund.finished_at is None:
            yield f"refund {refund.id} is still {refund.stage}: {refund.message}"
    for intent_id, book in account.books.items():
        if book["held"]:
            yield f"{intent_id} still holds {book['held']}"
        if book["status"] not in ENDED:
            yield f"{intent_id} is left as {book['status']}"


def no_false_alarm(account: Account) -> Iterator[str]:
    """A person is told of money that is wrong, and of nothing else."""
    kept = account.booked(ours=True) + account.booked(ours=False)
    dead = account.order.status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
    if any(attempt.problem for attempt in account.attempts) and kept <= (0 if dead else account.total):
        yield f"a person is told of {kept} of {account.total} for an order that is {account.order.status}"


def refunds_agree(account: Account) -> Iterator[str]:
    """Per payment, the refunds here are the refunds there."""
    here: dict[str, int] = defaultdict(int)
    for refund in account.refunds:
        here[str(refund.attempt.intent_id)] += refund.amount if refund.stage in GIVEN_BACK else 0
    for intent_id, book in account.books.items():
        if book["refunded"] != here[intent_id]:
            yield f"{intent_id} gave {book['refunded']} back, the database says {here[intent_id]}"


def one_row_per_payment(account: Account) -> Iterator[str]:
    """Each intent is counted once; what is not captured is not counted; the card's row says the same."""
    for attempt in account.attempts:
        counted = [
            row
            for row in account.payments
            if row.status == PaymentStatus.SUCCEEDED
            and (row.id == attempt.payment_id or row.stripe_payment_intent_id == (attempt.intent_id or "-"))
        ]
        if len(counted) > 1:
            yield f"attempt {attempt.id} is counted {len(counted)} times"
        if attempt.intent_id is None or attempt.stage not in AT_ENDS:
            continue
        card = TerminalPayment.get(TerminalPayment.payment == attempt.payment_id)
        if card.capture_status != AT_ENDS[Stage(attempt.stage)]:
            yield f"attempt {attempt.id} is {attempt.stage}, its card row {card.capture_status}"


def one_at_a_time(account: Account) -> Iterator[str]:
    """No two attempts of an order were live at once."""
    for earlier, later in pairwise(account.attempts):
        if earlier.finished_at is None or later.created_at < earlier.finished_at:
            yield f"attempts {earlier.id} and {later.id} were live at once"


def events_follow_moves(account: Account) -> Iterator[str]:
    """The flight recorder shows allowed moves alone, and ends where the attempt is."""
    for attempt in account.attempts:
        rows = AttemptEvent.select().where(AttemptEvent.attempt == attempt.id).order_by(AttemptEvent.id)
        stages = [Stage(row.stage) for row in rows]
        for before, after in pairwise(stages):
            if before is not after and after not in MOVES[before]:
                yield f"attempt {attempt.id} went from {before} to {after}"
        if stages[-1] != attempt.stage:
            yield f"attempt {attempt.id} is {attempt.stage}, its last event {stages[-1]}"


CHECKS = (
    money_agrees,
    nobody_pays_twice,
    paid_is_paid,
    nothing_is_left,
    no_false_alarm,
    refunds_agree,
    one_row_per_payment,
    one_at_a_time,
    events_follow_moves,
)


def flagged() -> dict[str, Decimal | None]:
    """The orders that a person is told of, with what they were paid too much; None for dead ones."""
    rows = Attempt.select(Attempt, Order).join(Order).where(Attempt.problem != "")
    return {
        row.order.reference: None
        if row.order.status != OrderStatus.PAID
        else balance(row.order).kept - row.order.total
        for row in rows
    }


def undelivered() -> set[str]:
    """The orders with a refund that Stripe accepted and could not deliver."""
    rows = Refund.select(Refund, Order).join(Order)
    return {row.order.reference for row in rows if row.stage == RefundStage.FAILED and row.refund_id}


def cash_agrees(laid_down: Mapping[str, Decimal], since: datetime) -> Iterator[str]:
    """Each order's cash payments, and the drawer's record of them, are what customers laid down, once."""
    with connected():
        for order in Order.select().where(Order.created_at >= since):
            here = laid_down.get(order.reference, ZERO)
            payments = Payment.select().where(Payment.order == order, Payment.method == PaymentMethod.MANUAL)
            moves = CashMovement.select().where(
                CashMovement.order == order, CashMovement.kind == MovementKind.SALE
            )
            booked = sum((row.amount for row in payments), ZERO)
            moved = sum(row.amount for row in moves)
            if (booked, moved) != (here, minor(here)):
                yield f"{order.reference}: {here} laid down, {booked} booked, {moved} in the drawer"


def stock(now: datetime) -> Iterator[str]:
    """Nothing is sold or held more often than there is of it."""
    for table in (TicketType, AddOn):
        for product in table.select().where(table.total_quantity > 0):
            count = taken(table, product.id, now)
            if count > product.total_quantity:
                yield f"{product.slug}: {count} sold of {product.total_quantity}"


def taken(table: type[TicketType] | type[AddOn], product_id: int, now: datetime) -> int:
    """How many of a product are sold or held."""
    column = OrderLine.addon if table is AddOn else OrderLine.ticket_type
    lines = OrderLine.select(OrderLine.quantity, Order).join(Order).where(column == product_id)
    return sum(line.quantity for line in lines if _takes_stock(line.order, now))


def _takes_stock(order: Order, now: datetime) -> bool:
    if order.status in PAID_STATUSES:
        return True
    held = order.hold_expires_at is not None and order.hold_expires_at > now
    return order.status == OrderStatus.PENDING and held


def attendees(found: Iterable[Account]) -> Iterator[str]:
    """Whoever has a paid ticket is linked to an order with a ticket; whoever paid for one is registered.

    Not when the web shop took the money: it links people to whatever they paid last.
    """
    in_web_shop = {account.order.user_id for account in found if account.booked(ours=False)}
    for user_id in {account.order.user_id for account in found} - in_web_shop:
        paid = Order.select().where(Order.user == user_id, Order.status.in_(PAID_STATUSES))
        with_ticket = [order.id for order in paid if holds_ticket(order.id)]
        attendee = Attendee.get_or_none(Attendee.user == user_id)
        if not with_ticket:
            continue
        if attendee is None:
            yield f"user {user_id} paid for a ticket and is no attendee"
        elif attendee.order_id is None or not holds_ticket(attendee.order_id):
            yield f"user {user_id} has a ticket, but is linked to order {attendee.order_id} without one"


def holds_ticket(order_id: int) -> bool:
    """Whether the order has a line for a ticket."""
    lines = OrderLine.select().where(OrderLine.order == order_id, OrderLine.ticket_type.is_null(False))
    return bool(lines.exists())
