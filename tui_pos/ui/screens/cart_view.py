"""What the cart screen says of a sale: pure functions of it."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from rich.text import Text

from tui_pos.core.clock import Moment
from tui_pos.core.scan import printable
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.catalogue.inventory import InventoryItem
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.ui.messages import carts as said
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.screens import catalogue
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.cart_pane import key_of
from tui_pos.ui.widgets.look import Role

Amount = Callable[[Decimal], str]


def for_whom(view: CartView | None, buyer: str, *, is_walk_up: bool) -> Text:
    """The first line: for whom it is, and what may be typed to say so."""
    name = printable(buyer if view is None else view.buyer_name, 60)
    email = printable(view.buyer_email, 60) if view is not None else ""
    if not is_walk_up:
        return Text.assemble((f"Sell to {name or said.NAMELESS}", "bold"), f"   {email}".rstrip())
    if not name:
        return Text.assemble(
            ("For  ", "bold"), (said.WALK_UP, "bold"), (f"   {said.TYPE_A_NAME}", look.style(Role.DIM))
        )
    return Text.assemble(("For  ", "bold"), (name, "bold"), f"   {email}".rstrip())


def facts(view: CartView | None, amount: Amount) -> Text:
    """What stands at the end of that line."""
    if view is None:
        return Text()
    shown = (
        f"voucher {view.voucher_code}" if view.voucher_code else "",
        f"credit {amount(view.credit)}" if view.credit else "",
        f"{view.reference}, not paid" if view.reference else "",
    )
    return Text("   ".join(printable(fact, 60) for fact in shown if fact))


def begun(view: CartView, when: Moment) -> str:
    """That the sale held something already when it was opened."""
    return said.begun(when_and_where(when), sum(line.quantity for line in view.lines))


def line_of(view: CartView | None, product: str) -> str:
    """The key of a product's line; ``product``, which may lack its kind, where there is none."""
    lines = view.lines if view is not None else ()
    return next((key_of(line) for line in lines if product in (key_of(line), line.slug)), product)


def whose(view: CartView | None, buyer: str) -> str:
    """Whom a sale is to, within a sentence."""
    name = buyer if view is None else view.buyer_name
    nobody = "to a walk-up" if view is None or view.attendee_id is None else f"to {said.NAMELESS}"
    return f"to {printable(name, 40)}" if name else nobody


def may_be_name(text: str) -> bool:
    """Whether a typed text that is nothing known here can be a person's name."""
    return bool(re.search(r"[^\W\d_]", text)) and not re.search(r"[\d@/]", text)


def is_name(text: str, view: CartView | None, products: Sequence[InventoryItem]) -> bool:
    """Whether a text that is nothing known here is taken for the name of a buyer who has none yet."""
    is_named = view is not None and bool(view.buyer_name)
    return not is_named and may_be_name(text) and not catalogue.is_near(products, text)


def enter_with(
    text: str, view: CartView | None, products: Sequence[InventoryItem], *, is_walk_up: bool
) -> str:
    """What Enter will do with a typed text that names no product yet."""
    if not is_walk_up or catalogue.matching(products, text):
        return said.FIND.format(text=text)
    return (said.NAME if is_name(text, view, products) else said.NAME_OR_CODE).format(text=text)


def problem(view: CartView | None) -> str:
    """Why it cannot be sold as it is; '' where it can."""
    if view is None:
        return ""
    reasons = (view.problem, *(line.problem for line in view.lines))
    return next((sentence(reason) for reason in reasons if reason is not None), "")


def is_paid_in_part(view: CartView | None) -> bool:
    """Whether money was taken for it: it is neither parked nor discarded then."""
    return view is not None and view.is_ordered and view.to_pay != view.total


def has_tickets(view: CartView) -> bool:
    """Whether somebody is admitted by what is sold."""
    return any(line.kind is ProductKind.TICKET for line in view.lines)


def cannot_be_sold(view: CartView) -> bool:
    """Whether the desk will refuse it as it is."""
    return view.problem is not None or any(line.problem is not None for line in view.lines)
