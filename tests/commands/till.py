"""A till for tests: commands run in this process, the test can look into its database and its simulator."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.manual import json_page
from tui_pos import cli
from tui_pos.commands.context import SECRET_VARIABLE
from tui_pos.commands.program import COMMANDS
from tui_pos.data.base import database
from tui_pos.data.connection import connected, open_database
from tui_pos.data.tables import DESK, SHOP
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.registration import Order, OrderLine, Payment
from tui_pos.simulator import Server
from tui_pos.simulator.engine.fixtures import LOCATION_ID

SECRET = "demo"
READER = "tmr_front_1"


WITHOUT = {"tui_pos_audit_entry": "WHERE what NOT IN ('sign_in', 'sign_in_failed')"}
"""Who signs in is written down, whatever is refused afterwards."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        assert self.out.count("\n") == 1
        return found


@dataclass(frozen=True, slots=True)
class Till:
    """Runs commands for the demonstration conference; the config's text may be changed."""

    config: Path
    simulator: Server
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str, conference: str = "demo", staff: str = "trainee") -> Answer:
        """One command as a person types it."""
        self.capture.readouterr()
        options = ["--config", str(self.config), "--conference", conference, "--staff", staff]
        status = cli.main([*options, "--station", "desk-3", *words])
        said = self.capture.readouterr()
        answer = Answer(status, said.out, said.err)
        named = (*map(" ".join, pairwise(words)), *words)
        command = next((name for name in named if name in COMMANDS), "")
        if "--json" in words and command and said.out.startswith("{"):
            assert json_page.faults(command, answer.json) == []
        return answer

    def ask(self, *words: str, staff: str = "trainee") -> Answer:
        """The same with --json."""
        return self.run("--json", *words, staff=staff)

    def done(self, *words: str, staff: str = "trainee") -> dict[str, Any]:
        """The JSON of a command that must succeed."""
        answer = self.ask(*words, staff=staff)
        assert answer.status == 0, answer
        return answer.json

    def refused(self, *words: str, staff: str = "trainee") -> tuple[int, str]:
        """Exit status and reason code of a command that must fail; its sentence is one clear line."""
        answer = self.ask(*words, staff=staff)
        sentence = answer.json["error"]
        assert answer.status != 0, answer
        assert is_one_sentence(sentence), sentence
        return answer.status, answer.json["code"]

    def change_config(self, old: str, new: str) -> None:
        """Replace a piece of the config."""
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def capture_on_a_key(self, conference: str = "demo") -> None:
        """From now on the conference's captures wait for a key."""
        self.change_config('"automatic"', '"confirm"')
        answer = self.run("init", "--capture", "confirm", conference=conference)
        assert answer.status == 0, answer

    def books(self) -> Mapping[str, Mapping[str, Any]]:
        """What Stripe's stand-in has done with money, by PaymentIntent."""
        return self.simulator.books()

    def world(self) -> object:
        """What a refused command must leave as it is: every row of every table, and Stripe's books."""
        with connected():
            # Not by the models: it is asked for hundreds of times, and they take ten times as long.
            rows = {
                name: database.execute_sql(
                    f'SELECT * FROM "{name}" {WITHOUT.get(name, "")} ORDER BY id'
                ).fetchall()
                for name in (table._meta.table_name for table in (*SHOP, *DESK))
            }
        return rows, self.books()


def is_one_sentence(text: str) -> bool:
    """Whether a message is short, on one line, ends as sentences do and shows no inside of the program."""
    inside = ("Traceback", "Error(", "<class", "None", "peewee", "NOT NULL", "UNIQUE")
    return (
        text.isprintable()
        and len(text) <= 300
        and text.endswith((".", "?"))
        and not any(word in text for word in inside)
    )


def order_row(reference: str) -> Order:
    """The order, read now."""
    with connected():
        row: Order = Order.get(Order.reference == reference)
        return row


def lines_of(reference: str) -> list[tuple[str, int]]:
    """What an order is for: description and quantity."""
    with connected():
        rows = OrderLine.select().join(Order).where(Order.reference == reference).order_by(OrderLine.id)
        return [(row.description, row.quantity) for row in rows]


def payments_of(reference: str) -> list[tuple[str, str]]:
    """Status and amount of an order's payments."""
    with connected():
        rows = Payment.select().join(Order).where(Order.reference == reference).order_by(Payment.id)
        return [(str(row.status), f"{row.amount:.2f}") for row in rows]


def attempt_of(intent_id: str) -> Attempt:
    """The journal row of a payment."""
    with connected():
        row: Attempt = Attempt.get(Attempt.intent_id == intent_id)
        return row


def write(change: Callable[[], object]) -> None:
    """Change the database behind the desk's back, as the web site would."""
    with connected(), database.atomic():
        change()


CONFIG = f"""
[database]
url = "URL"

[stripe]
api_base = "BASE"

[conferences.demo]
currency = "USD"
stripe_location = "{LOCATION_ID}"
capture = "automatic"
order_prefix = "ORD"
"""


def make_till(
    url: str, simulator: Server, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> Till:
    """A till on the database at ``url``; every password is the demonstration's."""
    patch.setenv(SECRET_VARIABLE, SECRET)
    patch.setenv("TUI_POS_HOME", str(folder / "home"))
    open_database(url)
    config = folder / "config.toml"
    config.write_text(CONFIG.replace("URL", url).replace("BASE", simulator.url))
    return Till(config, simulator, capture)
