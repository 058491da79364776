"""Who acts, for which conference, at which station, with which Stripe account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from tui_pos.core import clock, money
from tui_pos.core.clock import Moment
from tui_pos.desk.errors import InvalidInput, Reason, Refusal, Refused, because
from tui_pos.desk.known_readers import KnownReaders
from tui_pos.desk.limits import Limits

if TYPE_CHECKING:
    from tui_pos.terminal import Terminal


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of this IANA name, None for any other text: the web site lets anything be entered."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def is_zone(name: str) -> bool:
    """Whether a conference may be given this time zone: localtime is another one on each host."""
    return name == "UTC" or ("/" in name and name in available_timezones())


NO_KEY = "no_stripe_key"
OTHER_ACCOUNT = "other_account"


class Mode(StrEnum):
    """What a charged card means: real money, Stripe's test mode, or a simulator of Stripe."""

    LIVE = "LIVE"
    TEST = "TEST"
    TRAINING = "TRAINING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceInfo:
    """The conference that a desk works for: its stored rules, and what the config says of it.

    ``days`` are those of each ticket that is not for all of them, ``proofs`` what its holder has to show,
    both by slug. ``location`` is where its readers are. ``smallest_coin`` says in which steps cash is paid
    where that is not what the currency's coins can pay (None), as in countries of the euro without cents.
    """

    id: int
    slug: str
    name: str
    currency: str = "USD"
    timezone: str = "UTC"
    capture: str = "automatic"
    location: str = ""
    prices: str = "services"
    days: Mapping[str, tuple[date, ...]] = field(default_factory=dict, hash=False)
    proofs: Mapping[str, str] = field(default_factory=dict, hash=False)
    smallest_coin: Decimal | None = None

    @property
    def coin(self) -> Decimal:
        """The steps in which cash is paid here."""
        return self.smallest_coin or money.smallest_coin(self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who is signed in; ``codenames`` are the rights of django-program that this person holds."""

    id: int
    username: str
    name: str
    codenames: frozenset[str]
    is_superuser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that a desk function needs to know about where it runs.

    ``no_account`` is why there is no ``account``, when more is known than that: a fault of the key, a copied
    database, or a key that is not the conference's.
    ``vat_rate`` is per cent, of what has no rate of its own; "" where none was told.
    ``installation`` is the key of the installation, which stands in every intent's metadata. ``limits`` is
    what is stopped at the moment and ``readers`` the state of card readers, both shared by every copy of this
    desk.
    """

    conference: ConferenceInfo
    station: str
    staff: Staff
    mode: Mode
    account: "Terminal | None" = None
    no_account: Reason | None = None
    installation: str = ""
    order_prefix: str = "ORD"
    hold_minutes: int = 15
    prompt_seconds: int = 120
    vat_rate: str = ""
    poll_seconds: float = 1.0
    limits: Limits = field(default_factory=Limits, compare=False)
    readers: KnownReaders = field(default_factory=KnownReaders, compare=False)

    @property
    def terminal(self) -> "Terminal":
        """The conference's Stripe account.

        Raises InvalidInput ``no_stripe_key`` when none is configured, and Refused ``copied_database`` or
        ``other_account`` when the one that is must not be used here.
        """
        if self.account is None:
            why = self.no_account or because("no_stripe_key", conference=self.conference.slug)
            kind: type[Refusal] = InvalidInput if why.code == NO_KEY else Refused
            raise kind(why)
        return self.account

    def local(self, moment: datetime) -> datetime:
        """An aware time on the conference's clock, as people read it; UTC where it is not known."""
        return moment.astimezone(zone_of(self.conference.timezone) or UTC)

    def begins(self, day: date) -> datetime:
        """When a day begins on the conference's clock; the next one does 23 to 25 hours later."""
        return datetime.combine(day, time(), zone_of(self.conference.timezone) or UTC).astimezone(UTC)

    def moment(self, at: datetime, station: str = "") -> Moment:
        """When (an aware time) and where something happened, as people are told it."""
        local = self.local(at)
        return Moment(local, station, local.date() == self.local(clock.now()).date())
