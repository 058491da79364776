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
        sentence = str(error)
        assert sentence.endswith(".")
        assert len(sentence) < 200
        assert sentence.isprintable()
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
    with pytest.raises(MoneyError, match="not an amount"):
        money.round_half_up(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        ("0.001", "USD", "steps of 0.01"),
        ("1.5", "JPY", "steps of 1"),
        ("1.5", "ISK", "steps of 1"),
        ("1.255", "KWD", "steps of 0.01"),
        ("-1", "USD", "negative"),
        ("NaN", "USD", "not an amount"),
        ("sNaN", "USD", "not an amount"),
        ("-Infinity", "USD", "not an amount"),
        ("10000000000", "USD", "more than a card payment"),
        ("1E+50", "USD", "more than a card payment"),
    ],
)
def test_amounts_stripe_cannot_take(amount: str, currency: str, says: str) -> None:
    with pytest.raises(MoneyError, match=says):
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
    ],
)
def test_typed_amounts(typed: str, currency: str, amount: str) -> None:
    assert str(money.parse_amount(typed, currency)) == amount


@pytest.mark.parametrize(
    ("typed", "currency", "says"),
    [
        ("", "USD", "Enter an amount, such as 12.50."),
        ("   ", "JPY", "Enter an amount, such as 1250."),
        ("-5", "USD", "without a sign"),
        ("+5", "USD", "without a sign"),
        ("1,000", "USD", "without commas"),
        ("1,50", "EUR", "without commas"),
        ("0", "USD", "above zero"),
        ("0.00", "USD", "above zero"),
        ("0.001", "USD", "at most 2 decimals"),
        ("1.5", "JPY", "no decimals"),
        ("1.0", "ISK", "no decimals"),
        ("1.2345", "KWD", "at most 3 decimals"),
        ("1.255", "KWD", "steps of 0.01"),
        ("100000000", "USD", "too large: 99,999,999.99 is the most"),
        ("100000000", "JPY", "too large: 99,999,999 is the most"),
        ("Infinity", "USD", "'Infinity' is not an amount"),
        ("NaN", "USD", "'NaN' is not an amount"),
        ("1e2", "USD", "'1e2' is not an amount"),
        ("1_000", "USD", "'1_000' is not an amount"),
        ("1 000", "USD", "'1 000' is not an amount"),
        ("$5", "USD", r"'\$5' is not an amount"),
        (".", "USD", "is not an amount"),
        ("1.2.3", "USD", "is not an amount"),
        ("\u0661\u0662", "USD", "use the digits 0-9"),
        ("5\x1b[31m", "USD", r"'5\\x1b\[31m' is not an amount"),
        ("9" * 10_000, "USD", "too long"),
    ],
)
def test_typed_faults_each_have_their_sentence(typed: str, currency: str, says: str) -> None:
    with pytest.raises(MoneyError, match=says) as caught:
        money.parse_amount(typed, currency)
    assert len(str(caught.value)) < 150


def test_zero_can_be_asked_for() -> None:
    assert str(money.parse_amount("0", "USD", allow_zero=True)) == "0.00"


@pytest.mark.parametrize("currency", ["", "US", "USDT", "U$D", "ÄÖÜ", "12 ", "\x1b[m", "u" * 10_000])
def test_what_is_no_currency(currency: str) -> None:
    with pytest.raises(MoneyError, match="is not a currency: use its three letters, such as USD") as caught:
        money.exponent(currency)
    assert len(str(caught.value)) < 120
    assert str(caught.value).isprintable()


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
