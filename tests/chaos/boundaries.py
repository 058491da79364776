"""Where a desk process can be hit: before and after each commit, before and after each answer of Stripe.

Installed in the desk process from outside: nothing in the program knows of it.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import requests
from peewee import OperationalError

from tui_pos.data.base import database
from tui_pos.data.connection import is_sqlite

IN_FLIGHT_SECONDS = 0.03
"""How long a desk that dies with a request on its way lives on, so that the request is on its way."""

ROOM = "tui_pos.desk."


@dataclass(frozen=True, slots=True)
class Fate:
    """What befalls a desk at the ``nth`` boundary whose name matches the pattern ``at``.

    ``kill``: SIGKILL. ``stall``: nothing happens until the director says go. ``in_flight``: SIGKILL while the
    request is on its way (before a request alone). ``cut``: the connection to PostgreSQL breaks.
    """

    act: str
    at: str
    nth: int = 1


class Boundaries:
    """Counts what this process reaches and lets its fates befall it.

    ``tell`` reports to the director, ``wait`` returns when the director says go.
    """

    def __init__(
        self, fates: tuple[Fate, ...], tell: Callable[[str, object], None], wait: Callable[[], None]
    ) -> None:
        self._fates = fates
        self._tell = tell
        self._wait = wait
        self._matched: Counter[Fate] = Counter()
        self.reached: Counter[str] = Counter()

    def install(self) -> None:
        """From now on commits and requests of this process are boundaries."""
        self._around_commits()
        self._around_requests()

    def _around_commits(self) -> None:
        engine: Any = database.obj
        commit = engine.commit

        def committed() -> None:
            name = f"commit {_writer()}"
            self.reach(f"before {name}")
            commit()
            self.reach(f"after {name}")

        engine.commit = committed

    def _around_requests(self) -> None:
        ask: Any = requests.Session.request

        def asked(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
            name = f"{method.upper()} {_pattern(url)}"
            self.reach(f"before {name}")
            response: requests.Response = ask(session, method, url, **options)
            self.reach(f"answered {name}")
            return response

        requests.Session.request = asked  # type: ignore[assignment,method-assign]  # fewer parameters, all named

    def reach(self, name: str) -> None:
        """Be at a boundary; does not return for a desk that is killed here."""
        self.reached[name] += 1
        for fate in self._fates:
            if fnmatchcase(name, fate.at):
                self._matched[fate] += 1
                if self._matched[fate] == fate.nth:
                    self._befall(fate.act, name)

    def _befall(self, act: str, name: str) -> None:
        self._tell(act, name)
        if act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif act == "stall":
            self._wait()
        elif act == "in_flight":
            self._wait()
            threading.Timer(IN_FLIGHT_SECONDS, os.kill, (os.getpid(), signal.SIGKILL)).start()
        elif act == "cut" and not is_sqlite():
            database.connection().close()
            if name.startswith("after"):
                raise OperationalError("the server closed the connection")


def _writer() -> str:
    """Who asked for the transaction that is committed: ``bookkeeping.captured``."""
    names: list[str] = []
    frame = sys._getframe(2)
    while frame is not None and len(names) < 2:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(ROOM):
            names.append(f"{module.rpartition('.')[2]}.{frame.f_code.co_name}")
            if not names[-1].startswith("attempt_log."):
                break
        frame = frame.f_back  # type: ignore[assignment]  # the loop ends at None
    return " ".join(names) or "elsewhere"


def _pattern(url: str) -> str:
    """The path of a URL with every id as ``*``."""
    path = url.partition("//")[2].partition("/")[2].partition("?")[0]
    return "/" + "/".join("*" if "_" in part and part[:3] in IDS else part for part in path.split("/"))


IDS = ("pi_", "tmr", "re_")
