"""Stripe as one state: the records of its accounts, their settings, its clock, its events and its timers."""

import secrets
import string
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum

from tui_pos.simulator.engine.errors import Json, no_such
from tui_pos.simulator.engine.reader_state import is_offline, last_seen_at
from tui_pos.simulator.engine.store import Store

ID_ALPHABET = string.ascii_letters + string.digits
API_VERSION = "2026-10-28.endive"
EVENTS_KEPT = 2000
DEFAULT_ACCOUNT = "acct_1SimulatedDesk000"
# Before this version a released hold was a refund: see `Account.emit`.
RELEASES_ARE_NO_REFUNDS = "2025-03-31"

# What may be set while it runs: see `server.control_api`.
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


class Timer(StrEnum):
    """What happens to a record by itself once its time has come."""

    HOLD_EXPIRES = "hold lapses"
    REFUND_SETTLES = "refund settles"
    COLLECTED_CARD_EXPIRES = "collected card lapses"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request is being answered. Without an account it is the simulator's own act: it sees everything.

    The request's id and idempotency key are shown in the events that it causes.
    """

    account_id: str | None = None
    livemode: bool = False
    request_id: str | None = None
    idempotency_key: str | None = None


SIMULATOR = Caller()


class Account:
    """Stripe's records, of every account and mode that a key names; a caller sees those of its own.

    Not thread-safe: the server's one thread owns it.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.caller = SIMULATOR
        # Set by whoever runs an event loop: present the card of this turn in so many seconds.
        self.schedule_card: Callable[[str, float], None] = lambda _turn, _seconds: None
        # Changes with every reset and at the end, so that a request that sleeps knows when to give up.
        self.generation = 0

    # Settings and time

    def setting(self, name: str) -> object:
        """One of DEFAULTS, as last set."""
        record = self.store.get("setting", name)
        return DEFAULTS[name] if record is None else record["value"]

    def set_setting(self, name: str, value: object) -> None:
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
        """Whether the key of this request may see the record.

        It is of the same account and mode, or one of the demonstration's readers, which any key sees.
        """
        caller = self.caller
        if caller.account_id is None or record.get("_everywhere"):
            return True
        return owner_of(record) == caller.account_id and is_live(record) == caller.livemode

    def new_object(self, kind: str, prefix: str, of: Json | None = None) -> Json:
        """What every new Stripe object begins with. It belongs to whom ``of`` belongs, else to who asks."""
        if of is None or of.get("_everywhere"):
            owner, live = self.caller.account_id or DEFAULT_ACCOUNT, self.caller.livemode
        else:
            owner, live = owner_of(of), is_live(of)
        record = {"id": self.new_id(prefix), "object": kind, "_account": owner, "_live": live}
        return record if kind == "refund" else record | {"livemode": live}

    def new_dated_object(self, kind: str, prefix: str, of: Json | None = None) -> Json:
        """The same with the time it was made, which all but locations and readers have."""
        return self.new_object(kind, prefix, of) | {"created": self.now()}

    # Events

    def emit(self, kind: str, subject: Json) -> None:
        """Record that something happened to an object, with the object as it is now.

        To a webhook endpoint of an old version a hold that was released, whole or in part, is a refund.
        """
        now = deepcopy(self.client_view(subject))
        if self.releases_are_refunds and subject["object"] == "charge" and subject.get("_released"):
            now["amount_refunded"] += subject["_released"]
            now["refunded"] = now["amount_refunded"] == now["amount"]
        event = self.new_dated_object("event", "evt", of=subject) | {
            "api_version": self.setting("webhook_version"),
            "type": kind,
            "pending_webhooks": 0,
            "data": {"object": now},
            "request": {"id": self.caller.request_id, "idempotency_key": self.caller.idempotency_key},
        }
        self.save(event)
        events = self.store.all("event")
        if len(events) > EVENTS_KEPT:
            self.store.delete("event", next(iter(events)))

    @property
    def releases_are_refunds(self) -> bool:
        """Whether events follow a version in which a released hold was a refund."""
        return str(self.setting("webhook_version")) < RELEASES_ARE_NO_REFUNDS

    def client_view(self, record: Json) -> Json:
        """An object as a client sees it: without the simulator's own notes, whose names begin with ``_``."""
        visible = {name: value for name, value in record.items() if not name.startswith("_")}
        if record.get("_everywhere"):
            visible["livemode"] = self.caller.livemode
        if "_silent_since" in record:
            now = self.precise_now()
            visible["last_seen_at"] = last_seen_at(record, now)
            visible["status"] = "offline" if is_offline(record, now) else "online"
        return visible

    # Timers

    def start_timer(self, what: Timer, record_id: str, due: int) -> None:
        """Have something happen to a record at a time (Unix seconds); a record has one timer of a kind."""
        self.store.put("timer", f"{what} {record_id}", {"what": what, "id": record_id, "due": due})

    def cancel_timer(self, what: Timer, record_id: str) -> None:
        """Drop a timer, if it is there."""
        self.store.delete("timer", f"{what} {record_id}")

    def due_timers(self) -> list[Json]:
        """The timers whose time has come, taken off the list, soonest first."""
        now = self.now()
        due = [timer for timer in self.store.all("timer").values() if timer["due"] <= now]
        for timer in due:
            self.cancel_timer(Timer(timer["what"]), timer["id"])
        return sorted(due, key=lambda timer: int(timer["due"]))


def owner_of(record: Json) -> str:
    """The id of the account that a record belongs to."""
    return str(record.get("_account", DEFAULT_ACCOUNT))


def is_live(record: Json) -> bool:
    """Whether a record is of live mode; a refund is shown without it."""
    return bool(record.get("_live"))
