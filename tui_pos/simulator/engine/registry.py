"""Locations, readers as entries in Stripe's books, connection tokens and events."""

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.api.lists import page
from tui_pos.simulator.api.params import merged_metadata
from tui_pos.simulator.engine import objects
from tui_pos.simulator.engine.accounts import Call, World

DEVICES = {
    "simulated-wpe": "simulated_wisepos_e",
    "simulated-s700": "simulated_stripe_s700",
    "simulated-s710": "simulated_stripe_s710",
    "simulated-v660p": "simulated_verifone_v660p",
}
LOCATION = "terminal.location"
READER = "terminal.reader"


def create_location(world: World, call: Call) -> Json:
    sent = call.params
    location = objects.location(world, sent["display_name"], sent.get("address") or {})
    location["metadata"] = merged_metadata({}, sent.get("metadata"))
    if sent.get("phone"):
        location["phone"] = sent["phone"]
    return world.save(location)


def retrieve_location(world: World, call: Call) -> Json:
    return world.fetch(LOCATION, call.ids["id"], "location")


def list_locations(world: World, call: Call) -> Json:
    return page(world, LOCATION, call)


def update_location(world: World, call: Call) -> Json:
    location = retrieve_location(world, call)
    sent = call.params
    location["metadata"] = merged_metadata(location["metadata"], sent.get("metadata"))
    location["address"] |= sent.get("address") or {}
    for name in ("display_name", "phone"):
        if sent.get(name):
            location[name] = sent[name]
    return world.save(location)


def delete_location(world: World, call: Call) -> Json:
    location = retrieve_location(world, call)
    if any(reader["location"] == location["id"] for reader in world.store.all(READER).values()):
        raise ApiError("This location still has readers: delete them first.", param="location")
    world.store.delete(LOCATION, location["id"])
    return {"id": location["id"], "object": LOCATION, "deleted": True}


def register_reader(world: World, call: Call) -> Json:
    sent = call.params
    code = sent["registration_code"]
    if code not in DEVICES:
        codes = ", ".join(DEVICES)
        raise ApiError(f"No reader shows this code. There are {codes}.", param="registration_code")
    location_id = sent.get("location") or None
    if location_id is not None:
        world.fetch(LOCATION, location_id, "location", in_path=False)
    reader = objects.reader(world, sent.get("label") or code, DEVICES[code], location_id)
    reader["metadata"] = merged_metadata({}, sent.get("metadata"))
    return world.save(reader)


def retrieve_reader(world: World, call: Call) -> Json:
    return world.fetch(READER, call.ids["id"], "reader")


def list_readers(world: World, call: Call) -> Json:
    return page(world, READER, call)


def update_reader(world: World, call: Call) -> Json:
    reader = retrieve_reader(world, call)
    reader["metadata"] = merged_metadata(reader["metadata"], call.params.get("metadata"))
    if "label" in call.params:
        reader["label"] = call.params["label"] or reader["serial_number"]
    return world.save(reader)


def delete_reader(world: World, call: Call) -> Json:
    reader = retrieve_reader(world, call)
    world.store.delete(READER, reader["id"])
    return {"id": reader["id"], "object": READER, "deleted": True}


def connection_token(world: World, call: Call) -> Json:
    token: Json = {"object": "terminal.connection_token", "secret": world.new_id("pst_test")}
    if call.params.get("location"):
        location = world.fetch(LOCATION, call.params["location"], "location", in_path=False)
        token["location"] = location["id"]
    return token


def retrieve_event(world: World, call: Call) -> Json:
    return world.fetch("event", call.ids["id"], "id")


def list_events(world: World, call: Call) -> Json:
    return page(world, "event", call)
