"""Amounts that somebody wants to pay: whether the currency can pay them, and whether so much is due."""

from decimal import Decimal

from tui_pos.core import money
from tui_pos.desk.errors import InvalidInput


def payable(amount: Decimal, currency: str) -> Decimal:
    """``amount`` when it can be paid. Raises InvalidInput ``invalid_amount``."""
    if amount.is_finite() and amount > money.MAX_AMOUNT:
        raise InvalidInput("invalid_amount.too_large", most=money.MAX_AMOUNT, currency=currency)
    try:
        minor = money.to_minor(amount, currency)
    except money.MoneyError as error:
        raise InvalidInput(error.reason) from error
    if not minor:
        raise InvalidInput("invalid_amount.zero")
    return amount


def part_of(reference: str, due: Decimal, amount: Decimal | None, currency: str) -> Decimal:
    """How much to take of what is ``due`` on an order: ``amount``, or None for all of it.

    Raises InvalidInput ``invalid_amount`` or ``amount_too_high``.
    """
    wanted = payable(due if amount is None else amount, currency)
    if wanted > due:
        raise InvalidInput("amount_too_high", order=reference, due=due, wanted=wanted, currency=currency)
    return wanted
