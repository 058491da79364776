"""The test code of the cards sheet: what one scan of it shows of the scanner.

It holds each kind of character that keyboard layouts exchange and none that is a dead key anywhere, so what
arrives tells the layouts, Caps Lock, and what the scanner puts in front and behind.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_pos.core.keyboard_layouts import SAME, Layouts, mistaken

CODE = "TUI-POS-TEST:yzqwamYZQWAM-1234567890/?&_#@"
_LETTERS = re.compile(r"TUI.POS.TEST", re.IGNORECASE)
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")


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


def recognised(text: str) -> TestScan | None:
    """What ``text`` shows when it is the test code, in whatever layout; None for any other text."""
    if not _LETTERS.search(text):
        return None
    for layouts, has_caps_lock, arrives in _arrivals():
        before, found, after = text.partition(arrives)
        if found:
            return TestScan(
                layouts=layouts,
                prefix=_SYMBOLOGY.sub("", before).strip(),
                suffix=after.strip(),
                has_caps_lock=has_caps_lock,
            )
    return TestScan(layouts=None)


def _arrivals() -> Iterator[tuple[Layouts, bool, str]]:
    for layouts in (SAME, *mistaken()):
        arrives = layouts.damaged(CODE)
        yield layouts, False, arrives
        yield layouts, True, "".join(map(_exchanged, arrives))


def _exchanged(char: str) -> str:
    """What Caps Lock makes of it; a letter without a capital stays."""
    other = char.swapcase()
    return other if len(other) == 1 else char
