"""Card payments: driving one for ``charge``; capture, cancel."""

from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands.context import (
    CommandContext,
    Failed,
    current,
)

if TYPE_CHECKING:
    from tui_pos.desk.context import Desk
    from tui_pos.desk.payments import PaymentState

INTERRUPTED = 130


class TestCard(StrEnum):
    """The cards that a trainee can hold to a reader."""

    GOOD = "good"
    DECLINED = "declined"


CARDS = {TestCard.GOOD: "4242424242424242", TestCard.DECLINED: "4000000000000002"}
"""Stripe's numbers for them."""

# By stage: exit status, reason code ("" for the obstacle's own) and what is true of the money.
SHORTFALLS: dict[str, tuple[int, str, str]] = {
    "declined": (5, "declined", "The card was declined: {detail} Nothing was charged."),
    "intent": (5, "", "{detail} Nothing was charged."),
    "failed": (5, "failed", "{detail} Nothing was charged."),
    "cancelled": (4, "cancelled", "The payment was cancelled; nothing was charged."),
    "expired": (4, "expired", "The hold ran out; nothing was charged."),
}
OPEN_END = (
    5,
    "unfinished",
    "{headline}: {detail} Do not charge again; a desk of this conference goes on with it.",
)
NEEDS_A_PERSON = (5, "unfinished", "{headline}: {detail} Do not charge again; see tui-pos resolve {name}.")

PaymentIntent = Annotated[str, typer.Argument(metavar="PAYMENT_INTENT", help="The payment, pi_...")]


def by_card(
    call: CommandContext, desk: "Desk", payment: "PaymentState", *, no_wait: bool, card: TestCard | None
) -> None:
    """Drive a payment that has begun until it is captured, or until only a person could decide."""
    from tui_pos.commands import serializers
    from tui_pos.desk import payments

    try:
        with closing(payments.watch(desk, payment.attempt_id)) as states:
            for payment in _shown(call, states):
                if payment.stage == "sent" and no_wait:
                    call.answer({**serializers.charged(payment), "status": "processing"}, [_line(payment)])
                    return
                if payment.stage == "sent" and card:
                    payments.present_card(desk, payment.attempt_id, CARDS[card])
    except KeyboardInterrupt:
        raise _interrupted(desk, payments.state(desk, payment.attempt_id)) from None
    _report(call, desk, payment)


def capture(context: typer.Context, payment_intent: PaymentIntent) -> None:
    """Take the money that a payment holds."""
    from tui_pos.desk import payments

    call = current(context)
    payment = payments.capture(call.desk(), payment_intent)
    _settled(call, payment, "captured")


def cancel(context: typer.Context, payment_intent: PaymentIntent) -> None:
    """Give a payment up, or release what it holds."""
    from tui_pos.desk import payments

    call = current(context)
    payment = payments.cancel(call.desk(), payment_intent)
    _settled(call, payment, "cancelled")


def _shown(call: CommandContext, states: "Iterator[PaymentState]") -> "Iterator[PaymentState]":
    for payment in states:
        call.say(_line(payment))
        yield payment


def _line(payment: "PaymentState") -> str:
    from tui_pos.core.money import format_amount

    amount = f"{format_amount(payment.amount, payment.currency)} {payment.currency}"
    reader = payment.reader_label or payment.reader_id
    return "  ".join(
        part for part in (payment.headline, amount, reader, payment.card, payment.detail) if part
    )


def _report(call: CommandContext, desk: "Desk", payment: "PaymentState") -> None:
    """Say how it ended. Nobody is here to decide, so a payment that waits for a person is given up."""
    from tui_pos.commands import serializers

    stopped_at = payment
    if payment.stuck and payment.stage != "authorized" and not payment.problem:
        payment = _given_up(desk, payment)
    details = serializers.charged(payment)
    if payment.stage in ("captured", "authorized") and not payment.problem:
        call.answer(details, [] if payment == stopped_at else [_line(payment)])
        return
    gave_up = payment.stage == "cancelled"
    raise _shortfall(stopped_at if gave_up else payment, details, gave_up=gave_up)


def _given_up(desk: "Desk", payment: "PaymentState") -> "PaymentState":
    from tui_pos.desk import payments
    from tui_pos.desk.errors import Refused

    try:
        return payments.cancel(desk, payment.intent_id)
    except Refused:  # a card was approved after all
        return payments.state(desk, payment.attempt_id)


def _settled(call: CommandContext, payment: "PaymentState", wanted: str) -> None:
    from tui_pos.commands import serializers

    details = serializers.settled(payment)
    if payment.stage != wanted or payment.problem:
        raise _shortfall(payment, details)
    call.answer(details, [_line(payment)])


def _shortfall(payment: "PaymentState", details: dict[str, object], *, gave_up: bool = False) -> Failed:
    """``gave_up``: the payment was cancelled at Stripe where it stood, so its stage says how it ended."""
    status, code, sentence = SHORTFALLS.get(payment.stage, OPEN_END)
    if payment.live and not gave_up:
        status, code, sentence = OPEN_END
    if payment.problem:
        status, code, sentence = NEEDS_A_PERSON
    detail = payment.problem or payment.detail or "it has not ended yet."
    text = sentence.format(
        headline=payment.headline,
        detail=detail if detail.endswith(".") else f"{detail}.",
        name=payment.intent_id or payment.reference,
    )
    return Failed(status, code or payment.decline or "not_sent", text, details)


def _interrupted(desk: "Desk", payment: "PaymentState") -> Failed:
    from tui_pos.commands import serializers

    conference = desk.conference.slug
    how = (
        f"see it with tui-pos --conference {conference}, end it with"
        f" tui-pos --conference {conference} cancel {payment.intent_id or 'PAYMENT_INTENT'}"
    )
    text = f"The payment for {payment.reference} is saved and goes on ({payment.headline.lower()}): {how}."
    if not payment.live:
        text = f"Interrupted; the payment for {payment.reference} had ended: {payment.headline.lower()}."
    return Failed(INTERRUPTED, "interrupted", text, serializers.charged(payment))
