"""What was answered so far, and what is known from it; `questions` is the table of what is asked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tui_pos.bootstrap import session
from tui_pos.bootstrap.setup import answers
from tui_pos.bootstrap.setup.answers import EMBEDDED, KeySource
from tui_pos.bootstrap.setup.found import FoundAccount, FoundDatabase, look
from tui_pos.bootstrap.setup.making import SetupRequest, changes_of
from tui_pos.core import config
from tui_pos.core.config import Settings
from tui_pos.core.config_file import Section, Value
from tui_pos.data.schema import Owner
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.context import Staff
from tui_pos.desk.errors import InvalidInput, Reason

OF_PEOPLE = ("supervisor", "secret", "again", "agrees", "agrees_secret")
OF_DATABASE = ("starts", "ends", "timezone", "currency", *OF_PEOPLE)
OF_CONFERENCE = (
    "name",
    *OF_DATABASE,
    "seller",
    "address",
    "vat_id",
    "vat_rate",
    "stripe_key",
    "location",
    "reader",
)
STALE: Mapping[str, Collection[str]] = {
    "starts": ("ends",),
    "stripe_key": ("location", "reader"),
    "location": ("reader",),
    "supervisor": OF_PEOPLE[1:],
    "secret": ("again",),
    "agrees": ("agrees_secret",),
}
"""What is asked again, with other answers to choose from, when an answer is another than before."""

FIXED = ("timezone", "currency")
"""What no answer changes any more from the first sale on."""

NOTHING = "-"
"""Typed where an answer may be left out: what stood there is taken out."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that are offered; ``key`` is the answer."""

    key: str
    label: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer is stored as, how it is ``shown``, and what is to be ``told`` of it."""

    text: str
    shown: str = ""
    told: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, by its ``name``; its words are in `ui.messages.guide`.

    ``check`` makes an answer of what was typed, or raises what is wrong with it. ``there`` is what is so
    already, where the ``default`` is only likely. ``about`` is the station whose reader is asked for.
    """

    name: str
    check: Callable[["Interview", str], Answer]
    default: Callable[["Interview"], str] = lambda _: ""
    there: Callable[["Interview"], str] | None = None
    is_asked: Callable[["Interview"], bool] = lambda _: True
    choices: Callable[["Interview", str], Sequence[Choice]] = lambda _, __: ()
    may_be_empty: bool = False
    is_secret: bool = False
    about: str = ""

    @property
    def key(self) -> str:
        """What its answer is kept under."""
        return f"{self.name} {self.about}".strip()


class Interview:
    """The answers of one ``init``. ``given`` are those that the command line suggests.

    Making one looks at the database, where a config says which: raises ConfigError and DataError.
    """

    def __init__(self, config_file: Path | None, given: Mapping[str, str], station: str) -> None:
        self.target = config.file_to_write(config_file)
        self.given = given
        self.station = station
        self.kept: dict[str, Answer] = {}
        self.account: FoundAccount | None = None
        self.agreed: Staff | None = None
        self.warned: set[tuple[str, str]] = set()  # the questions and answers that are to be given once more
        self.has_config, self.settings, self.database = self._there()

    def look_again(self) -> None:
        """Another may have made meanwhile what could not be made here."""
        self.has_config, self.settings, self.database = self._there()
        for name in FIXED if self.has_sold else ():
            self.kept.pop(name, None)

    def reopen(self) -> None:
        """Come back to where all answers stand: who agrees to them is asked behind it, each time."""
        for name in ("write", "agrees", "agrees_secret"):
            self.kept.pop(name, None)

    def _there(self) -> tuple[bool, Settings, FoundDatabase]:
        """Whether there is a config, what it says, and what is in the database that it says."""
        if not self.target.is_file():
            url = answers.database_url(self.answer("database") or EMBEDDED, config.data_home())
            there = look(url) if "database" in self.kept else FoundDatabase()
            return False, Settings(home=config.data_home()), there
        settings = config.load(self.target)
        return True, settings, look(settings.database_url)

    # Answers

    def answer(self, name: str) -> str:
        """What was answered, '' where nothing was."""
        return self.kept[name].text if name in self.kept else ""

    def default(self, question: Question) -> str:
        """What Enter alone answers: what was answered before, else what is there or likely."""
        return self.answer(question.key) if question.key in self.kept else question.default(self)

    def take(self, question: Question, typed: str) -> Answer:
        """Check an answer and keep it. Raises what is wrong with it."""
        text = typed if question.is_secret else typed.strip()
        text = text or self.default(question)
        if text == NOTHING and question.may_be_empty:
            text = ""
        if not text and not question.may_be_empty:
            raise InvalidInput("answer_needed")
        before = self.database, self.row, self.answer(question.key)
        found = self.kept[question.key] = question.check(self, text) if text else Answer("")
        self._forget_stale(question, *before)
        return found

    def _forget_stale(
        self, question: Question, there: FoundDatabase, row: ConferenceRow | None, text: str
    ) -> None:
        stale: set[str] = set()
        if self.answer(question.key) != text and question.name != "write":
            stale |= {"agrees_secret", *STALE.get(question.name, ())} - {question.name}
        if self.database != there:
            stale.update(OF_DATABASE)
        if row is not None and self.row != row:
            stale.update(OF_CONFERENCE)
        elif self.row != row:
            stale.update(OF_DATABASE)
        self.kept = {key: kept for key, kept in self.kept.items() if key.split(" ")[0] not in stale}

    # What is known

    @property
    def url(self) -> str:
        """Where the database is."""
        if self.has_config:
            return self.settings.database_url
        return answers.database_url(self.answer("database") or EMBEDDED, self.settings.home)

    @property
    def slug(self) -> str:
        """The conference."""
        return self.answer("slug")

    @property
    def row(self) -> ConferenceRow | None:
        """The conference as the database has it."""
        return next((row for row in self.database.conferences if row.slug == self.slug), None)

    @property
    def is_served(self) -> bool:
        """Whether this computer serves the conference already."""
        return self.has_config and self.row is not None and self.slug in self.settings.conferences

    @property
    def is_ours(self) -> bool:
        """Whether conferences and users are made here, not on the web site."""
        return self.database.owner is not Owner.DJANGO_PROGRAM

    @property
    def has_sold(self) -> bool:
        """Whether a desk has sold for the conference."""
        return self.slug in self.database.sold

    @property
    def source(self) -> KeySource:
        """Where the Stripe key is."""
        return answers.key_source(self.answer("stripe_key") or answers.CASH_ONLY)

    @property
    def source_before(self) -> KeySource:
        """The same, as the config says it."""
        known = self.settings.conference(self.slug)
        has_key = known.stripe_secret_key_env or known.stripe_secret_key_file
        return KeySource(
            variable=known.stripe_secret_key_env,
            file=known.stripe_secret_key_file,
            simulator="" if has_key else self.settings.api_base,
        )

    @property
    def stations(self) -> tuple[str, ...]:
        """The names of the stations."""
        return answers.stations(self.answer("stations"))

    @property
    def changes(self) -> bool:
        """Whether a conference that is there becomes another than it is."""
        return self.row is not None and bool(changes_of(self.row, self.request().given()))

    @property
    def needs_agreement(self) -> bool:
        """Whether a supervisor has to agree to what was answered."""
        may_need = self.is_ours and self.database.has_supervisor
        return may_need and (self.changes or bool(self.answer("supervisor")))

    # What comes of it

    def request(self) -> SetupRequest:
        """What is to be made and changed."""
        person = (self.answer("supervisor") if self.is_ours else "") or None
        is_first = person is not None and not self.database.has_supervisor
        is_known = person in self.database.users
        secret = self.answer("secret")
        stored, currency = self.database.rules.get(self.slug, Rules()), self.answer("currency")
        return SetupRequest(
            slug=self.slug,
            name=self.answer("name") if self.is_ours else "",
            starts=self._day("starts"),
            ends=self._day("ends"),
            timezone=self.answer("timezone") if self.is_ours else "",
            supervisor=person if is_first else None,
            another=person if not is_first and not is_known else None,
            renews=person if is_known and not is_first else None,
            secret=lambda _: secret,
            rules=Rules(currency=currency) if currency not in ("", stored.currency) else Rules(),
            host=self._host(currency),
            station=self.station,
            agreed=self.agreed if "agrees_secret" in self.kept else None,
        )

    def _day(self, name: str) -> date | None:
        text = self.answer(name) if self.is_ours else ""
        return answers.day(text) if text else None

    def _host(self, currency: str) -> dict[Section, dict[str, Value]]:
        """What the config is to say."""
        seller, known = self.answer("seller"), self.settings.conferences.get(self.slug)
        said = {"seller": seller}
        if seller or (known is not None and known.seller):  # else nothing of it was asked
            said |= {name: self.answer(name) if seller else "" for name in ("address", "vat_id", "vat_rate")}
        if "stripe_key" in self.kept:
            said["stripe_key"] = self.answer("stripe_key")
        if not self.source.is_none:
            said["location"] = self.answer("location")
        if not self.has_config:
            said["database"] = self.answer("database") or EMBEDDED
        readers = {
            station: self.answer(f"reader {station}")
            for station in self.stations
            if not self.source.is_none or station not in self.settings.stations
        }
        host = self.sections(said, readers)
        if currency and (known is None or (known.currency or currency).upper() != currency):
            host["conferences", self.slug]["currency"] = currency
        return host

    def sections(
        self, said: Mapping[str, str], readers: Mapping[str, str]
    ) -> dict[Section, dict[str, Value]]:
        """What the config is to say by these answers."""
        source = answers.key_source(said.get("stripe_key") or answers.CASH_ONLY)
        leaves = bool(self.source_before.simulator) and not source.simulator
        return answers.host_of(self.slug, said, readers, leaves_simulator=leaves)

    def shown(self) -> tuple[tuple[str, str], ...]:
        """What is so without being asked: the question's name, and the answer."""
        found = []
        if self.has_config:
            found.append(("database", answers.shown_database(self.url, self.settings.home)))
        if not self.is_ours and self.row is not None:
            found += [
                ("name", self.row.name),
                ("starts", f"{self.row.start_date}"),
                ("ends", f"{self.row.end_date}"),
            ]
        if self.row is not None and (self.has_sold or not self.is_ours):
            found.append(("timezone", self.row.timezone))
        if self.has_sold and (rules := self.database.rules.get(self.slug)):
            found.append(("currency", rules.currency))
        return tuple(found)

    def configured_currency(self) -> str:
        """The currency that the config says."""
        return session.configured_rules(self.settings, self.slug).currency
