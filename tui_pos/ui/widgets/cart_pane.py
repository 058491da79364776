"""The cart with its totals, as the cart screen shows it."""

import textwrap
from collections.abc import Callable
from decimal import Decimal

from textual.app import ComposeResult
from textual.containers import Vertical

from tui_pos.core.scan import printable
from tui_pos.desk.carts.cart_view import CartLine, CartView
from tui_pos.desk.errors import Reason
from tui_pos.ui.messages import sentence
from tui_pos.ui.widgets.line_list import (
    Column,
    Line,
    LineList,
)

AMOUNT_WIDTH = 9
LEAD = 2
TOTAL_ROWS = 6
FIXED_TOTALS = 2


class CartPane(Vertical):
    """Lines on top, totals at the foot; what cannot be sold says why below its line.

    ``amount`` words money. The chosen line is the one that ``+`` and ``-`` change.
    """

    DEFAULT_CSS = """
    CartPane {
        height: 1fr;
        #lines { height: 1fr; }
        #totals { height: 6; }
    }
    """

    def __init__(self, amount: Callable[[Decimal], str]) -> None:
        super().__init__()
        self._amount = amount
        self._view: CartView | None = None
        self.lines = LineList(
            Column(),
            Column(AMOUNT_WIDTH, right=True),
            numbered=False,
            empty="The cart is empty.",
            id="lines",
        )
        self._totals = LineList(
            Column(), Column(AMOUNT_WIDTH + 2, right=True), numbered=False, choosing=False, id="totals"
        )

    def compose(self) -> ComposeResult:
        yield self.lines
        yield self._totals

    def show(self, view: CartView | None) -> None:
        """Draw the cart; only rows that differ are painted."""
        self._view = view
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        view = self._view
        self.lines.set_lines(() if view is None else [row for line in view.lines for row in self._rows(line)])
        self._totals.set_lines(() if view is None else self._total_rows(view))

    def _rows(self, line: CartLine) -> list[Line]:
        cells = (f"{line.quantity} x {line.name}", self._amount(line.gross))
        return [Line(cells, key=key_of(line)), *self._problem(line.problem)]

    def _problem(self, reason: Reason | None) -> list[Line]:
        if reason is None:
            return []
        room = max(10, self.size.width - LEAD)
        wrapped = textwrap.wrap(f"[!] {printable(sentence(reason), 200)}", room, subsequent_indent="  ")
        return [Line((row,), pick=False, style="yellow") for row in wrapped]

    def _total_rows(self, view: CartView) -> list[Line]:
        discounts = [(sentence(discount.reason), -discount.amount) for discount in view.discounts]
        shown = discounts[: TOTAL_ROWS - FIXED_TOTALS]
        if len(discounts) > len(shown):
            rest = sum((amount for _, amount in discounts[len(shown) - 1 :]), Decimal())
            shown[-1:] = [("Other discounts", rest)]
        rows = [Line((label, self._amount(value)), pick=False) for label, value in shown]
        subtotal = Line(("Subtotal", self._amount(view.subtotal)), pick=False)
        to_pay = Line((f"To pay {view.currency}", self._amount(view.to_pay)), pick=False, style="bold")
        filled = [*self._problem(view.problem)[:1], *([subtotal] if rows else []), *rows, to_pay]
        blank = [Line(("",), pick=False)] * max(0, TOTAL_ROWS - len(filled))
        return [*blank, *filled[-TOTAL_ROWS:]]


def key_of(line: CartLine) -> str:
    """What names the line's product to the desk."""
    return f"{line.kind}:{line.slug}"
