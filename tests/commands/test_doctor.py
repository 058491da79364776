"""doctor as a command and as a whole process: lines, JSON, exit status, and what it leaves alone."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bootstrap.doctor.conftest import ENOUGH, KEY
from tests.commands.till import Till, is_one_sentence
from tests.fixtures.postgresql import PostgresqlServer
from tui_pos.bootstrap.session import open_session
from tui_pos.core import config
from tui_pos.data import connection
from tui_pos.simulator import Server

PROGRAM = shutil.which("tui-pos", path=str(Path(sys.executable).parent)) or "tui-pos"
LIKE_A_VOLUNTEER = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    if os.geteuid() == 0
    else []
)
"""Root may write everything; without these two rights it obeys a file's mode as everybody does."""

CONFIG = """
[database]
url = "{url}"
[stripe]
api_base = "{base}"
[conferences.demo]
currency = "USD"
stripe_secret_key_env = "DEMO_KEY"
stripe_location = "tml_demo_front_desk"
[stations.desk-3]
reader = "tmr_front_1"
"""


@dataclass(frozen=True)
class Shop:
    """A config, and the program run on it as a process of its own."""

    folder: Path
    config: Path
    url: str

    @property
    def file(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def run(self, *words: str, key: str = KEY) -> tuple[int, str, str]:
        """Exit status, output and errors; never a traceback."""
        environment: Mapping[str, str] = {
            **os.environ,
            "TUI_POS_HOME": str(self.folder / "home"),
            "DEMO_KEY": key,
            "NO_PROXY": "127.0.0.1",
            "TUI_POS_SECRET": "demo",
        }
        done = subprocess.run(
            [*LIKE_A_VOLUNTEER, PROGRAM, "--config", str(self.config), "--station", "desk-3", *words],
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert "nobody expected" not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def doctor(self, **options: str) -> dict[str, tuple[str, str]]:
        """Status and sentence of the first line that is not ok of each check, by name."""
        status, out, _ = self.run("--json", "--conference", "demo", "doctor", **options)
        answer = json.loads(out)
        assert answer["status"] == ("failed" if status else answer["status"])
        assert all(is_one_sentence(each["sentence"]) for each in answer["checks"])
        odd = [each for each in answer["checks"] if each["status"] != "ok"]
        return {each["check"]: (each["status"], each["sentence"]) for each in reversed(odd)}


def made(url: str, simulator: Server, folder: Path) -> Shop:
    """A shop whose desk was opened once; its database is closed."""
    (folder / "home").mkdir(0o700)
    file = folder / "config.toml"
    file.write_text(CONFIG.format(url=url, base=simulator.url))
    file.chmod(0o600)
    open_session(config.load(file), "demo", "desk-3")
    connection.close_database()
    shop = Shop(folder, file, url)
    if url.startswith("sqlite"):
        shop.file.chmod(0o600)
    return shop


@pytest.fixture
def shop(demo_url: str, simulator: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """On SQLite, in a folder of its own."""
    monkeypatch.setenv("DEMO_KEY", KEY)
    folder = tmp_path / "shop"
    folder.mkdir()
    moved = folder / "shop.sqlite3"
    shutil.move(demo_url.removeprefix("sqlite:///"), moved)
    yield made(f"sqlite:///{moved}", simulator, tmp_path)
    folder.chmod(0o700)


def test_each_line_is_a_status_a_name_and_a_sentence(shop: Shop) -> None:
    status, out, err = shop.run("--conference", "demo", "doctor")
    assert (status, err) == (0, "")
    for line in out.splitlines():
        level, check, *words = line.split()
        assert level in ("ok", "warning", "failed")
        assert check.isalpha()
        assert is_one_sentence(" ".join(words))
    assert {line.split()[1] for line in out.splitlines()} == {
        *("config", "files", "terminal", "station", "database", "writable", "disk", "damage", "rows"),
        *("conference", "active", "key", "account", "rights", "location", "readers", "clock"),
    }


def test_json_has_every_line_and_the_worst_status(till: Till, simulator: Server) -> None:
    answer = till.ask("doctor")
    assert answer.status == 0
    assert {each["check"] for each in answer.json["checks"]} >= {"database", "readers"}
    assert answer.json["status"] in ("ok", "warning")
    simulator.fault("cut_before", times=100)
    failed = till.ask("doctor")
    assert (failed.status, failed.json["code"], failed.json["status"]) == (5, "checks_failed", "failed")
    assert "1 line failed: The connection to Stripe failed." in failed.json["error"]


def test_what_failed_is_on_standard_error_too(shop: Shop) -> None:
    status, out, err = shop.run("--conference", "nope", "doctor")
    assert status == 3
    assert "failed   conference   There is no conference 'nope': there are demo." in out
    assert err == "1 line failed: There is no conference 'nope': there are demo.\n"


def test_the_missing_right_of_a_restricted_key_is_named(shop: Shop, simulator: Server) -> None:
    simulator.configure(
        rights={KEY: ["rak_payment_intent_write", "rak_charge_read", "rak_terminal_reader_read"]}
    )
    assert shop.doctor()["rights"] == (
        "failed",
        "The Stripe key lacks write access to terminal reader (rak_terminal_reader_write), so there are no"
        " card payments: add it at Stripe.",
    )
    simulator.configure(rights={KEY: [*ENOUGH]})
    assert "rights" not in shop.doctor()
    assert shop.run("--conference", "demo", "doctor", key="")[0] == 2


@pytest.mark.thorough
@pytest.mark.parametrize(("closed", "journal"), [("file", "wal"), ("folder", "wal"), ("folder", "delete")])
def test_a_file_or_folder_that_cannot_be_written(shop: Shop, closed: str, journal: str) -> None:
    """Nothing can be saved, which is told before anything is begun; look-ups go on."""
    with closing(sqlite3.connect(shop.file)) as file:
        file.execute(f"PRAGMA journal_mode = {journal}")
    place = shop.file if closed == "file" else shop.file.parent
    place.chmod(0o400 if closed == "file" else 0o500)
    level, sentence = shop.doctor()["writable"]
    assert level == "failed"
    assert f"This user may not write {place}, so nothing can be saved" in sentence
    status, out, _ = shop.run("--conference", "demo", "--staff", "trainee", "lookup", "NOOR2026")
    assert (status, "Noor Lindqvist" in out) == (0, True)
    status, out, err = shop.run("--conference", "demo", "--staff", "trainee", "check-in", "NOOR2026")
    assert (status, out) == (5, "")
    assert err.startswith(f"This user may not write {place}, so nothing can be saved")
    assert sorted(each.name for each in shop.file.parent.iterdir()) == ["shop.sqlite3"]


def test_a_folder_that_cannot_be_entered(shop: Shop) -> None:
    shop.file.parent.chmod(0o000)
    level, sentence = shop.doctor()["database"]
    assert (level, "Permission denied" in sentence) == ("failed", True)
    status, _, err = shop.run("--conference", "demo", "--staff", "trainee", "lookup", "NOOR2026")
    assert (status, "Permission denied" in err) == (5, True)


@pytest.mark.thorough
def test_a_full_disk_leaves_look_ups(shop: Shop) -> None:
    """As with no byte left: a file that SQLite cannot put its journal's index beside."""
    program = (
        "import sys; from tui_pos.data import engines; engines.ROOM = 2**62\n"
        "from tui_pos.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    options = ["--config", str(shop.config), "--conference", "demo", "--station", "desk-3"]
    environment = {**os.environ, "TUI_POS_SECRET": "demo", "DEMO_KEY": KEY, "NO_PROXY": "127.0.0.1"}

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-c", program, *options, *words], capture_output=True, text=True, env=environment
        )
        return done.returncode, done.stdout + done.stderr

    status, said = run("doctor")
    assert status == 5
    assert f"The disk with {shop.file} is full, so nothing can be saved: make room, then start again." in said
    assert run("--staff", "trainee", "lookup", "NOOR2026")[0] == 0
    assert "is full" in run("--staff", "trainee", "checkout", "--item", "t-shirt")[1]


def test_no_room_for_the_copy_before_an_upgrade_changes_nothing(shop: Shop) -> None:
    with closing(sqlite3.connect(shop.file)) as file:
        file.execute("UPDATE tui_pos_schema_version SET version = version - 1")
        file.commit()
    before = shop.file.read_bytes()
    assert "are at step" in shop.doctor()["database"][1]
    done = subprocess.run(
        [PROGRAM, "--config", str(shop.config), "--conference", "demo", "init"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )
    assert (done.returncode, done.stdout) == (5, "")
    assert is_one_sentence(done.stderr.strip().replace(str(shop.folder), ""))
    assert "room" in done.stderr
    assert shop.file.read_bytes() == before


def test_a_damaged_file_is_told_by_every_command(shop: Shop) -> None:
    content = shop.file.read_bytes()
    shop.file.write_bytes(content[:100] + b"\xa5" * (len(content) - 100))
    assert "damaged" in shop.doctor()["database"][1]
    status, _, err = shop.run("--conference", "demo", "--staff", "trainee", "lookup", "NOOR2026")
    assert status == 5
    assert "The database is damaged" in err


def test_nothing_is_made_or_changed(shop: Shop) -> None:
    before = shop.file.read_bytes()
    shop.run("--conference", "demo", "doctor")
    assert shop.file.read_bytes() == before
    shop.file.unlink()
    level, sentence = shop.doctor()["database"]
    assert (level, "There is no database" in sentence) == ("failed", True)
    assert list(shop.file.parent.iterdir()) == []


def test_without_a_config_it_says_how_to_begin(shop: Shop, tmp_path: Path) -> None:
    lost = Shop(tmp_path, tmp_path / "none.toml", shop.url)
    status, _, err = lost.run("doctor")
    assert (status, "There is no config file" in err) == (2, True)


@pytest.mark.thorough
@pytest.mark.parametrize("engine_url", ["postgresql"], indirect=True)
def test_a_server_that_takes_no_more_connections(
    engine_url: str,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgresql_server: PostgresqlServer,
) -> None:
    monkeypatch.setenv("DEMO_KEY", KEY)
    shop = made(engine_url, simulator, tmp_path)
    name = engine_url.rpartition("/")[2]
    assert shop.doctor() == {}
    postgresql_server.psql(
        name,
        f"--command=CREATE ROLE only_{name} LOGIN PASSWORD 'x' CONNECTION LIMIT 0",
        f"--command=GRANT ALL ON ALL TABLES IN SCHEMA public TO only_{name}",
    )
    shop.config.write_text(shop.config.read_text().replace("desk:from-the-tests", f"only_{name}:x"))
    level, sentence = shop.doctor()["database"]
    assert (level, "takes no more connections" in sentence) == ("failed", True)
    status, _, err = shop.run("--conference", "demo", "--staff", "trainee", "lookup", "NOOR2026")
    assert (status, "takes no more connections" in err) == (5, True)
    postgresql_server.psql(name, f"--command=DROP OWNED BY only_{name}", f"--command=DROP ROLE only_{name}")


@pytest.mark.thorough
@pytest.mark.parametrize("engine_url", ["postgresql"], indirect=True)
def test_a_read_only_server_leaves_look_ups(
    engine_url: str,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgresql_server: PostgresqlServer,
) -> None:
    monkeypatch.setenv("DEMO_KEY", KEY)
    shop = made(engine_url, simulator, tmp_path)
    name = engine_url.rpartition("/")[2]
    postgresql_server.psql(name, f"--command=ALTER DATABASE {name} SET default_transaction_read_only = on")
    level, sentence = shop.doctor()["writable"]
    assert (level, "The database is read-only" in sentence) == ("failed", True)
    assert shop.run("--conference", "demo", "--staff", "trainee", "lookup", "NOOR2026")[0] == 0
