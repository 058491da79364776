"""Whatever the program makes on disk is for its user alone, under any umask and by every way of starting."""

import multiprocessing
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.databases import opened
from tui_pos.core import files, log_file
from tui_pos.data import connection, schema

PROGRAM = [sys.executable, "-P", "-m", "tui_pos"]

DATES = ("--starts", "2027-05-14", "--ends", "2027-05-22", "--timezone", "Europe/Rome")


def modes(folder: Path) -> dict[str, str]:
    """The mode of everything below ``folder``."""
    return {
        str(path.relative_to(folder)): oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.rglob("*")
    }


def expected(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): "0o700" if path.is_dir() else "0o600" for path in folder.rglob("*")
    }


def run(folder: Path, umask: int, *words: str) -> None:
    env = {
        **os.environ,
        "TUI_POS_HOME": str(folder / "data" / "home"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "TUI_POS_SECRET": "correct horse",
    }
    done = subprocess.run(
        [*PROGRAM, *words], env=env, umask=umask, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277], ids=oct)
def test_what_init_and_the_demonstration_make_is_private(tmp_path: Path, umask: int) -> None:
    run(tmp_path, umask, "--conference", "pycon", "--staff", "amira", "init", *DATES)
    run(tmp_path, umask, "--conference", "demo", "lookup", "NOOR2026")
    made = modes(tmp_path)
    assert {"config/tui-pos/config.toml", "data/home/tui-pos.sqlite3"} < made.keys()
    assert {"data/home/demo/stripe.sqlite3", "data/home/demo/stripe.log"} < made.keys()
    assert made == expected(tmp_path)


def test_the_crash_log_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        log_file.record_crash(ValueError("x"), tmp_path / "a" / "b" / "log")
        files.make_file(tmp_path / "other")
    finally:
        os.umask(before)
    assert modes(tmp_path) == expected(tmp_path)


def test_what_was_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(0o755)
    (tmp_path / "folder" / "file").touch(0o644)
    before = modes(tmp_path)
    files.make_folder(tmp_path / "folder")
    files.make_file(tmp_path / "folder" / "file")
    assert modes(tmp_path) == before


def test_journals_have_the_mode_of_their_database(tmp_path: Path) -> None:
    file = tmp_path / "shared.sqlite3"
    before = os.umask(0o077)
    try:
        with opened(f"sqlite:///{file}"):
            file.chmod(0o660)
            connection.close_database()
            connection.open_database(f"sqlite:///{file}")
            schema.prepare()
            assert set(modes(tmp_path).items()) >= {
                (f"shared.sqlite3{journal}", "0o660") for journal in ("", "-wal", "-shm")
            }
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("groups", "mode"),
    [([54321], 0o664), ([], 0o600)],
    ids=["the owner's group", "strangers"],
)
def test_who_may_not_give_files_away_lets_nobody_read_what_was_not_theirs(
    tmp_path: Path, groups: list[int], mode: int
) -> None:
    if os.geteuid() != 0:
        groups, mode = [], 0o664  # our own files, which we may always liken
    folder = tmp_path.resolve()
    original, copy = folder / "original", folder / "copy"
    original.touch()
    copy.touch()
    original.chmod(0o664)
    if os.geteuid() == 0:
        os.chown(original, 12345, 54321)
        os.chown(copy, 23456, 23456)
        for each in (folder, *folder.parents[:-2]):
            each.chmod(each.stat().st_mode | 0o011)

    def as_somebody_else() -> None:
        if os.geteuid() == 0:
            os.setgroups(groups)
            os.setgid(23456)
            os.setuid(23456)
        files.liken(copy, original)

    child = multiprocessing.get_context("fork").Process(target=as_somebody_else)
    child.start()
    child.join()
    assert child.exitcode == 0
    assert stat.S_IMODE(copy.stat().st_mode) == mode


def test_a_link_to_itself_is_an_error_of_the_disk(tmp_path: Path) -> None:
    loop, dangling = tmp_path / "loop", tmp_path / "dangling"
    loop.symlink_to(loop)
    dangling.symlink_to(tmp_path / "nothing")
    with pytest.raises(OSError, match="symbolic links"):
        files.resolved(loop)
    with pytest.raises(OSError, match="symbolic links"):
        files.Unfinished(loop)
    assert files.resolved(dangling) == tmp_path.resolve() / "nothing"
    assert files.at_home("~nobody-knows/c") == Path("~nobody-knows/c")
    assert files.at_home("~/c") == Path.home() / "c"
