"""config.toml and the environment, read once into one frozen ``Settings``.

Secrets stay where they are: the config names an environment variable or a file, ``secret_key`` reads it when
a desk opens, and no message of this module shows a value.
"""

import os
import re
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_type_hints
from urllib.parse import urlsplit

import msgspec
import platformdirs
from msgspec import Meta, Struct

from tui_pos.core import files
from tui_pos.core.keyboard_layouts import Layout, Layouts
from tui_pos.core.scanners import Scanner

SYSTEM_CONFIG = Path("/etc/tui-pos/config.toml")
CONFIG_VARIABLE = "TUI_POS_CONFIG"
HOME_VARIABLE = "TUI_POS_HOME"
STATION_VARIABLE = "TUI_POS_STATION"
LONGEST_STATION = 40

T = TypeVar("T", bound=Struct)


class ConfigError(Exception):
    """What is wrong with the settings, where, and what is expected: one sentence without any secret."""


# A type and the words for it stand together: the words end the sentence "... must be".
Text = Annotated[str, Meta(description="text in quotes")]
Texts = Annotated[tuple[str, ...], Meta(description='a list of texts, such as ["~"]')]
Currency = Annotated[
    str, Meta(pattern=r"\A[A-Za-z]{3}\Z", description='a currency of three letters, such as "USD"')
]
Capture = Annotated[Literal["automatic", "confirm"], Meta(description='"automatic" or "confirm"')]
Prices = Annotated[Literal["services", "shop"], Meta(description='"services" or "shop"')]
Prefix = Annotated[
    str, Meta(pattern=r"\A[A-Z0-9]{1,12}\Z", description="1 to 12 letters A-Z or digits in quotes")
]
COIN = r"\A(?=.*[1-9])[0-9]{1,5}(\.[0-9]{1,2})?\Z"
Coin = Annotated[str, Meta(pattern=COIN, description='an amount in quotes, such as "0.05"')]
VatId = Annotated[
    str, Meta(pattern=r"\A(?=.*\d)[A-Za-z0-9 ./-]{4,30}\Z", description='a VAT id such as "ATU12345678"')
]
VatRate = Annotated[
    str, Meta(pattern=r"\A\d{1,2}(\.\d{1,2})?\Z", description='per cent in quotes, such as "8.1"')
]
KeyboardLayout = Annotated[
    Literal["us", "uk", "de", "fr", "es"], Meta(description='"us", "uk", "de", "fr" or "es"')
]
Switch = Annotated[bool, Meta(description="true or false")]
Copies = Annotated[int, Meta(ge=1, le=100, description="a whole number from 1 to 100")]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"], Meta(description='"debug", "info", "warning" or "error"')
]
Minutes = Annotated[int, Meta(ge=1, le=240, description="a whole number from 1 to 240")]
Seconds = Annotated[int, Meta(ge=10, le=900, description="a whole number from 10 to 900")]
Days = Annotated[
    Mapping[str, tuple[date, ...]],
    Meta(description="a table of ticket slugs with their days, such as friday-pass = [2027-05-14]"),
]
Proofs = Annotated[
    Mapping[str, str],
    Meta(description='a table of ticket slugs with what is to be shown, such as student = "a student card"'),
]
Address = Annotated[
    str, Meta(pattern=r"\Ahttps?://[^/\s]+/?\Z", description="an address such as http://127.0.0.1:12111")
]


class DatabaseSection(Struct, frozen=True, forbid_unknown_fields=True):
    """[database]: where the data is; ``url_env`` names the variable that holds a URL with a password.

    ``wal``: turn a SQLite file of django-program to write-ahead logging too. ``keep_backups``: how many
    of the copies that upgrades of a SQLite file make stay.
    """

    url: Text = ""
    url_env: Text = ""
    wal: Switch = False
    keep_backups: Copies = 3


class StripeSection(Struct, frozen=True, forbid_unknown_fields=True):
    """[stripe]: another address than Stripe's own, for a simulator."""

    api_base: Address | None = None


class ScannerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """[scanner]: what the barcode scanners send before and after the data.

    ``scanner_layout`` is the keyboard that they are set to, ``keyboard_layout`` the one that the computers
    before the desks have: where the two differ, scans are mapped back.
    """

    prefixes: Texts = ()
    suffixes: Texts = ()
    scanner_layout: KeyboardLayout = "us"
    keyboard_layout: KeyboardLayout = "us"


class LoggingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """[logging]: the least that is written to the log."""

    level: LogLevel = "info"


class ConferenceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """[conferences.SLUG]: what this host says about a conference.

    ``currency``, ``capture`` and ``prices`` are stored with the conference when it is first opened; from then
    on they may be left out, and may not differ. django-program knows neither the days of a ticket nor what
    its holder has to show: ``days`` and ``proofs`` say it by the ticket's slug. One that is not named is for
    every day, and nothing is to be shown for it.

    ``seller`` is who sells, as receipts name them, with the lines of their address and their VAT id;
    ``vat_rate`` holds for what has no rate of its own, and prices contain it.
    """

    currency: Currency | None = None
    stripe_secret_key_env: Text = ""
    stripe_secret_key_file: Text = ""
    stripe_location: Text = ""
    capture: Capture | None = None
    prices: Prices | None = None
    smallest_coin: Coin | None = None
    order_prefix: Prefix = "ORD"
    hold_minutes: Minutes = 15
    prompt_seconds: Seconds = 120
    days: Days = {}
    proofs: Proofs = {}
    seller: Text = ""
    seller_address: Texts = ()
    vat_id: VatId | None = None
    vat_rate: VatRate | None = None


class StationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """[stations.NAME]: the reader there, and the layouts where they are not those of [scanner]."""

    reader: Text = ""
    scanner_layout: KeyboardLayout | None = None
    keyboard_layout: KeyboardLayout | None = None


# A conference that the config does not mention is as the database says, without cards.
UNMENTIONED = ConferenceSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that was configured. ``path`` is the file it came from, None when there is none."""

    home: Path
    path: Path | None = None
    database_url: str = field(default="", repr=False)
    wal: bool = False
    keep_backups: int = 3
    api_base: str = ""
    conferences: Mapping[str, ConferenceSettings] = field(default_factory=dict)
    stations: Mapping[str, StationSettings] = field(default_factory=dict)
    scanner: ScannerSettings = field(default_factory=ScannerSettings)
    logging: LoggingSettings = field(default_factory=LoggingSettings)

    def conference(self, slug: str) -> ConferenceSettings:
        """What is configured for a conference, or the defaults."""
        return self.conferences.get(slug, UNMENTIONED)

    def reader(self, station: str) -> str:
        """The id of the reader that stands at a station, "" when none is configured."""
        return self.stations.get(station, StationSettings()).reader

    def scanner_at(self, station: str) -> Scanner:
        """What is configured for the scanner of a station."""
        here, everywhere = self.stations.get(station, StationSettings()), self.scanner
        return Scanner(
            prefixes=everywhere.prefixes,
            suffixes=everywhere.suffixes,
            layouts=Layouts(
                Layout(here.scanner_layout or everywhere.scanner_layout),
                Layout(here.keyboard_layout or everywhere.keyboard_layout),
            ),
        )


def load(path: Path | None = None) -> Settings:
    """The settings from ``path``, else $TUI_POS_CONFIG, else the user's config directory, else /etc/tui-pos.

    Without any such file the settings are the defaults with ``path`` None. Raises ConfigError.
    """
    chosen = _chosen(path)
    if chosen is None:
        return Settings(home=data_home())
    return parse(chosen, read_text(chosen))


def named_file(path: Path | None = None) -> Path | None:
    """The config file that ``path`` or $TUI_POS_CONFIG names, else the first usual one that exists."""
    named = path or os.environ.get(CONFIG_VARIABLE)
    if named:
        return files.at_home(named)
    return next((file for file in (user_config(), SYSTEM_CONFIG) if file.is_file()), None)


def file_to_write(path: Path | None = None) -> Path:
    """The config file that is there or can be made: what `named_file` says, else the user's own.

    Raises ConfigError for what is no file and cannot become one.
    """
    file = named_file(path) or user_config()
    try:
        found = files.resolved(file)
        if found.exists() and not found.is_file():
            raise ConfigError(f"{file} is no file: name another config.")
    except OSError as error:
        raise ConfigError(f"{file} cannot be the config: {error.strerror}.") from None
    return file


def user_config() -> Path:
    """Where this user's config file lies, whether it exists or not."""
    return platformdirs.user_config_path("tui-pos") / "config.toml"


def data_home() -> Path:
    """Where the embedded database, the demonstration and the log lie: $TUI_POS_HOME or the user's own."""
    named = os.environ.get(HOME_VARIABLE)
    return files.at_home(named) if named else platformdirs.user_data_path("tui-pos")


def embedded_database(home: Path) -> str:
    """The URL of the database that tui-pos makes for itself when none is configured."""
    return f"sqlite:///{home / 'tui-pos.sqlite3'}"


def station_name(option: str | None = None) -> str:
    """This desk's name: ``option``, else $TUI_POS_STATION, else over SSH the client's address, else the host.

    Eight desks may be SSH sessions on one host: the address keeps them apart and is the same after a
    reconnect, which a tty's number is not.
    """
    client = os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
    name = (_said_station(option) or client or socket.gethostname()[:LONGEST_STATION]).strip()
    if not re.fullmatch(r"[\w.:%][\w .:%-]*", name) or len(name) > LONGEST_STATION:
        raise ConfigError(
            f"A station's name has at most {LONGEST_STATION} letters, digits, spaces, dots and dashes:"
            f" name it with --station or ${STATION_VARIABLE}."
        )
    return name


def is_station_named(option: str | None = None) -> bool:
    """Whether somebody named this desk; an address or a host may be that of several desks."""
    return bool(_said_station(option))


def _said_station(option: str | None) -> str:
    return option or os.environ.get(STATION_VARIABLE) or ""


def secret_key(settings: Settings, slug: str) -> str:
    """The Stripe key of a conference, "" when the config names none.

    Raises ConfigError when the variable or file that it names holds no usable key, and for a live key that
    would travel to another machine than Stripe's.
    """
    conference = settings.conference(slug)
    where = f"{settings.path}, [conferences.{slug}]"
    if conference.stripe_secret_key_env:
        variable = conference.stripe_secret_key_env
        key = os.environ.get(variable, "").strip()
        source = f"the environment variable {variable}"
    elif conference.stripe_secret_key_file:
        source = f"the file {conference.stripe_secret_key_file}"
        key = _key_in(Path(conference.stripe_secret_key_file), where)
    else:
        return ""
    if not is_stripe_key(key):
        fault = (
            "holds no Stripe key: one begins with sk_live_, rk_live_, sk_test_ or rk_test_"
            if key
            else "is empty"
        )
        raise ConfigError(f"{where}: {source} {fault}.")
    if "_live_" in key[:8] and settings.api_base and not is_loopback(settings.api_base):
        raise ConfigError(
            f"{settings.path}, [stripe] api_base: a live Stripe key is never sent to {settings.api_base};"
            " remove api_base or use a test key."
        )
    return key


def is_stripe_key(text: str) -> bool:
    """Whether this is a secret or restricted key, as Stripe writes them."""
    return re.fullmatch(r"[sr]k_(?:live|test)_[A-Za-z0-9_]+", text) is not None


def is_loopback(address: str) -> bool:
    """Whether a URL stays on this machine."""
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "::1") or bool(re.fullmatch(r"127(?:\.\d{1,3}){3}", host))


def _key_in(file: Path, where: str) -> str:
    try:
        return files.at_home(file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise ConfigError(f"{where} stripe_secret_key_file: {file} cannot be read: {reason}.") from None


def _chosen(path: Path | None) -> Path | None:
    chosen = named_file(path)
    if chosen is not None and not chosen.is_file():
        by = "--config" if path else f"${CONFIG_VARIABLE}"
        raise ConfigError(f"There is no config file {chosen}, which {by} names.")
    return chosen


def read_text(path: Path) -> str:
    """What stands in a config file. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None


def parse(path: Path, text: str) -> Settings:
    """The settings of a config file in which ``text`` stands. Raises ConfigError."""
    try:
        return _settings(path, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None


SECTIONS = ("database", "stripe", "scanner", "logging", "conferences", "stations")


def _settings(path: Path, found: dict[str, Any]) -> Settings:
    _refuse_keys(str(path), found)
    for name in found:
        if name not in SECTIONS:
            raise ConfigError(
                f"{path}: there is no section {name!r}; the sections are {', '.join(SECTIONS)}."
            )
    home = data_home()
    stripe = _section(f"{path}, [stripe]", found.get("stripe", {}), StripeSection)
    database = _section(f"{path}, [database]", found.get("database", {}), DatabaseSection)
    return Settings(
        home=home,
        path=path,
        database_url=_database_url(path, database, home),
        wal=database.wal,
        keep_backups=database.keep_backups,
        api_base=(stripe.api_base or "").rstrip("/"),
        conferences=_conferences(path, found.get("conferences", {})),
        stations=_named(f"{path}, [stations", found.get("stations", {}), StationSettings),
        scanner=_section(f"{path}, [scanner]", found.get("scanner", {}), ScannerSettings),
        logging=_section(f"{path}, [logging]", found.get("logging", {}), LoggingSettings),
    )


def _conferences(path: Path, found: object) -> dict[str, ConferenceSettings]:
    conferences = _named(f"{path}, [conferences", found, ConferenceSettings)
    for slug, conference in conferences.items():
        if conference.stripe_secret_key_env and conference.stripe_secret_key_file:
            raise ConfigError(
                f"{path}, [conferences.{slug}]:"
                " give stripe_secret_key_env or stripe_secret_key_file, not both."
            )
    return conferences


def _database_url(path: Path, section: DatabaseSection, home: Path) -> str:
    if section.url and section.url_env:
        raise ConfigError(f"{path}, [database]: give url or url_env, not both.")
    if section.url_env:
        url = os.environ.get(section.url_env, "")
        if not url:
            raise ConfigError(f"{path}, [database] url_env: the variable {section.url_env} is not set.")
        return url
    return section.url or embedded_database(home)


def _named(where: str, found: object, kind: type[T]) -> dict[str, T]:
    if not isinstance(found, dict):
        raise ConfigError(
            f"{where}] must be a table with one entry a name, written {where.split(', ')[1]}.NAME]."
        )
    return {name: _section(f"{where}.{name}]", entry, kind) for name, entry in found.items()}


def _section(where: str, found: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(_explained(where, str(error), kind)) from None


def _explained(where: str, fault: str, kind: type[Struct]) -> str:
    known = ", ".join(kind.__struct_fields__)
    if unknown := re.search(r"unknown field `(.*)`", fault):
        return f"{where}: there is no setting {unknown[1]!r}; the settings here are {known}."
    if wrong := re.search(r"at `\$\.(\w+)", fault):
        return f"{where} {wrong[1]} must be {_expected(kind, wrong[1])}."
    return f"{where} must be a table with the settings {known}."


def _expected(kind: type[Struct], name: str) -> str:
    hint = get_type_hints(kind, include_extras=True)[name]
    for candidate in (hint, *getattr(hint, "__args__", ())):
        for meta in getattr(candidate, "__metadata__", ()):
            if meta.description:
                return str(meta.description)
    return "something else"


def _refuse_keys(where: str, found: object, key: str = "") -> None:
    """Refuse a secret anywhere in the config file, which gets copied and shown to others."""
    if isinstance(found, dict):
        for name, value in found.items():
            _refuse_keys(where, value, name)
    elif key == "stripe_secret_key" or (isinstance(found, str) and re.match(r"[sr]k_(?:live|test)_", found)):
        raise ConfigError(
            f"{where}: the Stripe key itself does not belong into the config ({key}): put it into an"
            " environment variable or a file and name that with stripe_secret_key_env or"
            " stripe_secret_key_file."
        )
