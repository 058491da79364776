"""The products that a text typed on somebody's screen may mean."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from tui_pos.desk.catalogue import inventory
from tui_pos.desk.catalogue.inventory import InventoryItem
from tui_pos.desk.context import Desk
from tui_pos.ui.screens import attendee_view
from tui_pos.ui.screens.catalogue import key_of
from tui_pos.ui.widgets.line_list import LineList


class ProductList(LineList):
    """Hidden while it lists nothing; ``text`` is what its products were found for, if they were."""

    def __init__(self, amount: Callable[[Decimal], str]) -> None:
        super().__init__(*attendee_view.PRODUCTS, by_arrow=True, id="products")
        self.text: str | None = None
        self._amount = amount
        self._products: Sequence[InventoryItem] = ()
        self.display = False

    def show_products(self, text: str, products: Sequence[InventoryItem], *, numbered: bool) -> None:
        """List ``products``; ``numbered`` where digits pick a row."""
        self.text, self._products = text, products
        self.unchoose()
        self.set_lines(attendee_view.products(products, self._amount))
        self.set_numbered(numbered)
        self.display = bool(products)

    def hide(self) -> None:
        """Forget what was found."""
        self.text, self._products = None, ()
        self.display = False

    @property
    def meant(self) -> InventoryItem | None:
        """The product that arrows have chosen, else the only one."""
        if self.place is not None:
            return self._products[self.place]
        return self._products[0] if len(self._products) == 1 else None

    def product_numbered(self, number: int) -> InventoryItem | None:
        """The product whose row shows ``number``."""
        line = self.numbered_line(number)
        return next((each for each in self._products if line and key_of(each) == line.key), None)


def products_beginning(desk: Desk, text: str) -> list[InventoryItem]:
    """The products whose words begin with those of ``text``; asks the desk, so call it in a worker."""
    return attendee_view.beginning(inventory.catalogue(desk), text)
