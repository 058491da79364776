"""Which rights a restricted key lacks, found out by calls that change nothing."""

import pytest

from tui_pos.simulator import Server
from tui_pos.terminal import (
    Location,
    Misconfigured,
    MissingRight,
    NotFound,
    Purpose,
    Terminal,
    UnknownOutcome,
)

KEY = "rk_test_till"
ENOUGH = ["rak_payment_intent_write", "rak_terminal_reader_write", "rak_charge_write"]
PAYMENT, REFUND = Purpose.PAYMENT, Purpose.REFUND


@pytest.fixture
def till(simulator: Server) -> Terminal:
    return Terminal(KEY, api_base=simulator.url)


def grant(simulator: Server, *rights: str) -> None:
    simulator.configure(rights={KEY: list(rights)})


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        ("rak_payment_intent_write", [(PAYMENT, "rak_payment_intent_write")]),
        ("rak_terminal_reader_write", [(PAYMENT, "rak_terminal_reader_write")]),
        ("rak_charge_write", [(REFUND, "rak_charge_write")]),
    ],
)
def test_the_one_that_is_missing_is_named(
    till: Terminal, simulator: Server, without: str, missing: list[tuple[Purpose, str]]
) -> None:
    grant(simulator, *(set(ENOUGH) - {without}), without.replace("_write", "_read"))
    assert [(each.purpose, each.right) for each in till.missing_rights()] == missing


def test_each_that_is_missing_is_named_once(till: Terminal, simulator: Server) -> None:
    grant(simulator)
    assert till.missing_rights() == (
        MissingRight(PAYMENT, "rak_payment_intent_read"),
        MissingRight(PAYMENT, "rak_payment_intent_write"),
        MissingRight(PAYMENT, "rak_terminal_reader_read"),
        MissingRight(PAYMENT, "rak_terminal_reader_write"),
        MissingRight(REFUND, "rak_charge_read"),
        MissingRight(REFUND, "rak_charge_write"),
    )
    grant(simulator, "rak_payment_intent_write", "rak_terminal_reader_write")
    first = till.missing_rights()[0]
    assert (first.purpose, first.right) == (PAYMENT, "rak_charge_read")


def test_enough_is_enough_and_a_secret_key_is_not_asked_about(till: Terminal, simulator: Server) -> None:
    grant(simulator, *ENOUGH)
    assert till.missing_rights() == ()
    simulator.fault("cut_before", times=100)
    assert Terminal("sk_test_till", api_base=simulator.url).missing_rights() == ()


def test_asking_changes_nothing(till: Terminal, simulator: Server) -> None:
    account = Terminal("sk_test_till", api_base=simulator.url)
    intent = account.create_intent(5000, "usd", metadata={}, key="k")
    account.process("tmr_front_1", intent.id)
    before = simulator.books(), account.reader("tmr_front_1").action
    assert till.missing_rights() == ()
    assert (simulator.books(), account.reader("tmr_front_1").action) == before


def test_what_is_no_question_of_rights_is_raised(till: Terminal, simulator: Server) -> None:
    simulator.fault("key_expired_401")
    with pytest.raises(Misconfigured, match="key_expired"):
        till.missing_rights()
    simulator.fault("cut_before", times=100)
    with pytest.raises(UnknownOutcome):
        till.missing_rights()


def test_a_location_says_its_country(till: Terminal) -> None:
    assert till.location("tml_demo_front_desk") == Location("tml_demo_front_desk", "Front desk", "US")
    assert till.locations() == [till.location("tml_demo_front_desk")]
    with pytest.raises(NotFound):
        till.location("tml_none")
