"""What an import brings along: each start waits for it, and a wall that is crossed at run time is no wall."""

import subprocess
import sys

import pytest

EVERYTHING = """
import importlib, pkgutil, sys, tui_pos
for module in pkgutil.walk_packages(tui_pos.__path__, "tui_pos."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
LEAVE_OUT = "from tui_pos.data.drivers import leave_out_unused; leave_out_unused({!r})\n"
OPEN = "from tui_pos.data.connection import open_database; open_database({!r})\n"


def loaded(program: str) -> set[str]:
    """The top-level modules that a fresh Python has loaded after ``program``."""
    report = f"{program}\nimport sys; print(*(n.split('.')[0] for n, m in sys.modules.items() if m))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("program", "absent"),
    [
        ("import tui_pos.cli", {"peewee", "playhouse", "textual", "stripe", "psycopg", "uvicorn", "babel"}),
        (
            "import tui_pos.desk.search.lookup, tui_pos.bootstrap.session",
            {"textual", "rich", "stripe", "uvicorn"},
        ),
        ("import tui_pos.bootstrap.doctor", {"textual", "rich", "stripe", "typer", "uvicorn"}),
        ("import tui_pos.desk.payments", {"textual", "rich", "stripe"}),
        ("import tui_pos.simulator.server.app", {"textual", "rich", "stripe", "peewee"}),
        ("import tui_pos.terminal", {"textual", "rich", "stripe", "peewee"}),
        ("import tui_pos.ui.messages", {"textual", "rich", "stripe", "peewee", "typer"}),
        (EVERYTHING, {"stripe", "aiohttp"}),
    ],
)
def test_an_import_stays_light(program: str, absent: set[str]) -> None:
    assert loaded(program) & absent == set()


@pytest.mark.parametrize("arguments", [["--help"], ["lookup", "--help"], ["--version"]])
def test_help_needs_neither_database_nor_screens(arguments: list[str]) -> None:
    modules = loaded(f"from tui_pos.cli import main\nmain({arguments!r})")
    assert modules & {"peewee", "textual", "stripe"} == set()


def test_the_start_of_the_desk_waits_for_textual_alone() -> None:
    modules = loaded("from tui_pos.cli import main\nmain(['--config', '/nowhere', '--conference', 'demo'])")
    assert "textual" in modules
    assert modules & {"stripe", "psycopg", "uvicorn", "pydantic"} == set()


def test_a_desk_on_sqlite_does_without_the_driver_of_postgresql(demo_url: str) -> None:
    assert "psycopg" in loaded(OPEN.format(demo_url))
    assert "psycopg" not in loaded(LEAVE_OUT.format(demo_url) + OPEN.format(demo_url))


def said(program: str) -> str:
    """The last line of a fresh Python that ends with an exception."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1]


def test_a_driver_that_is_not_there_is_one_sentence() -> None:
    address = "postgresql://desk@127.0.0.1:1/shop"
    assert "started for SQLite" in said(LEAVE_OUT.format("sqlite:///x") + OPEN.format(address))
    not_installed = "import sys; sys.modules['psycopg'] = None\nimport peewee\ndel sys.modules['psycopg']\n"
    assert "pip install 'tui-pos[postgres]'" in said(not_installed + OPEN.format(address))
    assert "connection failed" in said(LEAVE_OUT.format(address) + OPEN.format(address))
