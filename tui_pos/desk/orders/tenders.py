"""The tenders that a desk takes, and what people call a payment: "Visa 4242", "Credit"."""

from enum import StrEnum

from tui_pos.data.tables.registration import PaymentMethod


class Tender(StrEnum):
    """What an order is paid with."""

    CARD = "card"
    CASH = "cash"
    CREDIT = "credit"
    COMP = "comp"


TENDER_OF: dict[str, Tender] = {
    PaymentMethod.STRIPE: Tender.CARD,
    PaymentMethod.TERMINAL: Tender.CARD,
    PaymentMethod.MANUAL: Tender.CASH,
    PaymentMethod.CREDIT: Tender.CREDIT,
    PaymentMethod.COMP: Tender.COMP,
}
"""The tender behind a desk's payment; ``manual`` is cash, as django-program has no other word for it."""

_METHODS: dict[str, str] = {
    PaymentMethod.STRIPE: "Card, online",
    PaymentMethod.TERMINAL: "Card",
    PaymentMethod.COMP: "Complimentary",
    PaymentMethod.CREDIT: "Credit",
    PaymentMethod.MANUAL: "Cash",
}

_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "unknown": "Card",
}
"""Brands whose name is not just the word that Stripe uses, capitalised."""


ON_THE_WEB = "Paid on the web site"
"""A payment that the web site's people wrote by hand."""


def label(method: str, brand: str | None = None, last4: str | None = None, on_the_web: object = False) -> str:
    """The payment for people; ``on_the_web`` as ``web_payments.on_the_web`` says."""
    if on_the_web:
        return ON_THE_WEB
    if last4:
        return f"{brand_name(brand or 'card')} {last4}"
    return _METHODS.get(method, method.capitalize())


def brand_name(brand: str) -> str:
    """The card brand as it is written on the card."""
    return _BRANDS.get(brand, brand.replace("_", " ").title())
