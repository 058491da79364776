"""Bad input gives one clear sentence; nothing is written and nothing is sent."""

from datetime import date

import pytest

from tests.commands.till import READER, Till, is_one_sentence, order_row, write
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee

LONG = "A" * 10_000
TEXTS = (
    "",
    "   ",
    "NOOR\x1b[31m2026",
    "\x07",
    "\u202e6202ROON",
    LONG,
    "' OR 1=1 --",
    "%",
    "[bold]x[/]",
    "نور٢٠٢٦",
    "NOOR\udcff2026",  # what bytes that are no UTF-8 arrive as
)
QUANTITIES = ("0", "-1", "1.5", "x", "", " ", "1e2", "+1", "1_0", "٣", "1000", "1" + "0" * 20, LONG)
AMOUNTS = (
    *(
        "Infinity",
        "NaN",
        "1e2",
        "0.001",
        "",
        " ",
        "-5",
        "+5",
        "0",
        "0.00",
        "0.49",
        "1,500",
        "1_0",
        "٣",
        "0x10",
    ),
    *("$5", "5 USD", "12.5.0", "100000000.00", "1000000000000.00", "9" * 40, LONG),
)
BADGES = (*TEXTS, "ELSE2026", "other:ELSE2026", "demo:other:NOOR2026")
PRODUCTS = (*TEXTS, "no-such-item", "ticket:t-shirt", "=2")
VOUCHERS = (*TEXTS, "USEDUP", "EXPIRED", "TOOEARLY", "WITHDRAWN")
REFERENCES = (*TEXTS, "true", "0", "-1", "1" + "0" * 20)
LINES = ("0", "-1", "1.5", "x", "", "999999", "1" + "0" * 30)
EMAILS = ("x", "a@b@c", "a b@example.org", "a@\x1bexample.org", "a" * 300 + "@b.org")

SHIRT = ("checkout", "--item", "lunch", "--item")
FIVE = ("charge", "--amount", "5.00", "--reader")
OWED = "ORD-DEMO0003"
"""An order of the demonstration that is not paid; it owes more than any amount here that can be paid."""

CASH = ("charge", "--tender", "cash")
NAMES = ("", " ", "\x1b[31m", LONG)
PAYABLE = ("0.49",)
"""An amount that is too small for a card, not for cash."""

CASES: dict[str, list[tuple[str, ...]]] = {
    "quantity": [(*SHIRT, f"t-shirt={text}") for text in QUANTITIES],
    "amount": [("charge", f"--amount={text}", "--reader", READER) for text in AMOUNTS],
    "part": [("charge", "--order", OWED, "--reader", READER, f"--part={text}") for text in AMOUNTS],
    "cash": [(*CASH, "--order", OWED, f"--given={text}") for text in AMOUNTS],
    "part in cash": [
        (*CASH, "--order", OWED, "--given", "20", f"--part={text}") for text in AMOUNTS if text not in PAYABLE
    ],
    "order for cash": [(*CASH, f"--order={text}", "--given", "5") for text in REFERENCES],
    "order to cancel": [("cancel-order", "--", text) for text in REFERENCES],
    "order to void": [("void", "--reason", "x", "--", text) for text in REFERENCES],
    "order to refund": [("refund", "--", text) for text in REFERENCES],
    "order of a companion": [("companion", "--name", "Bo", "--", text) for text in REFERENCES],
    "badge to check in": [("check-in", "--", text) for text in BADGES],
    "badge to undo": [("check-in", "--undo", "--reason", "x", "--", text) for text in BADGES],
    "badge to hand out to": [("hand-out", "--line", "1", "--", text) for text in BADGES],
    "line": [("hand-out", "OWEN2026", f"--line={text}") for text in LINES],
    "pieces": [("hand-out", "OWEN2026", "--line", "14", f"--quantity={text}") for text in QUANTITIES],
    "limit": [("orders", f"--limit={text}") for text in ("0", "-1", "x", "", "1001", "1.5", LONG)],
    "badge to correct": [("correct", "--name", "Ann", "--", text) for text in BADGES],
    "badge to hand over": [("transfer", "--name", "Ann", "--reason", "x", "--", text) for text in BADGES],
    "address to correct": [("correct", "NOOR2026", f"--email={text}") for text in EMAILS],
    "name": [("transfer", "NOOR2026", "--reason", "x", f"--name={text}") for text in NAMES],
    "badge to look up": [("lookup", "--", text) for text in BADGES],
    "badge to sell to": [("checkout", "--item", "lunch", f"--attendee={text}") for text in BADGES],
    "badge to charge": [(*FIVE, READER, f"--attendee={text}") for text in BADGES],
    "product": [(*SHIRT, text) for text in PRODUCTS],
    "voucher": [("checkout", "--item", "lunch", f"--voucher={text}") for text in VOUCHERS],
    "e-mail": [("checkout", "--item", "lunch", "--name", "Ann", f"--email={text}") for text in EMAILS],
    "order": [("charge", f"--order={text}", "--reader", READER) for text in REFERENCES],
    "reader": [(*FIVE, text) for text in REFERENCES],
    "payment to capture": [("capture", "--", text) for text in REFERENCES],
    "payment to cancel": [("cancel", "--", text) for text in REFERENCES],
}


@pytest.fixture(autouse=True)
def _other_conference(each_till: Till) -> None:  # noqa: ARG001  # opens the database
    """Somebody with a badge of another conference of the same database."""

    def make() -> None:
        other = Conference.create(
            name="Other Conf", slug="other", start_date=date(2027, 1, 1), end_date=date(2027, 1, 2)
        )
        user = User.get(User.username == "noor.demo")
        Attendee.create(conference=other, user=user, access_code="ELSE2026")

    write(make)


@pytest.mark.thorough
@pytest.mark.parametrize("what", CASES)
def test_bad_input_is_one_sentence_and_leaves_no_trace(each_till: Till, what: str) -> None:
    before = each_till.world()
    for words in CASES[what]:
        answer = each_till.ask(*words)
        shown = [word[:60] for word in words]
        assert answer.status in (2, 3, 4), (shown, answer)
        assert is_one_sentence(answer.json["error"]), (shown, answer.json["error"])
        assert answer.err == "", shown
        assert each_till.world() == before, shown


def test_a_person_is_told_on_standard_error(each_till: Till) -> None:
    for cases in CASES.values():
        answer = each_till.run(*cases[2])
        assert answer.out == ""
        assert answer.err.endswith("\n")
        assert is_one_sentence(answer.err.removesuffix("\n")), answer.err


def test_a_name_is_kept_as_plain_text(each_till: Till) -> None:
    placed = each_till.done("checkout", "--item", "lunch", "--name", "\x1b[31mEve\u202e [b]O'Neil[/b] 李")
    assert order_row(placed["reference"]).billing_name == "Eve [b]O'Neil[/b] 李"
