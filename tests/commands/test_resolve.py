"""resolve: both sides shown, one decision, and what is refused without a trace."""

import pytest

from tests.commands.till import READER, Till


def held(till: Till) -> tuple[str, str]:
    """A payment whose money is held, and its order."""
    till.capture_on_a_key()
    order = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    paid = till.done("charge", "--order", order, "--reader", READER, "--card", "good")
    return paid["payment_intent_id"], order


def test_it_shows_both_sides_and_decides_nothing(till: Till) -> None:
    intent, order = held(till)
    before = till.world()
    shown = till.done("resolve", intent, staff="lead")
    assert till.world() == before
    assert shown["options"] == ["capture", "release", "keep"]
    assert (shown["stripe"]["status"], shown["stripe"]["held"]) == ("requires_capture", "25.00")
    assert (shown["books"]["stage"], shown["books"]["order_status"]) == ("authorized", "pending")
    assert "--as release" in till.run("resolve", order, staff="lead").out


@pytest.mark.parametrize(
    ("option", "stage", "captured"), [("capture", "captured", 2500), ("release", "cancelled", 0)]
)
def test_a_decision_is_done_and_logged(till: Till, option: str, stage: str, captured: int) -> None:
    intent, order = held(till)
    done = till.done("resolve", intent, "--as", option, "--reason", "nobody came back", staff="lead")
    assert (done["status"], done["options"]) == (stage, [])
    assert till.books()[intent]["captured"] == captured
    assert till.refused("resolve", order, staff="lead") == (4, "nothing_to_resolve")


@pytest.mark.parametrize(
    ("words", "staff", "expected"),
    [
        (("PI",), "trainee", (6, "not_permitted")),
        (("PI", "--as", "release"), "lead", (2, "reason_required")),
        (("PI", "--as", "release", "--reason", " "), "lead", (2, "reason_required")),
        (("PI", "--as", "sell", "--reason", "x"), "lead", (2, "usage")),
        (("PI", "--reason", "x"), "lead", (2, "usage")),
        (("PI", "--as", "write-off", "--reason", "x"), "lead", (4, "changed")),
        (("pi_unknown",), "lead", (3, "payment_not_found")),
        ((" ",), "lead", (2, "payment_intent_required")),
    ],
)
def test_bad_input_writes_and_sends_nothing(
    till: Till, words: tuple[str, ...], staff: str, expected: tuple[int, str]
) -> None:
    intent, _ = held(till)
    before = till.world()
    named = [intent if word == "PI" else word for word in words]
    assert till.refused("resolve", *named, staff=staff) == expected
    after = till.world()
    assert after == before


def test_nothing_is_decided_while_stripe_is_silent(till: Till) -> None:
    intent, _ = held(till)
    till.simulator.fault("cut_before", times=1000)
    assert till.refused("resolve", intent, "--as", "keep", "--reason", "x", staff="lead") == (4, "not_read")
    till.simulator.clear_faults()
    assert till.books()[intent]["held"] == 2500


def test_a_cancel_that_stripe_refuses_ends_unfinished(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pos.desk.payments.commands.ANSWERED_WITHIN", 1.0)
    intent, _ = held(till)
    till.simulator.refuse("cancel", 403)
    assert till.refused("cancel", intent) == (5, "unfinished")
