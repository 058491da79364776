"""Today in figures: money at this station by tender, people in the house, how fast they come.

Every station asks every few seconds, so nothing here reads what is older than today, beside one count of the
house a minute.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from peewee import JOIN, Case, Value, fn

from tui_pos.core import clock, money
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import (
    Attempt,
    AuditAction,
    AuditEntry,
    CashMovement,
    MovementKind,
    Refund,
    ReplacedBadge,
    Stage,
    Station,
)
from tui_pos.data.tables.registration import Attendee, CheckIn
from tui_pos.desk.access import occupancy
from tui_pos.desk.access.people import full_name
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.balance import ACCEPTED
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.search.activity import last_check_ins

BARS = 6
BAR = timedelta(minutes=10)
"""The graph of the last hour: so many bars of so long."""

COUNT_HOUSE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderFigures:
    """What one tender took and gave back at this station today, in one ``currency``.

    ``taken`` of cash is what came into the drawer, ``given_back`` what left it; ``rounding`` is how much of
    that (or, negative, how much less) is owed to the currency's lack of small coins.
    """

    tender: Tender
    currency: str
    count: int = 0
    taken: Decimal = ZERO
    refunds: int = 0
    given_back: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def sum(self) -> Decimal:
        """What is kept of it; negative where more went back than came in."""
        return self.taken - self.given_back


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Who is in: ``inside`` of ``registered`` people, counted ``at`` (UTC); ``last_check_in`` is an id."""

    inside: int
    registered: int
    at: datetime
    last_check_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A day of the conference's own clock: ``tenders`` at this station, the conference's people.

    ``came`` are the check-ins of the conference in each ten minutes of the last hour, the present ones last.
    """

    tenders: tuple[TenderFigures, ...]
    inside: int
    registered: int
    came: tuple[int, ...]
    house: House


def today(desk: Desk, before: Today | None = None) -> Today:
    """The figures now, in four statements; three where ``before`` (the last answer) counted the house lately.

    Raises NotPermitted.
    """
    require(desk, Action.LOOK_UP)
    now = clock.now()
    with connected():
        tenders = _tenders(desk, _midnight(desk, now))
        house = before.house if before is not None else None
        if house is None or not now - COUNT_HOUSE_EVERY < house.at <= now:
            house = _counted(desk, now)
        came, since = _door(desk, now, house.last_check_in)
    return Today(
        tenders=tenders, inside=house.inside + since, registered=house.registered, came=came, house=house
    )


def _midnight(desk: Desk, now: datetime) -> datetime:
    return desk.local(now).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


# Money


def _tenders(desk: Desk, since: datetime) -> tuple[TenderFigures, ...]:
    found: dict[tuple[Tender, str], TenderFigures] = {}
    for tender, currency, is_refund, count, amount, rounding in rows(_moved(desk, since)):
        key = (Tender(tender), str(currency))
        before = found.get(key) or TenderFigures(tender=key[0], currency=key[1])
        found[key] = _added(before, bool(is_refund), int(count), int(amount or 0), int(rounding or 0))
    order = list(Tender)
    return tuple(sorted(found.values(), key=lambda each: (order.index(each.tender), each.currency)))


def _added(before: TenderFigures, is_refund: bool, count: int, amount: int, rounding: int) -> TenderFigures:
    moved, odd = (money.from_minor(minor, before.currency) for minor in (amount, rounding))
    if is_refund:
        return replace(
            before,
            refunds=before.refunds + count,
            given_back=before.given_back + moved,
            rounding=before.rounding - odd,
        )
    return replace(
        before, count=before.count + count, taken=before.taken + moved, rounding=before.rounding + odd
    )


def _moved(desk: Desk, since: datetime) -> Any:
    """(tender, currency, is it a refund, how many, sum, rounding), money in minor units; cash as it moved."""

    def here(table: Any, at: Any, *where: Any) -> tuple[Any, ...]:
        return (table.conference == desk.conference.id, table.station == desk.station, at >= since, *where)

    def sums(table: Any, *amounts: Any) -> tuple[Any, ...]:
        return (table.currency, *amounts[:1], fn.COUNT(table.id), *(fn.SUM(each) for each in amounts[1:]))

    sale, back = Value(0), Value(1)
    cash = CashMovement.select(
        Value(Tender.CASH.value), *sums(CashMovement, sale, CashMovement.amount, CashMovement.rounding)
    ).where(*here(CashMovement, CashMovement.created_at, CashMovement.kind == MovementKind.SALE))
    cards = Attempt.select(Value(Tender.CARD.value), *sums(Attempt, sale, Attempt.captured, 0)).where(
        *here(Attempt, Attempt.finished_at, Attempt.stage == Stage.CAPTURED)
    )
    others = AuditEntry.select(AuditEntry.what, *sums(AuditEntry, sale, AuditEntry.amount, 0)).where(
        *here(AuditEntry, AuditEntry.at, AuditEntry.what.in_([AuditAction.CREDIT, AuditAction.COMPLIMENTARY]))
    )
    refunds = Refund.select(
        Refund.tender, *sums(Refund, back, Refund.amount + Refund.rounding, Refund.rounding)
    ).where(
        *here(Refund, Refund.created_at, Refund.stage.in_(ACCEPTED), Refund.exchange.is_null()),
        Refund.amount > 0,
    )
    return (
        cash.group_by(CashMovement.currency)
        .union_all(cards.group_by(Attempt.currency))
        .union_all(others.group_by(AuditEntry.what, AuditEntry.currency))
        .union_all(refunds.group_by(Refund.tender, Refund.currency))
    )


# The door


def _counted(desk: Desk, now: datetime) -> House:
    """Count everybody; one statement that reads the conference's people."""
    last = CheckIn.select(fn.MAX(CheckIn.id)).where(CheckIn.conference == desk.conference.id)
    query = Attendee.select(fn.COUNT(Attendee.id), fn.COUNT(Attendee.checked_in_at), last)
    replaced = ReplacedBadge.select(ReplacedBadge.id).where(ReplacedBadge.attendee == Attendee.id)
    has_none = Attendee.order.is_null() & fn.EXISTS(replaced)  # their ticket is somebody else's
    (found,) = rows(query.where(Attendee.conference == desk.conference.id, ~has_none))
    registered, inside, number = found
    return House(inside=inside, registered=registered, at=now, last_check_in=number or 0)


def _door(desk: Desk, now: datetime, last_counted: int) -> tuple[tuple[int, ...], int]:
    """The check-ins of each part of the last hour, and who came in first since the house was counted."""
    last = last_check_ins(desk, CheckIn.id, CheckIn.attendee, CheckIn.checked_in_at)
    begins = [now - BAR * number for number in range(BARS, 0, -1)]
    is_in = [last.c.checked_in_at > each for each in begins]
    earlier = CheckIn.select(CheckIn.id).where(CheckIn.attendee == last.c.attendee_id, CheckIn.id < last.c.id)
    is_first = (last.c.id > last_counted) & ~fn.EXISTS(earlier)
    counts = [fn.SUM(Case(None, [(each, 1)], 0)) for each in (*is_in, is_first)]
    (found,) = rows(CheckIn.select(*counts).from_(last))
    *reached, since = (int(each or 0) for each in found)
    came = tuple(more - less for more, less in zip(reached, (*reached[1:], 0), strict=True))
    return came, since


# Other stations


@dataclass(frozen=True, slots=True, kw_only=True)
class StationNow:
    """A station that a desk has open: who works there, since when (UTC), with which reader ('' for none)."""

    name: str
    staff: str
    since: datetime
    reader: str
    is_here: bool


def stations_now(desk: Desk) -> tuple[StationNow, ...]:
    """The stations of the conference that a desk has open, by name; one statement. Raises NotPermitted."""
    require(desk, Action.LOOK_UP)
    now = clock.now()
    query = (
        Station.select(Station, User)
        .join(User, JOIN.LEFT_OUTER, on=(Station.staff == User.id))
        .where(Station.conference == desk.conference.id, Station.desk != "")
        .order_by(Station.name)
    )
    with connected():
        return tuple(
            StationNow(
                name=printable(row.name, 40),
                staff=printable(full_name(row.staff), 40) if row.staff_id else "",
                since=row.open_since or now,
                reader=printable(row.reader_label or row.reader_id, 40),
                is_here=row.name == desk.station,
            )
            for row in query
            if occupancy.is_open(row, now)
        )
