"""The words of a decline: what the person at the counter may hear."""

import pytest

from tui_pos.terminal import DeclineCode
from tui_pos.ui.messages.declines import DECLINES, decline_text

SUSPECTED = [
    "lost_card",
    "stolen_card",
    "fraudulent",
    "pickup_card",
    "merchant_blacklist",
    "security_violation",
]


@pytest.mark.parametrize("code", [*SUSPECTED, "restricted_card", "never_heard_of", "", "generic_decline"])
def test_a_suspicion_reads_like_any_decline(code: str) -> None:
    assert decline_text(code) == "Card declined. Ask for another card."


def test_reason_and_next_step() -> None:
    assert decline_text("insufficient_funds") == "Insufficient funds. Ask for another card."
    assert decline_text("incorrect_pin").startswith("Wrong PIN. Ask")


def test_every_code_has_a_text_that_fits_the_screen() -> None:
    assert set(DECLINES) == set(DeclineCode)
    for code in DeclineCode:
        text = decline_text(code)
        assert len(text) <= 79, code
        assert text.endswith(".")
        assert text[0].isupper()
