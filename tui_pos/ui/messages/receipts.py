"""What a receipt says: of its order, of the person, of a card."""

STATUS_WORDS = {
    "cancelled": "CANCELLED",
    "paid": "PAID",
    "partially_refunded": "PART REFUNDED",
    "pending": "NOTHING TO PAY",
    "refunded": "REFUNDED",
}
"""The outcome in large, of an order that owes nothing."""

WALK_UP = "walk-up"
NO_BADGE = "No badge belongs to this order."
OTHERS = "{count} more on it: F6"
BACK_ELSEWHERE = "Given back elsewhere"
TO_HAND_OUT = ", {count} to hand out"
UNNAMED = "{count} more without name: /names"
NOT_IN_YET = "not checked in yet"
READING = "One moment: reading the receipt."
GIVE_BACK = "GIVE BACK"
FIRST_ENTER = "First give the money back and press Enter: {told}"
CHECKED_IN_BEFORE = "Somebody checked this badge in before: {at}."

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
