"""What the attendee's screen shows, as functions of what is known: no state, no calls."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from rich.cells import cell_len
from rich.text import Text

from tui_pos.core.clock import Moment
from tui_pos.core.scan import printable
from tui_pos.desk.catalogue.inventory import InventoryItem
from tui_pos.desk.checkin.group import Others
from tui_pos.desk.checkin.redemption import Fetched, HandOut
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search.facts import Fact, Imported
from tui_pos.desk.tones import Tone
from tui_pos.ui.messages import attendee as said
from tui_pos.ui.messages import sentence as spoken
from tui_pos.ui.messages import verdicts
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.screens import catalogue, hand_outs
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.banner import BannerText
from tui_pos.ui.widgets.line_list import Column, Line
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.signs import sign, style

Amount = Callable[[Decimal], str]

ROWS = (Column(12), Column(9), Column(10, right=True), Column(), Column(14, right=True))
LEAST_WIDTH = 80
BANNER_MARGINS = 16
"""Cells of a banner beside its texts: the sign, and what is left free."""
FACT_WIDTH, FACT_LINES = 72, 3
"""Cells of a line of facts, and how many lines there are at most."""
UNPAID = "unpaid_order"
"""The caution that tells of an order that is not paid."""

CAUTIONS = (Column(3), Column())
PRODUCTS = (Column(), Column(10, right=True), Column(18))
SIDE = (Column(), Column(3, right=True), Column(11, right=True))


def told(person: AttendeeView, came_in: Moment | None) -> BannerText:
    """The verdict in large; ``came_in`` is when, for somebody who did at this desk while they were shown."""
    words = verdicts.words(person.verdict)
    if came_in is None:
        return BannerText(tone=person.verdict.tone, word=words.word, about=person.name, fact=words.fact)
    facts = (words.fact, verdicts.since(came_in))
    return BannerText(
        tone=Tone.OK, word=verdicts.CHECKED_IN, about=person.name, fact=", ".join(filter(None, facts))
    )


def sentence(person: AttendeeView, *, at_the_door: bool) -> str:
    """The verdict in a sentence; ``at_the_door`` nobody is told to sell or to take money."""
    if at_the_door and not person.registered:
        return said.AT_THE_DOOR
    return verdicts.words(person.verdict).sentence


def facts(person: AttendeeView, others: Others, *, at_the_door: bool) -> Text:
    """The line below the verdict."""
    known = () if at_the_door else (printable(person.email, 40), f"badge {person.access_code}")
    parts = (
        *known,
        "" if person.first_check_in is not None else said.NOT_CHECKED_IN,
        said.with_others(others.count, others.reference) if others.count else "",
    )
    return Text("   ".join(filter(None, parts)))


def beside_verdict(
    person: AttendeeView, came_in: Moment | None, known: Sequence[Fact] = (), *, at_the_door: bool
) -> list[Line]:
    """A name that the banner cuts, what to look at, and facts; the orders are no matter of the door's."""
    verdict = told(person, came_in)
    room = LEAST_WIDTH - BANNER_MARGINS - cell_len(verdict.word) - cell_len(verdict.fact)
    name = [Line((person.name,), pick=False, style="bold")] if cell_len(person.name) > room else []
    return [*name, *_cautions(person, at_the_door=at_the_door), *_facts(known)]


def of_list(person: AttendeeView, imported: Imported | None, facts: Sequence[Fact]) -> list[Fact]:
    """What a list said of them, first what it called their order, and their badge if that is another one."""
    if imported is None:
        return list(facts)
    code = "" if imported.scan_code == person.access_code else imported.scan_code
    return [*(Fact(*each) for each in said.imported(imported.order_reference, code)), *facts]


def _facts(known: Sequence[Fact]) -> list[Line]:
    """What a list said of them, as many on a line as fit; what has no room is counted."""
    lines: list[str] = []
    for place, fact in enumerate(known):
        shown = printable(f"{fact.label}: {fact.value}", FACT_WIDTH)
        if lines and cell_len(f"{lines[-1]}; {shown}") <= FACT_WIDTH:
            lines[-1] = f"{lines[-1]}; {shown}"
        elif len(lines) < FACT_LINES:
            lines.append(shown)
        else:
            lines[-1] = f"{printable(lines[-1], FACT_WIDTH - 10)}; {said.more(len(known) - place)}"
            break
    return [Line(("", each), pick=False, style=look.style(Role.DIM)) for each in lines]


def _cautions(person: AttendeeView, *, at_the_door: bool) -> list[Line]:
    chip = (sign(Tone.WARN), style(Tone.WARN))
    shown = (each for each in person.cautions if not (at_the_door and each.key == UNPAID))
    return [Line((chip, spoken(each)), pick=False) for each in shown]


def rows(
    person: AttendeeView, out: Sequence[HandOut], amount: Amount, currency: str, *, at_the_door: bool
) -> list[Line]:
    """Orders and what there is to hand out; at the door the latter alone."""
    return [*([] if at_the_door else _orders(person, amount, currency)), *_to_hand_out(out)]


def _orders(person: AttendeeView, amount: Amount, currency: str) -> list[Line]:
    if not person.orders and not person.credits_total:
        return [_heading(said.NO_ORDERS)]
    lines = [_heading(said.ORDERS if person.orders else said.NO_ORDERS, "", currency, "", "")]
    lines += [_order(order, amount) for order in person.orders]
    if person.credits_total:
        lines.append(Line((said.CREDIT, "", amount(person.credits_total), ""), pick=False))
    return lines


def _order(order: OrderView, amount: Amount) -> Line:
    cells = (order.reference, said.status(order.status), amount(order.total), bought(order))
    if order.live_attempt_id is not None:
        return Line((*cells, said.ON_A_READER), key=order.reference)
    if order.due not in (Decimal(), order.total):
        return Line((*cells, (f"owes {amount(order.due)}", "bold")), key=order.reference)
    return Line(cells, key=order.reference)


def bought(order: OrderView) -> str:
    """The products of an order, in a line."""
    lines = (line for line in order.lines if line.quantity)
    return ", ".join(
        line.description if line.quantity == 1 else f"{line.quantity} x {line.description}" for line in lines
    )


def _to_hand_out(out: Sequence[HandOut]) -> list[Line]:
    return [_heading(said.TO_HAND_OUT), *hand_outs.lines(out)] if out else []


def nothing_to_hand_out(person: AttendeeView, out: Sequence[HandOut]) -> list[Line]:
    """That there is nothing, for somebody who is let in."""
    dim = look.style(Role.DIM)
    return [Line((said.NOTHING_TO_HAND_OUT,), pick=False, style=dim)] if person.registered and not out else []


def beginning(products: Sequence[InventoryItem], text: str) -> list[InventoryItem]:
    """The products whose words begin with those of ``text``: a part of a word may be somebody's name."""
    typed = text.casefold().split()
    found = catalogue.matching(products, text) if typed else ()
    return [
        each
        for each in found
        if all(any(word.startswith(part) for word in catalogue.words_of(each)) for part in typed)
    ]


def products(found: Sequence[InventoryItem], amount: Amount) -> list[Line]:
    """The products that a typed text may mean."""
    return [
        Line((each.name, amount(each.price), catalogue.note(each)), key=catalogue.key_of(each))
        for each in found
    ]


def side(order: OrderView | None, fetched: Sequence[Fetched], amount: Amount, currency: str) -> list[Line]:
    """The second pane: the lines of an order, and what was handed out when."""
    lines = [] if order is None else _order_lines(order, amount, currency)
    if fetched:
        lines += [_line(), _heading(said.HANDED_OUT)]
        lines += [_line(f"{each.description}, {when_and_where(each.when)}") for each in fetched]
    return lines


def _order_lines(order: OrderView, amount: Amount, currency: str) -> list[Line]:
    sums = (
        ("Discount", -order.discount),
        ("Total", order.total),
        ("Paid", order.paid),
        ("To pay", order.due),
    )
    return [
        _heading(order.reference, "", currency),
        *(_line(each.description, f"{each.quantity}", amount(each.line_total)) for each in order.lines),
        *(_line(name, "", amount(value)) for name, value in sums if value),
    ]


def _heading(*cells: str) -> Line:
    first, *rest = cells
    dim = look.style(Role.DIM)
    return Line(((first, "bold"), *((each, dim) for each in rest)), pick=False)


def _line(*cells: str) -> Line:
    return Line(cells, pick=False)
