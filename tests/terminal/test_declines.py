import pytest

from tui_pos.terminal import decline_reason, decline_text
from tui_pos.terminal.declines import DECLINES

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
    assert decline_reason(code) == "card declined"


def test_reason_and_next_step() -> None:
    assert decline_text("insufficient_funds") == "Insufficient funds. Ask for another card."
    assert decline_reason("insufficient_funds") == "insufficient funds"
    assert decline_text("incorrect_pin").startswith("Wrong PIN. Ask")


def test_every_text_fits_the_screen_and_is_a_sentence() -> None:
    for code in DECLINES:
        text = decline_text(code)
        assert len(text) <= 79, code
        assert text.endswith(".")
        assert text[0].isupper()
