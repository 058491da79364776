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
        "1,50",
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
EMAILS = ("x", "a@b@c", "a b@example.org", "a@\x1bexample.org", "a" * 300 + "@b.org")

SHIRT = ("checkout", "--item", "lunch", "--item")
FIVE = ("charge", "--amount", "5.00", "--reader")

CASES: dict[str, list[tuple[str, ...]]] = {
    "quantity": [(*SHIRT, f"t-shirt={text}") for text in QUANTITIES],
    "amount": [("charge", f"--amount={text}", "--reader", READER) for text in AMOUNTS],
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
