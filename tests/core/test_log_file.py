"""The log file of several processes: no line is lost, mixed or held up, and nobody else reads it."""

import fcntl
import multiprocessing
import os
from pathlib import Path

import pytest

from tui_pos.core import log_file

FORK = multiprocessing.get_context("fork")
WRITERS, LINES = 6, 400
PADDING = "x" * 60


def lines_of(file: Path) -> list[str]:
    """Every line that is there, the oldest first."""
    return [line for each in (*log_file.put_away(file), file) for line in each.read_text().splitlines()]


def test_no_line_of_several_processes_is_lost_or_mixed_while_it_rotates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "LARGEST", 4_000)
    monkeypatch.setattr(log_file, "KEPT", 60)
    file = tmp_path / "home" / log_file.NAME
    start = FORK.Barrier(WRITERS)

    def write(writer: int) -> None:
        start.wait(30)
        for number in range(LINES):
            log_file.append(file, f"{writer} {number} {PADDING}\n")

    writers = [FORK.Process(target=write, args=(writer,)) for writer in range(WRITERS)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
        assert process.exitcode == 0
    found = [line.split(" ") for line in lines_of(file)]
    assert len(log_file.put_away(file)) >= 5
    for writer in range(WRITERS):
        # In each process's own order too.
        assert [row for row in found if row[0] == str(writer)] == [
            [str(writer), str(number), PADDING] for number in range(LINES)
        ]


def test_a_process_that_hangs_while_it_rotates_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "LARGEST", 10)
    file = tmp_path / log_file.NAME
    file.touch()
    hanging = os.open(file, os.O_RDONLY)
    fcntl.flock(hanging, fcntl.LOCK_EX)
    for number in range(3):
        log_file.append(file, f"line {number}, which is long enough\n")
    assert len(lines_of(file)) == 3
    assert log_file.put_away(file) == []
    os.close(hanging)
    log_file.append(file, "the last\n")
    assert len(log_file.put_away(file)) == 1
    log_file.append(file, "after\n")
    assert lines_of(file)[-2:] == ["the last", "after"]


def test_only_so_many_files_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "LARGEST", 1)
    file = tmp_path / log_file.NAME
    for number in range(log_file.KEPT + 3):
        log_file.append(file, f"{number}\n")
    kept = [each.read_text() for each in log_file.put_away(file)]
    assert kept == [f"{number}\n" for number in range(3, log_file.KEPT + 3)]


def test_every_file_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "LARGEST", 1)
    file = tmp_path / "home" / log_file.NAME
    before = os.umask(0)
    try:
        for _ in range(3):
            log_file.append(file, "line\n")
    finally:
        os.umask(before)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in log_file.put_away(file)} == {0o600}
