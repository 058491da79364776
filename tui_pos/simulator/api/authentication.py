"""Whose key it is: which account and mode a request belongs to, and what that account is."""

import hashlib
import re
from dataclasses import dataclass

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.engine.accounts import DEFAULT_ACCOUNT, Call, World

KEY = re.compile(r"(?P<kind>sk|rk)_(?:(?P<mode>test|live)_)?(?P<other>otheraccount[A-Za-z0-9]*)?")


@dataclass(frozen=True, slots=True)
class Holder:
    """The account and mode of a key."""

    account: str
    livemode: bool


def holder(authorization: str) -> Holder:
    """Who sends this header. ``sk_live_`` and ``rk_live_`` are live mode.

    A key that goes on with ``otheraccount``, as ``sk_test_otheraccountB``, is another account's; all others
    are the same account's. Raises ApiError for what is no secret key.
    """
    scheme, _, key = authorization.partition(" ")
    found = KEY.match(key)
    if scheme.lower() == "bearer" and found is not None:
        return Holder(_account(found["other"]), found["mode"] == "live")
    if not key:
        message = "You did not provide an API key: send it as 'Authorization: Bearer YOUR_SECRET_KEY'."
    else:
        message = "Invalid API Key provided: a secret key begins with sk_ or rk_."
    raise ApiError(message, status=401)


def _account(name: str | None) -> str:
    """The same id for the same name, whatever happened to the state: a wiped sandbox keeps its account."""
    return DEFAULT_ACCOUNT if name is None else "acct_1" + hashlib.sha256(name.encode()).hexdigest()[:15]


def retrieve(world: World, call: Call) -> Json:
    return {
        "id": call.account or DEFAULT_ACCOUNT,
        "object": "account",
        "business_profile": None,
        "business_type": None,
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": world.setting("country"),
        "default_currency": world.setting("default_currency"),
        "details_submitted": True,
        "email": "treasurer@example.org",
        "payouts_enabled": True,
        "settings": None,
        "type": "standard",
    }
