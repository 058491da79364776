"""Changing a config file: what was asked for changes, and nothing else that a person wrote."""

import tomllib

import pytest

from tui_pos.core.config import ConfigError
from tui_pos.core.config_file import Section, Value, changed

WRITTEN = """\
# Ours.
[database]
url = "sqlite:////srv/x.sqlite3"  # where it is

[conferences.pycon]   # the big one
currency = "USD"      # stored

# The counters.
[stations."desk 3"]
reader = "tmr_1"
"""
PYCON = ("conferences", "pycon")


def test_one_setting_changes_and_the_comments_stay() -> None:
    new = changed(WRITTEN, {PYCON: {"currency": "EUR", "seller": 'The "Club"'}}, "c")
    expected = 'currency = "EUR"\nseller = "The \\"Club\\""\n\n# The'
    assert new == WRITTEN.replace('currency = "USD"      # stored\n\n# The', expected)


@pytest.mark.parametrize(
    ("section", "settings", "found"),
    [
        (("stations", "desk 3"), {"reader": ""}, {}),
        (("stations", "desk 3"), {"reader": "tmr_2"}, {"reader": "tmr_2"}),
        (("stations", "10.0.0.1"), {"reader": "tmr_3"}, {"reader": "tmr_3"}),
        (("conferences", "new"), {"seller_address": ("1 Main St", "Rome")}, None),
        (("conferences", "new"), {}, {}),
    ],
)
@pytest.mark.parametrize("text", [WRITTEN, ""])
def test_a_section_is_found_or_added(
    text: str, section: Section, settings: dict[str, Value], found: dict[str, object] | None
) -> None:
    new = tomllib.loads(changed(text, {section: settings}, "c"))
    assert new[section[0]][section[1]] == (
        {"seller_address": ["1 Main St", "Rome"]} if found is None else found
    )


@pytest.mark.parametrize(
    "text",
    [
        'conferences.pycon.currency = "USD"\n',
        'conferences = { pycon = { currency = "USD" } }\n',
        '[conferences]\npycon = { currency = "USD" }\n',
        '[conferences.pycon]\ncurrency = """\nUSD"""\n',
        '[conferences.pycon]\n"currency" = "USD"\n',
    ],
)
def test_what_is_written_in_another_way_is_left_to_a_person(text: str) -> None:
    with pytest.raises(ConfigError, match=r"set \[conferences.pycon\] currency there"):
        changed(text, {PYCON: {"currency": "EUR"}}, "c.toml")
