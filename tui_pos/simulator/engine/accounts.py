"""The accounts that the simulator plays: records, clock, events and what is due by itself."""

import secrets
import string
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

from tui_pos.simulator.api.errors import Json, no_such
from tui_pos.simulator.engine.store import Store
from tui_pos.simulator.server.trace import Observer

ID_ALPHABET = string.ascii_letters + string.digits
API_VERSION = "2026-10-28.endive"
EVENTS_KEPT = 2000
DEFAULT_ACCOUNT = "acct_1SimulatedDesk000"
# Before this version a released hold was a refund: see `World.emit`.
RELEASES_ARE_NO_REFUNDS = "2025-03-31"

# What a person may set while it runs; see control.py.
DEFAULTS: Json = {
    "clock_offset": 0,
    "tap_after": None,
    "test_amounts": False,
    "search_lag": 0,
    # The account: where it is, and the currencies in which it takes no cards in person.
    "country": "US",
    "default_currency": "usd",
    "no_cards_in": [],
    # What restricted keys may do: by key, Stripe's names of the rights.
    "rights": {},
    # The version that the account's webhook endpoint was made with, which its events follow.
    "webhook_version": API_VERSION,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an endpoint: the ids in its path, its checked parameters, and whose key it has.

    Without an account it is nobody's request but the simulator's own act, which sees everything.
    """

    path: str
    ids: dict[str, str] = field(default_factory=dict)
    params: Json = field(default_factory=dict)
    request_id: str | None = None
    idempotency_key: str | None = None
    account: str | None = None
    livemode: bool = False


class World:
    """Stripe's records, of any account and mode. Not thread-safe: the server's one thread owns it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.call = Call("")
        # Set by whoever runs an event loop: present a card in this many seconds.
        self.tap_later: Callable[[str, float], None] = lambda _turn, _seconds: None
        # Changes with every reset and at the end, so that a request that sleeps knows when to give up.
        self.age = 0
        self.observer: Observer | None = None

    # Settings and time

    def setting(self, name: str) -> object:
        """One of DEFAULTS, as last set."""
        record = self.store.get("setting", name)
        return DEFAULTS[name] if record is None else record["value"]

    def set(self, name: str, value: object) -> None:
        """Keep a setting."""
        self.store.put("setting", name, {"value": value})

    def now(self) -> int:
        """Unix seconds on the simulator's own clock, which can be moved on."""
        return int(self.precise_now())

    def precise_now(self) -> float:
        """The same with its fraction."""
        record = self.store.get("setting", "clock_offset")
        return time.time() + (float(record["value"]) if record else 0.0)

    # Records

    def new_id(self, prefix: str) -> str:
        """A fresh id as Stripe writes them."""
        return prefix + "_" + "".join(secrets.choice(ID_ALPHABET) for _ in range(24))

    def save(self, record: Json) -> Json:
        """Keep a new or changed Stripe object, and return it."""
        self.store.put(record["object"], record["id"], record)
        return record

    def fetch(self, kind: str, record_id: str, param: str, *, in_path: bool = True) -> Json:
        """The Stripe object with this id. Raises ApiError (resource_missing) when there is none."""
        record = self.store.get(kind, record_id)
        if record is None or not self.visible(record):
            raise no_such(kind.removeprefix("terminal."), record_id, param, in_path=in_path)
        return record

    def visible(self, record: Json) -> bool:
        """Whether the present request's key may see it: it is of the same account and mode, or is one of the
        demonstration's readers, which stand on the counter whichever key is used."""
        call = self.call
        if call.account is None or record.get("_everywhere"):
            return True
        return account_of(record) == call.account and is_live(record) == call.livemode

    def fresh(self, kind: str, prefix: str, of: Json | None = None) -> Json:
        """What every new Stripe object begins with. It belongs to whom ``of`` belongs, else to who asks."""
        if of is None or of.get("_everywhere"):
            owner, live = self.call.account or DEFAULT_ACCOUNT, self.call.livemode
        else:
            owner, live = account_of(of), is_live(of)
        record = {"id": self.new_id(prefix), "object": kind, "_account": owner, "_live": live}
        return record if kind == "refund" else record | {"livemode": live}

    def dated(self, kind: str, prefix: str, of: Json | None = None) -> Json:
        """The same with the time it was made, which all but locations and readers have."""
        return self.fresh(kind, prefix, of) | {"created": self.now()}

    # Events

    def emit(self, kind: str, subject: Json) -> None:
        """Record that something happened to an object, with the object as it is now.

        To a webhook endpoint of an old version a hold that was released, whole or in part, is a refund.
        """
        now = deepcopy(self.shown(subject))
        if self.releases_are_refunds and subject["object"] == "charge" and subject.get("_released"):
            now["amount_refunded"] += subject["_released"]
            now["refunded"] = now["amount_refunded"] == now["amount"]
        event = self.dated("event", "evt", of=subject) | {
            "api_version": self.setting("webhook_version"),
            "type": kind,
            "pending_webhooks": 0,
            "data": {"object": now},
            "request": {"id": self.call.request_id, "idempotency_key": self.call.idempotency_key},
        }
        self.save(event)
        events = self.store.all("event")
        if len(events) > EVENTS_KEPT:
            self.store.delete("event", next(iter(events)))

    @property
    def releases_are_refunds(self) -> bool:
        """Whether events follow a version in which a released hold was a refund."""
        return str(self.setting("webhook_version")) < RELEASES_ARE_NO_REFUNDS

    def shown(self, record: Json) -> Json:
        """An object as a client sees it: without the simulator's own notes, whose names begin with ``_``."""
        visible = {name: value for name, value in record.items() if not name.startswith("_")}
        if record.get("_everywhere"):
            visible["livemode"] = self.call.livemode
        if "_silent_since" in record:
            signal = record["_silent_since"]
            last = self.precise_now() if signal is None else signal
            visible["last_seen_at"] = int(last * 1000)
            visible["status"] = "offline" if self.offline(record) else "online"
        return visible

    def offline(self, reader: Json) -> bool:
        """Whether Stripe has given the reader up: no signal for two minutes."""
        since = reader["_silent_since"]
        return since is not None and self.precise_now() - since >= OFFLINE_AFTER

    # What happens by itself

    def remind(self, what: str, record_id: str, due: int) -> None:
        """Have something done to a record at a time; one reminder of a kind for a record."""
        self.store.put("timer", f"{what} {record_id}", {"what": what, "id": record_id, "due": due})

    def forget(self, what: str, record_id: str) -> None:
        """Drop a reminder, if it is there."""
        self.store.delete("timer", f"{what} {record_id}")

    def due(self) -> list[Json]:
        """The reminders whose time has come, taken off the list, soonest first."""
        now = self.now()
        ripe = [timer for timer in self.store.all("timer").values() if timer["due"] <= now]
        for timer in ripe:
            self.forget(timer["what"], timer["id"])
        return sorted(ripe, key=lambda timer: int(timer["due"]))


OFFLINE_AFTER = 120


def account_of(record: Json) -> str:
    """The id of the account that a record belongs to."""
    return str(record.get("_account", DEFAULT_ACCOUNT))


def is_live(record: Json) -> bool:
    """Whether a record is of live mode; a refund is shown without it."""
    return bool(record.get("_live"))
