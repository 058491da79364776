"""Why a card was declined: Stripe's decline codes, and the codes that a failed action shows in their place.

The words are in ``ui.messages.declines``.
"""

from enum import StrEnum


class DeclineCode(StrEnum):
    """Stripe's decline codes, card error codes and failure codes. The set is open: expect others."""

    APPROVE_WITH_ID = "approve_with_id"
    AUTHENTICATION_REQUIRED = "authentication_required"
    CALL_ISSUER = "call_issuer"
    CARD_NOT_SUPPORTED = "card_not_supported"
    CARD_VELOCITY_EXCEEDED = "card_velocity_exceeded"
    CONNECTION_ERROR = "connection_error"
    CURRENCY_NOT_SUPPORTED = "currency_not_supported"
    CUSTOMER_CANCELED = "customer_canceled"
    DO_NOT_HONOR = "do_not_honor"
    DUPLICATE_TRANSACTION = "duplicate_transaction"
    EXPIRED_CARD = "expired_card"
    FRAUDULENT = "fraudulent"
    GENERIC_DECLINE = "generic_decline"
    INCORRECT_CVC = "incorrect_cvc"
    INCORRECT_NUMBER = "incorrect_number"
    INCORRECT_PIN = "incorrect_pin"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    INVALID_ACCOUNT = "invalid_account"
    INVALID_AMOUNT = "invalid_amount"
    INVALID_EXPIRY_MONTH = "invalid_expiry_month"
    INVALID_EXPIRY_YEAR = "invalid_expiry_year"
    INVALID_NUMBER = "invalid_number"
    INVALID_PIN = "invalid_pin"
    ISSUER_NOT_AVAILABLE = "issuer_not_available"
    LOST_CARD = "lost_card"
    MERCHANT_BLACKLIST = "merchant_blacklist"
    MOBILE_DEVICE_AUTHENTICATION_REQUIRED = "mobile_device_authentication_required"
    NEW_ACCOUNT_INFORMATION_AVAILABLE = "new_account_information_available"
    NO_ACTION_TAKEN = "no_action_taken"
    NOT_PERMITTED = "not_permitted"
    OFFLINE_PIN_REQUIRED = "offline_pin_required"
    ONLINE_OR_OFFLINE_PIN_REQUIRED = "online_or_offline_pin_required"
    PICKUP_CARD = "pickup_card"
    PIN_TRY_EXCEEDED = "pin_try_exceeded"
    PROCESSING_ERROR = "processing_error"
    REENTER_TRANSACTION = "reenter_transaction"
    RESTRICTED_CARD = "restricted_card"
    REVOCATION_OF_ALL_AUTHORIZATIONS = "revocation_of_all_authorizations"
    REVOCATION_OF_AUTHORIZATION = "revocation_of_authorization"
    SECURITY_VIOLATION = "security_violation"
    SERVICE_NOT_ALLOWED = "service_not_allowed"
    STOLEN_CARD = "stolen_card"
    STOP_PAYMENT_ORDER = "stop_payment_order"
    TESTMODE_DECLINE = "testmode_decline"
    TRANSACTION_NOT_ALLOWED = "transaction_not_allowed"
    TRY_AGAIN_LATER = "try_again_later"
    WITHDRAWAL_COUNT_LIMIT_EXCEEDED = "withdrawal_count_limit_exceeded"


# What a failed action's code can be when a card or its bank said no; anything else came from the reader.
CARD_CODES = frozenset(DeclineCode) - {DeclineCode.CONNECTION_ERROR, DeclineCode.CUSTOMER_CANCELED} | {
    "card_declined"
}
