"""Which products an order's money is for, to the cent, whatever paid it in whichever parts.

What comes in is shared among what is not paid yet, in proportion; pieces that go back take their own price
with them, and what goes back without a piece is shared among what was paid. Whole numbers in, whole numbers
out, so that the parts add up to the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NO_LINE = 0
"""For money that is for no line: more than the order costs, or given back beyond what its lines got."""

Parts = dict[int, int]
"""By the id of an order line."""


def share(amount: int, among: Mapping[int, int]) -> Parts:
    """``amount`` in proportion to whole numbers of 0 or more, none more than its own; the rest to NO_LINE."""
    whole = sum(among.values())
    shared = min(amount, whole)
    parts: Parts = {}
    before = reached = 0
    for key, weight in among.items():
        reached += weight
        now = reached * shared // whole if whole else 0
        if now != before:
            parts[key] = now - before
        before = now
    if amount > shared:
        parts[NO_LINE] = amount - shared
    return parts


@dataclass(slots=True)
class Shares:
    """The lines of one order while its money is gone through in the order in which it moved.

    ``unpaid`` begins with what each line cost when the order was made; ``paid`` with nothing.
    """

    unpaid: dict[int, int]
    paid: dict[int, int] = field(default_factory=dict)

    def came_in(self, amount: int) -> Parts:
        """What of a payment is for which line."""
        parts = share(amount, self.unpaid)
        for line, part in parts.items():
            self.paid[line] = self.paid.get(line, 0) + part
            if line != NO_LINE:
                self.unpaid[line] -= part
        return parts

    def moved(self, line: int, amount: int) -> Parts:
        """What came in or, negative, went back for one line and no other."""
        self.paid[line] = self.paid.get(line, 0) + amount
        self.unpaid[line] = max(self.unpaid[line] - amount, 0)
        return {line: amount}

    def went_back(self, amount: int, pieces: Mapping[int, int]) -> Parts:
        """What of a refund was for which line; ``pieces`` are what went back of a line, as far as known."""
        parts = dict(pieces)
        for line, part in parts.items():
            self.paid[line] = self.paid.get(line, 0) - part
        left = {line: max(part, 0) for line, part in self.paid.items()}
        for line, part in share(amount - sum(pieces.values()), left).items():
            parts[line] = parts.get(line, 0) + part
            self.paid[line] = self.paid.get(line, 0) - part
        return parts
