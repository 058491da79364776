"""init, upgrade, doctor, simulator: what runs before there is a desk."""

import logging
import re
import shlex
import sys
from collections.abc import Collection, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands.context import SECRET_VARIABLE, CommandContext, Failed, new_secret_of, secret_of, warn
from tui_pos.core import config

if TYPE_CHECKING:
    from tui_pos.bootstrap.doctor import Finding, Subject
    from tui_pos.desk.reconciliation.account_change import Change

log = logging.getLogger(__name__)

NEW_SECRET = "TUI_POS_NEW_SECRET"
"""The password of somebody whom ``init --supervisor`` makes, or who gets a new one by ``--password``."""


def init(
    context: CommandContext,
    name: Annotated[str, typer.Option(help="The conference's name.")] = "",
    starts: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Its first day.")] = "",
    ends: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Its last day.")] = "",
    timezone: Annotated[str, typer.Option(metavar="ZONE", help="Its time zone, such as Europe/Prague.")] = "",
    currency: Annotated[
        str, typer.Option(metavar="CUR", help="Its currency, such as EUR; not after the first sale.")
    ] = "",
    capture: Annotated[str, typer.Option(metavar="MODE", help="automatic or confirm.")] = "",
    prices: Annotated[
        str, typer.Option(metavar="RULE", help="services or shop; not after the first sale.")
    ] = "",
    smallest_coin: Annotated[
        str,
        typer.Option(
            metavar="AMOUNT", help="What cash is rounded to, such as 0.05; not after the first sale."
        ),
    ] = "",
    database: Annotated[
        str,
        typer.Option(
            metavar="WHERE", help="Where there is no config: a URL, or the variable that holds one."
        ),
    ] = "",
    seller: Annotated[str, typer.Option(metavar="NAME", help="Who sells, as receipts say it.")] = "",
    address: Annotated[
        str, typer.Option(metavar="LINES", help="The seller's address; a ; parts its lines.")
    ] = "",
    vat_id: Annotated[str, typer.Option(metavar="ID", help="The seller's VAT id.")] = "",
    vat_rate: Annotated[str, typer.Option(metavar="PERCENT", help="The VAT that prices contain.")] = "",
    stripe_key: Annotated[
        str,
        typer.Option(metavar="WHERE", help="The variable or file that holds it; simulator; or cash only."),
    ] = "",
    location: Annotated[
        str, typer.Option(metavar="ID", help="The readers' location at Stripe, such as tml_...")
    ] = "",
    reader: Annotated[
        list[str] | None,
        typer.Option(metavar="STATION=ID", help="A station, and its reader if it has one; repeat it."),
    ] = None,
    account: Annotated[
        bool, typer.Option("--account", help="Take this host's Stripe key for the conference's.")
    ] = False,
    purge_rehearsals: Annotated[
        bool, typer.Option("--purge-rehearsals", help="Delete what was sold before it took real payments.")
    ] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="This copy of the database takes the original's place.")
    ] = False,
    new_installation: Annotated[
        bool, typer.Option("--new-installation", help="This copy lives on beside the original.")
    ] = False,
    supervisor: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Make a further supervisor; password: ${NEW_SECRET}, or asked."),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Give NAME a new password: ${NEW_SECRET}, or asked."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before something is changed.")] = False,
) -> None:
    """Make what is missing before the first sale, and change what is answered anew.

    On a terminal, without an option of its own, it asks one question after the other. What it makes is the
    config, the database with its tables, the conference, and --staff as its supervisor. A database of
    django-program only gets the tui_pos_* tables. Safe to run again. For --account, --purge-rehearsals,
    --take-over, --new-installation, --supervisor, --password, and another --name, --starts, --ends or
    --timezone of a conference that is there, --staff must be a supervisor who is there already.
    """
    from tui_pos.bootstrap import session, setup
    from tui_pos.desk.conference_rules import Rules
    from tui_pos.desk.errors import InvalidInput

    if take_over and new_installation:
        raise typer.TyperException("Give --take-over or --new-installation, not both.")
    if account and (take_over or new_installation):
        raise typer.TyperException("Give --account alone, once this copy of the database has its place.")
    capture, prices = _one_of(capture, CAPTURES, "--capture"), _one_of(prices, RULES, "--prices")
    rules = Rules(
        currency=currency.upper(), capture=capture, prices=prices, smallest_coin=_coin(smallest_coin)
    )
    said = {
        "database": database,
        "seller": seller,
        "address": address,
        "vat_id": vat_id,
        "vat_rate": vat_rate,
        "stripe_key": stripe_key,
        "location": location,
    }
    slug, station = context.options.conference, config.station_name(context.options.station)
    sets_up = account or purge_rehearsals or take_over or new_installation
    if (account or purge_rehearsals) and not slug:
        raise InvalidInput("conference_required")
    own = (name, starts, ends, timezone, *said.values(), reader, sets_up, supervisor, password)
    if not any(own) and rules == Rules() and _is_terminal(context):
        slug, done = _guide(context, station)
        _tell_end(context, slug, done)
        return
    told = [ACTS_AGAIN] if take_over or new_installation else []
    told += [f"Every rehearsal of {slug} will be deleted for good."] if purge_rehearsals else []
    request = setup.SetupRequest(
        slug=slug,
        name=name,
        starts=_date(starts, "--starts"),
        ends=_date(ends, "--ends"),
        timezone=setup.timezone(timezone) if timezone else "",
        supervisor=context.options.staff,
        secret=secret_of,
        rules=rules,
        host=setup.host_of(slug, {name: text for name, text in said.items() if text}, _readers(reader)),
        sets_up=sets_up,
        another=supervisor,
        renews=password,
        new_secret=partial(_new_secret, (supervisor, password)),
        station=station,
        confirm=partial(_confirm, context, yes, told, account),
    )
    done = list(setup.set_up(context.options.config, request))
    if take_over or new_installation:
        done += setup.take_over(station, renew=new_installation)
    done += _take_account(context, station, yes, told) if account else []
    done += _purge(context) if purge_rehearsals else []
    settings = context.settings()
    shared = session.shared_readers(settings) if reader else ()
    for warning in (*session.warnings(settings, slug), *shared):
        warn(warning)
    _tell_end(context, slug, done)


def _is_terminal(context: CommandContext) -> bool:
    """Whether somebody can be asked here."""
    from tui_pos.ui.kiosk import unfit_terminal

    return not context.options.as_json and sys.stdout.isatty() and not unfit_terminal()


def _guide(context: CommandContext, station: str) -> tuple[str, list[str]]:
    """Ask for everything, and write it; again, with the answers kept, when it cannot be written."""
    from tui_pos.bootstrap import failures, setup
    from tui_pos.bootstrap.setup.interview import Interview
    from tui_pos.ui import guide
    from tui_pos.ui.messages import sentence

    options, fault = context.options, ""
    given = {"slug": options.conference or "", "staff": options.staff or ""}
    if config.is_station_named(options.station):
        given["station"] = station
    interview = Interview(options.config, given, station)
    while True:
        left_with = guide.run(interview, fault)
        if left_with is not None:
            context.say("Nothing was written.")
            raise typer.Exit(left_with)
        try:
            return interview.slug, list(setup.set_up(interview.target, interview.request()))
        except Exception as error:
            known = failures.known(error)
            if known is None:
                raise
            fault = sentence(known.said)
            interview.look_again()


def _tell_end(context: CommandContext, slug: str | None, done: list[str]) -> None:
    """What was done; for people also what the doctor finds, and how the desk is started."""
    log.info("init did %d things", len(done))
    context.answer({"done": done}, done or ["Everything was there already."])
    if slug is None or context.options.as_json:
        return
    settings = context.settings()
    stations, here = settings.stations, config.station_name(context.options.station)
    station = next(iter(stations), "") if stations and here not in stations else context.options.station or ""
    context.say("")
    found = _examine(context, slug, station)
    if settings.api_base and any(each.check == "account" and each.level == "failed" for each in found):
        context.say(f"The simulator at {settings.api_base} does not answer: start it with tui-pos simulator.")
    context.say("")
    for name in stations or [station]:
        said = {"--config": context.options.config, "--conference": slug, "--station": name}
        words = [f"{option} {shlex.quote(str(value))}" for option, value in said.items() if value]
        context.say(f"Start the desk with: tui-pos {' '.join(words)}")


ACTS_AGAIN = "Every desk on this database will act on card payments again."
CAPTURES = ("automatic", "confirm")
RULES = ("services", "shop")


def _readers(said: Sequence[str] | None) -> dict[str, str]:
    """The reader of each station, '' of one that has none."""
    return {
        station.strip(): reader.strip() for station, _, reader in (each.partition("=") for each in said or ())
    }


def _new_secret(by_option: Collection[str | None], name: str) -> str:
    """The password of somebody who is made or renewed; the first supervisor is ``--staff``."""
    return new_secret_of(name, NEW_SECRET if name in by_option else SECRET_VARIABLE)


def _coin(said: str) -> str:
    """The amount as it is stored; '' where none was given."""
    if said and re.fullmatch(config.COIN, said) is None:
        raise typer.TyperException("--smallest-coin takes an amount such as 0.05.")
    return said


def _one_of(said: str, known: tuple[str, ...], option: str) -> str:
    if said and said not in known:
        raise typer.TyperException(f"{option} must be {' or '.join(known)}.")
    return said


def _confirm(
    context: CommandContext, yes: bool, told: list[str], account: bool, settings: config.Settings
) -> None:
    """Let a person confirm what is ``told``, and what becomes of the account: ``told`` has that then too."""
    from tui_pos.bootstrap import setup

    slug = context.options.conference or ""
    change = setup.stored_account_change(settings, slug) if account else None
    if change is not None and change.is_needed:
        told += account_lines(slug, change)
    if told:
        context.confirm(told, yes)


def _take_account(context: CommandContext, station: str, yes: bool, told: Collection[str]) -> list[str]:
    """Take the key's account; what was not ``told``, because tables were older or others changed it, is."""
    from tui_pos.bootstrap import setup
    from tui_pos.desk.reconciliation import account_change

    conference, change = setup.planned_account_change(context.settings(), context.options.conference or "")
    lines = account_lines(conference.slug, change)
    if not change.is_needed:
        return lines
    if change.before.mode and not set(lines) <= set(told):
        context.confirm(lines, yes)
    account_change.change(conference, station, change)
    return lines


def account_lines(slug: str, change: "Change") -> list[str]:
    """What ``init --account`` would change, in sentences."""
    then = f"{change.mode} {change.account or 'of an account that the key may not name'}"
    if not change.is_needed:
        return [f"The card payments of {slug} are {then}."]
    before = f"{change.before.mode} {change.before.account}".strip() or "nobody's yet"
    lines = [f"The card payments of {slug} were {before} and are {then} from now on."]
    if change.rehearsals:
        lines.append(
            f"What desks sold in {change.before.mode} ({change.rehearsals} orders) is a rehearsal: cancelled,"
            " and apart from every sum, list and stock; init --purge-rehearsals deletes it."
        )
    return lines


def _purge(context: CommandContext) -> list[str]:
    from tui_pos.bootstrap.session import open_database
    from tui_pos.desk import conferences
    from tui_pos.desk.reconciliation import rehearsals

    open_database(context.settings())
    row = conferences.find(context.options.conference or "")
    return [f"Deleted {rehearsals.purge(row.id)} rehearsals of {row.slug}."]


def _date(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.TyperException(f"{option} must be a date such as 2027-05-14.") from None


def simulator(
    context: CommandContext,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")
    ] = 12111,
    state: Annotated[Path | None, typer.Option(help="The file that keeps what it knows.")] = None,
    tap_after: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="Present a good card by itself after so long."),
    ] = None,
) -> None:
    """Stand in for Stripe until stopped.

    Name its address as api_base in the config: every screen then says TRAINING.
    """
    from tui_pos.simulator import StateFileError, serve

    try:
        serve(
            port,
            state,
            tap_after,
            lambda url: context.answer({"url": url}, [f"Simulator listening on {url}"]),
        )
    except StateFileError as error:
        raise typer.TyperException(str(error)) from None
    except OSError as error:
        raise typer.TyperException(
            f"The simulator cannot listen on 127.0.0.1:{port}: {error.strerror}."
        ) from None


def doctor(context: CommandContext) -> None:
    """Look at everything that a first sale and its refund need, and say what to do.

    Changes nothing and needs no password. Ends with 0 when nothing failed; else with the status of the
    first thing that failed, as every command does.
    """
    from tui_pos.bootstrap import doctor as checks
    from tui_pos.ui.messages import sentence

    found = _examine(context, context.options.conference, context.options.station)
    data = {
        "status": str(checks.worst(found)),
        "checks": [
            {"check": each.check, "status": str(each.level), "sentence": sentence(each.said)}
            for each in found
        ],
    }
    failed = [each for each in found if each.level is checks.Level.FAILED]
    if failed:
        lines = f"{len(failed)} {'line' if len(failed) == 1 else 'lines'} failed"
        raise Failed(failed[0].status, "checks_failed", f"{lines}: {sentence(failed[0].said)}", data)
    context.answer(data, [])


def _examine(context: CommandContext, slug: str | None, station: str | None) -> "list[Finding]":
    """Tell each line as it is found."""
    from tui_pos.bootstrap import doctor as checks
    from tui_pos.ui.messages import sentence

    found = []
    for finding in checks.examine(_subject(context, slug, station)):
        found.append(finding)
        context.say(f"{finding.level:9}{finding.check:13}{sentence(finding.said)}")
    return found


def _subject(context: CommandContext, slug: str | None, station: str | None) -> "Subject":
    from tui_pos.bootstrap import demo
    from tui_pos.bootstrap.doctor import Subject

    settings = context.settings()
    is_demo = slug == demo.SLUG and demo.SLUG not in settings.conferences
    if is_demo:
        settings = demo.prepare(settings)
    return Subject(settings=settings, slug=slug, station=config.station_name(station), is_open=is_demo)


def upgrade(context: CommandContext) -> None:
    """Bring the tui_pos_* tables up to this version; a SQLite file is copied first.

    A desk does the same when it opens; every other command refuses older tables. Safe to run again.
    """
    from tui_pos.bootstrap import session
    from tui_pos.data import connection, schema

    settings = context.settings()
    if not settings.database_url:
        session.open_database(settings)
    connection.open_database(settings.database_url, wal=settings.wal)
    done = schema.prepare(settings.keep_backups)
    changed = done.after > done.before
    lines = [f"Upgraded from step {done.before} to {done.after}." if changed else "Everything is up to date."]
    if done.backup is not None:
        lines.append(f"The database as it was before: {done.backup}")
    data = {"before": done.before, "after": done.after, "backup": str(done.backup) if done.backup else None}
    context.answer(data, lines)
