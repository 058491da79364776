"""Cart: what is for sale on the left, what this person buys on the right, one key to pay."""

from collections.abc import Callable, Sequence
from functools import partial

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from tui_pos.core import clock
from tui_pos.core.scan import Scan, printable
from tui_pos.desk import waiting
from tui_pos.desk.carts import cart
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.catalogue.inventory import InventoryItem, catalogue
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.search.search import Found, HitKind, resolve_name
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, Steps
from tui_pos.ui.input.key_stream import PAGE, Asked, Confirmed, Picked
from tui_pos.ui.messages import carts as said
from tui_pos.ui.results import CartEnd, PayBy, SaleStart
from tui_pos.ui.screens import cart_view
from tui_pos.ui.screens import catalogue as shelf
from tui_pos.ui.screens.cart_buyer import CartBuyer
from tui_pos.ui.screens.cart_controller import CartController
from tui_pos.ui.screens.cart_leaving import CartLeaving
from tui_pos.ui.screens.cart_paying import CartPaying
from tui_pos.ui.screens.customer_display import CustomerDisplay
from tui_pos.ui.screens.shared import choose_reader
from tui_pos.ui.typed_ahead import TYPED_AHEAD
from tui_pos.ui.widgets.cart_pane import CartPane
from tui_pos.ui.widgets.catalogue_pane import CataloguePane
from tui_pos.ui.widgets.row import Divider, Row, Spread
from tui_pos.ui.widgets.scan_input import Prompt

PAY_KEYS = frozenset(PayBy)


class CartScreen(DeskScreen[CartEnd]):
    """One sale. Left with what became of it.

    Changes are asked for one after another and what the desk answers is shown; keys pressed meanwhile
    are queued, so Enter pays for every change before it, or for nothing when one of them failed.
    """

    CSS_PATH = "cart.tcss"
    AWAITS = waiting.Act.CHARGE
    PROMPT = Prompt(placeholder="a product, a voucher, / for more")

    def __init__(self, desk: Desk, begins: SaleStart) -> None:
        super().__init__(desk)
        self.view: CartView | None = None
        self._display = CustomerDisplay(self)
        self._begins = begins
        self._sale = CartController(desk, begins)
        self._paying = CartPaying(self, self._sale, self._change)
        self._leaving = CartLeaving(self, self._sale)
        self._buyer = CartBuyer(self, self._sale, self._change)
        self._under_way = 0
        self._pay_next = False
        self._pays_by = PayBy.CARD
        self._failed_at = float("-inf")
        self._failure: Exception | None = None
        self._products: tuple[InventoryItem, ...] | None = None
        self._early_picks: list[int] = []
        self._filter = ""
        self._quantity = 1
        self._title = Spread()
        self._catalogue = CataloguePane(self.amount)
        self._pane = CartPane(self.amount)
        self._receipt = CartPane(self.amount, as_receipt=True)
        self._receipt_title = Row(id="receipt-title")

    def compose_body(self) -> ComposeResult:
        yield self._title
        with Horizontal(id="sale"):
            yield self._catalogue
            yield Divider()
            yield self._pane

    def compose_side(self) -> ComposeResult:
        yield self._receipt_title
        yield self._receipt

    def on_mount(self) -> None:
        self._change(self._sale.view, self._say_begun)
        if product := self._begins.product:
            self._change(partial(self._sale.add, product), partial(self._choose_line, product))
        if self._begins.voucher:
            self._change(partial(self._sale.set_voucher, self._begins.voucher))
        self._draw()

    def _say_begun(self) -> None:
        if self.view is not None and self.view.lines:
            self.say(cart_view.begun(self.view, self.desk.moment(self.view.begun_at)), Tone.WARN)

    def on_screen_resume(self) -> None:
        self._under_way += 1
        not_seen = partial(self._not_changed, self.failed)
        self.ask(partial(catalogue, self.desk), self._show_products, not_seen, lane="catalogue")

    # What keys do

    def acts(self) -> Sequence[Offer]:
        if self._filter:  # several products fit a text that was entered
            return (*self._picks(), Act("back", partial(self._show_only, ""), "all products"))
        return (
            *self._pay_acts(),
            Act("back", self._back),
            *self._picks(),
            *((Steps(self._step, "quantity"),) if self._is_filled or self._under_way else ()),
            *((Act("remove", self._remove),) if self._is_filled else ()),
            *(self._buyer.acts() if self._is_to_stranger() else ()),
            *self._late_acts(),
            Move(self._moved),
        )

    def _pay_acts(self) -> Sequence[Act]:
        """Ways to pay: of a sale with something in it, or that may have when its changes have come back."""
        view, card = self.view, partial(self._pay_by, PayBy.CARD)
        if view is None or not view.lines:
            ways = (Act(by.value, partial(self._pay_by, by)) for by in PayBy)
            return (Act("confirm", card, "card", ahead=True), *ways) if self._under_way else ()
        parks = () if cart_view.is_paid_in_part(view) else (Act("park", self._park),)
        if cart_view.cannot_be_sold(view) and not self._under_way:
            return parks
        if not view.to_pay:
            return (Act("confirm", card, "finish, nothing to pay", ahead=True), *parks)
        return (
            Act("confirm", card, f"card {self.amount(view.to_pay)}", ahead=True),
            Act("cash", partial(self._pay_by, PayBy.CASH)),
            Act("tender", partial(self._pay_by, PayBy.OTHER), "other"),
            *parks,
        )

    def _late_acts(self) -> Sequence[Act]:
        """What the bar has room for last."""
        pays = any(act.command == "confirm" for act in self._pay_acts())
        card = (Act("card", partial(self._pay_by, PayBy.CARD)),) if pays else ()
        undo = (Act("undo", partial(self._step, -1), "one fewer"),) if self._is_filled else ()
        sets = (Act("set", self._set),) if self._is_filled else ()
        return (
            *card,
            *undo,
            *sets,
            Act("quantity", self._say_quantity),
            Act("voucher", self._buyer.voucher),
            Act("next", self._leaving.next_person),
            Act("reader", partial(choose_reader, self)),
        )

    def _picks(self) -> Sequence[Pick]:
        if self._products is None:
            return (Pick(range(1, 10), self._early_picks.append, "add"),)
        return tuple(Pick(run, self._picked, "add") for run in self._catalogue.numbers)

    def typed_acts(self, text: str) -> Sequence[Offer]:
        chosen = self._catalogue.chosen
        if self._filter != text.strip() or chosen is None:
            products, is_walk_up = self._products or (), self._is_to_stranger()
            enter = cart_view.enter_with(text.strip(), self.view, products, is_walk_up=is_walk_up)
        else:
            enter = f"add {chosen.name}"
        return (self.enters(enter), Act("back", self.prompt.clear, "clear"), Move(self._catalogue.move))

    def standing_note(self) -> tuple[str, Tone]:
        if self.prompt.text:
            return "", Tone.PLAIN
        if self._filter:
            return said.SEVERAL_FIT, Tone.PLAIN
        if self._quantity > 1:
            return said.NEXT_QUANTITY.format(quantity=self._quantity), Tone.PLAIN
        return said.FILLED if self._is_filled else said.EMPTY, Tone.PLAIN

    def refused(self, message: Message) -> None:
        pays = isinstance(message, Confirmed) or (isinstance(message, Asked) and message.command in PAY_KEYS)
        if pays and not self._filter and not self.prompt.text:
            self._say_not_payable()
        elif isinstance(message, Picked) and (why := self._why_not(message.number)):
            self.say(why, Tone.WARN, bell=True)
        else:
            super().refused(message)

    def word_refused(self, command: str) -> bool:
        if command in PAY_KEYS:
            self._say_not_payable()
        return command in PAY_KEYS

    def _say_not_payable(self) -> None:
        """Why no key takes money now; in a note, for the cart shows it in full and no dialog was promised."""
        nothing = said.NOTHING_TO_PAY if self._is_filled else said.ADD_FIRST
        self.say(cart_view.problem(self.view) or nothing, Tone.WARN, bell=True)

    def _why_not(self, number: int) -> str:
        """Why the product at a place without a number cannot be sold."""
        row = self._catalogue.at_place(number)
        return shelf.why_not_of(self._products or (), row.key) if row is not None else ""

    @property
    def _is_filled(self) -> bool:
        return self.view is not None and bool(self.view.lines)

    # The catalogue

    def _show_products(self, products: tuple[InventoryItem, ...]) -> None:
        self._products = products
        self._draw_catalogue()
        early, self._early_picks = self._early_picks, []
        for number in early:
            self._picked(number)
        self._one_came_back()
        self.refresh_hints()

    def _draw_catalogue(self) -> None:
        fitting = shelf.matching(self._products or (), self._filter)
        with_voucher = self.view is not None and bool(self.view.voucher_code)
        rows = shelf.shown(fitting, with_voucher=with_voucher)
        self._catalogue.show(rows, typing=bool(self._filter and self.prompt.text))

    def changed(self, text: str) -> None:
        self._show_only(text.strip())

    def _show_only(self, text: str) -> None:
        self._filter = text
        if text:
            self._catalogue.begin()
        self._draw_catalogue()

    def _moved(self, delta: int) -> None:
        if abs(delta) < PAGE:
            for pane in (self._pane, self._receipt):
                pane.lines.move(delta)
        else:
            self._catalogue.page(delta)

    def _picked(self, number: int) -> None:
        product = self._catalogue.product_at(number)
        if product is not None:
            self._add(product.key)
        else:
            self.say(f"There is no row {number}.", Tone.WARN, bell=True)

    def _add(self, key: str) -> None:
        if self._filter:
            self._show_only("")
        quantity, self._quantity = self._quantity, 1
        self._change(partial(self._sale.add, key, quantity), partial(self._choose_line, key))

    def _choose_line(self, key: str) -> None:
        for pane in (self._pane, self._receipt):
            pane.lines.choose(cart_view.line_of(self.view, key))

    # What was scanned or typed

    def entered(self, scan: Scan) -> None:
        products = self._products or ()
        product = shelf.named(products, scan.text)
        if product is None and not scan.scanned:
            product = self._meant(scan.text)
        fitting = () if scan.scanned else shelf.matching(products, scan.text)
        if product is not None:
            self._add_named(product)
        elif fitting:
            self._show_only(scan.text)
        else:
            self._show_only("")
            text = f"{scan.conference}:{scan.text}" if scan.conference else scan.text
            failed = partial(self._not_named, text, scan.scanned)
            self._under_way += 1  # a card that pays, scanned behind it, waits for what it adds
            self.ask(partial(resolve_name, self.desk, text), self._found, failed, hold=True)

    def _meant(self, text: str) -> InventoryItem | None:
        """The product that the bar has named for a typed text, or the only one that fits it."""
        fitting = shelf.matching(self._products or (), text)
        chosen = self._catalogue.chosen
        if chosen is not None and self._filter == text.strip():
            return next((each for each in fitting if shelf.key_of(each) == chosen.key), None)
        return fitting[0] if len(fitting) == 1 else None

    def _add_named(self, product: InventoryItem) -> None:
        if product.sellable:
            self._add(shelf.key_of(product))
        else:
            self._show_only("")
            self.alert(shelf.why_not(product), Tone.BAD)

    def _found(self, found: Found) -> None:
        self._use(found)
        self._one_came_back()

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

    def _not_named(self, text: str, scanned: bool, error: Exception) -> None:
        """Nothing is called so: typed for a walk-up it is their address, or their name."""
        before = self._under_way
        if not self._is_to_stranger() or (scanned and "@" not in text):
            self.failed(error)
        else:
            self._buyer.typed(text, is_name=cart_view.is_name(text, self.view, self._products or ()))
        if self._under_way == before:  # it was refused: no money is taken behind it
            self._pay_next = False
            self.typed_ahead.release()
        self._one_came_back()

    # Who buys

    def _sell_to(self, found: Found) -> None:
        view = self.view
        unclaimed = view is None or not view.lines or (self._is_to_stranger() and not view.buyer_name)
        if unclaimed:
            claims = view is not None and (bool(view.lines) or not self._is_to_stranger())
            told = partial(self.say, said.CLAIMED.format(name=printable(found.title, 40)), Tone.WARN)
            self._change(partial(self._sale.sell_to, found.key), told if claims else lambda: None)
        else:
            self.say(f"This sale is {self._whose()}; F6 parks it for the next person.", Tone.WARN, bell=True)

    def _is_to_stranger(self) -> bool:
        return not self._begins.attendee_code if self.view is None else self.view.attendee_id is None

    def _whose(self) -> str:
        return cart_view.whose(self.view, self._begins.buyer)

    # Changing the cart

    def _step(self, delta: int) -> None:
        self._change_line(lambda key: self._sale.step(key, delta))

    def _remove(self) -> None:
        """Del: the chosen line, however many are in it."""
        self._change_line(partial(self._sale.set_quantity, quantity=0))

    def _set(self) -> None:
        """``/set``: so many of the chosen line; 0 takes it out."""
        try:
            quantity = cart.parse_quantity(self.argument) if self.argument.strip() != "0" else 0
        except Refusal as error:
            self.failed(error)
        else:
            self._change_line(partial(self._sale.set_quantity, quantity=quantity))

    def _change_line(self, change: Callable[[str], CartView]) -> None:
        line = self._pane.lines.chosen
        if line is None:
            self.say("The cart is empty.", Tone.WARN, bell=True)
        else:
            self._change(partial(change, line.key))

    def _say_quantity(self) -> None:
        """``/quantity``: so many of the next product."""
        try:
            self._quantity = cart.parse_quantity(self.argument)
        except Refusal as error:
            self.failed(error)

    def _change(
        self,
        change: Callable[[], CartView | None],
        then: Callable[[], object] = lambda: None,
        refused: Callable[[Exception], object] | None = None,
    ) -> None:
        def show(view: CartView | None) -> None:
            self.view = view
            self._draw()
            self._display.show(view)
            then()
            if self._products is not None:
                self._look_again()
            self._one_came_back()

        self._under_way += 1
        self.ask(change, show, partial(self._not_changed, refused or self.failed), lane="cart")

    def _look_again(self) -> None:
        """The cart was priced anew: so is what stands beside it, which another desk may have changed."""

        def show(now: tuple[InventoryItem, ...]) -> None:
            self._products = shelf.kept_in_place(self._products or (), now)
            self._draw_catalogue()
            self.refresh_hints()

        call = partial(catalogue, self.desk)
        self.ask(call, show, lambda _: None, lane="prices", latest=True)

    def _not_changed(self, tell: Callable[[Exception], object], error: Exception) -> None:
        self._pay_next = False
        self.typed_ahead.release()
        self._failed_at, self._failure = clock.monotonic(), error
        tell(error)
        self._one_came_back()

    def _one_came_back(self) -> None:
        self._under_way -= 1
        if self._pay_next and not self._under_way:
            self._pay_next = False
            self._pay()
        self.refresh_hints()

    def _draw(self) -> None:
        view = self.view
        left = cart_view.for_whom(view, self._begins.buyer, is_walk_up=self._is_to_stranger())
        placeholder = said.PLACEHOLDER if self._is_to_stranger() else self.PROMPT.placeholder
        self.prompt.set_placeholder(placeholder)
        self._title.show_ends(left, cart_view.facts(view, self.amount))
        name = printable(self.desk.conference.name, 60)
        self._receipt_title.show(Text(name, style="bold", no_wrap=True, overflow="ellipsis"))
        for pane in (self._pane, self._receipt):
            pane.show(view)
        if self._products is not None:
            self._draw_catalogue()
        self.refresh_hints()

    # Paying

    def _pay_by(self, by: PayBy) -> None:
        self._pays_by = by
        if self._failure is not None and clock.monotonic() - self._failed_at < TYPED_AHEAD:
            self.failed(self._failure)  # it was pressed before it could be read
        elif self._under_way:
            self._pay_next = True
            self.typed_ahead.hold()
        else:
            self._pay()

    def _pay(self) -> None:
        if self.view is None or not self.view.lines:
            self.say(said.ADD_FIRST, Tone.WARN, bell=True)
        else:
            self._paying.pay(self.view, self._pays_by)
        self.typed_ahead.release()

    # Leaving

    def _back(self) -> None:
        if self._is_filled and not cart_view.is_paid_in_part(self.view):
            self._leaving.ask(self._whose())
        else:
            self._leaving.keep()

    def _park(self) -> None:
        self._leaving.park(self._whose())

    def put_away(self, then: Callable[[str], object]) -> None:
        self._leaving.then(then)

    def on_unmount(self) -> None:
        self._display.clear()
