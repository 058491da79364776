"""The scanner of each station: what the config says of it, and what its test code showed there."""

from tui_pos.core import clock
from tui_pos.core.config import Settings
from tui_pos.core.keyboard_layouts import Layout, Layouts
from tui_pos.core.scanners import Scanner
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import StationScanner
from tui_pos.desk.context import Desk

MICROSECOND = 1e-6
LONGEST = 50
"""Characters of a prefix or suffix."""


def remember(desk: Desk, measured: Scanner) -> None:
    """Keep what the test code showed at this station, in place of what was known; needs no right.

    Nothing that money or people depend on: the next test code corrects it.
    """
    now = clock.now()
    insert = StationScanner.insert(
        conference=desk.conference.id,
        station=desk.station,
        gap=round(measured.gap / MICROSECOND),
        spread=round(measured.spread / MICROSECOND),
        scanner_layout=measured.layouts.scanner,
        keyboard_layout=measured.layouts.keyboard,
        prefix="".join(measured.prefixes[:1])[:LONGEST],
        suffix="".join(measured.suffixes[:1])[:LONGEST],
        updated_at=now,
    ).on_conflict(
        conflict_target=[StationScanner.conference, StationScanner.station],
        preserve=[
            StationScanner.gap,
            StationScanner.spread,
            StationScanner.scanner_layout,
            StationScanner.keyboard_layout,
            StationScanner.prefix,
            StationScanner.suffix,
            StationScanner.updated_at,
        ],
    )
    run_tx(lambda: insert.execute())


def scanner_here(desk: Desk, settings: Settings) -> Scanner:
    """What is known of this station's scanner.

    Prefixes and suffixes are those of the config, then those that the test code showed: either falls away.
    Layouts are the config's where it names any, else the measured ones; the pace is always the measured one.
    """
    with connected():
        row: StationScanner | None = StationScanner.get_or_none(
            StationScanner.conference == desk.conference.id, StationScanner.station == desk.station
        )
    configured = settings.scanner_at(desk.station)
    if row is None:
        return configured
    return Scanner(
        prefixes=(*configured.prefixes, *filter(None, (row.prefix,))),
        suffixes=(*configured.suffixes, *filter(None, (row.suffix,))),
        layouts=configured.layouts if configured.layouts.is_shifted else _layouts(row),
        gap=row.gap * MICROSECOND,
        spread=row.spread * MICROSECOND,
    )


def _layouts(row: StationScanner) -> Layouts:
    """The layouts that were measured; those of a later version, which this one does not know, are none."""
    known = set(Layout)
    if row.scanner_layout in known and row.keyboard_layout in known:
        return Layouts(Layout(row.scanner_layout), Layout(row.keyboard_layout))
    return Layouts(Layout.US, Layout.US)
