"""The manual's page of JSON as data, for tests that hold answers of commands against it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from tui_pos import manual

ROW = re.compile(r"^\| (?P<name>.+?) \| (?P<keys>.+) \|$")
PART = re.compile(r"all of \*(?P<all>[\w -]+)\*|`(?P<key>\w+)`(?: \[?\*(?P<of>[\w -]+)\*\]?)?")

Shape = dict[str, str]
"""The keys of an object, each with the object that it holds, one or a list; '' for a plain value."""


@cache
def page() -> tuple[dict[str, Shape], dict[str, list[Shape]]]:
    """The objects by name, and the answers of each command."""
    objects: dict[str, Shape] = {}
    commands: dict[str, list[Shape]] = {}
    for line in manual.page("json").splitlines():
        row = ROW.match(line)
        if row is None or row["name"] in ("object", "command"):
            continue
        shape: Shape = {}
        for part in PART.finditer(row["keys"]):
            shape |= objects[part["all"]] if part["all"] else {part["key"]: part["of"] or ""}
        if row["name"].startswith("`"):
            commands.setdefault(row["name"].split("`")[1], []).append(shape)
        else:
            objects[row["name"]] = shape
    return objects, commands


def faults(command: str, answer: Mapping[str, Any]) -> list[str]:
    """What an answer of a command has that the page does not say, or lacks; a failure may lack everything."""
    is_failure = "error" in answer
    found = {key: value for key, value in answer.items() if not is_failure or key not in ("error", "code")}
    if is_failure and not found:
        return []
    variants = [_faults(command, shape, found) for shape in page()[1].get(command, [{}])]
    return min(variants, key=len)


def _faults(where: str, shape: Shape, value: Mapping[str, Any]) -> list[str]:
    found = [f"{where}: {key} is not on the page" for key in value.keys() - shape.keys()]
    found += [f"{where}: {key} is not in the answer" for key in shape.keys() - value.keys()]
    for key in value.keys() & shape.keys():
        parts = value[key] if isinstance(value[key], list) else [value[key]]
        inside = page()[0][shape[key]] if shape[key] else None
        for part in parts:
            if inside is not None and part is not None:
                found += _faults(f"{where}.{key}", inside, part)
            elif inside is None and isinstance(part, dict) and key != "topics":
                found.append(f"{where}.{key}: the page does not say what it holds")
    return found
