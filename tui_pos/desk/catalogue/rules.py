"""What may be sold: one table of rules, the same for the warning in the cart and the refusal at checkout."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_pos.core import money
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import Key, Kind, VoucherTerms
from tui_pos.desk.catalogue.pricing_inputs import PricingInputs
from tui_pos.desk.catalogue.products import RequestedProduct


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be sold: a reason code and one sentence that names the product."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleContext:
    """All that the rules look at beside the line itself. ``voucher`` is one that is valid now."""

    now: datetime
    local: Callable[[datetime], datetime]
    cart: Sequence[RequestedProduct]
    sold: Mapping[Key, int]
    facts: PricingInputs
    voucher: VoucherTerms | None
    currency: str


def problems(situation: RuleContext) -> dict[Key, Problem]:
    """The first rule that each line of the cart breaks; a line that may be sold is not in it."""
    found: dict[Key, Problem] = {}
    for wanted in situation.cart:
        broken = ((code, rule(wanted, situation)) for code, rule in RULES)
        problem = next((Problem(code, sentence) for code, sentence in broken if sentence), None)
        if problem:
            found[wanted.product.key] = problem
    return found


def _active(wanted: RequestedProduct, situation: RuleContext) -> str:
    del situation
    return "" if wanted.product.is_active else f"{wanted.product.name} is not on sale."


def _window(wanted: RequestedProduct, situation: RuleContext) -> str:
    product = wanted.product
    if product.available_from is not None and situation.now < product.available_from:
        return f"{product.name} goes on sale on {_day(product.available_from, situation)}."
    if product.available_until is not None and product.available_until < situation.now:
        return f"{product.name} was on sale until {_day(product.available_until, situation)}."
    return ""


def _day(moment: datetime, situation: RuleContext) -> str:
    return situation.local(moment).strftime("%Y-%m-%d %H:%M")


def _price(wanted: RequestedProduct, situation: RuleContext) -> str:
    """Such as 10.50 JPY, which the shop's columns hold and nobody can pay."""
    product, currency = wanted.product, situation.currency
    if not product.price % money.quantum(currency):
        return ""
    return f"{product.name} costs {product.price} {currency}, which cannot be paid: have its price corrected."


def _voucher(wanted: RequestedProduct, situation: RuleContext) -> str:
    product, voucher = wanted.product, situation.voucher
    if not product.requires_voucher:
        return ""
    if voucher is None or not voucher.unlocks_hidden_tickets:
        return f"{product.name} needs a voucher that unlocks it."
    if not voucher.scope.covers(wanted.line):
        return f"{product.name} is not unlocked by voucher {voucher.code}."
    return ""


def _limit(wanted: RequestedProduct, situation: RuleContext) -> str:
    product = wanted.product
    owned = situation.facts.owned.get(product.id, 0)
    if product.limit_per_user is None or owned + wanted.quantity <= product.limit_per_user:
        return ""
    bought = f", {owned} already bought" if owned else ""
    return f"{product.name}: at most {product.limit_per_user} per person{bought}."


def _prerequisite(wanted: RequestedProduct, situation: RuleContext) -> str:
    """One of the tickets in the cart, or owned already: wider than the web shop, which asks for the cart.

    At a desk the usual buyer of a tutorial is somebody who registered long ago.
    """
    product = wanted.product
    needs = situation.facts.needs.get(product.id, {}) if product.kind is Kind.ADDON else {}
    has = {other.product.id for other in situation.cart if other.product.kind is Kind.TICKET}
    has |= situation.facts.owned.keys() | situation.facts.admitted
    if not needs or not needs.keys().isdisjoint(has):
        return ""
    return f"{product.name} needs a ticket: {' or '.join(sorted(needs.values()))}."


def _stock(wanted: RequestedProduct, situation: RuleContext) -> str:
    product = wanted.product
    left = stock.remaining(product.total_quantity, situation.sold.get(product.key, 0))
    if left is None or wanted.quantity <= left:
        return ""
    return f"{product.name}: only {left} left." if left else f"{product.name} is sold out."


def _capacity(wanted: RequestedProduct, situation: RuleContext) -> str:
    """Tickets alone take a seat; the line named is the one that no longer fits behind those before it."""
    product, capacity = wanted.product, situation.facts.total_capacity
    left = stock.remaining(capacity, stock.seats_taken(situation.sold))
    if left is None or product.kind is not Kind.TICKET:
        return ""
    tickets = [other for other in situation.cart if other.product.kind is Kind.TICKET]
    before = sum(other.quantity for other in tickets[: tickets.index(wanted)])
    if before + wanted.quantity <= left:
        return ""
    room = f"has room for only {left} more" if left else "is full"
    return f"{product.name}: the venue {room}."


RULES: tuple[tuple[str, Callable[[RequestedProduct, RuleContext], str]], ...] = (
    ("not_on_sale", _active),
    ("not_on_sale", _window),
    ("not_payable", _price),
    ("needs_voucher", _voucher),
    ("limit_per_user", _limit),
    ("needs_ticket", _prerequisite),
    ("sold_out", _stock),
    ("venue_full", _capacity),
)
"""In the order in which they are told: each gives one sentence, or '' when it is kept."""
