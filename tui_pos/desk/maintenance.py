"""What some station has to do every half minute, whoever is signed in: one of all does it at a time."""

from tui_pos.desk import accounts, duties
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import recovery
from tui_pos.desk.refund import card_refunds, web_site
from tui_pos.desk.sale import holds

SECONDS = 30.0
"""How often a running station tries."""

DUTY_SECONDS = 60.0
"""A station that died in the middle lets the next one in after this long."""


def tick(desk: Desk, owner: str) -> bool:
    """Recover payments, follow refunds up, let expired holds go; False when another station is at it.

    ``owner`` names the running program (``payments.journal.new_owner``). Raises DatabaseUnavailable; what
    Stripe does not answer stays as it is for the next time.
    """
    duty = f"maintenance:{desk.conference.slug}"
    if not duties.take(duty, owner, DUTY_SECONDS):
        return False
    try:
        if accounts.is_ours(desk):
            recovery.recover(desk)
            card_refunds.follow_up(desk)
        web_site.put_right(desk)
        holds.release_expired(desk)
    finally:
        duties.drop(duty, owner)
    return True
