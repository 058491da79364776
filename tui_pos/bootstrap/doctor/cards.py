"""Card payments: the key, its account and rights, the location, the readers."""

from collections.abc import Iterator

from babel.numbers import get_territory_currencies

from tui_pos.bootstrap.doctor.findings import Finding, failed, failure, ok, warning
from tui_pos.bootstrap.doctor.subject import Subject
from tui_pos.bootstrap.session import StripeKey, copied_database, stripe_key
from tui_pos.core import exit_codes
from tui_pos.core.scan import printable
from tui_pos.data import installation
from tui_pos.data.errors import DataError
from tui_pos.desk.context import OTHER_ACCOUNT
from tui_pos.desk.errors import Refusal, because
from tui_pos.desk.limits import Stop
from tui_pos.desk.payments import accounts
from tui_pos.terminal import Misconfigured, Purpose, TerminalError

STOPPED_BY = {Purpose.PAYMENT: Stop.CARDS, Purpose.REFUND: Stop.CARD_REFUNDS}


def key(subject: Subject) -> Iterator[Finding]:
    """The key that this host has for the conference, and whether it may be used on this database."""
    row = subject.conference
    assert row is not None
    found = subject.key or stripe_key(subject.settings, row.slug)
    subject.key = None
    if installation.identity().is_copy:
        yield failed("key", copied_database(row.slug), status=exit_codes.REFUSED)
        return
    if found.account is None and found.fault:
        yield failed("key", found.fault, Stop.CARDS, Stop.CARD_REFUNDS, status=exit_codes.USAGE)
        return
    if found.account is None:
        yield warning(
            "key", f"The config names no Stripe key for {row.slug}, so no cards are taken: name one there."
        )
        return
    if fault := accounts.claim_mode(row.id, row.slug, found.mode, store=False):
        yield failed("key", fault, status=exit_codes.REFUSED)
        return
    subject.key = found
    yield ok("key", f"The key is of {found.mode} mode{_kind(found)}.")


def _kind(found: StripeKey) -> str:
    return ", restricted" if found.account is not None and found.account.is_restricted else ""


def account(subject: Subject) -> Iterator[Finding]:
    """Whose the key is. Where Stripe does not answer, nothing more is asked of it."""
    assert subject.terminal is not None
    try:
        accounts.ensure(subject.desk())
        subject.account = subject.terminal.account()
    except Misconfigured as error:
        if not error.missing_right:
            yield failure("account", error, Stop.CARDS, Stop.CARD_REFUNDS)
            subject.key = None
            return
        yield warning(
            "account",
            f"The key has no {error.missing_right}, so its account and country cannot be compared with the"
            " conference's: add that right at Stripe.",
        )
    except Refusal as error:
        stops = (Stop.CARDS, Stop.CARD_REFUNDS) if error.code == OTHER_ACCOUNT else ()
        yield failure("account", error, *stops)
        subject.key = None
    except (TerminalError, DataError) as error:
        yield failure("account", error)
        subject.key = None
    else:
        yield from _account_country(subject)


def _account_country(subject: Subject) -> Iterator[Finding]:
    found = subject.account
    assert found is not None
    if found.country and not _takes(subject, found.country):
        yield failed("account", _not_local("The Stripe account", found.country, subject.currency), Stop.CARDS)
    else:
        yield ok("account", f"Stripe answers; the account is {found.id}, in {found.country}.")


def rights(subject: Subject) -> Iterator[Finding]:
    """Whether the key has each right that a first sale and its refund take."""
    assert subject.terminal is not None
    try:
        missing = subject.terminal.missing_rights()
    except TerminalError as error:
        yield failure("rights", error)
        return
    for each in missing:
        yield failed(
            "rights",
            because("missing_right", right=each.right, purpose=each.purpose),
            STOPPED_BY[each.purpose],
        )
    if not missing:
        yield ok("rights", "The key may take card payments and refund them.")


def location(subject: Subject) -> Iterator[Finding]:
    """Whether the readers' place is in a country that takes the conference's currency.

    A location, and the account, take the local currency only (docs.stripe.com/terminal/payments/regional).
    """
    assert subject.terminal is not None
    assert subject.conference is not None
    place = subject.settings.conference(subject.conference.slug).stripe_location
    if not place:
        yield warning(
            "location", "No stripe_location is configured, so every reader of the account is offered."
        )
        return
    try:
        found = subject.terminal.location(place)
    except Misconfigured as error:
        yield warning("location", because("location_unreadable", place=place, why=error.reason))
        return
    except TerminalError as error:
        yield failure("location", error)
        return
    if not _takes(subject, found.country):
        yield failed(
            "location", _not_local(f"The location {place}", found.country, subject.currency), Stop.CARDS
        )
    elif subject.account is not None and found.country != subject.account.country:
        yield failed(
            "location",
            f"The location {place} is in {found.country}, its Stripe account in {subject.account.country}:"
            " Stripe takes cards only where both are in one country.",
            Stop.CARDS,
        )
    else:
        yield ok("location", f"{printable(found.name, 60)} is in {found.country}.")


def _takes(subject: Subject, country: str) -> bool:
    """Whether the conference's currency is used in a country.

    Stripe's own word for its account counts before Babel's list; True where neither knows, and in practice.
    """
    if subject.key is not None and subject.key.is_stand_in:
        return True
    found, currency = subject.account, subject.currency
    if found is not None and (found.country, found.default_currency.upper()) == (country, currency):
        return True
    local = get_territory_currencies(country) if country else []
    return not local or not currency or currency in local


def _not_local(what: str, country: str, currency: str) -> str:
    local = get_territory_currencies(country)[0]
    return f"{what} is in {country} and takes {local}, not {currency}: use one of the conference's country."


def readers(subject: Subject) -> Iterator[Finding]:
    """Whether there is a reader to sell on, and this station's own is there and on."""
    assert subject.terminal is not None
    assert subject.conference is not None
    place = subject.settings.conference(subject.conference.slug).stripe_location
    try:
        found = {each.id: each for each in subject.terminal.readers(place or None)}
    except TerminalError as error:
        yield failure("readers", error)
        return
    own = subject.settings.reader(subject.station)
    on = [each for each in found.values() if each.status == "online"]
    where = f"at {place}" if place else "in the account"
    if not found:
        yield failed("readers", f"No reader is registered {where}: register one at Stripe.")
    elif own and own not in found:
        yield failed("readers", f"{own}, which the config names for this station, is no reader {where}.")
    elif own and found[own].status != "online":
        yield warning("readers", f"This station's reader {found[own].label} is off: check power and network.")
    elif not on:
        yield warning("readers", f"All {len(found)} readers {where} are off: check power and network.")
    else:
        yield ok("readers", f"{len(on)} of {len(found)} readers {where} are on.")
