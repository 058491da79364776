"""How good news, warnings and bad news look: a sign in words, and a colour that only underlines it."""

SIGNS = {"ok": "OK", "warn": "!", "bad": "X", "unknown": "?"}
"""The sign of each tone that the desk gives; other tones have none."""

STYLES = {"ok": "green", "warn": "yellow", "bad": "red", "unknown": "magenta"}


def sign(tone: str) -> str:
    """``[OK]``, ``[!]``, ``[X]`` or ``[?]``; '' for a tone without sign."""
    return f"[{SIGNS[tone]}]" if tone in SIGNS else ""


def style(tone: str) -> str:
    """The colour of a tone, as a Rich style."""
    return STYLES.get(tone, "")
