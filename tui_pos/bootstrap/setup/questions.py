"""The questions of ``init``, in their order: each with its default, its check, and what can be chosen."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import takewhile

from babel.core import get_global
from babel.numbers import get_territory_currencies

from tui_pos.bootstrap.setup import answers, found, host_config
from tui_pos.bootstrap.setup.answers import CASH_ONLY, EMBEDDED, SIMULATOR
from tui_pos.bootstrap.setup.found import FoundAccount, FoundReader
from tui_pos.bootstrap.setup.interview import NOTHING, Answer, Choice, Interview, Question
from tui_pos.bootstrap.setup.making import agreement, is_user
from tui_pos.data import connection
from tui_pos.data.schema import Owner
from tui_pos.desk.access import people
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.access.tries import At
from tui_pos.desk.context import Mode
from tui_pos.desk.errors import InvalidInput, NotFound, Reason, Refusal, Refused, because
from tui_pos.terminal import TerminalError

OVERVIEW = "write"
"""The question for which all answers stand there; behind it only who agrees is asked."""
STATION = "desk-1"
ZONES_SHOWN = 40


def questions(interview: Interview) -> tuple[Question, ...]:
    """Those that are asked, as far as the answers until now tell."""
    readers = [
        Question(
            name="reader",
            about=station,
            check=partial(_reader, station),
            default=partial(_reader_of, station),
            there=partial(_configured_reader, station),
            is_asked=_takes_cards,
            choices=_readers,
            may_be_empty=True,
        )
        for station in interview.stations
    ]
    table = (*BEFORE_READERS, *readers, *BEHIND_READERS)
    return tuple(question for question in table if question.is_asked(interview))


def before_overview(interview: Interview) -> tuple[Question, ...]:
    """Those whose answers stand in the overview, which is the question ``write``."""
    return tuple(takewhile(lambda each: each.name != OVERVIEW, questions(interview)))


def open_question(interview: Interview) -> Question | None:
    """The first that has no answer yet, None with all answered."""
    return next((each for each in questions(interview) if each.key not in interview.kept), None)


def take_what_is_there(interview: Interview) -> None:
    """Answer what is so already, where this computer serves the conference; the rest stays open.

    What is wrong stays open too, and the first such is raised at the end.
    """
    seen: set[str] = set()
    wrong: list[Refusal | TerminalError] = []
    while left := [each for each in before_overview(interview) if each.key not in {*interview.kept, *seen}]:
        question = left[0]
        seen.add(question.key)
        if question.is_secret or not (interview.is_served or _is_sure(interview, question)):
            continue
        text = question.there(interview) if question.there else interview.default(question)
        if not (text or question.may_be_empty):
            continue
        try:
            interview.take(question, text or NOTHING)
        except (Refusal, TerminalError) as error:
            wrong.append(error)
    if wrong:
        raise wrong[0]


def _is_sure(interview: Interview, question: Question) -> bool:
    """Whether it is clear which of this computer's conferences is meant."""
    slug = interview.given.get("slug") or (
        interview.database.conferences[0].slug if len(interview.database.conferences) == 1 else ""
    )
    return interview.has_config and question.name == "slug" and slug in interview.settings.conferences


# Database and conference


def _database(interview: Interview, text: str) -> Answer:
    answers.database(text)
    url = answers.database_url(text, interview.settings.home)
    interview.database = there = found.look(url)
    shown = answers.shown_database(url, interview.settings.home)
    if there.owner is Owner.NOBODY:
        told = because("init_database.empty")
    elif there.owner is Owner.TUI_POS:
        told = because("init_database.ours", conferences=[row.slug for row in there.conferences])
    else:
        told = because("init_database.elsewhere")
    return Answer(text, shown, told)


def _has_conferences(interview: Interview) -> bool:
    return bool(interview.database.conferences) or not interview.is_ours


def _slug(interview: Interview, text: str) -> Answer:
    row = next((row for row in interview.database.conferences if row.slug == text), None)
    if row is None and not interview.is_ours:
        known = [each.slug for each in interview.database.conferences]
        raise NotFound("conference_not_found", conference=text, known=known)
    if row is None:
        return Answer(answers.slug(text))
    if not interview.is_ours:
        return Answer(text, told=because("init_conference.elsewhere", name=row.name))
    return Answer(text, told=because("init_conference", name=row.name))


def _slug_default(interview: Interview) -> str:
    if given := interview.given.get("slug"):
        return given
    if rows := interview.database.conferences:
        return rows[0].slug
    return answers.slug_for(interview.answer("name"))


def _conferences(interview: Interview, _: str) -> Sequence[Choice]:
    return [
        Choice(row.slug, row.slug, f"{row.name}, {row.start_date} to {row.end_date}")
        for row in interview.database.conferences
    ]


def _of_row(column: str, otherwise: Callable[[Interview], str] = lambda _: "") -> Callable[[Interview], str]:
    """What the database has in a column of the conference."""
    return lambda interview: str(getattr(interview.row, column)) if interview.row else otherwise(interview)


def _name_default(interview: Interview) -> str:
    return interview.row.name if interview.row else interview.slug


def _ends(interview: Interview, text: str) -> Answer:
    answers.ends_after(date.fromisoformat(interview.answer("starts")), answers.day(text))
    return Answer(text)


def _day(_: Interview, text: str) -> Answer:
    return Answer(answers.day(text).isoformat())


def _zones(_: Interview, typed: str) -> Sequence[Choice]:
    if not typed:
        return ()
    return [
        Choice(name, name, answers.country_of(name)) for name in answers.timezones_like(typed)[:ZONES_SHOWN]
    ]


def _currency_there(interview: Interview) -> str:
    stored = interview.database.rules.get(interview.slug)
    return stored.currency if stored is not None else interview.configured_currency()


def _currency_default(interview: Interview) -> str:
    if there := _currency_there(interview):
        return there
    zone = interview.answer("timezone") or (interview.row.timezone if interview.row else "")
    territory = get_global("zone_territories").get(zone)
    local = get_territory_currencies(territory) if territory else []
    return local[0] if local else ""


# The seller


def _setting(name: str) -> Callable[[Interview], str]:
    """What the config says of the conference."""

    def default(interview: Interview) -> str:
        value = getattr(interview.settings.conference(interview.slug), name) or ""
        return "; ".join(value) if isinstance(value, tuple) else value

    return default


def _has_seller(interview: Interview) -> bool:
    return bool(interview.answer("seller"))


def _address(_: Interview, text: str) -> Answer:
    return Answer("; ".join(answers.address(text)))


# Stripe


def _stripe_key(interview: Interview, text: str) -> Answer:
    source = answers.key_source(text)
    said = interview.sections({"stripe_key": text}, {})
    host_config.planned(interview.target, interview.slug, "", said)  # refuses what other conferences share
    base = "" if interview.source_before.simulator else interview.settings.api_base
    interview.account = account = None if source.is_none else found.ask_stripe(source, base)
    return Answer(str(source), told=None if source.is_none else _told(account, str(source)))


def _told(account: FoundAccount | None, source: str) -> Reason:
    if account is None:
        return because("init_key.not_here", source=source)
    if not account.answers:
        is_simulator = account.mode is Mode.TRAINING
        return because("init_key.no_simulator") if is_simulator else because("init_key.no_answer")
    whose = account.account.id if account.account else ""
    where = account.account.country if account.account else ""
    return because("init_key", mode=account.mode, account=whose, country=where, missing=account.missing)


def _key_default(interview: Interview) -> str:
    return str(interview.source_before)


def _keys(_: Interview, __: str) -> Sequence[Choice]:
    return [Choice(key, key) for key in (CASH_ONLY, SIMULATOR)]


def _takes_cards(interview: Interview) -> bool:
    return not interview.source.is_none


def _location(interview: Interview, text: str) -> Answer:
    known = interview.account.locations if interview.account else ()
    match = [each for each in known if text in (each.id, each.name)]
    if match:
        return Answer(match[0].id, match[0].name)
    if known:
        raise InvalidInput("bad_location", known=[each.id for each in known])
    return Answer(answers.stripe_id(text, "tml"))


def _location_default(interview: Interview) -> str:
    configured = interview.settings.conference(interview.slug).stripe_location
    known = [each.id for each in interview.account.locations] if interview.account else []
    if configured and (configured in known or not known):
        return configured
    return known[0] if known else ""


def _locations(interview: Interview, _: str) -> Sequence[Choice]:
    known = interview.account.locations if interview.account else ()
    return [Choice(each.id, each.name, each.country) for each in known]


# Stations and readers


def _stations(interview: Interview, text: str) -> Answer:
    names = answers.stations(text)
    if left_out := [each for each in interview.settings.stations if each not in names]:
        raise InvalidInput("station_configured", stations=left_out, where=f"{interview.target}")
    return Answer(", ".join(names))


def _stations_default(interview: Interview) -> str:
    return ", ".join(interview.settings.stations) or interview.given.get("station", STATION)


def _at_location(interview: Interview) -> Sequence[FoundReader]:
    known, place = interview.account.readers if interview.account else (), interview.answer("location")
    return [each for each in known if place in ("", each.location)]


def _reader(station: str, interview: Interview, text: str) -> Answer:
    known = _at_location(interview)
    match = [each for each in known if text in (each.id, each.label)]
    if known and not match:
        raise InvalidInput("bad_reader", known=[each.label for each in known])
    answer = Answer(match[0].id, match[0].label) if match else Answer(answers.stripe_id(text, "tmr"))
    other = _users_of_readers(interview, but=station).get(answer.text)
    is_new = answer.text != _configured_reader(station, interview)
    if other is not None and is_new and (station, answer.text) not in interview.warned:
        interview.warned.add((station, answer.text))
        raise InvalidInput("reader_shared", reader=answer.shown or answer.text, station=other)
    return answer


def _configured_reader(station: str, interview: Interview) -> str:
    return interview.settings.reader(station)


def _reader_of(station: str, interview: Interview) -> str:
    """The one that the config names, else the first that no other station has."""
    known = [each.id for each in _at_location(interview)]
    configured = interview.settings.reader(station)
    if configured and (configured in known or not known):
        return configured
    return next((each for each in known if each not in _users_of_readers(interview)), "")


def _users_of_readers(interview: Interview, but: str = "") -> dict[str, str]:
    """The station of each reader that was given to one."""
    said = {station: interview.settings.reader(station) for station in interview.settings.stations}
    said |= {station: interview.answer(f"reader {station}") for station in interview.stations}
    return {reader: station for station, reader in said.items() if reader and station != but}


def _readers(interview: Interview, _: str) -> Sequence[Choice]:
    used = _users_of_readers(interview)
    return [
        Choice(each.id, each.label, used.get(each.id, "") or ("" if each.is_on else "off"))
        for each in _at_location(interview)
    ]


# People


def _is_ours(interview: Interview) -> bool:
    return interview.is_ours


def _supervisor(interview: Interview, text: str) -> Answer:
    name = answers.username(text)
    is_known = name in interview.database.users
    if interview.database.has_supervisor and not is_known and is_user(name):
        raise Refused("user_exists", user=name)
    return Answer(name, told=because("init_supervisor.known", user=name) if is_known else None)


def _supervisor_default(interview: Interview) -> str:
    return "" if interview.database.has_supervisor else interview.given.get("staff", "")


def _gets_password(interview: Interview) -> bool:
    return interview.is_ours and bool(interview.answer("supervisor"))


def _again(interview: Interview, text: str) -> Answer:
    if text != interview.answer("secret"):
        raise InvalidInput("passwords_differ")
    return Answer(text)


def _agrees(_: Interview, text: str) -> Answer:
    name = answers.username(text)
    if not people.named_may(name, Action.SET_UP):
        raise Refused("no_supervisor", user=name)
    return Answer(name)


def _agrees_default(interview: Interview) -> str:
    person, users = interview.answer("supervisor"), interview.database.users
    own = person if person in users else ""
    return interview.given.get("staff") or own or (users[0] if len(users) == 1 else "")


def _agreement(interview: Interview, text: str) -> Answer:
    row = interview.row
    at = At(row.id if row else None, interview.station, frozenset(interview.settings.stations))
    own = None if interview.changes else interview.request().renews
    connection.open_database(interview.url)
    interview.agreed = agreement(interview.answer("agrees"), text, at, own=own)
    return Answer(text)


def _secret(interview: Interview, text: str) -> Answer:
    return Answer(answers.new_password(text, interview.answer("supervisor")))


def _yes(text: str) -> str:
    if text.lower() not in ("y", "yes"):
        raise InvalidInput("not_yes")
    return text


def _plain(read: Callable[[str], str]) -> Callable[[Interview, str], Answer]:
    """The check of an answer that depends on no other."""
    return lambda _, text: Answer(read(text))


_SLUG = Question(name="slug", check=_slug, default=_slug_default, choices=_conferences)
_SUPERVISOR = Question(name="supervisor", check=_supervisor, default=_supervisor_default)

OF_SELLER: tuple[tuple[str, str, Callable[[Interview, str], Answer]], ...] = (
    ("address", "seller_address", _address),
    ("vat_id", "vat_id", _plain(answers.vat_id)),
    ("vat_rate", "vat_rate", _plain(answers.vat_rate)),
)
"""What is asked of a seller: the question, the config's name for it, and its check."""

BEFORE_READERS = (
    Question(
        name="database",
        check=_database,
        default=lambda _: EMBEDDED,
        is_asked=lambda interview: not interview.has_config,
    ),
    replace(_SLUG, is_asked=_has_conferences),
    Question(name="name", check=_plain(answers.line), default=_name_default, is_asked=_is_ours),
    replace(_SLUG, is_asked=lambda interview: not _has_conferences(interview)),
    Question(name="starts", check=_day, default=_of_row("start_date"), is_asked=_is_ours),
    Question(
        name="ends",
        check=_ends,
        default=_of_row("end_date", lambda interview: interview.answer("starts")),
        is_asked=_is_ours,
    ),
    Question(
        name="timezone",
        check=_plain(answers.timezone),
        default=_of_row("timezone", lambda _: answers.host_timezone()),
        is_asked=lambda interview: interview.is_ours and not interview.has_sold,
        choices=_zones,
    ),
    Question(
        name="currency",
        check=_plain(answers.currency),
        default=_currency_default,
        there=_currency_there,
        is_asked=lambda interview: not interview.has_sold,
    ),
    Question(name="seller", check=_plain(answers.line), default=_setting("seller"), may_be_empty=True),
    *(
        Question(name=name, check=check, default=_setting(setting), is_asked=_has_seller, may_be_empty=True)
        for name, setting, check in OF_SELLER
    ),
    Question(name="stripe_key", check=_stripe_key, default=_key_default, choices=_keys),
    Question(
        name="location",
        check=_location,
        default=_location_default,
        there=_setting("stripe_location"),
        is_asked=_takes_cards,
        choices=_locations,
        may_be_empty=True,
    ),
    Question(
        name="stations",
        check=_stations,
        default=_stations_default,
        there=lambda interview: ", ".join(interview.settings.stations),
    ),
)

BEHIND_READERS = (
    replace(
        _SUPERVISOR, is_asked=lambda interview: interview.is_ours and not interview.database.has_supervisor
    ),
    replace(
        _SUPERVISOR,
        is_asked=lambda interview: interview.is_ours and interview.database.has_supervisor,
        choices=lambda interview, _: [Choice(user, user) for user in interview.database.users],
        may_be_empty=True,
    ),
    Question(name="secret", check=_secret, is_asked=_gets_password, is_secret=True),
    Question(name="again", check=_again, is_asked=_gets_password, is_secret=True),
    Question(name=OVERVIEW, check=_plain(_yes), default=lambda _: "yes"),
    Question(
        name="agrees",
        check=_agrees,
        default=_agrees_default,
        is_asked=lambda interview: interview.needs_agreement,
    ),
    Question(
        name="agrees_secret",
        check=_agreement,
        is_asked=lambda interview: interview.needs_agreement,
        is_secret=True,
    ),
)
"""Which are asked depends on the answers before; of two of one name only one ever is."""
