"""The screens of the catalogue: what is asked, and what became of it."""

KIND_OF = {"ticket": "Ticket", "addon": "Add-on"}
HEADINGS = {"ticket": "Tickets", "addon": "Add-ons"}
SOLD_OR_HELD = "sold or held"
HIDDEN = "hidden"
ON_SALE = "on sale"

A_PRODUCT = "a product"
PLACEHOLDER = "a product, /add for a new one"
PLACEHOLDER_OF_ONE = "the number of what is to be changed, +20 to restock"
NOTHING_YET = "Nothing is sold yet: /add adds a product; import catalogue reads a file."
NONE_FITS = "No product fits that."
GONE = "It was deleted meanwhile."

SAME = "nothing was changed"
CHANGE_PRICE = "Change the price of {product}"
NEW_PRICE = (
    "It costs {before} {currency} and will cost {after} {currency}, in open carts too. Orders that are not"
    " paid yet keep {before}."
)
LESS_THAN_SOLD = "{product}: less than is sold"
NO_MORE_SOLD = "It can be set all the same: then no more is sold."

HIDING = (
    "Hide {product}",
    "No desk sells it then; an open cart with it cannot be paid until it is taken out. What was sold stays"
    " sold.",
    "hide",
)
SHOWING = ("Show {product}", "Every desk can sell it then, within its sale window and its stock.", "show")
DELETE = "Delete {product}"
NEVER_SOLD = "It was never sold. It is taken out of open carts, and nothing of it is kept."
DELETED = "{product} is deleted."

ADD = "Add a product"
WHICH_KIND = "A ticket makes its holder an attendee, an add-on does not."
ASK_NAME = "What is it called? Its slug is made of that, and stays."
PRICE_OF = "What does {product} cost?"
ADDED = "{product} is added, hidden: Enter changes it, F6 puts it on sale."

FORMS = {
    "name": "Type the new name.",
    "price": "Type an amount, such as 25.00, or 0.",
    "total_quantity": "{sold} sold or held. Type +20 for so many more, -5 for fewer, or the new total;"
    " none: no limit.",
    "more": "{sold} sold or held. How many more? 20 adds as many; =300 is the new total.",
    "fewer": "{sold} sold or held. How many fewer? 5 takes as many away; =300 is the new total.",
    "limit_per_user": "Type a whole number.",
    "available_from": "Type a day, 2027-05-14, or a time, 2027-05-14 18:00; none: no limit.",
    "available_until": "Type a day, 2027-05-14, or a time, 2027-05-14 18:00; none: no limit.",
    "codes": "Scan or type a code: a new one is added, one that it has is taken away; none: all of them.",
    "vat_rate": "Type per cent, such as 8.1; none: no rate.",
    "requires_voucher": "Type yes or no.",
    "requires": "Type one ticket or several, with commas; none: for everybody. Tickets: {tickets}.",
    "order": "Type a whole number: the lowest comes first among its kind.",
}
"""How each field is typed; what is given beside them stands in braces."""


def form(field: str, **values: object) -> str:
    """How a field is typed."""
    return FORMS[field].format(**values)


def question(field: str, now: str, **values: object) -> str:
    """Asks for a field, with what stands there."""
    return f"Now: {now}. {form(field, **values)}"


def meanwhile(refused: str, changes: str, lost: str) -> str:
    """That somebody else changed it first: how, and what therefore was not written."""
    told = (refused, f"Now: {changes}." if changes else "", f"Not written: {lost}." if lost else "")
    return " ".join(filter(None, told))


def sold(sold: int, stock: int | None) -> str:
    """How many are sold or held, of how many."""
    return f"{sold:,}" if stock is None else f"{sold:,} of {stock:,}"


def fitting(text: str, products: int) -> str:
    """The heading of the list."""
    return f"Products: {text}   {products:,}" if text else f"Products   {products:,}"


def several(products: int) -> str:
    """That more than one fits."""
    return f"{products:,} products fit: press a number, or arrows."
