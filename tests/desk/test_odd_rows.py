"""Values of the shared tables that mean nothing: a sentence or a safe default, never a crash."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

from tests.desk.test_limits import CODE, READS, lead
from tests.fixtures.selection import ENGINES
from tui_pos.bootstrap import failures
from tui_pos.data.base import database
from tui_pos.data.connection import connected, is_sqlite
from tui_pos.desk import conferences, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import inventory
from tui_pos.desk.checkin import checkin, redemption
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import holds
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search import activity, attention, lookup, receipts, today
from tui_pos.desk.tenders import cash
from tui_pos.ui.messages import sentence

ORDER, LINE = "program_registration_order", "program_registration_orderlineitem"
PAYMENT, TICKET = "program_registration_payment", "program_registration_tickettype"
AMOUNT = ("'a lot'", "'NaN'")
TIME = ("'yesterday'", "'infinity'")
WORD = ("'on_hold'", "'on_hold'")
NOTHING = ("''", "''")

ODD = (
    (ORDER, "total", AMOUNT),
    (ORDER, "total", ("1e300", "99999999.99")),
    (ORDER, "total", ("-5", "-5")),
    (ORDER, "created_at", TIME),
    (ORDER, "hold_expires_at", TIME),
    (ORDER, "status", WORD),
    (ORDER, "status", NOTHING),
    (ORDER, "billing_name", NOTHING),
    (ORDER, "voucher_details", ("'{'", "'{'")),
    (LINE, "unit_price", AMOUNT),
    (LINE, "line_total", AMOUNT),
    (LINE, "description", NOTHING),
    (PAYMENT, "amount", AMOUNT),
    (PAYMENT, "method", WORD),
    (PAYMENT, "status", WORD),
    (TICKET, "price", AMOUNT),
    (TICKET, "available_until", TIME),
    ("program_registration_addon", "price", AMOUNT),
    ("program_registration_attendee", "checked_in_at", TIME),
    ("program_registration_credit", "remaining_amount", AMOUNT),
    ("program_registration_credit", "status", WORD),
    ("program_registration_voucher", "voucher_type", WORD),
    ("program_conference_conference", "timezone", ("'Mars/Olympus'", "'../../etc/passwd'")),
    ("program_conference_conference", "name", NOTHING),
    ("auth_user", "first_name", NOTHING),
    ("auth_user", "date_joined", TIME),
)
"""Table, column, and what stands there: on SQLite, which takes any text, and on PostgreSQL."""


CASES = [
    pytest.param(engine, *each, id=f"{engine}-{each[1]}-{number}")
    for number, each in enumerate(ODD)
    for engine in ENGINES
    if engine == "sqlite" or each[2] in (AMOUNT, TIME)  # a word is read alike from both
]


@pytest.mark.parametrize(("shop", "table", "column", "values"), CASES, indirect=["shop"])
def test_an_odd_value_is_a_sentence_at_most(
    desk: Desk, table: str, column: str, values: tuple[str, str]
) -> None:
    order = checkout.sell(desk, [("t-shirt", 1)], attendee_code=CODE).reference
    paid = checkout.sell(desk, [("t-shirt", 1)], attendee_code=CODE).reference
    cash.take_cash(desk, paid, Decimal("25.00"))
    with connected():
        database.execute_sql(f"UPDATE {table} SET {column} = {values[0 if is_sqlite() else 1]}")
    acts: list[Callable[[], object]] = [
        conferences.known,
        partial(activity.recent, desk, 8),
        partial(attention.attention, desk),
        partial(today.today, desk),
        partial(today.stations_now, desk),
        partial(inventory.inventory, desk),
        *(partial(read, desk, paid) for read in READS.values()),
        partial(receipts.receipt, desk, paid),
        partial(checkin.check_in, desk, CODE),
        partial(redemption.hand_out, desk, CODE, 1),
        partial(checkout.sell, desk, [("t-shirt", 1)], voucher="STUDENT10"),
        partial(cash.take_cash, desk, order, Decimal("500.00")),
        lambda: refunds.refund(lead(desk), paid),
        partial(checkout.cancel_order, desk, order),
        partial(holds.release_expired, desk),
        lambda: reconciliation.run(lead(desk), check=True),
        partial(lookup.attendee, desk, CODE),
    ]
    for act in acts:
        try:
            act()
        except Exception as error:
            known = failures.known(error)
            if known is None:
                raise
            assert sentence(known.said).endswith("."), known.said
            assert sentence(known.said).isprintable()


@pytest.mark.parametrize("column", ["total", "created_at"])
def test_the_sentence_names_the_column_and_what_is_in_it(desk: Desk, column: str) -> None:
    order = checkout.sell(desk, [("t-shirt", 1)], attendee_code=CODE).reference
    values = AMOUNT if column == "total" else TIME
    with connected():
        database.execute_sql(f"UPDATE {ORDER} SET {column} = {values[0 if is_sqlite() else 1]}")
    with pytest.raises(Exception, match=r"a lot|NaN|yesterday|infinity") as caught:
        lookup.order(desk, order)
    known = failures.known(caught.value)
    assert known is not None
    assert known.code == "database"
