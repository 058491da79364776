"""The cart with its totals, as the cart screen shows it and the receipt will print it."""

import textwrap
from collections.abc import Callable
from decimal import Decimal

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical

from tui_pos.core.scan import printable
from tui_pos.desk.carts.cart_view import CartLine, CartView
from tui_pos.desk.errors import Reason
from tui_pos.ui.messages import sentence
from tui_pos.ui.widgets.line_list import GAP, Column, Line, LineList

AMOUNT_WIDTH = 10
EACH_WIDTH = 9
LEAD = 2
TOTAL_ROWS = 6
FIXED_TOTALS = 2
"""The rule and what is to pay."""


class CartPane(Vertical):
    """Lines on top, totals at the foot; what cannot be sold says why below its line. No name is cut.

    ``amount`` words money. The chosen line is the one that ``+`` and ``-`` change. ``as_receipt``: the totals
    stand close below the lines, not at the foot.
    """

    DEFAULT_CSS = """
    CartPane {
        height: 1fr;
        .lines { height: 1fr; }
        .totals { height: 6; }
    }
    """

    def __init__(self, amount: Callable[[Decimal], str], *, as_receipt: bool = False) -> None:
        super().__init__()
        self._as_receipt = as_receipt
        self._amount = amount
        self._view: CartView | None = None
        self.lines = LineList(
            Column(),
            Column(EACH_WIDTH, right=True),
            Column(AMOUNT_WIDTH, right=True),
            numbered=False,
            empty="The cart is empty.",
        )
        self.lines.add_class("lines")
        self._totals = LineList(
            Column(), Column(AMOUNT_WIDTH + GAP, right=True), numbered=False, choosing=False
        )
        self._totals.add_class("totals")

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
        lines = view.lines if view is not None else ()
        room = max(10, self.size.width - LEAD - GAP - AMOUNT_WIDTH)
        beside = room - GAP - EACH_WIDTH
        is_beside = all(
            cell_len(line.name) <= beside and len(self._each(line)) <= EACH_WIDTH for line in lines
        )
        rows = [row for line in lines for row in self._rows(line, room, is_beside)]
        if self._as_receipt:
            self.lines.styles.max_height = len(rows) + 1
        self.lines.set_lines(rows)
        self._totals.set_lines(() if view is None else self._total_rows(view))

    def _each(self, line: CartLine) -> str:
        """How many at which price, where it is not one."""
        return f"{line.quantity} x {self._amount(line.unit_price)}" if line.quantity > 1 else ""

    def _rows(self, line: CartLine, room: int, is_beside: bool) -> list[Line]:
        """The name, with the price of each behind it or, where some name needs the room, below."""
        each = self._each(line)
        first, *rest = textwrap.wrap(printable(line.name, 200), room) or [""]
        below = [*rest, *([each] if each and not is_beside else [])]
        return [
            Line((first, each if is_beside else "", self._amount(line.gross)), key=key_of(line)),
            *(Line((f"  {row}",), pick=False) for row in below),
            *self._problem(line.problem),
        ]

    def _problem(self, reason: Reason | None) -> list[Line]:
        if reason is None:
            return []
        room = max(10, self.size.width - LEAD)
        wrapped = textwrap.wrap(f"[!] {printable(sentence(reason), 200)}", room, subsequent_indent="  ")
        return [Line((row,), pick=False, style="bold") for row in wrapped]

    def _total_rows(self, view: CartView) -> list[Line]:
        taken_off = [(sentence(discount.reason), -discount.amount) for discount in view.discounts]
        if view.is_ordered and view.to_pay != view.total:
            taken_off.append(("Paid", view.to_pay - view.total))
        shown = taken_off[: TOTAL_ROWS - FIXED_TOTALS]
        if len(taken_off) > len(shown):
            rest = sum((amount for _, amount in taken_off[len(shown) - 1 :]), Decimal())
            shown[-1:] = [("Other discounts", rest)]
        rows = [Line((label, self._amount(value)), pick=False) for label, value in shown]
        rule = Line(("─" * max(0, self.size.width),), pick=False)
        to_pay = Line((f"To pay {view.currency}", self._amount(view.to_pay)), pick=False, style="bold")
        filled = [*self._problem(view.problem)[:1], *rows, rule, to_pay]
        blank = [Line(("",), pick=False)] * max(0, TOTAL_ROWS - len(filled))
        return [*blank, *filled[-TOTAL_ROWS:]]


def key_of(line: CartLine) -> str:
    """What names the line's product to the desk."""
    return f"{line.kind}:{line.slug}"
