"""Money crosses between Decimal, Stripe's integers and people without losing or inventing anything."""

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_pos.core import money
from tui_pos.core.money import MoneyError

CODES = [
    *sorted(money.ZERO_DECIMAL),
    *sorted(money.THREE_DECIMAL),
    "ISK",
    "UGX",
    "USD",
    "EUR",
    "HUF",
    "TWD",
    "XYZ",
]

# amount, currency, Stripe's integer, what is shown, the JSON string
SAME_MONEY = [
    ("0", "USD", 0, "0.00", "0.00"),
    ("0.01", "usd", 1, "0.01", "0.01"),
    ("1234.5", "USD", 123450, "1,234.50", "1234.50"),
    ("99999999.99", "EUR", 9999999999, "99,999,999.99", "99999999.99"),
    ("500.00", "JPY", 500, "500", "500"),
    ("1234567", "jpy", 1234567, "1,234,567", "1234567"),
    ("5", "UGX", 500, "5", "5"),
    ("2500", "ISK", 250000, "2,500", "2500"),
    ("175", "HUF", 17500, "175.00", "175.00"),
    ("30", "TWD", 3000, "30.00", "30.00"),
    ("1.25", "KWD", 1250, "1.250", "1.250"),
    ("1E+2", "USD", 10000, "100.00", "100.00"),
]


@pytest.mark.parametrize(("amount", "currency", "minor", "shown", "plain"), SAME_MONEY)
def test_one_amount_in_all_its_forms(amount: str, currency: str, minor: int, shown: str, plain: str) -> None:
    assert money.to_minor(Decimal(amount), currency) == minor
    assert money.from_minor(minor, currency) == Decimal(amount)
    assert str(money.from_minor(minor, currency)) == plain
    assert money.format_amount(Decimal(amount), currency) == shown
    assert money.amount_string(Decimal(amount), currency) == plain


@given(st.sampled_from(CODES), st.integers(0, 9_999_999_999))
def test_payable_amounts_survive_the_round_trip(currency: str, steps: int) -> None:
    amount = steps * money.quantum(currency)
    there = money.to_minor(amount, currency) if amount <= money.MAX_AMOUNT else None
    if there is not None:
        back = money.from_minor(there, currency)
        assert back == amount
        assert money.to_minor(back, currency) == there
        assert money.amount_string(back, currency) == str(back)
        assert money.parse_amount(str(back), currency, allow_zero=True) == amount
        assert Decimal(money.format_amount(back, currency).replace(",", "")) == amount


@given(st.sampled_from(CODES), st.decimals(-(10**8), 10**8, places=4))
def test_rounding_gives_the_nearest_payable_amount(currency: str, amount: Decimal) -> None:
    rounded = money.round_half_up(amount, currency)
    assert rounded % money.quantum(currency) == 0
    assert abs(rounded - amount) <= money.quantum(currency) / 2
    assert not str(rounded).startswith("-0.00")


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_one_short_sentence(text: str) -> None:
    try:
        amount = money.parse_amount(text, "USD")
    except MoneyError as error:
        found = error.reason
        assert found.code == "invalid_amount"
        assert len(str(found)) < 200
    else:
        assert text.strip().isascii()
        assert 0 < amount <= money.MAX_AMOUNT


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "USD", "0.01"),
        ("0.0049", "USD", "0.00"),
        ("2.675", "USD", "2.68"),
        ("-0.005", "USD", "-0.01"),
        ("-0.001", "USD", "0.00"),
        ("0.5", "JPY", "1"),
        ("1.5", "ISK", "2"),
        ("1.255", "KWD", "1.26"),
    ],
)
def test_ties_are_rounded_away_from_zero(amount: str, currency: str, rounded: str) -> None:
    assert str(money.round_half_up(Decimal(amount), currency)) == rounded


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1E+40"])
def test_what_is_no_money_is_not_rounded(amount: str) -> None:
    with pytest.raises(MoneyError, match=r"^invalid_amount\.no_money "):
        money.round_half_up(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        ("0.001", "USD", "between given=0.001 currency=USD step=0.01"),
        ("1.5", "JPY", "between given=1.5 currency=JPY step=1"),
        ("1.5", "ISK", "between given=1.5 currency=ISK step=1"),
        ("1.255", "KWD", "between given=1.255 currency=KWD step=0.01"),
        ("-1", "USD", "negative given=-1"),
        ("NaN", "USD", "no_money"),
        ("sNaN", "USD", "no_money"),
        ("-Infinity", "USD", "no_money"),
        ("10000000000", "USD", "above_card"),
        ("1E+50", "USD", "above_card"),
    ],
)
def test_amounts_stripe_cannot_take(amount: str, currency: str, says: str) -> None:
    with pytest.raises(MoneyError, match=rf"^invalid_amount\.{says}"):
        money.to_minor(Decimal(amount), currency)


def test_the_largest_amount_stripe_takes() -> None:
    assert money.to_minor(Decimal("9999999999.99"), "USD") == money.MAX_MINOR
    assert money.to_minor(Decimal("999999999999"), "JPY") == money.MAX_MINOR


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("12.5", "USD", "12.50"),
        (" 5 ", "USD", "5.00"),
        ("007", "usd", "7.00"),
        ("0.01", "EUR", "0.01"),
        ("99999999.99", "USD", "99999999.99"),
        ("1500", "JPY", "1500"),
        ("1.250", "KWD", "1.250"),
        ("1.2", "KWD", "1.200"),
        ("12,50", "EUR", "12.50"),
        (" 12,5 ", "USD", "12.50"),
        ("1000,05", "USD", "1000.05"),
        ("1,25", "KWD", "1.250"),
    ],
)
def test_typed_amounts(typed: str, currency: str, amount: str) -> None:
    assert str(money.parse_amount(typed, currency)) == amount


@pytest.mark.parametrize(
    ("typed", "currency", "says"),
    [
        ("", "USD", "empty example=12.50"),
        ("   ", "JPY", "empty example=1250"),
        ("-5", "USD", "signed example=12.50"),
        ("+5", "USD", "signed example=12.50"),
        ("1,000", "USD", "commas given=1,000 example=12.50"),
        ("1,000", "JPY", "commas given=1,000 example=1250"),
        ("1,250", "KWD", "commas given=1,250 example=12.500"),
        ("1,000.50", "USD", "commas given=1,000.50 example=12.50"),
        ("1.000,50", "EUR", "commas given=1.000,50 example=12.50"),
        ("1,000,00", "USD", "commas given=1,000,00 example=12.50"),
        ("12,", "USD", "commas given=12, example=12.50"),
        (",50", "USD", "commas given=,50 example=12.50"),
        ("-1,50", "USD", "signed example=12.50"),
        ("0,00", "USD", "zero"),
        ("1,5", "JPY", "decimals currency=JPY places=0 example=1250"),
        ("0", "USD", "zero"),
        ("0.00", "USD", "zero"),
        ("0.001", "USD", "decimals currency=USD places=2 example=12.50"),
        ("1.5", "JPY", "decimals currency=JPY places=0 example=1250"),
        ("1.0", "ISK", "decimals currency=ISK places=0 example=1250"),
        ("1.2345", "KWD", "decimals currency=KWD places=3 example=12.500"),
        ("1.255", "KWD", "step currency=KWD step=0.01 example=12.500"),
        ("100000000", "USD", "too_large most=99999999.99 currency=USD"),
        ("100000000", "JPY", "too_large most=99999999.00 currency=JPY"),
        ("Infinity", "USD", "no_number given=Infinity example=12.50"),
        ("NaN", "USD", "no_number given=NaN example=12.50"),
        ("1e2", "USD", "no_number given=1e2 example=12.50"),
        ("1_000", "USD", "no_number given=1_000 example=12.50"),
        ("1 000", "USD", "no_number given=1 000 example=12.50"),
        ("$5", "USD", "no_number given=$5 example=12.50"),
        (".", "USD", "no_number given=. example=12.50"),
        ("1.2.3", "USD", "no_number given=1.2.3 example=12.50"),
        ("\u0661\u0662", "USD", "no_number given=\u0661\u0662 example=12.50"),
        ("5\x1b[31m", "USD", "no_number given=5\x1b[31m example=12.50"),
        ("9" * 10_000, "USD", "too_long example=12.50"),
    ],
)
def test_typed_faults_each_have_their_reason(typed: str, currency: str, says: str) -> None:
    with pytest.raises(MoneyError) as caught:
        money.parse_amount(typed, currency)
    assert str(caught.value) == f"invalid_amount.{says}"


def test_zero_can_be_asked_for() -> None:
    assert str(money.parse_amount("0", "USD", allow_zero=True)) == "0.00"


@pytest.mark.parametrize("currency", ["", "US", "USDT", "U$D", "ÄÖÜ", "12 ", "\x1b[m", "u" * 10_000])
def test_what_is_no_currency(currency: str) -> None:
    with pytest.raises(MoneyError, match=r"^invalid_amount\.no_currency given=") as caught:
        money.exponent(currency)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234.5", "USD", "$1,234.50"),
        ("-5", "USD", "-$5.00"),
        ("1234", "JPY", "¥1,234"),
        ("12", "CHF", "CHF 12.00"),
        ("12", "XYZ", "XYZ 12.00"),
    ],
)
def test_symbols(amount: str, currency: str, shown: str) -> None:
    assert money.format_amount(Decimal(amount), currency, symbol=True) == shown


def test_what_is_shown_is_never_rounded() -> None:
    assert money.format_amount(Decimal("1.239"), "USD") == "1.239"
    assert money.format_amount(Decimal("-0.00"), "USD") == "0.00"
    assert money.format_amount(money.from_minor(550, "ISK"), "ISK") == "5.5"
    with pytest.raises(MoneyError):
        money.format_amount(Decimal("NaN"), "USD")


def test_minimum_charges() -> None:
    assert money.minimum_charge("usd") == Decimal("0.50")
    assert money.minimum_charge("JPY") == Decimal(50)
    assert money.minimum_charge("XYZ") is None


def test_babel_is_not_imported_before_a_symbol_is_wanted() -> None:
    code = "import sys, tui_pos.core.money; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
