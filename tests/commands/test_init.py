"""init: what it makes where there is nothing, and what it leaves alone where there is something."""

import json
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tui_pos import cli
from tui_pos.core import config
from tui_pos.data import connection
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables import SHOP
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv(config.CONFIG_VARIABLE, raising=False)
    monkeypatch.setenv("TUI_POS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TUI_POS_SECRET", "correct horse")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(config, "SYSTEM_CONFIG", tmp_path / "etc" / "config.toml")
    yield tmp_path
    connection.close_database()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    """Exit status, and the sentences of what was done or what is wrong."""
    capsys.readouterr()
    status = cli.main(["--json", *words])
    answer = json.loads(capsys.readouterr().out)
    return status, [answer["error"]] if status else answer["done"]


MADE = "Made the database with all its tables."
DATES = ("--starts", "2027-05-14", "--ends", "2027-05-22", "--timezone", "Europe/Rome")


def test_from_nothing_to_a_desk_that_opens(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "--conference",
        "pycon-2027",
        "--staff",
        "amira",
        "init",
        "--name",
        "PyCon 2027",
        "--currency",
        "usd",
    )
    status, done = run(capsys, *words, *DATES)
    assert (status, done) == (
        0,
        [
            f"Wrote the config {home}/config/tui-pos/config.toml.",
            "Made the database with all its tables.",
            "Made the conference pycon-2027.",
            "Made the supervisor amira.",
            "Stored for pycon-2027: currency USD, capture automatic, prices services.",
        ],
    )
    assert tomllib.loads(config.user_config().read_text())["conferences"] == {
        "pycon-2027": {"currency": "USD"}
    }
    assert run(capsys, *words) == (0, [])
    assert cli.main(["--conference", "pycon-2027", "--staff", "amira", "inventory", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ticket_types": [], "addons": []}
    assert cli.main(["conferences"]) == 0
    assert capsys.readouterr().out == "pycon-2027  PyCon 2027  2027-05-14 to 2027-05-22\n"


def test_without_staff_it_says_that_nobody_can_sign_in(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, done = run(
        capsys, "--config", str(home / "new" / "c.toml"), "--conference", "small", "init", *DATES
    )
    assert status == 0
    assert done[0] == f"Wrote the config {home}/new/c.toml."
    assert done[-2:] == [
        "Nobody can sign in yet: run this again with --staff NAME.",
        "The currency of small is not known yet: run this again with --currency CUR.",
    ]


def test_a_database_of_django_program_only_gets_our_tables(
    home: Path, django_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "c.toml"
    file.write_text(f'[database]\nurl = "sqlite:///{django_file}"\n')
    connection.open_database(f"sqlite:///{django_file}")
    before = contents()
    options = ("--config", str(file), "--staff", "somebody")
    assert run(capsys, *options, "--conference", "python-2077", "init", "--currency", "EUR") == (
        0,
        [
            "Added the tui_pos_* tables to the database.",
            "Stored for python-2077: currency EUR, capture automatic, prices services.",
        ],
    )
    assert run(capsys, *options, "init") == (0, [])
    assert contents() == before
    status, (said,) = run(capsys, *options, "--conference", "pycon", "init")
    assert status == 3
    assert "python-2077" in said
    assert contents() == before


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that django-program owns."""
    with connected():
        return {
            table: database.execute_sql(f'SELECT * FROM "{table}"').fetchall()
            for table in database.get_tables()
            if not table.startswith("tui_pos_") and table not in ("sqlite_sequence",)
        } | {"tables": [(len(SHOP),)]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["init"], "Name the conference: tui-pos --conference SLUG init."),
        (
            ["--conference", "PyCon 2027", "init"],
            "A conference's slug has small letters, digits and dashes: pycon-us-2027.",
        ),
        (
            ["--conference", "c", "init", "--starts", "tomorrow"],
            "--starts must be a date such as 2027-05-14.",
        ),
        (
            ["--conference", "c", "init", "--starts", "2027-02-02", "--ends", "2027-02-01"],
            "The conference ends before it starts: its last day is the later one.",
        ),
        (
            ["--conference", "c", "init", "--timezone", "Mars"],
            "There is no such time zone: name it as in Europe/Prague or America/New_York.",
        ),
        (
            ["--conference", "c", "init", "--currency", "euro"],
            "'EURO' is not a currency: use its three letters, such as USD.",
        ),
        (["--conference", "c", "init", "--capture", "later"], "--capture must be automatic or confirm."),
        (
            ["--conference", "c", "init", "--take-over", "--new-installation"],
            "Give --take-over or --new-installation, not both.",
        ),
        (
            ["--conference", "c", "--staff", "a b", "init"],
            "A user name has letters, digits and @ . + - _ only.",
        ),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_made(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert run(capsys, *words) == (2, [said])
    assert list(home.iterdir()) == []


def test_an_empty_password_makes_no_supervisor(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_POS_SECRET", "")
    words = ("--conference", "small", "--staff", "amira", "init", "--currency", "CHF", *DATES)
    assert run(capsys, *words) == (2, ["The password is empty."])
    monkeypatch.setenv("TUI_POS_SECRET", "correct horse")
    status, done = run(capsys, *words)
    assert (status, done[1:4]) == (0, [MADE, "Made the conference small.", "Made the supervisor amira."])
    assert (home / "home" / "tui-pos.sqlite3").is_file()


@pytest.mark.usefixtures("home")
def test_the_currency_may_be_mended_before_the_first_sale_and_not_after(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("--conference", "small", "--staff", "amira")
    assert run(capsys, *words, "init", "--currency", "USD", *DATES)[0] == 0
    file = config.user_config()
    file.write_text(file.read_text().replace('currency = "USD"', ""))
    status, done = run(capsys, *words, "init", "--currency", "JPY", "--prices", "shop")
    assert (status, done) == (0, ["Stored for small: currency JPY, capture automatic, prices shop."])
    add_shirt("small")
    assert cli.main([*words, "checkout", "--item", "shirt", "--name", "Ada", "--json"]) == 0
    status, (said,) = run(capsys, *words, "init", "--currency", "EUR")
    assert status == 4
    assert said == (
        "Something was sold for small in JPY by the price rule shop, with cash in steps of 1; these cannot be"
        " changed any more."
    )
    assert run(capsys, *words, "init", "--capture", "confirm") == (
        0,
        ["Stored for small: currency JPY, capture confirm, prices shop."],
    )


def add_shirt(slug: str) -> None:
    with connected():
        conference = Conference.get(Conference.slug == slug)
        values = {"name": "Shirt", "slug": "shirt", "price": Decimal(3000), "total_quantity": 0}
        AddOn.create(conference=conference, **values)
