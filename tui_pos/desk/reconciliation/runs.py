"""One reconciliation run: first the steps that repair, then those that only compare."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from peewee import fn

from tui_pos.core import clock
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.data.tables.registration import Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk import conference_rules
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.context import NO_KEY, Desk
from tui_pos.desk.errors import because
from tui_pos.desk.payments import accounts, bookkeeping, recovery
from tui_pos.desk.reconciliation import at_stripe, in_books
from tui_pos.desk.reconciliation.mismatches import Mismatch, Reconciled, mismatches_of_each
from tui_pos.desk.refunds import card_refunds, elsewhere, repairs, web_site
from tui_pos.desk.refunds.repairs import RepairKind
from tui_pos.desk.stored_reasons import unpack

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=48)
"""How far back Stripe's payments are listed: most cards hold an authorisation for two days."""

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any payment."""


def run(desk: Desk, *, check: bool = False, window: timedelta = WINDOW) -> Reconciled:
    """Recover payments and refunds, then compare the books with Stripe's payments of the last ``window``.

    Payments that the books call captured are compared too, whatever their age. With ``check``, or when this
    host's key is of another account than the conference's, nothing is changed here or at Stripe. On a copy of
    another installation's database Stripe is not asked. Raises NotPermitted, InvalidInput ``no_stripe_key``,
    and the ``terminal`` errors when Stripe does not answer.
    """
    require(desk, Action.RECONCILE)
    since = clock.now() - window
    ours = accounts.ours(desk)
    account = (conference_rules.stored(desk.conference.id) or Rules()).account
    if ours.account is None and (why := ours.no_account) and why.code != NO_KEY:
        return Reconciled((), (), (Mismatch(reason=why), *_looked_at(desk, since, account)))
    driven = () if check else recovery.recover(ours)
    followed = () if check else card_refunds.follow_up(ours)
    swept = at_stripe.sweep(ours, ours.terminal, since, account)
    unreadable: list[Mismatch] = []
    if not check:
        followed += elsewhere.look_since(ours, clock.now() - max(window, elsewhere.MAY_CHANGE))
        followed += elsewhere.compare(ours, swept.values())
        web_site.repair_webhook_effects(ours, since=BEGINNING)
        web_site.put_back_credit(ours)
        unreadable += _review_orders(ours, since)
    found = [
        *unreadable,
        *in_books.unfinished(ours),
        *in_books.failed_refunds(ours, since),
        *at_stripe.orphans(ours, swept, check=check),
        *at_stripe.sums(ours, ours.terminal, swept, account),
        *in_books.discrepancies(ours, since),
        *_repaired(ours, mark=not check),
    ]
    log.info("reconciled: %d payments and %d refunds driven", len(driven), len(followed))
    for row in found:
        log.warning("mismatch %s: order %s, %s", row.kind, row.reference or "-", row.intent_id or "-")
    return Reconciled(driven, followed, tuple(found))


def _looked_at(desk: Desk, since: datetime, account: str) -> Iterator[Mismatch]:
    """What a run without the conference's key can compare: Stripe is read only where there is a key."""
    yield from in_books.unfinished(desk)
    if desk.account is not None:
        swept = at_stripe.sweep(desk, desk.account, since, account)
        yield from at_stripe.sums(desk, desk.account, swept, account)
    yield from in_books.discrepancies(desk, since)


def _repaired(desk: Desk, *, mark: bool) -> Iterator[Mismatch]:
    """The repairs since the last run, by it or by any desk; with ``mark`` the next run leaves them out."""
    with connected():
        untold = repairs.untold(desk.conference.id)
        for row in untold:
            before, after = map(unpack, (row.before_state, row.after_state))
            yield Mismatch(
                reason=because(f"repaired.{RepairKind(row.kind)}"),
                reference=row.order.reference if row.order_id else "",
                currency=desk.conference.currency,
                done=because("done.repaired", before=before, after=after),
            )
        if mark:
            repairs.mark_told(untold)


def _review_orders(desk: Desk, since: datetime) -> list[Mismatch]:
    """Mark captured payments whose order was cancelled or paid elsewhere since, for a person to decide."""

    def review(order_id: int) -> None:
        bookkeeping.flag_discrepancy(lock(Order.select().where(Order.id == order_id)).get())

    def look(order_id: int) -> Iterable[Mismatch]:
        run_tx(partial(review, order_id))
        return ()  # only an order that cannot be read becomes a mismatch

    others = Payment.select(Payment.id).where(
        Payment.order == Order.id, Payment.id != Attempt.payment, Payment.status == PaymentStatus.SUCCEEDED
    )
    with connected():
        doubtful = (
            Attempt.select(Attempt.order)
            .join(Order)
            .where(
                Attempt.conference == desk.conference.id,
                Attempt.stage == Stage.CAPTURED,
                Attempt.created_at >= since,
                (Order.status != OrderStatus.PAID) | (Attempt.problem != "") | fn.EXISTS(others),
            )
        )
        ids = sorted({row.order_id for row in doubtful})
        return list(mismatches_of_each(ids, look, lambda order_id: f"order {order_id}"))
