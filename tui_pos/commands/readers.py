"""readers, connection-token: the card readers of the conference."""

from typing import Annotated

import typer

from tui_pos.commands.context import current, table


def readers(
    context: typer.Context,
    location: Annotated[
        str | None, typer.Option(metavar="LOCATION", help='Those at this place (tml_...); "" for all places.')
    ] = None,
) -> None:
    """List the card readers, the usable first."""
    from tui_pos.commands import serializers
    from tui_pos.desk.payments.readers import readers as listed

    call = current(context)
    rows = listed(call.desk(store=False), location)
    lines = table((row.id, row.label, row.status, row.device_type, row.holder) for row in rows)
    call.answer(serializers.readers(rows), lines or ["There is no reader here."])


def connection_token(context: typer.Context) -> None:
    """Make a secret for a card reader's SDK."""
    from tui_pos.desk.payments.tokens import connection_token as token

    call = current(context)
    secret = token(call.desk())
    call.answer({"secret": secret}, [secret])
