"""A cart priced and checked as things are now: what the screen shows and what the checkout insists on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_pos.data.tables.registration import Voucher
from tui_pos.desk.catalogue import conditions, pricing, pricing_inputs, rules, stock, vouchers
from tui_pos.desk.catalogue.pricing import ProductKey, Quote
from tui_pos.desk.catalogue.products import RequestedProduct
from tui_pos.desk.catalogue.rules import RuleContext
from tui_pos.desk.conference_rules import PriceRule
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """The price of a cart, and per product what stands in the way of selling it."""

    quote: Quote
    problems: dict[ProductKey, Reason]


def evaluate(
    desk: Desk, cart: Sequence[RequestedProduct], user_id: int | None, voucher: Voucher | None, now: datetime
) -> Assessment:
    """Price and check ``cart`` for its buyer (None: a stranger) in three statements.

    ``voucher`` must be valid now. For a binding answer call it with the conference locked.
    """
    known = pricing_inputs.load(desk.conference.id, user_id, voucher.id if voucher else None)
    offer = vouchers.pricing_terms(voucher, known) if voucher else None
    lines, currency = [wanted.line for wanted in cart], desk.conference.currency
    if desk.conference.prices == PriceRule.SHOP:
        quote = pricing.shop_quote(lines, offer, currency)
    else:
        holding = conditions.in_force(desk.conference.id, known, now)
        quote = pricing.quote(lines, holding, offer, currency)
    context = RuleContext(
        now=now,
        local=desk.local,
        cart=cart,
        sold=stock.sold(desk.conference.id, now),
        inputs=known,
        voucher=offer,
        currency=currency,
    )
    return Assessment(quote, rules.problems(context))
