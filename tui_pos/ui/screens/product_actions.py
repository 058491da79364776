"""What can be done to a product that a screen shows: changed, restocked, hidden, shown, deleted."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tui_pos.core.scan import printable
from tui_pos.desk.catalogue import editing, typed_values
from tui_pos.desk.catalogue.managed_products import (
    MOST,
    ManagedProduct,
    ProductValues,
    differences,
    on_its_clock,
)
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.catalogue.typed_values import Answer, Pieces
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refusal
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import Ask
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.dialogs.rows import Choice, ChooseRow, Chosen
from tui_pos.ui.input.acts import Act, Offer, Steps
from tui_pos.ui.messages import products as said
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.catalogue import difference, field_name
from tui_pos.ui.screens.products_view import Shelf, field_text
from tui_pos.ui.widgets.question import Question

Done = Callable[[ProductKey | None, str], object]
"""Gets which product was written, None for one that was deleted, and what is said of it."""

LONGEST = 300
"""Characters of what stands in a field or was changed, as it is told."""
ASKED_AGAIN = frozenset({"product_code_taken", "slug_taken", "stock_unlimited"})
"""What is refused because of the answer, beside answers that are no value at all."""


class ProductActions:
    """Asks for changes and writes them. ``shelf`` is what the screen shows: that is what is changed."""

    def __init__(self, screen: DeskScreen[Any], done: Done) -> None:
        self.shelf = Shelf()
        self._screen = screen
        self._done = done
        self._typed = ""  # the last answer, to be changed where it is refused

    @property
    def _desk(self) -> Desk:
        return self._screen.desk

    def acts(self, product: ManagedProduct) -> Sequence[Offer]:
        """What its keys and words do; nothing where the catalogue is kept elsewhere."""
        if self.shelf.fixed is not None:
            return ()
        shows = not product.values.is_active
        return (
            Steps(partial(self._restock, product), "restock"),
            Act("show" if shows else "hide", partial(self._ask_shown, product, shows)),
            *(() if product.was_sold else (Act("delete", partial(self._ask_delete, product)),)),
        )

    def _restock(self, product: ManagedProduct, sign: int) -> None:
        """Ask how many more or fewer, as the sign says that was pressed; for a stock where there is none."""
        signed = "more" if sign > 0 else "fewer"
        self.ask_field("total_quantity" if product.values.total_quantity is None else signed, product)

    # One field

    def ask_field(self, field: str, product: ManagedProduct, why: str = "") -> None:
        """Ask what shall stand in a field, with what stands there and, where it was refused, ``why``."""
        stands = "total_quantity" if field in typed_values.SIGNS else field
        now = printable(field_text(self._desk, product, stands, self._screen.amount), LONGEST)
        names = ", ".join(printable(each.values.name, 40) for each in self.shelf.tickets)
        question = Ask(
            Question(
                f"{printable(product.values.name, 40)}: {field_name(stands)}",
                said.question(field, now, sold=product.sold, tickets=names),
            ),
            "change it",
            partial(typed_values.answer, self._desk, product, field),
            scans=field == "codes",
        )
        self._ask(question, why, partial(self._answered, field, product))

    def _ask(self, question: Ask[Any], why: str, answered: Callable[[Any], object]) -> None:
        """Ask on top of the screen; ``why`` the last answer was refused, '' at first."""

        def left(answer: object) -> None:
            self._typed = question.typed
            answered(answer)

        question.begin_with(self._typed if why else "", why)
        self._screen.go(question, left)

    def _answered(self, field: str, product: ManagedProduct, answer: Answer | None) -> None:
        if answer is None:
            return
        if isinstance(answer, ProductValues) and answer.price != product.values.price:
            self._ask_price(field, product, answer)
        else:
            self.write(field, product, answer)

    def _ask_price(self, field: str, product: ManagedProduct, values: ProductValues) -> None:
        before, after = self._screen.amount(product.values.price), self._screen.amount(values.price)
        currency = self._desk.conference.currency
        self._confirm(
            said.CHANGE_PRICE.format(product=printable(values.name, 40)),
            said.NEW_PRICE.format(before=before, after=after, currency=currency),
            f"change to {after}",
            partial(self.write, field, product, values),
        )

    def write(
        self, field: str, product: ManagedProduct, answer: Answer, *, accept_less: bool = False
    ) -> None:
        """Write what was typed for a field; say what was changed, or ask again for what was wrong."""
        if isinstance(answer, Pieces):
            call = partial(editing.restock, self._desk, product, answer.count)
        else:
            call = partial(editing.change, self._desk, product, answer, accept_less=accept_less)
        failed = partial(self._failed, field, product, answer)
        self._screen.ask(call, partial(self._written, product), failed, hold=True)

    def _written(self, seen: ManagedProduct, now: ManagedProduct) -> None:
        changes = self._told(seen.values, now.values)
        self._done(now.key, f"{printable(now.values.name, 40)}: {changes or said.SAME}.")

    def _told(self, before: ProductValues, after: ProductValues) -> str:
        changes = (on_its_clock(self._desk, each) for each in differences(before, after))
        told = "; ".join(difference(each.field, each.before, each.after) for each in changes)
        return printable(told, LONGEST)

    # What was refused

    def _failed(self, field: str, product: ManagedProduct, answer: Answer, error: Exception) -> None:
        code = error.code if isinstance(error, Refusal) else ""
        if code == "stock_below_sold" and isinstance(error, Refusal):
            self._ask_less(field, product, error)
        elif code == "product_changed":
            self._say_meanwhile(product, answer, error)
        elif isinstance(error, InvalidInput) or code in ASKED_AGAIN:
            self._screen.kiosk.bell()
            self.ask_field(field, product, sentence(error) if isinstance(error, Refusal) else "")
        else:
            self._screen.failed(error)

    def _ask_less(self, field: str, product: ManagedProduct, error: Refusal) -> None:
        stock = int(str(error.values["stock"]))
        values = typed_values.changed(self._desk, product.kind, product.values, "total_quantity", str(stock))
        self._confirm(
            said.LESS_THAN_SOLD.format(product=printable(product.values.name, 40)),
            f"{sentence(error)} {said.NO_MORE_SOLD}",
            f"set it to {stock}",
            partial(self.write, field, product, values, accept_less=True),
        )

    def _say_meanwhile(self, seen: ManagedProduct, answer: Answer | None, error: Exception) -> None:
        """Somebody else was quicker: say what they changed, and what therefore was not written."""

        def tell(shelf: Shelf) -> None:
            now = shelf.of(seen.key)
            if now is None or not isinstance(error, Refusal):
                self._screen.failed(error)
                return
            lost = self._told(seen.values, answer) if isinstance(answer, ProductValues) else ""
            changes = self._told(seen.values, now.values)
            self._screen.alert(said.meanwhile(sentence(error), changes, lost))

        self._screen.ask(partial(Shelf.read, self._desk), tell, hold=True)

    # All of it

    def _ask_shown(self, product: ManagedProduct, shown: bool) -> None:
        name = printable(product.values.name, 40)
        heading, what, verb = said.SHOWING if shown else said.HIDING
        call = partial(editing.show, self._desk, product, shown=shown)
        self._confirm(
            heading.format(product=name),
            what,
            f"{verb} {name}",
            lambda: self._screen.ask(call, partial(self._written, product), hold=True),
        )

    def _ask_delete(self, product: ManagedProduct) -> None:
        name = printable(product.values.name, 40)
        call = partial(editing.delete, self._desk, product)

        def failed(error: Exception) -> None:
            if isinstance(error, Refusal) and error.code == "product_changed":
                self._say_meanwhile(product, None, error)
            else:
                self._screen.failed(error)

        def delete() -> None:
            self._screen.ask(
                call, lambda _: self._done(None, said.DELETED.format(product=name)), failed, hold=True
            )

        self._confirm(said.DELETE.format(product=name), said.NEVER_SOLD, f"delete {name}", delete)

    def _confirm(self, heading: str, what: str, yes: str, do: Callable[[], object]) -> None:
        def answered(agreed: bool | None) -> None:
            if agreed:
                do()

        self._screen.go(Confirm(heading, what, yes), answered)

    # A new one

    def add(self) -> None:
        """Ask for kind, name and price of a new product; it stays hidden until somebody shows it."""
        kinds = [Choice(key=kind.value, text=said.KIND_OF[kind]) for kind in ProductKind]

        def chosen(choice: Chosen | None) -> None:
            if choice is not None:
                self._ask_name(ProductKind(choice.row))

        self._screen.go(ChooseRow(said.ADD, said.WHICH_KIND, kinds), chosen)

    def _ask_name(self, kind: ProductKind, why: str = "") -> None:
        question = Ask(Question(said.ADD, said.ASK_NAME), "go on", partial(self._named, kind))

        def named(values: ProductValues | None) -> None:
            if values is not None:
                self._ask_first_price(kind, values, self._typed)

        self._ask(question, why, named)

    def _named(self, kind: ProductKind, name: str) -> ProductValues:
        """The values of a new product of this name, the last of its kind."""
        places = [each.values.order for each in self.shelf.products if each.kind is kind]
        return typed_values.named(self._desk, kind, name, min(max(places, default=-1) + 1, MOST))

    def _ask_first_price(self, kind: ProductKind, values: ProductValues, name: str) -> None:
        question = Ask(
            Question(said.PRICE_OF.format(product=printable(values.name, 40)), said.form("price")),
            "add it, hidden",
            partial(typed_values.changed, self._desk, kind, values, "price"),
        )

        def priced(priced: ProductValues | None) -> None:
            if priced is not None:
                call = partial(editing.add, self._desk, kind, priced)
                self._screen.ask(call, self._added, partial(self._not_added, kind, name), hold=True)

        self._ask(question, "", priced)

    def _added(self, product: ManagedProduct) -> None:
        self._done(product.key, said.ADDED.format(product=printable(product.values.name, 40)))

    def _not_added(self, kind: ProductKind, name: str, error: Exception) -> None:
        if isinstance(error, Refusal) and (isinstance(error, InvalidInput) or error.code in ASKED_AGAIN):
            self._screen.kiosk.bell()
            self._typed = name
            self._ask_name(kind, sentence(error))
        else:
            self._screen.failed(error)
