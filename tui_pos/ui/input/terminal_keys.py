"""Parses a terminal's bytes into keys and pastes: complete sequences only, replies dropped, bounded sizes.

Textual's own parser guesses: what it does not know within 32 characters comes out as typed text, so a
terminal's answer (device attributes, a colour, a mode report) lands in the prompt; a paste is collected
without any bound; and impossible code points raise. Here a sequence is what ECMA-48 says it is, however many
reads it takes, and only its meaning as a key is asked of Textual.
"""

import re
from typing import Final

from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

ESC: Final = "\x1b"
ESCAPE_ALONE: Final = 0.1
"""Seconds after which an Esc that nothing follows counts as the Esc key."""
UNFINISHED: Final = 1.0
"""Seconds without input after which a sequence or a paste that was begun is taken as ended."""
PASTE_LIMIT: Final = 16 * 1024
"""Characters of one paste; a longer one is refused as a whole."""
PASTE_LINES: Final = 400
"""Lines of one paste."""
STRING_LIMIT: Final = 64 * 1024
"""Characters of an answer that is a string; one that is longer is none, and is refused like a paste."""
SS3_LENGTH: Final = 3
"""Characters of a key such as ``ESC O P``."""
SEQUENCE_LIMIT: Final = 256
"""Characters of one control sequence; what is longer is none."""

TYPED_LIMIT: Final = 100
"""Characters behind Esc that may be a line that somebody typed or scanned, though an answer begins so."""
A_HANDS_PAUSE: Final = 0.03
"""Seconds between Esc and text in the next read: longer than a read that is cut in two takes."""

PASTE_START: Final = "\x1b[200~"
PASTE_END: Final = "\x1b[201~"

_CONTROL: Final = re.compile(r"\x1b\[(?:\[.|M...|[0-?]*[ -/]*[@-LN-Z\\-~]|[0-?]+[ -/]*M)", re.DOTALL)
"""A complete control sequence; ``[[A`` is how the Linux console sends F1, ``M`` and three signs the mouse:
so ``[`` ends none, and ``M`` only one with parameters."""
_CONTROL_BEGUN: Final = re.compile(r"\x1b\[(?:\[|M.{0,2}|[0-?]*[ -/]*)\Z", re.DOTALL)
_SYNC_REPORT: Final = re.compile(r"\x1b\[\?2026;([1-4])\$y")
_REPLY: Final = re.compile(r"\x1b\[(?:[<-?].*|[\d;]*(?:[cntxy]|\$y)|\d+;\d+R)", re.DOTALL)
"""What only a terminal's answer looks like: private parameters, a final letter that no key has, or where the
cursor is (F3 has no row and column)."""
_C1: Final = {code: f"{ESC}{chr(code - 0x40)}" for code in (0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F)}
"""The single characters that terminals may begin a sequence with, as the two that they stand for."""
_STRINGS: Final = frozenset("]PX^_")
"""Behind Esc: OSC, DCS, SOS, PM and APC begin, and last until ST or BEL."""
_STRING_ENDS: Final = re.compile(r"\x1b\\|\x1b(?!\Z)|[\x00-\x06\x07\x08-\x1a\x1c-\x1f\x9c]")


class TerminalKeys:
    """Feed it text as it comes, with the time; it answers Textual's keys, `events.Paste` and one report.

    ``refused`` counts the characters of pastes and answers that were too long, until somebody takes it.
    """

    def __init__(self) -> None:
        self._textual = XTermParser()
        self._rest = ""
        self._since = 0.0
        self._in_string = False
        self._string = ""
        self._string_size = 0
        self._escape_came_first = False
        self._paste: list[str] | None = None
        self._paste_size = 0
        self.refused = 0

    def feed(self, text: str, now: float) -> list[Message]:
        """What ``text`` completes; "" after a pause ends what was begun and never finished."""
        found = [] if text else self._expire(now)
        if text:
            self._escape_came_first = self._rest == ESC and now - self._since > A_HANDS_PAUSE
            self._since = now
            text, self._rest = self._rest + (text if text.isascii() else text.translate(_C1)), ""
        while text:
            text = self._step(text, found)
        return found

    def forget(self) -> None:
        """Begin anew, as if nothing had been read."""
        self._end_string()
        self._rest, self._paste, self._paste_size = "", None, 0

    @property
    def is_in_paste(self) -> bool:
        """Whether a bracketed paste has begun and not ended."""
        return self._paste is not None

    def _expire(self, now: float) -> list[Message]:
        quiet = now - self._since
        if self._rest == ESC and self._paste is None and not self._in_string:
            if quiet < ESCAPE_ALONE:
                return []
            self._rest = ""
            return [events.Key("escape", ESC)]
        if quiet < UNFINISHED or not (self._rest or self._in_string or self._paste is not None):
            return []
        found: list[Message] = []
        if self._paste is not None:
            self._end_paste(self._rest, found)
        self.forget()
        return found

    def _step(self, text: str, found: list[Message]) -> str:
        """Take one thing off the beginning of ``text``; what remains."""
        if self._paste is not None:
            return self._in_paste(text, found)
        if self._in_string:
            return self._through_string(text, found)
        start = text.find(ESC)
        if start != 0:
            plain, text = (text, "") if start < 0 else (text[:start], text[start:])
            for character in plain:
                found += self._keys(character)
            return text
        return self._escape(text, found)

    def _escape(self, text: str, found: list[Message]) -> str:  # noqa: PLR0911  # one for each that may follow
        if len(text) == 1:
            self._rest = text
            return ""
        second = text[1]
        if second == "[":
            return self._control(text, found)
        if second in _STRINGS:
            self._in_string, self._string = True, second
            return text[2:]
        if second == ESC:
            found.append(events.Key("escape", ESC))
            return text[1:]
        if self._is_text_behind_escape(text):
            found.append(events.Key("escape", ESC))
            return text[1:]
        if second == "O":
            whole = text[:SS3_LENGTH]
            self._rest = text if len(whole) < SS3_LENGTH else ""
            found += () if self._rest else self._keys(whole)
            return text[SS3_LENGTH:]
        if second in "\x08\x7f":
            found += self._keys(second)  # Alt with Backspace edits like any other
            return text[2:]
        # Alt with a key: Textual's name for it, which means nothing here.
        found += self._keys(text[:2]) or self._keys(second, alt=True)
        return text[2:]

    def _is_text_behind_escape(self, text: str) -> bool:
        """Whether Esc was pressed and text came in the same read, or after a hand's pause: it stays whole."""
        after_pause, self._escape_came_first = self._escape_came_first, False
        if text[1] == "O":
            # A key of its own (F1 is ``OP``), and then what was typed after it; or a code like ORD-1.
            is_key = len(text) == SS3_LENGTH or bool(self._keys(text[:SS3_LENGTH]))
            is_text = len(text) != SS3_LENGTH if after_pause else len(text) >= SS3_LENGTH and not is_key
            return text[1:4].isprintable() and is_text
        behind = text[2:3]
        return text[1].isprintable() and (after_pause or behind not in ("", ESC))

    def _control(self, text: str, found: list[Message]) -> str:
        if complete := _CONTROL.match(text):
            sequence = complete[0]
            if sequence == PASTE_START:
                self._paste, self._paste_size = [], 0
            elif _SYNC_REPORT.fullmatch(sequence):
                found.append(messages.TerminalSupportsSynchronizedOutput())
            elif sequence != PASTE_END and not _REPLY.fullmatch(sequence):
                found += self._keys(sequence)
            return text[complete.end() :]
        if len(text) < SEQUENCE_LIMIT and _CONTROL_BEGUN.match(text):
            self._rest = text
            return ""
        # Not a sequence: its beginning is dropped, and the character that broke it is parsed by itself.
        broken = re.match(r"\x1b\[[0-?]*[ -/]*", text)
        return text[broken.end() if broken else 2 :]

    def _through_string(self, text: str, found: list[Message]) -> str:
        """Behind the end of an answer that is a string; any control character ends a broken one.

        No answer has lines: what the end of one breaks was typed or scanned behind Esc, and stays whole; of
        what is too long for that, its Enter must not act alone.
        """
        end = _STRING_ENDS.search(text)
        inside = text if end is None else text[: end.start()]
        self._string_size += len(inside)
        if len(self._string) <= TYPED_LIMIT:
            self._string += inside.removesuffix(ESC)[: TYPED_LIMIT + 1]
        if end is None:
            self._rest = ESC if text.endswith(ESC) else ""
            return ""
        line = self._string
        self._end_string()
        if end[0] in "\r\n\t" and len(line) <= TYPED_LIMIT:
            found.append(events.Key("escape", ESC))
            for character in line:
                found += self._keys(character)
            return text[end.start() :]
        closed = end[0] in ("\x1b\\", "\x07", "\x9c", "\r", "\n", "\t")
        return text[end.end() if closed else end.start() :]

    def _end_string(self) -> None:
        if self._string_size > STRING_LIMIT:
            self.refused += self._string_size
        self._in_string, self._string, self._string_size = False, "", 0

    def _in_paste(self, text: str, found: list[Message]) -> str:
        inside, end, text = text.partition(PASTE_END)
        if not end:
            # The end may be cut in two.
            cut = next((n for n in range(len(PASTE_END) - 1, 0, -1) if inside.endswith(PASTE_END[:n])), 0)
            self._rest = inside[len(inside) - cut :]
            self._collect(inside[: len(inside) - cut])
            return ""
        self._end_paste(inside, found)
        return text

    def _collect(self, text: str) -> None:
        assert self._paste is not None
        self._paste_size += len(text)
        if self._paste_size <= PASTE_LIMIT:
            self._paste.append(text)

    def _end_paste(self, text: str, found: list[Message]) -> None:
        self._collect(text)
        pasted = "".join(self._paste or ()).replace("\x00", "")
        if self._paste_size > PASTE_LIMIT or len(re.findall(r"\r\n|\r|\n", pasted)) > PASTE_LINES:
            self.refused += self._paste_size
        elif pasted:
            found.append(events.Paste(pasted))
        self._paste = None

    def _keys(self, sequence: str, alt: bool = False) -> list[events.Key]:
        try:
            keys = list(self._textual._sequence_to_key_events(sequence, alt))
        except (ValueError, OverflowError):
            return []
        return [key for key in keys if key.key != Keys.Ignore]
