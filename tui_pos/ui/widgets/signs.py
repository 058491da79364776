"""The sign and the colour of each tone; the sign is enough for terminals without colours."""

from tui_pos.desk.tones import Tone

SIGNS: dict[Tone, str] = {Tone.OK: "OK", Tone.WARN: "!", Tone.BAD: "X", Tone.UNKNOWN: "?"}
"""The sign of each tone that the desk gives; other tones have none."""

STYLES: dict[Tone, str] = {Tone.OK: "green", Tone.WARN: "yellow", Tone.BAD: "red", Tone.UNKNOWN: "magenta"}


def sign(tone: Tone) -> str:
    """``[OK]``, ``[!]``, ``[X]`` or ``[?]``; '' for a tone without sign."""
    return f"[{SIGNS[tone]}]" if tone in SIGNS else ""


def style(tone: Tone) -> str:
    """The colour of a tone, as a Rich style."""
    return STYLES.get(tone, "")
