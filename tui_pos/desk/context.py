"""Who acts, for which conference, at which station, with which Stripe account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_pos.desk.errors import InvalidInput

if TYPE_CHECKING:
    from tui_pos.terminal import Terminal


class Mode(StrEnum):
    """What a charged card means: real money, Stripe's test mode, or a simulator standing in."""

    LIVE = "LIVE"
    TEST = "TEST"
    TRAINING = "TRAINING"


@dataclass(frozen=True, slots=True)
class ConferenceInfo:
    """The conference that a desk works for, with what the config says about it."""

    id: int
    slug: str
    name: str
    currency: str = "USD"
    timezone: str = "UTC"
    capture: str = "automatic"
    location: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is signed in; ``codenames`` are the rights of django-program that this person holds."""

    id: int
    username: str
    name: str
    codenames: frozenset[str]
    is_superuser: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a desk function needs to know about where it runs.

    ``no_account`` is the sentence that says why there is no ``account``, when more is known than that.
    """

    conference: ConferenceInfo
    station: str
    staff: Staff
    mode: Mode
    account: "Terminal | None" = None
    no_account: str = ""
    order_prefix: str = "ORD"
    hold_minutes: int = 15
    prompt_seconds: int = 120
    poll_seconds: float = 1.0

    @property
    def terminal(self) -> "Terminal":
        """The conference's Stripe account. Raises InvalidInput when none is configured."""
        if self.account is None:
            raise InvalidInput(
                "no_stripe_key",
                self.no_account
                or f"No Stripe key is configured for {self.conference.slug}; card payments are not possible.",
            )
        return self.account

    def local(self, moment: datetime) -> datetime:
        """An aware time on the conference's clock, as people at the desk read it."""
        return moment.astimezone(ZoneInfo(self.conference.timezone))
