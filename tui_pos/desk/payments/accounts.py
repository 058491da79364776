"""Which Stripe account and which mode a conference's card payments belong to.

The mode (LIVE, TEST, TRAINING) is stored when a desk first opens with a key, the account when its first card
payment is begun. A key of another account or mode takes, gives back and sweeps nothing until
``init --account`` has said what changes. Money of one account is never looked for in another.
"""

from dataclasses import replace
from weakref import WeakKeyDictionary

from tui_pos.core import clock
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Attempt, ConferenceRules
from tui_pos.data.tables.program import Conference
from tui_pos.desk import conference_rules
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.context import ConferenceInfo, Desk, Mode
from tui_pos.desk.errors import Reason, Refused, because
from tui_pos.terminal import IntentNotFound, Misconfigured, Terminal, TerminalError

COPIED = "copied"
"""The account of card payments that belong to the installation that this database was copied from."""

UNKNOWN = ""
"""The account of a key that has no right to read it, and of a conference before its first card payment."""

_asked: WeakKeyDictionary[Terminal, str] = WeakKeyDictionary()


def claim_mode(conference_id: int, slug: str, mode: Mode, *, store: bool = True) -> Reason | None:
    """Store the mode of this host's key, unless something was sold in another one, which then holds.

    Does not ask Stripe. Answers why the key must not be used here, None when it may; without ``store``
    nothing is written.
    """

    def work() -> Rules:
        found = locked_rules(conference_id)
        if found.mode == mode or (found.mode and conference_rules.has_sold(conference_id)):
            return found
        store_rules(conference_id, mode, UNKNOWN)
        return locked_rules(conference_id)

    found = conference_rules.stored(conference_id) or Rules()
    if found.mode != mode:
        if not store and not (found.mode and conference_rules.has_sold(conference_id)):
            return None
        found = run_tx(work) if store else found
    return None if found.mode == mode else _other_mode(slug, found.mode, mode)


def ensure(desk: Desk) -> str:
    """The id of the account that the desk's key belongs to, after looking that it is the conference's.

    Asks Stripe once in a process; ``UNKNOWN`` when the key has no right to say it. Writes nothing. Raises
    Refused ``other_account``, InvalidInput ``no_stripe_key`` and TerminalError.
    """
    found = conference_rules.stored(desk.conference.id) or Rules()
    account = _account_of(desk, found.account)
    _refuse_other(desk, found, account)
    return account or found.account


def claim(desk: Desk, account: str) -> None:
    """Store mode and account with a card payment that begins, unless they are; call inside its transaction.

    Raises Refused ``other_account`` when another account was stored meanwhile.
    """
    found = locked_rules(desk.conference.id, desk.conference)
    _refuse_other(desk, found, account)
    if not found.mode or (account and not found.account):
        store_rules(desk.conference.id, desk.mode, account)


def _refuse_other(desk: Desk, found: Rules, account: str) -> None:
    slug = desk.conference.slug
    if found.mode not in ("", desk.mode):
        raise Refused(_other_mode(slug, found.mode, desk.mode))
    if account and found.account and account != found.account:
        raise Refused("other_account.account", conference=slug, stored=found.account, account=account)


def is_ours(desk: Desk) -> bool:
    """Whether a sweep may use the desk's key now.

    Not without one, nor with one that is not the conference's, nor while Stripe does not say which it is.
    """
    if desk.account is None:
        return False
    try:
        ensure(desk)
    except (Refused, TerminalError):
        return False
    return True


def ours(desk: Desk) -> Desk:
    """The desk as it may act: without its key when that is known to be another account's or mode's.

    When Stripe does not answer, the key stays in use.
    """
    if desk.account is None:
        return desk
    try:
        ensure(desk)
    except TerminalError:
        return desk
    except Refused as refused:
        return replace(desk, account=None, no_account=refused.reason)
    return desk


def foreign(desk: Desk, attempt: Attempt) -> Reason | None:
    """Why the desk's key must not touch a card payment: it belongs to another mode, account or installation.

    None when it may, as for a payment of an older version, stored without mode and account. Does not ask
    Stripe; needs a connection.
    """
    if attempt.account == COPIED:
        return because("other_account.copied")
    account = _asked.get(desk.account, UNKNOWN) if desk.account else UNKNOWN
    if not account and attempt.account:
        account = (conference_rules.stored(desk.conference.id) or Rules()).account
    other_mode = attempt.mode not in ("", desk.mode)
    other_account = UNKNOWN not in (attempt.account, account) and attempt.account != account
    if not (other_mode or other_account):
        return None
    theirs, ours_ = f"{attempt.mode} {attempt.account}".strip(), f"{desk.mode} {account}".strip()
    return because("other_account.payment", theirs=theirs, ours=ours_)


def refuse_foreign(desk: Desk, attempt: Attempt) -> None:
    """Raise Refused ``other_account`` where ``foreign`` says why, before anything is sent."""
    if why := foreign(desk, attempt):
        raise Refused(why)


def _account_of(desk: Desk, stored_account: str) -> str:
    terminal = desk.terminal
    if terminal not in _asked:
        named = name_of(terminal)
        account = named or stored_account
        if not (named and stored_account):
            # The account is unknown on one side: ask whether the key knows the newest payment.
            knows = knows_newest(terminal, desk.conference.id, desk.mode, stored_account)
            if knows is False:
                raise Refused("other_account.unknown", conference=desk.conference.slug)
            account = account if knows else named
        _asked[terminal] = account
    return _asked[terminal]


def name_of(terminal: Terminal) -> str:
    """The account of a key, ``UNKNOWN`` where it has no right to say it. Raises TerminalError."""
    try:
        return terminal.account().id
    except Misconfigured:
        return UNKNOWN


def knows_newest(terminal: Terminal, conference_id: int, mode: str, account: str) -> bool | None:
    """Whether a key knows the newest card payment of this account and mode; None when there is none."""
    with connected():
        newest = (
            Attempt.select(Attempt.intent_id)
            .where(
                Attempt.conference == conference_id,
                Attempt.intent_id.is_null(False),
                Attempt.mode == mode,
                Attempt.account == account,
            )
            .order_by(Attempt.id.desc())
            .first()
        )
    if newest is None:
        return None
    try:
        terminal.intent(str(newest.intent_id))
    except IntentNotFound:
        return False
    return True


def locked_rules(conference_id: int, info: ConferenceInfo | None = None) -> Rules:
    """The rules, with the conference locked until the transaction ends."""
    lock(Conference.select(Conference.id).where(Conference.id == conference_id)).get()
    found = conference_rules.stored(conference_id)
    if found is None and info is not None:
        conference_rules.create(
            conference_id, Rules(currency=info.currency, capture=info.capture, prices=info.prices)
        )
        found = conference_rules.stored(conference_id)
    return found or Rules()


def store_rules(conference_id: int, mode: str, account: str) -> None:
    """Write whose card payments are; call inside a transaction that has the conference locked."""
    changes: dict[str, object] = {"mode": str(mode), "account": account}
    row = ConferenceRules.get_or_none(ConferenceRules.conference == conference_id)
    if row is not None and row.mode != mode:
        changes["updated_at"] = clock.now()
    ConferenceRules.update(**changes).where(ConferenceRules.conference == conference_id).execute()


def _other_mode(slug: str, stored_mode: str, mode: str) -> Reason:
    return because("other_account.mode", conference=slug, stored=stored_mode, mode=mode)
