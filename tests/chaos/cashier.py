"""Everybody round the desks of one sale: cashiers, customers, a thief of readers, the bank, the web site."""

import random
from collections import Counter
from decimal import Decimal
from typing import Any

from tests.chaos.floor import ALL_READERS, READERS, DeskProcess, Floor, HarnessFault, go_on
from tests.chaos.jobs import Job
from tests.chaos.treasurer import Treasurer
from tests.chaos.website import Website
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.payments import PaymentState, Stage

PATIENCE = 16
"""After so many states a cashier serves the next person."""

CARDS = {
    "good": 60,
    "mastercard": 5,
    "insufficient_funds": 9,
    "lost_card": 3,
    "refund_pending": 4,
    "refund_fail": 4,
    "held": 9,
    "connection_error_after_authorization": 6,
    "connection_error_before_authorization": 4,
    "nobody": 10,
}
READER_FAULTS = ("offline", "dead", "busy", "updating", "card_left_in", "hardware_fault")


class Cashier:
    """Reacts to what desk processes show, by chance; ``reference`` is the order they are at."""

    def __init__(self, floor: Floor, website: Website, reference: str, calm: bool = False) -> None:
        self.floor = floor
        self.website = website
        self.reference = reference
        self.calm = calm
        self.attempt_id = 0
        self.intent_id = ""
        self._rng: random.Random = floor.rng
        self._seen: Counter[DeskProcess] = Counter()
        self._desks: list[DeskProcess] = []
        self._waiting: list[DeskProcess] = []
        self._idle = 0

    def chance(self, probability: float) -> bool:
        """Whether something happens this time."""
        return self._rng.random() < probability

    def serve(self, *desks: DeskProcess) -> None:
        """Attend to these until all have ended; they begin at the same moment."""
        self._desks = list(desks)
        self._waiting = []
        self._idle = 0
        self.floor.attend(self._desks, self.on, self.idle)

    def on(self, desk: DeskProcess, kind: str, value: Any) -> None:
        """React to what a desk says."""
        if kind == "ready":
            self._begin_together(desk)
        elif kind == "state":
            self._on_state(desk, value)
        elif kind == "stall":
            self._on_stall(desk)

    def _begin_together(self, desk: DeskProcess) -> None:
        self._waiting.append(desk)
        if all(each in self._waiting or each.is_dead for each in self._desks):
            for each in self._waiting:
                each.say("go")

    def _on_state(self, desk: DeskProcess, state: PaymentState) -> None:
        self._seen[desk] += 1
        self.attempt_id, self.intent_id = state.attempt_id, state.intent_id
        self.floor.note(f"{desk.job.station} sees {state.stage} {state.decline} {state.problem}")
        self.meddle(0.04)
        if self.chance(0.03):
            self._somebody_else_too(state)
        if self._seen[desk] > PATIENCE:
            desk.say("detach")
        elif self.chance(0.04):
            desk.say(self._rng.choice(("cancel", "detach", "retry", "capture")))
        if state.stage is Stage.SENT:
            self._customer(desk, state.reader_id)
        elif state.stage is Stage.AUTHORIZING and self.chance(0.7):
            self._bank(state.reader_id)
        elif state.stuck:
            self._decide(desk, state)

    def _somebody_else_too(self, state: PaymentState) -> None:
        """While a desk watches the payment, another asks for its end, or brings home what nobody watches."""
        if self.chance(0.2):
            self._a_host_with_another_config()
        job = Job("tick", station="desk-7")
        if self.chance(0.4):  # another installation on the same account: what it finds there is not its own
            self._desks.append(self.floor.desk(Job("reconciled", station="elsewhere", beside=True)))
        if state.intent_id and self.chance(0.5):
            job = Job("act", ("cancel", state.intent_id), station="desk-7")
        self._desks.append(self.floor.desk(job))

    def _a_host_with_another_config(self) -> None:
        """A second host on the same database says other things of the conference: it does not even open."""
        says = self._rng.choice((Rules(currency="JPY"), Rules(capture="confirm"), Rules(prices="shop")))
        outcome, value = self.floor.do(Job("sell", ([("t-shirt", 1)], None), station="other-host", says=says))
        if (outcome, value[0]) != ("refused", "config_differs"):
            raise HarnessFault(f"a host whose config says {says} {outcome}: {value}")

    def _customer(self, desk: DeskProcess, reader: str) -> None:
        if self.chance(0.05):
            self.steal(reader)
            return
        card = self._rng.choices(list(CARDS), list(CARDS.values()))[0]
        if card == "nobody":
            self._give_up_waiting(desk)
            return
        if card.startswith("connection_error"):
            self.floor.note(f"{reader}: {card}")
            self.floor.simulator.set_reader(reader, None, **{card: True})
        known = card if card not in ("good", "held") and not card.startswith("connection_error") else ""
        self.floor.tap(reader, known, hold=card == "held")
        if card == "held" and self.chance(0.15):
            self.floor.simulator.set_reader(reader, "dead")

    def _give_up_waiting(self, desk: DeskProcess) -> None:
        command = self._rng.choice(("cancel", "cancel", "detach", "switch", "wait"))
        if command == "switch":
            desk.say("switch", *[self._rng.choice(READERS)] * 2)
        elif command != "wait":
            desk.say(command)

    def steal(self, reader: str) -> None:
        """Somebody else's program puts its own payment, or a cart, on the reader."""
        self.floor.note(f"{reader} is stolen")
        if self.chance(0.3):
            cart = {
                "cart[currency]": "usd",
                "cart[total]": 100,
                "cart[line_items][0][amount]": 100,
                "cart[line_items][0][description]": "x",
                "cart[line_items][0][quantity]": 1,
            }
            self.floor.ask_stripe(
                "POST", f"terminal/readers/{reader}/set_reader_display", type="cart", **cart
            )
            return
        form = {"allowed_payment_method_types[0]": "card_present", "capture_method": "manual"}
        theirs = self.floor.ask_stripe("POST", "payment_intents", amount=4200, currency="usd", **form)
        prompt = {"payment_intent": theirs.get("id", "")}
        self.floor.ask_stripe("POST", f"terminal/readers/{reader}/process_payment_intent", **prompt)

    def _bank(self, reader: str) -> None:
        self.floor.finish(reader, self._rng.choice(("approve", "approve", "decline", "lost")))

    def _decide(self, desk: DeskProcess, state: PaymentState) -> None:
        if state.stage is Stage.AUTHORIZED:
            desk.say(self._rng.choice(("capture", "capture", "capture", "cancel", "detach")))
            return
        command = self._rng.choice(("retry", "retry", "retry", "switch", "switch", "cancel", "detach"))
        if command == "switch":
            other = self._rng.choice(READERS)
            desk.say("switch", other, other)
            return
        if command == "retry" and self.chance(0.7):
            self.mend(state.reader_id)
        desk.say(command)

    def mend(self, reader: str) -> None:
        """Switch a reader off and on: it is online and shows what Stripe says it shows."""
        self.floor.simulator.set_reader(reader, "online")

    def break_reader(self, reader: str) -> None:
        """Something is wrong with the reader from now on, or with its next command."""
        if self.chance(0.5):
            fault = self._rng.choice(READER_FAULTS)
            self.floor.simulator.set_reader(reader, fault)
        else:
            fault = self._rng.choice(("ack_lost", "timeout_not_delivered"))
            self.floor.simulator.set_reader(reader, None, **{fault: True})
        self.floor.note(f"{reader} is {fault}")

    def meddle(self, probability: float) -> None:
        """The web site does what it likes."""
        for event in self.website.waiting() if self.chance(0.3) else ():
            if self.chance(0.5):
                self.website.deliver(event)
        if self.chance(probability / 2):
            self.meet_the_treasurer()
        if self.calm or not self.chance(probability):
            return
        what = self._rng.choice(("cancel", "cancel", "pay", "pay", "wire", "sweep"))
        if what == "cancel":
            self.website.cancel_order(self.reference)
        elif what == "sweep":
            self.website.sweep()
        elif what == "pay":
            self.website.pay_otherwise(self.reference)
        elif (wired := self.website.complete_on_manage_page(self.reference)) > 0:
            self.floor.wired[self.reference] = self.floor.wired.get(self.reference, Decimal(0)) + wired

    def meet_the_treasurer(self) -> None:
        """The treasurer looks into Stripe's dashboard, and does something there."""
        treasurer = Treasurer(self.floor)
        self._rng.choice((treasurer.give_back, treasurer.give_back, treasurer.cancel))()

    def _on_stall(self, desk: DeskProcess) -> None:
        """A desk hangs: the world goes on without it, and then it wakes up, or never."""
        for event in self.website.waiting():
            if self.chance(0.6):
                self.website.deliver(event)
        self.meddle(0.15)
        if self.chance(0.5):
            self.floor.pass_time(self._rng.choice((31.0, 160.0)))
            self._go_on_elsewhere()
        if self.chance(0.15):
            desk.kill()
        else:
            desk.say("go")

    def _go_on_elsewhere(self) -> None:
        """Somebody else takes the payment up, or recovery does."""
        if self.attempt_id and self.chance(0.5):
            elsewhere = Cashier(self.floor, self.website, self.reference, self.calm)
            elsewhere.serve(self.floor.desk(Job("resume", (self.attempt_id,), station="desk-8")))
        else:
            other = self.floor.desk(Job("reconciled", station="desk-9"))
            self.floor.attend([other], go_on, self.idle)

    def idle(self) -> None:
        """Nobody says anything: a card is held, nobody pays, or the machine is busy."""
        self._idle += 1
        for reader in ALL_READERS:
            if self.chance(0.6):
                self._bank(reader)
        if self._idle > 4:
            self.floor.pass_time(self._rng.choice((20.0, 125.0)))
        if self._idle > 6:
            for desk in self._desks:
                desk.say(self._rng.choice(("cancel", "detach")))
        if self._idle > 2 and self.chance(0.5):
            for reader in READERS:
                self.mend(reader)
                self.floor.tap(reader)


def part_of(rng: random.Random, total: Decimal, least: int = 1) -> Decimal:
    """Some of ``total``: neither it nor the rest is below ``least`` minor units, if that can be."""
    cents = int(total * 100)
    return Decimal(rng.randint(least, max(least, cents - least))) / 100
