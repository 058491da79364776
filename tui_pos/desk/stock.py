"""How many of each product are sold or held: the one count that the catalogue and the checkout share.

Sold are the lines of paid and partially refunded orders and of pending ones whose hold has not expired. Call
with a connection open; the checkout calls it with the stock rows locked.
"""

from collections.abc import Mapping
from datetime import datetime

ProductKey = tuple[str, int]
"""("ticket" or "addon", id of the ticket type or add-on)."""

GONE: ProductKey = ("ticket", 0)
"""Lines that name no product (their ticket type was deleted): they still take a seat in the venue."""


def sold(conference_id: int, now: datetime) -> dict[ProductKey, int]:
    """Pieces sold or held of everything in the conference, in one statement; a product not in it has sold none."""
    raise NotImplementedError


def seats_taken(counts: Mapping[ProductKey, int]) -> int:
    """What counts against the conference's total capacity: every line that is no add-on."""
    raise NotImplementedError


def remaining(total_quantity: int, sold_count: int) -> int | None:
    """What is left, never below 0; None when the quantity is unlimited (0)."""
    raise NotImplementedError
