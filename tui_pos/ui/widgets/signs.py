"""The sign and the colour of each tone; the sign is enough for terminals without colours."""

from rich.text import Text

from tui_pos.core.scan import printable
from tui_pos.desk.tones import Tone
from tui_pos.ui.widgets import look

SIGNS: dict[Tone, str] = {Tone.OK: "OK", Tone.WARN: "!", Tone.BAD: "X", Tone.UNKNOWN: "?"}
"""The sign of each tone that the desk gives; other tones have none."""

LONGEST = 400


def sign(tone: Tone) -> str:
    """``[OK]``, ``[!]``, ``[X]`` or ``[?]``; '' for a tone without sign."""
    return f"[{SIGNS[tone]}]" if tone in SIGNS else ""


def style(tone: Tone) -> str:
    """What the sign of a tone is drawn with, as a Rich style; words beside it have no colour."""
    return look.style(look.TONE_ROLES[tone]) if tone in SIGNS else ""


def signed(tone: Tone, text: str, text_style: str = "") -> Text:
    """``text``, made safe, behind the sign of ``tone``."""
    shown = printable(text, LONGEST)
    if tone not in SIGNS:
        return Text(shown, style=text_style)
    return Text.assemble((sign(tone), style(tone)), (f" {shown}", text_style))
