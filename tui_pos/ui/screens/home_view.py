"""What the home screen shows, as functions of what is known: no state, no calls."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.text import Text

from tui_pos.core.money import format_amount
from tui_pos.desk.tones import Tone
from tui_pos.ui.messages import home, sentence
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.line_list import Column, Line
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.signs import sign, signed, style

if TYPE_CHECKING:  # the home screen is painted before the database is imported
    from tui_pos.desk.payments.readers import ReaderRow
    from tui_pos.desk.search.activity import RecentLine
    from tui_pos.desk.search.attention import AttentionLine
    from tui_pos.desk.search.today import StationNow, TenderFigures, Today
    from tui_pos.ui.scan_result import Hit

Time = Callable[[datetime], str]

Figure = tuple[str, str]
"""What is counted, and how much it is."""

RECENT = (Column(5), Column(18), Column(4), Column(), Column(9), Column(10, right=True))
"""Time, who, sign, what; and beside the first rows today's figures, where they have no pane of their own."""
ATTENTION = (Column(4), Column(18), Column(10, right=True), Column())
HITS = (Column(28), Column(14), Column())
HEADING = (Column(), *RECENT[-2:])
SIDE = (Column(14), Column(5, right=True), Column(12, right=True), Column())

LONGEST_WORD = 40
"""Characters; of a longer one the middle is left out."""

BARS = "▁▂▃▄▅▆▇█"


def headings(left: str, right: str) -> list[Line]:
    """The row above the lists."""
    return [Line(((left, "bold"), (right, "bold")), pick=False)]


def why(sentence: str) -> Text:
    """What stands below the banner; no word of it is so long that the others have no room."""
    return signed(Tone.BAD, " ".join(map(shortened, sentence.split(" "))))


def shortened(text: str) -> str:
    """``text`` without its middle where it is long: begin and end tell most of a code."""
    half = LONGEST_WORD // 2
    return text if len(text) <= LONGEST_WORD else f"{text[:half]}…{text[-half:]}"


def openable(lines: "Sequence[AttentionLine]", *, sells: bool) -> "list[AttentionLine]":
    """What somebody may go on with: parked sales are for who may sell."""
    from tui_pos.desk.search.attention import AttentionKind

    return [line for line in lines if sells or line.kind is AttentionKind.ATTEMPT]


def recent(lines: "Sequence[RecentLine]", time: Time, beside: Sequence[Figure]) -> list[Line]:
    """What happened here, newest first, with the rows of figures ``beside`` it."""
    said = [
        (time(each.at), each.title, (sign(each.tone), style(each.tone)), sentence(each.detail))
        for each in lines
    ]
    return [_beside(cells or ("",) * 4, figure) for cells, figure in zip_longest(said, beside)]


def nothing_yet(beside: Sequence[Figure], *, examples: bool, sells: bool) -> list[Line]:
    """The same while nothing has happened: how to begin."""
    steps = home.FIRST_STEPS, *((home.SELLING,) if sells else ())
    first = [(home.NOTHING_YET,), *((step,) for step in steps)]
    rows = [_beside(("",) * 4, figure) for figure in beside]
    rows = [*rows, Line((), pick=False)] if rows else []
    if not examples:
        return [*(Line(("", *cells), pick=False) for cells in first), *rows]
    tries = (*home.EXAMPLES, *(home.SELLING_EXAMPLES if sells else ()))
    return [*rows, *(Line(("", f"{typed} {what}"), pick=False) for typed, what in tries)]


def _beside(cells: tuple[str | tuple[str, str], ...], figure: Figure | None) -> Line:
    return Line(cells if figure is None else (*cells, *figure), pick=False)


def attention(lines: "Sequence[AttentionLine]", currency: str, *, sells: bool) -> list[Line]:
    """What needs attention, each by its own key; numbered where it is `openable`."""
    can = openable(lines, sells=sells)
    return [
        Line(
            (
                (sign(line.tone), style(line.tone)),
                line.name,
                format_amount(line.amount, currency),
                sentence(line.said),
            ),
            key=attention_key(line),
            pick=line in can,
        )
        for line in lines
    ]


def attention_key(line: "AttentionLine") -> str:
    """What names a row of it, wherever it stands."""
    return f"{line.kind} {line.id}"


def hits(found: "Sequence[Hit]") -> list[Line]:
    """What was found, keyed by its place."""
    return [
        Line((hit.found.title, hit.found.key, hit.detail), key=str(place)) for place, hit in enumerate(found)
    ]


def figures(today: "Today", *, money: bool, eighths: bool) -> list[Figure]:
    """Today in figures; ``money`` for who may take some."""
    rows = [_tender(each) for each in today.tenders] if money else []
    rows += _rounding(today) if money else []
    rows.append(("in", home.in_house(today.inside, today.registered)))
    return [*rows, (home.LAST_HOUR, _hour(today, eighths))]


def _tender(each: "TenderFigures") -> Figure:
    return f"{home.TENDERS[each.tender]} {each.count}", format_amount(each.sum, each.currency)


def _rounding(today: "Today") -> list[Figure]:
    """How much of the cash is there (or, negative, missing) because small coins are."""
    return [
        (home.ROUNDING, format_amount(each.rounding, each.currency))
        for each in today.tenders
        if each.rounding
    ]


def _hour(today: "Today", eighths: bool) -> str:
    count = f"{sum(today.came)}"
    return f"{count} {bars(today.came)}" if eighths and any(today.came) else count


def bars(counts: Sequence[int]) -> str:
    """One bar a count, the highest in full."""
    most = max(*counts, 1)
    return "".join(BARS[round(count / most * (len(BARS) - 1))] for count in counts)


def side(
    today: "Today",
    stations: "Sequence[StationNow]",
    readers: "Sequence[ReaderRow]",
    *,
    station: str,
    currency: str,
    time: Time,
    money: bool,
    eighths: bool,
) -> list[Line]:
    """The second pane: today, the readers, the other stations."""
    lines = [_heading(home.today_at(station), currency if money else "")]
    if money:
        lines += [
            _line(home.TENDERS[each.tender], f"{each.count}", format_amount(each.sum, each.currency), "")
            for each in today.tenders
        ]
        lines += [_value(*each) for each in _rounding(today)]
    lines.append(_value("in", home.in_house(today.inside, today.registered)))
    lines.append(_value(home.LAST_HOUR, _hour(today, eighths)))
    if readers:
        lines += [_line(), _heading(home.READERS), *(_value(each.label, each.state) for each in readers)]
    others = [each for each in stations if not each.is_here]
    if others:
        lines += [_line(), _heading(home.OTHER_STATIONS), *(_station(each, time) for each in others)]
    return lines


def _station(each: "StationNow", time: Time) -> Line:
    about = ", ".join(filter(None, (each.staff, f"since {time(each.since)}", each.reader)))
    return _line(f"{each.name}: {about}")


def _value(name: str, value: str) -> Line:
    return _line(name, "", value, "")


def _heading(text: str, unit: str = "") -> Line:
    return Line((text, "", (unit, look.style(Role.DIM)), "") if unit else (text,), pick=False, style="bold")


def _line(*cells: str) -> Line:
    return Line(cells, pick=False)
