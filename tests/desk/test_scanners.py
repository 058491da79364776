"""What is known of a station's scanner: the config, and what its test code showed there."""

from dataclasses import replace
from pathlib import Path

import pytest

from tui_pos.core.config import ScannerSettings, Settings, StationSettings
from tui_pos.core.keyboard_layouts import SAME, Layout, Layouts
from tui_pos.core.scanners import Scanner
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import StationScanner
from tui_pos.desk import scanners
from tui_pos.desk.context import Desk

GERMAN = Layouts(Layout.US, Layout.GERMAN)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_the_last_test_code_counts_at_its_own_station(desk: Desk, settings: Settings) -> None:
    assert scanners.scanner_here(desk, settings) == Scanner()
    scanners.remember(desk, Scanner(gap=0.05, spread=0.01, prefixes=("~",), layouts=GERMAN))
    scanners.remember(desk, Scanner(gap=0.012, spread=0.0005, suffixes=("#",), layouts=GERMAN))
    known = scanners.scanner_here(desk, settings)
    assert (known.gap, known.spread) == pytest.approx((0.012, 0.0005))
    assert (known.prefixes, known.suffixes, known.layouts) == ((), ("#",), GERMAN)
    assert scanners.scanner_here(replace(desk, station="desk-4"), settings) == Scanner()


def test_what_the_config_says_goes_before_what_was_measured(desk: Desk, settings: Settings) -> None:
    scanners.remember(desk, Scanner(prefixes=("~",), layouts=GERMAN))
    said = replace(
        settings,
        scanner=ScannerSettings(prefixes=("!",), keyboard_layout="fr"),
        stations={"desk-4": StationSettings(scanner_layout="es", keyboard_layout="us")},
    )
    known = scanners.scanner_here(desk, said)
    assert (known.prefixes, known.layouts) == (("!", "~"), Layouts(Layout.US, Layout.FRENCH))
    assert said.scanner_at("desk-4").layouts == Layouts(Layout.SPANISH, Layout.US)


def test_a_layout_of_a_later_version_is_none(desk: Desk, settings: Settings) -> None:
    scanners.remember(desk, Scanner(layouts=GERMAN))
    with connected():
        StationScanner.update(keyboard_layout="xx").execute()
    assert scanners.scanner_here(desk, settings).layouts == SAME
