"""``init`` as a dialog in a real terminal: each question, wrong answers, Esc back, leaving, once more."""

import re
import shutil
import sqlite3
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bootstrap.doctor.conftest import ENOUGH, KEY
from tests.fixtures.pty import BETWEEN_ENTERS, Terminal80x24
from tui_pos.simulator import Server
from tui_pos.ui.messages.guide import QUESTIONS

PROGRAM = shutil.which("tui-pos", path=str(Path(sys.executable).parent)) or "tui-pos"
LONG = "x" * 201
SECRET = "correct horse"
CTRL_C, ESC, DOWN = "\x03", "\x1b", "\x1b[B"
ENTER = ""
"""The answer that takes what is proposed."""

STEPS = (
    # question, wrong answer, what is said of it, right answer, how it stands above the next question
    ("database", "mysql://x", "Say embedded, postgresql://", "embedded", "embedded"),
    ("name", ENTER, "An answer is needed here.", "PyCon Wien 2027", "PyCon Wien 2027"),
    ("slug", "PyCon 2027", "A conference's slug has small letters", ENTER, "pycon-wien-2027"),
    ("starts", "14.5.2027", "A date is written as 2027-05-14", "2027-05-14", "2027-05-14"),
    ("ends", "2027-05-12", "The conference ends before it starts", "2027-05-16", "2027-05-16"),
    ("timezone", "Vieena", "There is no time zone 'Vieena'; most like it", "vienna", "Europe/Vienna"),
    ("currency", "euro", "'EURO' is not a currency", ENTER, "EUR"),
    ("seller", LONG, "That is longer than 200 characters.", "Verein Python Wien", "Verein Python Wien"),
    (
        "address",
        LONG,
        "That is longer than 200 characters.",
        "Karlsplatz 13; 1040 Wien",
        "Karlsplatz 13; 1040 Wien",
    ),
    ("vat_id", "ATU", "A VAT id has 4 to 30", "ATU12345678", "ATU12345678"),
    ("vat_rate", "a lot", "The VAT rate is per cent", "20 %", "20"),
    ("stripe_key", "sk_test_123", "That is the key itself", "{simulator}", "http://127.0.0.1:"),
    ("location", "tml_none", "There is no such location", ENTER, "Front desk"),
    ("stations", "desk/1", "'desk/1' cannot be a station's name", "desk-1, desk 2", "desk-1, desk 2"),
    ("reader", "Kiosk", "There is no such reader there", ENTER, "Front-1"),
    ("reader", "Front-1", "desk-1 has Front-1 already", "Side-1", "Side-1"),
    ("supervisor", "a b", "A user name has letters", "amira", "amira"),
    ("secret", "AMIRA", "The password is the user's name", SECRET, "********"),
    ("again", "another", "The two passwords differ", SECRET, ""),
)


@dataclass
class Host:
    """A computer on which nothing was set up yet, or on which something was."""

    home: Path
    env: Mapping[str, str]

    def init(self, *words: str) -> "Guide":
        return Guide([PROGRAM, *words, "init"], env=self.env)

    @property
    def config(self) -> Path:
        return self.home / "config" / "tui-pos" / "config.toml"

    @property
    def file(self) -> Path:
        return self.home / "home" / "tui-pos.sqlite3"

    def settings(self) -> dict[str, Any]:
        return tomllib.loads(self.config.read_text())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.file)) as file:
            return file.execute(sql).fetchall()

    def left(self) -> list[str]:
        """What an init has made here, but for the log."""
        return sorted(each.name for each in self.home.rglob("*") if each.is_file() and each.suffix != ".log")


class Guide(Terminal80x24):
    """The dialog on its terminal."""

    def asked(self, name: str, about: str = "") -> None:
        question = QUESTIONS[name].question.format(about=about, supervisor="amira", agrees="amira")
        self.told(question)
        self.wait_gone("Checking")
        self._enter_from = time.monotonic() + BETWEEN_ENTERS  # a busy program may have seen the last one late

    def told(self, said: str) -> None:
        """Wait until it stands there, on one line or on several."""
        self.wait_until(lambda: said in " ".join(self.text.split()), f"the screen to say {said!r}")

    def press(self, key: str) -> None:
        """A key that comes at once behind a text would count as a part of a scan."""
        self.settle()
        self.send(key)

    def answer(self, text: str) -> None:
        if text:
            self.send(text)
        self.send("\r")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    env = {
        "TUI_POS_HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "TUI_POS_CONFIG": "",
        "TUI_POS_STATION": "",
        "SSH_CONNECTION": "",
        "NO_PROXY": "127.0.0.1",
        "TZ": "UTC",
        "COLUMNS": "",
        "LINES": "",
    }
    return Host(tmp_path, env)


def stations(at: int) -> str:
    return {14: "desk-1", 15: "desk 2"}.get(at, "")


@pytest.mark.thorough
def test_every_question_with_a_wrong_answer_and_esc_back(host: Host, simulator: Server) -> None:
    with host.init() as guide:
        for at, (name, wrong, said, right, shown) in enumerate(STEPS):
            guide.asked(name, stations(at))
            guide.answer(wrong)
            guide.told(said)
            guide.asked(name, stations(at))
            if at:
                before = STEPS[at - 1]
                guide.press(ESC)
                guide.asked(before[0], stations(at - 1))
                guide.answer(ENTER)
                guide.asked(name, stations(at))
            assert not host.left()
            guide.answer(right.format(simulator=simulator.url))
            guide.wait_for(shown)
        guide.asked("write")
        assert SECRET not in guide.text
        assert not host.left()
        guide.answer(ENTER)
        assert guide.wait_exit() == 0
        end = guide.raw.decode()
    assert "Made the supervisor amira." in end
    assert re.search(r"ok +rights +The key may take card payments", end)
    for station in ("desk-1", "'desk 2'"):
        assert f"Start the desk with: tui-pos --conference pycon-wien-2027 --station {station}\r\n" in end
    assert SECRET not in end
    assert host.settings() == {
        "stripe": {"api_base": simulator.url},
        "conferences": {
            "pycon-wien-2027": {
                "seller": "Verein Python Wien",
                "seller_address": ["Karlsplatz 13", "1040 Wien"],
                "vat_id": "ATU12345678",
                "vat_rate": "20",
                "stripe_location": "tml_demo_front_desk",
                "currency": "EUR",
            }
        },
        "stations": {"desk-1": {"reader": "tmr_front_1"}, "desk 2": {"reader": "tmr_side_1"}},
    }
    assert host.rows(
        "SELECT name, slug, start_date, end_date, timezone FROM program_conference_conference"
    ) == [("PyCon Wien 2027", "pycon-wien-2027", "2027-05-14", "2027-05-16", "Europe/Vienna")]
    assert host.rows("SELECT currency FROM tui_pos_conference") == [("EUR",)]
    assert host.rows("SELECT username, is_superuser FROM auth_user") == [("amira", 1)]


QUICK = (
    ("database", ENTER),
    ("name", "Small"),
    ("slug", ENTER),
    ("starts", "2027-05-14"),
    ("ends", ENTER),
    ("timezone", "Europe/Rome"),
    ("currency", ENTER),
    ("seller", ENTER),
    ("stripe_key", ENTER),
    ("stations", ENTER),
    ("supervisor", "amira"),
    ("secret", SECRET),
    ("again", SECRET),
)


def walk(guide: Guide, steps: tuple[tuple[str, str], ...]) -> None:
    for name, text in steps:
        guide.asked(name)
        guide.answer(text)


def set_up(host: Host) -> None:
    with host.init() as guide:
        walk(guide, (*QUICK, ("write", ENTER)))
        assert guide.wait_exit() == 0


@pytest.mark.parametrize(
    ("after", "key", "status"), [(0, CTRL_C, 130), (13, CTRL_C, 130), (13, "/quit\r", 0)]
)
def test_who_leaves_leaves_nothing(host: Host, after: int, key: str, status: int) -> None:
    with host.init() as guide:
        walk(guide, QUICK[:after])
        guide.asked((*QUICK, ("write", ""))[after][0])
        guide.press(key)
        assert guide.wait_exit() == status
        assert "Nothing was written." in guide.raw.decode()
    assert host.left() == []


def test_what_cannot_be_written_comes_back_with_the_answers_kept(host: Host) -> None:
    in_the_way = host.home / "config" / "tui-pos"
    in_the_way.parent.mkdir()
    in_the_way.touch()
    with host.init() as guide:
        walk(guide, (*QUICK, ("write", ENTER)))
        guide.wait_for("cannot be made")
        guide.asked("write")
        assert "Europe/Rome" in guide.text
        assert host.left() == ["tui-pos"], "only what was there before"
        in_the_way.unlink()
        guide.answer(ENTER)
        assert guide.wait_exit() == 0
    assert host.settings()["conferences"] == {"small": {"currency": "EUR"}}


class Guide60x20(Guide):
    columns, lines = 60, 20


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "linux"}, {"COLORTERM": "truecolor"}])
def test_a_small_terminal_with_few_colours_is_enough(host: Host, env: dict[str, str]) -> None:
    with Guide60x20([PROGRAM, "init"], env={**host.env, **env}) as guide:
        guide.asked("database")
        guide.answer("mysql://x")
        guide.wait_for("[X]")
        walk(guide, (*QUICK, ("write", ENTER)))
        assert guide.wait_exit() == 0


UNCHANGED = (("name", ENTER), ("starts", ENTER), ("ends", ENTER), ("timezone", ENTER), ("currency", ENTER))
HERE = (("seller", ENTER), ("stripe_key", ENTER), ("stations", ENTER))


def go_to(guide: Guide, label: str) -> None:
    """From the overview to an answer, by its number."""
    guide.asked("write")
    guide.wait_until(lambda: re.search(rf"\d  {label} ", guide.text) is not None, f"the number of {label}")
    number = re.findall(rf"(\d+)  {label} ", guide.text)[0]
    guide.answer(number)


def change(guide: Guide, label: str, name: str, text: str) -> None:
    go_to(guide, label)
    guide.asked(name)
    guide.answer(text)


def further(guide: Guide, text: str) -> None:
    """The question for a supervisor where there is one."""
    guide.wait_for("Another supervisor, or a new password")
    guide.answer(text)


def test_again_it_shows_what_is_there_and_changes_what_is_answered_anew(host: Host) -> None:
    set_up(host)
    config, users = host.config.read_text(), host.rows("SELECT * FROM auth_user")
    with host.init() as guide:
        guide.asked("write")
        guide.wait_for("Database")
        change(guide, "Currency", "currency", "CHF")
        change(guide, "Conference", "name", "Large")
        walk(guide, (("write", ENTER), ("agrees", ENTER)))
        guide.asked("agrees_secret")
        guide.answer("guessed")
        guide.wait_for("[X]")
        guide.press(ESC)
        guide.asked("agrees")
        guide.answer("bob")
        guide.told("bob is no supervisor here: name somebody who is.")
        guide.press(ESC)
        change(guide, "First day", "starts", "2027-05-13")
        walk(guide, (("ends", ENTER), ("write", ENTER), ("agrees", ENTER), ("agrees_secret", SECRET)))
        assert guide.wait_exit() == 0
        assert "Changed the conference small: name Large, first day 2027-05-13." in guide.raw.decode()
    assert host.rows("SELECT name, slug, start_date, timezone FROM program_conference_conference") == [
        ("Large", "small", "2027-05-13", "Europe/Rome")
    ]
    assert host.rows("SELECT currency FROM tui_pos_conference") == [("CHF",)]
    assert host.config.read_text() == config.replace("EUR", "CHF")
    assert host.rows("SELECT * FROM auth_user") == users


def test_the_keys_do_what_the_bar_says_at_the_overview(host: Host) -> None:
    set_up(host)
    with host.init() as guide:
        guide.asked("write")
        guide.wait_for("Supervisor                no change")
        assert "PgDn shows more" not in guide.text
        first = re.findall(r" 1  (\w[\w ]*?)  ", guide.text)[0]
        guide.send("2")
        guide.wait_for("Enter go there")
        guide.press(DOWN)
        guide.wait_for("Enter change it")
        guide.answer(ENTER)
        guide.asked(next(name for name, words in QUESTIONS.items() if words.label == first))
        guide.wait_for("Esc overview")
        guide.press(ESC)
        guide.asked("write")
    with Guide60x20([PROGRAM, "init"], env=host.env) as guide:
        guide.asked("write")
        guide.told("PgDn shows more of them.")


def test_again_with_nothing_new_nothing_is_changed_and_nobody_asked(host: Host) -> None:
    set_up(host)
    before = host.config.read_text(), host.rows("SELECT * FROM program_conference_conference")
    with host.init() as guide:
        walk(guide, (("write", ENTER),))
        assert guide.wait_exit() == 0
        assert "Everything was there already." in guide.raw.decode()
    assert (host.config.read_text(), host.rows("SELECT * FROM program_conference_conference")) == before


def test_a_new_password_takes_the_old_one(host: Host) -> None:
    set_up(host)
    before = host.rows("SELECT password FROM auth_user")
    with host.init() as guide:
        go_to(guide, "Supervisor")
        further(guide, "amira")
        guide.asked("secret")
        guide.wait_for("amira is there already and gets a new password.")
        walk(guide, (("secret", "battery staple"), ("again", "battery staple"), ("write", ENTER)))
        guide.asked("agrees")
        guide.answer(ENTER)
        guide.asked("agrees_secret")
        guide.answer("battery staple")
        guide.wait_for("[X]")
        assert host.rows("SELECT password FROM auth_user") == before
        walk(guide, (("agrees_secret", SECRET),))
        assert guide.wait_exit() == 0
        assert "amira has a new password." in guide.raw.decode()
    assert host.rows("SELECT password FROM auth_user") != before


def test_on_django_programs_database_the_conference_is_shown_and_not_asked(
    host: Host, django_file: Path
) -> None:
    tables = "SELECT (SELECT count(*) FROM auth_user), c.* FROM program_conference_conference AS c"
    with closing(sqlite3.connect(django_file)) as file:
        before = file.execute(tables).fetchall()
    with host.init() as guide:
        guide.asked("database")
        guide.answer(f"sqlite:///{django_file}")
        guide.wait_for("The database is django-program's")
        guide.asked("slug")
        guide.answer("another")
        guide.wait_for("There is no conference 'another'")
        guide.asked("slug")
        guide.press(DOWN)
        guide.answer(ENTER)
        guide.asked("currency")
        guide.wait_for("Time zone")
        guide.answer("EUR")
        walk(guide, (*HERE, ("write", ENTER)))
        assert guide.wait_exit() == 0
    with closing(sqlite3.connect(django_file)) as file:
        assert file.execute(tables).fetchall() == before
        assert file.execute("SELECT currency FROM tui_pos_conference").fetchall() == [("EUR",)]
    assert host.settings()["database"] == {"url": f"sqlite:///{django_file}"}


def test_the_rights_of_a_key_are_probed(host: Host, simulator: Server, tmp_path: Path) -> None:
    rights = {*ENOUGH, "rak_charge_read", "rak_terminal_location_read", "rak_accounts_kyc_basic_read"}
    simulator.configure(rights={KEY: sorted(rights - {"rak_charge_write"})})
    key_file = tmp_path / "key"
    key_file.write_text(KEY)
    host.config.parent.mkdir(parents=True)
    host.config.write_text(
        f'[stripe]\napi_base = "{simulator.url}"\n[conferences.small]\nstripe_secret_key_env = "OLD"\n'
    )
    env = {**host.env, "OUR_KEY": KEY, "WRONG": "pk_test_1"}
    with Guide([PROGRAM, "init"], env=env) as guide:
        walk(guide, (*QUICK[1:8],))
        for answer, said in (
            ("WRONG", "WRONG holds no Stripe key"),
            (str(tmp_path), "cannot be read"),
            ("NOT_SET", "NOT_SET is not here yet, so the key was not tried."),
            (str(key_file), "it lacks rak_charge_write: add that at Stripe."),
            ("OUR_KEY", "it lacks rak_charge_write: add that at Stripe."),
        ):
            guide.asked("stripe_key")
            guide.answer(answer)
            guide.told(said)
            if "holds" not in said and "read" not in said.split()[-1]:
                guide.asked("location")
                guide.press(ESC)
        guide.asked("stripe_key")
        guide.answer(ENTER)
        walk(guide, (("location", "Front desk"), ("stations", ENTER)))
        guide.asked("reader", "desk-1")
        guide.press(DOWN)
        guide.press(DOWN)
        guide.answer(ENTER)
        walk(guide, (*QUICK[10:], ("write", ENTER)))
        assert guide.wait_exit() == 0
        assert KEY not in guide.raw.decode()
    settings = host.settings()
    assert settings["stripe"] == {"api_base": simulator.url}
    assert settings["conferences"]["small"]["stripe_secret_key_env"] == "OUR_KEY"
    assert settings["stations"] == {"desk-1": {"reader": "tmr_front_2"}}


@pytest.mark.thorough
def test_a_second_host_joins_the_installation_of_a_postgresql_database(
    host: Host, postgresql_copy: Callable[[str], str], tmp_path: Path
) -> None:
    url = postgresql_copy("template0")
    env = {**host.env, "DESK_DATABASE_URL": url}
    with Guide([PROGRAM, "init"], env=env) as guide:
        guide.asked("database")
        guide.answer("OTHER_VARIABLE")
        guide.wait_for("OTHER_VARIABLE is not set here")
        guide.asked("database")
        guide.answer(f"{url}_none")
        guide.wait_for("[X]")
        walk(guide, (("database", "DESK_DATABASE_URL"),))
        guide.wait_for("The database is empty: all tables will be made.")
        walk(guide, (*QUICK[1:], ("write", ENTER)))
        assert guide.wait_exit() == 0
    second = {**env, "XDG_CONFIG_HOME": str(tmp_path / "second"), "TUI_POS_HOME": str(tmp_path / "second")}
    with Guide([PROGRAM, "init"], env=second) as guide:
        walk(guide, (("database", "DESK_DATABASE_URL"),))
        guide.wait_for("The database is tui-pos's own, with the conferences small.")
        walk(guide, (("slug", ENTER), *UNCHANGED, HERE[0], HERE[1], ("stations", "desk-2")))
        further(guide, ENTER)
        walk(guide, (("write", ENTER),))
        assert guide.wait_exit() == 0
        end = guide.raw.decode()
    assert "Start the desk with: tui-pos --conference small --station desk-2" in end
    assert "Made" not in end
    assert "from-the-tests" not in end
    settings = tomllib.loads((tmp_path / "second" / "tui-pos" / "config.toml").read_text())
    assert settings["database"] == {"url_env": "DESK_DATABASE_URL"}
