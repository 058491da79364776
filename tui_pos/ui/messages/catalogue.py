"""Products and vouchers: why one cannot be sold or used."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tui_pos.ui.messages.templates import Sentence


def _limit_per_user(product: str, most: int, owned: int) -> str:
    bought = f", {owned} already bought" if owned else ""
    return f"{product}: at most {most} per person{bought}."


def _needs_ticket(product: str, tickets: Sequence[str]) -> str:
    return f"{product} needs a ticket: {' or '.join(tickets)}."


def _not_payable(product: str, price: Decimal, currency: str) -> str:
    return f"{product} costs {price} {currency}, which cannot be paid: have its price corrected."


def _starts(day: datetime, this_year: bool) -> str:
    return f"sale starts {_day(day, this_year)}"


def _ended(day: datetime, this_year: bool) -> str:
    return f"sale ended {_day(day, this_year)}"


def _day(day: datetime, this_year: bool) -> str:
    return f"{day:%d %b}" if this_year else f"{day:%d %b %Y}"


def _ticket(tickets: Sequence[str]) -> str:
    *most, last = tickets
    return f"needs a ticket: {', '.join(most)} or {last}" if most else f"needs a ticket: {last}"


KINDS = {"addon": "add-on"}
"""What people call the kinds of things in a catalogue; one that is not here by its own name."""

FIELDS = {
    "total_quantity": "stock",
    "limit_per_user": "limit per person",
    "available_from": "sale opens",
    "available_until": "sale closes",
    "requires_voucher": "needs a voucher",
    "requires": "needs one of the tickets",
    "vat_rate": "VAT rate",
    "is_active": "on sale",
    "size_of": "size of",
}
"""What people call the fields of a product; one that is not here by its own name."""


def difference(field: str, before: object, after: object) -> str:
    """What of a product was changed, in a list; times are those of the conference's clock."""
    return f"{field_name(field)} {field_value(field, before)} -> {field_value(field, after)}"


def field_name(field: str) -> str:
    """What people call a field."""
    return FIELDS.get(field, field.replace("_", " "))


def field_value(field: str, value: object) -> str:
    """What stands in a field, in a few words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None if field == "total_quantity":
            return "unlimited"
        case None | "" | ():
            return "none"
        case tuple():
            return ", ".join(map(str, value))
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return str(value)


IMPORTED: dict[str, Sentence] = {
    "catalogue.alike": "voucher {name} is left out: {first} is the same code in other letters",
    "catalogue.below_sold": "{product}: {sold} are sold or held, more than the stock of {stock}",
    "catalogue.capacity": "the venue: {sold} are sold or held, more than its capacity of {capacity}",
    "catalogue.group": "the group {name} was not there: nobody is in it",
    "catalogue.ignored": "{place}: {found} left out, the desk has no table for that",
    "catalogue.unnamed": "{kind} {name} is left out: it is limited to what no name here means alone, such as"
    " a ticket of another conference",
}
"""What is told beside the changes that a file makes; without a full stop."""

SHELF: dict[str, Sentence] = {
    "shelf.inactive": "not active",
    "shelf.over": _ended,
    "shelf.sold_out": "sold out",
    "shelf.ticket": _ticket,
    "shelf.venue_full": "venue full",
    "shelf.voucher": "voucher only",
    "shelf.yet": _starts,
}
"""Why a product is not on sale, or what it needs, in a list; without a capital and a full stop."""

SENTENCES: dict[str, Sentence] = {
    "bad_catalogue.conference": "{place}: the file is of {said}, not of {slug}.",
    "bad_catalogue.currency": "{place}: the file is in {said}, the conference in {stored}.",
    "bad_catalogue.dates": "{place}: the conference ends before it starts.",
    "bad_catalogue.encoding": "The file is not UTF-8 text.",
    "bad_catalogue.refused": "{place}: {found}",
    "bad_catalogue.large": "The file is larger than {most} MB, which no catalogue is.",
    "bad_catalogue.member": "{place} does not belong there: {list} must be {expected}.",
    "bad_catalogue.missing": "{place} is missing.",
    "bad_catalogue.no_slug": "{place}: no slug can be made of it; give one with slug.",
    "bad_catalogue.not_there": "{place}: there is no {name!r}, neither in the file nor in the conference.",
    "bad_catalogue.of_sizes": "{place}: each size has its own; write it there.",
    "bad_catalogue.toml": "The file is not valid TOML: {fault}.",
    "bad_catalogue.stored": "{place}: the voucher {name} is stored as {stored}: write it so.",
    "bad_catalogue.twice": "{place}: {name} is there already, in {first}.",
    "bad_catalogue.unknown": "{place} is not known; the keys there are {known}.",
    "bad_catalogue.value": "{place} must be from 0 to {most} in steps of {step}.",
    "bad_catalogue.window": "{place}: it closes before it opens.",
    "bad_catalogue.wrong": "{place} must be {expected}.",
    "bad_catalogue.zone": "{place}: something was sold, so the time zone stays {stored}.",
    "catalogue_of_web_site": "What {conference} sells is kept on its web site: change it there.",
    "invalid_product.answer": "Answer yes or no.",
    "invalid_product.day": "{text!r} is no day or time: type it as 2027-05-14, or 2027-05-14 18:00.",
    "invalid_product.name": "A product needs a name of 1 to {most} characters.",
    "invalid_product.number": "It must be a whole number from 1 to {most}.",
    "invalid_product.order": "The order must be a whole number from 0 to {most}.",
    "invalid_product.price": "The price must be an amount from 0 to {most} in steps of {step} {currency}.",
    "invalid_product.requires": "There is no ticket {ticket} that could be required.",
    "invalid_product.size": "A size has at most {most} characters.",
    "invalid_product.slug": "A slug has letters, digits, - and _ alone, such as t-shirt, and at most 200.",
    "invalid_product.vat": "The VAT rate must be per cent from 0 to 99.999, such as 8.1.",
    "invalid_product.window": "The sale must open before it closes.",
    "invalid_product_code": "{text!r} is no product code: give the letters and digits under the barcode.",
    "product_code_not_found": "No product has the code {code}.",
    "product_code_taken": "{code} is the code of {product} already: remove it there first.",
    "product_code_taken.badge": "{code} is somebody's badge already: take another code.",
    "product_code_taken.order": "{code} is an order already: take another code.",
    "product_code_taken.slug": "{code} already names {product}: take another code.",
    "product_code_taken.voucher": "{code} is a voucher already: take another code.",
    "limit_per_user": _limit_per_user,
    "needs_ticket": _needs_ticket,
    "needs_voucher": "{product} needs a voucher that unlocks it.",
    "needs_voucher.other": "{product} is not unlocked by voucher {voucher}.",
    "not_on_sale": "{product} is not on sale.",
    "not_on_sale.over": "{product} was on sale until {closed:%Y-%m-%d %H:%M}.",
    "not_on_sale.yet": "{product} goes on sale on {opens:%Y-%m-%d %H:%M}.",
    "not_payable": _not_payable,
    "product_ambiguous": "{product} is a ticket and an add-on: say ticket:{product} or addon:{product}.",
    "product_changed": "{product} was changed by somebody else meanwhile: look at it again.",
    "product_in_use": "A voucher, a discount or an add-on is limited to {product}: change that, or hide it.",
    "product_not_found": "There is no product {product} in this conference.",
    "product_sold": "{product} was sold: it cannot be deleted, only hidden.",
    "slug_taken": "{slug} already names {product}: take another slug.",
    "sold_out": "{product} is sold out.",
    "sold_out.few": "{product}: only {left} left.",
    "stock_below_sold": "{product}: {sold} are sold or held, so the stock cannot be {stock}.",
    "stock_unlimited": "{product} has no limited stock: there is nothing to add to.",
    "voucher_code_taken": "{code} is a code of {product} already: take another code.",
    "venue_full": "{product}: the venue is full.",
    "venue_full.few": "{product}: the venue has room for only {left} more.",
    "voucher_not_found": "There is no voucher {voucher} in this conference.",
    "voucher_not_valid.changed": "The voucher was changed this moment. Try again.",
    "voucher_not_valid.off": "Voucher {voucher} is switched off.",
    "voucher_not_valid.over": "Voucher {voucher} is no longer valid.",
    "voucher_not_valid.used_up": "Voucher {voucher} is used up.",
    "voucher_not_valid.yet": "Voucher {voucher} is not valid yet.",
}
