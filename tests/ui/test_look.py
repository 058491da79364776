"""The look: cells with their colours as real terminals get them, not text alone.

Contrast is WCAG 2's ratio of relative luminances; 4.5 is what it asks for text.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from pyte.screens import Char
from rich.color import Color, ColorType
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.app import App, ComposeResult

from tests.fixtures.pilot import shown
from tests.fixtures.pty import Terminal80x24
from tests.ui.counter import at_counter, begun, shows
from tests.ui.looks import WORDS
from tui_pos.desk import payments
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.simulator import Server
from tui_pos.ui.screens.payment import PaymentScreen
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.banner import Banner, BannerText, banner_row
from tui_pos.ui.widgets.big_amount import BigAmount, large
from tui_pos.ui.widgets.look import PALETTES, Depth, Role
from tui_pos.ui.widgets.stage_line import Progress, stage_text

ENOUGH = 4.5
BLACK, WHITE = (0, 0, 0), (255, 255, 255)

TERMINALS: dict[str, dict[str, str]] = {
    "256 colours": {"TERM": "xterm-256color"},
    "16 colours": {"TERM": "xterm"},
    "Linux console": {"TERM": "linux"},
    "monochrome": {"TERM": "vt100"},
    "NO_COLOR": {"TERM": "xterm-256color", "NO_COLOR": "1"},
}
COLOURLESS = {"monochrome", "NO_COLOR"}


def _theme(*colours: str) -> TerminalTheme:
    rgb = [tuple(bytes.fromhex(colour)) for colour in colours]
    return TerminalTheme(WHITE, BLACK, rgb[:8], rgb[8:])  # type: ignore[arg-type]  # three numbers each


SIXTEEN = {
    "xterm": _theme(
        *("000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5"),
        *("7f7f7f", "ff0000", "00ff00", "ffff00", "5c5cff", "ff00ff", "00ffff", "ffffff"),
    ),
    "the VGA of the Linux console": _theme(
        *("000000", "aa0000", "00aa00", "aa5500", "0000aa", "aa00aa", "00aaaa", "aaaaaa"),
        *("555555", "ff5555", "55ff55", "ffff55", "5555ff", "ff55ff", "55ffff", "ffffff"),
    ),
    "macOS Terminal, light": _theme(
        *("000000", "990000", "00a600", "999900", "0000b2", "b200b2", "00a6b2", "bfbfbf"),
        *("666666", "e50000", "00d900", "e5e500", "0000ff", "e500e5", "00e5e5", "e5e5e5"),
    ),
}


# Contrast


def luminance(rgb: tuple[int, int, int]) -> float:
    """WCAG's relative luminance."""
    parts = [value / 255 for value in rgb]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_the_standards() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), WHITE) == pytest.approx(4.48, abs=0.01)


def pairs(depth: Depth) -> Iterator[tuple[Role, Style]]:
    for role in Role:
        style = Style.parse(PALETTES[depth][role])
        if style.color or style.bgcolor:
            yield role, style


@pytest.mark.parametrize("depth", Depth)
def test_every_role_has_its_style_and_what_is_filled_has_both_colours(depth: Depth) -> None:
    assert set(PALETTES[depth]) == set(Role)
    for role, style in pairs(depth):
        assert role is Role.DIM or (style.color and style.bgcolor), role


@pytest.mark.parametrize(
    ("depth", "theme"),
    [(Depth.MANY, SIXTEEN["xterm"]), *product([Depth.SIXTEEN], SIXTEEN.values())],
    ids=["256 colours", *SIXTEEN],
)
def test_every_pair_can_be_read(depth: Depth, theme: TerminalTheme) -> None:
    seen = 0
    for role, style in pairs(depth):
        for each in (style.color, style.bgcolor):
            assert each is None or depth is Depth.SIXTEEN or _is_fixed(each), role
        colours = [each.get_truecolor(theme) for each in (style.color, style.bgcolor) if each is not None]
        if len(colours) == 2:
            assert contrast(*colours) >= ENOUGH, (role, contrast(*colours))
            seen += 1
    assert seen >= len(Role) - 2


def _is_fixed(color: Color) -> bool:
    """Whether no terminal has another colour for it: the first sixteen are each terminal's own."""
    return color.type is ColorType.EIGHT_BIT and (color.number or 0) >= 16


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("background", [BLACK, WHITE], ids=["dark", "light"])
def test_dim_text_can_be_read_on_a_dark_and_on_a_light_terminal(
    depth: Depth, background: tuple[int, int, int]
) -> None:
    style = Style.parse(PALETTES[depth][Role.DIM])
    assert not style.dim  # terminals halve the contrast of what is dimmed by attribute
    if style.color is not None:
        assert contrast(style.color.get_truecolor(), background) >= ENOUGH


@pytest.mark.parametrize("depth", [Depth.MANY, Depth.SIXTEEN])
def test_tones_and_modes_cannot_be_taken_for_another(depth: Depth) -> None:
    palette = PALETTES[depth]
    for group in ((Role.LIVE, Role.TEST, Role.TRAINING), tuple(look.TONE_ROLES.values())):
        assert len({palette[role] for role in group}) == len(group)


# What terminals get


class Cells:
    """What a terminal shows, cell by cell."""

    def __init__(self, terminal: Terminal80x24) -> None:
        self.raw = bytes(terminal.raw)
        self.rows = [
            [terminal.screen.buffer[y][x] for x in range(terminal.columns)] for y in range(terminal.lines)
        ]

    def text(self, y: int) -> str:
        return "".join(cell.data for cell in self.rows[y])

    def of(self, text: str) -> list[Char]:
        """The cells of ``text``, which stands there once."""
        found = [(y, self.text(y).find(text)) for y in range(len(self.rows)) if text in self.text(y)]
        assert len(found) == 1, (text, found)
        y, x = found[0]
        return self.rows[y][x : x + len(text)]

    def looks(self, text: str) -> set[tuple[str, str, bool]]:
        """With what it is drawn: colour, background, reversed."""
        return {(cell.fg, cell.bg, cell.reverse) for cell in self.of(text)}


PLAIN = ("default", "default", False)


@pytest.fixture(scope="module", params=TERMINALS)
def drawn(request: pytest.FixtureRequest) -> Iterator[tuple[str, Cells]]:
    """The screen of `tests.ui.looks` on one kind of terminal."""
    env: Mapping[str, str] = TERMINALS[request.param]
    with Terminal80x24([sys.executable, "-m", "tests.ui.looks"], env=env) as terminal:
        terminal.wait_for("F2 sell")
        terminal.settle()
        yield request.param, Cells(terminal)


def test_every_chip_banner_sign_and_button_is_filled(drawn: tuple[str, Cells]) -> None:
    name, cells = drawn
    chips = ("*** LIVE ***", "-- TEST --", ".. TRAINING ..") if name in COLOURLESS else (" LIVE ", " TEST ")
    signs = {"[OK] REGISTERED", "[!] OWES", "[X] CANCELLED", "[?] NO ANSWER"}
    assert {word.partition(" ")[2] for word in signs} == set(WORDS.values())
    for text in (*chips, *signs, " Enter check in "):
        (found,) = cells.looks(text)
        assert found != PLAIN, text
        assert found[2] or found[1] != "default", text
    assert cells.looks("The badge is not known.") == {PLAIN}
    (sign,) = {(cell.fg, cell.bg, cell.reverse) for cell in cells.rows[2][1:4]}
    assert "".join(cell.data for cell in cells.rows[2][1:4]) == "[!]"
    assert sign != PLAIN
    assert cells.looks("F2") == {PLAIN}


def test_a_banner_fills_three_rows_and_the_header_its_own(drawn: tuple[str, Cells]) -> None:
    _, cells = drawn
    assert all((cell.fg, cell.bg, cell.reverse) != PLAIN for cell in cells.rows[0])
    y = next(y for y in range(24) if "REGISTERED" in cells.text(y))
    for row in cells.rows[y - 1 : y + 2]:
        assert len({(cell.fg, cell.bg, cell.reverse) for cell in row[1:79]}) == 1
        assert (row[40].fg, row[40].bg, row[40].reverse) != PLAIN


def test_no_cell_has_the_colour_of_its_background(drawn: tuple[str, Cells]) -> None:
    name, cells = drawn
    for row in cells.rows:
        for cell in row:
            assert cell.fg != cell.bg or cell.fg == "default", (name, cell)


def test_tones_differ_in_colour_where_there_are_colours(drawn: tuple[str, Cells]) -> None:
    name, cells = drawn
    looks = {tone: cells.looks(word) for tone, word in WORDS.items()}
    distinct = {next(iter(found)) for found in looks.values()}
    assert len(distinct) == (1 if name in COLOURLESS else len(Tone) - 1)


COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")


def test_without_colours_no_escape_code_names_one(drawn: tuple[str, Cells]) -> None:
    name, cells = drawn
    assert (COLOUR.search(cells.raw) is None) is (name in COLOURLESS)


def test_a_chosen_row_is_reversed(drawn: tuple[str, Cells]) -> None:
    _, cells = drawn
    assert {cell.reverse for cell in cells.of("T-Shirt")} == {True}
    assert {cell.reverse for cell in cells.of("Lunch")} == {False}


# What is never cut, and how the rest is

SIZES = ((80, 24), (100, 30), (120, 30), (200, 60))
CUT_MONEY = re.compile(r"\d[.,]?…")


class Amounts(App[None]):
    """Large amounts, wherever an amount is drawn."""

    def __init__(self, amount: str) -> None:
        super().__init__()
        self.amount = amount

    def compose(self) -> ComposeResult:
        yield Progress()
        yield BigAmount()
        yield Banner()

    def on_ready(self) -> None:
        self.query_one(Progress).show_progress("HUF", self.amount, stage_text(("saved", "sent"), 1, 7))
        self.query_one(BigAmount).show_amount("GIVE BACK HUF", self.amount)
        word = "NO ANSWER from the database for 1234 s: do not charge again"
        told = BannerText(tone=Tone.UNKNOWN, word=word, about="小龍 李" * 20, fact=f"{self.amount} HUF")
        self.query_one(Banner).tell(told)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("amount", ["35.00", "1,234,567.00", "98,765,432,109.00", "123,456,789,012,345.00"])
async def test_no_amount_is_cut(amount: str, size: tuple[int, int]) -> None:
    async with Amounts(amount).run_test(size=size) as pilot:
        await pilot.pause()
        text = shown(pilot)
        for label in ("HUF", "GIVE BACK HUF"):
            assert all(row.strip() in text for row in large(label, amount, size[0])), text
        assert "NO ANSWER from the database for 1234 s: do not charge again" in text
        assert f"{amount} HUF" in text.split("NO ANSWER")[1]
        assert "小" not in text or "…" in text


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("person", ["LONG2026", "WIDE2026"])
async def test_the_title_of_a_payment_and_its_money_are_whole(
    desk: Desk, simulator: Server, person: str, size: tuple[int, int]
) -> None:
    attempt_id = begun(desk, attendee=person)
    now = payments.state(desk, attempt_id)
    async with at_counter(PaymentScreen(desk, attempt_id), size=size) as pilot:
        waiting = await shows(pilot, "WAITING FOR CARD", "the amount" if size[0] != 120 else "amount")
        header = waiting.split("\n")[0]
        assert f"   {now.reference} " in header
        assert person != "WIDE2026" or "小龍 李" in header
        assert " TRAINING " in header
        assert all(len(row) <= size[0] for row in waiting.split("\n"))
        assert not CUT_MONEY.search(waiting)
        simulator.tap("tmr_front_2")
        captured = await shows(pilot, "[OK] CAPTURED 25.00 USD   Visa 4242")
        assert not CUT_MONEY.search(captured)


def test_a_banner_on_black_has_an_edge_and_others_need_none() -> None:
    told = BannerText(tone=Tone.WARN, word="OWES 349.00", about="Ada", fact="x" * 70)
    try:
        look.use(Depth.SIXTEEN)
        assert banner_row(told, 0, 80).text == "─" * 80
        assert banner_row(told, 1, 80).text.startswith("   [!] OWES 349.00")
        assert banner_row(told, 2, 80).text.startswith("───")
        assert banner_row(told, 2, 80).text.endswith("x" * 70 + "   ")
        assert banner_row(replace(told, tone=Tone.OK), 0, 80).text.strip() == ""
    finally:
        look.use(Depth.MANY)
    assert banner_row(told, 0, 80).text.strip() == ""
