"""Every path of Stripe's API that is answered, with what it takes and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_pos.simulator.api import authentication
from tui_pos.simulator.api.errors import Json
from tui_pos.simulator.api.lists import PAGING
from tui_pos.simulator.api.params import (
    BOOLEAN,
    INTEGER,
    METADATA,
    TEXT,
    TEXTS,
    Field,
    Schema,
    clearable,
    group,
    items,
    number,
    text,
)
from tui_pos.simulator.engine import intents, presentment, readers, refunds, registry
from tui_pos.simulator.engine.accounts import Call, World

Handler = Callable[[World, Call], Json]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path; ``returns`` is the kind of object it answers with, ``many`` a list of them."""

    method: str
    path: str
    handler: Handler
    returns: str
    params: Schema
    many: bool = False


CREATED = Field("range")
EXPAND: dict[str, Field] = {"expand": TEXTS}

CAPTURE_METHOD = text("automatic", "automatic_async", "manual")
CARD_PRESENT = clearable(
    capture_method=text("manual", "manual_preferred"),
    request_extended_authorization=BOOLEAN,
    request_incremental_authorization_support=BOOLEAN,
    routing=group(requested_priority=text("domestic", "international")),
)
PAYMENT_OPTIONS = group(card_present=CARD_PRESENT, interac_present=clearable())
ADDRESS_LINES = dict.fromkeys(("city", "line1", "line2", "postal_code", "state"), TEXT)
ADDRESS = group(country=TEXT, **ADDRESS_LINES)
NEW_ADDRESS = group(country=text(required=True), **ADDRESS_LINES)

PAYMENT_METHOD_TYPE = text("card", "card_present", "interac_present", "link")
INTENT_PLAIN: dict[str, Field] = dict.fromkeys(intents.PLAIN_FIELDS, TEXT) | {
    "capture_method": CAPTURE_METHOD,
    "metadata": METADATA,
    "payment_method_options": PAYMENT_OPTIONS,
    "allowed_payment_method_types": items(PAYMENT_METHOD_TYPE),
    "payment_method_types": items(PAYMENT_METHOD_TYPE),
}
CARD_CONFIG: dict[str, Field] = {
    "allow_redisplay": text("always", "limited", "unspecified"),
    "enable_customer_cancellation": BOOLEAN,
    "skip_tipping": BOOLEAN,
    "tipping": group(amount_eligible=number(1)),
}
CART = group(
    currency=text(required=True),
    line_items=items(
        group(
            amount=number(required=True),
            description=text(required=True),
            quantity=number(1, required=True),
        ),
        required=True,
    ),
    tax=INTEGER,
    total=number(required=True),
)
NUMBERED = group(number=TEXT)
REFUND_REASON = text("duplicate", "fraudulent", "requested_by_customer")


def _one(method: str, path: str, handler: Handler, returns: str, **params: Field) -> Endpoint:
    return Endpoint(method, path, handler, returns, EXPAND | params)


def _many(path: str, handler: Handler, returns: str, **filters: Field) -> Endpoint:
    return Endpoint("GET", path, handler, returns, EXPAND | PAGING | filters, many=True)


INTENT, INTENTS = "/v1/payment_intents/{id}", "/v1/payment_intents"
READER, READERS = "/v1/terminal/readers/{id}", "/v1/terminal/readers"
LOCATION, LOCATIONS = "/v1/terminal/locations/{id}", "/v1/terminal/locations"

ENDPOINTS: tuple[Endpoint, ...] = (
    _one(
        "POST", INTENTS, intents.create, "payment_intent",
        amount=number(1, required=True), currency=text(required=True), **INTENT_PLAIN,
    ),
    _many(INTENTS, intents.list_all, "payment_intent", created=CREATED),
    Endpoint(
        "GET", INTENTS + "/search", intents.search, "payment_intent",
        EXPAND | {"query": text(required=True), "limit": number(1, 100), "page": TEXT}, many=True,
    ),
    _one("GET", INTENT, intents.retrieve, "payment_intent", client_secret=TEXT),
    _one("POST", INTENT, intents.update, "payment_intent", amount=number(1), currency=TEXT, **INTENT_PLAIN),
    _one(
        "POST", INTENT + "/cancel", intents.cancel, "payment_intent",
        cancellation_reason=text("abandoned", "duplicate", "fraudulent", "requested_by_customer"),
    ),
    _one(
        "POST", INTENT + "/capture", intents.capture, "payment_intent",
        amount_to_capture=number(1), final_capture=BOOLEAN, metadata=METADATA,
        statement_descriptor_suffix=TEXT,
    ),
    _one(
        "POST", INTENT + "/increment_authorization", intents.increment_authorization, "payment_intent",
        amount=number(1, required=True), description=TEXT, metadata=METADATA, statement_descriptor=TEXT,
    ),
    _one("GET", "/v1/account", authentication.retrieve, "account"),
    _many(
        "/v1/charges", refunds.list_charges, "charge",
        created=CREATED, payment_intent=TEXT, transfer_group=TEXT,
    ),
    _one("GET", "/v1/charges/{id}", refunds.retrieve_charge, "charge"),
    _one(
        "POST", "/v1/refunds", refunds.create, "refund",
        amount=number(1), charge=TEXT, payment_intent=TEXT, metadata=METADATA, reason=REFUND_REASON,
        refund_application_fee=BOOLEAN, reverse_transfer=BOOLEAN,
    ),
    _many("/v1/refunds", refunds.list_all, "refund", charge=TEXT, created=CREATED, payment_intent=TEXT),
    _one("GET", "/v1/refunds/{id}", refunds.retrieve, "refund"),
    _one("POST", "/v1/refunds/{id}", refunds.update, "refund", metadata=METADATA),
    _many("/v1/events", registry.list_events, "event", created=CREATED, type=TEXT, types=TEXTS),
    _one("GET", "/v1/events/{id}", registry.retrieve_event, "event"),
    _one(
        "POST", LOCATIONS, registry.create_location, "terminal.location",
        address=NEW_ADDRESS, display_name=text(required=True), metadata=METADATA, phone=TEXT,
    ),
    _many(LOCATIONS, registry.list_locations, "terminal.location"),
    _one("GET", LOCATION, registry.retrieve_location, "terminal.location"),
    _one(
        "POST", LOCATION, registry.update_location, "terminal.location",
        address=ADDRESS, display_name=TEXT, metadata=METADATA, phone=TEXT,
    ),
    _one("DELETE", LOCATION, registry.delete_location, "terminal.location"),
    _one(
        "POST", READERS, registry.register_reader, "terminal.reader",
        registration_code=text(required=True), label=TEXT, location=TEXT, metadata=METADATA,
    ),
    _many(
        READERS, registry.list_readers, "terminal.reader",
        device_type=TEXT, location=TEXT, serial_number=TEXT, status=text("online", "offline"),
    ),
    _one("GET", READER, registry.retrieve_reader, "terminal.reader"),
    _one("POST", READER, registry.update_reader, "terminal.reader", label=TEXT, metadata=METADATA),
    _one("DELETE", READER, registry.delete_reader, "terminal.reader"),
    _one(
        "POST", READER + "/process_payment_intent", readers.process_payment_intent, "terminal.reader",
        payment_intent=text(required=True), process_config=group(return_url=TEXT, **CARD_CONFIG),
    ),
    _one(
        "POST", READER + "/collect_payment_method", readers.collect_payment_method, "terminal.reader",
        payment_intent=text(required=True), collect_config=group(**CARD_CONFIG),
    ),
    _one(
        "POST", READER + "/confirm_payment_intent", readers.confirm_payment_intent, "terminal.reader",
        payment_intent=text(required=True), confirm_config=group(return_url=TEXT),
    ),
    _one(
        "POST", READER + "/refund_payment", readers.refund_payment, "terminal.reader",
        amount=number(1), charge=TEXT, payment_intent=TEXT, metadata=METADATA,
        refund_application_fee=BOOLEAN, reverse_transfer=BOOLEAN,
        refund_payment_config=group(enable_customer_cancellation=BOOLEAN),
    ),
    _one(
        "POST", READER + "/set_reader_display", readers.set_reader_display, "terminal.reader",
        type=text("cart", required=True), cart=CART,
    ),
    _one("POST", READER + "/cancel_action", readers.cancel_action, "terminal.reader"),
    _one(
        "POST", "/v1/terminal/connection_tokens", registry.connection_token, "terminal.connection_token",
        location=TEXT,
    ),
    _one(
        "POST", "/v1/test_helpers/terminal/readers/{id}/present_payment_method", presentment.helper,
        "terminal.reader",
        amount_tip=number(0), type=text("card", "card_present", "interac_present"),
        card_present=NUMBERED, interac_present=NUMBERED,
        card=group(number=TEXT, exp_month=INTEGER, exp_year=INTEGER, cvc=TEXT),
    ),
)  # fmt: skip
