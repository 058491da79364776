"""Standard output and error that are full, closed or read by nobody: status and work stay true."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.till import READER, Till, payments_of
from tui_pos import manual

COMPLETION = "_TUI_POS_COMPLETE"
"""Set by the shell that asks what could stand here."""

PROGRAM = f"{sys.executable} -m tui_pos"
OUT = {"full": ">/dev/full", "closed": ">&-"}
ERR = {"full": "2>/dev/full", "closed": "2>&-"}


def shell(till: Till, words: str, ends: str, staff: str = "trainee") -> subprocess.CompletedProcess[str]:
    options = f"--config {till.config} --conference demo --staff {staff} --station desk-3"
    return subprocess.run(
        ["bash", "-c", f"{PROGRAM} {options} {words} {ends}"], capture_output=True, text=True, timeout=60
    )


@pytest.mark.thorough
@pytest.mark.parametrize("words", ["orders", "--json orders", "--help", "--version", "manual operations"])
@pytest.mark.parametrize("end", OUT)
def test_work_that_was_done_and_not_told_has_a_status_of_its_own(till: Till, words: str, end: str) -> None:
    answer = shell(till, words, OUT[end])
    assert (answer.returncode, answer.stderr) == (74, "")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "status"), [("lookup NOBODY", 3), ("--json lookup NOBODY", 3), ("nonsense", 2), ("orders", 0)]
)
@pytest.mark.parametrize("end", ERR)
def test_the_status_of_the_work_stays(till: Till, words: str, status: int, end: str) -> None:
    assert shell(till, words, ERR[end]).returncode == status
    if status:
        both = shell(till, words, f"{OUT[end]} {ERR[end]}")
        assert (both.returncode, both.stdout) == (status, "")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ("", 2, "The desk's screens need a terminal"),
        ("init --take-over", 4, "Say --yes to do it."),
        ("orders", 0, ""),
        ("doctor", 0, ""),
    ],
)
def test_a_closed_standard_input_is_no_terminal(till: Till, words: str, status: int, sentence: str) -> None:
    answer = shell(till, words, "<&-", staff="lead")
    assert (answer.returncode, sentence in answer.stderr) == (status, True), answer


def test_a_reader_that_has_gone(till: Till) -> None:
    answer = shell(till, "manual operations", "| true; exit ${PIPESTATUS[0]}")
    assert (answer.returncode, answer.stderr) == (141, "")


@pytest.mark.thorough
@pytest.mark.parametrize("end", OUT)
def test_a_charge_is_not_cut_short_by_a_full_disk(till: Till, end: str) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    answer = shell(till, f"charge --order {reference} --reader {READER} --card good", OUT[end])
    assert (answer.returncode, answer.stderr) == (74, "")
    assert payments_of(reference) == [("succeeded", "25.00")]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "words",
    [
        "refund ORDER --line t-shirt",
        "exchange ORDER --line t-shirt --for lunch",
        "void ORDER --reason mistake",
        "find noor",
    ],
)
@pytest.mark.parametrize("end", OUT)
def test_whatever_changes_something_is_done_and_tells_that_it_was_not_told(
    till: Till, words: str, end: str
) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--tender", "cash", "--given", "25")
    answer = shell(till, words.replace("ORDER", reference), OUT[end], staff="lead")
    assert (answer.returncode, answer.stderr) == (74, "")
    changed = not words.startswith("find")
    assert (payments_of(reference) != [("succeeded", "25.00")]) is changed


def test_a_mismatch_keeps_its_status_where_nobody_can_be_told(till: Till) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    for words in ("reconcile --check", "--json reconcile --check"):
        assert shell(till, words, OUT["full"]).returncode == 4


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion(shell_name: str, tmp_path: Path) -> None:
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "tui_pos", "--show-completion", shell_name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert COMPLETION in done.stdout


def test_completion_opens_no_desk(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        COMPLETION: "complete_bash",
        "COMP_WORDS": "tui-pos rec",
        "COMP_CWORD": "1",
    }
    program = "import sys; from tui_pos.cli import main; sys.argv = ['tui-pos']; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["reconcile"]


def test_find_answers_what_the_prompt_finds(till: Till) -> None:
    found = till.done("find", "noor")
    assert [person["access_code"] for person in found["people"]] == ["NOOR2026"]
    assert found["orders"] == found["vouchers"] == found["products"] == []
    assert till.done("find", "DEMO:noor2026") == found
    assert [product["product"] for product in till.done("find", "t-shirt")["products"]] == ["t-shirt"]
    assert till.refused("find", "elsewhere:NOOR2026") == (3, "attendee_not_found")
    assert till.run("find", "nobody-of-this-name").out == "Nothing was found.\n"


def test_find_counts_everybody_and_answers_a_page(till: Till) -> None:
    first = till.done("find", "example.org", "--limit", "25")
    rest = till.done("find", "example.org", "--limit", "25", "--after", "25")
    assert first["total"] == rest["total"] == 40
    badges = [person["access_code"] for page in (first, rest) for person in page["people"]]
    assert len(set(badges)) == len(badges) == 40
    assert till.run("find", "example.org").out.endswith("\n9 of 40; see --limit and --after.\n")
    assert till.done("find", "OKAFOR, tomas")["people"] == till.done("find", "Tomás Okafor")["people"] != []


def test_the_manual_lists_its_topics_and_shows_a_page(till: Till) -> None:
    assert till.done("manual")["topics"] == manual.topics()
    assert till.done("manual", "operations")["text"].startswith("# Operations")
    assert till.refused("manual", "nothing") == (2, "usage")
