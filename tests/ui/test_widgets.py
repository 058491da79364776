"""The small widgets: what they draw, and that they draw no more than changed."""

from datetime import UTC, datetime

import pytest
from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.widget import Widget

from tests.fixtures.pilot import shown
from tui_pos.core import clock
from tui_pos.desk.context import Mode
from tui_pos.ui.input.keys import Hint
from tui_pos.ui.widgets.big_amount import large
from tui_pos.ui.widgets.key_bar import KeyBar
from tui_pos.ui.widgets.line_list import Column, Line, LineList, fit
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import ScanInput
from tui_pos.ui.widgets.stage_line import stage_text
from tui_pos.ui.widgets.status_line import Clock, Status, StatusLine


class One(App[None]):
    """An app with one widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


class Counted(LineList):
    """Remembers which rows it had painted."""

    painted: tuple[int, ...] = ()

    def painted_now(self) -> list[int]:
        """The rows painted since the last time."""
        rows, self.painted = list(self.painted), ()
        return rows

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> "Counted":
        self.painted = (*self.painted, *(region.y for region in regions))
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


def lines(count: int) -> list[Line]:
    return [Line((f"Product {number}", f"{number}.00"), key=str(number)) for number in range(1, count + 1)]


def rows(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")]


async def test_rows_are_numbered_aligned_and_marked() -> None:
    listing = LineList(Column(12), Column(8, right=True))
    async with One(listing).run_test(size=(40, 4)) as pilot:
        listing.set_lines([*lines(2), Line(("Sold out", "9.00"), pick=False)])
        await pilot.pause()
        assert rows(shown(pilot))[:3] == [
            "1> Product 1         1.00",
            "2  Product 2         2.00",
            "   Sold out          9.00",
        ]


async def test_a_text_is_not_cut_while_cells_beside_it_are_empty() -> None:
    listing = LineList(Column(10), Column(6), Column(8, right=True), numbered=False)
    async with One(listing).run_test(size=(40, 4)) as pilot:
        listing.set_lines(
            [Line(("Noor Lindqvist of Uppsala", "paid", "349.00")), Line(("Ravi", "ok", "1.00"))]
        )
        await pilot.pause()
        assert rows(shown(pilot))[0] == "> Noor Lindqvist of Uppsa…  paid  349.00"
        assert listing.cut_text == "Noor Lindqvist of Uppsala"
        listing.move(1)
        assert listing.cut_text == ""
    wide = LineList(Column(10), Column(), numbered=False)
    async with One(wide).run_test(size=(60, 4)) as pilot:
        wide.set_lines([Line(("Noor Lindqvist of Uppsala", "paid 349.00"))])
        await pilot.pause()
        assert rows(shown(pilot))[0] == "> Noor Lindqvist of Uppsala  paid 349.00"
        assert wide.cut_text == ""


async def test_only_changed_rows_are_painted() -> None:
    listing = Counted(Column(), Column(8, right=True))
    async with One(listing).run_test(size=(40, 12)) as pilot:
        listing.set_lines(lines(10))
        await pilot.pause()
        listing.painted_now()
        listing.set_lines(lines(10))
        assert listing.painted_now() == []
        changed = lines(10)
        changed[4] = Line(("Product 5", "6.00"), key="5")
        listing.set_lines(changed)
        assert listing.painted_now() == [4]
        listing.move(1)
        assert listing.painted_now() == [0, 1]


async def test_the_chosen_row_stays_in_sight_and_numbers_follow_what_is_in_sight() -> None:
    listing = LineList(Column())
    async with One(listing).run_test(size=(40, 5)) as pilot:
        listing.set_lines(lines(20))
        chosen = listing.move(9)
        await pilot.pause()
        assert chosen is not None
        assert chosen.key == "10"
        assert rows(shown(pilot))[0] == "1  Product 6"
        assert rows(shown(pilot))[4] == "5> Product 10"
        picked = listing.numbered_line(2)
        assert picked is not None
        assert picked.key == "7"
        assert listing.numbered_line(9) is None


async def test_the_choice_stops_at_both_ends_and_skips_what_cannot_be_picked() -> None:
    listing = LineList(Column())
    async with One(listing).run_test(size=(40, 10)):
        listing.set_lines([Line(("head",), pick=False), *lines(2), Line(("foot",), pick=False)])
        assert listing.chosen == lines(1)[0]
        assert listing.move(-9) == lines(1)[0]
        assert listing.move(9) == lines(2)[1]


async def test_the_choice_follows_its_row_and_then_its_place() -> None:
    listing = LineList(Column())
    async with One(listing).run_test(size=(40, 10)):
        listing.set_lines(lines(4))
        listing.choose("3")
        listing.set_lines(lines(4)[1:])
        assert listing.chosen == lines(4)[2]
        listing.set_lines(lines(2))
        assert listing.chosen == lines(2)[1]
        listing.set_lines([])
        assert listing.chosen is None
        assert listing.move(1) is None


async def test_a_list_that_changed_while_it_was_hidden_shows_what_is_true() -> None:
    listing, label = LineList(Column()), Row(Text("before"))
    around = Vertical(label, listing)
    async with One(around).run_test(size=(40, 24)) as pilot:
        listing.set_lines(lines(1))
        await pilot.pause()
        shown(pilot)  # draws it
        around.display = False
        await pilot.pause()
        listing.set_lines(lines(3))
        label.show(Text("after"))
        around.display = True
        await pilot.pause()
        text = shown(pilot)
        assert "after" in text
        assert all(str(line.cells[0]) in text for line in lines(3))


async def test_an_empty_list_says_so() -> None:
    listing = LineList(Column(10), empty="Nothing is parked and nothing is unfinished.")
    async with One(listing).run_test(size=(60, 3)) as pilot:
        listing.set_lines([])
        await pilot.pause()
        assert rows(shown(pilot))[0].strip() == "Nothing is parked and nothing is unfinished."


async def test_names_are_data() -> None:
    listing = LineList(Column())
    async with One(listing).run_test(size=(40, 3)) as pilot:
        listing.set_lines([Line(("50% [/off] \x1b[31m\u202eevil\nname",))])
        await pilot.pause()
        assert rows(shown(pilot))[0] == "1> 50% [/off] evil name"


@pytest.mark.parametrize(
    ("text", "width", "right", "fitted"),
    [
        ("abc", 5, False, "abc  "),
        ("abc", 5, True, "  abc"),
        ("abcdef", 4, False, "abc…"),
        ("李小龍", 6, False, "李小龍"),
        ("李小龍", 5, False, "李小…"),
        ("李小龍", 4, True, " 李…"),
        ("abc", 0, False, ""),
        ("abc", 1, False, "…"),
    ],
)
def test_text_fits_its_column_to_the_cell(text: str, width: int, right: bool, fitted: str) -> None:
    assert fit(text, width, right) == fitted


async def test_a_row_paints_only_the_cells_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row(Text("12 s  李小龍"))
    async with One(row).run_test(size=(40, 3)) as pilot:
        painted: list[Region] = []
        monkeypatch.setattr(row, "refresh", lambda *regions: painted.extend(regions))
        row.show(Text("12 s  李小龍"))
        assert painted == []
        row.show(Text("13 s  李小龍"))
        assert painted.pop() == Region(1, 0, 1, 1)
        row.show(Text("13 s  李大龍"))
        assert painted.pop() == Region(8, 0, 2, 1)
        row.show(Text("13 s  李大龍", style="bold"))
        assert painted.pop() == Region(0, 0, 12, 1)
        assert not painted
        await pilot.pause()


async def test_the_key_bar_names_the_safe_step_first_and_fits() -> None:
    bar = KeyBar()
    async with One(bar).run_test(size=(80, 3)) as pilot:
        bar.show_hints(
            [Hint("Enter", "card 167.00"), Hint("1-9", "add"), Hint("F9", "cash"), Hint("Esc", "back")]
        )
        await pilot.pause()
        assert rows(shown(pilot))[0] == "  Enter card 167.00    1-9 add   F9 cash   Esc back"
        bar.show_hints([Hint("F8", "card [/off] \x1b[2J")] * 8)
        await pilot.pause()
        assert rows(shown(pilot))[0] == "   ".join([" F8 card [/off]", *["F8 card [/off]"] * 3, "/ more"])


async def test_the_stages_fill_and_the_current_one_is_in_capitals() -> None:
    line = Row()
    async with One(line).run_test(size=(80, 3)) as pilot:
        line.show(stage_text(("saved", "sent", "waiting for card", "captured"), 2, 12))
        await pilot.pause()
        assert rows(shown(pilot))[0] == "saved  >  sent  >   WAITING FOR CARD  12 s  >  captured"


def test_a_header_that_is_being_made_is_left_to_its_screen() -> None:
    """The desk may learn who signed in at the very moment at which a screen opens."""
    StatusLine().show(Status(conference="PyCon US 2027", station="desk-3", staff="Amira Haddad"))


@pytest.mark.parametrize("mode", list(Mode))
async def test_the_header_always_says_whose_money_it_is(mode: Mode) -> None:
    header = StatusLine()
    async with One(header).run_test(size=(80, 3)) as pilot:
        header.show(
            Status(
                conference="A conference with a very long name " * 3,
                station="desk-3",
                staff="Amira",
                reader="Front-2",
                reader_state="ready",
                mode=mode,
            )
        )
        await pilot.pause()
        row = rows(shown(pilot))[0]
        assert f"Front-2 ready    {mode}  " in row
        assert len(row) < 80


async def test_a_title_stands_in_place_of_the_station() -> None:
    header = StatusLine()
    async with One(header).run_test(size=(80, 3)) as pilot:
        status = Status(conference="PyCon", station="desk-3", staff="Amira", mode=Mode.TEST)
        header.show(status, Text("Noor Lindqvist   ORD-8F3K2AQ7"))
        await pilot.pause()
        row = rows(shown(pilot))[0]
        assert row.startswith(" Noor Lindqvist   ORD-8F3K2AQ7   ")
        assert "desk-3" not in row


async def test_the_clock_shows_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 5, 14, 14, 2, 59, tzinfo=UTC))
    local = clock.now().astimezone()
    async with One(Clock()).run_test(size=(10, 3)) as pilot:
        assert rows(shown(pilot))[0] == f" {local:%H:%M}"


def test_large_digits_use_only_lines_that_console_fonts_have() -> None:
    drawn = large("USD", "-1,234,567.890")
    assert len(drawn) == 5
    assert len({len(row) for row in drawn}) == 1
    assert set("".join(drawn)) <= set("█▀▄ USD,")


def test_an_amount_in_other_signs_is_drawn_small() -> None:
    assert large("€", "n/a")[-1] == "€  n/a"


async def test_a_pin_is_not_shown() -> None:
    prompt = ScanInput(masked=True, picks=False)
    async with One(prompt).run_test(size=(40, 3)) as pilot:
        prompt.focus()
        await pilot.press(*"1234")
        assert rows(shown(pilot))[0] == " > ****_"
        assert prompt.text == "1234"


async def test_long_text_shows_its_end() -> None:
    prompt = ScanInput()
    async with One(prompt).run_test(size=(20, 3)) as pilot:
        prompt.focus()
        await pilot.press(*"abcdefghijklmnopqrstuvwxyz")
        assert rows(shown(pilot))[0] == " > klmnopqrstuvwxyz_"


async def test_a_quiet_prompt_appears_with_the_first_letter() -> None:
    prompt = ScanInput(quiet=True)
    async with One(prompt).run_test(size=(40, 3)) as pilot:
        prompt.focus()
        await pilot.pause()
        assert rows(shown(pilot))[0] == ""
        await pilot.press("a")
        assert rows(shown(pilot))[0] == " > a_"
        prompt.clear()
        await pilot.pause()
        assert rows(shown(pilot))[0] == ""
