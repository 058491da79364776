"""Started in a folder full of modules that somebody else put there, the program imports none of them."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24

PROGRAM = shutil.which("tui-pos", path=str(Path(sys.executable).parent)) or "tui-pos"
MODULES = ("uvicorn", "sqlite3", "typing", "stripe", "textual", "json", "msgspec", "encodings", "runpy")
EVIL = "import os, pathlib; pathlib.Path(os.environ['MARKER']).write_text(__file__)\nraise SystemExit(99)\n"


@pytest.fixture
def strange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder; it is the current one, and MARKER names the file that a module of it writes."""
    folder = tmp_path / "strange"
    for name in ("tui_pos", "starlette"):
        (folder / name).mkdir(parents=True)
        for module in ("__init__", "__main__", "training"):
            (folder / name / f"{module}.py").write_text(EVIL)
    for name in MODULES:
        (folder / f"{name}.py").write_text(EVIL)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MARKER", str(tmp_path / "marker"))
    for name in ("TUI_POS_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return folder


def left_alone(strange: Path) -> bool:
    marker = strange.parent / "marker"
    assert not marker.exists(), marker.read_text()
    return True


def test_the_modules_would_be_run_where_python_looks_for_them(strange: Path) -> None:
    subprocess.run([sys.executable, "-c", "import uvicorn"], check=False, capture_output=True)
    assert (strange.parent / "marker").read_text() == str(strange / "uvicorn.py")


@pytest.mark.thorough
@pytest.mark.parametrize("words", [["--help"], ["conferences"], ["--conference", "demo", "inventory"]])
@pytest.mark.parametrize("way", ["script", "module", "safe module"])
def test_no_command_imports_from_the_current_folder(strange: Path, way: str, words: list[str]) -> None:
    if way == "module":
        shutil.rmtree(strange / "tui_pos")  # which Python itself would run before any line of ours
    start = {
        "script": [PROGRAM],
        "module": [sys.executable, "-m", "tui_pos"],
        "safe module": [sys.executable, "-P", "-m", "tui_pos"],
    }[way]
    done = subprocess.run([*start, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert left_alone(strange)


def test_the_simulator_imports_nothing_from_the_current_folder(strange: Path) -> None:
    with subprocess.Popen(
        [PROGRAM, "simulator", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "listening on" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
    assert left_alone(strange)


def test_the_demonstration_imports_nothing_from_the_current_folder(strange: Path) -> None:
    with Terminal80x24([PROGRAM, "--conference", "demo"], env=dict(os.environ)) as desk:
        desk.wait_for("Tilda Trainee")
        desk.signal(signal.SIGTERM)
        desk.wait_exit()
    assert left_alone(strange)
