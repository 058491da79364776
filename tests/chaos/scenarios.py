"""What a random run meets too seldom to try a broken build by: one chain of events each.

Played in place of sales on an empty floor; the whole build keeps every promise through each of them.
"""

from decimal import Decimal
from typing import Any

from tests.chaos.floor import READERS, DeskProcess, Floor, HarnessFault, go_on
from tests.chaos.jobs import Job
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.data.tables.registration import Order, Payment
from tui_pos.desk.payments import PaymentState

READER = READERS[0]
PATIENCE = 6


def cash_while_a_refund_is_open(floor: Floor) -> None:
    """A part is paid by card and asked back; while nobody knows what became of it, cash comes."""
    reference, total = sell(floor, "regular")
    pay_by_card(floor, reference, Decimal(100))
    floor.fault("answer_lost", "POST /v1/refunds", times=20)
    floor.fault("error_500", "GET /v1/refunds*", times=20)
    floor.do(Job("refund", (reference, None)))
    rest = total - 100
    outcome, _ = floor.do(Job("pay_cash", (reference, rest, (rest, "dialog-1")), "desk-6"))
    if outcome == "done":
        floor.cash[reference] = rest


def refund_in_the_dashboard(floor: Floor) -> None:
    """All is given back in Stripe's dashboard; the web site's webhook finds the payment, one of before."""
    reference, _ = sell(floor, "t-shirt")
    pay_by_card(floor, reference, None)
    with connected():
        order = Order.get(Order.reference == reference)
        attempt = Attempt.get(Attempt.order == order, Attempt.stage == Stage.CAPTURED)
        Payment.update(stripe_payment_intent_id=attempt.intent_id).where(
            Payment.id == attempt.payment_id
        ).execute()
    floor.simulator.dashboard_refund(str(attempt.intent_id))


def answers_about_something_else(floor: Floor) -> None:
    """Nobody pays, and Stripe answers with somebody else's payment, which succeeded."""
    reference, total = sell(floor, "t-shirt")
    amount = int(total * 100)
    floor.alter(
        "retrieve",
        times=200,
        id="pi_of_somebody_else",
        status="succeeded",
        amount_received=amount,
        amount_capturable=0,
        latest_charge=None,
    )
    seen = 0

    def on(desk: DeskProcess, kind: str, value: Any) -> None:
        nonlocal seen
        go_on(desk, kind, value)
        seen += kind == "state"
        if seen > PATIENCE:
            desk.say("detach")

    def idle() -> None:
        nonlocal seen
        seen += 1
        floor.finish(READER, "lost")
        for desk in desks if seen > PATIENCE else ():
            desk.say("detach")

    desks = [floor.desk(Job("charge", (reference, READER, None), staff="trainee"))]
    floor.attend(desks, on, idle)


def a_payment_that_stripe_forgot(floor: Floor) -> None:
    """The books call a payment captured that Stripe does not know, as with another account's key."""
    reference, _ = sell(floor, "t-shirt")
    pay_by_card(floor, reference, None)
    for intent_id in floor.simulator.books():
        floor.simulator.forget_intent(intent_id)
    raise HarnessFault(f"told: {told(floor)}")


def a_payment_in_another_currency(floor: Floor) -> None:
    """A host of before, whose config named another currency, booked what Stripe has in dollars as yen."""
    reference, _ = sell(floor, "t-shirt")
    pay_by_card(floor, reference, None)
    with connected():
        Attempt.update(currency="JPY").execute()
        of_card = Payment.id.in_(Attempt.select(Attempt.payment))
        Payment.update(amount=Payment.amount * 100).where(of_card).execute()
        Order.update(total=Order.total * 100).where(Order.reference == reference).execute()
    raise HarnessFault(f"told: {told(floor)}")


def told(floor: Floor) -> list[str]:
    """What the treasurer is told at this moment, with nothing changed."""
    outcome, value = floor.do(Job("checked"))
    return [str(each.kind) for each in value] if outcome == "done" else [outcome]


def another_installation_reconciles(floor: Floor) -> None:
    """While a card is waited for, another host with its own database reconciles the same Stripe account."""
    reference, _ = sell(floor, "t-shirt")

    def on(desk: DeskProcess, kind: str, value: Any) -> None:
        go_on(desk, kind, value)
        if kind == "state" and value.stage is Stage.SENT and not heard:
            heard.append(floor.do(Job("reconciled", beside=True)))
            floor.tap(READER)

    heard: list[tuple[str, Any]] = []
    floor.attend([floor.desk(Job("charge_by_command", (reference, READER, None)))], on)
    if heard and any(book["status"] == "canceled" for book in floor.simulator.books().values()):
        raise HarnessFault(f"another installation cancelled our payment: {heard}")


def sell(floor: Floor, product: str) -> tuple[str, Decimal]:
    """One piece to a walk-up; the order's reference and price."""
    outcome, value = floor.do(Job("sell", ([(product, 1)], None)))
    assert outcome == "done", value
    reference: str = value[0]
    floor.prices[reference] = total = value[1]
    return reference, total


def pay_by_card(floor: Floor, reference: str, amount: Decimal | None) -> None:
    """A payment by a good card, with nothing going wrong."""

    def on(desk: DeskProcess, kind: str, value: Any) -> None:
        go_on(desk, kind, value)
        if kind == "state" and isinstance(value, PaymentState) and value.stage is Stage.SENT:
            floor.tap(READER)

    floor.attend([floor.desk(Job("charge", (reference, READER, amount), staff="trainee"))], on)
