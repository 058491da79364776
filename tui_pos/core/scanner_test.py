"""The test code of the cards sheet: what one scan of it shows of the scanner.

It holds each kind of character that keyboard layouts exchange and none that is a dead key anywhere, so what
arrives tells the layouts, Caps Lock, and what the scanner puts in front and behind.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_pos.core.addresses import CODE as CODES
from tui_pos.core.addresses import DASHED_CODE
from tui_pos.core.keyboard_layouts import NAMES, SAME, Layouts, mistaken
from tui_pos.core.reasons import Reason, because
from tui_pos.core.scanners import KNOWN_SLOW, SYMBOLOGY, Pace, Scanner

CODE = "TUI-POS-TEST:yzqwamYZQWAM-1234567890/?&_#@"
LONGEST = 3
"""Characters that a scanner puts on one side: what is longer was another scan, read in one with this one."""
_LETTERS = re.compile(r"TUI.POS.TEST", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestScan:
    """What the test code showed.

    ``layouts`` is None when it arrived in a way that no layout here explains. ``has_caps_lock``: small and
    capital letters were exchanged.
    """

    __test__ = False  # a name that pytest would collect

    layouts: Layouts | None
    prefix: str = ""
    suffix: str = ""
    has_caps_lock: bool = False


def scanner_of(test: TestScan, pace: Pace | None) -> Scanner | None:
    """The scanner that sent the test code at this pace (None: pasted); None where it cannot be told from it.

    What Caps Lock exchanged is nothing of the scanner's.
    """
    if test.layouts is None:
        return None
    measured = pace if pace is not None else Pace(mean=0.0, spread=0.0)
    return Scanner(
        prefixes=(test.prefix,) if test.prefix else (),
        suffixes=(test.suffix,) if test.suffix else (),
        layouts=test.layouts,
        gap=measured.mean,
        spread=measured.spread,
    )


def told(test: TestScan, pace: Pace | None) -> Reason:
    """What is told about the scanner: that it is fine, or the one thing to do about it."""
    if test.layouts is None:
        return because("scanner_tested.unclear")
    if test.layouts.is_shifted:
        return because(
            "scanner_tested.layout",
            scanner=NAMES[test.layouts.scanner],
            keyboard=NAMES[test.layouts.keyboard],
        )
    if test.has_caps_lock:
        return because("scanner_tested.caps_lock")
    milliseconds = round((pace.mean if pace is not None else 0.0) * 1000)
    if milliseconds > KNOWN_SLOW * 1000:
        return because("scanner_tested.slow", milliseconds=milliseconds)
    return because("scanner_tested.fine", milliseconds=milliseconds, prefix=test.prefix, suffix=test.suffix)


def recognised(text: str) -> TestScan | None:
    """What ``text`` shows when it is the test code, in whatever layout; None for any other text."""
    if not _LETTERS.search(text):
        return None
    for layouts, has_caps_lock, arrives in _arrivals():
        before, found, after = text.partition(arrives)
        if found:
            return TestScan(
                layouts=layouts,
                prefix=_added(SYMBOLOGY.sub("", before)),
                suffix=_added(after),
                has_caps_lock=has_caps_lock,
            )
    return TestScan(layouts=None)


def _added(around: str) -> str:
    """What the scanner adds on one side, '' for what may be a code of its own."""
    added = around.strip()
    is_code = CODES.fullmatch(added) or DASHED_CODE.fullmatch(added)
    return "" if is_code or len(added) > LONGEST else added


def _arrivals() -> Iterator[tuple[Layouts, bool, str]]:
    for layouts in (SAME, *mistaken()):
        arrives = layouts.damaged(CODE)
        yield layouts, False, arrives
        yield layouts, True, "".join(map(_exchanged, arrives))


def _exchanged(char: str) -> str:
    """What Caps Lock makes of it; a letter without a capital stays."""
    other = char.swapcase()
    return other if len(other) == 1 else char
