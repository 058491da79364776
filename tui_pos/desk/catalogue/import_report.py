"""What an import of a catalogue did, or would do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tui_pos.desk.catalogue.managed_products import Difference
from tui_pos.desk.errors import Reason


class Outcome(StrEnum):
    """What becomes of something that the file names."""

    ADDED = "added"
    CHANGED = "changed"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Subject:
    """Something in a catalogue; ``kind`` is conference, ticket, addon, voucher or discount."""

    kind: str
    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was."""

    outcome: Outcome
    subject: Subject
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class ImportReport:
    """What changes, in the order of the file. ``same`` counts what is as the file says, by kind.

    ``absent`` are the products, vouchers and discounts that the file does not name; they stay as they are.
    """

    changes: list[Change] = field(default_factory=list)
    same: Counter[str] = field(default_factory=Counter)
    absent: list[Subject] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    applied: bool = False

    def add(self, subject: Subject, differences: Sequence[Difference] | None) -> None:
        """Remember what becomes of something: None differences where it is new, none of them if it stays."""
        if differences is None:
            self.changes.append(Change(Outcome.ADDED, subject))
        elif differences:
            hides = any(each.field == "is_active" and not each.after for each in differences)
            outcome = Outcome.HIDDEN if hides else Outcome.CHANGED
            self.changes.append(Change(outcome, subject, tuple(differences)))
        else:
            self.same[subject.kind] += 1
