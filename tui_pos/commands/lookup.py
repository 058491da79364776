"""lookup, find, inventory, conferences, manual: what there is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos import manual as pages
from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, Failed, table
from tui_pos.core.money import format_amount
from tui_pos.desk.errors import NotFound

if TYPE_CHECKING:
    from tui_pos.desk.catalogue.inventory import InventoryItem
    from tui_pos.desk.context import Desk
    from tui_pos.desk.orders.views import AttendeeView


def lookup(
    context: CommandContext,
    code: Annotated[
        str, typer.Argument(help="The badge's access code, as CODE or conference:CODE, in any case.")
    ],
) -> None:
    """Say who a badge belongs to and what they owe."""
    from tui_pos.desk.search.facts import facts, imported
    from tui_pos.desk.search.lookup import attendee
    from tui_pos.ui.messages import attendee as said
    from tui_pos.ui.messages import sentence

    desk = context.desk(store=False)
    try:
        found = attendee(desk, code)
    except NotFound as error:
        raise Failed(error.exit_status, error.code, sentence(error), {"access_code": code}) from error
    known, came_from = facts(desk, found.id), imported(desk, found.id)
    told = said.imported(came_from.order_reference, came_from.scan_code) if came_from else []
    told += ((each.label, each.value) for each in known)
    answer = serializers.attendee(desk, found, known, came_from)
    context.answer(answer, [*_attendee_lines(desk, found), *table(told)])


FOUND = {
    "attendee": ("people", "access_code"),
    "order": ("orders", "reference"),
    "voucher": ("vouchers", "code"),
    "product": ("products", "product"),
}
"""Each kind of hit: the list that it is answered in, and what its key is called there."""


def find(
    context: CommandContext,
    text: Annotated[str, typer.Argument(help="A badge, a code, a reference, words of a name or e-mail.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 9,
    after: Annotated[int, typer.Option(min=0, help="Leave out so many of the first.")] = 0,
) -> None:
    """Find people, orders, vouchers and products as the desk's prompt does."""
    from tui_pos.desk.search.search import Hits, resolve
    from tui_pos.ui.messages import sentence

    desk = context.desk(store=False)
    try:
        hits = resolve(desk, text, first=after, limit=limit)
    except NotFound as error:
        if error.code != "nothing_found":
            raise
        hits = Hits()
    lists: dict[str, list[dict[str, str]]] = {name: [] for name, _ in FOUND.values()}
    for hit in hits.found:
        name, key = FOUND[hit.kind]
        lists[name].append({key: hit.key, "name": hit.title, "detail": sentence(hit.detail)})
    lines = table((hit.key, hit.title, sentence(hit.detail)) for hit in hits.found)
    if len(hits.found) < hits.total:
        lines.append(f"{len(hits.found)} of {hits.total}; see --limit and --after.")
    context.answer({**lists, "total": hits.total}, lines or ["Nothing was found."])


def manual(
    context: CommandContext,
    topic: Annotated[str, typer.Argument(help="The page; without it the topics are listed.")] = "",
) -> None:
    """Show a page of the manual; it needs no network."""
    topics = pages.topics()
    if not topic:
        context.answer({"topics": topics}, table(topics.items()))
    elif topic in topics:
        text = pages.page(topic)
        context.answer({"topic": topic, "text": text}, text.splitlines())
    else:
        raise typer.TyperException(f"There is no page {topic!r}; the pages are {', '.join(topics)}.")


def inventory(context: CommandContext) -> None:
    """List what is on sale now."""
    from tui_pos.desk.catalogue.inventory import inventory as on_sale

    desk = context.desk(store=False)
    products = on_sale(desk)
    context.answer(serializers.inventory(desk, products), _product_lines(desk, products))


def conferences(context: CommandContext) -> None:
    """List the conferences of the database."""
    from tui_pos.bootstrap.session import open_database
    from tui_pos.desk.conferences import known

    open_database(context.settings())
    rows = known()
    lines = table((row.slug, row.name, f"{row.start_date} to {row.end_date}") for row in rows)
    context.answer(serializers.conferences(rows), lines or ["There is no conference yet."])


def _attendee_lines(desk: "Desk", found: "AttendeeView") -> Iterator[str]:
    from tui_pos.ui.messages import sentence
    from tui_pos.ui.messages.verdicts import words

    currency, said = desk.conference.currency, words(found.verdict)
    yield f"{found.name}  {said.word}"
    yield said.sentence
    yield from (sentence(each) for each in found.cautions)
    yield "  ".join(filter(None, (found.email, f"badge {found.access_code}")))
    yield from table(
        (
            order.reference,
            str(order.status),
            format_amount(order.total, currency),
            ", ".join(f"{line.quantity} x {line.description}" for line in order.lines if line.quantity),
        )
        for order in found.orders
    )
    if found.credits_total:
        yield f"Credit  {format_amount(found.credits_total, currency)}"


def _product_lines(desk: "Desk", products: "tuple[InventoryItem, ...]") -> list[str]:
    from tui_pos.ui.messages.views import phrase

    return table(
        (
            product.slug,
            product.name,
            format_amount(product.price, desk.conference.currency),
            "" if product.remaining is None else f"{product.remaining} left",
            phrase(product.reason),
        )
        for product in products
    )
