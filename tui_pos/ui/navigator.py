"""The interface by which screens ask for the next screen; `tui_pos.ui.navigation` implements it."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from tui_pos.core.scan import Scan
from tui_pos.ui.results import CartEnd, PayBy, PaymentEnd, SaleStart, StillOwed

if TYPE_CHECKING:
    from tui_pos.desk.catalogue.pricing import ProductKey
    from tui_pos.desk.payments.readers import ReaderRow
    from tui_pos.desk.search.attention import AttentionLine
    from tui_pos.ui.scan_result import ScanResult


class Navigator(Protocol):
    """The next screen opens on top of the one that asks, and comes back to it.

    An order that is to be paid ends on its receipt, or at home where a payment was left alone; ``then`` is
    called in no other case than that something is still owed.
    """

    def go_home(self, note: str = "") -> None:
        """Close everything above the Scan screen, and say ``note`` there."""

    def look_up(self, scan: Scan) -> None:
        """A badge or another code was read: have it looked up, as at home."""

    def open_found(self, found: "ScanResult") -> None:
        """Open the one thing that a scan or a search found; what is still owed then is said at home."""

    def show_group(self, code: str, then: Callable[[Scan | None], object]) -> None:
        """Show everybody on the order of a badge; ``then`` gets what was scanned there, None for nothing."""

    def attend_to(self, line: "AttentionLine") -> None:
        """Open what needs attention: a card payment, an order, or a parked sale."""

    def sell(self, start: SaleStart, then: Callable[[CartEnd], object] | None = None) -> None:
        """Sell something; when that is left unpaid, ``then`` gets what became of it, or it is said."""

    def pay(self, reference: str, by: PayBy, then: Callable[[StillOwed], object]) -> None:
        """Take what the order owes: by card, or in any mix of tenders, ``by`` being offered first."""

    def pay_part_by_card(self, reference: str, amount: Decimal, then: Callable[[PaymentEnd], object]) -> None:
        """Take ``amount`` of what the order owes by card; however it ends, ``then`` is told."""

    def watch_payment(self, attempt_id: int, then: Callable[[StillOwed], object]) -> None:
        """Show a card payment that was begun before; goes on as `pay` does."""

    def watch_part(self, attempt_id: int, then: Callable[[PaymentEnd], object]) -> None:
        """Show a card payment that was begun before; goes on as `pay_part_by_card` does."""

    def choose_reader(self, chosen: Callable[[], object]) -> None:
        """Let a reader be chosen and remembered for this station, then call ``chosen``; not after Esc."""

    def choose_other_reader(
        self, instead_of: str, chosen: "Callable[[ReaderRow | None], None]"
    ) -> Callable[[], None]:
        """Let a reader be chosen for one payment, None after Esc; answers what closes the choice early."""

    def show_receipt(self, reference: str, *, sale_is_over: bool = False) -> None:
        """Show the receipt. Esc comes back; to the next person where the sale is over."""

    def show_orders(self) -> None:
        """Let an order be found again."""

    def show_products(self) -> None:
        """Let what is sold be changed; who may not is told who may."""

    def show_product(self, key: "ProductKey") -> None:
        """Let the fields of one product be changed; comes back when that is done."""
