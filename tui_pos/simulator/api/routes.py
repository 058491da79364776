"""Every path of Stripe's API that is answered, with what it takes and what it returns."""

from dataclasses import dataclass, replace

from tui_pos.simulator.api.handlers import (
    Handler,
    OnCollection,
    OnObject,
    lists,
    on_collection,
    on_object,
    retrieves,
    searches,
)
from tui_pos.simulator.api.lists import PAGING
from tui_pos.simulator.api.params import (
    BOOLEAN,
    INTEGER,
    METADATA,
    RANGE,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method on one path; ``returns`` is the kind of object it answers with, ``many`` a list of them."""

    method: str
    path: str
    handler: Handler
    returns: str
    params: Schema
    many: bool = False


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
INTENT_FIELDS: dict[str, Field] = dict.fromkeys(intents.TEXT_FIELDS, TEXT) | {
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
            amount=number(required=True), description=text(required=True), quantity=number(1, required=True)
        ),
        required=True,
    ),
    tax=INTEGER,
    total=number(required=True),
)
NUMBERED = group(number=TEXT)
REFUND_REASON = text("duplicate", "fraudulent", "requested_by_customer")


def _endpoint(method: str, path: str, handler: Handler, returns: str, params: Schema) -> Endpoint:
    return Endpoint(method=method, path=path, handler=handler, returns=returns, params={**EXPAND, **params})


def _create(path: str, act: OnCollection, returns: str, **params: Field) -> Endpoint:
    return _endpoint("POST", path, on_collection(act), returns, params)


def _change(path: str, act: OnObject, returns: str, **params: Field) -> Endpoint:
    return _endpoint("POST", path, on_object(act), returns, params)


def _delete(path: str, act: OnObject, returns: str) -> Endpoint:
    return _endpoint("DELETE", path, on_object(act), returns, {})


def _retrieve(path: str, returns: str, id_param: str = "id", **params: Field) -> Endpoint:
    return _endpoint("GET", path, retrieves(returns, id_param), returns, params)


def _list(path: str, returns: str, **filters: Field) -> Endpoint:
    return replace(_endpoint("GET", path, lists(returns), returns, {**PAGING, **filters}), many=True)


INTENT, INTENTS = "/v1/payment_intents/{id}", "/v1/payment_intents"
READER, READERS = "/v1/terminal/readers/{id}", "/v1/terminal/readers"
LOCATION, LOCATIONS = "/v1/terminal/locations/{id}", "/v1/terminal/locations"

ENDPOINTS: tuple[Endpoint, ...] = (
    _create(
        INTENTS, intents.create, "payment_intent",
        amount=number(1, required=True), currency=text(required=True), **INTENT_FIELDS,
    ),
    _list(INTENTS, "payment_intent", created=RANGE),
    replace(
        _endpoint(
            "GET", INTENTS + "/search", searches("payment_intent"), "payment_intent",
            {"query": text(required=True), "limit": number(1, 100), "page": TEXT},
        ),
        many=True,
    ),
    _retrieve(INTENT, "payment_intent", "intent", client_secret=TEXT),
    _change(INTENT, intents.update, "payment_intent", amount=number(1), currency=TEXT, **INTENT_FIELDS),
    _change(
        INTENT + "/cancel", intents.cancel, "payment_intent",
        cancellation_reason=text("abandoned", "duplicate", "fraudulent", "requested_by_customer"),
    ),
    _change(
        INTENT + "/capture", intents.capture, "payment_intent",
        amount_to_capture=number(1), final_capture=BOOLEAN, metadata=METADATA,
        statement_descriptor_suffix=TEXT,
    ),
    _change(
        INTENT + "/increment_authorization", intents.increment_authorization, "payment_intent",
        amount=number(1, required=True), description=TEXT, metadata=METADATA, statement_descriptor=TEXT,
    ),
    _endpoint("GET", "/v1/account", on_collection(registry.account_details), "account", {}),
    _list(
        "/v1/charges", "charge",
        created=RANGE, payment_intent=TEXT, transfer_group=TEXT,
    ),
    _retrieve("/v1/charges/{id}", "charge"),
    _create(
        "/v1/refunds", refunds.create, "refund",
        amount=number(1), charge=TEXT, payment_intent=TEXT, metadata=METADATA, reason=REFUND_REASON,
        refund_application_fee=BOOLEAN, reverse_transfer=BOOLEAN,
    ),
    _list("/v1/refunds", "refund", charge=TEXT, created=RANGE, payment_intent=TEXT),
    _retrieve("/v1/refunds/{id}", "refund"),
    _change("/v1/refunds/{id}", refunds.update, "refund", metadata=METADATA),
    _list("/v1/events", "event", created=RANGE, type=TEXT, types=TEXTS),
    _retrieve("/v1/events/{id}", "event"),
    _create(
        LOCATIONS, registry.create_location, "terminal.location",
        address=NEW_ADDRESS, display_name=text(required=True), metadata=METADATA, phone=TEXT,
    ),
    _list(LOCATIONS, "terminal.location"),
    _retrieve(LOCATION, "terminal.location", "location"),
    _change(
        LOCATION, registry.update_location, "terminal.location",
        address=ADDRESS, display_name=TEXT, metadata=METADATA, phone=TEXT,
    ),
    _delete(LOCATION, registry.delete_location, "terminal.location"),
    _create(
        READERS, registry.register_reader, "terminal.reader",
        registration_code=text(required=True), label=TEXT, location=TEXT, metadata=METADATA,
    ),
    _list(
        READERS, "terminal.reader",
        device_type=TEXT, location=TEXT, serial_number=TEXT, status=text("online", "offline"),
    ),
    _retrieve(READER, "terminal.reader", "reader"),
    _change(READER, registry.update_reader, "terminal.reader", label=TEXT, metadata=METADATA),
    _delete(READER, registry.delete_reader, "terminal.reader"),
    _change(
        READER + "/process_payment_intent", readers.process_payment_intent, "terminal.reader",
        payment_intent=text(required=True), process_config=group(return_url=TEXT, **CARD_CONFIG),
    ),
    _change(
        READER + "/collect_payment_method", readers.collect_payment_method, "terminal.reader",
        payment_intent=text(required=True), collect_config=group(**CARD_CONFIG),
    ),
    _change(
        READER + "/confirm_payment_intent", readers.confirm_payment_intent, "terminal.reader",
        payment_intent=text(required=True), confirm_config=group(return_url=TEXT),
    ),
    _change(
        READER + "/refund_payment", readers.refund_payment, "terminal.reader",
        amount=number(1), charge=TEXT, payment_intent=TEXT, metadata=METADATA,
        refund_application_fee=BOOLEAN, reverse_transfer=BOOLEAN,
        refund_payment_config=group(enable_customer_cancellation=BOOLEAN),
    ),
    _change(
        READER + "/set_reader_display", readers.set_reader_display, "terminal.reader",
        type=text("cart", required=True), cart=CART,
    ),
    _change(READER + "/cancel_action", readers.cancel_action, "terminal.reader"),
    _create(
        "/v1/terminal/connection_tokens", registry.create_connection_token, "terminal.connection_token",
        location=TEXT,
    ),
    _change(
        "/v1/test_helpers/terminal/readers/{id}/present_payment_method", presentment.present_payment_method,
        "terminal.reader",
        amount_tip=number(0), type=text("card", "card_present", "interac_present"),
        card_present=NUMBERED, interac_present=NUMBERED,
        card=group(number=TEXT, exp_month=INTEGER, exp_year=INTEGER, cvc=TEXT),
    ),
)  # fmt: skip
