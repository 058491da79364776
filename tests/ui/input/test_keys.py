"""The table of keys: what holds for every row."""

from collections import Counter

from textual.app import App
from textual.screen import Screen

from tui_pos.ui.input import keys

FUNCTION_KEYS = {
    "f1": "help",
    "f2": "walk_up",
    "f3": "orders",
    "f4": "reader",
    "f5": "attention",
    "f6": "park",
    "f8": "card",
    "f9": "cash",
    "f10": "tender",
    "f12": "lock",
}


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_no_name_key_or_word_stands_for_two_commands() -> None:
    assert not _twice([command.name for command in keys.COMMANDS])
    # A screen offers to park a sale or shows a group, never both.
    assert _twice([key for command in keys.COMMANDS for key in command.keys]) == ["f6", "delete"]
    assert keys.BY_NAME["park"].keys == keys.BY_NAME["group"].keys
    assert not _twice([command.word for command in keys.COMMANDS if command.word])


def test_no_letter_and_no_control_character_acts() -> None:
    for key in keys.BY_KEY:
        assert not (len(key) == 1 and key.isalpha()), key
        assert "+" not in key, key


def test_function_keys_mean_what_the_drawings_say() -> None:
    assert {key: keys.BY_KEY[key].name for key in FUNCTION_KEYS} == FUNCTION_KEYS


def test_every_function_key_has_a_word_for_terminals_that_swallow_it() -> None:
    for key, command in keys.BY_KEY.items():
        if key.startswith("f") or key == "delete":
            assert command.word, key


def test_every_command_can_be_given_and_is_explained() -> None:
    for command in keys.COMMANDS:
        assert command.keys or command.word, command.name
        assert command.help.endswith("."), command.name
        assert command.label, command.name


def test_no_command_falls_into_an_action_that_textual_has_already() -> None:
    names = {command.name for command in keys.COMMANDS}
    assert not {name for name in names if hasattr(Screen, f"action_{name}")}
    # These two every screen of ours answers itself.
    assert {name for name in names if hasattr(App, f"action_{name}")} == {"back", "quit"}


def test_keys_are_shown_as_people_read_them() -> None:
    names = ("confirm", "back", "pick", "more", "card", "refund", "decline")
    assert [keys.shown_key(name) for name in names] == ["Enter", "Esc", "1-9", "+", "F8", "/refund", "Del"]
