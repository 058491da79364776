"""What may be answered to a question of ``init``, typed into the dialog or given as an option.

Each function answers what was meant, or raises InvalidInput with one reason.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize
from zoneinfo import available_timezones

import msgspec
from babel.core import Locale, get_global

from tui_pos.core import config, files
from tui_pos.core.config import LONGEST_STATION, VatId, VatRate
from tui_pos.core.config_file import Section, Value
from tui_pos.core.scan import printable
from tui_pos.desk.conference_rules import currency_named
from tui_pos.desk.context import is_zone
from tui_pos.desk.errors import InvalidInput

EMBEDDED = "embedded"
"""The answer for a database in a file of our own."""
SIMULATOR = "simulator"
CASH_ONLY = "cash only"
SIMULATOR_ADDRESS = "http://127.0.0.1:12111"
"""Where ``tui-pos simulator`` listens unless it is told another port."""

LONGEST_NAME = 200
SHORTEST_PASSWORD = 8
LIKE = 5
"""So many time zones are suggested."""
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"


def slug(text: str) -> str:
    """The short name of a conference."""
    if not re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", text[:LONGEST_NAME]):
        raise InvalidInput("bad_slug")
    return text


def slug_for(name: str) -> str:
    """A slug that a conference of this name may have."""
    plain = "".join(char for char in normalize("NFKD", name.lower()) if not combining(char))
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_NAME]


def line(text: str) -> str:
    """One line of a name or an address."""
    if not text.isprintable() or len(text) > LONGEST_NAME:
        raise InvalidInput("bad_line", most=LONGEST_NAME)
    return text


def day(text: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("bad_date") from None


def ends_after(starts: date | None, ends: date | None) -> None:
    """Refuse a conference that ends before it starts."""
    if starts is not None and ends is not None and ends < starts:
        raise InvalidInput("bad_dates")


def timezone(text: str) -> str:
    """A time zone by its name, or by a part of that or of its country's that only one has: "prague"."""
    if is_zone(text):
        return text
    holding = _holding(text)
    if len(holding) == 1:
        return holding[0]
    like = timezones_like(text)[:LIKE]
    if like:
        raise InvalidInput("bad_timezone.like", found=printable(text, 40), like=like)
    raise InvalidInput("bad_timezone")


def timezones_like(text: str) -> Sequence[str]:
    """The time zones whose name or country holds a text, cities first; else those most like it."""
    if holding := _holding(text):
        return holding
    cities = {_city(name): name for name in _zones()}
    near = difflib.get_close_matches(_folded(text).rpartition("/")[2], cities, n=LIKE, cutoff=0.7)
    return [cities[city] for city in near]


def _holding(text: str) -> Sequence[str]:
    wanted = _folded(text)
    found = [name for name in _zones() if wanted in name.lower() or wanted in _folded(country_of(name))]
    return sorted(found, key=lambda name: (not _city(name).startswith(wanted), name))


def country_of(zone: str) -> str:
    """The country that a time zone is of, in English."""
    return str(Locale("en").territories.get(get_global("zone_territories").get(zone), ""))


def _zones() -> Sequence[str]:
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))


def _folded(text: str) -> str:
    return text.strip().lower().replace(" ", "_")


def _city(name: str) -> str:
    return name.rpartition("/")[2].lower()


def host_timezone() -> str:
    """This computer's time zone, '' where it cannot be told or is UTC, as on servers."""
    named = os.environ.get("TZ", "").lstrip(":") or os.path.realpath("/etc/localtime")
    name = named.partition("zoneinfo/")[2] or named
    return name if name in available_timezones() and "/" in name and not name.startswith("Etc/") else ""


currency = currency_named


def address(text: str) -> tuple[str, ...]:
    """The lines of an address, which semicolons part."""
    return tuple(line(part.strip()) for part in text.split(";") if part.strip())


def vat_id(text: str) -> str:
    """A VAT id."""
    if not _fits(text, VatId):
        raise InvalidInput("bad_vat_id")
    return text


def vat_rate(text: str) -> str:
    """Per cent."""
    rate = text.rstrip("% ").replace(",", ".")
    if not _fits(rate, VatRate):
        raise InvalidInput("bad_vat_rate")
    return rate


def _fits(text: str, kind: Any) -> bool:
    """Whether the config would take it."""
    try:
        msgspec.convert(text, kind)
    except msgspec.ValidationError:
        return False
    return True


def database(text: str) -> Mapping[str, Value]:
    """What [database] says: nothing for the embedded one, a URL, or the variable that holds one."""
    if text == EMBEDDED:
        return {}
    if re.match(r"(?:sqlite|postgres(?:ql)?)://", text) and text.isprintable():
        return {"url": text}
    if re.fullmatch(VARIABLE, text) and text == text.upper():
        if not os.environ.get(text):
            raise InvalidInput("bad_database.variable", variable=text)
        return {"url_env": text}
    raise InvalidInput("bad_database")


def database_url(text: str, home: Path) -> str:
    """The URL that an answer stands for."""
    return url_of(database(text), home)


def url_of(said: Mapping[str, Value], home: Path) -> str:
    """The URL of the database that [database] says."""
    return str(said.get("url") or os.environ.get(str(said.get("url_env"))) or config.embedded_database(home))


def shown_database(url: str, home: Path) -> str:
    """A database, by its URL or as it was answered, as people read it: without a password."""
    if url == config.embedded_database(home):
        return EMBEDDED
    scheme, is_url, rest = url.partition("://")
    account, has_account, where = rest.rpartition("@")
    user, has_password, _ = account.partition(":")
    shown = f"{scheme}{is_url}{user}{':***' if has_password else ''}{has_account}{where}"
    return re.sub(r"(?i)(password=)[^&]*", r"\1***", shown)


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where the Stripe key is, or the address of the simulator in its place; all empty: cash only."""

    variable: str = ""
    file: str = ""
    simulator: str = ""

    @property
    def is_none(self) -> bool:
        """Whether no cards are taken."""
        return self == KeySource()

    def __str__(self) -> str:
        if self.simulator:
            return SIMULATOR if self.simulator == SIMULATOR_ADDRESS else self.simulator
        return self.variable or self.file or CASH_ONLY


def key_source(text: str) -> KeySource:
    """Where the Stripe key is, never the key itself."""
    if text.lower() in (CASH_ONLY, "cash"):
        return KeySource()
    if text.lower() == SIMULATOR:
        return KeySource(simulator=SIMULATOR_ADDRESS)
    if text.startswith("http://") and config.is_loopback(text):
        return KeySource(simulator=text.rstrip("/"))
    if re.match(r"(?:[spr]k|whsec|mk)_", text):
        raise InvalidInput("bad_key_source.key")
    if "/" in text and text.isprintable() and files.at_home(text).is_absolute():
        return KeySource(file=text)
    if re.fullmatch(VARIABLE, text):
        return KeySource(variable=text)
    raise InvalidInput("bad_key_source")


def stations(text: str) -> tuple[str, ...]:
    """The names of stations, which commas part."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in names:
        if not re.fullmatch(r"[\w.:%][\w .:%-]*", name) or len(name) > LONGEST_STATION:
            raise InvalidInput("bad_station", found=printable(name, 40), most=LONGEST_STATION)
        if " " in name and all(map(re.compile(r"\d").search, name.split())):  # "desk-1 desk-2"
            raise InvalidInput("stations_without_commas", names=name.split())
    return names


def stripe_id(text: str, kind: str) -> str:
    """The id of a location (``tml``) or a reader (``tmr``)."""
    if not re.fullmatch(rf"{kind}_[A-Za-z0-9_]+", text):
        raise InvalidInput("bad_stripe_id", kind=kind)
    return text


def username(text: str) -> str:
    """A user name, as Django allows them."""
    if not re.fullmatch(r"[\w.@+-]{1,150}", text):
        raise InvalidInput("bad_username")
    return text


def new_password(text: str, name: str) -> str:
    """A password that ``name`` may get: what Django asks for at least."""
    if not text:
        raise InvalidInput("bad_password")
    if text.casefold() == name.casefold():
        raise InvalidInput("bad_password.name")
    if len(text) < SHORTEST_PASSWORD:
        raise InvalidInput("bad_password.short", least=SHORTEST_PASSWORD)
    return text


SAID_OF_CONFERENCE: Mapping[str, tuple[str, Callable[[str], Value]]] = {
    "seller": ("seller", line),
    "address": ("seller_address", address),
    "vat_id": ("vat_id", vat_id),
    "vat_rate": ("vat_rate", vat_rate),
    "location": ("stripe_location", partial(stripe_id, kind="tml")),
}
"""What is asked and the config says of the conference: the setting, and how its text is read."""


def host_of(
    slug: str | None, said: Mapping[str, str], readers: Mapping[str, str], *, leaves_simulator: bool = False
) -> dict[Section, dict[str, Value]]:
    """What the config is to say by these answers, and by the reader of each station.

    An empty answer takes its setting out, one that was not given leaves it as it is. Where a key takes the
    place of a simulator, ``leaves_simulator``.
    """
    about = {
        setting: read(said[name]) if said[name] else ""
        for name, (setting, read) in SAID_OF_CONFERENCE.items()
        if name in said
    }
    changes: dict[Section, dict[str, Value]] = {}
    if where := database(said.get("database", EMBEDDED)):
        changes["database",] = dict(where)
    if "stripe_key" in said:
        key = key_source(said["stripe_key"])
        about |= {"stripe_secret_key_env": key.variable, "stripe_secret_key_file": key.file}
        if key.simulator or leaves_simulator:
            changes["stripe",] = {"api_base": key.simulator}
    if about and not slug:
        raise InvalidInput("conference_required")
    if about:
        changes["conferences", slug or ""] = about
    for name, reader in readers.items():
        stations(name)
        changes["stations", name] = {"reader": stripe_id(reader, "tmr") if reader else ""}
    return changes
