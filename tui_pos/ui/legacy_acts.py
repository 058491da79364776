"""Offers read from a screen's ``hints`` and ``action_…`` methods, until the screen says its `acts`."""

from collections.abc import Sequence
from typing import Any

from tui_pos.ui.input import keys
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, Steps


def legacy_acts(screen: Any) -> Sequence[Offer]:
    """See above."""
    offers: list[Offer] = []
    named = {keys.shown_key(each.name): each.name for each in keys.COMMANDS}
    seen: set[str] = set()
    for hint in screen.hints():
        name = named.get(hint.key)
        if hint.key[0].isdigit() and hasattr(screen, "picked"):
            offers.append(Pick(range(1, 10), screen.picked, hint.label))
        elif hint.key == "+ -":
            offers.append(Steps(screen.stepped, hint.label))
        elif hint.key == "PgUp PgDn":
            offers.append(Move(screen.moved, hint.label))
        elif name and (do := getattr(screen, f"action_{name}", None)):
            offers.append(Act(name, do, hint.label))
            seen.add(name)
    for each in keys.COMMANDS:
        if each.name not in seen and (do := getattr(screen, f"action_{each.name}", None)):
            offers.append(Act(each.name, do))
    if hasattr(screen, "moved"):
        offers.append(Move(screen.moved))
    if hasattr(screen, "picked"):
        offers.append(Pick(range(1, 10), screen.picked, ""))
    return offers
