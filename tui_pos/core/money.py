"""Money: Decimal amounts, Stripe's minor units, and what a person reads and types.

`desk` and `data` hold a Decimal in major units (12.50); Stripe and the tui_pos_* tables hold an int in
Stripe's minor units (1250). This module is the only bridge between them, and the only place where money is
rounded: `round_half_up` to what can be paid, `round_cash` to what coins can pay. A currency is its
three-letter code in any case.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from tui_pos.core.reasons import because

# Stripe's own tables: ISO 4217 and CLDR disagree with them for ISK, UGX and HUF.
# fmt: off
ZERO_DECIMAL = frozenset((
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
))
THREE_DECIMAL = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
# Shown without decimals, yet sent as if they had two: 5 UGX travels as 500.
WHOLE_SENT_AS_HUNDREDTHS = frozenset(("ISK", "UGX"))

# The least Stripe takes, in major units, where the account settles in the same currency.
MINIMUM_CHARGE = {
    "USD": "0.50", "AED": "2", "ARS": "0.50", "AUD": "0.50", "BRL": "0.50", "CAD": "0.50", "CHF": "0.50",
    "COP": "0.50", "CZK": "15", "DKK": "2.50", "EUR": "0.50", "GBP": "0.30", "HKD": "4", "HUF": "175",
    "IDR": "0.50", "ILS": "0.50", "INR": "0.50", "JPY": "50", "KRW": "50", "MXN": "10", "MYR": "2",
    "NOK": "3", "NZD": "0.50", "PHP": "0.50", "PLN": "2", "RON": "2", "RUB": "0.50", "SEK": "3",
    "SGD": "0.50", "THB": "10", "ZAR": "0.50",
}
# The smallest coins that CLDR does not know of, as the central banks say.
SMALLEST_COIN = {"AUD": "0.05", "HKD": "0.10", "ILS": "0.10", "MYR": "0.05", "NZD": "0.10", "ZAR": "0.10"}
# fmt: on

MAX_AMOUNT = Decimal("99999999.99")  # what a numeric(10,2) column holds
MAX_MINOR = 999_999_999_999  # twelve digits, the most Stripe takes on a card
MAX_TYPED = 24  # characters; nobody types a longer amount, but a scanner may

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"\A([0-9]+),([0-9]{1,2})\Z", re.ASCII)
_CODE = re.compile(r"[A-Za-z]{3}")


class MoneyError(ValueError):
    """An amount or currency that cannot be used, and why: a ``reason`` with the code ``invalid_amount``."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.reason = because(key, **values)
        super().__init__(str(self.reason))


def exponent(currency: str) -> int:
    """How many decimals a person reads in this currency: 0, 2 or 3; an unknown code has 2."""
    code = _code(currency)
    if code in ZERO_DECIMAL or code in WHOLE_SENT_AS_HUNDREDTHS:
        return 0
    return 3 if code in THREE_DECIMAL else 2


def quantum(currency: str) -> Decimal:
    """The smallest amount a person can pay.

    It is 0.01 for three-decimal currencies too: Stripe wants their last digit to be 0, and the shop's
    columns keep two places.
    """
    return Decimal(1) if exponent(currency) == 0 else Decimal("0.01")


def round_half_up(amount: Decimal, currency: str) -> Decimal:
    """The nearest payable amount; a tie goes away from zero (0.005 -> 0.01, -0.005 -> -0.01)."""
    _check_finite(amount)
    try:
        return amount.quantize(quantum(currency), rounding=ROUND_HALF_UP) + 0  # + 0 turns -0.00 into 0.00
    except InvalidOperation:
        raise _no_money(amount) from None


@cache
def smallest_coin(currency: str) -> Decimal:
    """The steps in which coins and notes can pay: 0.05 for CHF; the ``quantum`` where no coin is missing.

    Source: CLDR's digits and rounding for cash, which Babel holds, beside ``SMALLEST_COIN``.
    """
    code = _code(currency)
    if code in SMALLEST_COIN:
        return Decimal(SMALLEST_COIN[code])
    from babel.core import get_global  # here, because importing Babel takes longer than the rest

    known = get_global("currency_fractions")
    _, _, cash_digits, cash_rounding = known.get(code, known["DEFAULT"])
    return max(Decimal(cash_rounding or 1).scaleb(-cash_digits), quantum(code))


def round_cash(amount: Decimal, coin: Decimal) -> Decimal:
    """The nearest amount, 0 or more, that pieces of ``coin`` can pay; a tie is rounded up."""
    _check_finite(amount)
    return (amount / coin).to_integral_value(ROUND_HALF_UP) * coin


def to_minor(amount: Decimal, currency: str) -> int:
    """Stripe's integer for this amount; MoneyError unless it is payable, exact and not negative."""
    code = _code(currency)
    _check_finite(amount)
    if amount < 0:
        raise MoneyError("invalid_amount.negative", given=_short(str(amount)))
    if amount > Decimal(MAX_MINOR).scaleb(-_sent_places(code)):
        raise MoneyError("invalid_amount.above_card", given=_short(str(amount)), currency=code)
    if amount % quantum(code):
        step = str(quantum(code))
        raise MoneyError("invalid_amount.between", given=_short(str(amount)), currency=code, step=step)
    return int(amount.scaleb(_sent_places(code)))


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount behind Stripe's integer, with the currency's decimals; exact, whatever Stripe holds."""
    return _at_least_places(Decimal(minor).scaleb(-_sent_places(currency)), exponent(currency))


def parse_amount(text: str, currency: str, *, allow_zero: bool = False) -> Decimal:
    """The amount a person typed; MoneyError with one reason per fault.

    A comma before one or two last digits is a decimal comma; any other may divide thousands.
    """
    typed, code = _DECIMAL_COMMA.sub(r"\1.\2", text.strip()), _code(currency)
    example = {0: "1250", 2: "12.50", 3: "12.500"}[exponent(code)]
    _check_form(typed, example)
    amount = Decimal(typed)
    places = -int(amount.as_tuple().exponent)
    if places > exponent(code):
        raise MoneyError("invalid_amount.decimals", currency=code, places=exponent(code), example=example)
    if amount % quantum(code):
        raise MoneyError("invalid_amount.step", currency=code, step=str(quantum(code)), example=example)
    if not amount and not allow_zero:
        raise MoneyError("invalid_amount.zero")
    if amount > MAX_AMOUNT:
        most = MAX_AMOUNT - MAX_AMOUNT % quantum(code)
        raise MoneyError("invalid_amount.too_large", most=most, currency=code)
    return _at_least_places(amount, exponent(code))


def format_amount(amount: Decimal, currency: str, *, symbol: bool = False) -> str:
    """What a person reads: `1,234.50`, or `$1,234.50` with its symbol. Shows what is there, never rounds."""
    code = _code(currency)
    digits = f"{abs(_shown(amount, code)):,f}"
    sign = "-" if amount < 0 else ""
    if not symbol:
        return sign + digits
    from babel.numbers import get_currency_symbol  # here, because importing Babel takes longer than the rest

    mark = get_currency_symbol(code, locale="en")
    return f"{sign}{mark}{' ' if mark[-1].isalpha() else ''}{digits}"


def amount_string(amount: Decimal, currency: str) -> str:
    """The plain decimal string for JSON and files: `1234.50`."""
    return f"{_shown(amount, currency):f}"


def minimum_charge(currency: str) -> Decimal | None:
    """The least a card can be charged, or None where Stripe names none.

    Stripe tests the amount as converted to the account's own currency: this warns early and proves nothing.
    """
    least = MINIMUM_CHARGE.get(_code(currency))
    return None if least is None else Decimal(least)


def _code(currency: str) -> str:
    if not _CODE.fullmatch(currency):
        raise MoneyError("invalid_amount.no_currency", given=_short(currency))
    return currency.upper()


def _sent_places(currency: str) -> int:
    """The power of ten between the major unit and Stripe's integer."""
    return 2 if _code(currency) in WHOLE_SENT_AS_HUNDREDTHS else exponent(currency)


def _at_least_places(amount: Decimal, places: int) -> Decimal:
    """The same value, written with `places` decimals, or with more when it needs them."""
    own = -int(amount.normalize().as_tuple().exponent)
    return amount.quantize(Decimal(1).scaleb(-max(own, places))) + 0


def _check_finite(amount: Decimal) -> None:
    if not amount.is_finite():
        raise _no_money(amount)


def _shown(amount: Decimal, currency: str) -> Decimal:
    _check_finite(amount)
    return _at_least_places(amount, exponent(currency))


def _check_form(typed: str, example: str) -> None:
    faults = (
        (not typed, MoneyError("invalid_amount.empty", example=example)),
        (len(typed) > MAX_TYPED, MoneyError("invalid_amount.too_long", example=example)),
        (typed[:1] in ("+", "-"), MoneyError("invalid_amount.signed", example=example)),
        ("," in typed, MoneyError("invalid_amount.commas", given=typed, example=example)),
        (not _PLAIN.fullmatch(typed), MoneyError("invalid_amount.no_number", given=typed, example=example)),
    )
    for wrong, error in faults:
        if wrong:
            raise error


def _no_money(amount: Decimal) -> MoneyError:
    return MoneyError("invalid_amount.no_money", given=_short(str(amount)))


def _short(text: str) -> str:
    return text if len(text) <= MAX_TYPED else text[:MAX_TYPED] + "…"
