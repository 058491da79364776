"""What the checks look at: one conference at one station, as far as it could be found so far."""

from dataclasses import dataclass

from tui_pos.bootstrap.session import (
    DeskSession,
    StripeKey,
    conference_info,
    configured_rules,
    needs_no_key,
)
from tui_pos.core.config import Settings
from tui_pos.data import installation
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.context import Desk, Mode, Staff
from tui_pos.terminal import Account, Terminal

NOBODY = Staff(id=0, username="doctor", name="doctor", codenames=frozenset())


@dataclass(kw_only=True)
class Subject:
    """A check fills in what it has found, for those that come after it.

    ``is_open`` says that the database answers and has tables that this version knows; ``account`` is the
    Stripe account as Stripe says it is.
    """

    settings: Settings
    slug: str | None
    station: str
    is_open: bool = False
    conference: ConferenceRow | None = None
    rules: Rules | None = None
    key: StripeKey | None = None
    account: Account | None = None

    @property
    def terminal(self) -> Terminal | None:
        """The Stripe account that this desk may use."""
        return self.key.account if self.key is not None else None

    @property
    def currency(self) -> str:
        """The conference's currency, "" where it is not known yet."""
        if self.conference is None:
            return ""
        said = configured_rules(self.settings, self.conference.slug).currency
        return self.rules.currency if self.rules is not None else said

    def desk(self) -> Desk:
        """A desk with nobody at it, for what asks Stripe or the database in its name."""
        assert self.conference is not None
        rules = self.rules or configured_rules(self.settings, self.conference.slug)
        return Desk(
            conference=conference_info(self.settings, self.conference, rules),
            station=self.station,
            staff=NOBODY,
            mode=self.key.mode if self.key is not None else Mode.LIVE,
            account=self.terminal,
            installation=installation.identity().key,
        )


def subject_of(session: DeskSession) -> Subject:
    """What the checks of an open desk look at."""
    key = None
    if session.account is not None:
        is_stand_in = needs_no_key(session.settings, session.conference.slug)
        key = StripeKey(session.mode, session.account, is_stand_in=is_stand_in)
    return Subject(
        settings=session.settings,
        slug=session.conference.slug,
        station=session.station,
        is_open=True,
        key=key,
    )
