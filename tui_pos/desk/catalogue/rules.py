"""What may be sold: one table of rules, the same for the warning in the cart and the refusal at checkout."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_pos.core import money
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind, VoucherTerms
from tui_pos.desk.catalogue.pricing_inputs import PricingInputs
from tui_pos.desk.catalogue.products import RequestedProduct
from tui_pos.desk.errors import Reason, because


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleContext:
    """All that the rules look at beside the line itself. ``voucher`` is one that is valid now."""

    now: datetime
    local: Callable[[datetime], datetime]
    cart: Sequence[RequestedProduct]
    sold: Mapping[ProductKey, int]
    inputs: PricingInputs
    voucher: VoucherTerms | None
    currency: str


def problems(context: RuleContext) -> dict[ProductKey, Reason]:
    """The first rule that each line of the cart breaks; a line that may be sold is not in it."""
    found: dict[ProductKey, Reason] = {}
    for wanted in context.cart:
        broken = (rule(wanted, context) for rule in RULES)
        if reason := next(filter(None, broken), None):
            found[wanted.product.key] = reason
    return found


def _active(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    del context
    return None if wanted.product.is_active else because("not_on_sale", product=wanted.product.name)


def _window(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    product = wanted.product
    if product.available_from is not None and context.now < product.available_from:
        opens = context.local(product.available_from)
        return because("not_on_sale.yet", product=product.name, opens=opens)
    if product.available_until is not None and product.available_until < context.now:
        closed = context.local(product.available_until)
        return because("not_on_sale.over", product=product.name, closed=closed)
    return None


def _price(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    """A price that the currency cannot pay, such as 10.50 JPY; the shop's columns accept it."""
    product, currency = wanted.product, context.currency
    if not product.price % money.quantum(currency):
        return None
    return because("not_payable", product=product.name, price=product.price, currency=currency)


def _voucher(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    product, voucher = wanted.product, context.voucher
    if not product.requires_voucher:
        return None
    if voucher is None or not voucher.unlocks_hidden_tickets:
        return because("needs_voucher", product=product.name)
    if not voucher.scope.covers(wanted.line):
        return because("needs_voucher.other", product=product.name, voucher=voucher.code)
    return None


def _limit(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    product = wanted.product
    owned = context.inputs.owned.get(product.id, 0)
    if product.limit_per_user is None or owned + wanted.quantity <= product.limit_per_user:
        return None
    return because("limit_per_user", product=product.name, most=product.limit_per_user, owned=owned)


def _prerequisite(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    """One of the tickets in the cart, or owned already: wider than the web shop, which asks for the cart.

    At a desk the usual buyer of a tutorial is somebody who registered long ago.
    """
    product = wanted.product
    needs = context.inputs.needs.get(product.id, {}) if product.kind is ProductKind.ADDON else {}
    has = {other.product.id for other in context.cart if other.product.kind is ProductKind.TICKET}
    has |= context.inputs.owned.keys() | context.inputs.admitted
    if not needs or not needs.keys().isdisjoint(has):
        return None
    return because("needs_ticket", product=product.name, tickets=sorted(needs.values()))


def _stock(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    product = wanted.product
    left = stock.remaining(product.total_quantity, context.sold.get(product.key, 0))
    if left is None or wanted.quantity <= left:
        return None
    if left:
        return because("sold_out.few", product=product.name, left=left)
    return because("sold_out", product=product.name)


def _capacity(wanted: RequestedProduct, context: RuleContext) -> Reason | None:
    """Tickets alone take a seat; the line named is the one that no longer fits behind those before it."""
    product, capacity = wanted.product, context.inputs.total_capacity
    left = stock.remaining(capacity, stock.seats_taken(context.sold))
    if left is None or product.kind is not ProductKind.TICKET:
        return None
    tickets = [other for other in context.cart if other.product.kind is ProductKind.TICKET]
    before = sum(other.quantity for other in tickets[: tickets.index(wanted)])
    if before + wanted.quantity <= left:
        return None
    if left:
        return because("venue_full.few", product=product.name, left=left)
    return because("venue_full", product=product.name)


RULES: tuple[Callable[[RequestedProduct, RuleContext], Reason | None], ...] = (
    _active,
    _window,
    _price,
    _voucher,
    _limit,
    _prerequisite,
    _stock,
    _capacity,
)
"""In order of precedence: each answers the reason when the rule is broken, None when it is kept."""
