"""`Terminal`: what a desk asks of one Stripe account, and nothing more.

Amounts are ints in Stripe's minor units (see `tui_pos.core.money`), times aware UTC. Every method may raise
any `TerminalError`; `UnknownOutcome` leaves open whether Stripe acted. A `key` is the idempotency key of one
operation: store it before the first call and give the same one whenever that operation is repeated.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeVar

from tui_pos.core import clock
from tui_pos.terminal.connection import Connection, Pace, Timeouts
from tui_pos.terminal.errors import Fault, Misconfigured, NotFound, ReaderBusy
from tui_pos.terminal.model import (
    SHOWS_CART,
    Account,
    CartLine,
    ConnectionToken,
    Intent,
    Json,
    Location,
    Reader,
    StripeRefund,
    account_from,
    connection_token_from,
    intent_from,
    location_from,
    reader_from,
    refund_from,
)
from tui_pos.terminal.rights import PROBES, MissingRight

if TYPE_CHECKING:
    import stripe
    from stripe.params import (
        PaymentIntentCaptureParams,
        PaymentIntentCreateParams,
        PaymentIntentListParams,
        PaymentIntentListParamsCreated,
        RefundCreateParams,
        RefundListParams,
    )
    from stripe.params.terminal import (
        ConnectionTokenCreateParams,
        ReaderListParams,
        ReaderRefundPaymentParams,
        ReaderSetReaderDisplayParams,
    )
    from stripe.params.test_helpers.terminal import ReaderPresentPaymentMethodParams as PresentedCard

    Client = stripe.StripeClient
    S = TypeVar("S", bound=stripe.StripeObject)

T = TypeVar("T")

CancelReason = Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"]
RefundReason = Literal["duplicate", "fraudulent", "requested_by_customer"]

PAGE = 100  # the most that Stripe lists at once
WITH_CHARGE = ["latest_charge"]
PAYING = frozenset(
    {"process_payment_intent", "collect_payment_method", "confirm_payment_intent", "refund_payment"}
)

# Interac and eftpos take money only at once: there such cards are charged at once, all others held.
SINGLE_MESSAGE_CURRENCIES = frozenset({"cad", "aud"})
INTERAC_CURRENCY = "cad"

_ID = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)
_RESTRICTED = "rk_"
_LIVE = re.compile(r"(?:sk|rk)_live_")
_TEST = re.compile(r"(?:sk|rk)_test_")


class Terminal:
    """One Stripe account. Building it imports and asks nothing; it may be shared between threads."""

    def __init__(
        self,
        api_key: str,
        *,
        api_base: str | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008  # immutable
        retries: int = 2,
    ) -> None:
        """Give `api_base` only for a simulator; `retries` counts repeats within one call.

        `process` and the cancelling of a reader never repeat, because each try would act on the reader again.
        """
        self.is_live = bool(_LIVE.match(api_key))
        self.is_restricted = api_key.startswith(_RESTRICTED)
        self._is_test = bool(_TEST.match(api_key))
        self._connection = Connection(api_key, api_base, timeouts, retries)

    def __repr__(self) -> str:
        return f"Terminal({'live' if self.is_live else 'test'}, {self._connection})"

    def check(self) -> None:
        """Raise Misconfigured when the key or `api_base` can be seen to be wrong; asks nobody."""
        self._connection.check()

    def warm_up(self) -> None:
        """Import stripe now, in a thread that nobody waits for, so that the first payment need not wait."""
        self._connection.open()

    @property
    def request_id(self) -> str:
        """Stripe's id of this thread's last request, for its dashboard's log; "" where it got no answer."""
        return self._connection.request_id

    @property
    def waiting_since(self) -> datetime | None:
        """Since when (UTC) the oldest call on its way, of any thread, has had no answer; None without one."""
        return self._connection.waiting_since

    @property
    def asked_at(self) -> datetime | None:
        """When (UTC) the last call began, of any thread; None before the first."""
        return self._connection.asked_at

    def clock_ahead(self, within: float | None = None) -> float | None:
        """By how many seconds this host's clock is certainly ahead of Stripe's (negative: behind).

        As of the last answer; 0.0 when no difference can be told. None before the first answer, when this
        host's clock was set since, and when the answer is more than ``within`` seconds old. Asks nobody.
        """
        return self._connection.clock_ahead(within)

    def account(self) -> Account:
        """The account of the key; a restricted key may have no right to ask (Misconfigured)."""
        return self._ask(Pace.READ, account_from, lambda client: client.v1.accounts.retrieve_current())

    def missing_rights(self) -> tuple[MissingRight, ...]:
        """The rights that the key lacks for a first sale and its refund; a secret key has them all.

        Stripe is asked for each by a call that changes nothing (`tui_pos.terminal.rights`).
        """
        found: list[MissingRight] = []
        for purpose, probe in PROBES if self.is_restricted else ():
            try:
                self._connection.call(Pace.READ, probe)
            except NotFound:
                continue  # what is named exists nowhere, so the key's rights were enough
            except Misconfigured as refused:
                if not refused.missing_right:
                    raise
                found.append(MissingRight(purpose, refused.missing_right))
        return tuple(dict.fromkeys(found))

    def connection_token(self, location: str | None = None) -> ConnectionToken:
        """A secret for a reader SDK, limited to `location` if given."""
        params: ConnectionTokenCreateParams = {"location": _id(location)} if location else {}
        return self._ask(
            Pace.COMMAND,
            connection_token_from,
            lambda client: client.v1.terminal.connection_tokens.create(params),
        )

    def location(self, location_id: str) -> Location:
        """A place where readers stand."""
        return self._ask(
            Pace.READ, location_from, lambda client: client.v1.terminal.locations.retrieve(_id(location_id))
        )

    def locations(self) -> list[Location]:
        """All places where readers of the account stand."""
        return list(
            self._each(location_from, lambda client: client.v1.terminal.locations.list({"limit": PAGE}))
        )

    def readers(self, location: str | None = None) -> list[Reader]:
        """All readers of the account, or of the location."""
        params: ReaderListParams = {"limit": PAGE}
        if location:
            params["location"] = _id(location)
        return list(self._each(reader_from, lambda client: client.v1.terminal.readers.list(params)))

    def reader(self, reader_id: str) -> Reader:
        """The reader and its current or last action."""
        return self._ask(
            Pace.READ, reader_from, lambda client: client.v1.terminal.readers.retrieve(_id(reader_id))
        )

    def create_intent(
        self, amount: int, currency: str, *, metadata: Mapping[str, str], description: str = "", key: str
    ) -> Intent:
        """A payment that a reader can take and that is captured later.

        Stripe leaves out what the account does not take in this currency: look at `takes_cards_in_person`.
        In Canada and Australia the cards of some networks are charged at once, so that the payment succeeds
        without a capture.
        Under a key that was used before, Stripe answers with what it said the first time: the state is
        then stale, so read the intent before acting on a repeated create.
        """
        params: PaymentIntentCreateParams = {
            "amount": amount,
            "currency": currency.lower(),
            "allowed_payment_method_types": ["card_present"],
            "capture_method": "manual",
            "metadata": dict(metadata),
        }
        if description:
            params["description"] = description
        if currency.lower() in SINGLE_MESSAGE_CURRENCIES:
            params["capture_method"] = "automatic"
            params["payment_method_options"] = {"card_present": {"capture_method": "manual_preferred"}}
        if currency.lower() == INTERAC_CURRENCY:
            params["allowed_payment_method_types"] = ["card_present", "interac_present"]
        return self._ask(
            Pace.COMMAND,
            intent_from,
            lambda client: client.v1.payment_intents.create(params, {"idempotency_key": key}),
        )

    def intent(self, intent_id: str) -> Intent:
        """The payment as it is now, with its card."""
        return self._ask(
            Pace.READ,
            intent_from,
            lambda client: client.v1.payment_intents.retrieve(_id(intent_id), {"expand": [*WITH_CHARGE]}),
        )

    def process(self, reader_id: str, intent_id: str) -> Reader:
        """Have the reader ask for a card. The action of the answer may already have succeeded or failed.

        It silently replaces what the reader waits for, another desk's payment too: hold your own lock on the
        reader. On-reader tips are off, since they would charge more than the order says.
        """
        return self._ask(
            Pace.PROCESS,
            reader_from,
            lambda client: client.v1.terminal.readers.process_payment_intent(
                _id(reader_id),
                {"payment_intent": _id(intent_id), "process_config": {"skip_tipping": True}},
                {"idempotency_key": clock.new_id()},
            ),
        )

    def cancel_reader_action(
        self,
        reader_id: str,
        intent_id: str,
        action_type: Literal["process_payment_intent", "refund_payment"] = "process_payment_intent",
    ) -> Reader | None:
        """Take this payment (or its refund) off the reader.

        The reader as it is then, or None when it does not ask for it. ReaderBusy means that a card is being
        authorised: read the intent. The intent itself stays as it is.
        """
        action = self.reader(reader_id).action
        if (
            action is None
            or action.type != action_type
            or action.intent_id != intent_id
            or action.status != "in_progress"
        ):
            return None
        try:
            return self._ask(
                Pace.PROCESS,
                reader_from,
                lambda client: client.v1.terminal.readers.cancel_action(
                    _id(reader_id), {}, {"idempotency_key": clock.new_id()}
                ),
            )
        except NotFound:  # how Stripe may say that the action ended in between
            return self.reader(reader_id)

    def capture(self, intent_id: str, *, key: str, amount: int | None = None) -> Intent:
        """Take the authorised money, or `amount` of it, which releases the rest.

        In any other state (captured already, cancelled, expired) it raises Refused, with the payment as it
        is in `.intent` where Stripe sends it along.
        """
        params: PaymentIntentCaptureParams = {"expand": [*WITH_CHARGE]}
        if amount is not None:
            params["amount_to_capture"] = amount
        return self._ask(
            Pace.COMMAND,
            intent_from,
            lambda client: client.v1.payment_intents.capture(
                _id(intent_id), params, {"idempotency_key": key}
            ),
        )

    def cancel_intent(self, intent_id: str, *, reason: CancelReason = "requested_by_customer") -> Intent:
        """End the payment and release its hold; Refused with `.intent` when it is captured or cancelled."""
        return self._ask(
            Pace.COMMAND,
            intent_from,
            lambda client: client.v1.payment_intents.cancel(
                _id(intent_id), {"cancellation_reason": reason, "expand": [*WITH_CHARGE]}
            ),
        )

    def refund(
        self,
        intent_id: str,
        amount: int,
        *,
        key: str,
        metadata: Mapping[str, str],
        reason: RefundReason | None = None,
    ) -> StripeRefund:
        """Pay back `amount` of a captured payment; what Stripe calls pending may still fail later."""
        params: RefundCreateParams = {
            "payment_intent": _id(intent_id),
            "amount": amount,
            "metadata": dict(metadata),
        }
        if reason:
            params["reason"] = reason
        return self._ask(
            Pace.COMMAND,
            refund_from,
            lambda client: client.v1.refunds.create(params, {"idempotency_key": key}),
        )

    def refund_on_reader(
        self,
        reader_id: str,
        intent_id: str,
        amount: int,
        *,
        metadata: Mapping[str, str],
        key: str | None = None,
    ) -> Reader:
        """Have the reader ask for the card that paid by Interac, and pay `amount` back to it.

        The refund is the action's `refund_id` once that has succeeded; until then nothing went back. Give a
        new `key` to each try (None makes one): under a repeated one Stripe tells of the first try and the
        reader stays dark. Like `process` it replaces what the reader waits for.
        """
        params: ReaderRefundPaymentParams = {
            "payment_intent": _id(intent_id),
            "amount": amount,
            "metadata": dict(metadata),
        }
        return self._ask(
            Pace.PROCESS,
            reader_from,
            lambda client: client.v1.terminal.readers.refund_payment(
                _id(reader_id), params, {"idempotency_key": key or clock.new_id()}
            ),
        )

    def refund_status(self, refund_id: str) -> StripeRefund:
        """The refund as it is now."""
        return self._ask(Pace.READ, refund_from, lambda client: client.v1.refunds.retrieve(_id(refund_id)))

    def refunds(self, intent_id: str) -> list[StripeRefund]:
        """All refunds of the payment, newest first."""
        return list(
            self._each(
                refund_from,
                lambda client: client.v1.refunds.list({"payment_intent": _id(intent_id), "limit": PAGE}),
            )
        )

    def refunds_created(self, since: datetime) -> Iterator[StripeRefund]:
        """Every refund of the account created from `since` on, whoever asked for it, newest first."""
        params: RefundListParams = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        return self._each(refund_from, lambda client: client.v1.refunds.list(params))

    def intents_created(self, since: datetime, until: datetime | None = None) -> Iterator[Intent]:
        """Every payment of the account created from `since` on and before `until`, newest first.

        Payments of the web site are among them; pages are fetched while you iterate.
        """
        window: PaymentIntentListParamsCreated = {"gte": int(since.timestamp())}
        if until is not None:
            window["lt"] = int(until.timestamp())
        params: PaymentIntentListParams = {
            "created": window,
            "limit": PAGE,
            "expand": ["data.latest_charge"],
        }
        return self._each(intent_from, lambda client: client.v1.payment_intents.list(params))

    def show_cart(self, reader_id: str, currency: str, lines: Sequence[CartLine], total: int) -> Reader:
        """Show a cart on the reader; it charges nothing.

        ReaderBusy while the reader takes a payment: Stripe would show the cart in its place, and the payment
        would be lost without a word.
        """
        action = self.reader(reader_id).action
        if action is not None and action.status == "in_progress" and action.type in PAYING:
            raise ReaderBusy(Fault.READER_TAKES_PAYMENT)
        params: ReaderSetReaderDisplayParams = {
            "type": "cart",
            "cart": {
                "currency": currency.lower(),
                "total": total,
                "line_items": [
                    {"description": line.description, "amount": line.amount, "quantity": line.quantity}
                    for line in lines
                ],
            },
        }
        return self._ask(
            Pace.PROCESS,
            reader_from,
            lambda client: client.v1.terminal.readers.set_reader_display(_id(reader_id), params),
        )

    def clear_display(self, reader_id: str) -> Reader:
        """Take a cart off the reader; anything else that it does is left alone."""
        reader = self.reader(reader_id)
        if reader.action is None or reader.action.type != SHOWS_CART:
            return reader
        return self._ask(
            Pace.PROCESS,
            reader_from,
            lambda client: client.v1.terminal.readers.cancel_action(
                _id(reader_id), {}, {"idempotency_key": clock.new_id()}
            ),
        )

    def present_card(
        self,
        reader_id: str,
        number: str,
        kind: Literal["card_present", "interac_present"] = "card_present",
    ) -> Reader:
        """Training and tests: hold a test card to a simulated reader. Misconfigured with a live key."""
        shown: PresentedCard = {"type": kind}
        if kind == "card_present":
            shown["card_present"] = {"number": number}
        else:
            shown["interac_present"] = {"number": number}
        if not (self._is_test or self._connection.is_loopback):
            raise Misconfigured(Fault.NO_TEST_CARDS)
        return self._ask(
            Pace.PROCESS,
            reader_from,
            lambda client: client.v1.test_helpers.terminal.readers.present_payment_method(
                _id(reader_id), shown
            ),
        )

    def _ask(
        self, pace: Pace, parse: Callable[[Json], T], call: Callable[["Client"], "stripe.StripeObject"]
    ) -> T:
        return self._connection.call(pace, lambda client: parse(call(client).to_dict()))

    def _each(
        self,
        parse: Callable[[Json], T],
        call: Callable[["Client"], "stripe.ListObject[S]"],
    ) -> Iterator[T]:
        """The objects of all pages. Every step goes through the connection, since any may fetch a page."""
        objects = self._connection.call(Pace.READ, lambda client: call(client).auto_paging_iter())

        def following(_: "Client") -> T | None:
            found = next(objects, None)
            return None if found is None else parse(found.to_dict())

        while (parsed := self._connection.call(Pace.READ, following)) is not None:
            yield parsed


def _id(value: str) -> str:
    """The id, fit for a URL: an empty one would ask for the list instead of the object."""
    if not _ID.fullmatch(value):
        raise NotFound(Fault.NOT_AN_ID)
    return value
