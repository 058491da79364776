"""The lists of exact releases under ``.ci/``: complete, in step, and what the tests ran on."""

import os
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CI = Path(__file__).parents[1] / ".ci"
CONSTRAINTS = CI / "constraints.txt"
HASHED = CI / "requirements.txt"


def pinned(file: Path) -> dict[str, str]:
    """Distribution to version; whatever else stands in the file fails."""
    pins: dict[str, str] = {}
    for entry in file.read_text().replace("\\\n", "").splitlines():
        requirement = Requirement(re.sub(r" --hash=sha256:[0-9a-f]{64}", "", " ".join(entry.split())))
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", entry
        pins[canonicalize_name(requirement.name)] = specifier.version
    return pins


def needed(name: str, extras: frozenset[str], seen: set[tuple[str, str]]) -> Iterator[str]:
    """The distributions that ``name`` with these extras needs here, and those that these need."""
    for text in metadata.requires(name) or ():
        requirement = Requirement(text)
        for extra in (*extras, ""):
            key = (text, extra)
            if key in seen or not (
                requirement.marker is None or requirement.marker.evaluate({"extra": extra})
            ):
                continue
            seen.add(key)
            yield canonicalize_name(requirement.name)
            yield from needed(requirement.name, frozenset(requirement.extras), seen)


def environment() -> dict[str, str]:
    """Every distribution that this program and its tests run on, with its version."""
    names = set(needed("tui-pos", frozenset({"test"}), set())) - {"tui-pos"}
    return {name: metadata.version(name) for name in names}


def test_every_distribution_of_this_environment_is_pinned() -> None:
    assert {"stripe", "psycopg-binary", "urllib3", "pytest", "ptyprocess"} <= environment().keys()
    assert environment().keys() <= pinned(CONSTRAINTS).keys()


def test_this_environment_has_the_pinned_versions() -> None:
    if not os.environ.get("PIP_CONSTRAINT", "").endswith(CONSTRAINTS.name):
        pytest.skip("This environment was not installed with PIP_CONSTRAINT=.ci/constraints.txt.")
    pins = pinned(CONSTRAINTS)
    assert environment() == {name: pins[name] for name in environment()}


def test_the_list_for_real_use_has_the_same_versions_and_a_hash_for_each() -> None:
    pins = pinned(HASHED)
    assert pins.items() <= pinned(CONSTRAINTS).items()
    assert {"textual", "psycopg-binary", "hatchling"} <= pins.keys()
    assert "pytest" not in pins
    for entry in HASHED.read_text().replace("\\\n", "").splitlines():
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("file", [CONSTRAINTS, HASHED], ids=lambda file: file.name)
def test_no_list_says_where_to_download_from(file: Path) -> None:
    assert "://" not in file.read_text()
    assert "index" not in file.read_text()
