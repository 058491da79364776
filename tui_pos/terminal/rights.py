"""Which of the rights that a desk needs a restricted key lacks: asked of Stripe by calls that change nothing.

Reads ask for one object. Writes name an object that does not exist: Stripe looks at the key's rights first
(403), and finds nothing then (404).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import stripe

NO_PAYMENT = "pi_tuiposRightsProbe"
NO_READER = "tmr_tuiposRightsProbe"


class Purpose(StrEnum):
    """What a right is needed for."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class MissingRight:
    """A right, in Stripe's own name, that the key lacks for a purpose."""

    purpose: Purpose
    right: str


Probe = Callable[["stripe.StripeClient"], object]

PROBES: tuple[tuple[Purpose, Probe], ...] = (
    (Purpose.PAYMENT, lambda client: client.v1.payment_intents.list({"limit": 1})),
    # Expanding an object takes the right to read its kind: a payment is always read with its charge.
    (
        Purpose.PAYMENT,
        lambda client: client.v1.payment_intents.list({"limit": 1, "expand": ["data.latest_charge"]}),
    ),
    (Purpose.PAYMENT, lambda client: client.v1.payment_intents.cancel(NO_PAYMENT)),
    (Purpose.PAYMENT, lambda client: client.v1.terminal.readers.list({"limit": 1})),
    (Purpose.PAYMENT, lambda client: client.v1.terminal.readers.cancel_action(NO_READER)),
    (Purpose.REFUND, lambda client: client.v1.refunds.list({"limit": 1})),
    (Purpose.REFUND, lambda client: client.v1.refunds.create({"payment_intent": NO_PAYMENT})),
)
"""A probe for each right that a first sale on a reader, its cancelling and its refund take."""
