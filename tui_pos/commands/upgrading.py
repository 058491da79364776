"""upgrade: the only command beside init that changes the tables of a database."""

import typer

from tui_pos.commands.context import current


def upgrade(context: typer.Context) -> None:
    """Bring the tui_pos_* tables up to this version; a SQLite file is copied first.

    A desk does the same when it opens; every other command refuses older tables. Safe to run again.
    """
    from tui_pos.bootstrap import session
    from tui_pos.bootstrap.upgrade import upgraded
    from tui_pos.data import connection

    call = current(context)
    settings = call.settings()
    if not settings.database_url:
        session.opened(settings)
    connection.open_database(settings.database_url, wal=settings.wal)
    done = upgraded(settings)
    changed = done.after > done.before
    lines = [f"Upgraded from step {done.before} to {done.after}." if changed else "Everything is up to date."]
    if done.backup is not None:
        lines.append(f"The database as it was before: {done.backup}")
    data = {"before": done.before, "after": done.after, "backup": str(done.backup) if done.backup else None}
    call.answer(data, lines)
