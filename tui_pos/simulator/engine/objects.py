"""The shapes of Stripe's objects: every field that is always there, with the value it begins with.

Fields whose names begin with ``_`` are the simulator's own and shown to no client.
"""

from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.cards import Card, Decline
from tui_pos.simulator.engine.errors import ApiError, Json
from tui_pos.simulator.engine.reader_state import Condition, Phase

MAX_METADATA_KEYS = 50

EXPIRY_YEAR = 2034
EXPIRY_MONTH = 12
APPROVAL_CODE = "123456"

INTENT_NULLS = (
    "application", "application_fee_amount", "automatic_payment_methods", "canceled_at",
    "cancellation_reason", "customer", "customer_account", "description", "excluded_payment_method_types",
    "last_payment_error", "latest_charge", "managed_payments", "next_action", "on_behalf_of",
    "payment_method", "payment_method_configuration_details", "payment_record", "processing",
    "receipt_email", "review", "setup_future_usage", "shipping", "source", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_data", "transfer_group",
)  # fmt: skip

CHARGE_NULLS = (
    "application", "application_fee", "application_fee_amount", "balance_transaction",
    "calculated_statement_descriptor", "customer", "description", "failure_balance_transaction",
    "failure_code", "failure_message", "on_behalf_of", "outcome", "receipt_email", "receipt_number",
    "receipt_url", "refunds", "review", "shipping", "source_transfer", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_data", "transfer_group",
)  # fmt: skip

REFUND_NULLS = (
    "balance_transaction", "charge", "customer", "customer_account", "payment_intent", "payment_method",
    "reason", "receipt_number", "source_transfer_reversal", "transfer_reversal",
)  # fmt: skip

ADDRESS_NULLS = ("city", "country", "line1", "line2", "postal_code", "state")


def payment_intent(account: Account) -> Json:
    """A new PaymentIntent without its amount, currency and payment method types."""
    intent = account.new_dated_object("payment_intent", "pi")
    return (
        intent
        | dict.fromkeys(INTENT_NULLS)
        | {
            "allowed_payment_method_types": None,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "client_secret": f"{intent['id']}_secret_{account.new_id('x')[2:]}",
            "confirmation_method": "automatic",
            "metadata": {},
            "payment_method_options": {},
            "status": "requires_payment_method",
        }
    )


def charge(account: Account, intent: Json, method: Json) -> Json:
    """A new charge of an intent, neither paid nor failed yet."""
    copied = ("amount", "currency", "description", "metadata", "receipt_email", "statement_descriptor")
    return (
        account.new_dated_object("charge", "ch", of=intent)
        | dict.fromkeys(CHARGE_NULLS)
        | {name: intent[name] for name in (*copied, "statement_descriptor_suffix", "transfer_group")}
        | {
            "amount_captured": 0,
            "amount_refunded": 0,
            "billing_details": {
                "address": dict.fromkeys(ADDRESS_NULLS),
                "email": None,
                "name": None,
                "phone": None,
                "tax_id": None,
            },
            "captured": False,
            "disputed": False,
            "fraud_details": {},
            "paid": False,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "refunded": False,
            "status": "pending",
        }
    )


def approved_outcome() -> Json:
    """The outcome of a charge that the issuer took."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }


def declined_outcome(decline: Decline) -> Json:
    """The outcome of a charge that the issuer refused."""
    return approved_outcome() | {
        "network_decline_code": "05",
        "network_status": "declined_by_network",
        "reason": decline.decline_code,
        "seller_message": f"The bank returned the decline code `{decline.decline_code}`.",
        "type": "issuer_declined",
    }


def payment_method(account: Account, intent: Json, card: Card, *, online: bool = False) -> Json:
    """The PaymentMethod of a card: read by a reader, or typed into a form (``online``)."""
    kind = "card" if online else card.method_type
    return account.new_dated_object("payment_method", "pm", of=intent) | {
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(ADDRESS_NULLS),
            "email": None,
            "name": None,
            "phone": None,
        },
        "customer": None,
        "metadata": {},
        "type": kind,
        kind: _online_card(card) if online else _card_fields(card),
        "_card": card.number,
    }


def method_details(intent: Json, reader: Json, card: Card, *, incremental: bool) -> Json:
    """A charge's payment_method_details for a card read by a reader."""
    kind = card.method_type
    fields = _card_fields(card) | {
        "emv_auth_data": None,
        "generated_card": None,
        "location": reader["location"],
        "network": card.brand,
        "network_transaction_id": "104557651805572",
        "read_method": "contact_emv" if card.cvm != "none" else "contactless_emv",
        "reader": reader["id"],
        "receipt": _receipt(card),
    }
    if kind == "card_present":
        fields |= {
            "amount_authorized": intent["amount"],
            "incremental_authorization_supported": incremental,
            "offline": {"stored_at": None, "type": None},
            "overcapture_supported": False,
        }
    return {"type": kind, kind: fields}


def online_details(intent: Json, card: Card) -> Json:
    """A charge's payment_method_details for a card that was typed into a form."""
    fields = _online_card(card) | {"amount_authorized": intent["amount"], "network": card.brand}
    return {"type": "card", "card": fields}


def _online_card(card: Card) -> Json:
    named = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    fields = _card_fields(card)
    return {name: fields[name] for name in named} | {"checks": None, "wallet": None}


def _card_fields(card: Card) -> Json:
    fields = {
        "brand": card.brand,
        "cardholder_name": None,
        "country": "US",
        "exp_month": EXPIRY_MONTH,
        "exp_year": EXPIRY_YEAR,
        "fingerprint": f"fp{card.number[-14:]}",
        "funding": card.funding,
        "last4": card.number[-4:],
        "preferred_locales": ["en"],
    }
    if card.brand == "interac":
        return fields | {"issuer": "Simulated Bank"}
    return fields | {"brand_product": None, "wallet": None}


def _receipt(card: Card) -> Json:
    return {
        "account_type": "checking" if card.funding == "debit" else "credit",
        "application_cryptogram": "DB3C2F12FBA0B9A0",
        "application_preferred_name": card.network.application,
        "authorization_code": APPROVAL_CODE,
        "authorization_response_code": "3030",
        "cardholder_verification_method": card.cvm,
        "dedicated_file_name": card.network.aid,
        "terminal_verification_results": "0000008001",
        "transaction_status_information": "E800",
    }


def refund(account: Account, charged: Json, amount: int) -> Json:
    """A new refund of a charge."""
    return (
        account.new_dated_object("refund", "re", of=charged)
        | dict.fromkeys(REFUND_NULLS)
        | {
            "amount": amount,
            "charge": charged["id"],
            "currency": charged["currency"],
            "metadata": {},
            "payment_intent": charged["payment_intent"],
            "payment_method": charged["payment_method"],
            "status": "succeeded",
        }
    )


def location(account: Account, display_name: str, address: Json) -> Json:
    """A new Terminal location."""
    return account.new_object("terminal.location", "tml") | {
        "address": dict.fromkeys(ADDRESS_NULLS) | address,
        "display_name": display_name,
        "metadata": {},
    }


def reader(account: Account, label: str, device_type: str, location_id: str | None) -> Json:
    """A new reader: idle, switched on and connected."""
    return (
        account.new_object("terminal.reader", "tmr")
        | {
            "action": None,
            "device_sw_version": "2.42.0.0",
            "device_type": device_type,
            "ip_address": "0.0.0.0",  # what Stripe's own simulated readers say
            "label": label,
            "location": location_id,
            "metadata": {},
            "serial_number": account.new_id("SIM")[4:14].upper(),
            "_condition": Condition.ONLINE,
            "_phase": Phase.IDLE,
            "_silent_since": None,
            "_next": {},
            "_collected": None,
            "_paying": None,
            "_turn": None,
        }
    )


def merged_metadata(old: dict[str, str], change: dict[str, str] | str | None) -> dict[str, str]:
    """Metadata after an update: ``""`` clears all, an empty value removes its key."""
    if change is None:
        return old
    if isinstance(change, str):
        return {}
    merged = {name: value for name, value in (old | change).items() if value != ""}
    if len(merged) > MAX_METADATA_KEYS:
        message = f"Metadata has at most {MAX_METADATA_KEYS} keys."
        raise ApiError(message, param="metadata", executed=False)
    return merged
