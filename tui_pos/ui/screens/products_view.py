"""What the screens of the catalogue show: pure functions of what was read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from rich.text import Text

from tui_pos.core import product_numbers
from tui_pos.core.scan import printable
from tui_pos.desk.catalogue import editing, typed_values
from tui_pos.desk.catalogue.inventory import InventoryItem, catalogue
from tui_pos.desk.catalogue.managed_products import ManagedProduct, said_of
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason
from tui_pos.desk.tones import Tone
from tui_pos.ui.messages import products as said
from tui_pos.ui.messages.catalogue import field_name, field_value
from tui_pos.ui.messages.views import phrase
from tui_pos.ui.widgets import look, signs
from tui_pos.ui.widgets.line_list import Line
from tui_pos.ui.widgets.look import Role

Amount = Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every product, how each is offered, and why nothing can be changed here, where that is so."""

    products: tuple[ManagedProduct, ...] = ()
    offered: Mapping[ProductKey, InventoryItem] = field(default_factory=dict)
    fixed: Reason | None = None

    @classmethod
    def read(cls, desk: Desk) -> "Shelf":
        """What there is now. Raises NotPermitted."""
        offered = {(each.kind, each.id): each for each in catalogue(desk)}
        return cls(editing.products(desk), offered, editing.why_fixed(desk))

    @property
    def tickets(self) -> tuple[ManagedProduct, ...]:
        """The tickets alone."""
        return tuple(each for each in self.products if each.kind is ProductKind.TICKET)

    def of(self, key: ProductKey) -> ManagedProduct | None:
        """One product; None where it is no more."""
        return next((each for each in self.products if each.key == key), None)

    def fitting(self, text: str) -> tuple[ManagedProduct, ...]:
        """Those that ``text`` may mean, in their order: words of a name, a slug, or a code."""
        words, codes = text.casefold().split(), set(product_numbers.spellings(text))
        return tuple(
            each
            for each in self.products
            if codes.intersection(each.values.codes)
            or all(word in f"{each.values.name} {each.values.slug}".casefold() for word in words)
        )

    def coded(self, text: str) -> ManagedProduct | None:
        """The product that a scanned code is."""
        codes, slug = set(product_numbers.spellings(text)), text.casefold()
        fits = (each for each in self.products if codes.intersection(each.values.codes))
        named = (each for each in self.products if each.values.slug.casefold() == slug)
        return next(fits, None) or next(named, None)


def key_of(product: ManagedProduct) -> str:
    """What identifies its row."""
    return f"{product.kind}:{product.id}"


def heading(text: str, products: int, above: int) -> Text:
    """What is listed, how many they are, and how many rows the list has above those in sight."""
    scrolled = (f"   {above} row{'s' if above > 1 else ''} above", "") if above else ""
    return Text.assemble((said.fitting(printable(text, 30), products), "bold"), scrolled)


def lines(desk: Desk, shelf: Shelf, products: Sequence[ManagedProduct], amount: Amount) -> list[Line]:
    """A row for each product, under its kind."""
    currency = desk.conference.currency
    found: list[Line] = []
    for kind, group in groupby(products, key=lambda each: each.kind):
        titles = (said.HEADINGS[kind], currency, said.SOLD_OR_HELD, "", "")
        found.append(Line(titles, pick=False, style=look.style(Role.DIM)))
        found += [_line(shelf, each, amount) for each in group]
    return found


def _line(shelf: Shelf, product: ManagedProduct, amount: Amount) -> Line:
    values = product.values
    tone, word = state(shelf, product)
    cells = (
        values.name,
        amount(values.price),
        said.sold(product.sold, values.total_quantity),
        (signs.sign(tone), signs.style(tone)),
        word,
    )
    return Line(cells, key=key_of(product), style="" if values.is_active else look.style(Role.DIM))


def state(shelf: Shelf, product: ManagedProduct) -> tuple[Tone, str]:
    """Whether it is on sale, and why not or what it needs."""
    item = shelf.offered.get(product.key)
    if not product.values.is_active:
        return Tone.PLAIN, said.HIDDEN
    if item is None or item.reason is None:
        return Tone.OK, said.ON_SALE
    return (Tone.OK if item.sellable else Tone.WARN), phrase(item.reason)


def field_lines(desk: Desk, product: ManagedProduct, amount: Amount, *, pick: bool = True) -> list[Line]:
    """A row for each field that can be changed."""
    return [
        Line((_title(name), field_text(desk, product, name, amount)), key=name, pick=pick)
        for name in typed_values.fields_of(product.kind)
    ]


def fact_lines(shelf: Shelf, product: ManagedProduct) -> list[Line]:
    """A row for each other thing that is known of a product."""
    return [Line(each, pick=False) for each in _facts(shelf, product) if each[1]]


def _facts(shelf: Shelf, product: ManagedProduct) -> Iterator[tuple[str, str]]:
    values = product.values
    yield "State", state(shelf, product)[1]
    yield said.SOLD_OR_HELD.capitalize(), said.sold(product.sold, values.total_quantity)
    yield "Slug", f"{product.kind}:{values.slug}"
    yield "Size", " of ".join(filter(None, (values.size, values.size_of)))
    yield "Description", values.description


def details(desk: Desk, shelf: Shelf, product: ManagedProduct | None, amount: Amount) -> list[Line]:
    """All of the chosen product, for the second pane."""
    if product is None:
        return []
    name = Line((product.values.name,), pick=False, style="bold")
    return [name, *fact_lines(shelf, product), *field_lines(desk, product, amount, pick=False)]


def about(shelf: Shelf, product: ManagedProduct) -> Text:
    """The heading of one product's own screen."""
    tone, word = state(shelf, product)
    kind = said.KIND_OF[product.kind].lower()
    return Text.assemble(
        (printable(product.values.name, 40), "bold"), f"   {kind}   ", signs.signed(tone, word)
    )


def field_text(desk: Desk, product: ManagedProduct, name: str, amount: Amount) -> str:
    """What stands in a field."""
    value, zone = getattr(product.values, name), desk.conference.timezone
    if name == "price":
        return f"{amount(value)} {desk.conference.currency}"
    if name in ("available_from", "available_until") and value is not None:
        return str(said_of(value, zone, closes=name == "available_until"))
    return field_value(name, value)


def _title(name: str) -> str:
    title = field_name(name)
    return f"{title[:1].upper()}{title[1:]}"
