"""Cart: what is for sale on the left, what this person buys on the right, one key to pay."""

from collections.abc import Callable, Sequence
from functools import partial

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from tui_pos.core import clock
from tui_pos.core.scan import Scan, printable
from tui_pos.desk.carts import reader_display
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.catalogue.inventory import InventoryItem, catalogue
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.search.search import Found, HitKind, resolve_name
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.input.key_stream import PAGE
from tui_pos.ui.messages import notes
from tui_pos.ui.messages.views import phrase
from tui_pos.ui.results import CartEnd, PayBy, SaleStart, StillOwed
from tui_pos.ui.screens import catalogue as shelf
from tui_pos.ui.screens.cart_controller import CartController
from tui_pos.ui.screens.shared import choose_reader
from tui_pos.ui.typed_ahead import TYPED_AHEAD
from tui_pos.ui.widgets.cart_pane import CartPane
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Divider, Spread
from tui_pos.ui.widgets.scan_input import Prompt

SHOWN_AFTER = 1.5
"""Seconds without a change after which the customer sees the cart on the reader."""


class CartScreen(DeskScreen[CartEnd]):
    """One sale. Left with what became of it.

    Changes are asked for one after another and what the desk answers is shown; keys pressed meanwhile
    are queued, so Enter pays for every change before it, or for nothing when one of them failed.
    """

    CSS_PATH = "cart.tcss"
    PROMPT = Prompt(placeholder="Type a product, scan a voucher; PgDn shows more products")

    def __init__(self, desk: Desk, begins: SaleStart) -> None:
        super().__init__(desk)
        self.view: CartView | None = None
        self._display: Timer | None = None
        self._is_displayed = False
        self._begins = begins
        self._sale = CartController(desk, begins)
        self._under_way = 0
        self._pay_next = False
        self._pays_by = PayBy.CARD
        self._failed_at = float("-inf")
        self._products: tuple[InventoryItem, ...] | None = None
        self._early_picks: list[int] = []
        self._filter = ""
        self._offset = 0
        self._title = Spread()
        self._catalogue = LineList(
            Column(),
            Column(8, right=True),
            Column(11),
            choosing=False,
            id="catalogue",
            empty="No product fits.",
        )
        self._pane = CartPane(self.amount)

    def compose_body(self) -> ComposeResult:
        yield self._title
        with Horizontal(id="panes"):
            yield self._catalogue
            yield Divider()
            yield self._pane

    def on_mount(self) -> None:
        self._change(self._sale.view)
        if self._begins.product:
            self._change(partial(self._sale.add, self._begins.product))
        if self._begins.voucher:
            self._change(partial(self._sale.set_voucher, self._begins.voucher))
        self._draw()

    def on_screen_resume(self) -> None:
        self._under_way += 1
        self.ask(partial(catalogue, self.desk), self._show_products, self._not_changed, lane="catalogue")

    def hints(self) -> Sequence[keys.Hint]:
        view = self.view
        if view is None or not view.lines:
            return (keys.hint("pick", "add"), keys.hint("back"), keys.hint("help"))
        pay = f"card {self.amount(view.to_pay)}" if view.to_pay else "finish, nothing to pay"
        hints = [keys.hint("confirm", pay), keys.hint("pick", "add"), keys.Hint("+ -", "quantity")]
        if view.to_pay:
            hints += keys.hints("cash", "tender")
        if not view.is_ordered:
            hints.append(keys.hint("park"))
        return (*hints, keys.hint("back", ""))

    # The catalogue

    def _show_products(self, products: tuple[InventoryItem, ...]) -> None:
        self._products = products
        self._draw_catalogue()
        early, self._early_picks = self._early_picks, []
        for number in early:
            self.picked(number)
        self._one_came_back()

    def _draw_catalogue(self) -> None:
        fitting = shelf.matching(self._products or (), self._filter)
        self._offset = min(self._offset, max(0, len(fitting) - 1))
        self._catalogue.set_lines([self._product_line(product) for product in fitting[self._offset :]])

    def _product_line(self, product: InventoryItem) -> Line:
        return Line(
            (product.name, self.amount(product.price), shelf.note(product)),
            key=_key(product),
            pick=product.sellable,
            style="" if product.sellable else "dim",
        )

    def changed(self, text: str) -> None:
        self._show_only("" if text.startswith("/") else text)

    def _show_only(self, text: str) -> None:
        self._filter, self._offset = text, 0
        self._draw_catalogue()

    def moved(self, delta: int) -> None:
        if abs(delta) < PAGE:
            self._pane.lines.move(delta)
        else:
            self._offset = max(0, self._offset + delta)
            self._draw_catalogue()

    def picked(self, number: int) -> None:
        if self._products is None:
            self._early_picks.append(number)
        elif line := self._catalogue.numbered_line(number):
            self._add(line.key)
        else:
            self.say(f"There is no row {number}.", Tone.WARN, bell=True)

    def _add(self, key: str) -> None:
        if self._filter:
            self._show_only("")
        self._change(partial(self._sale.add, key), lambda: self._pane.lines.choose(key))

    # What was scanned or typed

    def entered(self, scan: Scan) -> None:
        products = self._products or ()
        product = shelf.named(products, scan.text)
        fitting = shelf.matching(products, scan.text)
        if product is None and len(fitting) == 1 and not scan.scanned:
            product = fitting[0]
        if product is not None:
            self._add_named(product)
        elif fitting and not scan.scanned:
            self._show_fitting(scan.text)
        else:
            self._show_only("")
            text = f"{scan.conference}:{scan.text}" if scan.conference else scan.text
            self.ask(
                partial(resolve_name, self.desk, text),
                self._use,
                partial(self._not_named, text),
                hold=True,
            )

    def _show_fitting(self, text: str) -> None:
        self._show_only(text)
        self.say("Press the number of the one to add; Esc shows all.")

    def _add_named(self, product: InventoryItem) -> None:
        if product.sellable:
            self._add(_key(product))
        else:
            self._show_only("")
            self.say(f"{product.name}: {phrase(product.reason)}.", Tone.BAD, bell=True)

    def _use(self, found: Found) -> None:
        match found.kind:
            case HitKind.PRODUCT:
                self._add(found.key)
            case HitKind.VOUCHER:
                self._change(partial(self._sale.set_voucher, found.key))
            case HitKind.ATTENDEE:
                self._sell_to(found)
            case _:
                self.say(
                    f"{found.key} is an order: park this sale (F6), then scan it again.", Tone.WARN, bell=True
                )

    def _not_named(self, text: str, error: Exception) -> None:
        if "@" in text and self._is_to_stranger():
            self._change(partial(self._sale.set_buyer, email=text))
        elif shelf.matching(self._products or (), text):
            self._show_fitting(text)
        else:
            self.failed(error)

    # Who buys

    def _sell_to(self, found: Found) -> None:
        view = self.view
        unclaimed = view is None or not view.lines or (self._is_to_stranger() and not view.buyer_name)
        if unclaimed:
            self._change(partial(self._sale.sell_to, found.key))
        else:
            self.say(f"This sale is {self._whose()}; F6 parks it for the next person.", Tone.WARN, bell=True)

    def _is_to_stranger(self) -> bool:
        return self.view is None or self.view.attendee_id is None

    def _whose(self) -> str:
        name = (self.view.buyer_name if self.view else "") or self._begins.buyer
        return f"to {printable(name, 40)}" if name else "to a walk-up"

    def action_name(self) -> None:
        """``/name``: who buys, where no badge says so."""
        self._say_buyer(partial(self._sale.set_buyer, name=self.argument))

    def action_email(self) -> None:
        """``/email``: where the receipt goes, where no badge says so."""
        self._say_buyer(partial(self._sale.set_buyer, email=self.argument))

    def _say_buyer(self, change: Callable[[], CartView]) -> None:
        if self._is_to_stranger():
            self._change(change)
        else:
            self.say(f"This sale is {self._whose()}, whose badge says it already.", Tone.WARN, bell=True)

    def action_voucher(self) -> None:
        """``/voucher``: use one, or none."""
        self._change(partial(self._sale.set_voucher, self.argument))

    # Changing the cart

    def stepped(self, delta: int) -> None:
        line = self._pane.lines.chosen
        if line is None:
            self.say("The cart is empty.", Tone.WARN, bell=True)
        else:
            self._change(partial(self._sale.step, line.key, delta))

    def _change(
        self, change: Callable[[], CartView | None], then: Callable[[], object] = lambda: None
    ) -> None:
        def show(view: CartView | None) -> None:
            self.view = view
            self._draw()
            self._show_customer()
            then()
            self._one_came_back()

        self._under_way += 1
        self.ask(change, show, self._not_changed, lane="cart")

    def _not_changed(self, error: Exception) -> None:
        self._pay_next = False
        self.typed_ahead.release()
        self._failed_at = clock.monotonic()
        self.failed(error)
        self._one_came_back()

    def _show_customer(self) -> None:
        """Show the cart on the reader's display ``SHOWN_AFTER`` its last change; a failure is ignored."""
        if self._display is not None:
            self._display.stop()
        self._display = self.set_timer(SHOWN_AFTER, self._show_on_reader)

    def _show_on_reader(self) -> None:
        if self.view is None or self.kiosk.screen is not self:
            return
        self._is_displayed = True
        show = partial(reader_display.show, self.desk, self.view)
        self.ask(show, lambda _: None, lambda _: None, lane="display", latest=True)

    def on_unmount(self) -> None:
        if self._is_displayed:
            clear = partial(reader_display.clear, self.desk)
            self.kiosk.ask(self.kiosk, clear, lambda _: None, lambda _: None, lane="display")

    def _one_came_back(self) -> None:
        self._under_way -= 1
        if self._pay_next and not self._under_way:
            self._pay_next = False
            self._pay()

    def _draw(self) -> None:
        view = self.view
        left = Text.assemble((f"Sell {self._whose()}", "bold"))
        right = Text()
        if view is not None:
            left.append(f"   {printable(view.buyer_email, 40)}".rstrip())
            facts = [f"voucher {view.voucher_code}" if view.voucher_code else ""]
            facts.append(f"credit {self.amount(view.credit)}" if view.credit else "")
            facts.append(f"{view.reference}, not paid" if view.reference else "")
            right.append("   ".join(printable(fact, 60) for fact in facts if fact))
        self._title.show_ends(left, right)
        self._pane.show(view)
        self.refresh_hints()

    # Paying

    def action_confirm(self) -> None:
        self._pay_by(PayBy.CARD)

    def action_card(self) -> None:
        """F8: what Enter does."""
        self._pay_by(PayBy.CARD)

    def action_cash(self) -> None:
        """F9: cash, with change."""
        self._pay_by(PayBy.CASH)

    def action_tender(self) -> None:
        """F10: another way, or several."""
        self._pay_by(PayBy.OTHER)

    def _pay_by(self, by: PayBy) -> None:
        self._pays_by = by
        if clock.monotonic() - self._failed_at < TYPED_AHEAD:
            self.kiosk.bell()
        elif self._filter:
            self.say("Press the number of a product, or Esc to see all.", Tone.WARN)
        elif self._under_way:
            self._pay_next = True
            self.typed_ahead.hold()
        else:
            self._pay()

    def _pay(self) -> None:
        if self.view is None or not self.view.lines:
            self.say("Add something first: press a number, or type a product.", Tone.WARN, bell=True)
            self.typed_ahead.release()
        else:
            place = partial(self._sale.place, self.view.total)
            self.ask(place, self._placed, self._not_placed, lane="cart", hold=True)

    def _placed(self, placed: OrderView) -> None:
        self._change(self._sale.view)
        if not placed.due:
            self.navigator.show_receipt(placed.reference, sale_is_over=True)
        else:
            self.navigator.pay(placed.reference, self._pays_by, self._still_owed)

    def _not_placed(self, error: Exception) -> None:
        self.failed(error)
        self._change(self._sale.view)

    def _still_owed(self, owed: StillOwed) -> None:
        self._change(self._sale.view)
        said = notes.still_owed(owed, self.amount)
        if owed.card is not None:
            said = f"{said} Change the sale, or Enter again."
        self.say(said or "Nothing was taken yet. Change the sale, or take the money.", Tone.WARN)

    # Leaving

    def action_back(self) -> None:
        if self._filter:
            self._show_only("")
        else:
            self.ask(self._sale.put_away, self.leave, lane="cart", hold=True)

    def action_park(self) -> None:
        if self.view is None or not self.view.lines or self.view.is_ordered:
            self.say("There is no open sale to park.", Tone.WARN, bell=True)
        else:
            self.ask(self._sale.park, lambda _: self._parked(), lane="cart", hold=True)

    def _parked(self) -> None:
        self.navigator.go_home(f"The sale {self._whose()} is parked: it stands under Needs attention.")

    def put_away(self, then: Callable[[], object]) -> None:
        # Without the right to sell or a database the screen still locks: the sale stays open at this station.
        self.ask(self._sale.put_away, lambda _: then(), lambda _: then(), lane="cart", hold=True)

    def action_reader(self) -> None:
        """F4."""
        choose_reader(self)


def _key(product: InventoryItem) -> str:
    return f"{product.kind}:{product.slug}"
