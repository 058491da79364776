"""charge: what an order owes, or a part of it, by whatever it is paid with."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.card_payments import TestCard, by_card
from tui_pos.commands.context import CommandContext, Key, typed_key
from tui_pos.core.money import format_amount, parse_amount

if TYPE_CHECKING:
    from tui_pos.desk.context import Desk
    from tui_pos.desk.payments import PaymentState
    from tui_pos.desk.tenders.tendering import Tendered


class TenderOption(StrEnum):
    """The values of --tender."""

    CARD = "card"
    CASH = "cash"
    CREDIT = "credit"
    FREE = "free"


TENDERS_OF_OPTION: dict[str, tuple[TenderOption, ...]] = {
    "reader": (TenderOption.CARD,),
    "amount": (TenderOption.CARD,),
    "attendee": (TenderOption.CARD,),
    "no_wait": (TenderOption.CARD,),
    "card": (TenderOption.CARD,),
    "given": (TenderOption.CASH,),
    "part": (TenderOption.CARD, TenderOption.CASH, TenderOption.CREDIT),
    "reason": (TenderOption.CARD, TenderOption.FREE),
    "key": (TenderOption.CASH, TenderOption.CREDIT, TenderOption.FREE),
}
"""The tenders that an option is for; any other would ignore what somebody meant by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRequest:
    """The options of one charge; a field has its option's name."""

    tender: TenderOption
    reader: str | None
    order: str | None
    part: str | None
    amount: str | None
    attendee: str | None
    given: str | None
    reason: str | None
    key: str | None
    no_wait: bool
    card: TestCard | None


def charge(
    context: CommandContext,
    tender: Annotated[TenderOption, typer.Option(help="What is paid with.")] = TenderOption.CARD,
    reader: Annotated[
        str | None,
        typer.Option(help="Card: the reader, by its id (tmr_...) or its label; else the station's."),
    ] = None,
    order: Annotated[str | None, typer.Option(metavar="REFERENCE", help="Take what this order owes.")] = None,
    part: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="With --order: only so much of what it owes.")
    ] = None,
    amount: Annotated[
        str | None, typer.Option(help="Card: take this amount, as an order of its own.")
    ] = None,
    attendee: Annotated[str | None, typer.Option(metavar="CODE", help="With --amount: who buys.")] = None,
    given: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Cash: how much was handed over.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="With --amount: what it is for. Free: why.")] = None,
    key: Key = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Card: end once the reader asks for the card.")
    ] = False,
    card: Annotated[TestCard | None, typer.Option(help="In training: hold this card to the reader.")] = None,
) -> None:
    """Take a payment for an order, whole or in part.

    A card is waited for until it is captured, or until only a person could decide; then it is given up.
    """
    request = ChargeRequest(
        tender=tender,
        reader=reader,
        order=order,
        part=part,
        amount=amount,
        attendee=attendee,
        given=given,
        reason=reason,
        key=key,
        no_wait=no_wait,
        card=card,
    )
    _refuse_contradictions(request)
    if request.tender is not TenderOption.CARD:
        _take_other_tender(context, request)
        return
    session = context.session()
    desk = context.desk_at(session)
    if card is not None and desk.mode != "TRAINING":
        raise typer.TyperException("--card is for training; here a customer presents the card.")
    by_card(
        context,
        desk,
        _begin_by_card(desk, request, session.settings.reader(session.station)),
        no_wait=no_wait,
        card=card,
    )


def _refuse_contradictions(request: ChargeRequest) -> None:
    """Refuse options that contradict each other, and those that are missing."""
    for name, tenders in TENDERS_OF_OPTION.items():
        if getattr(request, name) not in (None, False) and request.tender not in tenders:
            option = name.replace("_", "-")
            raise typer.TyperException(f"--{option} does not go with --tender {request.tender}.")
    of_card = request.tender is TenderOption.CARD
    on_order = of_card and request.order is not None
    faults = (
        (not of_card and request.order is None, "Name the order with --order REFERENCE."),
        (
            request.tender is TenderOption.CASH and request.given is None,
            "Say with --given AMOUNT how much cash was handed over.",
        ),
        (
            of_card and (request.order is None) == (request.amount is None),
            "Give either --order REFERENCE or --amount AMOUNT.",
        ),
        (
            on_order and (request.attendee is not None or bool(request.reason)),
            "--attendee and --reason go with --amount; an order knows its buyer.",
        ),
        (
            request.amount is not None and request.part is not None,
            "--part goes with --order; --amount is an order of its own.",
        ),
    )
    for wrong, sentence in faults:
        if wrong:
            raise typer.TyperException(sentence)


def _begin_by_card(desk: "Desk", request: ChargeRequest, configured: str) -> "PaymentState":
    from tui_pos.desk.carts import charges
    from tui_pos.desk.payments import readers

    reader = request.reader
    if reader is None:
        reader, _ = readers.reader_here(desk, configured)
        if not reader:
            raise typer.TyperException(
                f"The station {desk.station} has no reader: name one with --reader, by its id (tmr_...) or"
                " its label."
            )
    if request.order is None:
        return charges.begin_amount(
            desk, request.amount or "", reader, attendee_code=request.attendee, reason=request.reason or ""
        )
    return charges.begin_order(desk, request.order, reader, _amount(desk, request.part))


def _take_other_tender(context: CommandContext, request: ChargeRequest) -> None:
    from tui_pos.desk.search import lookup
    from tui_pos.desk.tenders.cash import take_cash
    from tui_pos.desk.tenders.complimentary import give_free
    from tui_pos.desk.tenders.credit import use_credit

    desk, key = context.desk(), typed_key(request.key)
    part, given = _amount(desk, request.part), _amount(desk, request.given)
    take: dict[TenderOption, Callable[[str], Tendered]] = {
        TenderOption.CASH: lambda reference: take_cash(desk, reference, given or Decimal(0), part, key=key),
        TenderOption.CREDIT: lambda reference: use_credit(desk, reference, part, key=key),
        TenderOption.FREE: lambda reference: give_free(desk, reference, request.reason or "", key=key),
    }
    taken = take[request.tender](lookup.order(desk, request.order or "").reference)
    context.answer(serializers.tendered(desk, taken), [_line(desk, request.tender, taken)])


def _amount(desk: "Desk", typed: str | None) -> Decimal | None:
    return None if typed is None else parse_amount(typed, desk.conference.currency)


def _line(desk: "Desk", tender: TenderOption, taken: "Tendered") -> str:
    currency = desk.conference.currency
    cells = [taken.reference, tender, f"{format_amount(taken.amount, currency)} {currency}"]
    if tender is TenderOption.CASH:
        cells += [
            f"given {format_amount(taken.given, currency)}",
            f"change {format_amount(taken.change, currency)}",
        ]
    if taken.rounding:
        cells.append(f"rounded by {format_amount(taken.rounding, currency)}")
    due = f"still due {format_amount(taken.remaining, currency)}" if taken.remaining else "paid"
    return "  ".join([*cells, due])
