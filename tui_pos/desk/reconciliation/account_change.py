"""Taking another Stripe account or mode for a conference, and leaving payments to a copied installation."""

from dataclasses import dataclass

from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import Attempt, AttemptEvent, Refund, RefundStage, Stage
from tui_pos.data.tables.registration import Payment, PaymentStatus
from tui_pos.desk import conference_rules
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.context import ConferenceInfo, Mode
from tui_pos.desk.errors import Refused, because
from tui_pos.desk.payments import accounts
from tui_pos.desk.reconciliation import rehearsals
from tui_pos.desk.stored_reasons import pack
from tui_pos.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Change:
    """What ``init --account`` would change: mode and account before and after.

    ``rehearsals`` is how many orders that were sold in the mode before become rehearsals. Both accounts may
    be ``UNKNOWN``.
    """

    before: Rules
    mode: str
    account: str
    rehearsals: int

    @property
    def is_needed(self) -> bool:
        """Whether anything changes."""
        return (self.before.mode, self.before.account) != (self.mode, self.account)


def change_wanted(conference: ConferenceInfo, terminal: Terminal, mode: Mode) -> Change:
    """What taking this key for the conference would change; reads the account at Stripe.

    Raises TerminalError.
    """
    before = conference_rules.stored(conference.id) or Rules()
    account = accounts.name_of(terminal)
    if not account and accounts.knows_newest(terminal, conference.id, mode, before.account):
        account = before.account
    aside = rehearsals.count(conference.id, before.mode) if before.mode not in ("", mode) else 0
    return Change(before, str(mode), account, aside)


def change(conference: ConferenceInfo, station: str, wanted: Change) -> None:
    """Take the key's account and mode for the conference, and set apart what was sold in another mode.

    Raises what ``check`` does.
    """
    check(conference, wanted)
    before = wanted.before
    if before.mode not in ("", wanted.mode):
        rehearsals.set_apart(conference, station, before.mode, wanted.mode)

    def work() -> None:
        accounts.locked_rules(conference.id)
        accounts.store_rules(conference.id, wanted.mode, wanted.account)

    run_tx(work)


def leave_to_the_other(station: str) -> list[str]:
    """Leave every card payment to the installation that this database was copied from.

    Nothing here looks at one again, and what was under way is closed here without asking Stripe. Answers
    the intents of those.
    """

    def write() -> list[str]:
        now, live = clock.now(), Attempt.finished_at.is_null()
        rows = list(Attempt.select().where(live).order_by(Attempt.id))
        for row in rows:
            text = pack(because("event.left_to_other"))
            AttemptEvent.create(attempt=row.id, at=now, station=station, stage=Stage.FAILED, text=text)
        Payment.update(status=PaymentStatus.FAILED, stripe_payment_intent_id="").where(
            Payment.id.in_(Attempt.select(Attempt.payment).where(live)),
            Payment.status != PaymentStatus.SUCCEEDED,
        ).execute()
        Attempt.update(stage=Stage.FAILED, problem="", finished_at=now, updated_at=now).where(live).execute()
        Attempt.update(account=accounts.COPIED).execute()
        Refund.update(stage=RefundStage.FAILED, finished_at=now, updated_at=now).where(
            Refund.finished_at.is_null(), Refund.attempt.is_null(False)
        ).execute()
        return [row.intent_id or row.key for row in rows]

    return run_tx(write)


def check(conference: ConferenceInfo, wanted: Change) -> None:
    """Raise Refused where the change cannot be made now.

    ``payment_live`` or ``refund_open`` while something of the account before is under way, ``live_already``
    when a conference that took real money would go back to practice.
    """
    is_back = wanted.before.mode == Mode.LIVE and wanted.mode != Mode.LIVE
    if is_back and conference_rules.has_sold(conference.id):
        raise Refused("live_already", conference=conference.slug)
    with connected():
        live = Attempt.select().where(Attempt.conference == conference.id, Attempt.finished_at.is_null())
        if live.exists():
            raise Refused("payment_live.account")
        refunds = Refund.select().where(
            Refund.conference == conference.id, Refund.finished_at.is_null(), Refund.attempt.is_null(False)
        )
        if refunds.exists():
            raise Refused("refund_open.account")
