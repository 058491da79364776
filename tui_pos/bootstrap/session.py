"""Opening a desk: from settings, a conference and a station to what every desk function needs.

Shared by the app and the commands. Everything that cannot work is refused here, before the first sale.
"""

import logging
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from tui_pos.bootstrap import demo
from tui_pos.core import config, logs, money
from tui_pos.core.config import ConfigError, Settings
from tui_pos.core.scan import printable
from tui_pos.data import connection, installation, schema
from tui_pos.desk import clocks, conference_rules, conferences
from tui_pos.desk.access import sign_in
from tui_pos.desk.access.tries import At
from tui_pos.desk.catalogue import products
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.context import ConferenceInfo, Desk, Mode, Staff, zone_of
from tui_pos.desk.errors import InvalidInput, Reason, because
from tui_pos.desk.limits import Limits
from tui_pos.desk.payments import accounts
from tui_pos.terminal import Terminal

log = logging.getLogger(__name__)

NAMED = 5
"""How many conferences a warning names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSession:
    """One conference at one station, with the database open; ``desk`` adds who is signed in."""

    settings: Settings
    conference: ConferenceInfo
    station: str
    mode: Mode
    account: Terminal | None = None  # None without a Stripe key, and where it must not be used
    no_account: Reason | None = None  # why
    installation: str = ""
    warnings: tuple[str | Reason, ...] = ()  # to be told at the start
    trainee: Staff | None = None  # signed in without being asked, in the demonstration alone
    is_named: bool = True  # somebody named the station
    unknown_station: str = ""  # that the config names stations and not this one
    limits: Limits = field(default_factory=Limits, compare=False)  # what the checks have stopped

    @property
    def sign_in_at(self) -> At:
        """Where somebody signs in here."""
        return At(self.conference.id, self.station, frozenset(self.settings.stations))

    def desk(self, staff: Staff) -> Desk:
        """The desk with this person at it."""
        configured = self.settings.conference(self.conference.slug)
        return Desk(
            conference=self.conference,
            station=self.station,
            staff=staff,
            mode=self.mode,
            account=self.account,
            no_account=self.no_account,
            installation=self.installation,
            order_prefix=configured.order_prefix,
            hold_minutes=configured.hold_minutes,
            prompt_seconds=configured.prompt_seconds,
            vat_rate=configured.vat_rate or "",
            limits=self.limits,
        )


@dataclass(frozen=True, slots=True)
class StripeKey:
    """The Stripe key of this host for a conference: account and mode; ``fault`` says why there is none.

    ``is_stand_in``: no key was named, and a simulator takes any, whatever the conference's country.
    """

    mode: Mode
    account: Terminal | None = None
    fault: str = ""
    is_stand_in: bool = False


def open_session(
    settings: Settings,
    slug: str | None,
    station: str | None = None,
    *,
    upgrade: bool = False,
    store: bool = True,
) -> DeskSession:
    """Open the database, find the conference, name the station, prepare the Stripe account (asks nobody).

    Slow for ``demo``, which may have to be made first. Raises ConfigError, DataError, NotFound for an unknown
    slug and InvalidInput without one, both naming the known ones, and InvalidInput ``config_differs`` or
    ``currency_unknown`` for a config that does not fit the stored rules. ``upgrade``: see `open_database`.
    Without ``store`` the database stays as it is: the rules of a new conference count and are not stored.
    """
    name = config.station_name(station)
    logs.at_station(name)
    is_demo = slug == demo.SLUG and slug not in settings.conferences
    settings = demo.prepare(settings) if is_demo else open_database(settings, upgrade=upgrade)
    if not slug:
        raise InvalidInput("conference_required.known", known=[row.slug for row in conferences.known()])
    row = conferences.find(slug)
    rules = conference_rules.resolve(
        row, configured_rules(settings, row.slug), config_name(settings), store=store
    )
    session = DeskSession(
        settings=settings,
        conference=conference_info(settings, row, rules),
        station=name,
        mode=Mode.TRAINING if settings.api_base else Mode(rules.mode or Mode.LIVE),
        warnings=warnings(settings, row.slug),
        trainee=sign_in.without_asking(demo.TRAINEE) if is_demo else None,
        is_named=config.is_station_named(station),
        unknown_station=unknown_station(settings, name),
    )
    session = _with_account(session, store)
    limits = Limits(partial(clocks.stops, session.account))
    session = replace(session, limits=limits)
    log.info(
        "%s in %s, %s",
        row.slug,
        session.mode,
        session.no_account.code if session.no_account else "ready",
    )
    fault = logs.fault(settings.home)
    return replace(session, warnings=(*session.warnings, fault)) if fault else session


def open_database(settings: Settings, *, upgrade: bool = False) -> Settings:
    """Open the database of the settings, with its tables ready; the settings. Raises ConfigError, DataError.

    Files, journal modes and tables are only made or changed with ``upgrade``; else what is not there or not
    this version's is an error.
    """
    if not settings.database_url:
        raise ConfigError(
            "There is no config yet. To look around: tui-pos --conference demo."
            f" To begin: tui-pos --conference SLUG init, which writes {config.user_config()}."
        )
    connection.open_database(settings.database_url, wal=settings.wal, keep=not upgrade)
    if upgrade:
        schema.prepare(settings.keep_backups)
    else:
        schema.check()
    return settings


def config_name(settings: Settings) -> str:
    """The config as a sentence names it."""
    return f"the config {settings.path}" if settings.path else "the config"


def configured_rules(settings: Settings, slug: str) -> Rules:
    """What this host's config says of what is stored."""
    configured = settings.conference(slug)
    return Rules(
        currency=(configured.currency or "").upper(),
        capture=configured.capture or "",
        prices=configured.prices or "",
        smallest_coin=configured.smallest_coin or "",
    )


def conference_info(settings: Settings, row: ConferenceRow, rules: Rules) -> ConferenceInfo:
    """The conference with the rules that hold for it."""
    configured = settings.conference(row.slug)
    return ConferenceInfo(
        id=row.id,
        slug=row.slug,
        name=row.name,
        currency=rules.currency,
        timezone=row.timezone if zone_of(row.timezone) else "UTC",
        capture=rules.capture,
        location=configured.stripe_location,
        prices=rules.prices,
        days=configured.days,
        proofs=configured.proofs,
        smallest_coin=_coin(rules.smallest_coin, rules.currency),
    )


def _coin(said: str, currency: str) -> Decimal | None:
    """The smallest coin of the rules, in steps that the currency has."""
    return max(money.round_half_up(Decimal(said), currency), money.quantum(currency)) if said else None


def stripe_key(settings: Settings, slug: str) -> StripeKey:
    """The key that the config names for a conference; one that cannot be had stops card payments alone."""
    base = settings.api_base
    mode = Mode.TRAINING if base else Mode.LIVE
    try:
        key = config.secret_key(settings, slug)
    except ConfigError as error:
        return StripeKey(mode, fault=str(error))
    is_stand_in = needs_no_key(settings, slug)
    if is_stand_in:
        key = demo.SIMULATOR_KEY
    if not key:
        return StripeKey(mode)
    if not base and "_live_" not in key[:8]:
        mode = Mode.TEST
    return StripeKey(mode, Terminal(key, api_base=base or None), is_stand_in=is_stand_in)


def needs_no_key(settings: Settings, slug: str) -> bool:
    """Whether a simulator stands in for Stripe and no key was named. Raises ConfigError."""
    return bool(settings.api_base) and not config.secret_key(settings, slug)


def _with_account(session: DeskSession, store: bool) -> DeskSession:
    """The session with its Stripe account, or with why it has none.

    Its mode is the conference's: what is sold under another host's key counts as what the conference's other
    desks sell.
    """
    whose = installation.identity()
    session = replace(session, installation=whose.key)
    key = stripe_key(session.settings, session.conference.slug)
    if whose.is_copy:
        return _blocked(session, copied_database(session.conference.slug))
    if key.account is None:
        why = because("no_stripe_key.fault", found=key.fault) if key.fault else None
        return replace(session, no_account=why)
    other = accounts.claim_mode(session.conference.id, session.conference.slug, key.mode, store=store)
    if other:
        return _blocked(session, other)
    return replace(session, mode=key.mode, account=key.account)


def _blocked(session: DeskSession, why: Reason) -> DeskSession:
    rules = conference_rules.stored(session.conference.id)
    return replace(
        session,
        mode=Mode(rules.mode) if rules and rules.mode else session.mode,
        no_account=why,
        warnings=(*session.warnings, why),
    )


def copied_database(slug: str) -> Reason:
    """Why a copy of a database takes no cards."""
    return because("copied_database", conference=slug)


def unknown_station(settings: Settings, station: str) -> str:
    """That the config names stations and not this one, '' otherwise."""
    if not settings.stations or station in settings.stations:
        return ""
    names = [printable(name, 40) for name in settings.stations]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (
        f"There is no section [stations.{printable(station, 40)}] in {config_name(settings)}, which has"
        f" {', '.join(names[:NAMED])}{more}."
    )


def shared_readers(settings: Settings) -> tuple[str, ...]:
    """A sentence for each station whose reader is another's too."""
    first_of: dict[str, str] = {}
    return tuple(
        f"{config_name(settings)} names the reader {settings.reader(station)} for {printable(first, 40)} and"
        f" for {printable(station, 40)}."
        for station in filter(settings.reader, settings.stations)
        if (first := first_of.setdefault(settings.reader(station), station)) != station
    )


def warnings(settings: Settings, slug: str | None) -> tuple[str, ...]:
    """What is to be told at the start of the config and the opened database's conference ``slug``."""
    known = conferences.known()
    there, config_file = ", ".join(row.slug for row in known[:NAMED]) or "none", config_name(settings)
    found = [
        f"The section [conferences.{printable(each, 40)}] of {config_file} names no conference of the"
        f" database, which has {there}."
        for each in settings.conferences
        if each not in [row.slug for row in known]
    ]
    row = next((row for row in known if row.slug == slug), None)
    if row is not None and settings.conferences and row.slug not in settings.conferences:
        found.append(
            f"There is no section [conferences.{row.slug}] in {config_file}: it sells as the database"
            " says, without cards."
        )
    if row is not None:
        of_tickets = settings.conference(row.slug)
        found += [
            f"{config_file} says something of the ticket {printable(each, 40)}, which {row.slug} does not"
            " have."
            for each in products.not_tickets(row.id, (*of_tickets.days, *of_tickets.proofs))
        ]
    if row is not None and zone_of(row.timezone) is None:
        found.append(
            f"The time zone {printable(row.timezone, 40)!r} of {row.slug} is not known: times are UTC."
        )
    return tuple(found)
