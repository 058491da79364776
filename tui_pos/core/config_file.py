"""Changing single settings of a config file: all else that stands there, comments too, stays as it is."""

import json
import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tui_pos.core.config import ConfigError

Section = tuple[str, ...]
"""The names of a table, as in ``("conferences", "pycon-2027")``."""
Value = str | tuple[str, ...]


def changed(text: str, changes: Mapping[Section, Mapping[str, Value]], where: str) -> str:
    """The text with these settings in these sections, which are added where they are not there.

    An empty value takes its setting out. Raises ConfigError, which names the file as ``where``, for a file
    that is written so that only a person can change it.
    """
    lines, wanted = text.splitlines(), _parsed(text, where)
    for section, settings in changes.items():
        lines = _with_section(lines, section)
        table = wanted
        for name in section:
            table = table.setdefault(name, {})
        for key, value in settings.items():
            plain = list(value) if isinstance(value, tuple) else value
            if plain == table.get(key, type(plain)()):
                continue
            lines = _with_setting(lines, section, key, value)
            table.pop(key, None)
            if value:
                table[key] = plain
    new = "\n".join(lines) + "\n"
    try:
        fits = tomllib.loads(new) == wanted
    except tomllib.TOMLDecodeError:
        fits = False
    if not fits:
        names = ", ".join(f"[{_header(section)}] {key}" for section, keys in changes.items() for key in keys)
        raise ConfigError(f"{where} is written in a way that only a person can change: set {names} there.")
    return new


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return deepcopy(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}.") from None


def _with_section(lines: list[str], section: Section) -> list[str]:
    if _place(lines, section) is not None:
        return lines
    return [*lines, *([""] if lines and lines[-1] else []), f"[{_header(section)}]"]


def _with_setting(lines: list[str], section: Section, key: str, value: Value) -> list[str]:
    place = _place(lines, section)
    assert place is not None
    first, end = place
    new = [f"{key} = {_written(value)}"] if value else []
    for at in range(first, end):
        if re.match(rf"\s*{key}\s*=", lines[at]):
            return [*lines[:at], *new, *lines[at + 1 :]]
    last = next((at for at in range(end, first, -1) if not re.match(r"\s*(#|\Z)", lines[at - 1])), first)
    return [*lines[:last], *new, *lines[last:]]


def _place(lines: list[str], section: Section) -> tuple[int, int] | None:
    """The first line below the section's header, and the one behind its last; None where it is not there."""
    headers = {at: name for at, line in enumerate(lines) if (name := _section_of(line)) is not None}
    found = next((at for at, name in headers.items() if name == section), None)
    if found is None:
        return None
    return found + 1, min((at for at in headers if at > found), default=len(lines))


def _section_of(line: str) -> Section | None:
    """The table that this line begins; None where it begins none."""
    if not line.lstrip().startswith("["):
        return None
    try:
        table = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    names = []
    while table:
        ((name, table),) = table.items()
        names.append(name)
        if not isinstance(table, dict):
            return ()  # of several with this name
    return tuple(names)


def _header(section: Section) -> str:
    return ".".join(name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _written(name) for name in section)


def _written(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)
