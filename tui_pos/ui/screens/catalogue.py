"""The products beside the cart: which ones a typed text means, best first, and what is said of each."""

from collections.abc import Sequence
from difflib import get_close_matches

from tui_pos.desk.catalogue.inventory import InventoryItem
from tui_pos.ui.messages.carts import NEEDS_VOUCHER
from tui_pos.ui.messages.views import phrase
from tui_pos.ui.widgets.catalogue_pane import Product

NEAR = 0.8
SHORTEST = 3
"""How alike two words are of which one is the other mistyped, and how long such words are."""

SHORT_REASONS = {
    "shelf.inactive": "withdrawn",
    "shelf.yet": "not yet",
    "shelf.over": "sale over",
    "shelf.ticket": "add-on",
    "shelf.voucher": "voucher",
}
"""What fits beside a price; the whole is said when it matters."""


def matching(products: Sequence[InventoryItem], text: str) -> tuple[InventoryItem, ...]:
    """The products that ``text`` may mean: names that begin with it, then words that do, then the rest."""
    words = text.casefold().split()
    if not words:
        return tuple(products)
    ranked = [(rank, product) for product in products if (rank := _rank(product, words)) is not None]
    return tuple(product for _, product in sorted(ranked, key=lambda pair: pair[0]))


def is_near(products: Sequence[InventoryItem], text: str) -> bool:
    """Whether a word of ``text`` is nearly one of a product's: somebody mistyped it."""
    known = {part for each in products for part in words_of(each) if len(part) >= SHORTEST}
    words = (word for word in text.casefold().split() if len(word) >= SHORTEST)
    return any(get_close_matches(word, known, n=1, cutoff=NEAR) for word in words)


def named(products: Sequence[InventoryItem], text: str) -> InventoryItem | None:
    """The product of exactly this name or code; None where there is none, or a ticket and an add-on."""
    wanted = text.strip().casefold()
    found = [product for product in products if wanted in (product.slug.casefold(), product.name.casefold())]
    return found[0] if len(found) == 1 else None


def kept_in_place(before: Sequence[InventoryItem], now: Sequence[InventoryItem]) -> tuple[InventoryItem, ...]:
    """The products as they are ``now``, in the order of ``before``: their numbers stay the same."""
    places = {key_of(each): place for place, each in enumerate(before)}
    return tuple(sorted(now, key=lambda each: places.get(key_of(each), len(places))))


def key_of(product: InventoryItem) -> str:
    """What names it to the desk."""
    return f"{product.kind}:{product.slug}"


def shown(products: Sequence[InventoryItem], *, with_voucher: bool) -> tuple[Product, ...]:
    """The products as rows; what needs a voucher can be sold ``with_voucher`` in the cart."""
    return tuple(
        Product(
            key=key_of(product),
            name=product.name,
            price=product.price,
            note=note(product),
            can_be_sold=product.sellable and (with_voucher or not product.requires_voucher),
        )
        for product in products
    )


def why_not(product: InventoryItem) -> str:
    """Why it cannot be sold now, in a sentence."""
    if product.sellable and product.requires_voucher:
        return NEEDS_VOUCHER.format(product=product.name)
    return f"{product.name}: {phrase(product.reason)}."


def why_not_of(products: Sequence[InventoryItem], key: str) -> str:
    """The same of the product with this key."""
    return next((why_not(each) for each in products if key_of(each) == key), "")


def note(product: InventoryItem) -> str:
    """What stands beside the price: why it cannot be sold, what it needs, or how many are left."""
    if product.reason is not None:
        return SHORT_REASONS.get(product.reason.key) or phrase(product.reason)
    return "" if product.remaining is None else f"{product.remaining:,} left"


def _rank(product: InventoryItem, words: Sequence[str]) -> int | None:
    name, slug = product.name.casefold(), product.slug.casefold()
    if not all(word in name or word in slug for word in words):
        return None
    if name.startswith(" ".join(words)) or slug.startswith("-".join(words)):
        return 0
    parts = words_of(product)
    return 1 if all(any(part.startswith(word) for part in parts) for word in words) else 2


def words_of(product: InventoryItem) -> list[str]:
    """The words by which it may be meant; its code as a whole too."""
    return f"{product.name} {product.slug.replace('-', ' ')} {product.slug}".casefold().split()
