"""Vouchers and automatic discounts between the catalogue's file and the tables of the shop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET

from tui_pos.core import clock, money
from tui_pos.data.fields import CENT
from tui_pos.data.queries import rows
from tui_pos.data.tables import conditions as tables
from tui_pos.data.tables.auth import Group
from tui_pos.data.tables.registration import Voucher, VoucherAddOn, VoucherTicketType
from tui_pos.desk.catalogue import catalogue_forms as forms
from tui_pos.desk.catalogue.managed_products import Difference, moment_of, said_of
from tui_pos.desk.catalogue.pricing import HUNDRED, ZERO
from tui_pos.desk.catalogue.pricing_inputs import NO_IDS, Ids
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput

AnyOffer = forms.Voucher | forms.AnyDiscount


@dataclass(frozen=True, slots=True)
class Link:
    """A join table, and its columns for the offer and for what it is limited to."""

    table: Any
    owner: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTable:
    """Where an offer of the file is stored: columns by key, those of ``available``, join tables by key."""

    form: type[Any]
    table: Any
    columns: Mapping[str, str]
    times: tuple[str, str] | tuple[()] = ()
    links: Mapping[str, Link]
    name: str = "name"
    """The column that tells which one is meant."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The ids that a slug or the name of a group stands for, by the key of the file that lists it."""

    ids: Mapping[str, Mapping[str, tuple[int, ...]]]

    def of(self, key: str, names: Iterable[str], place: str) -> frozenset[int]:
        """Those of all names. Raises InvalidInput ``bad_catalogue`` for one that is not there."""
        known = self.ids[key]
        for number, name in enumerate(names, start=1):
            if name not in known:
                raise InvalidInput("bad_catalogue.not_there", place=f"{place}.{key}[{number}]", name=name)
        return frozenset(number for name in names for number in known[name])

    def names(self, key: str, ids: Ids) -> tuple[str, ...]:
        """What the ids are called, by names of one alone where there are such; none for what has no name."""
        names, left = [], set(ids)
        for name, of in sorted(self.ids[key].items(), key=lambda each: len(each[1])):
            if ids.issuperset(of) and not left.isdisjoint(of):
                names.append(name)
                left.difference_update(of)
        return tuple(sorted(names))


def _linked(link: type[tables.Link]) -> Link:
    return Link(link, link.owner_name, link.target_name)


def _discount(form: type[Any], table: type[tables.Discount], **more: Any) -> OfferTable:
    columns = {"type": "discount_type", "value": "discount_value", "max_quantity": "max_quantity"}
    links = {"tickets": _linked(tables.TICKET_SCOPES[table]), "addons": _linked(tables.ADDON_SCOPES[table])}
    return OfferTable(
        form=form,
        table=table,
        columns=_COMMON | columns | more.get("columns", {}),
        times=more.get("times", ()),
        links=links | more.get("links", {}),
    )


_COMMON = {"name": "name", "description": "description", "active": "is_active", "priority": "priority"}
_LIMIT = {"limit": "limit"}
_TIMES = ("start_time", "end_time")

VOUCHERS = OfferTable(
    form=forms.Voucher,
    table=Voucher,
    columns={
        "code": "code",
        "type": "voucher_type",
        "value": "discount_value",
        "max_uses": "max_uses",
        "unlocks_hidden_tickets": "unlocks_hidden_tickets",
        "active": "is_active",
    },
    times=("valid_from", "valid_until"),
    links={
        "tickets": Link(VoucherTicketType, "voucher", "tickettype"),
        "addons": Link(VoucherAddOn, "voucher", "addon"),
    },
    name="code",
)
DISCOUNTS = (
    _discount(forms.TimeOrStockDiscount, tables.TimeOrStockCondition, columns=_LIMIT, times=_TIMES),
    _discount(forms.ProductDiscount, tables.ProductDiscount, columns=_LIMIT, times=_TIMES),
    _discount(
        forms.SpeakerDiscount,
        tables.SpeakerCondition,
        columns={"presenter": "is_presenter", "copresenter": "is_copresenter"},
    ),
    _discount(
        forms.GroupDiscount, tables.GroupCondition, links={"groups": _linked(tables.GROUPS_OF_CONDITION)}
    ),
    _discount(
        forms.IncludedProductDiscount,
        tables.IncludedProductCondition,
        links={"enabling": _linked(tables.ENABLING_TICKETS)},
    ),
    OfferTable(
        form=forms.CategoryDiscount,
        table=tables.CategoryDiscount,
        columns=_COMMON
        | _LIMIT
        | {"value": "percentage", "all_tickets": "apply_to_tickets", "all_addons": "apply_to_addons"},
        times=_TIMES,
        links={},
    ),
)
TABLE_OF: Mapping[type[Any], OfferTable] = {each.form: each for each in (VOUCHERS, *DISCOUNTS)}


def targets(tickets: Mapping[str, tuple[int, ...]], addons: Mapping[str, tuple[int, ...]]) -> Targets:
    """What offers can be limited to; call with a connection open."""
    groups = {name: (number,) for number, name in rows(Group.select(Group.id, Group.name))}
    return Targets({"tickets": tickets, "addons": addons, "enabling": tickets, "groups": groups})


def make_groups(discounts: Iterable[forms.AnyDiscount]) -> list[forms.GroupName]:
    """Make the groups that are not there, and answer their names; call inside a transaction.

    Only the web site puts anybody into one.
    """
    named = {name for each in discounts if isinstance(each, forms.GroupDiscount) for name in each.groups}
    made = sorted(named.difference(name for (name,) in rows(Group.select(Group.name))))
    for name in made:
        Group.insert(name=name).on_conflict_ignore().execute()
    return made


def write(desk: Desk, offer: AnyOffer, found: Any, known: Targets, place: str) -> tuple[Difference, ...]:
    """Store an offer as a new row, or in the one that was ``found``; what of that was changed.

    Call inside a transaction. Raises InvalidInput ``bad_catalogue``.
    """
    where = TABLE_OF[type(offer)]
    columns = _columns(desk, where, offer, found, place)
    wanted = {
        key: known.of(key, names, place) for key in where.links if (names := getattr(offer, key)) is not UNSET
    }
    if found is None:
        number, linked, changes = where.table.create(conference=desk.conference.id, **columns).id, {}, []
    else:
        number, linked = found.id, _links(where, found.id)
        before = {name: getattr(found, name) for name in columns}
        changes = [
            Difference(name, old, columns[name]) for name, old in before.items() if old != columns[name]
        ]
        changes += [
            Difference(key, known.names(key, linked[key]), known.names(key, ids))
            for key, ids in wanted.items()
            if linked[key] != ids
        ]
    if changes:
        where.table.update(updated_at=clock.now(), **columns).where(where.table.id == number).execute()
    for key, ids in wanted.items():
        _write_links(where.links[key], number, linked.get(key, NO_IDS), ids)
    return tuple(changes)


def read(desk: Desk, where: OfferTable, known: Targets) -> tuple[list[AnyOffer], list[str]]:
    """The conference's offers of one table, as the file has them; call with a connection open.

    Beside them the names of those that are left out: without what cannot be named they would be for more.
    """
    found: list[tuple[str, AnyOffer]] = []
    lost: dict[str, None] = {}
    for row in stored(desk, where):
        name = getattr(row, where.name)
        values = {key: getattr(row, column) for key, column in where.columns.items()}
        for key, ids in _links(where, row.id).items():
            values[key] = known.names(key, ids)
            if known.of(key, values[key], "") != ids:
                lost[name] = None
        if where.times:
            window = available(desk, *(getattr(row, column) for column in where.times))
            values["available"] = window or forms.Available()
        found.append((name, where.form(**values)))
    return [offer for name, offer in found if name not in lost], list(lost)


def stored(desk: Desk, where: OfferTable) -> list[Any]:
    """The rows of one table, the oldest first."""
    table = where.table
    return list(table.select().where(table.conference == desk.conference.id).order_by(table.id))


def available(desk: Desk, opens: Any, closes: Any) -> forms.Available | None:
    """The two times as the file has them."""
    if opens is None and closes is None:
        return None
    zone = desk.conference.timezone
    return forms.Available(
        opens=None if opens is None else forms.Day(said_of(opens, zone)),
        closes=None if closes is None else forms.Day(said_of(closes, zone, closes=True)),
    )


def times(desk: Desk, said: forms.Available | None, place: str) -> tuple[datetime | None, datetime | None]:
    """The two times that ``available`` says, or None. Raises InvalidInput ``bad_catalogue``."""
    zone = desk.conference.timezone
    first, last = (said.opens, said.closes) if said else (None, None)
    opens = None if first is None else moment_of(first.said, zone)
    closes = None if last is None else moment_of(last.said, zone, closes=True)
    if opens is not None and closes is not None and opens >= closes:
        raise InvalidInput("bad_catalogue.window", place=f"{place}.available")
    return opens, closes


def _columns(desk: Desk, where: OfferTable, offer: AnyOffer, found: Any, place: str) -> dict[str, Any]:
    """What the offer says of its row. Raises InvalidInput for a value that cannot be taken off, or stored."""
    said = {key: value for key in where.columns if (value := getattr(offer, key)) is not UNSET}
    row = found or where.table()
    stays = {key: getattr(row, column) for key, column in where.columns.items() if key in ("type", "value")}
    after = stays | said
    is_amount = after.get("type") == "fixed_amount"
    step = money.quantum(desk.conference.currency) if is_amount else CENT
    most = money.MAX_AMOUNT if is_amount else HUNDRED
    if after["value"] > most or after["value"] % step:
        raise InvalidInput("bad_catalogue.value", place=f"{place}.value", most=f"{most:,}", step=str(step))
    if "value" in said:
        said["value"] += ZERO  # with two places, as it is stored
    columns = {where.columns[key]: value for key, value in said.items()}
    if where.times and (window := getattr(offer, "available", UNSET)) is not UNSET:
        columns |= zip(where.times, times(desk, window, place), strict=True)
    return columns


def _links(where: OfferTable, number: int) -> dict[str, Ids]:
    """What the offer of this id is limited to."""
    return {
        key: frozenset(
            target
            for (target,) in rows(
                link.table.select(getattr(link.table, link.target)).where(
                    getattr(link.table, link.owner) == number
                )
            )
        )
        for key, link in where.links.items()
    }


def _write_links(link: Link, number: int, before: Ids, after: Ids) -> None:
    owner, target = getattr(link.table, link.owner), getattr(link.table, link.target)
    if gone := before - after:
        link.table.delete().where(owner == number, target.in_(list(gone))).execute()
    for each in sorted(after - before):
        link.table.create(**{link.owner: number, link.target: each})
