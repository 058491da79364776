"""The desk's cart: one per sale, never the attendee's online one.

It is a ``Cart`` row of django-program tied to a ``Sale``, so that both programs know its lines. While it is
being filled its status is ``abandoned``, not ``open``: the web shop takes a user's *open* cart, expects one,
and answers with an error when there are two. For somebody without account it belongs to the staff member
who fills it, because the column must be filled; the buyer gets it at checkout, when the account is made.
A desk cart reserves nothing and never expires; a line that cannot be sold any more has a ``problem``.

Every function needs the right to sell and answers the sale as it stands afterwards. Those that change a cart
raise Refused unless the sale is open at this station, and write nothing when they raise.
"""

import re
from collections.abc import Callable

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import Sale, SaleStatus
from tui_pos.data.tables.registration import Cart, CartItem, CartStatus
from tui_pos.desk.access.permissions import Action, require, require_sale
from tui_pos.desk.carts import cart_view, sales
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.catalogue import products, vouchers
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.catalogue.products import Product
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refused
from tui_pos.desk.limits import TO_SELL
from tui_pos.desk.orders import buyers, guests
from tui_pos.desk.orders.buyers import Buyer

MAX_QUANTITY = 999
_QUANTITY = re.compile(r"[0-9]{1,3}", re.ASCII)


def start(desk: Desk, *, attendee_code: str | None = None, name: str = "", email: str = "") -> CartView:
    """Begin a sale to the person with this badge, or to a stranger with or without a name.

    A sale to the same badge that is still open at this station is gone on with, so that nothing is lost when
    the session died. Raises what ``buyers.identify`` raises.
    """
    require_sale(desk)
    desk.limits.refuse(*TO_SELL)
    with connected():
        buyer = buyers.identify(desk, attendee_code, name, email)
        return cart_view.load(desk, run_tx(lambda: _resumed(desk, buyer) or _begun(desk, buyer)))


def view(desk: Desk, sale_id: int) -> CartView:
    """The sale as it stands. Raises NotFound ``sale_not_found``."""
    require(desk, Action.SELL, looks=True)
    with connected():
        return cart_view.load(desk, sale_id)


def add(desk: Desk, sale_id: int, slug: str, quantity: int = 1) -> CartView:
    """Put ``quantity`` more of a product in; what cannot be sold is shown, and refused at checkout.

    Raises NotFound ``product_not_found``, InvalidInput ``invalid_quantity``.
    """
    check_quantity(quantity)

    def work(sale: Sale) -> None:
        product = products.named(desk.conference.id, [slug])[slug]
        item = _item(sale, product)
        if item is None:
            column = {"ticket_type" if product.kind is ProductKind.TICKET else "addon": product.id}
            CartItem.create(cart=sale.cart_id, quantity=quantity, created_at=clock.now(), **column)
        else:
            item.quantity += quantity
            check_quantity(item.quantity)
            item.save(only=[CartItem.quantity])

    return _changed(desk, sale_id, work)


def set_quantity(desk: Desk, sale_id: int, slug: str, quantity: int) -> CartView:
    """Change how many of a product are in. Raises NotFound ``line_not_found`` when it is not in the cart."""
    check_quantity(quantity)

    def work(sale: Sale) -> None:
        item = _item_named(desk, sale, slug)
        item.quantity = quantity
        item.save(only=[CartItem.quantity])

    return _changed(desk, sale_id, work)


def remove(desk: Desk, sale_id: int, slug: str) -> CartView:
    """Take a product out. Raises NotFound ``line_not_found`` when it is not in the cart."""
    return _changed(desk, sale_id, lambda sale: _item_named(desk, sale, slug).delete_instance())


def set_voucher(desk: Desk, sale_id: int, code: str) -> CartView:
    """Use a voucher instead of any other, or none for ''.

    Raises NotFound ``voucher_not_found``, Refused ``voucher_not_valid``.
    """

    def work(sale: Sale) -> None:
        voucher = vouchers.find(desk.conference.id, code) if code.strip() else None
        if voucher:
            vouchers.refuse_unless_valid(voucher, clock.now())
        Cart.update(voucher=voucher).where(Cart.id == sale.cart_id).execute()

    return _changed(desk, sale_id, work)


def set_buyer(desk: Desk, sale_id: int, name: str, email: str) -> CartView:
    """Say who buys; both may be ''. Raises InvalidInput ``invalid_email``."""
    clean_name, clean_email = guests.clean_name(name), guests.clean_email(email)

    def work(sale: Sale) -> None:
        sale.buyer_name, sale.buyer_email = clean_name, clean_email
        sale.save(only=[Sale.buyer_name, Sale.buyer_email])

    return _changed(desk, sale_id, work)


def park(desk: Desk, sale_id: int) -> CartView:
    """Put the sale aside, to be taken up again at any station."""
    return _changed(desk, sale_id, lambda sale: sales.move(desk, sale, SaleStatus.PARKED, clock.now()))


def recall(desk: Desk, sale_id: int) -> CartView:
    """Take a parked sale up at this station, or take an open one over from a station that is stuck.

    Raises Refused when it became an order or was given up.
    """

    def work(sale: Sale) -> None:
        if sale.status != SaleStatus.PARKED:
            sales.refuse_unless_open(sale)
        sales.move(desk, sale, SaleStatus.OPEN, clock.now())

    return _changed(desk, sale_id, work, anywhere=True)


def abandon(desk: Desk, sale_id: int) -> CartView:
    """Give the sale up. Raises Refused once it is an order: cancel that instead."""

    def work(sale: Sale) -> None:
        if sale.order_id is not None and sale.status != SaleStatus.ABANDONED:
            raise Refused("sale_ordered.abandon")
        sales.move(desk, sale, SaleStatus.ABANDONED, clock.now())

    return _changed(desk, sale_id, work, anywhere=True)


def parked(desk: Desk) -> tuple[CartView, ...]:
    """The conference's parked sales, the one that waited longest first."""
    require(desk, Action.SELL, looks=True)
    with connected():
        waiting = (
            Sale.select(Sale.id)
            .where(Sale.conference == desk.conference.id, Sale.status == SaleStatus.PARKED)
            .order_by(Sale.updated_at, Sale.id)
        )
        return tuple(cart_view.load(desk, sale.id) for sale in list(waiting))


def parse_quantity(text: str) -> int:
    """A quantity as typed: a whole number from 1 to 999. Raises InvalidInput ``invalid_quantity``."""
    typed = text.strip()
    if not _QUANTITY.fullmatch(typed):
        raise _bad_quantity(typed)
    return check_quantity(int(typed))


def check_quantity(quantity: int) -> int:
    """``quantity`` when it is a whole number from 1 to 999. Raises InvalidInput ``invalid_quantity``."""
    if type(quantity) is not int or not 1 <= quantity <= MAX_QUANTITY:
        raise _bad_quantity(quantity)
    return quantity


def _bad_quantity(given: object) -> InvalidInput:
    return InvalidInput("invalid_quantity", given=printable(str(given), 20), most=MAX_QUANTITY)


def _resumed(desk: Desk, buyer: Buyer) -> int | None:
    if buyer.attendee_id is None:
        return None
    sale: Sale | None = (
        Sale.select(Sale.id)
        .where(
            Sale.conference == desk.conference.id,
            Sale.station == desk.station,
            Sale.attendee == buyer.attendee_id,
            Sale.status == SaleStatus.OPEN,
        )
        .order_by(Sale.id.desc())
        .first()
    )
    return None if sale is None else sale.id


def _begun(desk: Desk, buyer: Buyer) -> int:
    now = clock.now()
    times = {"created_at": now, "updated_at": now}
    cart = Cart.create(
        conference=desk.conference.id,
        user=buyer.user_id or desk.staff.id,
        status=CartStatus.ABANDONED,
        **times,
    )
    sale: Sale = Sale.create(
        conference=desk.conference.id,
        station=desk.station,
        staff=desk.staff.id,
        cart=cart,
        attendee=buyer.attendee_id,
        buyer_name=buyer.name,
        buyer_email=buyer.email,
        **times,
    )
    return int(sale.id)


def _changed(desk: Desk, sale_id: int, work: Callable[[Sale], object], *, anywhere: bool = False) -> CartView:
    """Do ``work`` with the sale locked; unless ``anywhere``, only when it is open at this station."""
    require(desk, Action.SELL)

    def write() -> None:
        sale = sales.locked(desk, sale_id)
        if not anywhere:
            sales.refuse_unless_open_here(desk, sale)
        work(sale)
        now = clock.now()
        Sale.update(updated_at=now).where(Sale.id == sale.id).execute()
        Cart.update(updated_at=now).where(Cart.id == sale.cart_id).execute()

    with connected():
        run_tx(write)
        return cart_view.load(desk, sale_id)


def _item_named(desk: Desk, sale: Sale, slug: str) -> CartItem:
    product = products.named(desk.conference.id, [slug])[slug]
    item = _item(sale, product)
    if item is None:
        raise NotFound("line_not_found", product=product.name)
    return item


def _item(sale: Sale, product: Product) -> CartItem | None:
    column = CartItem.ticket_type if product.kind is ProductKind.TICKET else CartItem.addon
    item: CartItem | None = CartItem.get_or_none(CartItem.cart == sale.cart_id, column == product.id)
    return item
