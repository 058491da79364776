"""Why a card was declined, in words that staff may say aloud, and the one safe next step.

Lost, stolen and suspected cards get the generic text, letter for letter: the person at the counter may be
the owner, or may not.
"""

ANOTHER_CARD = "Ask for another card."
TRY_AGAIN = "Try again, or ask for another card."
CALL_BANK = "Ask for another card, or to call the bank."
INSERT_CARD = "Ask them to insert the card and enter its PIN."
ENTER_PIN = "Ask them to enter the PIN again, or for another card."

GENERIC = ("card declined", ANOTHER_CARD)

DECLINES: dict[str, tuple[str, str]] = {
    "approve_with_id": ("the bank could not authorise it", TRY_AGAIN),
    "authentication_required": ("the bank wants the PIN", INSERT_CARD),
    "call_issuer": ("the bank declined it", CALL_BANK),
    "card_not_supported": ("this card cannot pay for this", ANOTHER_CARD),
    "card_velocity_exceeded": ("over the card's limit", ANOTHER_CARD),
    "connection_error": ("the reader lost its connection", "Wait until the payment has been checked."),
    "currency_not_supported": ("this card does not take the currency", ANOTHER_CARD),
    "customer_canceled": ("cancelled on the reader", "Send it again, or cancel the payment."),
    "do_not_honor": ("the bank declined it", CALL_BANK),
    "duplicate_transaction": (
        "the same amount was just charged to this card",
        "Check the last payments first.",
    ),
    "expired_card": ("card expired", ANOTHER_CARD),
    "fraudulent": GENERIC,
    "generic_decline": GENERIC,
    "incorrect_cvc": ("wrong security code", ANOTHER_CARD),
    "incorrect_number": ("wrong card number", ANOTHER_CARD),
    "incorrect_pin": ("wrong PIN", ENTER_PIN),
    "insufficient_funds": ("insufficient funds", ANOTHER_CARD),
    "invalid_account": ("the card's account is not valid", CALL_BANK),
    "invalid_amount": ("the bank does not allow this amount", CALL_BANK),
    "invalid_expiry_month": ("the expiry date is not valid", ANOTHER_CARD),
    "invalid_expiry_year": ("the expiry date is not valid", ANOTHER_CARD),
    "invalid_number": ("wrong card number", ANOTHER_CARD),
    "invalid_pin": ("wrong PIN", ENTER_PIN),
    "issuer_not_available": ("the card's bank cannot be reached", TRY_AGAIN),
    "lost_card": GENERIC,
    "merchant_blacklist": GENERIC,
    "mobile_device_authentication_required": (
        "the phone wants to be unlocked",
        "Ask them to unlock the phone and tap again.",
    ),
    "new_account_information_available": ("the card's account has changed", CALL_BANK),
    "no_action_taken": ("the bank declined it", CALL_BANK),
    "not_permitted": ("the bank does not permit this", CALL_BANK),
    "offline_pin_required": ("the card wants its PIN", INSERT_CARD),
    "online_or_offline_pin_required": ("the card wants its PIN", INSERT_CARD),
    "pickup_card": GENERIC,
    "pin_try_exceeded": ("too many wrong PINs", ANOTHER_CARD),
    "processing_error": ("an error while processing", TRY_AGAIN),
    "reenter_transaction": ("the bank could not process it", TRY_AGAIN),
    "restricted_card": GENERIC,
    "revocation_of_all_authorizations": ("the bank declined it", CALL_BANK),
    "revocation_of_authorization": ("the bank declined it", CALL_BANK),
    "security_violation": GENERIC,
    "service_not_allowed": ("the bank declined it", CALL_BANK),
    "stolen_card": GENERIC,
    "stop_payment_order": ("the bank declined it", CALL_BANK),
    "testmode_decline": ("a test card cannot pay for real", "Ask for a real card."),
    "transaction_not_allowed": ("the bank does not allow this", CALL_BANK),
    "try_again_later": ("the bank could not be asked", TRY_AGAIN),
    "withdrawal_count_limit_exceeded": ("over the card's limit", ANOTHER_CARD),
}
"""By ``terminal.DeclineCode``: the reason, and the next step. Any other code reads as GENERIC."""


def decline_text(decline: str) -> str:
    """The reason and the one safe next step, as in "Insufficient funds. Ask for another card."."""
    reason, step = DECLINES.get(decline, GENERIC)
    return f"{reason[0].upper()}{reason[1:]}. {step}"
