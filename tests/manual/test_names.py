"""Every folder, module, table and name of the program that README and manual mention is there."""

import re
from pathlib import Path

import pytest

from tui_pos.data.tables import DESK

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "tui_pos" / "manual").glob("*.md"))]
OF_THE_CODE = ("architecture", "glossary")
"""The pages in which any word between backticks is a name of the program."""

OTHERS = {"stripe"}
"""Packages that are not ours."""

DEFINED = re.compile(r"^\s*(?:def|class) (\w+)|^\s*(\w+)(?:: [^=\n]+)? = ", re.MULTILINE)


def modules() -> dict[str, Path]:
    """Each module and folder by its path without suffix, and by every end of that path."""
    found: dict[str, Path] = {}
    for top in ("tui_pos", "tests"):
        for entry in (ROOT / top, *(ROOT / top).rglob("*")):
            if "__pycache__" not in entry.parts and (entry.is_dir() or entry.suffix == ".py"):
                parts = entry.relative_to(ROOT).with_suffix("").parts
                found |= {"/".join(parts[start:]): entry for start in range(len(parts))}
    return found


MODULES = modules()


def defined(*files: Path) -> set[str]:
    """The names that the modules define; in lower case too, for the values of enums."""
    texts = [file.read_text("utf-8") for file in files]
    names = {name for text in texts for pair in DEFINED.findall(text) for name in pair if name}
    return names | {name.lower() for name in names}


NAMES = defined(*(ROOT / "tui_pos").rglob("*.py"))
TABLES = {table._meta.table_name: set(table._meta.columns) for table in DESK}
TABLES["tui_pos_search_piece"] = {"pieces"}  # the engine's own index, which no model describes


def is_there(name: str, *, of_the_code: bool) -> bool:
    """Whether the program has what ``name`` means; True for what is no name of the program."""
    path, _, member = name.partition(".")
    if path.startswith("tui_pos_"):
        return path in TABLES and (not member or member in TABLES[path])
    if "/" in name:
        ours = path.partition("/")[0] in MODULES
        if path in MODULES and member and member != "py":
            return member in defined(MODULES[path])
        return not ours or (ROOT / name).exists() or name.removesuffix(".py") in MODULES
    if not of_the_code:
        return True
    if member and member != "py":
        return member in defined(MODULES[path])
    return path in MODULES or path in NAMES or name in OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    quoted = {name.rstrip("/") for name in re.findall(r"`(\w[\w./]*)`", page.read_text("utf-8"))}
    missing = {name for name in quoted if not is_there(name, of_the_code=page.stem in OF_THE_CODE)}
    assert missing == set()


@pytest.mark.parametrize(
    "name",
    [
        "desk/nowhere",
        "data/tables/nothing.py",
        "desk/tones.Nothing",
        "tui_pos_nothing",
        "tui_pos_sale.nothing",
        "no_name",
    ],
)
def test_what_is_not_there_is_found(name: str) -> None:
    assert not is_there(name, of_the_code=True)
