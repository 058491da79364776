"""How the values of a reason are written: money, times, lists, and where grammar depends on them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tui_pos.core.clock import Moment
from tui_pos.data.tables.desk import SaleStatus
from tui_pos.desk.access import tries
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.clocks import ClockSource
from tui_pos.desk.errors import InvalidInput, Reason, Refused, because
from tui_pos.desk.limits import Stop
from tui_pos.desk.orders.live_payment import Holder
from tui_pos.desk.orders.views import Verdict
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.search.verdicts import TABLE
from tui_pos.desk.stored_reasons import pack, unpack
from tui_pos.desk.tones import Tone
from tui_pos.desk.waiting import Act, Awaited
from tui_pos.ui.messages import PHRASES, SENTENCES, sentence
from tui_pos.ui.messages.notices import UNPAID
from tui_pos.ui.messages.verdicts import VERDICTS, words

FIRST = Moment(datetime(2026, 11, 22, 9, 14), "desk-2", is_today=True)

EVERY = SENTENCES | PHRASES
HERE = Holder("desk-2", "Amira", datetime(2026, 1, 2, 14, 2), is_here=True)

EXAMPLES = (
    (
        because("orders_pending", number=2, order="ORD-1"),
        "2 orders are still pending, the first ORD-1: take the money, or cancel with cancel-order.",
    ),
    (
        because("not_permitted", who="Sam", action=Action.CAPTURE),
        "Sam may not capture payments. Ask a supervisor.",
    ),
    (
        because("no_desk_rights", who="Viktor Visitor", rights=["desk_lead", "desk_staff"]),
        "Viktor Visitor may not use a desk; one of these rights is needed: desk_lead, desk_staff.",
    ),
    (
        because("too_many_tries", whose=tries.CountedBy.NAME, station="desk-3", left=timedelta(seconds=0.2)),
        "Too many wrong passwords for this name: try again in a second.",
    ),
    (
        because(
            "too_many_tries", whose=tries.CountedBy.STATION, station="desk-3", left=timedelta(seconds=90)
        ),
        "Too many wrong passwords at desk-3: try again in 90 seconds.",
    ),
    (
        because(
            "too_many_tries", whose=tries.CountedBy.UNNAMED_STATIONS, station="x", left=timedelta(seconds=91)
        ),
        "Too many wrong passwords at stations that the config does not name: try again in 2 minutes.",
    ),
    (
        because("conference_not_found", conference="nope", known=[]),
        "There is no conference 'nope': the database has none.",
    ),
    (
        because("conference_not_found", conference="nope", known=["a", "b"]),
        "There is no conference 'nope': there are a, b.",
    ),
    (
        because("conference_not_found", conference="nope", known=list("abcdefghi")),
        "There is no conference 'nope': there are a, b, c, d, e, f, g, h, ….",
    ),
    (
        because("conference_required.known", known=[]),
        "Name the conference with --conference SLUG; this database has: none yet.",
    ),
    (
        because("not_on_sale.over", product="Boat Trip", closed=datetime(2026, 11, 22, 13, 0, 59)),
        "Boat Trip was on sale until 2026-11-22 13:00.",
    ),
    (
        because("not_on_sale.yet", product="Boat Trip", opens=datetime(2027, 1, 2, 3, 4)),
        "Boat Trip goes on sale on 2027-01-02 03:04.",
    ),
    (
        because("scanner_tested.fine", milliseconds=12, prefix="~", suffix=""),
        "This scanner is fine: 12 ms a character, the keyboard is this computer's, '~' before each code.",
    ),
    (
        because("scanner_tested.fine", milliseconds=0, prefix="", suffix=""),
        "This scanner is fine: under 1 ms a character, the keyboard is this computer's.",
    ),
    (because("limit_per_user", product="Online", most=1, owned=0), "Online: at most 1 per person."),
    (
        because("limit_per_user", product="Online", most=3, owned=2),
        "Online: at most 3 per person, 2 already bought.",
    ),
    (
        because("needs_ticket", product="Tutorial", tickets=["Corporate", "Regular"]),
        "Tutorial needs a ticket: Corporate or Regular.",
    ),
    (
        because("not_payable", product="Mug", price=Decimal("10.50"), currency="JPY"),
        "Mug costs 10.50 JPY, which cannot be paid: have its price corrected.",
    ),
    (
        because("invalid_code", text="\\x1b"),
        r"'\\x1b' is not an access code: scan the badge or type its 1 to 20 letters and digits.",
    ),
    (
        because("invalid_code", text=""),
        "That is not an access code: scan the badge or type its 1 to 20 letters and digits.",
    ),
    (
        because("invalid_reference", text="X Y", prefix="ORD"),
        "'X Y' is not an order reference such as ORD-8F3K2AQ7.",
    ),
    (
        because("invalid_reference", text="", prefix="DC"),
        "That is not an order reference such as DC-8F3K2AQ7.",
    ),
    (
        because("attendee_not_found.conference", conference="pycon"),
        "That badge is for 'pycon', a conference not known here.",
    ),
    (
        because("order_not_pending.cancel", order="ORD-1", status="partially_refunded"),
        "ORD-1 is partially refunded; only a pending order can be cancelled.",
    ),
    (
        because("order_not_pending.charge", order="ORD-1", status="cancelled"),
        "Order ORD-1 is cancelled, not pending.",
    ),
    (
        because(
            "amount_too_high", order="ORD-1", due=Decimal(1234), wanted=Decimal("1234.5"), currency="USD"
        ),
        "Order ORD-1 owes 1,234.00 USD, less than 1,234.50.",
    ),
    (
        because("too_much_given", given=Decimal(20000), wanted=Decimal(100), currency="JPY"),
        "20,000 is too much for 100: count it and enter it again.",
    ),
    (
        because("amount_too_large", most=Decimal("99999999.99"), currency="USD"),
        "One order can be at most 99,999,999.99: sell it in parts.",
    ),
    (
        because("invalid_quantity", given="", most=999),
        "Nothing is not a quantity: enter a whole number from 1 to 999.",
    ),
    (because("reader_not_found", readers=[]), "This conference has no such reader; its readers: none."),
    (
        because("reader_not_found", readers=["Front-1 (tmr_1)", "Front-2 (tmr_2)"]),
        "This conference has no such reader; its readers: Front-1 (tmr_1), Front-2 (tmr_2).",
    ),
    (
        because("changed.option", option="release", said="It is captured.", able=("book-captured", "keep")),
        "release does not fit this payment; Stripe: It is captured. Choose book-captured, keep.",
    ),
    (
        because("other_account.mode", conference="demo", stored="TEST", mode="LIVE"),
        "The payments of demo are TEST, this host's Stripe key is LIVE: correct the key, or run tui-pos"
        " --conference demo init --account to see what would change.",
    ),
    (
        because("wrong_clock", whose=ClockSource.DATABASE, seconds=-10, stops=False),
        "This computer's clock is 10 seconds behind the database's: set the clock of the one that is wrong"
        " (timedatectl set-ntp true).",
    ),
    (
        because("wrong_clock", whose=ClockSource.STRIPE, seconds=120, stops=True),
        "This computer's clock is 2 minutes ahead of Stripe's, so nothing can be sold here: set the clock of"
        " the one that is wrong (timedatectl set-ntp true).",
    ),
    (
        because("config_differs", rule="capture", stored="confirm", conference="demo", where="X", said="off"),
        "The database says capture mode confirm for demo, X says off: correct the config, or change the"
        " database with init --capture.",
    ),
    (
        because("invalid_amount.decimals", currency="USD", places=2, example="12.50"),
        "USD has at most 2 decimals: enter an amount such as 12.50.",
    ),
    (
        because("invalid_amount.decimals", currency="JPY", places=0, example="1250"),
        "JPY has no decimals: enter an amount such as 1250.",
    ),
    (
        because("invalid_amount.no_number", given="5\x1b[31m", example="12.50"),
        r"'5\x1b[31m' is not an amount: enter one such as 12.50.",
    ),
    (
        because("invalid_amount.too_large", most=Decimal(99999999), currency="JPY"),
        "The amount is too large: 99,999,999 is the most.",
    ),
    (
        because(
            "reader_busy", reader="Front-1", holder=Holder("desk-2", "Amira", datetime(2026, 1, 2, 14, 2))
        ),
        "The reader Front-1 is taken: desk-2, Amira, since 14:02.",
    ),
    (
        because("no_answer", of=Awaited.STRIPE, seconds=9, act=Act.CHARGE),
        "NO ANSWER from Stripe for 9 s: do not charge again",
    ),
    (
        because("payment_live", order="ORD-1", reader="Front-1", holder=HERE),
        "A card payment for ORD-1 is under way on Front-1 (here, Amira, since 14:02).",
    ),
    (
        because("payment_live.reader", order="ORD-1", reader="Front-1", holder=HERE),
        "Front-1 has the payment of ORD-1 (here, Amira, since 14:02): take another reader.",
    ),
    (
        because("attempt_held", holder=replace(HERE, is_here=False)),
        "This payment is being watched at desk-2, Amira, since 14:02.",
    ),
    (
        because("order_not_paid.exchange", order="ORD-1", status="pending"),
        "ORD-1 is pending: nothing of it is exchanged.",
    ),
    (
        because("order_not_paid.pieces", order="ORD-1", status="refunded"),
        "ORD-1 is refunded: no piece goes back.",
    ),
    (
        because("badge_required", order="ORD-1", badges=["ADA2026", "NOOR2026"]),
        "Say whose ticket goes back, by its badge: ORD-1 admits ADA2026, NOOR2026.",
    ),
    (because("handed_out", product="Mug", bought=2, last=""), "Mug was handed out already: 2 of 2."),
    (
        because("handed_out", product="Mug", bought=1, last=FIRST),
        "Mug was handed out already: 1 of 1, last 09:14 at desk-2.",
    ),
    (because("shelf.yet", day=FIRST.at, this_year=True), "sale starts 22 Nov"),
    (because("shelf.over", day=FIRST.at, this_year=False), "sale ended 22 Nov 2026"),
    (because("shelf.ticket", tickets=("Patron",)), "needs a ticket: Patron"),
    (because("shelf.ticket", tickets=("A", "B", "C")), "needs a ticket: A, B or C"),
    (
        because(
            "recent.paid", kept=Decimal(1120), back=Decimal(5), card=True, ways="Visa 4242", currency="USD"
        ),
        "captured 1,120.00, 5.00 given back   Visa 4242",
    ),
    (
        because("recent.paid", kept=Decimal(0), back=Decimal(0), card=False, ways="Cash", currency="USD"),
        "paid 0.00   Cash",
    ),
    (because("found.person", email="a@b.org", status="no_order"), "no order, a@b.org"),
    (because("found.person", email="", status="partially_refunded"), "partially refunded"),
    (because("found.order", status="paid", total=Decimal("1234.5"), currency="USD"), "paid 1,234.50"),
    (because("recent.not_paid", due=Decimal(45), back=Decimal(0), currency="USD"), "not paid 45.00"),
    (
        because(
            "recent.ended", status="partially_refunded", total=Decimal(9), back=Decimal(0), currency="JPY"
        ),
        "partially refunded 9",
    ),
    (
        because("recent.ended", status="refunded", total=Decimal(9), back=Decimal(9), currency="JPY"),
        "refunded, 9 given back",
    ),
    (because("recent.no_charge", notice=Notice.DECLINED), "declined, not charged"),
    (
        because("recent.card_problem", notice=Notice.NEEDS_A_PERSON, amount=Decimal(5), currency="USD"),
        "card 5.00: needs a person",
    ),
    (because("recent.refunded", amount=Decimal(20), tender="cash", currency="USD"), "refunded 20.00 cash"),
    (
        because("recent.refund_open", amount=Decimal(20), tender="card", currency="USD"),
        "refund 20.00 card: no answer from Stripe",
    ),
    (
        because("recent.refund_failed", amount=Decimal(20), tender="card", currency="USD"),
        "refund 20.00 card failed, nothing went back",
    ),
    (because("recent.handed_out", quantity="1", product="T-Shirt"), "handed out T-Shirt"),
    (because("recent.took_back", quantity="2", product="T-Shirt"), "took back 2 T-Shirt"),
    (because("orphaned_hold", fault=""), "Stripe has a payment that no attempt here calls its own"),
    (
        because("orphaned_payment", fault="It said no."),
        "Stripe has a payment that no attempt here calls its own: It said no.",
    ),
    (
        because("refund_failed", notes=("expired card", because("refund_note.rehearsal"))),
        "a refund failed (expired card It was a rehearsal); give the money back in another way",
    ),
    (because("unfinished.payment", stage="waiting"), "the payment is still waiting"),
    (
        because("unreadable", name="pi_1", why=because("invalid_amount.negative", given="-5")),
        "pi_1 cannot be read: An amount cannot be negative: '-5'",
    ),
    (
        because(
            "done.repaired",
            before=because("standing", status="paid", total=Decimal("9.00"), kept=Decimal("9.00"), doubled=0),
            after="paid, as sentences of before said",
        ),
        "was paid, costs 9.00, keeps 9.00; now paid, as sentences of before said",
    ),
    (
        because("standing", status="paid", total=Decimal(9), kept=Decimal(9), doubled=Decimal(3)),
        "paid, costs 9, keeps 9, books 3 that was charged once",
    ),
    (
        because("cancelled.check_in", verdict=Verdict("cancelled", Tone.BAD)),
        "Not checked in. The order was cancelled; they need a new ticket.",
    ),
    (
        because("not_authorized", intent="pi_1", notice=Notice.SENT),
        "No money is held for pi_1: the payment is waiting for card.",
    ),
    (
        because("payment.declined", decline="expired_card"),
        "Card expired. Ask for another card.",
    ),
    (
        because("payment.keeps_refusing", call="capture", why=because("payment.still_held")),
        "Stripe keeps refusing to capture it: It is still held.",
    ),
    (because("payment.reader_gave_up", said=""), "It does not say why."),
    (
        because(
            "payment.wrong_answer",
            found=[("amount", "25.00", "24.00"), ("id", "", "pi_2"), ("attempt", "a1", "")],
        ),
        "Stripe answered about something else: amount 24.00 instead of 25.00, id pi_2 instead of a new one,"
        " attempt missing instead of a1.",
    ),
    (
        because("payment.wrong_answer", found=[("received", "25.00", "26.00")]),
        "Stripe answered about something else: amount received 26.00 instead of at most 25.00.",
    ),
    (
        because("payment.held_money_is", status="requires_action"),
        "Stripe says requires action of the money that was held.",
    ),
    (
        because(
            "cut_off.held", amount=Decimal(1234), currency="USD", cause="The database server is not there."
        ),
        "A card was approved, 1,234.00 USD are held: do not charge again. The payment goes on once the"
        " database is back. The database server is not there.",
    ),
    (
        because("stripe.no_right", right="rak_terminal_reader_write"),
        "The Stripe key lacks write access to terminal reader (rak_terminal_reader_write): add it at Stripe.",
    ),
    (
        because("missing_right", right="rak_charge_read", purpose="refund"),
        "The Stripe key lacks read access to charge (rak_charge_read), so there are no refunds to cards: add"
        " it at Stripe.",
    ),
    (because("stripe.refused", said=""), "Stripe refused this: it gave no reason."),
    (because("event.declined", decline=""), "declined: Card declined. Ask for another card."),
    (
        because("event.refused", call="cancel", why=because("payment.status", status="requires_action")),
        "Stripe refuses to cancel it: It says requires action.",
    ),
    (
        because(
            "event.resolved",
            option="keep",
            why="I ask",
            stripe=because("payment.never_at_stripe"),
            before=because("event.books", stage="unknown", booked="0", order="pending"),
            after=because("event.books", stage="cancelled", booked="0", order="pending"),
        ),
        "resolved, keep: I ask; Stripe: Stripe never had this payment. unknown, 0 booked, order pending ->"
        " cancelled, 0 booked, order pending",
    ),
    (
        because(
            "attention.parked",
            when=Moment(datetime(2026, 1, 2, 13, 40), "desk-1", True),
            content=((2, "T-Shirt"), (1, "Lunch")),
        ),
        "parked 13:40 at desk-1: 2 T-Shirt, Lunch",
    ),
    (
        because(
            "attention.order",
            order="ORD-1",
            when=Moment(datetime(2026, 1, 2, 13, 40), "", True),
            is_part=False,
        ),
        "not paid 13:40: ORD-1",
    ),
    (
        because("attention.parked", when=Moment(datetime(2026, 1, 2, 13, 40), "", False), content=()),
        "parked 02 Jan 13:40: nothing in it",
    ),
    (
        because("badge_replaced", code="K7Q2M9ZX", since=Moment(datetime(2026, 1, 2, 14, 2), "desk-1", True)),
        "The badge K7Q2M9ZX is dead: its ticket went to another badge, 14:02 at desk-1.",
    ),
    (
        because("owes.transfer", verdict=Verdict("owes", Tone.WARN, owes=Decimal(120), currency="USD")),
        "Not handed over. 120.00 is to be paid before they are registered.",
    ),
    (
        because("init_key", mode="TEST", account="acct_1", country="AT", missing=()),
        "Stripe answers: a TEST key of account acct_1 in AT; it may take payments and refund them.",
    ),
    (
        because("init_key", mode="LIVE", account="", country="", missing=("rak_charge_read",)),
        "Stripe answers: a LIVE key, whose account it may not name; it lacks rak_charge_read: add that at"
        " Stripe.",
    ),
    (because("corrected.name", before="", after="Ada"), "name corrected from none to Ada"),
    (because("corrected.email", before="a@b.org", after=""), "e-mail corrected from a@b.org to none"),
    (
        because(
            "already_has", product="Regular", order="ORD-1", at=Moment(datetime(2026, 1, 2, 9, 5), "", False)
        ),
        "They have Regular already: ORD-1, 02 Jan 09:05. Sell them another?",
    ),
    (because("without_name", tickets=2, order="ORD-1"), "2 tickets without a name on ORD-1."),
    (because("other_day", days=(date(2027, 5, 4),)), "Not for today: the ticket is for 4 May."),
    (because("attention.payment", notice=Notice.UNKNOWN, station=""), "NO ANSWER from Stripe"),
    (
        because("attention.problem", problem=because("payment.not_known"), station="desk-2"),
        "Stripe does not know this payment under the present key: it belongs to another account or mode, or"
        " was wiped at desk-2",
    ),
)


@pytest.mark.parametrize(("reason", "says"), EXAMPLES, ids=lambda each: getattr(each, "key", ""))
def test_the_values_are_written(reason: Reason, says: str) -> None:
    assert sentence(reason) == says
    assert sentence(Refused(reason)) == says


def test_every_function_has_an_example() -> None:
    shown = {EVERY[reason.key] for reason, _ in EXAMPLES}
    assert {said for said in EVERY.values() if callable(said)} <= shown


def test_every_status_of_a_sale_but_open_and_every_stop_has_its_sentence() -> None:
    assert {f"sale_{status}.frozen" for status in SaleStatus if status is not SaleStatus.OPEN} <= set(
        SENTENCES
    )
    assert {f"{stop}.found" for stop in Stop} <= set(SENTENCES)


def test_every_verdict_has_its_words() -> None:
    assert {line.key for _, line in TABLE} == set(VERDICTS)


def test_a_verdict_says_what_is_owed_and_when_they_came() -> None:
    said = words(Verdict("already_checked_in.owes", Tone.WARN, owes=Decimal(35), currency="USD", first=FIRST))
    assert (said.word, said.sentence, said.fact) == (
        "IN SINCE 09:14 desk-2",
        "Checked in 09:14 at desk-2.",
        "owes 35.00 USD",
    )


def test_what_a_check_found_may_be_a_reason_too() -> None:
    found = because("copied_database", conference="demo")
    assert sentence(because("cannot_take_cards.found", found=found)) == sentence(found)
    assert sentence(because("cannot_save.found", found="The disk is full.")) == "The disk is full."


def test_a_refusal_may_bring_its_own_sentence_and_a_text_is_its_own() -> None:
    assert sentence(InvalidInput("no_terminal", "These need a terminal.")) == "These need a terminal."
    assert sentence("Nothing {happened}.") == "Nothing {happened}."


def test_braces_in_a_value_are_left_alone() -> None:
    assert sentence(because("no_credit", order="{0}{x!r}")) == "The buyer of {0}{x!r} has no credit here."


def test_a_refusal_is_logged_with_its_code_and_values() -> None:
    refusal = Refused("not_covered", due=Decimal("5.00"), order="ORD-1", currency="USD")
    assert str(refusal) == "not_covered due=5.00 order=ORD-1 currency=USD"
    assert (refusal.code, refusal.values["order"]) == ("not_covered", "ORD-1")
    assert Refused("order_not_pending.void", order="ORD-1").code == "order_not_pending"


def test_a_reason_comes_back_from_its_column_as_it_was() -> None:
    why = because(
        "payment.two_problems",
        first=because("payment.captured_less", captured=Decimal("1.50"), asked=Decimal(2), currency="USD"),
        second=because("payment.wrong_answer", found=[["amount", "2", "1"]]),
    )
    assert unpack(pack(why)) == why
    assert sentence(unpack(pack(why))) == sentence(why)
    assert pack(None) == ""


@pytest.mark.parametrize("text", ["", "A sentence of before.", '{"key":', '{"key":5}', "line {was} dead"])
def test_a_text_in_the_column_stays_what_it_was(text: str) -> None:
    assert unpack(pack(text)) == text
    assert sentence(unpack(text)) == text


def test_a_reason_that_a_newer_version_stored_is_told_by_its_code() -> None:
    assert sentence(because("payment.not_invented", amount=Decimal(5))) == "payment.not_invented amount=5"


def test_a_payment_that_ended_without_money_says_so_on_the_order() -> None:
    assert set(UNPAID) == {Notice.CANCELLED, Notice.FAILED, Notice.EXPIRED, Notice.WRITTEN_OFF}


@pytest.mark.parametrize(
    "stored",
    [
        '{"key":"payment.captured_less","asked":{"decimal":"5.00"}}',
        '{"key":"payment.wrong_answer","found":"amount"}',
        '{"key":"payment.keeps_refusing","call":"dance","why":"no"}',
        '{"key":"payment.still_held","key2":1,"currency":"USD"}',
        '{"key":"a.later.version","x":1}',
    ],
)
def test_what_another_version_stored_is_told_all_the_same(stored: str) -> None:
    said = unpack(stored)
    assert isinstance(said, Reason)
    told = sentence(said)
    assert told == (
        sentence(because("payment.still_held")) if said.key == "payment.still_held" else str(said)
    )
