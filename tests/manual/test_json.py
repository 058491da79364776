"""The page of JSON names each command and each key; tests of commands compare their answers with it."""

import ast
from itertools import chain
from pathlib import Path

import pytest

from tests.manual.json_page import Shape, faults, page
from tui_pos.commands import serializers
from tui_pos.commands.program import COMMANDS

PERSON = dict.fromkeys(("id", "access_code", "name", "email", "checked_in", "checked_in_at"), "x")


def shapes() -> list[Shape]:
    """Those of all objects and commands."""
    objects, commands = page()
    return [*objects.values(), *chain.from_iterable(commands.values())]


def test_every_command_is_on_the_page() -> None:
    assert set(page()[1]) == set(COMMANDS)


def test_every_key_of_the_serializers_is_on_the_page() -> None:
    tree = ast.parse(Path(serializers.__file__).read_text("utf-8"))
    written = {
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
    told = {key for shape in shapes() for key in shape}
    assert len(written) > 50
    assert written - told == set()


def test_every_object_that_is_named_is_described() -> None:
    assert {name for shape in shapes() for name in shape.values()} - {""} <= set(page()[0])


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("check-in", {"attendee": PERSON}),
        ("check-in", {"error": "No.", "code": "not_found"}),
        ("connection-token", {"secret": "x"}),
    ],
)
def test_an_answer_that_fits_has_no_fault(command: str, answer: dict[str, object]) -> None:
    assert faults(command, answer) == []


@pytest.mark.parametrize(
    ("command", "answer", "key"),
    [
        ("check-in", {"attendee": {**PERSON, "shoe": 1}}, "shoe"),
        ("check-in", {"attendee": {"id": 1, "name": "x", "email": "x"}}, "access_code"),
        ("connection-token", {"secret": "x", "token": "y"}, "token"),
        ("connection-token", {"error": "No.", "code": "x", "token": "y"}, "token"),
        ("refund", {"refunds": [{"refund_id": 1, "to": "them"}]}, "to"),
        ("nothing", {"answer": 1}, "answer"),
    ],
)
def test_what_the_page_does_not_say_is_found(command: str, answer: dict[str, object], key: str) -> None:
    assert any(key in fault for fault in faults(command, answer))
