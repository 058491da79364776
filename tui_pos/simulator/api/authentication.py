"""Which account and mode a request belongs to, by its key."""

import hashlib
import re
from dataclasses import dataclass

from tui_pos.simulator.engine.accounts import DEFAULT_ACCOUNT
from tui_pos.simulator.engine.errors import ApiError

KEY = re.compile(r"(?P<kind>sk|rk)_(?:(?P<mode>test|live)_)?(?P<other>otheraccount[A-Za-z0-9]*)?")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key, and the account and mode that it is of."""

    key: str
    account_id: str
    livemode: bool


def authenticate(authorization: str) -> Credentials:
    """Who sends this header. ``sk_live_`` and ``rk_live_`` are live mode.

    A key that goes on with ``otheraccount``, as ``sk_test_otheraccountB``, is another account's; all others
    are the same account's. Raises ApiError for what is no secret key.
    """
    scheme, _, key = authorization.partition(" ")
    found = KEY.match(key)
    if scheme.lower() == "bearer" and found is not None:
        return Credentials(key, _account_id(found["other"]), found["mode"] == "live")
    if not key:
        message = "You did not provide an API key: send it as 'Authorization: Bearer YOUR_SECRET_KEY'."
    else:
        message = "Invalid API Key provided: a secret key begins with sk_ or rk_."
    raise ApiError(message, status=401)


def _account_id(name: str | None) -> str:
    """The same id for the same name, whatever happened to the state: a wiped sandbox keeps its account."""
    return DEFAULT_ACCOUNT if name is None else "acct_1" + hashlib.sha256(name.encode()).hexdigest()[:15]
