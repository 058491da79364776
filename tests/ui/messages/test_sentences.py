"""That every reason of the desk has its one clear sentence, and every sentence a reason."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

import tui_pos
from tui_pos.data.tables.desk import RefundStage
from tui_pos.desk.payments.backoff import StripeCall
from tui_pos.desk.payments.cut_off import CardState
from tui_pos.desk.payments.notices import Notice
from tui_pos.terminal import Fault
from tui_pos.ui.messages import (
    PHRASES,
    SENTENCES,
    TOPICS,
    notices,
    payments,
    refunds,
)

PACKAGE = Path(tui_pos.__file__).parent
EVERY = SENTENCES | PHRASES
RAISED = {"MoneyError", "InvalidInput", "NotFound", "NotPermitted", "Refused", "because"}
LONGEST = 220
"""Characters of a template."""
ANY = "*"
"""Stands for what is only known when the program runs: a part of a key, or a value given with ``**``."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as the source has it: where, the key (a pattern), and the names of its values."""

    where: str
    key: str
    values: frozenset[str]

    def matches(self, key: str) -> bool:
        return re.fullmatch("[a-z_]+".join(map(re.escape, self.key.split(ANY))), key) is not None


def _reasons() -> Iterator[Reason]:
    packages = ("bootstrap", "core", "desk", "terminal")
    for file in sorted(file for package in packages for file in (PACKAGE / package).rglob("*.py")):
        raised = {"because"} if "terminal" in file.parts else RAISED
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in raised:
                where = f"{file.relative_to(PACKAGE)}:{node.lineno}"
                # A reason that was made elsewhere is seen there.
                if node.args and (key := _key(node.args[0])):
                    assert len(node.args) == 1, f"{where} says a sentence"
                    yield Reason(where, key, frozenset(each.arg or ANY for each in node.keywords))


def _key(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(key)):
            return key
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else ANY for part in parts)
    return ""


REASONS = tuple(_reasons())


def _names(key: str) -> set[str]:
    said = EVERY[key]
    if callable(said):
        return set(inspect.signature(said).parameters)
    return {name.partition(".")[0] for _, name, _, _ in Formatter().parse(said) if name}


def test_no_key_stands_in_two_tables() -> None:
    assert len(EVERY) == sum(len(topic.SENTENCES) for topic in TOPICS) + len(PHRASES)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: f"{reason.where} {reason.key}")
def test_a_reason_has_its_sentence_and_the_values_for_it(reason: Reason) -> None:
    keys = [key for key in EVERY if reason.matches(key)]
    assert keys
    for key in keys:
        assert ANY in reason.values or _names(key) | {"currency"} == reason.values | {"currency"}


@pytest.mark.parametrize("key", EVERY)
def test_a_sentence_has_a_reason(key: str) -> None:
    assert any(reason.matches(key) for reason in REASONS)


@pytest.mark.parametrize("key", [key for key, said in SENTENCES.items() if isinstance(said, str)])
def test_a_template_is_one_clear_sentence(key: str) -> None:
    said = SENTENCES[key]
    assert isinstance(said, str)
    assert re.match(r"[A-Z{]", said)
    assert said.endswith((".", "}"))
    assert len(said) < LONGEST
    assert "  " not in said
    assert "!" not in said.replace("!r}", "}")


def test_every_stage_of_a_refund_has_its_words() -> None:
    assert set(refunds.CARD) == set(RefundStage)


def test_every_fault_of_stripe_notice_and_call_has_its_words() -> None:
    assert {f"stripe.{fault}" for fault in Fault} == {key for key in SENTENCES if key.startswith("stripe.")}
    assert set(notices.NOTICE_WORDS) == set(Notice)
    assert set(payments.CALLS) == set(StripeCall)
    assert {f"cut_off.{card}" for card in CardState} <= set(SENTENCES)


@pytest.mark.parametrize("notice", Notice)
def test_the_words_of_a_notice(notice: Notice) -> None:
    said = notices.NOTICE_WORDS[notice]
    assert said.headline[0].isupper()
    assert said.spoken.casefold() == said.headline.casefold()
    assert not re.search(r"\b(Enter|Esc|F\d+)\b", said.advice)


def test_no_key_is_named_below_the_screens() -> None:
    named = re.compile(r"\b(?:Enter|Esc|F\d{1,2}): ")
    for package in ("core", "data", "terminal", "desk", "bootstrap", "simulator"):
        for file in (PACKAGE / package).rglob("*.py"):
            assert not named.search(file.read_text()), file
