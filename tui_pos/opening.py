"""Opening a desk: from settings, a conference and a station to what every desk function needs.

Shared by the app and the commands. Everything that cannot work is refused here, before the first sale.
"""

from dataclasses import dataclass, replace

from tui_pos import config, training
from tui_pos.config import ConfigError, Settings
from tui_pos.data import connection, schema
from tui_pos.desk import conferences
from tui_pos.desk.context import ConferenceInfo, Desk, Mode, Staff
from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.staff import sign_in
from tui_pos.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Place:
    """One conference at one station, with the database open; ``desk`` adds who is signed in.

    ``account`` is None when no Stripe key can be had, and ``no_account`` then says why. ``trainee`` is who
    is signed in without being asked, in the demonstration alone.
    """

    settings: Settings
    conference: ConferenceInfo
    station: str
    mode: Mode
    account: Terminal | None = None
    no_account: str = ""
    trainee: Staff | None = None

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
            order_prefix=configured.order_prefix,
            hold_minutes=configured.hold_minutes,
            prompt_seconds=configured.prompt_seconds,
        )


def open_place(settings: Settings, slug: str | None, station: str | None = None) -> Place:
    """Open the database, find the conference, name the station, prepare the Stripe account (asks nobody).

    Slow for ``demo``, which may have to be made first. Raises ConfigError, DataError, InvalidInput without a
    slug and NotFound for an unknown one, both naming the known ones.
    """
    name = config.station_name(station)
    is_demo = slug == training.SLUG and slug not in settings.conferences
    settings = training.prepare(settings) if is_demo else opened(settings)
    if not slug:
        slugs = ", ".join(row.slug for row in conferences.known()) or "none yet"
        raise InvalidInput(
            "conference_required", f"Name the conference with --conference SLUG; this database has: {slugs}."
        )
    row = conferences.find(slug)
    configured = settings.conference(row.slug)
    place = Place(
        settings=settings,
        conference=ConferenceInfo(
            id=row.id,
            slug=row.slug,
            name=row.name,
            currency=configured.currency.upper(),
            timezone=row.timezone,
            capture=configured.capture,
            location=configured.stripe_location,
        ),
        station=name,
        mode=Mode.TRAINING if settings.api_base else Mode.LIVE,
        trainee=sign_in.sign_in(*training.TRAINEE) if is_demo else None,
    )
    return _with_account(place)


def opened(settings: Settings) -> Settings:
    """The same settings, with their database open and its tables ready. Raises ConfigError, DataError."""
    if not settings.database_url:
        raise ConfigError(
            "There is no config yet. To look around: tui-pos --conference demo."
            f" To begin: tui-pos --conference SLUG init, which writes {config.user_config()}."
        )
    connection.open_database(settings.database_url)
    schema.prepare()
    return settings


def _with_account(place: Place) -> Place:
    """The place with its Stripe account; a key that cannot be had stops card payments alone."""
    slug, base = place.conference.slug, place.settings.api_base
    try:
        key = config.secret_key(place.settings, slug)
    except ConfigError as error:
        return replace(place, no_account=str(error))
    if not key and base:
        key = training.SIMULATOR_KEY
    if not key:
        return place
    mode = place.mode if base or "_live_" in key[:8] else Mode.TEST
    return replace(place, mode=mode, account=Terminal(key, api_base=base or None))
