"""Chores of a conference, every half minute, by one of the running stations at a time."""

from contextlib import suppress

from tui_pos.data import search_index
from tui_pos.data.connection import connected
from tui_pos.desk import leases
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import holds
from tui_pos.desk.payments import accounts, recovery
from tui_pos.desk.refunds import card_refunds, elsewhere, web_site
from tui_pos.terminal import TerminalError

SECONDS = 30.0
"""How often a running station tries."""

DUTY_SECONDS = 60.0
"""How long the duty's lease holds: after a crash the next station waits no longer."""


def tick(desk: Desk, owner: str) -> bool:
    """Recover payments, follow refunds up, find what was done elsewhere, let expired holds go.

    The search index is compared with all that it is of. Answers False when another station does it now.

    ``owner`` names the running program (``lease_owners.new_owner``). Raises DatabaseUnavailable; what
    Stripe does not answer stays as it is for the next time.
    """
    duty = f"maintenance:{desk.conference.slug}"
    if not leases.take(duty, owner, DUTY_SECONDS):
        return False
    try:
        if accounts.is_ours(desk):
            recovery.recover(desk)
            card_refunds.follow_up(desk)
            with suppress(TerminalError):  # asked again at the next tick, from where it was seen last
                elsewhere.look(desk)
            web_site.repair_webhook_effects(desk)
        web_site.put_back_credit(desk)
        holds.release_expired(desk)
        with connected():
            search_index.update(desk.conference.id, all_of_it=True)
    finally:
        leases.drop(duty, owner)
    return True
