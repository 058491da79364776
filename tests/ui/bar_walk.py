"""Random keys at a desk, each compared with what the screen had promised for it.

What a screen promises is read from what it shows: the key bar, and where that ends in ``/ more`` what its
list of words would hold. `Walk.press` presses one key and says what was not kept.
"""

import re
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from textual.pilot import Pilot

from tests.fixtures.pilot import ROUND, shown
from tests.fixtures.pilot import _hand as hand
from tests.ui.counter import until
from tui_pos.core import clock
from tui_pos.core.scanners import BURST_GAP
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.input.acts import Act, Move, Pick, Steps, act_of
from tui_pos.ui.widgets.scan_input import ScanInput

PROMPT, NOTE, BAR = 1, 2, -1
"""The rows in which a key that does nothing may say so."""

KEYS = (
    *("enter",) * 6,
    *("escape",) * 3,
    *("1", "2", "3", "4", "7", "9") * 2,
    *("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11"),
    *("up", "down", "pagedown", "pageup", "plus", "minus", "insert", "delete"),
    *("t", "space", "backspace"),
)
CHARACTERS = {"space": " ", "plus": "+", "minus": "-"}
ARROWS = {"up", "down", "pageup", "pagedown"}
NAMES = {keys.shown_key(each.name): each.keys[0] for each in keys.COMMANDS if each.keys}

LEDGER = {
    "program_registration_payment": "id, order_id, status, amount",
    "program_registration_order": "id, status, total",
    "program_registration_orderlineitem": "id, quantity, line_total",
    "program_registration_cart": "id, status",
    "program_registration_cartitem": "id, quantity",
    "program_registration_checkin": "id, attendee_id",
    "program_registration_productredemption": "id, order_line_item_id",
    "program_registration_credit": "id, remaining_amount, status",
    "program_registration_attendee": "id, user_id, access_code, checked_in_at",
    "tui_pos_attempt": "id, amount, requested_action, times_sent",
    "tui_pos_cash_movement": "id, kind, amount",
    "tui_pos_refund": "id, amount",
    "program_registration_tickettype": "id, name, price, total_quantity, is_active",
    "program_registration_addon": "id, name, price, total_quantity, is_active",
    "tui_pos_audit_entry": "id, what",
    "tui_pos_sale": "id, status, buyer_name, attendee_id",
}
"""What no key may change that is not promised."""


class NotKept(AssertionError):
    """A screen did not do what its bar says."""


@dataclass(frozen=True)
class Seen:
    """A desk between two keys."""

    screen: Any
    text: str
    typed: str
    promised: frozenset[str]
    ledger: dict[str, list[tuple[Any, ...]]]

    @property
    def body(self) -> list[str]:
        """What may not change: without the prompt, the note and what counts by itself."""
        rows = self.text.split("\n")
        kept = [row for place, row in enumerate(rows[:BAR]) if place not in (0, PROMPT, NOTE)]
        return [" ".join(re.sub(r"\d+ s\b", "N s", row).split()) for row in kept]

    @property
    def paid(self) -> Decimal:
        """All money that was taken."""
        rows = self.ledger["program_registration_payment"]
        return sum(
            (Decimal(str(amount)) for _, _, status, amount in rows if status == "succeeded"), Decimal()
        )


@dataclass
class Walk:
    """One desk at which keys are pressed; ``database`` is its file."""

    pilot: Pilot[Any]
    database: str
    random: Random
    pressed: tuple[str, ...] = ()

    async def steps(self, count: int) -> None:
        """Press ``count`` random keys; stop where nobody is signed in any more."""
        for _ in range(count):
            if not self.pilot.app.is_running or not self._is_a_desk():
                return
            await self.press(self.random.choice(KEYS))

    def _is_a_desk(self) -> bool:
        return any(isinstance(each, DeskScreen) and each.has_desk for each in self.pilot.app.screen_stack)

    async def press(self, key: str) -> None:
        """Press ``key`` and check what it did. Raises NotKept."""
        before = self.look()
        self.pressed = (*self.pressed, key)
        character = CHARACTERS.get(key, key if len(key) == 1 else None)
        hand.key(self.pilot, key, character, BURST_GAP * 1.5)
        await self.calm()
        if not self.pilot.app.is_running:
            return
        after = self.look()
        for broken in complaints(key, before, after):
            raise NotKept(
                f"{broken}, after {' '.join(self.pressed)}\n{before.text}\n\nbecame\n\n{after.text}"
            )

    async def calm(self) -> None:
        """Return when nothing changes any more by itself."""
        same, last, began = 0, "", clock.monotonic()
        while same < 6 and self.pilot.app.is_running and clock.monotonic() - began < 8:
            await self.pilot.pause(ROUND * 2)
            prompts = [each for screen in self.pilot.app.screen_stack for each in screen.query(ScanInput)]
            busy = any(prompt.is_waiting for prompt in prompts) or any(
                isinstance(each, DeskScreen) and each.typed_ahead.is_leaving
                for each in self.pilot.app.screen_stack
            )
            now = re.sub(r"\d+ s\b", "N s", shown(self.pilot))
            same = 0 if busy or now != last else same + 1
            last = now

    def look(self) -> Seen:
        screen: Any = self.pilot.app.screen
        text = shown(self.pilot)
        typed = screen.prompt.text if isinstance(screen, DeskScreen) else ""
        return Seen(screen, text, typed, promised(screen, text), ledger(self.database))


def promised(screen: Any, text: str) -> frozenset[str]:
    """The keys that the bar names; what it has no room for where it says so."""
    found: set[str] = set()
    for part in re.split(r"\s{3,}", text.split("\n")[BAR].strip()):
        key = part.split(" ")[0]
        if span := re.fullmatch(r"(\d)(?:-(\d))?", key):
            found |= {str(number) for number in range(int(span[1]), int(span[2] or span[1]) + 1)}
        elif key == "+":
            found |= {"plus", "minus"}
        elif key == "PgUp":
            found |= ARROWS
        elif key == "/" or part == "F1 more":
            found |= _listed(screen)
        elif key in NAMES:
            found.add(NAMES[key])
    enter = act_of(screen.offers(), "confirm")
    if "enter" in found and enter is not None and enter.shown.startswith("card "):
        found.add("f8")
    if any(isinstance(each, Move) for each in screen.offers()):
        found |= ARROWS
    return frozenset(found)


def _listed(screen: Any) -> set[str]:
    found: set[str] = set()
    for each in screen.offers():
        match each:
            case Act(command=command):
                found |= set(keys.BY_NAME[command].keys)
            case Pick(numbers=numbers):
                found |= {str(number) for number in numbers}
            case Steps():
                found |= {"plus", "minus"}
    return found


def ledger(database: str) -> dict[str, list[tuple[Any, ...]]]:
    """What is in the books."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as books:
        return {
            table: books.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
            for table, columns in LEDGER.items()
        }


def complaints(key: str, before: Seen, after: Seen) -> list[str]:
    """What ``key`` did that the screen had not promised."""
    found = []
    is_text = len(key) == 1 or key in ("space", "plus", "minus")
    picks = before.screen.PROMPT.picks and not before.typed
    is_typed = key in ("t", "space", "backspace") or (is_text and not picks)
    kept = before.ledger == after.ledger
    changed = [table for table in LEDGER if before.ledger[table] != after.ledger[table]]
    if is_typed or key in ARROWS:
        if not kept:
            found.append(f"{key} changed {changed}")
        if before.screen is not after.screen:
            found.append(f"{key} left the screen")
    elif key not in before.promised:
        if not kept:
            found.append(f"{key} is not in the bar and changed {changed}")
        if before.screen is not after.screen or before.body != after.body:
            found.append(f"{key} is not in the bar and changed the screen")
    elif "nothing here" in after.text.split("\n")[NOTE] or "There is no row" in after.text:
        found.append(f"{key} is in the bar and does nothing")
    taken = after.paid - before.paid
    if taken > 0 and f"{taken:,.2f}" not in before.text:
        found.append(f"{key} booked {taken}, which was not on the screen")
    return found


async def reach(walk: Walk, text: str) -> None:
    """Wait until the screen shows ``text``, then until it is calm."""
    await until(walk.pilot, lambda: text in shown(walk.pilot), text)
    await walk.calm()
