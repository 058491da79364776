"""One sale from order to refund, with whatever goes wrong on the way."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from tests.chaos.boundaries import Fate
from tests.chaos.cashier import Cashier, part_of
from tests.chaos.floor import OFF_READER, READERS, DeskProcess, Floor
from tests.chaos.jobs import Job
from tests.chaos.points import CASH, CHARGE, CHARGE_REQUESTS, FAULTS, REFUND, REFUND_REQUESTS, SELL, Deck
from tests.chaos.treasurer import Treasurer
from tests.chaos.website import Website
from tui_pos.data.connection import connected, is_sqlite
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.data.tables.registration import Order, Payment, PaymentStatus

GOODS = (
    ([("t-shirt", 1)], None),
    ([("t-shirt", 3)], None),
    ([("cafe-creme", 1)], None),
    ([("regular", 1)], None),
    ([("regular", 1), ("lunch", 1)], None),
    ([("hoodie", 1)], None),
    ([("day-pass", 1)], None),
    ([("t-shirt", 1)], "NOOR2026"),
    ([("hoodie", 1)], "TOMA2026"),
    ([("hoodie", 1)], None),
    ([("day-pass", 1)], None),
    ([("regular", 1)], "ZARA2026"),
    ([("day-pass", 1)], "YUKI2026"),
    ([("t-shirt", 1), ("chefs-dinner", 1)], "OWEN2026"),
)


ELSEWHERE: dict[str, dict[str, object]] = {
    "create": {"id": "pi_of_somebody_else"},
    "retrieve": {"id": "pi_of_somebody_else", "status": "succeeded"},
    "capture": {"currency": "eur"},
    "cancel": {"id": "pi_of_somebody_else", "status": "canceled"},
    "refund": {"amount": 1, "status": "succeeded"},
}
"""Answers that are about something else."""

LEAST_CHARGE = 50
LONGER_THAN_A_DESK_WAITS = 0.7
LONGER_THAN_A_HOLD = 20 * 60
LONGER_THAN_AN_AUTHORISATION = 6 * 24 * 3600


class Sales:
    """Plays sales on a floor."""

    def __init__(self, floor: Floor, website: Website, boundaries: Collection[str]) -> None:
        self.floor = floor
        self._boundaries = boundaries
        self.website = website
        self.rng = floor.rng
        self.charges = self._deck(CHARGE, 35)
        self.refunds = self._deck(REFUND, 8)
        self.sells = self._deck(SELL, 2)
        self.cash = self._deck(CASH, 1)
        self.keys = 0
        self.references: list[str] = []

    def _deck(self, cards: list[tuple[str, str]], dealt: int) -> Deck:
        """A deck that goes on where the batch with the seed before left it; one deals about so many."""
        chosen = [card for card in cards if card[1] in self._boundaries]
        return Deck(self.rng, chosen or cards, self.floor.number * dealt, sqlite=is_sqlite())

    def chance(self, probability: float) -> bool:
        """Whether something happens this time."""
        return self.rng.random() < probability

    def play(self) -> None:
        """One sale; what is left unfinished is recovered later."""
        items, badge = self.rng.choice(GOODS)
        sold = self._sell(items, badge)
        if sold is None:
            return
        reference, total = sold
        self.order_faults(CHARGE_REQUESTS, 0.4)
        if total >= 2 and self.chance(0.3):
            self._charge(reference, part_of(self.rng, total, LEAST_CHARGE))
            if self.chance(0.15):
                self._refund(reference)
        if self.chance(0.1):
            self._cash(reference, None if total < 2 or self.chance(0.3) else part_of(self.rng, total))
        self._charge(reference, None)
        self._after_payment(reference)

    def _after_payment(self, reference: str) -> None:
        """What may become of a sale, and the end of most faults."""
        if self.chance(0.2):
            self.floor.do(Job("hand_out", (reference,)))
        if self.chance(0.12):
            Treasurer(self.floor).give_back()
        if self.chance(0.5):
            self._refund(reference)
        if self.chance(0.7):
            self.floor.simulator.clear_faults()
        for reader in READERS:
            if self.chance(0.8):
                self.floor.simulator.set_reader(reader, "online")

    def _sell(self, items: list[tuple[str, int]], badge: str | None) -> tuple[str, Decimal] | None:
        fates = (self.sells.draw(),) if self.chance(0.1) else ()
        outcome, value = self.floor.do(Job("sell", (items, badge), fates=fates))
        if outcome != "done":
            outcome, value = self.floor.do(Job("sell", (items, badge)))
        if outcome != "done":
            return None
        self.references.append(value[0])
        self.floor.prices[value[0]] = value[1]
        self.floor.note(f"order {value[0]} {items} {badge} {value[1]}")
        reference: str = value[0]
        total: Decimal = value[1]
        return reference, total

    def order_faults(self, requests: tuple[str, ...], probability: float) -> None:
        """Something will be wrong with some of these requests, or Stripe is away for a while."""
        if self.chance(0.04):
            self.floor.fault(self.rng.choice(("cut_before", "unavailable_503")), "* /v1/*", times=25)
        if self.chance(0.08):
            operation = self.rng.choice(tuple(ELSEWHERE))
            self.floor.alter(operation, times=self.rng.choice((1, 3)), **ELSEWHERE[operation])
        if self.chance(0.06):
            operation = self.rng.choice(("capture", "cancel", "process", "retrieve", "refund"))
            self.floor.refuse(
                operation, self.rng.choice((400, 402, 403, 404)), times=self.rng.choice((2, 30))
            )
        if self.chance(0.03):
            self.floor.rate_limit(self.rng.choice((0.5, 40.0)))
        while self.chance(probability):
            self.floor.fault(
                self.rng.choice(FAULTS),
                self.rng.choice(requests),
                times=self.rng.choice((1, 2, 3, 3, 4)),
                after=self.rng.choice((0, 0, 1)),
                seconds=self.rng.choice((0.05, LONGER_THAN_A_DESK_WAITS)),
            )

    def draw_fates(self, deck: Deck, probability: float) -> tuple[Fate, ...]:
        """What will befall one desk process; each further fate is less likely."""
        drawn: list[Fate] = []
        while self.chance(probability) and len(drawn) < 3:
            drawn.append(deck.draw())
        return tuple(drawn)

    def _cash_job(self, reference: str, amount: Decimal | None) -> Job:
        """A customer lays down what is asked for; the dialog has one key however often it is pressed."""
        self.keys += 1
        with connected():
            given = amount or Order.get(Order.reference == reference).total
        fates = self.draw_fates(self.cash, 0.6)
        handed = (given, f"dialog-{self.keys}")
        return Job("pay_cash", (reference, amount, handed), "desk-6", fates=fates)

    def _cash(self, reference: str, amount: Decimal | None) -> None:
        job = self._cash_job(reference, amount)
        cashier = Cashier(self.floor, self.website, reference)
        desk = self.floor.desk(job)
        cashier.serve(desk)
        self._take_cash_for_sure(job, desk)

    def _take_cash_for_sure(self, job: Job, desk: DeskProcess) -> None:
        """Press the key again in the same dialog until it says whether the cash was taken."""
        outcome, value = desk.outcome
        while outcome not in ("done", "refused"):
            outcome, value = self.floor.do(replace(job, fates=()))
        if outcome == "done":
            reference = job.given[0]
            self.floor.cash[reference] = self.floor.cash.get(reference, Decimal(0)) + value

    def _job(self, reference: str, reader: str, amount: Decimal | None, station: str) -> Job:
        return Job(
            "charge" if self.chance(0.85) else "charge_by_command",
            (reference, reader, amount),
            station=station,
            staff="trainee",
            capture="automatic" if self.chance(0.8) else "confirm",
            is_old=self.chance(0.06),
            retries=self.rng.choice((0, 2)),
            fates=self.draw_fates(self.charges, 0.75),
        )

    def _charge(self, reference: str, amount: Decimal | None) -> None:
        cashier = Cashier(self.floor, self.website, reference)
        reader = OFF_READER if self.chance(0.03) else self.rng.choice(READERS)
        if self.chance(0.12):
            cashier.break_reader(reader)
        desks = [self.floor.desk(job) for job in self._charge_jobs(reference, reader, amount)]
        cashier.serve(*desks)
        for desk in desks:
            if desk.job.do == "pay_cash":
                self._take_cash_for_sure(desk.job, desk)
        for event in self.website.waiting() if self.chance(0.3) else ():
            self.website.deliver(event)
        for _ in range(3):
            if (live := self._live(reference)) is None:
                return
            self._aftermath(reference, live)

    def _charge_jobs(self, reference: str, reader: str, amount: Decimal | None) -> list[Job]:
        """One desk that charges the order, and sometimes others beside it."""
        jobs = [self._job(reference, reader, amount, "desk-1")]
        if self.chance(0.12):
            jobs.append(self._job(reference, self.rng.choice(READERS), amount, "desk-2"))
        elif self.chance(0.08):
            other = self._sell([("t-shirt", 1)], None)
            if other is not None:
                jobs.append(self._job(other[0], reader, None, "desk-2"))
        if self.chance(0.06):
            jobs.append(self._cash_job(reference, None))
        return jobs

    def _live(self, reference: str) -> Attempt | None:
        with connected():
            order = Order.get(Order.reference == reference)
            found: Attempt | None = (
                Attempt.select().where(Attempt.order == order, Attempt.finished_at.is_null()).first()
            )
            return found

    def _aftermath(self, reference: str, live: Attempt) -> None:
        """A payment was left behind: somebody goes on with it, or recovery comes by, or nobody cares yet."""
        if self.chance(0.25):
            if self.chance(0.3):
                self.floor.pass_time(LONGER_THAN_A_HOLD)
            if live.stage == Stage.AUTHORIZED and self.chance(0.3):
                self.floor.do(Job("checked"))  # as every evening; what is older it does not look at
                self.floor.let_days_pass(LONGER_THAN_AN_AUTHORISATION)
            return
        cashier = Cashier(self.floor, self.website, reference)
        cashier.meddle(0.05)
        if self.chance(0.5):
            self.floor.tap(live.reader_id)
        if self.chance(0.8):
            self.floor.pass_time(31)
        fates = self.draw_fates(self.charges, 0.4)
        what = self.rng.choice(("resume", "resume", "act", "tick", "reconciled", "twice"))
        if what == "resume":
            cashier.serve(self.floor.desk(Job("resume", (live.id,), station="desk-3", fates=fates)))
        elif what == "act" and live.intent_id:
            command = "capture" if live.stage == Stage.AUTHORIZED and self.chance(0.7) else "cancel"
            cashier.serve(
                self.floor.desk(Job("act", (command, live.intent_id), station="desk-3", fates=fates))
            )
        else:
            count = 2 if what == "twice" else 1
            do = "tick" if what == "tick" else "reconciled"
            cashier.serve(
                *(self.floor.desk(Job(do, station=f"desk-{4 + n}", fates=fates)) for n in range(count))
            )

    def _refund(self, reference: str) -> None:
        with connected():
            order = Order.get(Order.reference == reference)
            paid = Payment.select().where(Payment.order == order, Payment.status == PaymentStatus.SUCCEEDED)
            total = sum((row.amount for row in paid), Decimal(0))
        if not total:
            return
        self.order_faults(REFUND_REQUESTS, 0.3)
        if self.chance(0.1):
            job = Job("void", (reference,), fates=self.draw_fates(self.refunds, 0.6))
            Cashier(self.floor, self.website, reference, calm=True).serve(self.floor.desk(job))
            return
        how = self.rng.choice(("all", "part", "twice", "both", "pieces", "pieces", "pieces twice"))
        amount = None if how == "all" else part_of(self.rng, total / 2)
        jobs = [
            Job(
                "give_pieces_back" if how.startswith("pieces") else "refund",
                (reference, self.rng.randint(0, 9), self.chance(0.7))
                if how.startswith("pieces")
                else (reference, amount),
                station=f"desk-{n}",
                fates=self.draw_fates(self.refunds, 0.6),
            )
            for n in range(1 if how in ("all", "part", "pieces") else 2)
        ]
        if self.chance(0.1):
            Treasurer(self.floor).give_back()
        cashier = Cashier(self.floor, self.website, reference, calm=True)
        if how == "twice":
            for job in jobs:
                cashier.serve(self.floor.desk(job))
        else:
            cashier.serve(*(self.floor.desk(job) for job in jobs))
        cashier.meddle(0)
        if self.chance(0.4):
            self.floor.pass_time(self.rng.choice((31.0, 70.0, 130.0)))
            fates = self.draw_fates(self.refunds, 0.5)
            cashier.serve(self.floor.desk(Job("reconciled", station="desk-4", fates=fates)))
