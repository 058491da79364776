"""Card payments: driving one for ``charge``; capture, cancel, resolve; readers and connection-token."""

from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, Failed, table
from tui_pos.core import exit_codes
from tui_pos.core.money import amount_string, format_amount
from tui_pos.desk.errors import Refused
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.messages.payments import ENDINGS, NOT_ENDED
from tui_pos.ui.messages.templates import with_full_stop

if TYPE_CHECKING:
    from tui_pos.desk.context import Desk
    from tui_pos.desk.payments import PaymentState
    from tui_pos.desk.payments.resolve import Option, Resolution

INTERRUPTED = 130


class TestCard(StrEnum):
    """The cards that a trainee can hold to a reader."""

    GOOD = "good"
    DECLINED = "declined"


CARDS = {TestCard.GOOD: "4242424242424242", TestCard.DECLINED: "4000000000000002"}
"""Stripe's numbers for them."""

NOT_PAID: dict[str, tuple[int, str, str]] = {
    "declined": (5, "declined", ENDINGS["declined"]),
    "intent": (5, "", ENDINGS["intent"]),
    "failed": (5, "failed", ENDINGS["failed"]),
    "cancelled": (4, "cancelled", ENDINGS["cancelled"]),
    "expired": (4, "expired", ENDINGS["expired"]),
}
"""By stage: exit status, reason code ('' for the obstacle's own), and the sentence."""
STILL_LIVE = (5, "unfinished", ENDINGS["still_live"])
NEEDS_A_PERSON = (5, "unfinished", ENDINGS["needs_a_person"])

PaymentIntent = Annotated[str, typer.Argument(metavar="PAYMENT_INTENT", help="The payment, pi_...")]


def by_card(
    context: CommandContext, desk: "Desk", payment: "PaymentState", *, no_wait: bool, card: TestCard | None
) -> None:
    """Drive a payment that has begun until it is captured, or until only a person could decide."""
    from tui_pos.desk import payments

    try:
        with closing(payments.watch(desk, payment.attempt_id)) as states:
            for state in _shown(context, states):
                payment = state
                if payment.stage == "sent" and no_wait:
                    context.answer({**serializers.charged(payment), "status": "processing"}, [_line(payment)])
                    return
                if payment.stage == "sent" and card:
                    payments.present_card(desk, payment.attempt_id, CARDS[card])
    except KeyboardInterrupt:
        raise _interrupted(desk, payments.state(desk, payment.attempt_id)) from None
    _report(context, desk, payment)


def capture(context: CommandContext, payment_intent: PaymentIntent) -> None:
    """Take the money that a payment holds."""
    from tui_pos.desk import payments

    payment = payments.capture(context.desk(), payment_intent)
    _answer(context, payment, "captured")


def cancel(context: CommandContext, payment_intent: PaymentIntent) -> None:
    """Give a payment up, or release what it holds."""
    from tui_pos.desk import payments

    payment = payments.cancel(context.desk(), payment_intent)
    _answer(context, payment, "cancelled")


def _shown(context: CommandContext, states: "Iterator[PaymentState]") -> "Iterator[PaymentState]":
    for payment in states:
        context.say(_line(payment))
        yield payment


def _line(payment: "PaymentState") -> str:
    amount = f"{format_amount(payment.amount, payment.currency)} {payment.currency}"
    reader = payment.reader_label or payment.reader_id
    return "  ".join(
        part for part in (_headline(payment), amount, reader, payment.card, sentence(payment.detail)) if part
    )


def _headline(payment: "PaymentState") -> str:
    return NOTICE_WORDS[payment.notice].headline


def _report(context: CommandContext, desk: "Desk", payment: "PaymentState") -> None:
    """Answer how it ended. A command can ask nobody, so a payment that waits for a person is cancelled."""
    stopped_at = payment
    if payment.stuck and payment.stage != "authorized" and not payment.problem:
        payment = _cancel_waiting(desk, payment)
    details = serializers.charged(payment)
    if payment.stage in ("captured", "authorized") and not payment.problem:
        context.answer(details, [] if payment == stopped_at else [_line(payment)])
        return
    gave_up = payment.stage == "cancelled"
    raise _not_paid(stopped_at if gave_up else payment, details, gave_up=gave_up)


def _cancel_waiting(desk: "Desk", payment: "PaymentState") -> "PaymentState":
    """Cancel a payment that waits for a person; its state when a card was approved meanwhile."""
    from tui_pos.desk import payments

    try:
        return payments.cancel(desk, payment.intent_id)
    except Refused:  # a card was approved after all
        return payments.state(desk, payment.attempt_id)


def _answer(context: CommandContext, payment: "PaymentState", wanted: str) -> None:
    details = serializers.payment_status(payment)
    if payment.stage != wanted or payment.problem:
        raise _not_paid(payment, details)
    context.answer(details, [_line(payment)])


def _not_paid(payment: "PaymentState", details: dict[str, object], *, gave_up: bool = False) -> Failed:
    """``gave_up``: the payment was cancelled at Stripe where it stood, so its stage says how it ended."""
    status, code, template = NOT_PAID.get(payment.stage, STILL_LIVE)
    if payment.live and not gave_up:
        status, code, template = STILL_LIVE
    if payment.problem:
        status, code, template = NEEDS_A_PERSON
    detail = sentence(payment.problem or payment.detail) or NOT_ENDED
    text = template.format(
        headline=_headline(payment),
        detail=with_full_stop(detail),
        name=payment.intent_id or payment.reference,
    )
    return Failed(status, code or payment.decline or "not_sent", text, details)


def _interrupted(desk: "Desk", payment: "PaymentState") -> Failed:
    order, spoken = payment.reference, NOTICE_WORDS[payment.notice].spoken
    command = f"tui-pos --conference {desk.conference.slug}"
    text = (
        f"The payment for {order} is saved and goes on ({spoken}): see it with {command},"
        f" end it with {command} cancel {payment.intent_id or 'PAYMENT_INTENT'}."
    )
    if not payment.live:
        text = f"Interrupted; the payment for {order} had ended: {spoken}."
    return Failed(INTERRUPTED, "interrupted", text, serializers.charged(payment))


def readers(
    context: CommandContext,
    location: Annotated[
        str | None, typer.Option(metavar="LOCATION", help='Those at this place (tml_...); "" for all places.')
    ] = None,
) -> None:
    """List the card readers, the usable first."""
    from tui_pos.desk.payments.readers import readers as listed
    from tui_pos.ui.messages.views import holder_words

    rows = listed(context.desk(store=False), location)
    lines = table((row.id, row.label, row.status, row.device_type, holder_words(row.holder)) for row in rows)
    context.answer(serializers.readers(rows), lines or ["There is no reader here."])


def connection_token(context: CommandContext) -> None:
    """Make a secret for a card reader's SDK."""
    from tui_pos.desk.payments.readers import connection_token as token

    secret = token(context.desk())
    context.answer({"secret": secret}, [secret])


DECISIONS = {
    "book-captured": "book what Stripe captured",
    "capture": "take the money that is held",
    "release": "cancel it at Stripe, and release what it holds",
    "write-off": "end it here; nothing is booked for it",
    "accept-less": "accept that less was captured than asked for",
    "keep": "leave it as it is, with a note of why",
}
"""What each option means, for people."""


def resolve(
    context: CommandContext,
    payment: Annotated[
        str, typer.Argument(metavar="PAYMENT_INTENT", help="The payment, pi_..., or its order, ORD-...")
    ],
    option: Annotated[
        str | None, typer.Option("--as", metavar="OPTION", help="What to decide; without it only look.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
) -> None:
    """Show what Stripe and the books say of a payment that needs a person, and decide what becomes of it."""
    from tui_pos.desk.payments import resolve as resolving

    if option is None and reason:
        raise typer.TyperException("--reason goes with --as OPTION.")
    chosen = None if option is None else _option(option)
    desk = context.desk(store=chosen is not None)
    if chosen is None:
        found = resolving.inspect(desk, payment)
        context.answer(serializers.resolution(found), _resolution_lines(found))
        return
    done = resolving.resolve(desk, payment, chosen, reason)
    details = serializers.resolution(done)
    if chosen != "keep" and (done.payment.live or done.payment.problem):
        stands = f"{_headline(done.payment)}: {sentence(done.payment.detail)}"
        said = sentence(done.payment.problem) or stands
        raise Failed(exit_codes.UNAVAILABLE, "unfinished", with_full_stop(said), details)
    context.answer(
        details, [f"{done.payment.reference}  {_headline(done.payment)}  {done.books.order_status}"]
    )


def _option(typed: str) -> "Option":
    from tui_pos.desk.payments.resolve import Option

    try:
        return Option(typed)
    except ValueError:
        raise typer.TyperException(f"--as is one of {', '.join(Option)}.") from None


def _resolution_lines(found: "Resolution") -> list[str]:
    payment, books = found.payment, found.books
    asked, booked, kept, total = (
        amount_string(each, payment.currency) for each in (books.asked, books.booked, books.kept, books.total)
    )
    return [
        f"{payment.reference}  {payment.buyer}  {payment.intent_id}",
        f"Stripe  {sentence(found.stripe.said)}",
        f"Books   {books.stage}, {booked} booked of {asked} {payment.currency};"
        f" order {books.order_status}, {kept} kept of {total}",
        *([f"Why     {sentence(books.problem)}"] if books.problem else []),
        *(f"  --as {option:<14} {DECISIONS[option]}" for option in found.options),
    ]
