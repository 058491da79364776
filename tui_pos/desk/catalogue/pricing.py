"""What a cart costs: the one pricing function, pure, on plain values.

It follows django-program's services: automatic conditions first (per line the first one that takes anything
off), then the voucher on what is left, every step rounded half up to what the currency can pay. Two things
are stricter than there: no percentage takes more than 100, and every amount is payable in the currency.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from tui_pos.core import money

ZERO = Decimal("0.00")
HUNDRED = Decimal(100)


class ProductKind(StrEnum):
    """The two things that are sold."""

    TICKET = "ticket"
    ADDON = "addon"


ProductKey = tuple[ProductKind, int]
"""What identifies a product: ids of tickets and of add-ons overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLine:
    """So many of one product, at its price now (major units)."""

    kind: ProductKind
    id: int
    name: str
    quantity: int
    unit_price: Decimal

    @property
    def key(self) -> ProductKey:
        """Which product it is."""
        return self.kind, self.id

    @property
    def gross(self) -> Decimal:
        """Price before anything is taken off."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Scope:
    """Which products something applies to; None means every one of that kind."""

    tickets: frozenset[int] | None = None
    addons: frozenset[int] | None = None

    def covers(self, line: ProductLine) -> bool:
        """Whether the line's product is among them."""
        ids = self.tickets if line.kind is ProductKind.TICKET else self.addons
        return ids is None or line.id in ids


class DiscountKind(StrEnum):
    """What a condition or voucher takes off: the whole price, ``value`` percent, or the amount ``value``."""

    EVERYTHING = "comp"
    PERCENTAGE = "percentage"
    AMOUNT = "fixed_amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTerms:
    """An automatic discount that holds for this buyer now; ``kind`` and ``id`` say which row it is."""

    kind: str
    id: int
    name: str
    off: DiscountKind
    value: Decimal
    scope: Scope = Scope()
    max_quantity: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherTerms:
    """A voucher that is valid now. An amount is for the whole cart, not for each piece."""

    id: int
    code: str
    off: DiscountKind
    value: Decimal
    scope: Scope = Scope()
    unlocks_hidden_tickets: bool = False


@dataclass(frozen=True, slots=True)
class Priced:
    """A line with what was taken off it."""

    line: ProductLine
    condition: ConditionTerms | None
    condition_discount: Decimal
    voucher_discount: Decimal

    @property
    def discount(self) -> Decimal:
        """All that was taken off the line."""
        return self.condition_discount + self.voucher_discount

    @property
    def total(self) -> Decimal:
        """What is to be paid for the line."""
        return self.line.gross - self.discount


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced cart, in the order of its lines."""

    lines: tuple[Priced, ...]

    @property
    def subtotal(self) -> Decimal:
        """Sum of the lines before discounts."""
        return sum((priced.line.gross for priced in self.lines), ZERO)

    @property
    def condition_total(self) -> Decimal:
        """What all conditions took off."""
        return sum((priced.condition_discount for priced in self.lines), ZERO)

    @property
    def voucher_total(self) -> Decimal:
        """What the voucher took off."""
        return sum((priced.voucher_discount for priced in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        """All that was taken off."""
        return self.condition_total + self.voucher_total

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.subtotal - self.discount

    @property
    def condition_uses(self) -> dict[ConditionTerms, int]:
        """How many lines each condition was used on: django-program counts lines, not pieces."""
        return dict(Counter(priced.condition for priced in self.lines if priced.condition))


def quote(
    lines: Sequence[ProductLine],
    conditions: Sequence[ConditionTerms],
    voucher: VoucherTerms | None,
    currency: str,
) -> Quote:
    """Price ``lines`` as the services do. ``conditions`` are those that hold for the buyer, in any order."""
    ordered = sorted(conditions, key=lambda condition: (condition.priority, condition.name))
    after_conditions = [_with_condition(line, ordered, currency) for line in lines]
    return Quote(tuple(_with_voucher(after_conditions, voucher, currency)))


def shop_quote(lines: Sequence[ProductLine], voucher: VoucherTerms | None, currency: str) -> Quote:
    """Price ``lines`` as django-program's web shop does.

    There is no condition, and the voucher is taken off the whole subtotal, whatever products it lists, and
    rounded once. Here the lines share it, so that each can be given back.
    """
    priced = [Priced(line, None, ZERO, ZERO) for line in lines]
    if voucher is None:
        return Quote(tuple(priced))
    grosses = {each.line.key: each.total for each in priced if each.total > ZERO}
    subtotal = sum(grosses.values(), ZERO)
    off = {
        DiscountKind.EVERYTHING: subtotal,
        DiscountKind.PERCENTAGE: _percentage(subtotal, voucher.value, currency),
        DiscountKind.AMOUNT: voucher.value,
    }[voucher.off]
    shares = _shared(off, grosses, currency)
    return Quote(tuple(replace(each, voucher_discount=shares.get(each.line.key, ZERO)) for each in priced))


def _with_condition(line: ProductLine, conditions: Sequence[ConditionTerms], currency: str) -> Priced:
    for condition in conditions:
        if condition.scope.covers(line):
            off = _condition_discount(condition, line, currency)
            if off > ZERO:
                return Priced(line, condition, off, ZERO)
    return Priced(line, None, ZERO, ZERO)


def _condition_discount(condition: ConditionTerms, line: ProductLine, currency: str) -> Decimal:
    pieces = min(line.quantity, condition.max_quantity or line.quantity)
    if condition.off is DiscountKind.AMOUNT:
        off = money.round_half_up(condition.value * pieces, currency)
        return min(off, line.unit_price * pieces)
    return _percentage(line.unit_price * pieces, condition.value, currency)


def _with_voucher(priced: Sequence[Priced], voucher: VoucherTerms | None, currency: str) -> Sequence[Priced]:
    if voucher is None:
        return priced
    left = {p.line.key: p.total for p in priced if voucher.scope.covers(p.line) and p.total > ZERO}
    if voucher.off is DiscountKind.AMOUNT:
        off = _shared(voucher.value, left, currency)
    else:
        percentage = HUNDRED if voucher.off is DiscountKind.EVERYTHING else voucher.value
        off = {key: _percentage(amount, percentage, currency) for key, amount in left.items()}
    return [replace(p, voucher_discount=off.get(p.line.key, ZERO)) for p in priced]


def _percentage(amount: Decimal, percentage: Decimal, currency: str) -> Decimal:
    if percentage >= HUNDRED:
        return amount
    return min(money.round_half_up(amount * percentage / HUNDRED, currency), amount)


def _shared(value: Decimal, amounts: dict[ProductKey, Decimal], currency: str) -> dict[ProductKey, Decimal]:
    """``value`` divided over ``amounts`` in proportion; what rounding leaves over goes to the last of them.

    Where the last has no room for it (many lines that all round down), the one before takes the rest:
    django-program would let that line become negative.
    """
    whole = sum(amounts.values(), ZERO)
    left = budget = min(money.round_half_up(value, currency), whole)
    shares = dict.fromkeys(amounts, ZERO)
    for key in list(amounts)[:-1]:
        shares[key] = min(money.round_half_up(budget * amounts[key] / whole, currency), amounts[key], left)
        left -= shares[key]
    for key in reversed(amounts):
        more = min(left, amounts[key] - shares[key])
        shares[key] += more
        left -= more
    return shares
