"""Which boundaries fates are drawn for, and what may happen there. ``test_chaos`` sees that all were hit."""

import random

from tests.chaos.boundaries import Fate

CHARGE_COMMITS = (
    "start.begin",
    "attempt_log.take_lease *",
    "attempt_log.update transitions.ask_for_intent",
    "bookkeeping.record_intent",
    "attempt_log.update transitions.send",
    "attempt_log.move transitions.send",
    "bookkeeping.authorized",
    "bookkeeping.recheck_order",
    "attempt_log.update transitions.ask_for_capture",
    "bookkeeping.captured",
    "attempt_log.drop_lease *",
    "bookkeeping.record_failure",
    "attempt_log.ask *",
    "attempt_log.move intent_status.*",
)
CHARGE_REQUESTS = (
    "POST /v1/payment_intents",
    "GET /v1/payment_intents",
    "GET /v1/payment_intents/*",
    "GET /v1/terminal/readers/*",
    "POST /v1/terminal/readers/*/process_payment_intent",
    "POST /v1/terminal/readers/*/cancel_action",
    "POST /v1/payment_intents/*/capture",
    "POST /v1/payment_intents/*/cancel",
)
REFUND_COMMITS = ("refunds.refund", "card_refunds._next_key", "card_refunds.book", "card_refunds._say")
REFUND_REQUESTS = ("POST /v1/refunds", "GET /v1/refunds")

ACTS = {"before commit": ("kill", "cut"), "after commit": ("kill", "stall", "cut")}
ASKED = {"before": ("kill", "stall", "in_flight"), "answered": ("kill", "stall")}

FAULTS = (
    "answer_lost",
    "cut_before",
    "error_500",
    "error_500_after",
    "rate_limit_429",
    "lock_timeout_429",
    "forbidden_403",
    "unavailable_503",
    "key_expired_401",
    "delay",
    "slow",
    "not_json",
)


def fates(commits: tuple[str, ...], requests: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every act at every boundary of these."""
    at_commits = [(act, f"{when} {name}") for name in commits for when, acts in ACTS.items() for act in acts]
    at_requests = [
        (act, f"{when} {name}")
        for name in requests
        for when, acts in ASKED.items()
        for act in acts
        if act != "in_flight" or name.startswith("POST")
    ]
    return at_commits + at_requests


MUST_BE_HIT = tuple(
    f"{when} {what}"
    for what in (
        "commit start.begin",
        "commit bookkeeping.record_intent",
        "commit attempt_log.update transitions.send",
        "commit bookkeeping.authorized",
        "commit attempt_log.update transitions.ask_for_capture",
        "commit bookkeeping.captured",
        "commit bookkeeping.record_failure",
        "commit refunds.refund",
        "commit card_refunds.book",
        "POST /v1/payment_intents",
        "POST /v1/terminal/readers/*/process_payment_intent",
        "POST /v1/payment_intents/*/capture",
        "POST /v1/payment_intents/*/cancel",
        "POST /v1/refunds",
    )
    for when in (("before", "after") if what.startswith("commit") else ("before", "answered"))
)
"""Where money is decided: a run that hit no desk there has proved too little."""

CHARGE = fates(CHARGE_COMMITS, CHARGE_REQUESTS)
REFUND = fates(REFUND_COMMITS, REFUND_REQUESTS)
SELL = fates(("checkout.*",), ())
CASH = fates(("tendering.take",), ())


class Deck:
    """Fates, dealt in one order for ever. A run of batches begins each where its seed says, so that together
    they deal all of them. SQLite has no connection to cut."""

    def __init__(self, rng: random.Random, cards: list[tuple[str, str]], start: int, *, sqlite: bool) -> None:
        self._rng = rng
        self._cards = [card for card in cards if not (sqlite and card[0] == "cut")]
        random.Random("the same for all").shuffle(self._cards)
        self._next = start

    def draw(self) -> Fate:
        """The next fate."""
        act, at = self._cards[self._next % len(self._cards)]
        self._next += 1
        return Fate(act, at, self._rng.choice((1, 1, 1, 1, 1, 2)))
