"""What a list says of a card payment in one phrase: its flight recorder; and what needs attention."""

from collections.abc import Sequence

from tui_pos.core.clock import Moment
from tui_pos.ui.messages.declines import decline_text
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.messages.payments import CALLS
from tui_pos.ui.messages.templates import Sentence, when_and_where


def _declined(decline: str) -> str:
    return f"declined: {decline_text(decline)}"


def _refused(call: str, why: str) -> str:
    return f"Stripe refuses to {CALLS[call]}: {why}"


def _payment(notice: str, station: str) -> str:
    return NOTICE_WORDS[notice].headline + _at(station)


def _order(order: str, when: Moment, is_part: bool) -> str:
    return f"{'paid in part' if is_part else 'not paid'} {when_and_where(when)}: {order}"


def _parked(when: Moment, content: Sequence[tuple[int, str]]) -> str:
    pieces = ", ".join(f"{quantity} {name}" if quantity > 1 else name for quantity, name in content)
    return f"parked {when_and_where(when)}: {pieces or 'nothing in it'}"


def _problem(problem: str, station: str) -> str:
    return problem.rstrip(".") + _at(station)


def _at(station: str) -> str:
    return f" at {station}" if station else ""


PHRASES: dict[str, Sentence] = {
    "attention.order": _order,
    "attention.parked": _parked,
    "attention.payment": _payment,
    "attention.problem": _problem,
    "event.asked": "{action} asked for",
    "event.authorized": "authorised",
    "event.authorized.card": "authorised {card}",
    "event.books": "{stage}, {booked} booked, order {order}",
    "event.cancelled": "Stripe says cancelled",
    "event.cancelled_before_asking": "cancelled before Stripe was asked",
    "event.cancelled_unseen": "cancelled; Stripe never had the payment",
    "event.captured": "captured {amount} {currency}",
    "event.captured.but": "captured {amount} {currency}; {why}",
    "event.card_read": "the card was read",
    "event.created": "Stripe has the payment {intent}",
    "event.declined": _declined,
    "event.given_up_unseen": "given up; Stripe never had the payment",
    "event.hold_ran_out": "the hold ran out",
    "event.left_to_other": "left to the installation that this database was copied from",
    "event.needs_person": "needs a person: {why}",
    "event.not_shown": "Stripe has the payment; no reader shows it",
    "event.not_withdrawn": "prompt not withdrawn: {why}",
    "event.refund_asked": "refund of {amount} {currency} asked for. {reason}",
    "event.refunded_in_dashboard": "{amount} {currency} was refunded in Stripe's dashboard",
    "event.refused": _refused,
    "event.resolved": "resolved, {option}: {why}; Stripe: {stripe} {before} -> {after}",
    "event.saved": "attempt saved: {amount} {currency}",
    "event.shown": "reader {reader} shows the amount",
    "event.status": "Stripe says {status}",
    "event.switched": "to be shown on {reader}",
    "event.waiting": "the reader waits for a card",
    "event.written_off": "written off",
}
