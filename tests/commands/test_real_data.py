"""A whole sale by commands in a real django-program database, on either engine, beside its own data."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.till import READER, Till, make_till, order_row, payments_of, write
from tests.fixtures.databases import FROZEN_NOW
from tui_pos.core import clock
from tui_pos.data import connection
from tui_pos.data.connection import connected
from tui_pos.data.demo.staff import password_hash
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference, Speaker
from tui_pos.data.tables.registration import Attendee, Order, OrderStatus, TerminalPayment
from tui_pos.simulator import Server

SLUG = "python-2077"


@pytest.fixture
def till2077(
    real_url: str,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Till]:
    """django-program's own demo data, its superuser at desk-3, whose password is quick to check."""
    till = make_till(real_url, simulator, tmp_path, monkeypatch, capsys)
    till.change_config("conferences.demo", f"conferences.{SLUG}")
    assert till.run("lookup", "X", conference=SLUG).status == 5  # a command that only looks makes no tables
    assert till.run("upgrade", conference=SLUG).status == 0
    write(lambda: User.update(password=password_hash()).where(User.username == "admin").execute())
    monkeypatch.setattr(clock, "now", lambda: FROZEN_NOW)
    yield till
    connection.close_database()


def badge_of_a_paying_person() -> str:
    """Somebody with a paid ticket who is no speaker (those get everything free here).

    The SQLite file and the dump were filled apart and have other codes.
    """
    speakers = Speaker.select(Speaker.user).where(Speaker.user.is_null(False))
    with connected():
        query = (
            Attendee.select().join(Order, on=(Attendee.order == Order.id)).switch(Attendee).join(Conference)
        )
        paying = query.where(Conference.slug == SLUG, Order.total > 0, Attendee.user.not_in(speakers))
        return str(paying.where(Order.status == OrderStatus.PAID).order_by(Attendee.id).get().access_code)


def test_look_up_sell_charge_capture_and_look_again(till2077: Till) -> None:
    def done(*words: str) -> dict[str, object]:
        answer = till2077.run("--json", *words, conference=SLUG, staff="admin")
        assert answer.status == 0, answer
        return answer.json

    badge = badge_of_a_paying_person()
    before = done("lookup", f"{SLUG}:{badge.lower()}")
    assert before["registered"] is True
    addons = done("inventory")["addons"]
    assert isinstance(addons, list)
    assert "t-shirt" in {addon["slug"] for addon in addons}

    till2077.capture_on_a_key(SLUG)
    placed = done("checkout", "--item", "t-shirt=2", "--attendee", badge)
    reference = str(placed["reference"])
    held = done("charge", "--order", reference, "--reader", READER, "--card", "good")
    assert (held["status"], held["amount"]) == ("authorized", placed["total"])
    assert done("capture", str(held["payment_intent_id"]))["status"] == "captured"

    after = done("lookup", badge)
    assert after["order"] == before["order"]
    assert isinstance(after["orders"], list)
    (sold,) = [order for order in after["orders"] if order["reference"] == reference]
    assert (sold["status"], sold["paid"], sold["due"]) == ("paid", placed["total"], "0.00")
    assert order_row(reference).status == OrderStatus.PAID
    assert payments_of(reference) == [("succeeded", placed["total"])]
    with connected():
        card = TerminalPayment.get(TerminalPayment.payment_intent_id == held["payment_intent_id"])
        assert (card.capture_status, card.card_brand, card.card_last4) == ("captured", "visa", "4242")
