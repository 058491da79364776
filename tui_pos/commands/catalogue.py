"""import catalogue, export catalogue: what a conference sells, as a file."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_pos.commands.context import CommandContext, table, write
from tui_pos.core import files

if TYPE_CHECKING:
    from tui_pos.desk.catalogue.import_report import Change, ImportReport, Subject
    from tui_pos.desk.context import Desk

SHOWN = 30
"""How many of what the file does not name are told by name; JSON has all of them."""


def import_catalogue(
    context: CommandContext,
    file: Annotated[Path, typer.Argument(help="A TOML file: see tui-pos manual catalogue.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Write it; else only say what would change.")
    ] = False,
) -> None:
    """Bring what the conference sells to what a file says.

    What the file does not name is left as it is, and what was sold stays sold.
    """
    from tui_pos.core.config import ConfigError
    from tui_pos.desk.catalogue.catalogue_file import LARGEST
    from tui_pos.desk.catalogue.catalogue_import import import_catalogue as bring_in

    try:
        with file.open("rb") as opened:
            text = opened.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None
    desk = context.desk(store=apply)
    report = bring_in(desk, text, apply=apply)
    context.answer(_json(report), _lines(desk, report))


def export_catalogue(
    context: CommandContext,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it there, in place of the terminal.")
    ] = None,
) -> None:
    """Write what the conference sells as a file that import catalogue reads."""
    from tui_pos.core.config import ConfigError
    from tui_pos.desk.catalogue.catalogue_export import export_catalogue as written
    from tui_pos.ui.messages import sentence

    exported = written(context.desk(store=False))
    notes = [sentence(each) for each in exported.notes]
    told = [f"Note: {note}." for note in notes]
    text = "".join(f"# {line}\n" for line in told) + exported.text
    if output is not None:
        try:
            with files.replacing(output) as out:
                out.write(text.encode())
        except OSError as error:
            raise ConfigError(f"{output} cannot be written: {error.strerror}.") from None
        answer = {"file": str(output), "text": None, "notes": notes}
        context.answer(answer, [*told, f"The catalogue is in {output}."])
    elif context.options.as_json:
        context.answer({"file": None, "text": text, "notes": notes}, [])
    else:
        write(text.rstrip("\n"))  # of which nothing may be cut


def _json(report: "ImportReport") -> dict[str, Any]:
    from tui_pos.ui.messages import sentence

    changes = [
        {
            "outcome": each.outcome.value,
            **_subject(each.subject),
            "differences": [
                {"field": one.field, "before": _plain(one.before), "after": _plain(one.after)}
                for one in each.differences
            ],
        }
        for each in report.changes
    ]
    return {
        "applied": report.applied,
        "changes": changes,
        "same": report.same.total(),
        "absent": [_subject(each) for each in report.absent],
        "notes": [sentence(each) for each in report.notes],
    }


def _subject(subject: "Subject") -> dict[str, str]:
    return {"kind": str(subject.kind), "key": subject.key, "name": subject.name}


def _plain(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case tuple():
            return list(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _lines(desk: "Desk", report: "ImportReport") -> Iterator[str]:
    from tui_pos.ui.messages.views import phrase

    yield from table(
        (each.outcome.value, _kind(each.subject.kind), each.subject.key, _said(desk, each))
        for each in report.changes
    )
    if report.same:
        counts = (f"{count} {_kind(kind)}{'s' if count > 1 else ''}" for kind, count in report.same.items())
        yield f"As in the file already: {', '.join(counts)}."
    if report.absent:
        names = [f"{_kind(each.kind)} {each.key}" for each in report.absent[:SHOWN]]
        names += [f"and {more:,} more"] if (more := len(report.absent) - SHOWN) > 0 else []
        yield f"Not in the file, and left as they are: {', '.join(names)}."
    yield from (f"Note: {phrase(each)}." for each in report.notes)
    done = Counter(each.outcome.value for each in report.changes)
    told = ", ".join(f"{count} {outcome}" for outcome, count in done.items())
    if not told:
        yield "Nothing changes."
    elif report.applied:
        yield f"Done: {told}."
    else:
        yield f"To do: {told}. Nothing was written; --apply does it."


def _kind(kind: str) -> str:
    from tui_pos.ui.messages.catalogue import KINDS

    return KINDS.get(kind, str(kind))


def _said(desk: "Desk", change: "Change") -> str:
    from tui_pos.desk.catalogue.managed_products import on_its_clock
    from tui_pos.ui.messages.catalogue import difference

    if not change.differences:
        return change.subject.name
    local = (on_its_clock(desk, each) for each in change.differences)
    return "; ".join(difference(each.field, each.before, each.after) for each in local)
