"""The command line itself: options, exit statuses, and what is said when nothing can be done yet."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.till import SECRET, Till, is_one_sentence
from tui_pos import cli
from tui_pos.core import config
from tui_pos.desk import conferences

HEAVY = ("peewee", "textual", "stripe", "uvicorn", "babel", "rich")


def tui_pos(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The program as a process, without any config of the user's."""
    command = [sys.executable, "-m", "tui_pos", *words]
    return subprocess.run(
        command, env=environment(home), capture_output=True, text=True, timeout=60, check=False
    )


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TUI_POS_HOME": str(home / "data"),
        "LC_ALL": "C",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def _no_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (config.CONFIG_VARIABLE, "TUI_POS_SECRET"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TUI_POS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(config, "SYSTEM_CONFIG", tmp_path / "etc" / "config.toml")


@pytest.mark.parametrize("words", [["--help"], ["charge", "--help"], ["--version"], ["nonsense"]])
def test_help_and_wrong_words_import_nothing_heavy(words: list[str]) -> None:
    code = f"import sys; from tui_pos.cli import main; main({words!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert loaded.isdisjoint(HEAVY)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    commands = (
        "lookup",
        "inventory",
        "checkout",
        "charge",
        "capture",
        "cancel",
        "readers",
        "connection-token",
    )
    desk = (
        "check-in",
        "hand-out",
        "companion",
        "orders",
        "cancel-order",
        "void",
        "refund",
        "exchange",
        "reconcile",
    )
    for command in (*commands, *desk, "simulator", "conferences", "init"):
        assert f"\n  {command} " in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "No such command 'nonsense'."),
        (["lookup"], "Missing argument 'code'."),
        (["lookup", "A", "--colour"], "No such option: --colour"),
        (["--conference"], "Option '--conference' requires an argument."),
        (["simulator", "--port", "x"], "Invalid value for '--port'"),
        (["checkout"], "Missing option '--item'."),
    ],
)
def test_wrong_usage_is_one_sentence_in_either_form(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    spoken = capsys.readouterr()
    assert spoken.out == ""
    assert spoken.err.startswith(said)
    assert spoken.err.count("\n") == 1
    assert cli.main(["--json", *words]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert (answer["error"] + "\n", answer["code"]) == (spoken.err, "usage")


@pytest.mark.usefixtures("_no_config")
def test_without_config_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--conference", "pycon", "inventory"]) == 2
    said = capsys.readouterr().err
    assert "tui-pos --conference demo" in said
    assert "tui-pos --conference SLUG init" in said
    assert str(config.user_config()) in said


def test_an_unknown_conference_lists_the_known_ones(till: Till) -> None:
    answer = till.run("--json", "inventory", conference="pycon")
    assert answer.status == 3
    assert "demo" in answer.json["error"]


def test_a_missing_conference_lists_the_known_ones(till: Till) -> None:
    assert cli.main(["--config", str(till.config), "inventory"]) == 2
    assert till.capture.readouterr().err == (
        "Name the conference with --conference SLUG; this database has: demo.\n"
    )


def test_conferences_lists_them_without_signing_in(till: Till) -> None:
    assert cli.main(["--json", "--config", str(till.config), "conferences"]) == 0
    (row,) = json.loads(till.capture.readouterr().out)["conferences"]
    assert set(row) == {"slug", "name", "start_date", "end_date", "is_active"}
    assert (row["slug"], row["name"]) == ("demo", "Demo Conference")


def test_a_command_acts_for_somebody(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["--config", str(till.config), "--conference", "demo", "inventory"]
    assert cli.main(words) == 2
    assert "--staff NAME" in till.capture.readouterr().err
    monkeypatch.delenv("TUI_POS_SECRET")
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115  # closed with the test's process
    assert cli.main([*words, "--staff", "trainee"]) == 2
    assert "$TUI_POS_SECRET" in till.capture.readouterr().err
    monkeypatch.setenv("TUI_POS_SECRET", "wrong")
    assert cli.main([*words, "--staff", "trainee"]) == 6


def test_the_password_is_asked_on_a_terminal(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return SECRET

    monkeypatch.delenv("TUI_POS_SECRET")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", getpass)
    assert till.run("inventory").status == 0
    assert asked == ["Password of trainee: "]


def test_a_database_that_cannot_be_opened_exits_with_5(till: Till, tmp_path: Path) -> None:
    (tmp_path / "no.sqlite3").write_text("this is no database, but it is long enough to look like one" * 20)
    for url in (f"sqlite:///{tmp_path}/no.sqlite3", f"sqlite:///{tmp_path}/none/x.sqlite3", "mysql://x/y"):
        text = till.config.read_text()
        till.config.write_text(
            "\n".join(f'url = "{url}"' if line.startswith("url") else line for line in text.splitlines())
        )
        answer = till.ask("inventory")
        assert (answer.status, answer.json["code"]) == (5, "database"), url
        assert is_one_sentence(answer.json["error"])


def test_stripe_out_of_reach_exits_with_5(till: Till) -> None:
    till.change_config(till.simulator.url, "http://127.0.0.1:9")
    answer = till.ask("readers")
    assert answer.status == 5
    assert is_one_sentence(answer.json["error"].replace("Check", "check"))


def test_a_key_that_is_not_there_is_said_only_when_a_card_is_charged(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMO_KEY", raising=False)
    till.change_config('currency = "USD"', 'currency = "USD"\nstripe_secret_key_env = "DEMO_KEY"')
    assert till.ask("inventory").status == 0
    answer = till.ask("readers")
    assert (answer.status, answer.json["code"]) == (2, "no_stripe_key")
    assert "DEMO_KEY" in answer.json["error"]
    monkeypatch.setenv("DEMO_KEY", "sk_test_abc")
    assert till.ask("readers").status == 0


def test_a_program_error_is_one_sentence_and_a_log_without_secrets(
    till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        secret = "a local variable"
        raise RuntimeError(f"sk_live_abcdef postgresql://desk:geheim@db {len(secret)}")

    monkeypatch.setattr(conferences, "known", fail)
    for options in ([], ["--json"]):
        assert cli.main([*options, "--config", str(till.config), "conferences"]) == 70
        said = till.capture.readouterr()
        sentence = json.loads(said.out)["error"] if options else said.err.strip()
        assert is_one_sentence(sentence)
        assert "geheim" not in sentence
    log = (tmp_path / "home" / "tui-pos.log").read_text()
    assert "RuntimeError" in log
    for secret in ("abcdef", "geheim", "a local variable' "):
        assert secret not in log


@pytest.mark.parametrize(("words", "status"), [(["--version"], 141), (["--json", "nonsense"], 2)])
def test_a_reader_of_the_answer_may_go_away(words: list[str], status: int, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tui_pos", *words]
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, env=environment(tmp_path), timeout=30, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (status, b"")


def test_a_terminal_without_the_letters_is_served_too(till: Till) -> None:
    options = ["--config", str(till.config), "--conference", "demo", "--staff", "trainee"]
    done = subprocess.run(
        [sys.executable, "-m", "tui_pos", *options, "lookup", "TOMA2026"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Tom?s Okafor  ")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    command = [os.fsencode(sys.executable), b"-m", b"tui_pos", b"lookup", b"\xff\xfe"]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.endswith(b"is not UTF-8 text.\n")


def test_the_simulator_serves_until_stopped(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tui_pos",
        "simulator",
        "--port",
        "0",
        "--state",
        str(tmp_path / "s"),
        "--json",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
    )
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    port = url.rpartition(":")[2]
    taken = tui_pos(tmp_path, "simulator", "--port", port)
    (tmp_path / "text").write_text("no state at all, and long enough to be looked at" * 20)
    wrong = tui_pos(tmp_path, "simulator", "--port", "0", "--state", str(tmp_path / "text"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, b"", b"")
    assert (taken.returncode, taken.stderr) == (
        2,
        f"The simulator cannot listen on 127.0.0.1:{port}: Address already in use.\n",
    )
    assert wrong.returncode == 2
    assert "is not a state file of the simulator" in wrong.stderr
