"""The front door: options before and after a command or with none, and Ctrl-C before anything has begun."""

import dataclasses
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from typer.core import TyperGroup

from tests.commands.test_usage import environment
from tests.commands.till import Till
from tui_pos import cli
from tui_pos.commands import program
from tui_pos.commands.context import Options


def test_common_options_may_stand_before_or_after_the_command(till: Till) -> None:
    config_file = str(till.config)
    front = [
        "--json",
        "--config",
        config_file,
        "--conference=demo",
        "--staff",
        "trainee",
        "lookup",
        "NOOR2026",
    ]
    back = [
        "lookup",
        "NOOR2026",
        "--staff=trainee",
        "--conference",
        "demo",
        f"--config={config_file}",
        "--json",
    ]
    answers = []
    for words in (front, back):
        till.capture.readouterr()
        assert cli.main(words) == 0
        answers.append(json.loads(till.capture.readouterr().out))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("words", "json_wanted"),
    [
        (["lookup", "--json", "--", "--staff"], True),
        (["lookup", "--", "--staff", "--json"], False),
        (["lookup", "--colour", "--json"], True),
        (["--conference", "demo", "nonsense", "--json", "--config"], True),
        (["--version", "--json", "--conference"], True),
    ],
)
def test_json_is_asked_for_wherever_it_is_an_option_even_if_other_words_are_wrong(
    words: list[str], json_wanted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    said = capsys.readouterr()
    assert (said.out.startswith('{"error":'), said.err == "") == (json_wanted, json_wanted)


def test_an_option_after_the_command_wins_over_the_same_before_it(till: Till) -> None:
    assert till.run("lookup", "NOOR2026", "--conference", "demo", conference="elsewhere").status == 0
    assert till.run("lookup", "NOOR2026", "--conference", "elsewhere").status == 3


def test_no_command_has_an_option_of_its_own_by_the_name_of_one_that_holds_everywhere() -> None:
    everywhere = {field.name for field in dataclasses.fields(Options)}
    commands = cast(TyperGroup, program.PROGRAM).commands
    assert all(everywhere.isdisjoint(option.name for option in each.params) for each in commands.values())


INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where tests run in the background
from tui_pos import cli, manual
from tui_pos.ui import app

def interrupted(*_):
    os.kill(os.getpid(), signal.SIGINT)

app.run = manual.topics = interrupted
sys.argv = ["tui-pos", *sys.argv[1:]]
sys.exit(cli.main())
"""


@pytest.mark.parametrize(
    ("words", "status"),
    [(["--conference", "demo"], -signal.SIGINT), (["manual"], 130)],
    ids=["desk", "command"],
)
def test_ctrl_c_ends_it_without_a_word(tmp_path: Path, words: list[str], status: int) -> None:
    config = tmp_path / "config.toml"
    config.touch()
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "--config", str(config), *words],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


@pytest.mark.parametrize("words", [["--json"], ["--staff", "lead", "--json", "--station=desk-3"]])
def test_options_alone_open_the_desk(words: list[str], till: Till) -> None:
    """Here there is no terminal, which the desk says."""
    options = ["--config", str(till.config), "--conference=demo"]
    assert cli.main([*options, *words]) == 2
    assert json.loads(till.capture.readouterr().out)["code"] == "no_terminal"
