"""That what stands in one row has room in it at 80 columns: notes, tasks, and what commands and keys do."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
from rich.cells import cell_len

from tui_pos.ui import messages
from tui_pos.ui.desk_screen import NOTE_WIDTH
from tui_pos.ui.input import keys
from tui_pos.ui.messages import attendee, refunds, search

WORD, DOES = 11, 53
"""Cells of the help's columns for the word and for what it does; the list of words has one more."""
LABEL = 40
"""Cells of what a button does, beside the key bar's other keys."""

TYPICAL = {
    "text": "Maximiliane von Walkup-Sm",  # as cut by `cart_buyer`
    "receipts.FIRST_ENTER told": "1,025.00",
    "tenders.FIRST_ENTER told": "Cash 25.00, given 30.00: give 5.00 back. All is paid.",
    "tenders.ROW_OR_AMOUNT text": "5",
    "order": "ORD-8F3K2AQ7",
    "reader": "Front-desk-2",
    "product": "Workshop: async",
    "now": "Maximiliane von Walkup",
    "whose": "to Maximiliane Walkup",
    "what": "hand-out of T-Shirt",
    "at": "14 May 09:14 at desk-2",
    "row": "Cash 1,025.00",
    "count": "12",
    "quantity": "999",
}
IN_DIALOGS = re.compile(
    r"(\w+\.)?(ASK_\w+|EXCHANGE\w*|IF_NOT_PAID|GOES_BACK|ADMITS_NO_MORE|NEW_PRICE|NEVER_SOLD|QUIT\w*|CORRECT_THE_KEY|CHECK|GOES_ON|WHOSE_TICKET)"
)
"""What stands in a question, which wraps, or is a part of a sentence."""


def fixed() -> dict[str, str]:
    """Every sentence of the messages that has a name of its own and is no refusal."""
    found = {}
    for each in iter_modules(messages.__path__):
        for name, text in vars(import_module(f"{messages.__name__}.{each.name}")).items():
            if name.isupper() and isinstance(text, str) and not IN_DIALOGS.fullmatch(name):
                found[f"{each.name}.{name}"] = text
    return found


@pytest.mark.parametrize(("name", "text"), fixed().items(), ids=fixed())
def test_a_sentence_fits_the_note(name: str, text: str) -> None:
    values = {
        field: TYPICAL.get(f"{name} {field}") or TYPICAL.get(field, "1,025.00")
        for field in re.findall(r"{(\w+)}", text)
    }
    said = text.format(*["1,025.00"] * text.count("{}"), **values)
    assert cell_len(said) <= NOTE_WIDTH, said


@pytest.mark.parametrize("command", keys.COMMANDS, ids=lambda command: command.name)
def test_what_a_command_does_fits_its_row(command: keys.Command) -> None:
    assert cell_len(f"/{command.word}") <= WORD
    assert cell_len(command.help) <= DOES
    assert cell_len(command.label) <= LABEL


def test_what_is_paid_on_the_web_site_is_refused_in_one_row() -> None:
    for key in ("paid_online", "paid_online.void"):
        assert cell_len(str(refunds.SENTENCES[key]).format(order="ORD-8F3K2AQ7")) <= NOTE_WIDTH


def test_what_happened_fits_its_column_at_home() -> None:
    short = [said for said in search.RECENT.values() if isinstance(said, str) and "{" not in said]
    assert short
    assert all(cell_len(said) <= 24 for said in short)
    assert cell_len(attendee.handed("T-Shirt", "1 of 2 left")) <= NOTE_WIDTH
