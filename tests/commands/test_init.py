"""init: what it makes where there is nothing, and what it leaves alone where there is something."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from tests.fixtures.selection import ENGINES
from tui_pos import cli
from tui_pos.bootstrap.setup.interview import Interview
from tui_pos.bootstrap.setup.questions import questions, take_what_is_there
from tui_pos.core import config
from tui_pos.data import connection
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables import SHOP
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn
from tui_pos.desk.access.passwords import verify
from tui_pos.desk.conference_rules import Rules


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
WORDS = ("--conference", "small", "--staff", "amira", "init", "--currency", "CHF", *DATES)


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


def test_what_all_conferences_of_a_config_share_is_changed_for_none_of_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "c.toml"
    file.write_text('[conferences.live]\nstripe_secret_key_env = "LIVE_KEY"\n')
    words = ("--config", str(file), "--conference", "small", "--staff", "amira", "init", *DATES)
    before = file.read_text(), left(home)
    status, (said,) = run(capsys, *words, "--currency", "EUR", "--stripe-key", "simulator")
    assert status == 2
    assert "is of all its conferences, live too" in said
    assert (file.read_text(), left(home)) == before
    assert run(capsys, *words, "--currency", "EUR", "--stripe-key", "cash only")[0] == 0


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
    status, (said,) = run(capsys, *options, "--conference", "python-2077", "init", "--name", "Mine")
    assert (status, said) == (
        2,
        "Name, days and time zone of python-2077 are the web site's: change them there.",
    )
    status, (said,) = run(capsys, *options, "--conference", "pycon", "init")
    assert status == 3
    assert "python-2077" in said
    assert contents() == before


def test_who_may_not_agree_leaves_the_tables_as_they_are(
    home: Path, django_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "c.toml"
    file.write_text(f'[database]\nurl = "{django_url}"\n')
    connection.open_database(django_url, keep=True)
    with connected():
        before = database.get_tables()
    words = (
        "--config",
        str(file),
        "--conference",
        "python-2077",
        "--staff",
        "lead",
        "init",
        "--currency",
        "EUR",
    )
    monkeypatch.setenv("TUI_POS_SECRET", "guessed")
    assert run(capsys, *words, "--account", "--yes")[0] == 6
    assert run(capsys, *words, "--currency", "EURO")[0] == 2
    assert run(capsys, *words, "--smallest-coin", "50")[0] == 2
    connection.open_database(django_url, keep=True)
    with connected():
        assert database.get_tables() == before


@pytest.mark.usefixtures("home")
def test_a_new_password_is_asked_twice(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed, asked = ["battery staple", "battery", "battery staple", "battery staple"], []

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return typed.pop(0)

    monkeypatch.setattr("getpass.getpass", getpass)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.delenv("TUI_POS_SECRET")
    status = cli.main(["--json", *WORDS])
    assert (status, capsys.readouterr().err) == (0, "The two passwords differ: type the same one twice.\n")
    assert asked == ["New password of amira: ", "New password of amira, again: "] * 2
    typed[:], asked[:] = ["battery staple", "staple and battery", "staple and battery"], []
    assert run(capsys, "--staff", "amira", "init", "--supervisor", "noor")[0] == 0
    assert asked == ["Password of amira: ", "New password of noor: ", "New password of noor, again: "]


@pytest.mark.parametrize(("secret", "said"), [("amira", "the user's name"), ("1234567", "at least 8")])
def test_a_bad_password_leaves_nothing(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    secret: str,
    said: str,
) -> None:
    monkeypatch.setenv("TUI_POS_SECRET", secret)
    status, (told,) = run(capsys, *WORDS)
    assert status == 2
    assert said in told
    assert left(home) == []


@pytest.mark.usefixtures("home")
def test_what_another_has_put_into_the_config_meanwhile_stays(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, *WORDS)[0] == 0
    file, theirs = config.user_config(), "# Theirs.\n"

    def getpass(_: str) -> str:
        file.write_text(file.read_text() + theirs)
        return "battery staple"

    monkeypatch.setattr("getpass.getpass", getpass)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    words = ("--conference", "small", "--staff", "amira", "init", "--supervisor", "noor", "--seller", "Us")
    status, (said,) = run(capsys, *words)
    assert (status, said) == (2, f"Somebody else has changed {file} at the same time: run init again.")
    assert theirs in file.read_text()
    with connected():
        assert User.select().count() == 1


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
            ["--conference", "c", "init", "--timezone", "Olympus"],
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
        (["init", "--seller", "x"], "Name the conference: tui-pos --conference SLUG init."),
        (
            ["--conference", "c", "init", "--vat-id", "?"],
            "A VAT id has 4 to 30 letters and digits, such as ATU12345678.",
        ),
        (["--conference", "c", "init", "--vat-rate", "120"], "The VAT rate is per cent, such as 20 or 8.1."),
        (
            ["--conference", "c", "init", "--reader", "desk-1=7"],
            "An id of Stripe's for this begins with tmr_.",
        ),
        (
            ["--conference", "c", "init", "--stripe-key", "rk_live_1"],
            "That is the key itself, which must stand in no config: put it into a variable or a file, and say"
            " which.",
        ),
        (
            ["--conference", "c", "init", "--database", "NOT_SET"],
            "The environment variable NOT_SET is not set here: leave, set it, and start again.",
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


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--config", "{home}/loop", *WORDS], 2, "{home}/loop cannot be the config: Too many levels"),
        (["--config", "{home}/loop/c.toml", *WORDS], 2, "cannot be the config: Too many levels"),
        (["--config", "{home}", *WORDS], 2, "{home} is no file: name another config."),
        ([*WORDS, "--database", "sqlite:///{home}/loop"], 5, "The database {home}/loop cannot be reached"),
        ([*WORDS, "--database", "sqlite:///~nobody-knows/x"], 5, "The folder ~nobody-knows for the database"),
        ([*WORDS, "--account", "--stripe-key", "http://127.0.0.1:1"], 5, "The connection to Stripe failed."),
        ([*WORDS, "--account"], 2, "No Stripe key is configured for small."),
        ([*WORDS, "--stripe-key", "~nobody-knows/x"], 2, "Say the NAME of the variable or the /path"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence_and_nothing_written(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    (home / "loop").symlink_to(home / "loop")
    found, (told,) = run(capsys, *(word.format(home=home) for word in words))
    assert (found, said.format(home=home) in told) == (status, True), told
    assert left(home) == []


def left(home: Path) -> list[str]:
    """What an init has made there, but for the log."""
    return sorted(each.name for each in home.rglob("*") if each.is_file() and each.suffix != ".log")


@pytest.mark.parametrize("given", [0, 2, 4])
def test_no_conference_is_made_on_days_or_in_a_zone_that_nobody_said(
    home: Path, capsys: pytest.CaptureFixture[str], given: int
) -> None:
    words = ("--conference", "small", "--staff", "amira", "init", "--currency", "CHF")
    missing = DATES[given::2]
    said = f"There is no conference small yet: say {', '.join(missing)} so that it can be made."
    assert run(capsys, *words, *DATES[:given]) == (2, [said])
    assert left(home) == []


def test_an_empty_password_leaves_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_POS_SECRET", "")
    words = ("--conference", "small", "--staff", "amira", "init", "--currency", "CHF", *DATES)
    assert run(capsys, *words) == (2, ["The password is empty."])
    assert left(home) == []
    monkeypatch.setenv("TUI_POS_SECRET", "correct horse")
    status, done = run(capsys, *words)
    assert (status, done[1:4]) == (0, [MADE, "Made the conference small.", "Made the supervisor amira."])


STAGES = (
    # what ends the work, at which of its calls, and whether all is in the database then
    ("tui_pos.core.files:make_file", 1, False),
    ("tui_pos.data.connection:open_database", 1, False),
    ("tui_pos.data.upgrades:_apply", 1, False),
    ("tui_pos.data.upgrades:_apply", 9, False),
    ("tui_pos.data.installation:place", 1, False),
    ("tui_pos.data.tables.program:Conference.create", 1, False),
    ("tui_pos.data.tables.auth:User.create", 1, False),
    ("tui_pos.desk.conference_rules:create", 1, False),
    ("os:replace", 1, True),
)
KILLED = """
import os, signal, sys
from importlib import import_module
from tui_pos import cli
from tui_pos.bootstrap import setup
module, _, path = sys.argv[1].partition(":")
*owners, name = path.split(".")
owner = import_module(module)
for each in owners:
    owner = getattr(owner, each)
real, calls = getattr(owner, name), []
def dies(*args, **kwargs):
    calls.append(1)
    if len(calls) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)
setattr(owner, name, dies)
sys.exit(cli.main(sys.argv[3:]))
"""


@pytest.fixture(params=ENGINES)
def host(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A computer without a config, and the URL of an empty database: embedded, or PostgreSQL's."""
    if request.param == "sqlite":
        monkeypatch.setenv("OUR_DATABASE", config.embedded_database(home / "home"))
    else:
        copy: Callable[[str], str] = request.getfixturevalue("postgresql_copy")
        monkeypatch.setenv("OUR_DATABASE", copy("template0"))
    return os.environ["OUR_DATABASE"]


def tables(url: str) -> list[str]:
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return []
    connection.open_database(url)
    with connected():
        found = database.get_tables()
    connection.close_database()
    return list(found)


@pytest.mark.thorough
@pytest.mark.parametrize(("stage", "call", "is_stored"), STAGES)
def test_killed_at_any_stage_it_leaves_nothing_half_done(
    capsys: pytest.CaptureFixture[str], host: str, stage: str, call: int, is_stored: bool
) -> None:
    words = (*WORDS, "--database", "OUR_DATABASE")
    killed = subprocess.run([sys.executable, "-c", KILLED, stage, str(call), *words], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert not config.user_config().exists()
    assert bool(tables(host)) == is_stored
    status, done = run(capsys, *words)
    assert status == 0
    assert done[0] == f"Wrote the config {config.user_config()}."
    assert ("Made the supervisor amira." in done) == (not is_stored)
    assert run(capsys, *WORDS) == (0, [])


@pytest.mark.thorough
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize(("stage", "call"), [each[:2] for each in STAGES[1:]])
def test_what_fails_or_is_interrupted_leaves_nothing(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    stage: str,
    call: int,
) -> None:
    module, _, path = stage.partition(":")
    *owners, name = path.split(".")
    owner = reduce(getattr, owners, import_module(module))
    calls, real = [], getattr(owner, name)

    def fails(*args: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == call:
            raise error
        return real(*args, **options)

    from tui_pos.bootstrap import setup

    request = setup.SetupRequest(
        slug="small",
        starts=date(2027, 5, 14),
        ends=date(2027, 5, 14),
        timezone="Europe/Rome",
        supervisor="amira",
        secret=lambda _: "correct horse",
        rules=Rules(currency="CHF"),
    )
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fails)
        with pytest.raises(type(error)):
            setup.set_up(None, request)
    assert list(home.iterdir()) == []
    assert len(setup.set_up(None, request)) == 5


@pytest.mark.thorough
@pytest.mark.usefixtures("host")
def test_of_two_at_once_one_makes_and_the_other_finds(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tui_pos", *WORDS, "--database", "OUR_DATABASE"]
    both = [
        subprocess.Popen(
            program,
            env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / str(number))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    ends = [each.communicate(timeout=60) for each in both]
    assert [each.returncode for each in both] == [0, 0], ends
    for made in (MADE, "Made the conference small.", "Made the supervisor amira.", "Stored for small"):
        assert sum(made in out for out, _ in ends) == 1, ends
    for number in range(2):
        said = tomllib.loads((tmp_path / str(number) / "tui-pos" / "config.toml").read_text())
        assert said["database"] == {"url_env": "OUR_DATABASE"}


STOPS = """
import fcntl, sys
from tui_pos import cli
from tui_pos.bootstrap import setup
from tui_pos.data.tables.program import Conference
def stops(said, error=None):
    print(said, flush=True)
    sys.stdin.readline()
    if error:
        raise error
real, create = fcntl.flock, Conference.create
def flock(file, how):
    try:
        real(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        print("waits", flush=True)
        real(file, how)
def made(**values):
    stops("writes", OSError(28, "No space left on device") if sys.argv[1] == "fails" else None)
    return create(**values)
fcntl.flock, Conference.create = flock, made
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.thorough
def test_who_is_refused_takes_nothing_away_from_who_writes(home: Path) -> None:
    (home / "c.toml").write_text('[conferences.small]\ncurrency = "CHF"\n')

    def start(ends: str, *words: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-c", STOPS, ends, "--config", str(home / "c.toml"), *words]
        return subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def line(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()

    with start("fails", *WORDS) as first:
        assert line(first) == "writes"
        with start("goes on", *WORDS) as second:
            told = line(second)
            first.communicate("\n", timeout=60)
            assert first.returncode != 0
            out, _ = second.communicate("\n", timeout=60)
    assert told == "waits"
    assert second.returncode == 0
    assert MADE in out
    assert "tui_pos_conference" in tables(config.embedded_database(home / "home"))


@pytest.mark.usefixtures("host")
def test_another_name_and_other_days_take_a_supervisor(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--conference", "small", "init", "--name", "Large", "--ends", "2027-05-23")
    assert run(capsys, *WORDS, "--database", "OUR_DATABASE")[0] == 0
    assert run(capsys, *words) == (2, ["A supervisor has to agree to this: say who with --staff NAME."])
    monkeypatch.setenv("TUI_POS_SECRET", "guessed")
    assert run(capsys, "--staff", "amira", *words)[0] == 6
    monkeypatch.setenv("TUI_POS_SECRET", "correct horse")
    early = ("--staff", "amira", "--conference", "small", "init", "--ends", "2027-05-01")
    assert run(capsys, *early)[0] == 2
    with connected():
        assert Conference.get().name == "small"
    done = ["Changed the conference small: name Large, last day 2027-05-23."]
    assert run(capsys, "--staff", "amira", *words) == (0, done)
    assert run(capsys, *words) == (0, []), "nothing changes any more, so nobody has to agree"
    with connected():
        row = Conference.get()
        assert (row.name, row.start_date, row.end_date) == ("Large", date(2027, 5, 14), date(2027, 5, 23))
        assert AuditEntry.get(AuditEntry.what == "set_up").text == "name Large, last day 2027-05-23"


@pytest.mark.usefixtures("host")
def test_a_password_is_renewed_with_the_old_one_or_a_supervisors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, *WORDS, "--database", "OUR_DATABASE")[0] == 0
    monkeypatch.setenv("TUI_POS_NEW_SECRET", "battery staple")
    words = ("--conference", "small", "--staff", "amira", "init")
    assert run(capsys, *words, "--supervisor", "noor")[0] == 0
    assert run(capsys, *words, "--password", "nobody") == (3, ["There is no user nobody."])
    monkeypatch.setenv("TUI_POS_NEW_SECRET", "")
    assert run(capsys, *words, "--password", "amira") == (2, ["The password is empty."])
    monkeypatch.setenv("TUI_POS_NEW_SECRET", "third of them")
    assert run(capsys, *words, "--password", "noor") == (0, ["noor has a new password."])
    assert run(capsys, *words, "--password", "amira") == (0, ["amira has a new password."])
    assert run(capsys, *words, "--password", "amira")[0] == 6, "the old one holds no more"
    with connected():
        assert all(verify("third of them", user.password) for user in User.select())


@pytest.mark.usefixtures("home")
def test_the_options_say_everything_that_the_questions_ask(capsys: pytest.CaptureFixture[str]) -> None:
    seller = (
        "--seller",
        "Verein",
        "--address",
        "K 13; Wien",
        "--vat-id",
        "ATU12345678",
        "--vat-rate",
        "20 %",
    )
    stripe = ("--stripe-key", "OUR_KEY", "--location", "tml_1", "--reader", "desk 1=tmr_1", "--reader", "d2")
    assert run(capsys, *WORDS, *seller, *stripe)[0] == 0
    conference = {
        "currency": "CHF",
        "seller": "Verein",
        "seller_address": ["K 13", "Wien"],
        "vat_id": "ATU12345678",
        "vat_rate": "20",
        "stripe_secret_key_env": "OUR_KEY",
        "stripe_location": "tml_1",
    }
    stations = {"desk 1": {"reader": "tmr_1"}, "d2": {}}
    assert tomllib.loads(config.user_config().read_text()) == {
        "conferences": {"small": conference},
        "stations": stations,
    }
    assert cli.main(["--json", *WORDS, "--reader", "d2=tmr_1"]) == 0
    assert "names the reader tmr_1 for desk 1 and for d2." in capsys.readouterr().err
    assert run(capsys, *WORDS, "--reader", "d2=")[0] == 0
    file, elsewhere = config.user_config(), f"sqlite:///{config.data_home()}/other.sqlite3"
    assert run(capsys, *WORDS, "--database", "embedded") == (0, [])
    said = f"The config {file} names another database: change it there."
    assert run(capsys, *WORDS, "--database", elsewhere) == (2, [said])
    file.write_text(f"# Mine.\n{file.read_text()}")
    assert run(capsys, "--conference", "small", "init", "--stripe-key", "simulator") == (
        0,
        [f"Wrote the config {file}."],
    )
    del conference["stripe_secret_key_env"]
    assert file.read_text().startswith("# Mine.\n")
    assert tomllib.loads(file.read_text()) == {
        "conferences": {"small": conference},
        "stations": stations,
        "stripe": {"api_base": "http://127.0.0.1:12111"},
    }


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


@pytest.mark.usefixtures("host")
def test_a_slug_with_capitals_is_served_and_not_made(capsys: pytest.CaptureFixture[str]) -> None:
    said = "A conference's slug has small letters, digits and dashes: pycon-us-2027."
    capitals = ("--conference", "PyCon_2027", *WORDS[2:])
    assert run(capsys, *capitals, "--database", "OUR_DATABASE") == (2, [said])
    assert run(capsys, *WORDS, "--database", "OUR_DATABASE")[0] == 0
    assert run(capsys, *capitals) == (2, [said])
    with connected():
        Conference.update(slug="PyCon_2027").execute()
    assert run(capsys, *capitals, "--seller", "Us") == (0, [f"Wrote the config {config.user_config()}."])
    assert tomllib.loads(config.user_config().read_text())["conferences"]["PyCon_2027"]["seller"] == "Us"


@pytest.mark.usefixtures("home")
def test_what_is_fixed_since_the_first_sale_is_shown_and_not_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(capsys, *WORDS)[0] == 0
    interview = Interview(None, {"slug": "small"}, "desk-1")
    take_what_is_there(interview)
    zone = next(each for each in questions(interview) if each.name == "timezone")
    interview.take(zone, "Europe/Vienna")
    fixed = {("timezone", "Europe/Rome"), ("currency", "CHF")}
    assert not fixed & set(interview.shown())
    add_shirt("small")
    words = ("--conference", "small", "--staff", "amira", "checkout", "--item", "shirt", "--name", "Ada")
    assert cli.main([*words, "--json"]) == 0
    interview.look_again()
    assert fixed <= set(interview.shown())
    assert not {"timezone", "currency"} & {each.name for each in questions(interview)}
    assert interview.request().timezone == "", "what was answered before the sale is not written any more"
