"""What rules and prices depend on beside the cart itself, read in one statement.

It is one statement because the checkout reads it while others wait for its lock. Every branch of it gives
rows of the same shape, told apart by their topic; the topic of a join table is the table's name.
"""

import operator
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

from peewee import Node, Value, fn

from tui_pos.data.queries import Compiled, parameter
from tui_pos.data.tables.auth import UserGroup
from tui_pos.data.tables.conditions import ADDON_SCOPES, ENABLING_TICKETS, GROUPS_OF_CONDITION, TICKET_SCOPES
from tui_pos.data.tables.program import Conference, Speaker, Talk, TalkSpeaker
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    AddOn,
    AddOnPrerequisite,
    Attendee,
    Order,
    OrderLine,
    TicketType,
    VoucherAddOn,
    VoucherTicketType,
)

Ids = frozenset[int]
NO_IDS: Ids = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingInputs:
    """The buyer, the add-ons' prerequisites, and what conditions and the voucher are limited to.

    ``links`` are the many-to-many rows: ids per (table name, owner's id). An owner without rows is absent.
    """

    total_capacity: int
    groups: Ids
    is_speaker: bool
    is_copresenter: bool
    owned: dict[int, int]
    """Pieces per ticket type in the buyer's paid orders here."""
    admitted: Ids
    """Ticket types of the paid order on the buyer's badge, whoever bought it."""
    needs: dict[int, dict[int, str]]
    """Per add-on, the ticket types (id and name) of which one is needed."""
    links: dict[tuple[str, int], Ids]

    def linked(self, table: Any, owner_id: int) -> Ids:
        """The ids that ``owner_id`` is linked to in this join table."""
        return self.links.get((table.__name__, owner_id), NO_IDS)


def load(conference_id: int, user_id: int | None, voucher_id: int | None) -> PricingInputs:
    """Read everything in one statement; ``user_id`` None is a buyer without an account."""
    by_topic: dict[str, list[_Row]] = defaultdict(list)
    links: dict[tuple[str, int], set[int]] = defaultdict(set)
    for values in _QUERY.rows(conference=conference_id, user=user_id, voucher=voucher_id):
        row = _Row(*values)
        by_topic[row.topic].append(row)
        links[row.topic, row.owner].add(row.target)
    return PricingInputs(
        total_capacity=by_topic["capacity"][0].number,
        groups=frozenset(row.target for row in by_topic["group"]),
        is_speaker=bool(by_topic["speaker"]),
        is_copresenter=bool(by_topic["copresenter"]),
        owned={row.target: int(row.number) for row in by_topic["owned"]},
        admitted=frozenset(row.target for row in by_topic["admitted"]),
        needs=_needs(by_topic["needs"]),
        links={key: frozenset(ids) for key, ids in links.items()},
    )


class _Row(NamedTuple):
    topic: str
    owner: int
    target: int
    number: int
    text: str


def _needs(rows: list[_Row]) -> dict[int, dict[int, str]]:
    needs: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        needs[row.owner][row.target] = row.text
    return dict(needs)


def _query() -> Any:
    return reduce(operator.add, (*_shop(), *_condition_links(), *_person()))  # + is UNION ALL


_QUERY = Compiled(_query)


def _shop() -> Iterator[Any]:
    conference = parameter("conference")
    yield _row("capacity", Conference.id, Conference.id, Conference.total_capacity).where(
        Conference.id == conference
    )
    yield (
        _row("needs", AddOnPrerequisite.addon, AddOnPrerequisite.tickettype, text=TicketType.name)
        .join(TicketType)
        .switch(AddOnPrerequisite)
        .join(AddOn)
        .where(AddOn.conference == conference)
    )
    for table, target in ((VoucherTicketType, "tickettype"), (VoucherAddOn, "addon")):
        yield _row(table.__name__, table.voucher, getattr(table, target)).where(
            table.voucher == parameter("voucher")
        )


def _condition_links() -> Iterator[Any]:
    tables: tuple[Any, ...] = (
        *TICKET_SCOPES.values(),
        *ADDON_SCOPES.values(),
        GROUPS_OF_CONDITION,
        ENABLING_TICKETS,
    )
    for table in tables:
        owner = getattr(table, table.owner_name)
        condition = owner.rel_model
        yield (
            _row(table.__name__, owner, getattr(table, table.target_name))
            .join(condition, on=(owner == condition.id))
            .where(condition.conference == parameter("conference"), condition.is_active)
        )


def _person() -> Iterator[Any]:
    user, conference = parameter("user"), parameter("conference")
    speaks = (Speaker.user == user) & (Speaker.conference == conference)
    other = TalkSpeaker.alias()
    yield _row("group", UserGroup.user, UserGroup.group).where(UserGroup.user == user)
    yield _row("speaker", Speaker.id, Speaker.id).where(speaks)
    yield (
        _row("copresenter", TalkSpeaker.talk, TalkSpeaker.speaker)
        .join(Speaker)
        .switch(TalkSpeaker)
        .join(Talk)
        .join(other, on=((other.talk == Talk.id) & (other.speaker != TalkSpeaker.speaker)))
        .where(speaks, Talk.conference == conference)
    )
    yield (
        _row("owned", Order.user, OrderLine.ticket_type, fn.SUM(OrderLine.quantity), model=OrderLine)
        .join(Order)
        .where(
            Order.user == user,
            Order.conference == conference,
            Order.status.in_(PAID_STATUSES),
            OrderLine.ticket_type.is_null(False),
            OrderLine.quantity > 0,  # else all of it went back
        )
        .group_by(Order.user, OrderLine.ticket_type)
    )
    yield (
        _row("admitted", Attendee.user, OrderLine.ticket_type, model=OrderLine)
        .join(Order)
        .join(Attendee, on=(Attendee.order == Order.id))
        .where(
            Attendee.user == user,
            Attendee.conference == conference,
            Order.status.in_(PAID_STATUSES),
            OrderLine.ticket_type.is_null(False),
            OrderLine.quantity > 0,  # else all of it went back
        )
    )


def _row(topic: str, owner: Any, target: Any, number: Any = 0, text: Any = "", *, model: Any = None) -> Any:
    number, text = (value if isinstance(value, Node) else Value(value) for value in (number, text))
    return (model or owner.model).select(Value(topic), owner, target, number, text)
