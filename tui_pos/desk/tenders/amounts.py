"""Amounts that somebody wants to pay: whether the currency can pay them, and whether so much is due."""

from decimal import Decimal

from tui_pos.core import money
from tui_pos.desk.errors import InvalidInput


def payable(amount: Decimal, currency: str) -> Decimal:
    """``amount`` when it can be paid. Raises InvalidInput ``invalid_amount``."""
    if amount.is_finite() and amount > money.MAX_AMOUNT:
        most = money.format_amount(money.MAX_AMOUNT, currency)
        raise InvalidInput("invalid_amount", f"The amount is too large: {most} is the most.")
    try:
        minor = money.to_minor(amount, currency)
    except money.MoneyError as error:
        raise InvalidInput("invalid_amount", str(error)) from error
    if not minor:
        raise InvalidInput("invalid_amount", "Enter an amount above zero.")
    return amount


def part_of(reference: str, due: Decimal, amount: Decimal | None, currency: str) -> Decimal:
    """How much to take of what is ``due`` on an order: ``amount``, or None for all of it.

    Raises InvalidInput ``invalid_amount`` or ``amount_too_high``.
    """
    wanted = payable(due if amount is None else amount, currency)
    if wanted > due:
        owed, more = (money.format_amount(each, currency) for each in (due, wanted))
        raise InvalidInput("amount_too_high", f"Order {reference} owes {owed} {currency}, less than {more}.")
    return wanted
