"""init, simulator: what runs before there is a desk."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from tui_pos import clock
from tui_pos.commands.call import secret_of, this_call


def init(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The conference's name.")] = "",
    starts: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="Its first day; today if not given.")
    ] = "",
    ends: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="Its last day; the first if not given.")
    ] = "",
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Its time zone, such as Europe/Prague.")
    ] = "UTC",
) -> None:
    """Make what is missing before the first sale.

    That is the config, the database with its tables, the conference, and --staff as its supervisor.
    A database of django-program only gets the tui_pos_* tables. Safe to run again.
    """
    from tui_pos import founding

    call = this_call(context)
    first = _date(starts, "--starts") if starts else clock.now().date()
    last = _date(ends, "--ends") if ends else first
    wanted = founding.Wanted(call.conference, name, first, last, timezone, call.staff, secret_of)
    done = founding.found(call.config, wanted)
    call.answer({"done": list(done)}, done or ["Everything was there already."])


def _date(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.TyperException(f"{option} must be a date such as 2027-05-14.") from None


def simulator(
    context: typer.Context,
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
    from tui_pos.simulator import serve
    from tui_pos.simulator.store import StateFileError

    call = this_call(context)
    try:
        serve(
            port, state, tap_after, lambda url: call.answer({"url": url}, [f"Simulator listening on {url}"])
        )
    except StateFileError as error:
        raise typer.TyperException(str(error)) from None
    except OSError as error:
        raise typer.TyperException(
            f"The simulator cannot listen on 127.0.0.1:{port}: {error.strerror}."
        ) from None
