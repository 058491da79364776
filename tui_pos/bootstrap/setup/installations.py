"""Whose database and whose Stripe account: taking over a copy, and changing to this host's key."""

from tui_pos.bootstrap import session
from tui_pos.core.config import Settings
from tui_pos.data import installation
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.context import ConferenceInfo
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.reconciliation import account_change
from tui_pos.desk.reconciliation.account_change import Change


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


def planned_account_change(settings: Settings, slug: str | None) -> tuple[ConferenceInfo, Change]:
    """What taking this host's Stripe key for the conference would change; nothing is written.

    Raises InvalidInput without a conference or key, Refused ``copied_database`` and TerminalError.
    """
    if not slug:
        raise InvalidInput("conference_required")
    row = conferences.find(slug)
    rules = conference_rules.resolve(
        row, session.configured_rules(settings, slug), session.config_name(settings)
    )
    if installation.identity().is_copy:
        raise Refused(session.copied_database(slug))
    key = session.stripe_key(settings, slug)
    if key.account is None:
        if key.fault:
            raise InvalidInput("no_stripe_key.fault", found=key.fault)
        raise InvalidInput("no_stripe_key.to_take", conference=slug)
    conference = session.conference_info(settings, row, rules)
    return conference, account_change.change_wanted(conference, key.account, key.mode)
