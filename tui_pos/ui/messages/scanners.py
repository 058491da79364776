"""What the test code of the cards sheet showed of a scanner."""

from tui_pos.core.scan import printable
from tui_pos.ui.messages.templates import Sentence


def _fine(milliseconds: int, prefix: str, suffix: str) -> str:
    pace = f"{milliseconds} ms a character" if milliseconds else "under 1 ms a character"
    around = [
        f"{printable(text, 20)!r} {where} each code"
        for text, where in ((prefix, "before"), (suffix, "behind"))
        if text
    ]
    also = f", {' and '.join(around)}" if around else ""
    return f"This scanner is fine: {pace}, the keyboard is this computer's{also}."


SENTENCES: dict[str, Sentence] = {
    "scanner_tested.caps_lock": "Caps Lock is on: switch it off, then scan the test code again.",
    "scanner_tested.fine": _fine,
    "scanner_tested.layout": "The scanner types as a {scanner} keyboard, the computer reads a {keyboard} one:"
    " set the scanner to {keyboard}; until then what is scanned here is mapped back.",
    "scanner_tested.slow": "The scanner takes {milliseconds} ms a character, as slow as a hand: set a shorter"
    " delay between its characters, then scan the test code again.",
    "scanner_tested.unclear": "The test code arrived in a way that no keyboard explains: set the scanner"
    " to a US keyboard without changes of its own, then scan it again.",
}
