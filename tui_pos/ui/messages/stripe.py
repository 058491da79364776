"""What can go wrong with Stripe, by ``terminal.Fault``; and what a doctor says of its key."""

from tui_pos.ui.messages.templates import Sentence

CHECK = "Check what happened before trying again."


def _refused(said: str) -> str:
    return f"Stripe refused this: {said or 'it gave no reason.'}"


def _no_right(right: str) -> str:
    return f"The Stripe key lacks {right_in_words(right)}: add it at Stripe."


def _missing_right(right: str, purpose: str) -> str:
    lost = {"payment": "card payments", "refund": "refunds to cards"}[purpose]
    return f"The Stripe key lacks {right_in_words(right)}, so there are no {lost}: add it at Stripe."


def right_in_words(right: str) -> str:
    """Stripe's name of a restricted key's right as its dashboard's list says it, with the name itself."""
    *what, kind = right.removeprefix("rak_").split("_")
    return f"{kind} access to {' '.join(what)} ({right})"


SENTENCES: dict[str, Sentence] = {
    "location_unreadable": "The location {place} cannot be looked at: {why}",
    "missing_right": _missing_right,
    "stripe.already_captured": "This payment was captured already.",
    "stripe.already_refunded": "This payment was refunded already.",
    "stripe.amount_too_large": "The amount is above what Stripe takes. Split the payment.",
    "stripe.amount_too_small": "The amount is below what Stripe takes. Choose another tender.",
    "stripe.bad_base": "Correct stripe.api_base: https://host, or http://127.0.0.1:port for a simulator on"
    " this machine.",
    "stripe.bad_certificate": "Stripe's certificate could not be verified. Check this machine's clock and"
    f" network. {CHECK}",
    "stripe.declined": "The card was declined. Ask for another card.",
    "stripe.disputed": "Stripe cannot refund this payment because it is disputed. See the Stripe dashboard.",
    "stripe.expired_hold": "The card's authorisation has expired and cannot be captured. Take the payment"
    " again.",
    "stripe.idempotency_conflict": "This was asked of Stripe before with other details, so nothing new was"
    " done. Read it again.",
    "stripe.key_expired": "The Stripe key has expired. Put the new key in place.",
    "stripe.key_refused": "Stripe does not accept the key. Check the conference's Stripe key.",
    "stripe.no_answer": f"No answer from Stripe in time. {CHECK}",
    "stripe.no_connection": f"The connection to Stripe failed. Check the network. {CHECK}",
    "stripe.no_key": "No Stripe key is configured. Put the key where the config says.",
    "stripe.no_right": _no_right,
    "stripe.no_rights": "The Stripe key has no permission for this. Give it Terminal, payments and refunds.",
    "stripe.no_such_intent": "Stripe knows no such payment under this key: it belongs to another account or"
    " mode, or was wiped.",
    "stripe.no_such_object": "Stripe knows no such object. Check the id, and whether it belongs to test or to"
    " live mode.",
    "stripe.no_test_cards": "A test card cannot be presented with a live key.",
    "stripe.not_a_key": "This is not a Stripe secret key: one begins with sk_test_, sk_live_, rk_test_ or"
    " rk_live_.",
    "stripe.not_an_id": "This is not an id of Stripe's. Check what was typed or scanned.",
    "stripe.not_refundable": "Stripe cannot refund this payment. See the Stripe dashboard.",
    "stripe.reader_broken": "The reader has a hardware fault and must be replaced. Choose another reader.",
    "stripe.reader_busy": "The reader is busy: a card may be in it, or another desk uses it. Wait a moment,"
    " then try again.",
    "stripe.reader_offline": "The reader is not connected. Check its power and network, or choose another"
    " reader.",
    "stripe.reader_takes_payment": "The reader is taking a payment, so it cannot show a cart now.",
    "stripe.reader_timeout": "The reader did not confirm in time and may show the payment all the same."
    f" {CHECK}",
    "stripe.refused": _refused,
    "stripe.server_error": f"Stripe had an error of its own, so it is not known what happened. {CHECK}",
    "stripe.still_at_work": f"An earlier request for this payment is still at work at Stripe. {CHECK}",
    "stripe.too_many_requests": "Stripe has too many requests at the moment. Wait a few seconds, then try"
    " again.",
    "stripe.unreadable": "What answered is not Stripe, or cannot be read. Check the network and"
    f" stripe.api_base. {CHECK}",
    "stripe.wants_secret_key": "Stripe wants a secret key (sk_ or rk_). Check the conference's key.",
    "stripe.wrong_location": "This reader is registered at another location. Choose a reader of this"
    " conference.",
    "stripe.wrong_mode": "The key and the payment differ in test and live mode. Check the conference's Stripe"
    " key.",
    "stripe.wrong_state": "The payment is no longer in a state that allows this. Read it again.",
}
