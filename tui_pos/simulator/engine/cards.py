"""Stripe's test cards and test amounts, and how each ends."""

from dataclasses import dataclass

from tui_pos.simulator.engine.errors import ApiError

VISA_WINDOW = 5 * 86400 - 6 * 3600
OTHER_WINDOW = 2 * 86400


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a card was refused: the error code, the issuer's code, and what Stripe says."""

    code: str
    decline_code: str
    message: str


def _declined(
    decline_code: str, message: str = "Your card was declined.", code: str = "card_declined"
) -> Decline:
    return Decline(code, decline_code, message)


DECLINES: dict[str, Decline] = {
    decline.decline_code: decline
    for decline in (
        _declined("generic_decline"),
        _declined("do_not_honor"),
        _declined("call_issuer"),
        _declined("insufficient_funds", "Your card has insufficient funds."),
        _declined("lost_card"),
        _declined("stolen_card"),
        _declined("expired_card", "Your card has expired.", "expired_card"),
        _declined("processing_error", "An error occurred while processing your card.", "processing_error"),
        _declined("incorrect_pin", "The PIN you entered is incorrect."),
        _declined("pin_try_exceeded", "The allowable number of PIN tries was exceeded."),
        _declined("withdrawal_count_limit_exceeded", "Your card has reached its limit of withdrawals."),
        _declined("offline_pin_required", "Your card requires a PIN."),
        _declined("online_or_offline_pin_required", "Your card requires a PIN."),
    )
}

# The last two digits of an amount, when the setting ``test_amounts`` is on.
TEST_AMOUNTS = {
    "01": "call_issuer",
    "02": "offline_pin_required",
    "03": "online_or_offline_pin_required",
    "05": "generic_decline",
    "55": "incorrect_pin",
    "60": "online_or_offline_pin_required",
    "65": "withdrawal_count_limit_exceeded",
    "75": "pin_try_exceeded",
}


@dataclass(frozen=True, slots=True)
class Network:
    """What all cards of a brand share; ``window`` is how many seconds an authorisation holds."""

    application: str
    aid: str
    window: int = OTHER_WINDOW


NETWORKS = {
    "visa": Network("Visa Credit", "A0000000031010", VISA_WINDOW),
    "mastercard": Network("Mastercard", "A0000000041010"),
    "amex": Network("American Express", "A000000025010402"),
    "discover": Network("Discover", "A0000001523010"),
    "diners": Network("Diners Club", "A0000001523010"),
    "jcb": Network("JCB", "A0000000651010"),
    "unionpay": Network("UnionPay Credit", "A000000333010102"),
    "interac": Network("Interac", "A0000002771010"),
    "eftpos_au": Network("eftpos", "A00000038410"),
    "cartes_bancaires": Network("CB", "A0000000421010", VISA_WINDOW),
    "unknown": Network("girocard", "A0000003591010028001"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One test card.

    ``decline`` is the issuer's code, ``cvm`` how its holder is verified, ``refund`` how a refund to it ends.
    ``single_message`` networks take the money at once and cannot hold it.
    """

    number: str
    name: str
    brand: str
    funding: str
    decline: str | None
    cvm: str
    refund: str

    @property
    def single_message(self) -> bool:
        """Whether its network cannot hold money."""
        return self.brand in ("interac", "eftpos_au")

    @property
    def method_type(self) -> str:
        """The payment method type that a reader makes of it."""
        return "interac_present" if self.brand == "interac" else "card_present"

    @property
    def network(self) -> Network:
        """What all cards of its brand share."""
        return NETWORKS[self.brand]


def _card(
    number: str,
    name: str,
    brand: str,
    funding: str = "credit",
    *,
    decline: str | None = None,
    cvm: str = "none",
    refund: str = "succeeded",
) -> Card:
    return Card(
        number=number, name=name, brand=brand, funding=funding, decline=decline, cvm=cvm, refund=refund
    )


def _declining(number: str, reason: str) -> Card:
    return _card(number, f"charge_declined_{reason}", "visa", decline=reason)


CARDS = (
    _card("4242424242424242", "visa", "visa"),
    _card("4000056655665556", "visa_debit", "visa", "debit"),
    _card("5555555555554444", "mastercard", "mastercard"),
    _card("5200828282828210", "mastercard_debit", "mastercard", "debit"),
    _card("5105105105105100", "mastercard_prepaid", "mastercard", "prepaid"),
    _card("378282246310005", "amex", "amex"),
    _card("371449635398431", "amex2", "amex"),
    _card("6011111111111117", "discover", "discover"),
    _card("6011000990139424", "discover2", "discover"),
    _card("3056930009020004", "diners", "diners"),
    _card("36227206271667", "diners_14digits", "diners"),
    _card("3566002020360505", "jcb", "jcb"),
    _card("6200000000000005", "unionpay", "unionpay"),
    _card("4506445006931933", "interac", "interac", "debit", cvm="online_pin"),
    _card("6280000360000978", "eftpos_au_debit", "eftpos_au", "debit"),
    _card("4000050360000001", "eftpos_au_visa_debit", "eftpos_au", "debit"),
    _card("5555050360000080", "eftpos_au_mastercard_debit", "eftpos_au", "debit"),
    _card("4000002500001001", "cartes_bancaires_visa_debit", "cartes_bancaires", "debit"),
    _card("5555552500001001", "cartes_bancaires_mastercard_debit", "cartes_bancaires", "debit"),
    _card("4711009900000316877", "girocard_debit", "unknown", "debit"),
    _card("4001007020000002", "offline_pin_cvm", "visa", cvm="offline_pin"),
    _card("4000008260000075", "offline_pin_sca_retry", "visa", cvm="offline_pin"),
    _card("4001000360000005", "online_pin_cvm", "visa", cvm="online_pin"),
    _card("4000002760000008", "online_pin_sca_retry", "visa", cvm="online_pin"),
    _card("4000000000000002", "charge_declined", "visa", decline="generic_decline"),
    _declining("4000000000009995", "insufficient_funds"),
    _declining("4000000000009987", "lost_card"),
    _declining("4000000000009979", "stolen_card"),
    _declining("4000000000000069", "expired_card"),
    _declining("4000000000000119", "processing_error"),
    _card("4000000000005126", "refund_fail", "visa", refund="failed"),
    _card("4000000000007726", "refund_pending", "visa", refund="pending"),
)

BY_NUMBER = {card.number: card for card in CARDS}
BY_NAME = (
    {card.name: card for card in CARDS}
    | {card.decline: card for card in CARDS if card.decline}
    | {"declined": BY_NUMBER["4000000000000002"]}
)

GOOD = BY_NUMBER["4242424242424242"]
INTERAC = BY_NUMBER["4506445006931933"]


def find(written: str, param: str) -> Card:
    """The test card with this number or name. Raises ApiError when there is none."""
    card = BY_NAME.get(written) or BY_NUMBER.get("".join(written.split()))
    if card is None:
        raise ApiError(
            f"Not a test card: {written[:40]}. Use one of Stripe's test card numbers.", param=param
        )
    return card


def decline_for_amount(amount: int) -> Decline | None:
    """How the test amounts say that this amount ends: None is approved."""
    reason = TEST_AMOUNTS.get(f"{amount % 100:02d}")
    return DECLINES[reason] if reason else None
