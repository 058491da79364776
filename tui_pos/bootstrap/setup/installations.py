"""Whose database and whose Stripe account: taking over a copy, and changing to this host's key."""

from tui_pos.bootstrap import session
from tui_pos.core.config import Settings
from tui_pos.data import installation, schema
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.context import ConferenceInfo, Mode
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.payments import accounts
from tui_pos.desk.reconciliation import account_change
from tui_pos.desk.reconciliation.account_change import Change
from tui_pos.terminal import Terminal


def take_over(station: str, *, renew: bool) -> list[str]:
    """Make the opened database the installation's own, or with ``renew`` one of its own; sentences of it."""
    if not renew:
        installation.take_over()
        return [
            "This database is the installation's own now."
            " Close the other one for good: both would act on the same money."
        ]
    left = account_change.leave_to_the_other(station)
    installation.take_over(renew=True)
    told = [f"The payment {each} was under way: look at it in the other installation." for each in left]
    return [
        "This database is an installation of its own now; card payments made before stay the other one's.",
        *told,
    ]


def stored_account_change(settings: Settings, slug: str) -> Change | None:
    """What `planned_account_change` will change of an account that is stored; None where none is yet.

    Raises what it would, before tables or a conference are made for it.
    """
    key, _ = _key(settings, slug)
    row = (
        next((row for row in conferences.known() if row.slug == slug), None) if schema.is_current() else None
    )
    rules = conference_rules.stored(row.id) if row else None
    if row is None or rules is None or not rules.mode:
        accounts.name_of(key)  # Stripe has to answer, whatever it says
        return None
    return _planned(settings, row, store=False)[1]


def planned_account_change(settings: Settings, slug: str) -> tuple[ConferenceInfo, Change]:
    """What taking this host's Stripe key for the conference would change of its account.

    Raises InvalidInput without a key, TerminalError, and Refused ``copied_database`` or what
    `account_change.check` says.
    """
    return _planned(settings, conferences.find(slug), store=True)


def _planned(settings: Settings, row: ConferenceRow, *, store: bool) -> tuple[ConferenceInfo, Change]:
    said, where = session.configured_rules(settings, row.slug), session.config_name(settings)
    rules = conference_rules.resolve(row, said, where, store=store)
    if installation.identity().is_copy:
        raise Refused(session.copied_database(row.slug))
    key, mode = _key(settings, row.slug)
    conference = session.conference_info(settings, row, rules)
    change = account_change.change_wanted(conference, key, mode)
    if change.is_needed:
        account_change.check(conference, change)
    return conference, change


def _key(settings: Settings, slug: str) -> tuple[Terminal, Mode]:
    key = session.stripe_key(settings, slug)
    if key.fault:
        raise InvalidInput("no_stripe_key.fault", found=key.fault)
    if key.account is None:
        raise InvalidInput("no_stripe_key.to_take", conference=slug)
    return key.account, key.mode
