"""The web site as one more actor: its webhook for our intents, its cancellations, its own payments.

Written from what django-program's webhook does, with none of our code for it.
"""

import http.client
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from tui_pos.core import clock, money
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.registration import (
    Attendee,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from tui_pos.simulator import Controls

CURRENCY = "USD"


class Website:
    """What the web site does on its own; ``note`` is told."""

    def __init__(self, stripe_url: str, note: Callable[[str], None] = lambda _: None) -> None:
        self._stripe_url = stripe_url
        self._stripe = Controls(stripe_url)
        self._note = note
        self._events: list[dict[str, Any]] = []
        self._handled: set[str] = set()
        self._codes = 0
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "payment_intent.succeeded": self._succeeded,
            "payment_intent.payment_failed": self._failed,
            "charge.refunded": self._refunded,
        }

    def waiting(self) -> list[dict[str, Any]]:
        """Events that the webhook has not been called with, oldest first."""
        newer = {"ending_before": self._events[-1]["id"]} if self._events else {}
        kinds = {f"types[{number}]": kind for number, kind in enumerate(self._handlers)}
        listed = ask_stripe(self._stripe_url, "GET", "events", limit=100, **kinds, **newer)
        self._events += reversed(listed.get("data", []))
        return [event for event in self._events if event["id"] not in self._handled]

    def deliver(self, event: dict[str, Any]) -> None:
        """Stripe calls the webhook; a second call with the same event is answered "duplicate"."""
        if event["id"] in self._handled:
            return
        self._handled.add(event["id"])
        subject, kind = event["data"]["object"], event["type"]
        self._note(f"webhook {kind} {subject['id']} {subject['metadata'].get('order_id')}")
        with connected():
            run_tx(lambda: self._handlers[kind](subject))

    def _failed(self, intent: dict[str, Any]) -> None:
        """A card was declined: the payment is failed, though the same intent may still be paid."""
        waiting = Payment.status.in_((PaymentStatus.PENDING, PaymentStatus.PROCESSING))
        if order_id := intent["metadata"].get("order_id"):
            of_intent = (Payment.order == int(order_id)) & (Payment.stripe_payment_intent_id == intent["id"])
            Payment.update(status=PaymentStatus.FAILED).where(of_intent, waiting).execute()

    def _refunded(self, charge: dict[str, Any]) -> None:
        """Money went back, or a hold was released: whatever else was paid, the order is refunded."""
        of_intent = Payment.stripe_payment_intent_id == charge["payment_intent"]
        payment = Payment.select().where(of_intent).order_by(Payment.id).first()
        if payment is None:
            return
        status = OrderStatus.PARTIALLY_REFUNDED
        if charge["amount_refunded"] >= charge["amount"]:
            Payment.update(status=PaymentStatus.REFUNDED).where(Payment.id == payment.id).execute()
            status = OrderStatus.REFUNDED
        Order.update(status=status).where(Order.id == payment.order_id).execute()

    def _succeeded(self, intent: dict[str, Any]) -> None:
        now = clock.now()
        order_id = intent["metadata"].get("order_id")
        if order_id is None:
            return
        order = Order.get_by_id(int(order_id))
        charge = intent["latest_charge"]
        # The webhook books what was authorised, not what was received.
        amount = money.from_minor(intent["amount"], intent["currency"])
        of_intent = (Payment.order == order) & (Payment.stripe_payment_intent_id == intent["id"])
        pending = Payment.select().where(of_intent, Payment.status == PaymentStatus.PENDING).first()
        booked = Payment.select().where(of_intent, Payment.status == PaymentStatus.SUCCEEDED).first()
        if pending is not None:
            changes = {"status": PaymentStatus.SUCCEEDED, "amount": amount, "stripe_charge_id": charge}
            Payment.update(**changes).where(Payment.id == pending.id).execute()
        elif booked is None:
            self._pay(order, amount, intent["id"], charge, now)
        if booked is None:
            self._mark_paid(order, now)
        self._order_paid(order, now)

    def _pay(self, order: Order, amount: Decimal, intent_id: str, charge: str, now: datetime) -> None:
        Payment.create(
            order=order.id,
            method=PaymentMethod.STRIPE,
            status=PaymentStatus.SUCCEEDED,
            amount=amount,
            stripe_payment_intent_id=intent_id,
            stripe_charge_id=charge,
            created_at=now,
        )

    def _mark_paid(self, order: Order, now: datetime) -> None:
        Order.update(status=OrderStatus.PAID, hold_expires_at=None, updated_at=now).where(
            Order.id == order.id
        ).execute()

    def _order_paid(self, order: Order, now: datetime) -> None:
        """The signal's one receiver: the attendee points at the order that was paid last."""
        attendee = Attendee.get_or_none(
            Attendee.user == order.user_id, Attendee.conference == order.conference_id
        )
        if attendee is not None:
            Attendee.update(order=order.id, completed_registration=True, updated_at=now).where(
                Attendee.id == attendee.id
            ).execute()
            return
        self._codes += 1
        Attendee.create(
            conference=order.conference_id,
            user=order.user_id,
            order=order.id,
            access_code=f"WEB{self._codes:05}",
            completed_registration=True,
            created_at=now,
            updated_at=now,
        )

    def cancel_order(self, reference: str) -> bool:
        """Somebody cancels a pending order on the web site, which does not know of card readers."""

        def work() -> bool:
            changes = {"status": OrderStatus.CANCELLED, "hold_expires_at": None}
            pending = (Order.reference == reference) & (Order.status == OrderStatus.PENDING)
            return bool(Order.update(**changes).where(pending).execute())

        with connected():
            done = run_tx(work)
        self._note(f"web site cancels {reference}: {done}")
        return done

    def sweep(self) -> list[str]:
        """Its own checkout lets go of holds that ran out; what credit had paid of them stays paid."""

        def work() -> list[str]:
            expired = (Order.status == OrderStatus.PENDING) & (Order.hold_expires_at <= clock.now())
            found = [row.reference for row in Order.select(Order.reference).where(expired)]
            changes = {"status": OrderStatus.CANCELLED, "hold_expires_at": None}
            Order.update(**changes).where(Order.reference.in_(found), expired).execute()
            return found

        with connected():
            done = run_tx(work)
        self._note(f"web site sweeps {done}")
        return done

    def pay_on_manage_page(self, reference: str, method: str, amount: Decimal) -> bool:
        """Somebody of the web site records money by hand: no signal, and the hold stays."""

        def work() -> bool:
            order = Order.get(Order.reference == reference)
            if order.status != OrderStatus.PENDING:
                return False
            Payment.create(
                order=order.id,
                method=method,
                status=PaymentStatus.SUCCEEDED,
                amount=amount,
                note="Paid by wire",
                created_at=clock.now(),
            )
            counted = Payment.select().where(
                Payment.order == order.id, Payment.status == PaymentStatus.SUCCEEDED
            )
            if sum(row.amount for row in counted) >= order.total:
                Order.update(status=OrderStatus.PAID).where(Order.id == order.id).execute()
            return True

        with connected():
            done = run_tx(work)
        self._note(f"manage page books {amount} {method} for {reference}: {done}")
        return done

    def complete_on_manage_page(self, reference: str) -> Decimal:
        """Somebody of the web site books by hand what is missing of a pending order; how much."""
        with connected():
            order = Order.get(Order.reference == reference)
            counted = Payment.select().where(
                Payment.order == order, Payment.status == PaymentStatus.SUCCEEDED
            )
            missing: Decimal = order.total - sum((row.amount for row in counted), Decimal(0))
        done = missing > 0 and self.pay_on_manage_page(reference, PaymentMethod.MANUAL, missing)
        return missing if done else Decimal(0)

    def pay_otherwise(self, reference: str) -> bool:
        """Somebody pays a pending order in the web shop, which charges the full total."""
        with connected():
            order = Order.get(Order.reference == reference)
            done = order.status == OrderStatus.PENDING
            if done:
                # Its card form is Stripe's: the money is there before anything is written here.
                amount, whose = money.to_minor(order.total, CURRENCY), {"order_id": str(order.id)}
                intent = self._stripe.pay_online(amount, CURRENCY, metadata=whose)
                run_tx(lambda: self._succeeded(intent))
        self._note(f"web shop takes the total of {reference}: {done}")
        return done


def ask_stripe(url: str, method: str, path: str, **form: object) -> dict[str, Any]:
    """One request to Stripe's own paths, past every desk; empty when it got no answer."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    headers = {
        "Authorization": "Bearer sk_test_simulator",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    encoded = urlencode(form)
    try:
        query, body = (f"?{encoded}", None) if method == "GET" else ("", encoded)
        line.request(method, f"/v1/{path}{query}", body, headers)
        answer: dict[str, Any] = json.loads(line.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    else:
        return answer
    finally:
        line.close()
