"""Automatic discounts: which of a conference's conditions hold for a buyer now, and counting their use."""

import operator
from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Any, NamedTuple

from peewee import SQL, Case, Value

from tui_pos.data import fields
from tui_pos.data.queries import Compiled, parameter
from tui_pos.data.tables import conditions as tables
from tui_pos.desk.catalogue.pricing import ConditionTerms, DiscountKind, Quote, Scope
from tui_pos.desk.catalogue.pricing_inputs import NO_IDS, PricingInputs

LIMITED = (tables.TimeOrStockCondition, tables.ProductDiscount, tables.CategoryDiscount)
"""The kinds that count how often they were used."""

KINDS: tuple[type[tables.Condition], ...] = (
    tables.TimeOrStockCondition,  # first: it gives the columns their types, PostgreSQL takes them from here
    tables.SpeakerCondition,
    tables.GroupCondition,
    tables.IncludedProductCondition,
    tables.ProductDiscount,
    tables.CategoryDiscount,
)
BY_NAME = {kind.__name__: kind for kind in KINDS}


class _Row(NamedTuple):
    """The columns of all six kinds; a kind that lacks one has the value of ``ABSENT`` there."""

    kind: str
    id: int
    name: str
    priority: int
    discount_type: str
    discount_value: Any
    max_quantity: int
    start_time: Any
    end_time: Any
    limit: int
    times_used: int
    percentage: Any
    is_presenter: bool
    is_copresenter: bool
    apply_to_tickets: bool
    apply_to_addons: bool


ABSENT: dict[str, Any] = {
    "discount_type": Value(DiscountKind.PERCENTAGE.value),
    "discount_value": SQL("0.00"),
    "max_quantity": Value(0),
    "start_time": SQL("NULL"),
    "end_time": SQL("NULL"),
    "limit": Value(0),
    "times_used": Value(0),
    "percentage": SQL("0.00"),
    "is_presenter": Value(False),
    "is_copresenter": Value(False),
    "apply_to_tickets": Value(True),
    "apply_to_addons": Value(True),
}


def in_force(conference_id: int, inputs: PricingInputs, now: datetime) -> tuple[ConditionTerms, ...]:
    """The conditions that hold for the buyer behind ``inputs``; one statement."""
    buyer = _Buyer(inputs, now)
    rows = (_Row(*values) for values in _ACTIVE.rows(conference=conference_id))
    return tuple(_condition(row, inputs) for row in rows if _HOLDS[BY_NAME[row.kind]](row, buyer))


def count_uses(quote: Quote) -> None:
    """Count each limited condition once for every line that it was used on, never beyond its limit."""
    for kind in LIMITED:
        uses = {c.id: n for c, n in quote.condition_uses.items() if c.kind == kind.__name__}
        if uses:
            wanted = kind.times_used + Case(kind.id, list(uses.items()))
            capped = Case(None, [((kind.limit > 0) & (wanted > kind.limit), kind.limit)], wanted)
            kind.update(times_used=capped).where(kind.id.in_(list(uses))).execute()


def _select(kind: type[tables.Condition]) -> Any:
    columns = [getattr(kind, name, ABSENT.get(name)) for name in _Row._fields[1:]]
    return kind.select(Value(kind.__name__), *columns).where(
        kind.conference == parameter("conference"), kind.is_active
    )


def _active() -> Any:
    return reduce(operator.add, (_select(kind) for kind in KINDS))  # + is UNION ALL


_ACTIVE = Compiled(_active)


def _condition(row: _Row, inputs: PricingInputs) -> ConditionTerms:
    is_category = row.kind == tables.CategoryDiscount.__name__
    return ConditionTerms(
        kind=row.kind,
        id=row.id,
        name=row.name,
        off=DiscountKind(row.discount_type),
        value=fields.money(row.percentage if is_category else row.discount_value),
        scope=_category_scope(row) if is_category else _scope(row, inputs),
        max_quantity=row.max_quantity,
        priority=row.priority,
    )


def _category_scope(row: _Row) -> Scope:
    return Scope(
        tickets=None if row.apply_to_tickets else NO_IDS, addons=None if row.apply_to_addons else NO_IDS
    )


def _scope(row: _Row, inputs: PricingInputs) -> Scope:
    """No listed tickets means every ticket, no listed add-ons every add-on, each for itself."""
    kind = BY_NAME[row.kind]
    return Scope(
        tickets=inputs.linked(tables.TICKET_SCOPES[kind], row.id) or None,
        addons=inputs.linked(tables.ADDON_SCOPES[kind], row.id) or None,
    )


class _Buyer(NamedTuple):
    """Who buys, and when."""

    inputs: PricingInputs
    now: datetime


def _in_time_and_unspent(row: _Row, buyer: _Buyer) -> bool:
    starts = row.start_time is None or fields.utc(row.start_time) <= buyer.now
    ends = row.end_time is None or buyer.now <= fields.utc(row.end_time)
    return starts and ends and (row.limit == 0 or row.times_used < row.limit)


def _speaks(row: _Row, buyer: _Buyer) -> bool:
    if row.is_presenter:
        return buyer.inputs.is_speaker
    return bool(row.is_copresenter) and buyer.inputs.is_copresenter


def _in_group(row: _Row, buyer: _Buyer) -> bool:
    return not buyer.inputs.linked(tables.GROUPS_OF_CONDITION, row.id).isdisjoint(buyer.inputs.groups)


def _owns_enabling(row: _Row, buyer: _Buyer) -> bool:
    return not buyer.inputs.linked(tables.ENABLING_TICKETS, row.id).isdisjoint(buyer.inputs.owned)


_HOLDS: dict[type[tables.Condition], Callable[[_Row, _Buyer], bool]] = {
    tables.TimeOrStockCondition: _in_time_and_unspent,
    tables.SpeakerCondition: _speaks,
    tables.GroupCondition: _in_group,
    tables.IncludedProductCondition: _owns_enabling,
    tables.ProductDiscount: _in_time_and_unspent,
    tables.CategoryDiscount: _in_time_and_unspent,
}
