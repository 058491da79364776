"""A name or an address put right: on the account, on what a guest bought, and in the audit log."""

from typing import Any

import pytest

from tests.desk.checkin.test_guest_tickets import bought
from tests.desk.conftest import AsStaff
from tests.desk.selling import everything, order_row, user_of
from tui_pos.core import clock
from tui_pos.data import search_index
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry, Sale
from tui_pos.data.tables.registration import Attendee, Order
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.checkin.corrections import correct
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotPermitted, Refusal, Refused
from tui_pos.desk.search.search import search
from tui_pos.desk.stored_reasons import unpack
from tui_pos.ui.messages import sentence


def badge_of(reference: str) -> str:
    """The buyer's badge."""
    with connected():
        order = Order.get(Order.reference == reference)
        return str(Attendee.get(Attendee.user == order.user_id).access_code)


def account(code: str) -> User:
    with connected():
        row: User = User.get_by_id(user_of(code))
        return row


def change_account(code: str, **columns: Any) -> None:
    user_id = user_of(code)
    with connected():
        User.update(**columns).where(User.id == user_id).execute()


def logged() -> list[tuple[str, str, str]]:
    """Each correction of the audit log: what, as people read it, and why."""
    with connected():
        rows = AuditEntry.select().where(AuditEntry.what == "correct").order_by(AuditEntry.id)
        return [(row.what, sentence(unpack(row.text)), row.reason) for row in rows]


def test_a_corrected_name_is_found_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "FEW", 0)  # as where there are many
    code = badge_of(bought(desk, "day-pass", name="Ada Biron"))
    assert search(desk, "Biron").total == 1
    correct(desk, code, name="Ada Byron")
    assert [hit.key for hit in search(desk, "Byron").found] == [code]


def test_a_walk_up_is_corrected_with_what_they_bought(desk: Desk) -> None:
    reference = bought(desk, "day-pass", name="Ada Biron")
    code = badge_of(reference)
    cart.start(desk, attendee_code=code)
    found = correct(desk, f"demo:{code.lower()}", name="  Ada \u200cByron ", email="ada@example.org")
    assert (found.name, found.email, found.access_code) == ("Ada \u200cByron", "ada@example.org", code)
    user = account(code)
    assert (user.first_name, user.last_name, user.email) == ("Ada", "\u200cByron", "ada@example.org")
    order = order_row(reference)
    assert (order.billing_name, order.billing_email) == ("Ada \u200cByron", "ada@example.org")
    with connected():
        assert {(row.buyer_name, row.buyer_email) for row in Sale.select()} == {
            ("Ada \u200cByron", "ada@example.org")
        }
    assert logged() == [
        ("correct", "name corrected from Ada Biron to Ada \u200cByron", ""),
        ("correct", "e-mail corrected from none to ada@example.org", ""),
    ]
    assert correct(desk, code, email="").email == ""


def test_somebody_without_a_name_gets_one(desk: Desk) -> None:
    code = badge_of(bought(desk, "day-pass", name=""))
    assert correct(desk, code, name="Ada").name == "Ada"
    assert logged() == [("correct", "name corrected from none to Ada", "")]


def test_who_bills_a_company_keeps_its_name(desk: Desk) -> None:
    reference = bought(desk, "day-pass", name="Ada Biron")
    with connected():
        Order.update(billing_name="Engines Ltd").where(Order.reference == reference).execute()
    correct(desk, badge_of(reference), name="Ada Byron")
    assert order_row(reference).billing_name == "Engines Ltd"


def test_a_companion_is_corrected_and_the_buyer_is_not(desk: Desk) -> None:
    reference = bought(desk, "day-pass*2")
    mary = register_companion(desk, reference, "Mery")
    assert correct(desk, mary.access_code, name="Mary").name == "Mary"
    assert order_row(reference).billing_name == "Ada Byron"


def test_what_is_right_already_is_not_written_again(desk: Desk) -> None:
    code = badge_of(bought(desk, "day-pass"))
    correct(desk, code, name="Ada Lovelace")
    before = everything()
    assert correct(desk, code, name=" Ada  Lovelace", email="").name == "Ada Lovelace"
    assert everything() == before


def test_an_account_of_their_own_is_renamed_with_a_reason_and_keeps_its_address(desk: Desk) -> None:
    before = everything()
    for changes, refusal in (
        ({"name": "Noor Lind"}, "reason_required.account"),
        ({"name": "Noor Lind", "reason": " \x1b[31m "}, "reason_required.account"),
        ({"email": "thief@example.org", "reason": "she says so"}, "own_account.email"),
        ({"email": "", "reason": "she says so"}, "own_account.email"),
    ):
        with pytest.raises(Refusal) as caught:
            correct(desk, "NOOR2026", **changes)
        assert (caught.value.reason.key, caught.value.values["who"]) == (refusal, "Noor Lindqvist")
    assert everything() == before
    billed = order_row("ORD-DEMO0001").billing_name
    assert correct(desk, "NOOR2026", name="Noor Lind", reason="passport").name == "Noor Lind"
    assert logged() == [("correct", "name corrected from Noor Lindqvist to Noor Lind", "passport")]
    assert order_row("ORD-DEMO0001").billing_name == billed


def test_who_signs_in_elsewhere_has_an_account_of_their_own(desk: Desk) -> None:
    code = badge_of(bought(desk, "day-pass"))
    change_account(code, last_login=clock.now())
    with pytest.raises(Refused, match=r"^own_account\.email "):
        correct(desk, code, email="thief@example.org")


@pytest.mark.parametrize("column", ["is_staff", "is_superuser"])
def test_accounts_of_staff_are_left_alone(desk: Desk, column: str) -> None:
    code = badge_of(bought(desk, "day-pass"))
    change_account(code, **{column: True})
    before = everything()
    with pytest.raises(Refused, match=r"^own_account\.staff who=Ada Byron$"):
        correct(desk, code, name="Ada", reason="passport")
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, "nothing_to_correct"),
        ({"name": " "}, "name_required"),
        ({"name": "\u200d"}, "name_required"),
        ({"name": "N" * 201}, "name_too_long"),
        ({"email": "ada@"}, "invalid_email"),
    ],
)
def test_what_cannot_be_stored_is_refused(desk: Desk, changes: dict[str, str], refusal: str) -> None:
    before = everything()
    with pytest.raises(InvalidInput) as caught:
        correct(desk, "NOOR2026", reason="passport", **changes)
    assert caught.value.code == refusal
    assert everything() == before


def test_the_door_corrects_nobody(desk: Desk, as_staff: AsStaff) -> None:
    with pytest.raises(NotPermitted):
        correct(as_staff(desk, "scanner"), "NOOR2026", name="Noor Lind", reason="passport")


def test_a_corrected_name_is_billed_from_then_on(desk: Desk) -> None:
    code = badge_of(bought(desk, "day-pass", name="Ada Biron"))
    sale = cart.start(desk, attendee_code=code).sale_id
    cart.add(desk, sale, "t-shirt")
    correct(desk, code, name="Ada Byron")
    assert checkout.place(desk, sale).buyer_name == "Ada Byron"
