"""The account of what runs by a timer: no password, and the right to reconcile alone.

Whoever can run a command as it has the database and the Stripe key already, so it is asked for no secret.
"""

from functools import partial

from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.desk.access.passwords import UNUSABLE
from tui_pos.desk.access.permissions import SERVICE
from tui_pos.desk.context import Staff
from tui_pos.desk.errors import NotPermitted

USERNAME = "tui-pos-service"


def account() -> Staff:
    """The service account; its user is made at the first call.

    Raises NotPermitted ``service_account`` when that user was made inactive, or is a person: one with a
    password or with every right.
    """
    with connected():
        user = User.get_or_none(User.username == USERNAME)
        if user is None:
            new = {"password": f"{UNUSABLE}{clock.random_code(40)}"}
            user, _ = run_tx(partial(User.get_or_create, username=USERNAME, defaults=new))
    if not user.is_active:
        raise NotPermitted("service_account.inactive", user=USERNAME)
    if user.is_superuser or not user.password.startswith(UNUSABLE):
        raise NotPermitted("service_account.person", user=USERNAME)
    return Staff(id=user.id, username=USERNAME, name=USERNAME, codenames=frozenset({SERVICE}))
