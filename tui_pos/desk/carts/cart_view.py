"""What a cart looks like on the screen: lines with their problems, discounts, what is to pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from peewee import JOIN

from tui_pos.core import clock
from tui_pos.data.tables.desk import Sale, SaleStatus
from tui_pos.data.tables.registration import AddOn, Cart, CartItem, Order, TicketType, Voucher
from tui_pos.desk.carts import questions, sales
from tui_pos.desk.catalogue import products, vouchers
from tui_pos.desk.catalogue.evaluation import Assessment, evaluate
from tui_pos.desk.catalogue.pricing import ZERO, DiscountKind, ProductKind, Quote
from tui_pos.desk.catalogue.products import RequestedProduct
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders import order_views, store_credit
from tui_pos.desk.orders.views import LineView, OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """One product in the cart; ``problem`` is why it cannot be sold as it is (None when it can)."""

    number: int
    kind: ProductKind | None
    slug: str
    name: str
    quantity: int
    unit_price: Decimal
    gross: Decimal
    discount: Decimal
    total: Decimal
    problem: Reason | None


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """What one condition or the voucher (``reason``) takes off the whole cart; ``amount`` is positive."""

    reason: Reason
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CartView:
    """A sale and its cart, priced now; once it is an order, as the order was priced.

    ``credit`` is what the buyer could use; it is a tender, so ``to_pay`` does not count it in. ``problem`` is
    about the cart as a whole, such as a voucher that ran out. ``reference`` is the order's, '' before.
    ``questions`` are what to ask before it is sold (``questions.before_selling``); they forbid nothing.
    """

    sale_id: int
    begun_at: datetime
    status: SaleStatus
    station: str
    reference: str
    buyer_name: str
    buyer_email: str
    attendee_id: int | None
    user_id: int | None
    lines: tuple[CartLine, ...]
    subtotal: Decimal
    discounts: tuple[AppliedDiscount, ...]
    total: Decimal
    credit: Decimal
    to_pay: Decimal
    voucher_code: str
    currency: str
    problem: Reason | None
    questions: tuple[Reason, ...] = ()

    @property
    def is_ordered(self) -> bool:
        """Whether it became an order, which is not paid yet."""
        return self.status is SaleStatus.ORDERED


def content(cart_id: int | None) -> tuple[RequestedProduct, ...]:
    """What lies in the cart, in the order in which it was put there; one statement."""
    rows = (
        CartItem.select(CartItem, TicketType, AddOn)
        .join(TicketType, JOIN.LEFT_OUTER)
        .switch(CartItem)
        .join(AddOn, JOIN.LEFT_OUTER)
        .where(CartItem.cart == cart_id)
        .order_by(CartItem.id)
    )
    return tuple(
        RequestedProduct(products.of_row(row.ticket_type or row.addon), row.quantity) for row in rows
    )


def load(desk: Desk, sale_id: int) -> CartView:
    """The sale as it stands; call with a connection open. Raises NotFound ``sale_not_found``."""
    query = (
        Sale.select(Sale, Cart, Voucher, Order)
        .join(Cart, JOIN.LEFT_OUTER)
        .join(Voucher, JOIN.LEFT_OUTER)
        .switch(Sale)
        .join(Order, JOIN.LEFT_OUTER)
        .where(Sale.id == sale_id, Sale.conference == desk.conference.id)
    )
    sale = sales.found(query.first(), sale_id)
    if sale.order_id is not None:
        order = order_views.one(desk.conference.id, sale.order_id)
        return _ordered(desk, sale, order)
    return _open(desk, sale)


def _open(desk: Desk, sale: Sale) -> CartView:
    now = clock.now()
    user_id = sale.cart.user_id if sale.attendee_id else None
    voucher: Voucher | None = sale.cart.voucher
    problem = vouchers.problem(voucher, now) if voucher else None
    cart = content(sale.cart_id)
    assessed = evaluate(desk, cart, user_id, None if problem else voucher, now)
    quote = assessed.quote
    return CartView(
        sale_id=sale.id,
        begun_at=sale.created_at,
        status=SaleStatus(sale.status),
        station=sale.station,
        reference="",
        buyer_name=sale.buyer_name,
        buyer_email=sale.buyer_email,
        attendee_id=sale.attendee_id,
        user_id=user_id,
        lines=_lines(cart, assessed),
        subtotal=quote.subtotal,
        discounts=_discounts(quote, voucher.code if voucher else ""),
        total=quote.total,
        credit=store_credit.available(desk.conference.id, user_id) if user_id else ZERO,
        to_pay=quote.total,
        voucher_code=voucher.code if voucher else "",
        currency=desk.conference.currency,
        problem=problem,
        questions=questions.of_tickets(desk, sale.attendee_id, _tickets(cart)),
    )


def _tickets(cart: Sequence[RequestedProduct]) -> set[str]:
    return {each.product.slug for each in cart if each.product.kind is ProductKind.TICKET}


def _lines(cart: Sequence[RequestedProduct], assessed: Assessment) -> tuple[CartLine, ...]:
    lines = []
    for number, (wanted, priced) in enumerate(zip(cart, assessed.quote.lines, strict=True), start=1):
        lines.append(
            CartLine(
                number=number,
                kind=wanted.product.kind,
                slug=wanted.product.slug,
                name=wanted.product.name,
                quantity=wanted.quantity,
                unit_price=wanted.product.price,
                gross=priced.line.gross,
                discount=priced.discount,
                total=priced.total,
                problem=assessed.problems.get(wanted.product.key),
            )
        )
    return tuple(lines)


def _discounts(quote: Quote, voucher_code: str) -> tuple[AppliedDiscount, ...]:
    amounts: dict[tuple[str, str], Decimal] = {}
    for priced in quote.lines:
        if condition := priced.condition:
            percent = f"{condition.value.normalize():f}" if condition.off is DiscountKind.PERCENTAGE else ""
            key = (condition.name, percent)
            amounts[key] = amounts.get(key, ZERO) + priced.condition_discount
    found = [AppliedDiscount(_of_condition(*key), amount) for key, amount in amounts.items()]
    if quote.voucher_total:
        found.append(AppliedDiscount(because("discount.voucher", voucher=voucher_code), quote.voucher_total))
    return tuple(found)


def _of_condition(name: str, percent: str) -> Reason:
    if percent:
        return because("discount.percentage", name=name, percent=percent)
    return because("discount.condition", name=name)


def _ordered(desk: Desk, sale: Sale, order: OrderView) -> CartView:
    lines = tuple(_order_line(number, line) for number, line in enumerate(order.lines, start=1))
    reason = because("discount.order")
    if order.voucher_code:
        reason = because("discount.order.voucher", voucher=order.voucher_code)
    return CartView(
        sale_id=sale.id,
        begun_at=sale.created_at,
        status=SaleStatus(sale.status),
        station=sale.station,
        reference=order.reference,
        buyer_name=order.buyer_name,
        buyer_email=order.buyer_email,
        attendee_id=sale.attendee_id,
        user_id=order.user_id,
        lines=lines,
        subtotal=order.subtotal,
        discounts=(AppliedDiscount(reason, order.discount),) if order.discount else (),
        total=order.total,
        credit=store_credit.available(desk.conference.id, order.user_id),
        to_pay=order.due,
        voucher_code=order.voucher_code,
        currency=desk.conference.currency,
        problem=None,
    )


def _order_line(number: int, line: LineView) -> CartLine:
    kind = ProductKind.TICKET if line.ticket_slug else ProductKind.ADDON if line.addon_slug else None
    gross = line.unit_price * line.quantity
    return CartLine(
        number=number,
        kind=kind,
        slug=line.ticket_slug or line.addon_slug or "",
        name=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        gross=gross,
        discount=gross - line.line_total,
        total=line.line_total,
        problem=None,
    )
