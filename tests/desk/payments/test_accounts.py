"""Whose card payments they are: another account's key, a copy of the database, from TEST to LIVE."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched, begin, paid
from tests.desk.rows import order_of
from tui_pos.data import installation
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, ConferenceRules, Refund, Sale
from tui_pos.data.tables.registration import Attendee, Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk import (
    conference_rules,
    payments,
    reconciliation,
)
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import inventory
from tui_pos.desk.context import OTHER_ACCOUNT, Desk, Mode
from tui_pos.desk.errors import Refused, because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import accounts, resolve
from tui_pos.desk.payments.accounts import COPIED
from tui_pos.desk.reconciliation import account_change, maintenance, rehearsals
from tui_pos.desk.reconciliation.mismatches import MismatchKind
from tui_pos.desk.refunds import card_refunds, refunds
from tui_pos.desk.search import find_orders
from tui_pos.desk.tenders import cash
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal, TerminalError


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron")


def with_key(desk: Desk, simulator: Server, key: str, mode: Mode = Mode.TRAINING) -> Desk:
    return replace(desk, account=Terminal(key, api_base=simulator.url), mode=mode)


def other_account(desk: Desk, simulator: Server) -> Desk:
    return with_key(desk, simulator, "sk_test_otheraccountB")


def held(desk: Desk, order: OrderView, simulator: Server) -> str:
    """A card payment of which the money is held and nobody watches; its intent."""
    slow = replace(desk, conference=replace(desk.conference, capture="confirm"))
    begun = begin(slow, order)
    watched = Watched(slow, begun.attempt_id, sent=lambda: simulator.tap(READER))
    watched._at["authorized"] = watched.control.detach
    return str(watched.run().intent_id)


def kinds(result: reconciliation.Reconciled) -> list[str]:
    return [mismatch.kind for mismatch in result.mismatches]


def test_a_payment_says_whose_it_is(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    last = paid(card_desk, order, simulator)
    with connected():
        row = Attempt.get(Attempt.intent_id == last.intent_id)
        stored = ConferenceRules.get(ConferenceRules.conference == card_desk.conference.id)
    assert (row.mode, row.account) == ("TRAINING", stored.account)
    assert row.account.startswith("acct_")
    intent = card_desk.terminal.intent(str(last.intent_id))
    assert intent.metadata["installation"] == card_desk.installation != ""


def test_another_accounts_key_takes_gives_back_and_sweeps_nothing(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    intent = held(card_desk, order, simulator)
    other = other_account(card_desk, simulator)
    second = checkout.sell(other, [("t-shirt", 1)], name="Grace Hopper")
    with pytest.raises(Refused, match=r"^other_account\.account conference=demo ") as refused:
        payments.begin(other, second.reference, "tmr_front_2")
    assert refused.value.code == OTHER_ACCOUNT
    with connected():
        before = list(Attempt.select().dicts())
    assert maintenance.tick(other, "other")
    result = reconciliation.run(other)
    with connected():
        assert list(Attempt.select().dicts()) == before
    assert kinds(result) == ["other_account", "unfinished"]
    assert simulator.books()[intent]["held"] == 2500


def test_a_refund_with_another_accounts_key_is_refused_and_cash_goes_on(
    card_desk: Desk, order: OrderView, simulator: Server, as_staff: AsStaff
) -> None:
    paid(card_desk, order, simulator)
    other = as_staff(other_account(card_desk, simulator), "lead")
    with pytest.raises(Refused, match=r"^other_account\.account conference=demo ") as refused:
        refunds.refund(other, order.reference, reason="too small")
    assert refused.value.code == OTHER_ACCOUNT
    second = checkout.sell(other, [("t-shirt", 1)], name="Grace Hopper")
    cash.take_cash(other, second.reference, Decimal(25), Decimal(25))
    assert [row.tender for row in refunds.refund(other, second.reference, reason="too small")] == ["cash"]


@pytest.mark.parametrize("old", [False, True])
def test_captured_payments_that_stripe_does_not_know_are_told(
    card_desk: Desk, order: OrderView, simulator: Server, old: bool
) -> None:
    last = paid(card_desk, order, simulator)
    if old:
        run_tx(
            lambda: Attempt.update(created_at=Attempt.select().get().created_at.replace(year=2025)).execute()
        )
    assert reconciliation.run(card_desk, check=True).clean
    result = reconciliation.run(other_account(card_desk, simulator), check=True)
    told = next(each for each in result.mismatches if each.kind is MismatchKind.UNKNOWN_TO_STRIPE)
    assert (told.stripe, told.books) == (None, Decimal(25))
    assert (told.intent_id, result.clean) == (last.intent_id, False)


def test_a_copy_of_the_database_leaves_the_live_desks_hold(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    intent = held(card_desk, order, simulator)
    copy = replace(card_desk, account=None, no_account=because("copied_database"))
    maintenance.tick(copy, "copy")
    assert kinds(reconciliation.run(copy)) == ["copied_database", "unfinished"]
    with pytest.raises(Refused, match="copied_database"):
        payments.begin(copy, checkout.sell(copy, [("t-shirt", 1)], name="B").reference, "tmr_front_2")
    assert simulator.books()[intent]["held"] == 2500


def test_an_installation_beside_the_original_touches_nothing_of_it(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    intent = held(card_desk, order, simulator)
    assert account_change.leave_to_the_other("desk-1") == [intent]
    beside = replace(card_desk, installation=installation.take_over(renew=True).key)
    assert beside.installation != card_desk.installation
    assert reconciliation.run(beside).mismatches == ()
    maintenance.tick(beside, "beside")
    assert simulator.books()[intent]["held"] == 2500
    assert payments.begin(beside, order.reference, READER).live  # it owes all again here


def test_a_stray_of_another_installation_is_not_ours(card_desk: Desk, simulator: Server) -> None:
    keys = {"conference": "demo", "order": "ORD-X", "attempt": "1" * 32}
    for number, whose in enumerate(("another", "")):
        extra = {"installation": whose} if whose else {}
        card_desk.terminal.create_intent(4200, "usd", metadata={**keys, **extra}, key=str(number))
    assert reconciliation.run(card_desk).mismatches == ()
    assert {book["status"] for book in simulator.books().values()} == {"requires_payment_method"}


def test_from_rehearsal_to_real_payments(card_desk: Desk, simulator: Server) -> None:
    before = left(card_desk)
    by_card = checkout.sell(card_desk, [("t-shirt", 2)], name="Ada Byron")
    paid(card_desk, by_card, simulator)
    by_cash = checkout.sell(card_desk, [("regular", 1)], name="Grace Hopper")
    cash.take_cash(card_desk, by_cash.reference, order_total(by_cash), order_total(by_cash))
    waiting = checkout.sell(card_desk, [("t-shirt", 1)], name="Edsger Dijkstra")
    web = web_order_paid_here(card_desk, simulator)
    assert left(card_desk) != before

    live = with_key(card_desk, simulator, "sk_live_abc", Mode.LIVE)
    change = account_change.change_wanted(live.conference, live.terminal, Mode.LIVE)
    assert (change.before.mode, change.mode, change.rehearsals) == ("TRAINING", "LIVE", 3)
    with pytest.raises(Refused, match=r"^other_account\.mode conference=demo stored=TRAINING mode=LIVE$"):
        payments.begin(live, waiting.reference, READER)
    account_change.change(live.conference, "desk-3", change)

    stored = conference_rules.stored(live.conference.id)
    assert stored is not None
    assert (stored.mode, stored.account) == ("LIVE", change.account)
    ended = [by_card.reference, by_cash.reference, waiting.reference]
    with connected():
        rows = list(Order.select().where(Order.reference.in_(ended)))
        counting = Payment.select().where(
            Payment.order.in_([row.id for row in rows]), Payment.status != PaymentStatus.FAILED
        )
        assert {row.status for row in rows} == {OrderStatus.CANCELLED}
        assert not counting.exists()
        assert not Attendee.select().where(Attendee.order.in_([row.id for row in rows])).exists()
        assert Order.get_by_id(web).status == OrderStatus.PENDING
    assert left(card_desk) == before
    assert not {row.reference for row in find_orders.orders(live, limit=100)} & set(ended)
    assert reconciliation.run(live).mismatches == ()

    assert rehearsals.purge(live.conference.id) == 3
    with connected():
        assert not Order.select().where(Order.reference.in_(ended)).exists()
        assert not Sale.select().where(Sale.conference == live.conference.id).exists()
        assert not User.select().where(User.first_name == "Grace", User.last_name == "Hopper").exists()
    assert rehearsals.purge(live.conference.id) == 0


def test_real_payments_do_not_become_rehearsals(card_desk: Desk, simulator: Server) -> None:
    run_tx(lambda: ConferenceRules.update(mode="LIVE").execute())
    live = with_key(card_desk, simulator, "sk_live_abc", Mode.LIVE)
    paid(live, checkout.sell(live, [("t-shirt", 1)], name="Ada Byron"), simulator)
    change = account_change.change_wanted(card_desk.conference, card_desk.terminal, Mode.TRAINING)
    with pytest.raises(Refused, match=r"^live_already conference=demo$"):
        account_change.change(card_desk.conference, "desk-3", change)


def test_the_account_is_not_changed_under_a_live_payment(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begin(card_desk, order)
    other = other_account(card_desk, simulator)
    change = account_change.change_wanted(other.conference, other.terminal, Mode.TRAINING)
    with pytest.raises(Refused, match=r"^payment_live\.account$"):
        account_change.change(other.conference, "desk-3", change)


def left(desk: Desk) -> dict[str, int | None]:
    """What of each product can still be sold."""
    return {each.slug: each.remaining for each in inventory.inventory(desk)}


def order_total(order: OrderView) -> Decimal:
    with connected():
        total: Decimal = Order.get_by_id(order.id).total
        return total


def web_order_paid_here(desk: Desk, simulator: Server) -> int:
    row = order_of(desk, "NOOR2026", "30.00", "lunch")
    begun = payments.begin(desk, row.reference, READER)
    state = Watched(desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert str(state.stage) == "captured"
    number: int = row.id
    return number


def test_the_shops_prices_know_no_conditions(desk: Desk) -> None:
    shop = replace(desk, conference=replace(desk.conference, prices="shop"))
    totals = [checkout.sell(each, [("regular", 1)], attendee_code="VOLT2026").total for each in (desk, shop)]
    assert totals == [Decimal("279.20"), Decimal("349.00")]


def as_it_is(simulator: Server) -> tuple[list[Any], dict[str, Any]]:
    """Everything that the desk keeps of card payments, and all that Stripe has."""
    with connected():
        kept = [list(table.select().order_by(table.id).dicts()) for table in (Attempt, Refund, Payment)]
    return kept, simulator.books()


@pytest.mark.parametrize(
    ("whose", "says"),
    [
        ({"mode": "LIVE"}, r"^other_account\.payment theirs=LIVE acct_\w+ ours=TRAINING acct_\w+$"),
        (
            {"account": "acct_2"},
            r"^other_account\.payment theirs=TRAINING acct_2 ours=TRAINING acct_\w+$",
        ),
        ({"account": COPIED}, r"^other_account\.copied$"),
    ],
)
def test_a_payment_of_another_mode_or_account_is_left_alone(
    whose: dict[str, str],
    says: str,
    card_desk: Desk,
    order: OrderView,
    simulator: Server,
    as_staff: AsStaff,
) -> None:
    lead = as_staff(card_desk, "lead")
    taken = checkout.sell(lead, [("t-shirt", 1)], name="Grace Hopper")
    paid(lead, taken, simulator)
    intent = held(lead, order, simulator)
    with connected():
        Attempt.update(**whose, lease_until=None, lease_owner="").execute()
        attempt_id = Attempt.get(Attempt.intent_id == intent).id
    before = as_it_is(simulator)
    for act in (
        lambda: payments.capture(lead, intent),
        lambda: payments.cancel(lead, intent),
        lambda: next(payments.watch(lead, attempt_id)),
        lambda: resolve.inspect(lead, intent),
        lambda: resolve.resolve(lead, intent, resolve.Option.RELEASE, "nobody wants it"),
        lambda: refunds.refund(lead, taken.reference, reason="too small"),
        lambda: refunds.refund(lead, order.reference, reason="too small"),
    ):
        with pytest.raises(Refused, match=says) as refused:
            act()
        assert refused.value.code == OTHER_ACCOUNT
    assert maintenance.tick(lead, "me")
    reconciliation.run(lead)
    assert as_it_is(simulator) == before


def test_a_refund_that_is_open_waits_for_its_own_key(
    card_desk: Desk, order: OrderView, simulator: Server, as_staff: AsStaff
) -> None:
    lead = as_staff(card_desk, "lead")
    paid(lead, order, simulator)
    simulator.fault("cut_before", "POST /v1/refunds", times=3)
    (row,) = refunds.refund(lead, order.reference)
    assert row.stage == "unknown"
    with connected():
        Attempt.update(account="acct_2").execute()
    (row,) = card_refunds.follow_up(lead)
    assert (row.stage, because("refund_note.other_account") in row.notes) == ("unknown", True)
    assert [book["refunded"] for book in simulator.books().values()] == [0]
    with connected():
        Attempt.update(account="").execute()
    (row,) = card_refunds.follow_up(lead)
    assert row.stage == "succeeded"


@pytest.fixture
def restricted(card_desk: Desk, simulator: Server) -> Desk:
    """A desk whose key has no right to read its account, as few restricted keys have.

    What else the key may do is as for any; it is the key of the same account as ``card_desk``'s.
    """
    simulator.fault("forbidden_403", "GET /v1/account", times=1000)
    return with_key(card_desk, simulator, "sk_test_simulator")


def stored_account(desk: Desk) -> str:
    rules = conference_rules.stored(desk.conference.id)
    assert rules is not None
    return rules.account


def test_a_restricted_key_stores_no_account_and_sells(restricted: Desk, simulator: Server) -> None:
    order = checkout.sell(restricted, [("t-shirt", 1)], name="Ada Byron")
    last = paid(restricted, order, simulator)
    with connected():
        row = Attempt.get(Attempt.intent_id == last.intent_id)
    assert (row.mode, row.account, stored_account(restricted)) == ("TRAINING", "", "")
    assert reconciliation.run(restricted, check=True).clean
    again = with_key(restricted, simulator, "sk_test_simulator")
    second = checkout.sell(again, [("t-shirt", 1)], name="Bo Byron")
    assert paid(again, second, simulator).captured == Decimal(25)


def test_a_restricted_key_of_the_stored_account_goes_on_and_keeps_it(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    paid(card_desk, order, simulator)
    account = stored_account(card_desk)
    simulator.fault("forbidden_403", "GET /v1/account", times=1000)
    restricted = with_key(card_desk, simulator, "sk_test_simulator")
    assert accounts.ensure(restricted) == account
    second = checkout.sell(restricted, [("t-shirt", 1)], name="Bo Byron")
    last = paid(restricted, second, simulator)
    with connected():
        assert Attempt.get(Attempt.intent_id == last.intent_id).account == account
    assert stored_account(card_desk) == account
    assert reconciliation.run(restricted, check=True).clean
    change = account_change.change_wanted(restricted.conference, restricted.terminal, Mode.TRAINING)
    assert (change.is_needed, change.account) == (False, account), "it is the key of that very account"


def test_a_restricted_key_of_another_account_is_known_by_what_it_does_not_know(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    intent = held(card_desk, order, simulator)
    simulator.fault("forbidden_403", "GET /v1/account", times=1000)
    other = other_account(card_desk, simulator)
    with pytest.raises(Refused, match=r"^other_account\.unknown conference=demo$") as refused:
        accounts.ensure(other)
    assert refused.value.code == OTHER_ACCOUNT
    second = checkout.sell(other, [("t-shirt", 1)], name="Grace Hopper")
    with pytest.raises(Refused) as refused:
        payments.begin(other, second.reference, "tmr_front_2")
    assert refused.value.code == OTHER_ACCOUNT
    maintenance.tick(other, "other")
    assert "other_account" in kinds(reconciliation.run(other))
    assert simulator.books()[intent]["held"] == 2500
    change = account_change.change_wanted(other.conference, other.terminal, Mode.TRAINING)
    assert (change.is_needed, change.account) == (True, accounts.UNKNOWN)


@pytest.mark.parametrize("may_say", [True, False])
def test_payments_of_a_restricted_key_are_not_taken_over_by_another_accounts_key(
    restricted: Desk, simulator: Server, may_say: bool
) -> None:
    """No account is stored, so only the payments themselves say whose they are."""
    intent = held(restricted, checkout.sell(restricted, [("t-shirt", 1)], name="Ada Byron"), simulator)
    if may_say:
        simulator.clear_faults()
    other = other_account(restricted, simulator)
    with pytest.raises(Refused) as refused:
        accounts.ensure(other)
    assert refused.value.code == OTHER_ACCOUNT
    maintenance.tick(other, "other")
    assert (stored_account(restricted), simulator.books()[intent]["held"]) == ("", 2500)
    assert payments.unfinished(restricted)[0].problem == ""


def test_a_full_key_of_the_same_account_is_stored_with_its_next_payment(
    restricted: Desk, simulator: Server
) -> None:
    paid(restricted, checkout.sell(restricted, [("t-shirt", 1)], name="Ada Byron"), simulator)
    simulator.clear_faults()
    full = with_key(restricted, simulator, "sk_test_simulator")
    assert stored_account(full) == ""
    paid(full, checkout.sell(full, [("t-shirt", 1)], name="Bo Byron"), simulator)
    assert stored_account(full).startswith("acct_")
    assert reconciliation.run(full, check=True).clean
    with pytest.raises(Refused):
        accounts.ensure(other_account(full, simulator))


def test_a_silent_stripe_vouches_for_nobody(restricted: Desk, simulator: Server) -> None:
    paid(restricted, checkout.sell(restricted, [("t-shirt", 1)], name="Ada Byron"), simulator)
    simulator.fault("cut_before", "GET /v1/payment_intents/*", times=1000)
    again = with_key(restricted, simulator, "sk_test_simulator")
    assert not accounts.is_ours(again)
    with pytest.raises(TerminalError):
        accounts.ensure(again)
    simulator.clear_faults()
    assert accounts.is_ours(again)
