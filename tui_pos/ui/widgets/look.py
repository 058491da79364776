"""The colours: what each thing is drawn with, by how many colours the terminal has.

A coloured thing always has both its colours set, so that it can be read on a dark and on a light terminal;
plain text has the terminal's own. With 256 colours every pair is fixed and its contrast known; the sixteen
are the terminal's own, and only pairs that are safe in all usual palettes are used. Without colours the words
and signs, reversed, say it alone.
"""

import codecs
import curses
import locale
import os
from collections.abc import Mapping
from enum import Enum, StrEnum

from tui_pos.desk.tones import Tone


class Role(StrEnum):
    """What is drawn."""

    HEADER = "header"
    LIVE = "live"
    TEST = "test"
    TRAINING = "training"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"
    PLAIN = "plain"
    """A banner without a tone."""
    ENTER = "enter"
    """The next safe step in the key bar, and the current stage of a payment."""
    CHOSEN = "chosen"
    DIM = "dim"


MONOCHROME = 2
"""As many colours a terminal may name that has none to fill a row with."""


class Depth(Enum):
    """How many colours a terminal shows."""

    NONE = 0
    SIXTEEN = 16
    MANY = 256


_ACCENT = "color(231) on color(24)"

PALETTES: dict[Depth, dict[Role, str]] = {
    Depth.MANY: {
        Role.HEADER: _ACCENT,
        Role.LIVE: "bold color(231) on color(160)",
        Role.TEST: "bold color(16) on color(214)",
        Role.TRAINING: "bold color(16) on color(44)",
        Role.OK: "bold color(16) on color(77)",
        Role.WARN: "bold color(16) on color(214)",
        Role.BAD: "bold color(231) on color(160)",
        Role.UNKNOWN: "bold color(231) on color(127)",
        Role.PLAIN: "bold color(231) on color(24)",
        Role.ENTER: f"bold {_ACCENT}",
        Role.CHOSEN: "reverse",
        # The one gray that stands out enough from black and from white.
        Role.DIM: "color(243)",
    },
    Depth.SIXTEEN: {
        Role.HEADER: "bright_white on blue",
        Role.LIVE: "bold bright_white on red",
        # Black on a console's brown would be too faint.
        Role.TEST: "bold bright_yellow on black",
        Role.TRAINING: "black on cyan",
        Role.OK: "black on green",
        Role.WARN: "bold bright_yellow on black",
        Role.BAD: "bold bright_white on red",
        Role.UNKNOWN: "bold bright_white on magenta",
        Role.PLAIN: "bright_white on blue",
        Role.ENTER: "bold bright_white on blue",
        Role.CHOSEN: "reverse",
        Role.DIM: "",
    },
    Depth.NONE: dict.fromkeys(Role, "bold reverse")
    | {Role.HEADER: "reverse", Role.CHOSEN: "reverse", Role.DIM: ""},
}

TONE_ROLES: dict[Tone, Role] = {
    Tone.OK: Role.OK,
    Tone.WARN: Role.WARN,
    Tone.BAD: Role.BAD,
    Tone.UNKNOWN: Role.UNKNOWN,
    Tone.PLAIN: Role.PLAIN,
}

_palette = PALETTES[Depth.MANY]
_depth = Depth.MANY
_has_eighths = True


def use(depth: Depth, *, eighths: bool = True) -> None:
    """Draw for a terminal of that ``depth`` from now on; ``eighths``: see `has_eighths`."""
    global _palette, _depth, _has_eighths
    _palette, _depth, _has_eighths = PALETTES[depth], depth, eighths


def has_eighths() -> bool:
    """Whether the terminal has blocks of one to eight eighths of a row, for bars."""
    return _has_eighths


def eighths_of(environ: Mapping[str, str]) -> bool:
    """Whether they can be expected: the fonts of a text console have 256 characters without them."""
    return environ.get("TERM", "") != "linux" and codecs.lookup(locale.getencoding()).name == "utf-8"


def has_colours() -> bool:
    """Whether a colour is seen at all; without, words say more."""
    return _depth is not Depth.NONE


def style(role: Role) -> str:
    """The Rich style of ``role``."""
    return _palette[role]


def has_edge(role: Role) -> bool:
    """Whether its ground stands out from a black terminal."""
    return not _palette[role].endswith(" on black")


def depth_of(environ: Mapping[str, str]) -> Depth:
    """How many colours to use: none where NO_COLOR is set, else what terminfo says of TERM."""
    if environ.get("NO_COLOR"):
        return Depth.NONE
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Depth.MANY
    name = environ.get("TERM", "")
    try:
        with open(os.devnull, "wb") as nowhere:
            curses.setupterm(name, nowhere.fileno())
        colours = curses.tigetnum("colors")
    except curses.error:  # no terminfo of it here: many terminals name their colours
        colours = Depth.MANY.value if "256color" in name else Depth.SIXTEEN.value
    if colours >= Depth.MANY.value:
        return Depth.MANY
    return Depth.SIXTEEN if colours > MONOCHROME else Depth.NONE
