"""Keyboard layouts: what a scanner's key presses become on a computer that takes it for another keyboard.

A scanner sends key presses, not characters. It is set to one layout and the computer to another, so the key
that the scanner presses for ``-`` is read as ``ß``. The tables hold the printable keys by their place, row by
row from the top left, without and with Shift; sources are the national layouts as Windows and Linux have them
(ISO 105-key keyboards; the US one has no key left of Z).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Layout(StrEnum):
    """A keyboard layout; the values are those of the config."""

    US = "us"
    UK = "uk"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"


NAMES: Mapping[Layout, str] = {
    Layout.US: "US",
    Layout.UK: "UK",
    Layout.GERMAN: "German",
    Layout.FRENCH: "French",
    Layout.SPANISH: "Spanish",
}

# Row by row, without and with Shift: the digits, then the three rows of letters. The third ends with the key
# left of Enter, the last begins with the one left of Z, which the US keyboard lacks ("\0").
_KEYS: Mapping[Layout, tuple[str, str]] = {
    Layout.US: (
        "`1234567890-=qwertyuiop[]asdfghjkl;'\\\0zxcvbnm,./",
        '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|\0ZXCVBNM<>?',
    ),
    Layout.UK: (
        "`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./",
        '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~|ZXCVBNM<>?',
    ),
    Layout.GERMAN: (
        "^1234567890ß\u00b4qwertzuiopü+asdfghjklöä#<yxcvbnm,.-",
        "°!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'>YXCVBNM;:_",
    ),
    Layout.FRENCH: (
        "²&é\"'(-è_çà)=azertyuiop^$qsdfghjklmù*<wxcvbn,;:!",
        "~1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µ>WXCVBN?./§",
    ),
    Layout.SPANISH: (
        "º1234567890'¡qwertyuiop`+asdfghjklñ\u00b4ç<zxcvbnm,.-",
        'ª!"·$%&/()=?¿QWERTYUIOP^*ASDFGHJKLÑ¨Ç>ZXCVBNM;:_',
    ),
}


@dataclass(frozen=True, slots=True)
class Layouts:
    """The layout that a scanner is set to, and the one of the computer that reads its key presses."""

    scanner: Layout
    keyboard: Layout

    @property
    def is_shifted(self) -> bool:
        """Whether the two differ, so that other characters arrive than the code holds."""
        return self.scanner is not self.keyboard

    def damaged(self, text: str) -> str:
        """What arrives of ``text``; a character that the scanner's keyboard lacks stays as it is."""
        return text.translate(_map(self.scanner, self.keyboard))

    def restored(self, text: str) -> str:
        """What the code held of which ``text`` arrived; a character that no key gives stays as it is."""
        return text.translate(_map(self.keyboard, self.scanner))


SAME = Layouts(Layout.US, Layout.US)


def mistaken() -> Iterator[Layouts]:
    """The pairs that are met: one side is set to the US layout, as it left the factory, the other is not."""
    for layout in Layout:
        if layout is not Layout.US:
            yield Layouts(Layout.US, layout)
            yield Layouts(layout, Layout.US)


@cache
def _map(pressed: Layout, read: Layout) -> Mapping[int, str]:
    return {
        ord(meant): arrives
        for meant_row, arrives_row in zip(_KEYS[pressed], _KEYS[read], strict=True)
        for meant, arrives in zip(meant_row, arrives_row, strict=True)
        if meant != arrives and "\0" not in (meant, arrives)
    }
