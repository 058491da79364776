"""From single keys to what the person or the scanner meant: one ordered stream of messages.

A keyboard-wedge scanner sends a code as key presses: a fast one a few milliseconds apart, and over SSH the
whole code mostly arrives in one read; one on Bluetooth or behind a virtual desktop 60 ms apart, with stalls.
`KioskDriver` stamps every key with the moment its read returned (all keys of one read carry the same time),
and here

* a digit, ``+`` or ``-`` in the empty prompt may be the first character of a code. It is *held* until nothing
  came for `SURE`, or Enter or another key that is no character follows; any character before that makes it
  text. Until then `KeyStream.held_text` shows it, and it has done nothing;
* keys at most `BURST_GAP` apart, or as far apart as the line that they are in came, are one *run*. Another
  key that acts (Enter on an empty prompt, a function key, Esc) is held until its run has been quiet for
  `HOLD`. If a character joins the run, the run was a scan, and the key, which can only have come out of the
  barcode, is dropped;
* F12 locks wherever it stands, what follows it in its run is dropped, and Backspace always edits;
* after a character nothing else acts until the run is over, so the second half of CR LF, a doubled Enter or a
  control character inside a barcode does nothing at all. Only a digit right behind the end of a line may
  still pick, if it stays alone: a slow link brings what was typed at leisure in one read, and no code is
  one digit long.

Whether a line was scanned is judged when it has ended, over the whole of it (`KeyStream.scanner` says what is
known of this station's scanner): by its length and the mean and spread of its gaps, or by what only a scanner
puts in front. A pause in a scan is harmless: the line is read at its end.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from textual.message import Message

from tui_pos.core.scanners import BURST_GAP, UNKNOWN, Pace, Scanner, mostly_below, pace_of
from tui_pos.ui.input import keys

HOLD: Final = 0.050
"""Seconds of quiet after which a held key acts that begins no code."""
SURE: Final = 0.300
"""Seconds of quiet after which a digit stands alone: longer than a link or a radio stalls in a code."""
REST: Final = 0.120
"""Seconds of quiet after which typed text is looked at: longer than a slow scanner takes to its next key."""
PAUSE: Final = 0.300
"""Seconds: text before such a pause may be half-typed text that a scan then replaces."""
MIN_BURST: Final = 3
"""Characters: fewer cannot be told from typing."""
MIN_SLOW: Final = 4
"""Characters of a slow scan."""
LATEST: Final = 16
"""Gaps by which the pace of a line that has not ended is told."""
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

    ``scanned``: it came from a scanner or as a paste. ``truncated``: it was longer than `MAX_TEXT` and the
    rest is gone. ``pace``: how fast its keys came; None for a paste.
    """

    text: str
    scanned: bool
    truncated: bool = False
    pace: Pace | None = field(default=None, compare=False)


@dataclass
class Changed(Message):
    """No key came for `REST` after text was typed: a live filter may run.

    A scan that stalled may cause it too; then one with no text precedes its `Entered`.
    """

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


@dataclass
class Unbound(Message):
    """A key that no screen knows, as people read it: nothing a barcode can hold."""

    key: str


class KeyStream:
    """Collects keys and says what they mean. Knows no widget; times are seconds on the monotonic clock.

    ``picks``: whether digits, ``+`` and ``-`` act in the empty prompt. Set it to False where numbers are
    typed. ``scanner``: what is known of the scanner that types here.
    """

    def __init__(self, picks: bool = True, scanner: Scanner = UNKNOWN) -> None:
        self.picks = picks
        self.scanner = scanner
        self._text: list[str] = []
        self._gaps: list[float] = []
        self._truncated = False
        self._held: list[tuple[Message, str]] = []
        self._run_has_text = False
        self._line_has_ended = False
        self._last = float("-inf")
        self._run_gap = BURST_GAP
        self._dirty = False
        self._was_told = False  # a `Changed` of the line has been said
        self._edited = 0  # how much of the line, from its beginning, was edited: no scan begins there
        self._locking = False

    @property
    def text(self) -> str:
        """The line as it stands."""
        return "".join(self._text)

    @property
    def held_text(self) -> str:
        """The digits and signs that are held, to be shown as the line that they may become."""
        return "".join(char for _, char in self._held)

    @property
    def due(self) -> float | None:
        """When `settle` has something to do, or None."""
        waits = [self._hold] if self._held else []
        waits += [self._rest] if self._dirty else []
        return self._last + min(waits) if waits else None

    @property
    def _hold(self) -> float:
        """How long the last held key waits: one that begins a code longer than one that cannot."""
        return SURE if self._held[-1][1] else HOLD

    @property
    def _rest(self) -> float:
        """How long text waits to be looked at: longer where it comes as from a scanner, which may stall."""
        return SURE if self._comes_as_from_scanner() else REST

    def clear(self) -> None:
        """Forget the line, as if nothing had been typed."""
        self._text.clear()
        self._gaps.clear()
        self._truncated = self._dirty = self._was_told = False
        self._edited = 0

    def fill(self, text: str) -> None:
        """Begin with ``text``, as if a hand had typed and edited it."""
        self.clear()
        self._text = list(text[:MAX_TEXT])
        self._edited = len(self._text)
        self._gaps = [PAUSE] * self._edited

    def forget(self) -> None:
        """Forget the line and every key that is held."""
        self.clear()
        self._held.clear()

    def take_over(self, before: "KeyStream", time: float) -> None:
        """Go on with the line that was begun on another screen, when its last key came less than `SURE` ago.

        A code that a scanner was sending while the screen changed stays whole: its second half would be a
        code of its own here, and its last digit would pick a row.
        """
        gap = time - before._last
        if 0 <= gap <= before._run_gap:
            self._last, self._run_gap, self._locking = before._last, before._run_gap, before._locking
            self._run_has_text, self._line_has_ended = before._run_has_text, before._line_has_ended
        if not 0 <= gap <= SURE or not (before._text or before.held_text):
            return
        self._last, self._run_gap, self._run_has_text = before._last, before._run_gap, before._run_has_text
        self._text, self._gaps = before._text.copy(), before._gaps.copy()
        self._truncated, self._edited, self._dirty = before._truncated, before._edited, before._dirty
        self._held = [held for held in before._held if held[1]]
        if not self.picks:
            self._unhold(gap)
        before.forget()

    def feed(self, key: str, character: str | None, time: float) -> list[Message]:
        """Take a key (its name in Textual, its character, when it came); return what is now certain."""
        key = "backspace" if key.endswith("+backspace") else key
        command = keys.BY_KEY.get(key if character != SEPARATOR else "")
        typed = _typed(key, character)
        if command is None and typed is None and key not in _OTHER_KEYS and key not in _UNBOUND:
            return []
        gap, self._last = time - self._last, time
        certain: list[Message] = []
        if gap > self._run_gap:
            certain = self._stood_alone(gap)
            self._run_has_text = self._line_has_ended = self._locking = False
            self._run_gap = BURST_GAP
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
        if self._locking and time - self._last <= self._run_gap:
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
        certain = self._flush() if self._held and now >= self._last + self._hold else []
        if self._dirty and now >= self._last + self._rest:
            self._dirty, self._was_told = False, True
            certain.append(Changed(self.text))
        return certain

    def _stood_alone(self, gap: float) -> list[Message]:
        """The held keys that a pause of ``gap`` made certain, in front of the key that ends it."""
        may_go_on = bool(self._held) and bool(self._held[-1][1]) and gap <= SURE
        return [] if may_go_on else self._flush()

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
            self._run_gap = self._gap_of_run()
        elif char:
            self._truncated = True

    def _gap_of_run(self) -> float:
        """Seconds up to which the next key belongs to the line: more where it came as from a slow scanner."""
        if not self._comes_as_from_scanner():
            return BURST_GAP
        return max(BURST_GAP, 2 * pace_of(self._latest_gaps()).mean)

    def _comes_as_from_scanner(self) -> bool:
        """Whether the line, as far as it came, may be a scan."""
        gaps, begun = self._latest_gaps(), "".join(self._text[:LATEST])
        return self.scanner.marks(begun) or (len(gaps) >= MIN_BURST - 1 and self.scanner.types_so(gaps))

    def _latest_gaps(self) -> list[float]:
        return self._gaps[max(1, len(self._gaps) - LATEST) :]

    def _act(self, key: str, command: keys.Command | None, char: str) -> list[Message]:
        if key in _QUIT_KEYS:
            self._held.append((Refused(keys.HOW_TO_QUIT), ""))
            return []
        if key in _UNBOUND:
            self._held.append((Unbound(_UNBOUND[key]), ""))
        if command is None:
            return []
        if command.name in _MOVES:
            return [*self._flush(), Moved(_MOVES[command.name])]
        if command.name == "back" and (self._text or self.held_text):
            acted = [message for message, held in self._held if not held]
            self.forget()
            return [*acted, Changed("")]
        self._held.append((_meaning(command, char), char))
        return []

    def _lock(self) -> list[Message]:
        """F12 acts at once; the unfinished line, held keys, and what follows in its run are dropped."""
        self.forget()
        self._locking = True
        return [Asked("lock")]

    def _take_back(self, gap: float) -> None:
        """Backspace edits at any speed: over a slow link it comes in one read with what it corrects."""
        if self.held_text:
            self._unhold(gap)
            self._run_has_text = True
        if self._text:
            del self._text[-1:], self._gaps[-1:]
            self._truncated = False
            self._dirty = True
            self._edited = len(self._text)

    def _end_line(self, key: str, gap: float) -> list[Message]:
        if key == "tab" and not self._run_has_text:
            return self._act(key, None, "")
        if key == "tab" and not self._is_scan(self._start_of_scan(gap), gap):
            return []
        certain: list[Message] = []
        if self.held_text:
            if key == "enter" and self._is_whole():
                certain = self._flush()
            else:
                self._unhold(gap)
        if self._text:
            start = self._start_of_scan(gap)
            pace = pace_of(self._gaps[start + 1 :])
            # A line that was told of and stood there unchanged was ended by a hand: it was pasted, say.
            scanned = self._is_scan(start, gap) and (self._dirty or not self._was_told)
            ended = Entered("".join(self._text[start:]), scanned, self._truncated, pace)
            # The second Enter of a slow scanner comes as slowly as the first.
            self._run_gap = self._gap_of_run() if ended.scanned else BURST_GAP
            if ended.scanned and self._was_told:
                certain.append(Changed(""))  # what a stall let pass for typing filters nothing any more
            self.clear()
            self._run_has_text = self._line_has_ended = True
            return [*certain, ended]
        # A keyboard's Enter key sends CR. LF alone is the second half of a scanner's CR LF, however late it
        # comes.
        if key == "enter" and not self._run_has_text:
            self._held.append((Confirmed(), ""))
        return certain

    def _is_whole(self) -> bool:
        """Whether Enter behind the held characters is a hand's: no code is one digit, or signs alone."""
        return len(self.held_text) == 1 or not self.held_text.strip("+-")

    def _start_of_scan(self, end_gap: float) -> int:
        """Where the scan begins in the line: after half-typed text and a pause, else at its beginning."""
        for index in range(len(self._text) - MIN_REPLACING, 0, -1):
            if self._gaps[index] < PAUSE:
                continue
            before = self._gaps[1:index]
            typed_before = index == 1 or self._edited or not self.scanner.types_so(before)
            if typed_before and self._is_scan(index, end_gap):
                return index
        return 0

    def _is_scan(self, start: int, end_gap: float) -> bool:
        """Whether the line from ``start`` on came from a scanner; its Enter came ``end_gap`` later."""
        if start < self._edited:
            return False
        text, gaps = "".join(self._text[start:]), self._gaps[start + 1 :]
        if len(text) < MIN_BURST:
            return False
        if mostly_below(BURST_GAP, gaps) or self.scanner.marks(text):
            return True
        return len(text) >= MIN_SLOW and end_gap <= SURE and self.scanner.types_so([*gaps, end_gap])

    def _flush(self) -> list[Message]:
        messages = [message for message, _ in self._held]
        self._held.clear()
        return messages


_LINE_ENDS: Final = frozenset(("enter", "ctrl+j", "tab"))
_UNBOUND: Final = {
    **{f"f{number}": f"F{number}" for number in range(1, 13) if f"f{number}" not in keys.BY_KEY},
    **{name: name.title() for name in ("home", "end", "left", "right", "tab")},
}
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
