"""Orders and who they are for: why one is not found, or cannot be changed now."""

from typing import TYPE_CHECKING

from tui_pos.ui.messages.templates import Sentence, plain, when_and_where

if TYPE_CHECKING:
    from tui_pos.core.clock import Moment
    from tui_pos.desk.orders.live_payment import Holder


def held_by(holder: "Holder") -> str:
    """Who holds a payment or a reader: "desk-2, Amira Haddad, since 14:02"; this station's own: "here, …"."""
    station = "here" if holder.is_here else holder.station
    return f"{station}, {holder.name}, since {holder.since:%H:%M}"


def _payment_live(order: str, reader: str, holder: "Holder") -> str:
    return f"A card payment for {order} is under way on {reader} ({held_by(holder)})."


def _reader_has(order: str, reader: str, holder: "Holder") -> str:
    return f"{reader} has the payment of {order} ({held_by(holder)}): take another reader."


def _invalid_code(text: str) -> str:
    shown = f"{text!r} is" if text else "That is"
    return f"{shown} not an access code: scan the badge or type its 1 to 20 letters and digits."


def _badge_replaced(code: str, since: "Moment") -> str:
    return f"The badge {code} is dead: its ticket went to another badge, {when_and_where(since)}."


def _invalid_reference(text: str, prefix: str) -> str:
    shown = f"{text!r} is" if text else "That is"
    return f"{shown} not an order reference such as {prefix}-8F3K2AQ7."


def _cannot_be_cancelled(order: str, status: str) -> str:
    return f"{order} is {plain(status)}; only a pending order can be cancelled."


SENTENCES: dict[str, Sentence] = {
    "attendee_not_found": "{code} is not known in {conference}.",
    "badge_replaced": _badge_replaced,
    "attendee_not_found.conference": "That badge is for {conference!r}, a conference not known here.",
    "invalid_code": _invalid_code,
    "invalid_email": "{email} is not an e-mail address: enter one such as name@example.org.",
    "invalid_reference": _invalid_reference,
    "name_too_long": "A name has at most {most} characters here: leave out what is not needed.",
    "no_free_code": "No free access code was found. Try again.",
    "no_free_reference": "No free reference was found. Try again.",
    "order_has_payments": "Money was taken for {order}; refund it instead.",
    "order_not_found": "There is no order {order} in {conference}.",
    "order_not_found.here": "There is no order {order} in this conference.",
    "order_not_pending.cancel": _cannot_be_cancelled,
    "order_not_pending.void": "{order} is paid: void it instead.",
    "other_conference": "That badge is for {theirs}; this desk is for {ours}.",
    "payment_live": _payment_live,
    "payment_live.reader": _reader_has,
    "payment_live.cancel": "A card payment for {order} is running; cancel it first.",
    "refund_open": "A refund of {order} has no answer from Stripe yet; wait until it is known.",
    "sold_out.hold": "{product}: only {left} left, and the order's hold has run out.",
    "venue_full.hold": "Only {left} seats are left in the venue, and the order's hold has run out.",
}
