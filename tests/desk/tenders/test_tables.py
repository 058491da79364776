"""Every tender has a row in every table that is keyed by tender, so that a new one cannot be forgotten."""

import ast
from pathlib import Path

import pytest

from tui_pos.commands.charge import TenderOption
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.ui.messages.tenders import TENDERS

PROGRAM = Path(__file__).parents[3] / "tui_pos"
WITHOUT_CARD = {"ACTION_OF"}
"""A card payment is not written by ``tendering`` and has the attempt log in place of the audit log."""


def tables(tree: ast.AST, enum: str) -> dict[str, set[str]]:
    """The dicts of a module whose keys are members of ``enum``, by the name that they are assigned to."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            keys = {
                key.attr
                for key in node.value.keys
                if isinstance(key, ast.Attribute) and isinstance(key.value, ast.Name) and key.value.id == enum
            }
            if keys:
                found[ast.unparse(target)] = keys
    return found


def in_the_program(enum: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in PROGRAM.rglob("*.py"):
        found |= tables(ast.parse(file.read_text("utf-8")), enum)
    return found


def test_every_tender_has_its_words() -> None:
    assert set(TENDERS) == set(Tender)
    for tender, said in TENDERS.items():
        assert "{}" in said.next_step
        assert said.name
        assert said.back
        assert bool(said.refund) == (tender != Tender.CARD)  # a card's depends on the refund's stage


def test_every_table_of_the_program_has_every_tender() -> None:
    found = in_the_program("Tender")
    assert "ACTION_OF" in found
    for name, keys in found.items():
        missing = set(Tender.__members__) - keys
        assert missing == ({"CARD"} if name in WITHOUT_CARD else set()), name


def test_charge_takes_every_tender() -> None:
    assert len(TenderOption) == len(Tender)
    assert in_the_program("TenderOption")["take"] == set(TenderOption.__members__) - {"CARD"}


@pytest.mark.parametrize("line", ["WORDS = {Tender.CASH: 'cash'}", "words: X = {Tender.CASH: 1, None: 2}"])
def test_a_table_that_lacks_a_tender_is_found(line: str) -> None:
    ((_, keys),) = tables(ast.parse(line), "Tender").items()
    assert keys == {"CASH"}
