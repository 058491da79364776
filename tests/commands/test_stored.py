"""What is stored and not configured, as a treasurer meets it: refusals, warnings, the account, copies."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.commands.till import READER, SECRET, Till, order_row, write
from tests.desk.selling import everything
from tui_pos import cli
from tui_pos.bootstrap import session
from tui_pos.commands.context import SECRET_VARIABLE
from tui_pos.data import connection
from tui_pos.data.base import database
from tui_pos.data.tables.desk import ConferenceRules
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Payment
from tui_pos.desk.context import Mode


def sold(till: Till, slug: str = "t-shirt") -> str:
    reference: str = till.done("checkout", "--item", slug, "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--card", "good")
    return reference


def other_account(till: Till, patch: pytest.MonkeyPatch) -> None:
    till.change_config('currency = "USD"', 'currency = "USD"\nstripe_secret_key_env = "OTHER_KEY"')
    patch.setenv("OTHER_KEY", "sk_test_otheraccountB")


def test_a_config_with_another_currency_is_refused_by_every_command(each_till: Till) -> None:
    each_till.done("inventory")
    each_till.change_config('"USD"', '"EUR"')
    for words in (("inventory",), ("reconcile",), ("lookup", "NOOR2026")):
        assert each_till.refused(*words) == (2, "config_differs")


def test_the_smallest_coin_is_stored_once_and_holds_on_every_host(each_till: Till) -> None:
    stored: list[str] = []
    each_till.done("inventory")
    each_till.change_config('currency = "USD"', 'currency = "USD"\nsmallest_coin = "0.05"')
    each_till.done("checkout", "--item", "t-shirt")
    each_till.change_config('\nsmallest_coin = "0.05"', "")
    each_till.done("inventory")
    write(lambda: stored.append(ConferenceRules.get().smallest_coin))
    assert stored == ["0.05"]
    each_till.change_config('currency = "USD"', 'currency = "USD"\nsmallest_coin = "0.10"')
    assert each_till.refused("lookup", "NOOR2026") == (2, "config_differs")


@pytest.mark.parametrize(("said", "is_told"), [("0.50", True), ("0.01", False)])
def test_a_smallest_coin_that_a_config_says_after_the_first_sale_is_refused(
    each_till: Till, said: str, is_told: bool
) -> None:
    """One host's file would change what cash is taken for what the others sell; what it was already is."""
    each_till.done("checkout", "--item", "t-shirt")
    each_till.change_config('currency = "USD"', f'currency = "USD"\nsmallest_coin = "{said}"')
    if not is_told:
        each_till.done("lookup", "NOOR2026")
        return
    found = each_till.ask("lookup", "NOOR2026")
    assert (found.status, found.json["code"]) == (2, "config_differs")
    assert "says smallest coin 0.01 for demo" in found.json["error"]
    assert "init --smallest-coin" in found.json["error"]
    assert each_till.refused("init", "--smallest-coin", said) == (4, "already_sold")


@pytest.mark.parametrize(
    ("currency", "most", "too_much"),
    [("USD", "0.50", "0.51"), ("CHF", "0.5", "1000"), ("CZK", "10", "10.5"), ("JPY", "50", "51")],
)
def test_a_coin_that_whole_sums_would_be_rounded_to_is_none(
    till: Till, currency: str, most: str, too_much: str
) -> None:
    till.change_config('currency = "USD"', f'currency = "{currency}"\nsmallest_coin = "{too_much}"')
    for words in (("lookup", "NOOR2026"), ("checkout", "--item", "t-shirt"), ("reconcile", "--check")):
        assert till.refused(*words) == (2, "coin_too_large")
    till.change_config(f'\nsmallest_coin = "{too_much}"', "")
    asked = ("init", "--currency", currency, "--smallest-coin")
    assert till.refused(*asked, too_much) == (2, "coin_too_large")
    till.done(*asked, most)
    said = f"{Decimal(most):.2f}"
    till.change_config(f'currency = "{currency}"', f'currency = "{currency}"\nsmallest_coin = "{said}"')
    till.done("lookup", "NOOR2026")
    assert not any("But" in line for line in till.done("init")["done"]), "0.5 and 0.50 are one rule"


def test_a_conference_in_yen_is_sold_in_yen_by_a_host_without_a_section(till: Till) -> None:
    till.change_config('currency = "USD"\n', 'currency = "JPY"\n')
    till.done("init", "--currency", "JPY")
    till.change_config("[conferences.demo]", "[conferences.tokyo]")
    # The demonstration of that name has a database of its own, so the conference gets another one.
    write(lambda: Conference.update(slug="kyoto").execute())
    answer = till.run("--json", "checkout", "--item", "t-shirt", "--name", "Ada", conference="kyoto")
    assert (answer.status, answer.json["total"]) == (0, "25")
    typo, without = answer.err.splitlines()
    assert "[conferences.tokyo]" in typo
    assert "no section [conferences.kyoto]" in without


def test_another_accounts_key_is_told_and_taken_only_after_yes(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(till)
    other_account(till, monkeypatch)
    found = till.ask("reconcile", "--check")
    assert found.status == 4
    kinds = {row["kind"]: row for row in found.json["mismatches"]}
    assert set(kinds) == {"other_account", "unknown_to_stripe"}
    assert (kinds["unknown_to_stripe"]["stripe"], kinds["unknown_to_stripe"]["books"]) == (None, "25.00")
    run = till.ask("reconcile")
    assert (run.status, run.json["code"], run.json["clean"]) == (4, "mismatches_found", False)
    shown = till.run("reconcile").out
    assert "Stripe -" in shown
    assert shown.endswith("A person has to look at 2 of these.\n")
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    assert till.refused("charge", "--order", reference, "--reader", READER) == (4, "other_account")

    assert till.refused("init", "--account", staff="lead") == (4, "not_confirmed")
    (said,) = till.done("init", "--account", "--yes", staff="lead")["done"]
    assert said.startswith("The card payments of demo were TRAINING acct_")
    assert till.refused("charge", "--order", reference, "--reader", "nobody")[1] != "other_account"
    assert till.done("reconcile")["clean"] is True


def test_a_restricted_key_is_known_by_the_payments_that_it_knows(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GET /v1/account answers 403."""
    sold(till)
    (before,) = till.done("init", "--account", staff="lead")["done"]
    till.simulator.fault("forbidden_403", "GET /v1/account", times=1000)
    assert till.done("init", "--account", staff="lead")["done"] == [before], "the same key, named or not"
    sold(till)
    other_account(till, monkeypatch)
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    assert till.refused("charge", "--order", reference, "--reader", READER) == (4, "other_account")
    assert till.refused("init", "--account", staff="lead") == (4, "not_confirmed")
    (said,) = till.done("init", "--account", "--yes", staff="lead")["done"]
    assert said.endswith("and are TRAINING of an account that the key may not name from now on.")
    done = till.done("charge", "--order", reference, "--reader", READER, "--card", "good")
    assert done["status"] == "captured"
    assert till.done("reconcile", "--check")["clean"], "the other account's payments are not looked for here"


def test_a_copy_of_the_database_leaves_stripe_alone_until_it_takes_over(till: Till, tmp_path: Path) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    till.simulator.tap(READER)
    connection.close_database()
    copy = tmp_path / "copy.sqlite3"
    shutil.copyfile(tmp_path / "shop.sqlite3", copy)
    till.change_config(str(tmp_path / "shop.sqlite3"), str(copy))
    found = till.ask("reconcile")
    assert [row["kind"] for row in found.json["mismatches"]] == ["copied_database", "unfinished"]
    assert "is a copy of another installation's" in found.err
    (book,) = till.books().values()
    assert (book["held"], book["captured"]) == (2500, 0)
    till.done("lookup", "NOOR2026")
    assert till.refused("init", "--take-over", staff="lead") == (4, "not_confirmed")
    till.done("init", "--take-over", "--yes", staff="lead")
    assert [row["status"] for row in till.done("reconcile")["driven"]] == ["captured"]


def test_rehearsals_are_set_apart_by_init_account_and_purged(
    each_till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = each_till.done("inventory")
    reference = sold(each_till, "lunch")
    assert each_till.done("inventory") != before
    real = session.stripe_key

    def live(*words: object) -> session.StripeKey:
        """The simulator as if it were Stripe's live mode."""
        return session.StripeKey(Mode.LIVE, real(*words).account)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "stripe_key", live)
    assert each_till.refused("charge", "--amount", "5", "--reader", READER) == (4, "other_account")
    done = each_till.done("init", "--account", "--yes", staff="lead")["done"]
    assert "What desks sold in TRAINING (1 orders) is a rehearsal" in done[1]
    assert order_row(reference).status == "cancelled"
    assert each_till.done("orders", reference)["orders"] == []
    assert each_till.done("inventory") == before
    assert each_till.done("reconcile") == {"driven": [], "refunds": [], "mismatches": [], "clean": True}
    assert each_till.done("init", "--purge-rehearsals", "--yes", staff="lead")["done"] == [
        "Deleted 1 rehearsals of demo."
    ]


def test_one_bad_row_does_not_stop_the_others(till: Till) -> None:
    first, second = sold(till), sold(till)
    numbers = {name: order_row(name).id for name in (first, second)}

    def spoil() -> None:
        database.execute_sql(
            f"UPDATE program_registration_order SET total = 'much' WHERE id = {numbers[first]}"
        )
        Payment.update(amount=Payment.amount - 1).where(Payment.order == numbers[second]).execute()

    write(spoil)
    found = till.ask("reconcile", "--check").json["mismatches"]
    assert {row["kind"] for row in found} >= {"unreadable", "sums_differ", "paid_short"}
    assert first in next(row["text"] for row in found if row["kind"] == "unreadable")


@pytest.mark.parametrize("option", ["--account", "--purge-rehearsals", "--take-over", "--new-installation"])
def test_a_supervisor_has_to_agree_whatever_yes_says(
    till: Till, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(till)
    before = everything()
    words = ("init", option, "--yes")
    assert till.refused(*words) == (6, "not_permitted")
    assert till.refused(*words, staff="nobody") == (6, "wrong_credentials")
    monkeypatch.setenv(SECRET_VARIABLE, "guessed")
    assert till.refused(*words, staff="lead") == (6, "wrong_credentials")
    assert cli.main(["--config", str(till.config), "--conference", "demo", *words]) != 0
    assert "say who with --staff NAME." in till.capture.readouterr().err
    assert everything() == before
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    assert till.done(*words, staff="lead")["done"]


@pytest.mark.parametrize("option", ["--account", "--purge-rehearsals", "--take-over", "--new-installation"])
def test_what_nobody_confirms_has_written_nothing(
    each_till: Till, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(each_till)
    other_account(each_till, monkeypatch)
    before = everything(), each_till.config.read_text()
    words = ("init", "--capture", "confirm", "--seller", "Us", option)
    assert each_till.refused(*words, staff="lead") == (4, "not_confirmed")
    assert (everything(), each_till.config.read_text()) == before


def test_what_is_refused_of_an_account_has_written_nothing(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    before = everything(), till.config.read_text()
    words = ("init", "--account", "--yes", "--seller", "Us")
    assert till.refused(*words, "--stripe-key", "NOT_SET", staff="lead") == (2, "no_stripe_key")
    assert (everything(), till.config.read_text()) == before
    other_account(till, monkeypatch)
    configured = till.config.read_text()
    assert till.refused(*words, staff="lead") == (4, "payment_live")
    assert (everything(), till.config.read_text()) == (before[0], configured)
    assert till.refused("init", "--account", "--take-over", "--yes", staff="lead") == (2, "usage")
