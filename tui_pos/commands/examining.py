"""doctor: everything that a desk proves before it opens, line by line."""

from typing import TYPE_CHECKING

import typer

from tui_pos.commands.context import (
    CommandContext,
    Failed,
    current,
)

if TYPE_CHECKING:
    from tui_pos.bootstrap.doctor import Subject


def doctor(context: typer.Context) -> None:
    """Look at everything that a first sale and its refund need, and say what to do.

    Changes nothing and needs no password. Ends with 0 when nothing failed; else with the status of the
    first thing that failed, as every command does.
    """
    from tui_pos.bootstrap import doctor as checks
    from tui_pos.ui.messages import sentence

    call = current(context)
    found = []
    for finding in checks.examine(_subject(call)):
        found.append(finding)
        call.say(f"{finding.level:9}{finding.check:13}{sentence(finding.said)}")
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
    call.answer(data, [])


def _subject(call: CommandContext) -> "Subject":
    from tui_pos.bootstrap import demo
    from tui_pos.bootstrap.doctor import Subject
    from tui_pos.core import config

    settings, station = call.settings(), config.station_name(call.station)
    is_demo = call.conference == demo.SLUG and demo.SLUG not in settings.conferences
    if is_demo:
        settings = demo.prepare(settings)
    return Subject(settings=settings, slug=call.conference, station=station, is_open=is_demo)
