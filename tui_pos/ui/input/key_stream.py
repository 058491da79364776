"""From single keys to what the person or the scanner meant: one ordered stream of messages.

A keyboard-wedge scanner sends a code as key presses a few milliseconds apart, and over SSH the whole code
mostly arrives in one read. So time tells scans from typing: `KioskDriver` stamps every key with the moment
its read returned (all keys of one read carry the same time), and here

* keys at most `BURST_GAP` apart are one *run*;
* a key that acts (Enter on an empty prompt, a function key, Esc, a digit that picks a row, ``+`` and ``-``)
  is *held* until its run has been quiet for `HOLD`. If a character joins the run, the run was a scan: held
  digits become its text, and held function keys, which can only have come out of the barcode, are dropped;
* F12 locks wherever it stands, what follows it in its run is dropped, and Backspace always edits;
* after a character nothing else acts until the run is over, so the second half of CR LF, a doubled Enter or a
  control character inside a barcode does nothing at all. Only a digit right behind the end of a line may
  still pick, if it stays alone: a slow link brings what was typed at leisure in one read, and no code is
  one digit long.

This assumes that nobody types two keys within 30 ms on purpose, and that the link does not pause for more
than 50 ms between the first digit of a scan and its second. If it does pause there, the digit picks a row;
that is why picking never moves money. A pause anywhere else in a scan is harmless: the line is only read at
its end.
"""

import re
from dataclasses import dataclass
from typing import Final

from textual.message import Message

from tui_pos.ui.input import keys

BURST_GAP: Final = 0.030
"""Seconds: keys that follow each other faster are a scanner's, or came in one read."""
HOLD: Final = 0.050
"""Seconds of quiet after which a held key acts."""
PAUSE: Final = 0.300
"""Seconds: text before such a pause may be half-typed text that a scan then replaces."""
MIN_BURST: Final = 3
"""Characters: fewer cannot be told from typing."""
MIN_REPLACING: Final = 6
"""Characters with which a scan replaces half-typed text; fewer may be typing that a slow link held back."""
MAX_TEXT: Final = 4096
PAGE: Final = 9

SEPARATOR: Final = "\x1d"
_QUIT_KEYS: Final = frozenset(("ctrl+c", "ctrl+d", "ctrl+q", "ctrl+z", "ctrl+backslash"))
_MOVES: Final = {"up": -1, "down": 1, "rows_before": -PAGE, "rows_after": PAGE}
_STEPS: Final = {"more": 1, "fewer": -1}


@dataclass
class Entered(Message):
    """A line has ended: by Enter, or as the scanner ends it. Never empty.

    ``scanned``: it came as a burst or a paste. ``truncated``: it was longer than `MAX_TEXT` and the rest is
    gone.
    """

    text: str
    scanned: bool
    truncated: bool = False


@dataclass
class Changed(Message):
    """No key came for `HOLD` after text was typed: a live filter may run. A scan never causes it."""

    text: str


@dataclass
class Picked(Message):
    """A digit was typed into the empty prompt: pick row ``number`` (1 to 9)."""

    number: int


@dataclass
class Moved(Message):
    """An arrow or a page key: choose the row ``delta`` further down."""

    delta: int


@dataclass
class Stepped(Message):
    """``+`` or ``-`` in the empty prompt."""

    delta: int


class Confirmed(Message):
    """Enter in the empty prompt, not from a scanner: take the one safe next step."""


@dataclass
class Asked(Message):
    """A function key or Esc: the name of a command of `tui_pos.ui.input.keys`."""

    command: str


@dataclass
class Refused(Message):
    """A key that ends other programs: say ``reason``."""

    reason: str


class KeyStream:
    """Collects keys and says what they mean. Knows no widget; times are seconds on the monotonic clock.

    ``picks``: whether digits, ``+`` and ``-`` act in the empty prompt. Set it to False where numbers are
    typed.
    """

    def __init__(self, picks: bool = True) -> None:
        self.picks = picks
        self._text: list[str] = []
        self._gaps: list[float] = []
        self._truncated = False
        self._held: list[tuple[Message, str]] = []
        self._run_has_text = False
        self._line_has_ended = False
        self._last = float("-inf")
        self._dirty = False
        self._edited = 0  # how much of the line, from its beginning, was edited: no scan begins there
        self._locking = False

    @property
    def text(self) -> str:
        """The line as it stands."""
        return "".join(self._text)

    @property
    def due(self) -> float | None:
        """When `settle` has something to do, or None."""
        return self._last + HOLD if self._held or self._dirty else None

    def clear(self) -> None:
        """Forget the line, as if nothing had been typed."""
        self._text.clear()
        self._gaps.clear()
        self._truncated = False
        self._dirty = False
        self._edited = 0

    def forget(self) -> None:
        """Forget the line and every key that is held."""
        self.clear()
        self._held.clear()

    def feed(self, key: str, character: str | None, time: float) -> list[Message]:
        """Take a key (its name in Textual, its character, when it came); return what is now certain."""
        key = "backspace" if key.endswith("+backspace") else key
        command = keys.BY_KEY.get(key if character != SEPARATOR else "")
        typed = _typed(key, character)
        if command is None and typed is None and key not in _OTHER_KEYS:
            return []
        gap, self._last = time - self._last, time
        certain: list[Message] = []
        if gap > BURST_GAP:
            certain = self._flush()
            self._run_has_text = self._line_has_ended = self._locking = False
        if self._locking:
            return certain
        if command is not None and command.name == "lock":
            return [*certain, *self._lock()]
        if key == "backspace":
            self._take_back(gap)
            return certain
        if key in _LINE_ENDS:
            return certain + self._end_line(key, gap)
        if typed is not None and not self._holds(command):
            self._append(typed, gap)
        elif typed is not None or not self._run_has_text:
            certain += self._act(key, command, typed or "")
        return certain

    def paste(self, text: str, time: float) -> list[Message]:
        """Take a bracketed paste: every line that ends in it is one scan, the rest joins the prompt."""
        if self._locking and time - self._last <= BURST_GAP:
            return []
        certain = self._flush()
        self._last = time
        self._run_has_text = True
        *lines, rest = re.split(r"\r\n|\r|\n", text)
        if lines:
            self.clear()
        for line in lines:
            kept = [char for char in line if char == SEPARATOR or char.isprintable()]
            if kept:
                certain.append(Entered("".join(kept[:MAX_TEXT]), True, len(kept) > MAX_TEXT))
        for char in rest:
            if char == SEPARATOR or char.isprintable():
                self._append(char, 0.0)
        return certain

    def settle(self, now: float) -> list[Message]:
        """The messages that are certain because no key came until ``now``."""
        if self.due is None or now < self.due:
            return []
        certain = self._flush()
        if self._dirty:
            self._dirty = False
            certain.append(Changed(self.text))
        return certain

    def _holds(self, command: keys.Command | None) -> bool:
        """Whether a character that may act is held, not text yet."""
        if command is None or not self.picks or self._text:
            return False
        if self._run_has_text and not (self._line_has_ended and command.name == "pick"):
            return False
        held = [char for _, char in self._held if char]
        steps = command.name in _STEPS
        return not held or (steps and all(char in "+-" for char in held))

    def _append(self, char: str, gap: float) -> None:
        self._unhold(gap)
        self._run_has_text = True
        self._line_has_ended = False
        self._push(char, gap)

    def _unhold(self, gap: float) -> None:
        """The held digits turned out to be text; what else was held came out of the barcode with them."""
        for _, char in self._held:
            self._push(char, gap)
        self._held.clear()

    def _push(self, char: str, gap: float) -> None:
        if char and len(self._text) < MAX_TEXT:
            self._text.append(char)
            self._gaps.append(gap)
            self._dirty = True
        elif char:
            self._truncated = True

    def _act(self, key: str, command: keys.Command | None, char: str) -> list[Message]:
        if key in _QUIT_KEYS:
            self._held.append((Refused(keys.HOW_TO_QUIT), ""))
            return []
        if command is None:
            return []
        if command.name in _MOVES:
            return [*self._flush(), Moved(_MOVES[command.name])]
        if command.name == "back" and self._text:
            self.clear()
            return [*self._flush(), Changed("")]
        self._held.append((_meaning(command, char), char))
        return []

    def _lock(self) -> list[Message]:
        """F12 acts at once; the unfinished line, held keys, and what follows in its run are dropped."""
        self.forget()
        self._locking = True
        return [Asked("lock")]

    def _take_back(self, gap: float) -> None:
        """Backspace edits at any speed: over a slow link it comes in one read with what it corrects."""
        if any(char for _, char in self._held):
            self._unhold(gap)
            self._run_has_text = True
        if self._text:
            del self._text[-1:], self._gaps[-1:]
            self._truncated = False
            self._dirty = True
            self._edited = len(self._text)

    def _end_line(self, key: str, gap: float) -> list[Message]:
        if key == "tab" and not (self._run_has_text and self._is_scan(self._start_of_scan())):
            return []
        if any(char for _, char in self._held):
            self._unhold(gap)
        if self._text:
            start = self._start_of_scan()
            ended = Entered("".join(self._text[start:]), self._is_scan(start), self._truncated)
            self.clear()
            self._run_has_text = self._line_has_ended = True
            return [ended]
        # A keyboard's Enter key sends CR. LF alone is the second half of a scanner's CR LF, however late it
        # comes.
        if key == "enter" and not self._run_has_text:
            self._held.append((Confirmed(), ""))
        return []

    def _start_of_scan(self) -> int:
        """Where the scan begins in the line: after half-typed text and a pause, else at its beginning."""
        for index in range(len(self._text) - MIN_REPLACING, 0, -1):
            if self._gaps[index] < PAUSE:
                continue
            typed_before = index == 1 or self._edited or not _mostly_fast(self._gaps[1:index])
            if typed_before and self._is_scan(index):
                return index
        return 0

    def _is_scan(self, start: int) -> bool:
        return (
            start >= self._edited
            and len(self._text) - start >= MIN_BURST
            and _mostly_fast(self._gaps[start + 1 :])
        )

    def _flush(self) -> list[Message]:
        messages = [message for message, _ in self._held]
        self._held.clear()
        return messages


_LINE_ENDS: Final = frozenset(("enter", "ctrl+j", "tab"))
_OTHER_KEYS: Final = _LINE_ENDS | _QUIT_KEYS | {"backspace"}


def _typed(key: str, character: str | None) -> str | None:
    """The character that a key adds to the text, or None."""
    if character is None:
        return None
    if character == SEPARATOR:
        return SEPARATOR
    return character if character.isprintable() and "+" not in key else None


def _meaning(command: keys.Command, char: str) -> Message:
    if command.name in _STEPS:
        return Stepped(_STEPS[command.name])
    return Picked(int(char)) if command.name == "pick" else Asked(command.name)


def _mostly_fast(gaps: list[float]) -> bool:
    """Three gaps in four: a scan stays a scan when the link hesitates once."""
    return sum(gap <= BURST_GAP for gap in gaps) * 4 >= len(gaps) * 3
