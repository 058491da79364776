"""What the orders screen says: pure functions of what was found."""

from datetime import datetime

from rich.text import Text

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.desk.context import Desk
from tui_pos.desk.search.find_orders import FoundOrder
from tui_pos.desk.tones import Tone
from tui_pos.ui.messages.notes import Amount
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.messages.receipts import WALK_UP
from tui_pos.ui.widgets import look, signs
from tui_pos.ui.widgets.line_list import Line
from tui_pos.ui.widgets.look import Role

STATUS_WORDS = {"partially_refunded": ("part refunded", Tone.WARN), "paid": ("paid", Tone.OK)}
"""How the status of an order is said, and how good it is; every other one is bad."""


def heading(text: str, *, today: bool, listed: int, total: int, above: int) -> Text:
    """What is listed, how many of how many, and how many rows the list has above those in sight."""
    which = "Orders of today" if today else "Orders, the newest first"
    fitting = f": {printable(text, 30)}" if text else ""
    count = f"{total:,}" if listed >= total else f"{listed:,} of {total:,}"
    scrolled = (f"   {above} row{'s' if above > 1 else ''} above", "bold") if above else ""
    return Text.assemble((f"{which}{fitting}", "bold"), (f"   {count}", look.style(Role.DIM)), scrolled)


def line(desk: Desk, order: FoundOrder, amount: Amount) -> Line:
    """The row of an order."""
    state, tone = _state(order, amount)
    at = _day_or_time(desk, order.created_at)
    cells = (
        at,
        order.reference,
        order.buyer or WALK_UP,
        amount(order.total),
        (signs.sign(tone), signs.style(tone)),
        state,
    )
    return Line(cells, key=order.reference)


def about(order: FoundOrder | None) -> Text:
    """What else is known of the chosen order."""
    if order is None:
        return Text()
    return Text("   ".join(printable(part, 150) for part in (order.items, order.email) if part))


def details(desk: Desk, order: FoundOrder | None, amount: Amount) -> list[Line]:
    """All of the chosen order, for the second pane."""
    if order is None:
        return []
    made = desk.local(order.created_at)
    rows = [
        ("Order", order.reference),
        ("Made", f"{made:%d %b %Y %H:%M}"),
        ("Buyer", order.buyer or WALK_UP),
        ("E-mail", order.email),
        ("Total", amount(order.total)),
        ("Paid", f"{amount(order.paid)} {order.paid_by}".strip() if order.paid else ""),
        ("Given back", amount(order.given_back) if order.given_back else ""),
        ("Still to pay", amount(order.due) if order.due else ""),
    ]
    items = [("", item) for item in order.items.split(", ")]
    return [Line(row, pick=False) for row in (*((name, said) for name, said in rows if said), *items)]


def _day_or_time(desk: Desk, at: datetime) -> str:
    made = desk.local(at)
    today = made.date() == desk.local(clock.now()).date()
    return f"{made:%H:%M}" if today else f"{made.day} {made:%b}"


def _state(order: FoundOrder, amount: Amount) -> tuple[str, Tone]:
    if order.live is not None:
        return NOTICE_WORDS[order.live].spoken, order.live_tone
    if order.due:
        owes = f"owes {amount(order.due)}" if order.paid else "not paid"
        return (f"{owes}, hold ran out" if order.expired else owes), Tone.WARN
    word, tone = STATUS_WORDS.get(order.status, (order.status, Tone.BAD))
    if order.paid_by.lower().startswith(word):  # "Paid on the web site"
        return order.paid_by.lower(), tone
    return f"{word} {order.paid_by}".rstrip(), tone
