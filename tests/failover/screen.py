"""A whole desk in a pseudo-terminal, and a volunteer who sells at it by what the screen says."""

import re
import sys
import threading
import time
from pathlib import Path

from tests.fixtures.pty import Terminal80x24

CASH = "\x1b[20~"
SELL = "\x1bOQ"
QUIET = 0.3
"""Seconds without a change after which a volunteer acts."""
PATIENCE = 10.0
"""Seconds that a volunteer waits for an answer before pressing the key again."""
STUCK = 40.0
"""Seconds on one picture after which it is called stuck."""
SENTENCE = re.compile(r"\[[X!]\] .*|The (?:payment goes on|database) .*", re.MULTILINE)
RECEIPT = re.compile(r"(ORD-\w+)")
TAKEN = "Enter next person"


class Volunteer:
    """Serves one person after the other until told to stop; ``told`` is what the screen said was wrong,
    and ``said`` how often that was seen.

    ``laid_down`` are the orders that cash was given for, ``paid`` those whose receipt
    was shown, ``stuck`` the picture on which nothing went on any more.
    """

    def __init__(self, config: Path, home: Path, station: str, badge: str, how: str) -> None:
        where = ["--config", str(config), "--conference", "demo", "--station", station]
        program = [sys.executable, "-m", "tui_pos", *where, "--staff", "trainee"]
        env = {"TUI_POS_HOME": str(home), "TUI_POS_SECRET": "demo", "TUI_POS_CONFIG": ""}
        self.terminal = Terminal80x24(program, env=env, timeout=60)
        self.station, self.badge, self.how = station, badge, how
        self.paid: list[str] = []
        self.told: list[str] = []
        self.said = 0
        self.stuck = ""
        self.history: list[str] = []
        self.laid_down: set[str] = set()
        self._stop, self._leave = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        """Wait until the desk stands open, and begin."""
        self.terminal.wait_for("scan a badge")
        self.terminal.wait_for("Tilda Trainee")
        self._thread.start()

    def finish(self) -> None:
        """Serve the present person to the end, and leave."""
        self._stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive(), self.terminal.text
        assert not self.stuck, self.stuck

    def close(self) -> None:
        """End the program, whatever it does."""
        self._stop.set()
        self._leave.set()
        if self._thread.ident is not None:
            self._thread.join(10)
        self.terminal.__exit__(None, None, None)

    def _serve(self) -> None:
        before, since = "", time.monotonic()
        acted_on, acted_at = "", 0.0
        while not self._leave.is_set():
            if self.terminal.read(QUIET):
                continue
            text = self.terminal.text
            if self._stop.is_set() and self._is_home(text):
                return
            self._listen(text)
            # A second Enter would be meant for whatever the first one leads to.
            picture = re.sub(r"\d+ s\b|\d\d:\d\d", "", text)
            if picture != before:
                self.history.append(text)
                before, since = picture, time.monotonic()
            if self.terminal.process.poll() is not None or time.monotonic() - since > STUCK:
                self.stuck = f"{self.station} is stuck:\n{text}"
                return
            if picture != acted_on or time.monotonic() - acted_at > PATIENCE:
                acted_on, acted_at = picture, time.monotonic()
                self._act(text)

    def _is_home(self, text: str) -> bool:
        return "Needs attention" in text or "scan a badge, or type" in text

    def _listen(self, text: str) -> None:
        for sentence in SENTENCE.findall(text):
            if "database" in text:
                self.said += 1
                if sentence.strip() not in self.told:
                    self.told.append(sentence.strip())
        if "PAID 25.00 USD" in text and (found := RECEIPT.search(text)) and found[1] not in self.paid:
            self.paid.append(found[1])

    def _act(self, text: str) -> None:
        """Press what the key bar offers; wait while it offers nothing that leads on."""
        keys = text.splitlines()[-1]
        if "Choose the card reader" in text:
            self.terminal.send("1")
        elif "Enter card" in keys:
            self.terminal.send(CASH if self.how == "cash" else "\r")
        elif "Sell to" in text or "\n For  " in text:
            self.terminal.send("t-shirt\r")
        elif self._is_home(text):
            self.terminal.send(f"{self.badge}\r")
        elif "F2 sell" in keys:
            self.terminal.send(SELL)
        elif keys.lstrip().startswith("Enter"):
            if "in cash" in keys and (found := RECEIPT.search(text)):
                self.laid_down.add(found[1])
            self.terminal.send("\r")
