"""From what somebody wants to an order: priced, checked and written in one transaction, or not at all.

The conference row is locked first, by every checkout of every desk and by django-program's services: stock,
limits, uses and the venue's capacity are then counted and taken by one at a time. Product rows are not
locked: nobody takes stock without locking the conference, and a price is read once, within the transaction.
An order that costs nothing is complete at once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from tui_pos.core import clock, money
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Sale, SaleStatus
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Cart, CartStatus, Order, OrderStatus, Voucher
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require, require_sale
from tui_pos.desk.carts import cart, cart_view, sales
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.carts.holders import Holder, name_in_turn
from tui_pos.desk.catalogue import conditions, products, vouchers
from tui_pos.desk.catalogue.evaluation import evaluate
from tui_pos.desk.catalogue.pricing import ZERO
from tui_pos.desk.catalogue.products import Product, RequestedProduct
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.orders import buyers, holds, new_orders, order_views, orders
from tui_pos.desk.orders.buyers import Buyer
from tui_pos.desk.orders.new_orders import NewLine, NewOrder
from tui_pos.desk.orders.views import OrderView


def place(desk: Desk, sale_id: int, *, shown_total: Decimal | None = None) -> OrderView:
    """Make the sale's cart an order, once: called again it answers the same order.

    Raises Refused with the code of the rule that a line breaks and the values that its sentence names,
    ``cart_empty``, ``voucher_not_valid``, ``price_changed`` when the total is not ``shown_total`` (what the
    customer was told), ``sale_...`` when the sale is not open at this station; NotFound ``sale_not_found``.
    """
    require_sale(desk)

    def work() -> OrderView:
        now = clock.now()
        sale = _locked_with_sale(desk, sale_id, now)
        if sale.order_id is not None and sale.status != SaleStatus.ABANDONED:
            return order_views.one(desk.conference.id, sale.order_id)
        sales.refuse_unless_open_here(desk, sale)
        user_id = sale.cart.user_id if sale.attendee_id else None
        buyer = Buyer(sale.attendee_id, user_id, sale.buyer_name, sale.buyer_email)
        voucher = vouchers.redeem(sale.cart.voucher_id, now) if sale.cart.voucher_id else None
        new = _order(desk, buyer, cart_view.content(sale.cart_id), voucher, now, shown_total=shown_total)
        Cart.update(status=CartStatus.CHECKED_OUT, user=new.row.user_id, updated_at=now).where(
            Cart.id == sale.cart_id
        ).execute()
        sale.order = new.row.id
        sale.status, sale.updated_at = SaleStatus.ORDERED, now
        sale.save(only=[Sale.order, Sale.status, Sale.updated_at])
        return _finished(desk, new, now)

    with connected():
        return run_tx(work)


def sell(
    desk: Desk,
    items: Sequence[tuple[str, int]],
    holders: Sequence[Holder] = (),
    /,
    *,
    attendee_code: str | None = None,
    voucher: str | None = None,
    name: str = "",
    email: str = "",
) -> OrderView:
    """Sell ``items`` (slug, quantity) in one go; the same product named twice is added up.

    ``holders`` are who gets the tickets that are not the buyer's own, in their order. Raises what
    ``cart.start``, ``cart.add``, ``cart.set_voucher``, ``holders.name_in_turn`` and ``place`` raise.
    """
    require_sale(desk)
    slugs = [slug for slug, quantity in items if cart.check_quantity(quantity)]

    def work(buyer: Buyer, now: datetime) -> NewOrder:
        holds.lock_conference(desk.conference.id, now)
        named = products.named(desk.conference.id, slugs)
        wanted = _merged([(named[slug], quantity) for slug, quantity in items])
        taken = vouchers.redeem_code(desk.conference.id, voucher, now) if voucher else None
        return _order(desk, buyer, wanted, taken, now)

    return _without_cart(desk, attendee_code, name, email, work, holders=holders)


def exchange_order(desk: Desk, buyer: Buyer, slug: str, quantity: int, now: datetime) -> NewOrder:
    """The pending order that something is exchanged for, checked and priced as every other, and its sale.

    Call inside a transaction with the conference locked; the caller pays it and completes it. Raises what
    ``sell`` raises.
    """
    cart.check_quantity(quantity)
    named = products.named(desk.conference.id, [slug])
    new = _order(desk, buyer, _merged([(named[slug], quantity)]), None, now)
    _sale_of(desk, buyer, new, now)
    return new


def ad_hoc(
    desk: Desk,
    amount: str | Decimal,
    *,
    attendee_code: str | None = None,
    reason: str = "",
    name: str = "",
    email: str = "",
) -> OrderView:
    """An order over a free amount, such as a fee that is no product; ``reason`` is printed on its line.

    The web shop counts such a line as one seat of the venue's capacity, as every line that is no add-on.
    Raises InvalidInput ``invalid_amount`` or ``amount_too_small`` before anything is looked up.
    """
    require_sale(desk)
    price = _amount(desk, amount)
    shown = printable(reason, audit_log.REASON_LENGTH)
    line = NewLine(
        product=None,
        description=f"Registration desk: {shown}" if shown else "Registration desk",
        quantity=1,
        unit_price=price,
        voucher_discount=ZERO,
        total=price,
    )
    return _without_cart(
        desk, attendee_code, name, email, lambda buyer, now: new_orders.write(desk, buyer, [line], None, now)
    )


def cancel_order(desk: Desk, reference: str) -> OrderView:
    """Cancel a pending order that nothing was paid for, and give back its voucher use, credit and stock.

    Raises NotFound ``order_not_found``, Refused ``order_not_pending``, ``payment_live`` or
    ``order_has_payments``.
    """
    require(desk, Action.CANCEL)

    def work() -> OrderView:
        order = orders.locked(desk.conference.id, printable(reference, 100))
        holds.refuse_unless_releasable(order)
        holds.release([order], clock.now())
        return order_views.one(desk.conference.id, order.id)

    with connected():
        return run_tx(work)


def reopen(desk: Desk, sale_id: int) -> CartView:
    """Open the cart of a sale again, at this station; an order that it became is cancelled first.

    Raises what ``cancel_order`` raises, Refused ``sale_without_cart`` for a sale that never had one.
    """
    require_sale(desk)

    def work() -> None:
        now = clock.now()
        # Unlocked at first: everybody who locks an order and its sale locks the order first.
        here = Sale.conference == desk.conference.id
        seen = sales.found(Sale.get_or_none(Sale.id == sale_id, here), sale_id)
        if seen.cart_id is None:
            raise Refused("sale_without_cart")
        if seen.order_id is not None:
            _release_unless_cancelled(seen.order_id, now)
        sale = sales.locked(desk, sale_id)
        sale.order = None
        sale.save(only=[Sale.order])
        sales.move(desk, sale, SaleStatus.OPEN, now)
        Cart.update(status=CartStatus.ABANDONED, updated_at=now).where(Cart.id == sale.cart_id).execute()

    with connected():
        run_tx(work)
        return cart_view.load(desk, sale_id)


def _release_unless_cancelled(order_id: int, now: datetime) -> None:
    order = lock(Order.select().where(Order.id == order_id)).get()
    if order.status != OrderStatus.CANCELLED:
        holds.refuse_unless_releasable(order)
        holds.release([order], now)


def _locked_with_sale(desk: Desk, sale_id: int, now: datetime) -> Sale:
    """The sale with its cart, both locked after the conference; expired holds are swept on the way."""
    query = (
        Conference.select(
            Conference.id, Sale, Cart, holds.any_expired(desk.conference.id, now).alias("expired")
        )
        .join(Sale, on=(Sale.conference == Conference.id), attr="sale")
        .join(Cart)
        .where(Sale.id == sale_id, Conference.id == desk.conference.id)
    )
    row = lock(query).first()
    if row is None:  # no such sale, or one without a cart, which is an order already
        return sales.locked(desk, sale_id)
    if row.expired:
        holds.expire_holds(desk.conference.id, now)
    sale: Sale = row.sale
    return sale


def _merged(items: Sequence[tuple[Product, int]]) -> tuple[RequestedProduct, ...]:
    quantities: dict[Product, int] = {}
    for product, quantity in items:
        quantities[product] = cart.check_quantity(quantities.get(product, 0) + quantity)
    return tuple(RequestedProduct(product, quantity) for product, quantity in quantities.items())


def _order(
    desk: Desk,
    buyer: Buyer,
    wanted: Sequence[RequestedProduct],
    voucher: Voucher | None,
    now: datetime,
    *,
    shown_total: Decimal | None = None,
) -> NewOrder:
    """Check, price and write an order with the conference locked and a use of the voucher taken."""
    if not wanted:
        raise Refused("cart_empty")
    assessed = evaluate(desk, wanted, buyer.user_id, voucher, now)
    for reason in assessed.problems.values():
        raise Refused(reason)
    quote = assessed.quote
    _check_total(desk, quote.subtotal, quote.total, shown_total)
    conditions.count_uses(quote)
    lines = [
        NewLine(
            product=each.product,
            description=each.product.name,
            quantity=each.quantity,
            unit_price=each.product.price,
            voucher_discount=priced.voucher_discount,
            total=priced.total,
        )
        for each, priced in zip(wanted, quote.lines, strict=True)
    ]
    return new_orders.write(desk, buyer, lines, voucher, now)


def _check_total(desk: Desk, subtotal: Decimal, total: Decimal, shown_total: Decimal | None) -> None:
    currency = desk.conference.currency
    if subtotal > money.MAX_AMOUNT:
        raise Refused("amount_too_large", most=money.MAX_AMOUNT, currency=currency)
    if shown_total is not None and total != shown_total:
        raise Refused("price_changed", now=total, before=shown_total, currency=currency)


def _without_cart(
    desk: Desk,
    attendee_code: str | None,
    name: str,
    email: str,
    write: Callable[[Buyer, datetime], NewOrder],
    *,
    holders: Sequence[Holder] = (),
) -> OrderView:
    """A sale that is an order from the start."""

    def work() -> OrderView:
        now = clock.now()
        buyer = buyers.identify(desk, attendee_code, name, email)
        new = write(buyer, now)
        name_in_turn(_sale_of(desk, buyer, new, now), holders)
        return _finished(desk, new, now)

    with connected():
        return run_tx(work)


def _sale_of(desk: Desk, buyer: Buyer, new: NewOrder, now: datetime) -> Sale:
    sale: Sale = Sale.create(
        conference=desk.conference.id,
        station=desk.station,
        staff=desk.staff.id,
        order=new.row.id,
        attendee=buyer.attendee_id,
        status=SaleStatus.ORDERED,
        buyer_name=buyer.name,
        buyer_email=buyer.email,
        created_at=now,
        updated_at=now,
    )
    return sale


def _finished(desk: Desk, new: NewOrder, now: datetime) -> OrderView:
    new_orders.complete_if_free(desk, new.row, now)
    return order_views.new_view(new.row, new.lines)


def _amount(desk: Desk, amount: str | Decimal) -> Decimal:
    currency = desk.conference.currency
    try:
        price = money.parse_amount(str(amount), currency)
    except money.MoneyError as error:
        raise InvalidInput(error.reason) from error
    least = money.minimum_charge(currency)
    if least is not None and price < least:
        raise InvalidInput("amount_too_small.order", least=least, currency=currency)
    return price
