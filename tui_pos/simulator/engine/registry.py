"""What is registered with Stripe: the account, its locations and readers, and connection tokens."""

from tui_pos.simulator.engine import objects
from tui_pos.simulator.engine.accounts import DEFAULT_ACCOUNT, Account
from tui_pos.simulator.engine.errors import ApiError, Json
from tui_pos.simulator.engine.objects import merged_metadata

DEVICES = {
    "simulated-wpe": "simulated_wisepos_e",
    "simulated-s700": "simulated_stripe_s700",
    "simulated-s710": "simulated_stripe_s710",
    "simulated-v660p": "simulated_verifone_v660p",
}
LOCATION = "terminal.location"
READER = "terminal.reader"


def account_details(account: Account, _: Json) -> Json:
    """GET /v1/account."""
    return {
        "id": account.caller.account_id or DEFAULT_ACCOUNT,
        "object": "account",
        "business_profile": None,
        "business_type": None,
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": account.setting("country"),
        "default_currency": account.setting("default_currency"),
        "details_submitted": True,
        "email": "treasurer@example.org",
        "payouts_enabled": True,
        "settings": None,
        "type": "standard",
    }


def create_location(account: Account, params: Json) -> Json:
    """POST /v1/terminal/locations."""
    location = objects.location(account, params["display_name"], params.get("address") or {})
    location["metadata"] = merged_metadata({}, params.get("metadata"))
    if params.get("phone"):
        location["phone"] = params["phone"]
    return account.save(location)


def update_location(account: Account, location_id: str, params: Json) -> Json:
    """POST /v1/terminal/locations/{id}."""
    location = account.fetch(LOCATION, location_id, "location")
    location["metadata"] = merged_metadata(location["metadata"], params.get("metadata"))
    location["address"] |= params.get("address") or {}
    for name in ("display_name", "phone"):
        if params.get(name):
            location[name] = params[name]
    return account.save(location)


def delete_location(account: Account, location_id: str, _: Json) -> Json:
    """DELETE /v1/terminal/locations/{id}."""
    location = account.fetch(LOCATION, location_id, "location")
    if any(reader["location"] == location["id"] for reader in account.store.all(READER).values()):
        raise ApiError("This location still has readers: delete them first.", param="location")
    return _deleted(account, location)


def register_reader(account: Account, params: Json) -> Json:
    """POST /v1/terminal/readers."""
    code = params["registration_code"]
    if code not in DEVICES:
        codes = ", ".join(DEVICES)
        raise ApiError(f"No reader shows this code. There are {codes}.", param="registration_code")
    location_id = params.get("location") or None
    if location_id is not None:
        account.fetch(LOCATION, location_id, "location", in_path=False)
    reader = objects.reader(account, params.get("label") or code, DEVICES[code], location_id)
    reader["metadata"] = merged_metadata({}, params.get("metadata"))
    return account.save(reader)


def update_reader(account: Account, reader_id: str, params: Json) -> Json:
    """POST /v1/terminal/readers/{id}."""
    reader = account.fetch(READER, reader_id, "reader")
    reader["metadata"] = merged_metadata(reader["metadata"], params.get("metadata"))
    if "label" in params:
        reader["label"] = params["label"] or reader["serial_number"]
    return account.save(reader)


def delete_reader(account: Account, reader_id: str, _: Json) -> Json:
    """DELETE /v1/terminal/readers/{id}."""
    return _deleted(account, account.fetch(READER, reader_id, "reader"))


def _deleted(account: Account, record: Json) -> Json:
    account.store.delete(record["object"], record["id"])
    return {"id": record["id"], "object": record["object"], "deleted": True}


def create_connection_token(account: Account, params: Json) -> Json:
    """POST /v1/terminal/connection_tokens."""
    token: Json = {"object": "terminal.connection_token", "secret": account.new_id("pst_test")}
    if params.get("location"):
        location = account.fetch(LOCATION, params["location"], "location", in_path=False)
        token["location"] = location["id"]
    return token
