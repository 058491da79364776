"""What a receipt says of a card."""

CARD_FIELDS = {
    "application_name": "Application",
    "aid": "AID",
    "account_type": "Account",
    "authorization_code": "Approval",
    "read_method": "Read",
    "cardholder_verification": "Verified",
    "authorization_response_code": "ARC",
    "cryptogram": "Cryptogram",
    "tvr": "TVR",
    "tsi": "TSI",
}

CARD_VALUES = {
    "contact_emv": "chip",
    "contactless_emv": "contactless",
    "contactless_magstripe_mode": "contactless",
    "magnetic_stripe_fallback": "swiped",
    "magnetic_stripe_track2": "swiped",
    "approval": "device",
    "none": "not required",
    "offline_pin": "PIN",
    "offline_pin_and_signature": "PIN and signature",
    "online_pin": "PIN",
}
"""Stripe's words where people say it otherwise."""
