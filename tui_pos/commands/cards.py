"""product-codes, cards: what a desk's scanner reads beside badges."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, table
from tui_pos.core.money import format_amount

if TYPE_CHECKING:
    from tui_pos.desk.context import Desk
    from tui_pos.printing.card_sheet import Card


def product_codes(
    context: CommandContext,
    product: Annotated[str, typer.Argument(help="The product's code, as inventory lists it.")] = "",
    code: Annotated[
        str, typer.Argument(help="What its barcode says: EAN, UPC, GTIN, or a code of your own.")
    ] = "",
    remove: Annotated[
        str | None, typer.Option(metavar="CODE", help="Let no product answer to this code any more.")
    ] = None,
) -> None:
    """List the codes of products, give a product one, or take one away.

    A product may have several. One without any answers to its code in inventory, such as t-shirt.
    """
    from tui_pos.desk.catalogue import product_codes as codes

    if (remove is not None and product) or bool(product) != bool(code):
        raise typer.TyperException("Give a product and its code, or --remove CODE, or nothing to list them.")
    if remove is not None:
        gone = codes.remove(context.desk(), remove)
        context.answer({"removed": gone}, [f"No product answers to {gone} any more."])
    elif product:
        made = codes.add(context.desk(), product, code)
        context.answer(serializers.product_code(made), [f"{made.name} answers to {made.code}."])
    else:
        found = codes.known(context.desk(store=False))
        lines = table((each.code, each.key, each.name) for each in found)
        answer = {"product_codes": [serializers.product_code(each) for each in found]}
        context.answer(answer, lines or ["No product has a code of its own."])


def cards(
    context: CommandContext,
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a PDF to print, in place of text.")
    ] = None,
) -> None:
    """Make the sheet of cards to scan: a test code, command codes, and one for each product.

    The test code shows whether a scanner is set up well; its station remembers what it showed.
    """
    from tui_pos.core.config import ConfigError
    from tui_pos.printing import card_sheet

    desk = context.desk(store=False)
    sheet = tuple(_cards(desk))
    answer = {
        "file": str(pdf) if pdf else None,
        "cards": [serializers.card(each) for each in sheet],
    }
    if pdf is None:
        context.answer(answer, [] if context.options.as_json else card_sheet.as_text(sheet))
        return
    paper = card_sheet.as_pdf(f"{desk.conference.name}: cards to scan", sheet)
    try:
        pdf.write_bytes(paper)
    except OSError as error:
        raise ConfigError(f"{pdf} cannot be written: {error.strerror}.") from None
    context.answer(answer, [f"{len(sheet)} cards are in {pdf}."])


def _cards(desk: "Desk") -> "Iterator[Card]":
    from tui_pos.core import scanner_test
    from tui_pos.desk.catalogue.inventory import catalogue
    from tui_pos.desk.catalogue.product_codes import known
    from tui_pos.printing.card_sheet import Card, CardKind
    from tui_pos.ui.input.keys import CARD_CODES

    yield Card(
        kind=CardKind.TEST,
        title="Test of this scanner",
        code=scanner_test.CODE,
        detail="scan it on any screen",
    )
    for title, code in CARD_CODES:
        yield Card(kind=CardKind.COMMAND, title=title, code=code)
    codes: dict[str, str] = {}
    for each in known(desk):
        codes.setdefault(each.key, each.code)
    products = catalogue(desk)
    slugs = Counter(product.slug for product in products)
    for product in products:
        if slugs[product.slug] > 1 and f"{product.kind}:{product.slug}" not in codes:
            continue  # a ticket and an add-on of one slug, which therefore names neither
        price = f"{format_amount(product.price, desk.conference.currency)} {desk.conference.currency}"
        code = codes.get(f"{product.kind}:{product.slug}", product.slug.upper())
        yield Card(kind=CardKind.PRODUCT, title=product.name, code=code, detail=price)
