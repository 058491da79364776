"""The promise of the design, checked against the simulator's own books once everything has come home.

Money is counted in minor units. Each function answers one sentence per breach; ``order`` starts each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tui_pos.core import money
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import (
    FINAL_STAGES,
    Attempt,
    AttemptEvent,
    CashMovement,
    MovementKind,
    Refund,
    RefundOrigin,
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
    ProductRedemption,
    TerminalPayment,
    TicketType,
)
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.payments.attempt_log import MOVES

GIVEN_BACK = (RefundStage.PENDING, RefundStage.SUCCEEDED)
SETTLED = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)
ENDED = ("canceled", "succeeded")
STRIPES_SECOND = timedelta(seconds=1)
"""Stripe dates a refund of the dashboard by the whole second."""

AT_ENDS = {
    Stage.CAPTURED: CaptureStatus.CAPTURED,
    Stage.CANCELLED: CaptureStatus.CANCELLED,
    Stage.EXPIRED: CaptureStatus.CANCELLED,
    Stage.FAILED: CaptureStatus.FAILED,
}


@dataclass
class Account:
    """All that was stored for one order, and what Stripe did for it; ``price`` as it was sold, if known."""

    order: Order
    price: int | None = None
    attempts: list[Attempt] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    lines: list[OrderLine] = field(default_factory=list)
    books: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_told: bool = False

    @property
    def total(self) -> int:
        """The order's price, without what went back of it."""
        return minor(self.order.total)

    @property
    def accepted(self) -> list[Refund]:
        """The refunds of any tender that were made or are on their way to a card."""
        return [row for row in self.refunds if row.stage in GIVEN_BACK]

    @property
    def kept(self) -> int:
        """What the rows count, added up by hand."""
        return self.booked(ours=True) + self.booked(ours=False)

    @property
    def received(self) -> int:
        """All that was ever paid, by hand."""
        return sum(minor(row.amount) for row in self.payments if row.status in SETTLED)

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
        # What was split off a payment is a refunded row of its own.
        unsplit = (row for row in self.accepted if row.split_id is None and row.payment_id in counted)
        return sum(minor(row.amount) for row in rows) - sum(row.amount for row in unsplit)

    @property
    def captured(self) -> int:
        """What Stripe captured and did not give back."""
        return sum(book["captured"] - book["refunded"] for book in self.books.values())

    @property
    def in_web_shop(self) -> bool:
        """Whether the web site took money for it, or heard of money that a desk of before took."""
        theirs = any(row.status in SETTLED and not self.is_ours(row) for row in self.payments)
        return theirs or any("order_id" in book["metadata"] for book in self.books.values())

    @property
    def is_flagged(self) -> bool:
        """Whether a person was told that something is wrong with it."""
        return self.is_told or any(attempt.problem for attempt in self.attempts)


def minor(amount: Decimal) -> int:
    """An amount of the database in minor units; what lowers a price is negative."""
    return money.to_minor(abs(amount), "USD") * (-1 if amount < 0 else 1)


def accounts(
    books: dict[str, dict[str, Any]], since: datetime, told: Set[str], prices: Mapping[str, Decimal]
) -> list[Account]:
    """Every order made since then with all that belongs to it; needs a connection."""
    made = Order.select().where(Order.created_at >= since)
    orders = {row.id: Account(row, is_told=row.reference in told) for row in made}
    for account in orders.values():
        if account.order.reference in prices:
            account.price = minor(prices[account.order.reference])
    tables = ((Attempt, "attempts"), (Payment, "payments"), (Refund, "refunds"), (OrderLine, "lines"))
    for table, name in tables:
        for row in table.select().where(table.order.in_(list(orders))).order_by(table.id):
            getattr(orders[row.order_id], name).append(row)
    by_reference = {account.order.reference: account for account in orders.values()}
    for intent_id, book in books.items():
        if book["metadata"].get("attempt"):
            by_reference[book["metadata"]["order"]].books[intent_id] = book
    return list(orders.values())


def breaches(
    books: dict[str, dict[str, Any]],
    since: datetime,
    now: datetime,
    told: Set[str],
    prices: Mapping[str, Decimal],
) -> list[str]:
    """Every way in which the stored world and Stripe's differ, or break a promise.

    ``told`` are the orders that a reconciliation named for a person, ``prices`` what orders were sold for.
    """
    with connected():
        found = accounts(books, since, told, prices)
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


def ledger_agrees(account: Account) -> Iterator[str]:
    """The one ledger says what the rows add up to by hand; all that is not kept has a refund."""
    found = balance(account.order)
    if minor(found.kept) != account.kept:
        yield f"the ledger keeps {found.kept} and the rows {account.kept}"
    if found.being_given_back or found.in_flight:
        yield f"the ledger still waits for {found.being_given_back} back and {found.in_flight} to come"
    back = sum(row.amount for row in account.accepted)
    if account.received - account.kept != back:
        yield f"{account.received} received, {account.kept} kept, and refunds of {back}"


def price_agrees(account: Account) -> Iterator[str]:
    """The price is that of the lines, and was lowered by what refunds say that they lowered it by."""
    of_lines = sum(minor(line.line_total) for line in account.lines)
    if of_lines != account.total:
        yield f"costs {account.total} and its lines {of_lines}"
    lowered = sum(row.price_change for row in account.accepted)
    if account.price is not None and account.total + lowered != account.price:
        yield f"was sold for {account.price}, costs {account.total}, and {lowered} of it went back"
    for line in account.lines:
        if line.quantity < 0:
            yield f"{line.quantity} x {line.description} are left"


def nothing_is_sold_on_leaving_money(account: Account) -> Iterator[str]:
    """No desk finishes an order with money that is on its way back at its own request."""
    wished = [row for row in account.accepted if row.price_change and row.origin == RefundOrigin.DESK]
    if not wished:
        return
    first = min(row.created_at for row in wished)
    by_card = (row.created_at for row in account.attempts if row.stage == Stage.CAPTURED)
    moves = CashMovement.select().where(
        CashMovement.order == account.order.id, CashMovement.kind == MovementKind.SALE
    )
    if any(at > first for at in (*by_card, *(row.created_at for row in moves))):
        yield f"was finished with {account.kept} of {account.price}: a refund was under way"


def nobody_enters_on_money_that_went_back(account: Account) -> Iterator[str]:
    """Who got all money back is not admitted, and nothing more is handed out than is left of a line."""
    order = account.order
    counts = order.status in PAID_STATUSES
    if counts and account.kept <= 0 < account.received and holds_ticket(order.id):
        for attendee in Attendee.select().where(Attendee.order == order.id):
            yield f"{attendee.access_code} is admitted by {order.status} with nothing kept"
    for line in account.lines:
        handed = list(ProductRedemption.select().where(ProductRedemption.order_line == line.id))
        if counts and len(handed) > line.quantity:
            yield f"{len(handed)} x {line.description} handed out, {line.quantity} are left"
        ended = max((row.created_at for row in account.accepted), default=None)
        late = [row for row in handed if ended is not None and row.redeemed_at - ended >= STRIPES_SECOND]
        if order.status == OrderStatus.REFUNDED and late:
            yield f"{len(late)} x {line.description} handed out after the money went back"


def nobody_pays_twice(account: Account) -> Iterator[str]:
    """Desks alone never take more than the total; with the web site's money it is flagged.

    Nor do they when a refund fails long after Stripe accepted it, and the order was paid anew meanwhile.
    """
    undelivered = (row for row in account.refunds if row.stage == RefundStage.FAILED and row.refund_id)
    if account.captured > account.total + sum(row.amount for row in undelivered):
        yield f"desks took {account.captured} of {account.total}"
    kept = account.captured + account.booked(ours=False)
    if account.order.status in PAID_STATUSES and kept < account.total:
        yield f"{account.order.status} with {kept} of {account.total} at Stripe and elsewhere"
    if kept > account.total and not account.is_flagged:
        yield f"{kept} was taken of {account.total} and nobody is told"


def paid_is_paid(account: Account) -> Iterator[str]:
    """PAID means at least the total, and the total means PAID; refunded in part keeps what it costs now.

    Kept money on a dead order is flagged, unless the web site's people took it themselves.
    """
    kept, status = account.kept, account.order.status
    if status in PAID_STATUSES and kept < account.total:
        yield f"{status} with {kept} of {account.total}"
    if status == OrderStatus.PENDING and kept >= account.total > 0:
        yield f"{status} with {kept} of {account.total}"
    if status == OrderStatus.PARTIALLY_REFUNDED and not account.accepted:
        yield "refunded in part without a refund"
    if status == OrderStatus.PAID and account.price is not None and account.total != account.price:
        yield f"PAID for {account.total}, and was sold for {account.price}"
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
    kept = account.kept
    dead = account.order.status in (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
    if any(attempt.problem for attempt in account.attempts) and kept <= (0 if dead else account.total):
        yield f"a person is told of {kept} of {account.total} for an order that is {account.order.status}"


def refunds_agree(account: Account) -> Iterator[str]:
    """Per payment, the refunds here are the refunds there."""
    here: dict[str, int] = defaultdict(int)
    for refund in account.accepted:
        if refund.attempt_id is not None:
            here[str(refund.attempt.intent_id)] += refund.amount
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
    ledger_agrees,
    price_agrees,
    nothing_is_sold_on_leaving_money,
    nobody_enters_on_money_that_went_back,
    nobody_pays_twice,
    paid_is_paid,
    nothing_is_left,
    no_false_alarm,
    refunds_agree,
    one_row_per_payment,
    one_at_a_time,
    events_follow_moves,
)


def flagged() -> list[tuple[Order, int]]:
    """The orders that a person is told of, with what they were paid too much: for dead ones all of it."""
    told = Attempt.select(Attempt.order).where(Attempt.problem != "")
    return [
        (order, minor(balance(order).kept) - may_keep(order))
        for order in Order.select().where(Order.id.in_(told)).order_by(Order.id)
    ]


def may_keep(order: Order) -> int:
    """What an order may keep: a dead one nothing."""
    return minor(order.total) if order.status in PAID_STATUSES else 0


def undelivered() -> set[str]:
    """The orders with a refund that Stripe accepted and could not deliver."""
    rows = Refund.select(Refund, Order).join(Order)
    return {row.order.reference for row in rows if row.stage == RefundStage.FAILED and row.refund_id}


def cash_agrees(
    laid_down: Mapping[str, Decimal], wired: Mapping[str, Decimal], since: datetime
) -> Iterator[str]:
    """Each order's cash payments, and the drawer's record of them, are what customers laid down, once.

    ``wired`` is what the web site's people booked by hand: it is in no drawer, and none gives it back.
    """
    with connected():
        for order in Order.select().where(Order.created_at >= since):
            here = laid_down.get(order.reference, ZERO)
            payments = Payment.select().where(
                Payment.order == order,
                Payment.method == PaymentMethod.MANUAL,
                Payment.status.in_(SETTLED),
            )
            moves = CashMovement.select().where(
                CashMovement.order == order, CashMovement.kind == MovementKind.SALE
            )
            booked = sum((row.amount for row in payments), ZERO) - wired.get(order.reference, ZERO)
            moved = sum(row.amount for row in moves)
            if (booked, moved) != (here, minor(here)):
                yield f"{order.reference}: {here} laid down, {booked} booked, {moved} in the drawer"
            paid_out = CashMovement.select().where(
                CashMovement.order == order, CashMovement.kind == MovementKind.REFUND
            )
            out = sum(abs(row.amount) for row in paid_out)
            refunds = Refund.select().where(Refund.order == order, Refund.tender == Tender.CASH)
            if out != sum(row.amount for row in refunds) or out > minor(here):
                yield f"{order.reference}: {out} left the drawer of {here}"


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

    Not when the web shop took the money, or its webhook was told of it as desks of before did: it links
    people to whatever they paid last.
    """
    in_web_shop = {account.order.user_id for account in found if account.in_web_shop}
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
    lines = OrderLine.select().where(
        OrderLine.order == order_id, OrderLine.ticket_type.is_null(False), OrderLine.quantity > 0
    )
    return bool(lines.exists())
