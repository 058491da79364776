"""A batch: some sales on a fresh database and a fresh Stripe, recovered, and checked.

A batch is what a seed replays. What goes wrong in one leaves no trace in the next.
"""

from collections import Counter
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos import invariants
from tests.chaos.boundaries import Fate
from tests.chaos.cashier import Cashier
from tests.chaos.floor import ALL_READERS, MONEY_IS_WRONG, READERS, Floor, HarnessFault
from tests.chaos.jobs import Job
from tests.chaos.nursery import Nursery
from tests.chaos.points import CHARGE_REQUESTS
from tests.chaos.sale import Sales
from tests.chaos.treasurer import Treasurer
from tests.chaos.website import Website
from tui_pos.core import clock, money
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Refund
from tui_pos.data.tables.registration import AddOn, TicketType
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.conference_rules import PriceRule, Rules
from tui_pos.simulator import Child

SALES = 20
SCARCE = ("hoodie", "day-pass")
LEFT = 2
ROUGH_ROUNDS = 2
ROUNDS = 12
"""In so many rounds of recovery everything must have come home."""

PATIENT_ROUNDS = 6
"""After so many a supervisor ends what does not end by itself."""

OPEN = "requires_payment_method"

Scenario = Callable[[Floor], None]
FreshDatabase = Callable[[], AbstractContextManager[str]]


@dataclass
class Result:
    """What a batch came to; ``breaches`` empty when every promise was kept."""

    seed: int
    sales: int = 0
    breaches: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)

    def story(self) -> str:
        """Everything that happened to the orders that a breach names, for whoever looks into it."""
        return "\n".join([*self.breaches, f"seed {self.seed}", *self.log])


def run(
    database: FreshDatabase,
    seed: int,
    nursery: Nursery,
    simulator: Child,
    *,
    mutation: str = "",
    scenario: Scenario | None = None,
    prepare: Callable[[], None] = lambda: None,
    boundaries: Collection[str] = (),
) -> Result:
    """Play a batch. Breaches are answered, not raised; ``prepare`` may change the open database first.

    With ``boundaries`` desks meet their fate there alone; a ``scenario`` is played in place of sales.
    """
    result = Result(seed)
    true_clock = clock.now
    with database() as url, database() as beside, TemporaryDirectory(prefix="tui-pos-chaos-") as folder:
        floor = Floor(url, Path(folder), seed, nursery=nursery, simulator=simulator, mutation=mutation)
        floor.beside_url = beside
        clock.now = floor.clock.now
        try:
            prepare()
            _play(floor, result, boundaries, scenario)
        except HarnessFault as fault:
            result.breaches.append(str(fault))
        finally:
            clock.now = true_clock
            floor.close()
        result.log, result.hits, result.reached = floor.log, floor.hits, floor.reached
    return result


def _play(floor: Floor, result: Result, boundaries: Collection[str], scenario: Scenario | None) -> None:
    since = floor.clock.now()
    conference_rules.write(
        conferences.find("demo"), Rules(currency="USD", capture="automatic", prices=PriceRule.SERVICES)
    )
    _make_scarce(since)
    website = Website(floor.simulator.url, floor.note)
    sales = Sales(floor, website, boundaries)
    if scenario is not None:
        scenario(floor)
    for number in range(SALES if scenario is None else 0):
        floor.note(f"-- sale {number}")
        sales.play()
        result.sales += 1
        if floor.rng.random() < 0.1:
            recover_everything(floor, website, sales)
    recover_everything(floor, website, sales)
    result.breaches += _check(floor, since)
    if not result.breaches:
        result.breaches += _hand_back(floor)
        result.breaches += _check(floor, since)
    with connected():
        result.stages.update(row.stage for row in Attempt.select())


def _check(floor: Floor, since: datetime) -> list[str]:
    books = floor.simulator.books()
    # Nobody sweeps what is that old: it holds no money, no reader shows it, and no attempt knows of it.
    books = {key: book for key, book in books.items() if key not in floor.too_old or book["status"] != OPEN}
    return [
        *invariants.breaches(books, since, floor.clock.now(), floor.told, floor.prices),
        *invariants.cash_agrees(floor.cash, floor.wired, since),
    ]


def _hand_back(floor: Floor) -> list[str]:
    """Give back what a person was told of; then nobody may have to look at it any more.

    What the web shop took goes back in the dashboard. What the web site's people were sent by wire goes back
    by wire, which no row says: of such an order a person is told for ever.
    """
    with connected():
        flagged = invariants.flagged()
    breaches, by_wire = [], set()
    for order, surplus in flagged:
        here = surplus - Treasurer(floor).give_back_of_the_web_shop(order.id, surplus)
        outcome, value = ("done", None)
        if here:
            amount = money.from_minor(here, "USD")
            outcome, value = floor.do(Job("refund", (order.reference, amount), station="desk-1"))
        if outcome == "refused" and order.reference in floor.wired:
            by_wire.add(order.reference)
        elif outcome != "done":
            breaches.append(f"{order.reference}: money that a person was told of is not given back: {value}")
    for _ in range(2):  # one refund waits a minute at Stripe, another fails after it
        floor.pass_time(200)
        reconcile(floor)
    with connected():
        still = {order.reference for order, _ in invariants.flagged()}
        left = still - by_wire - invariants.undelivered()
    return breaches + [f"{reference}: refunded, and a person is still told" for reference in left]


def _make_scarce(now: datetime) -> None:
    """Leave so few of some products that sales are refused, and that what a hold lets go is sold again."""
    with connected():
        for slug in SCARCE:
            table = AddOn if AddOn.get_or_none(AddOn.slug == slug) else TicketType
            product = table.get(table.slug == slug)
            taken = invariants.taken(table, product.id, now)
            table.update(total_quantity=taken + LEFT).where(table.id == product.id).execute()


def recover_everything(floor: Floor, website: Website, sales: Sales) -> None:
    """Recover until nothing is under way; at first with faults, by processes that die, by two at once."""
    _calm_down(floor)
    for number in range(ROUNDS):
        rough = number < ROUGH_ROUNDS
        _recover(floor, website, sales, rough=rough)
        _calm_down(floor)
        floor.pass_time(200)
        if not rough and not _under_way():
            break
        if number >= PATIENT_ROUNDS:
            floor.do(Job("resolved", station="desk-1"))
    for event in website.waiting():
        if floor.rng.random() < 0.7:
            website.deliver(event)
    reconcile(floor)


def reconcile(floor: Floor) -> None:
    """A reconciliation that nothing disturbs; what it tells a person must be about money that is wrong."""
    outcome, value = floor.do(Job("reconciled", station="desk-1"))
    if outcome != "done":
        raise HarnessFault(f"the last reconciliation {outcome}: {value}")
    if false := [each for each in value if each.kind not in (*MONEY_IS_WRONG, "refund_failed")]:
        raise HarnessFault(f"a reconciliation tells what is not so, or what it should have mended: {false}")


def _recover(floor: Floor, website: Website, sales: Sales, *, rough: bool) -> None:
    fates: tuple[Fate, ...] = ()
    if rough:
        sales.order_faults(CHARGE_REQUESTS, 0.3)
        fates = sales.draw_fates(sales.charges, 0.4)
    jobs = [Job("reconciled", station=f"desk-{n}", fates=fates) for n in range(2 if rough else 1)]
    Cashier(floor, website, "", calm=True).serve(*(floor.desk(job) for job in jobs))
    for event in website.waiting():
        if floor.rng.random() < 0.5:
            website.deliver(event)


def _calm_down(floor: Floor) -> None:
    floor.simulator.clear_faults()
    for reader in ALL_READERS:
        floor.simulator.set_reader(reader, "online" if reader in READERS else "offline")
        floor.finish(reader, floor.rng.choice(("approve", "decline")))


def _under_way() -> bool:
    with connected():
        live = Attempt.select().where(Attempt.finished_at.is_null()).exists()
        return bool(live or Refund.select().where(Refund.finished_at.is_null()).exists())
