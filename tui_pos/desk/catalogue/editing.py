"""Keeping the catalogue while desks sell: tickets and add-ons are added, changed, hidden, restocked, deleted.

Each change is one transaction with the conference locked, as of a checkout, so no price and no stock changes
in the midst of one. Desks price their open carts anew whenever they show them, and refuse a total that the
customer was not told; an order keeps the prices of its lines. On the web site's database nothing is changed.

All but `why_fixed` need the right to manage, and all that write raise Refused ``catalogue_of_web_site`` where
that says so. Who changes a product gives it as it was read: `change` and `delete` raise Refused
``product_changed`` where somebody changed it since.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from peewee import IntegrityError

from tui_pos.core import clock, product_numbers
from tui_pos.core.scan import printable
from tui_pos.data import schema
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.conditions import ADDON_SCOPES, ENABLING_TICKETS, TICKET_SCOPES
from tui_pos.data.tables.desk import AuditAction, TicketName
from tui_pos.data.tables.products import ProductCode, ProductDetail
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    AddOnPrerequisite,
    CartItem,
    TicketType,
    VoucherAddOn,
    VoucherTicketType,
)
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import product_codes
from tui_pos.desk.catalogue.managed_products import (
    TABLES,
    Difference,
    ManagedProduct,
    ProductValues,
    cleaned,
    differences,
    faults,
    load,
)
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Reason, Refused, because

Products = dict[ProductKey, ManagedProduct]


def products(desk: Desk) -> tuple[ManagedProduct, ...]:
    """Every product, tickets first, in the shop's order."""
    require(desk, Action.MANAGE)
    with connected():
        return tuple(load(desk).values())


def why_fixed(desk: Desk) -> Reason | None:
    """Why nothing of the catalogue can be changed here; None where it can."""
    if not schema.is_of_web_site():
        return None
    return because("catalogue_of_web_site", conference=desk.conference.name)


def add(desk: Desk, kind: ProductKind, values: ProductValues) -> ManagedProduct:
    """A new product. Raises InvalidInput ``invalid_product``, and Refused ``slug_taken``."""
    require(desk, Action.MANAGE)
    return _written(desk, lambda there: _store(desk, there, kind, None, values))


def change(
    desk: Desk, seen: ManagedProduct, values: ProductValues, *, accept_less: bool = False
) -> ManagedProduct:
    """Change a product to ``values``.

    Raises what ``add`` raises, NotFound ``product_not_found``, Refused ``product_changed``, and
    ``stock_below_sold`` where more is sold or held than there would be, unless ``accept_less``: no more is
    sold then.
    """
    require(desk, Action.MANAGE)

    def work(there: Products) -> ProductKey:
        found = _unchanged(there, seen)
        if not accept_less:
            _refuse_less(found, values)
        return _store(desk, there, found.kind, found, values)

    return _written(desk, work)


def show(desk: Desk, seen: ManagedProduct, *, shown: bool) -> ManagedProduct:
    """Hide a product from what is sold, or show it again, whatever else of it was changed meanwhile."""
    require(desk, Action.MANAGE)

    def work(there: Products) -> ProductKey:
        found = _there(there, seen)
        return _store(desk, there, found.kind, found, replace(found.values, is_active=shown))

    return _written(desk, work)


def restock(desk: Desk, seen: ManagedProduct, pieces: int) -> ManagedProduct:
    """So many more (fewer, if below 0) of a product; what two desks add at once is added up.

    Raises Refused ``stock_unlimited`` and ``stock_below_sold``, and InvalidInput ``invalid_product``.
    """
    require(desk, Action.MANAGE)

    def work(there: Products) -> ProductKey:
        found = _there(there, seen)
        if found.values.total_quantity is None:
            raise Refused("stock_unlimited", product=found.values.name)
        values = replace(found.values, total_quantity=found.values.total_quantity + pieces)
        _refuse_less(found, values)
        return _store(desk, there, found.kind, found, values)

    return _written(desk, work)


def delete(desk: Desk, seen: ManagedProduct) -> None:
    """Delete a product that nobody ever bought; it is taken out of carts that are open.

    Raises NotFound ``product_not_found``, Refused ``product_changed``, ``product_sold``, and
    ``product_in_use`` where a voucher, a discount or an add-on names it: without it they would be for all.
    """
    require(desk, Action.MANAGE)

    def work() -> None:
        found = _unchanged(begin(desk), seen)
        if found.was_sold:
            raise Refused("product_sold", product=found.values.name)
        if any(column.model.select().where(column == found.id).exists() for column in _naming(found.kind)):
            raise Refused("product_in_use", product=found.values.name)
        _forget(desk, found)
        audit_log.record(desk, AuditAction.CATALOGUE, text=f"{found.kind}:{found.values.slug} deleted")

    try:
        run_tx(work)
    except IntegrityError:  # it was put into a cart this moment
        raise Refused("product_changed", product=seen.values.name) from None


def begin(desk: Desk) -> Products:
    """Lock the conference and read its products; call inside a transaction.

    Raises Refused ``catalogue_of_web_site``.
    """
    if reason := why_fixed(desk):
        raise Refused(reason)
    lock(Conference.select(Conference.id).where(Conference.id == desk.conference.id)).get()
    return load(desk)


def store(desk: Desk, kind: ProductKind, found: ManagedProduct | None, values: ProductValues) -> ProductKey:
    """Write ``cleaned`` values that are right to a new product or one that was ``found``; answers its key.

    Call inside a transaction, with codes that no other product has any more and tickets that are there.
    """
    now = clock.now()
    columns = _columns(kind, values, now)
    table = TABLES[kind]
    if found is None:
        number = table.create(conference=desk.conference.id, created_at=now, **columns).id
    else:
        number = found.id
        table.update(**columns).where(table.id == number).execute()
    key = (kind, number)
    if found is None or differences(found.values, values):
        _write_detail(desk, key, values, now)
        _write_needed(desk, key, values)
    give_codes(desk, key, found.values.codes if found else (), values.codes)
    return key


def give_codes(desk: Desk, key: ProductKey, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Let a product answer to these codes alone. Raises Refused ``product_code_taken``."""
    if gone := set(before) - set(after):
        _of(ProductCode, key).where(ProductCode.code.in_(list(gone))).execute()
    for code in after:
        if code not in before:
            product_codes.give(desk, key, code)


def _written(desk: Desk, work: Callable[[Products], ProductKey]) -> ManagedProduct:
    """Do ``work`` on the products with the conference locked, and answer the one that it wrote."""

    def write() -> ManagedProduct:
        key = work(begin(desk))
        return load(desk)[key]

    return run_tx(write)


def _store(
    desk: Desk, there: Products, kind: ProductKind, found: ManagedProduct | None, values: ProductValues
) -> ProductKey:
    before = found.values if found else None
    kept = before.codes if before else ()
    codes = tuple(each if each in kept else product_codes.checked(desk, each) for each in values.codes)
    values = cleaned(kind, replace(values, codes=codes))
    for field, reason in faults(values, desk.conference.currency):
        if before is None or getattr(before, field) != getattr(values, field):
            raise InvalidInput(reason)
    refuse_taken_slug(there, kind, found, values)
    tickets = {each.values.slug for each in there.values() if each.kind is ProductKind.TICKET}
    for slug in values.requires:
        if slug not in tickets:
            raise InvalidInput("invalid_product.requires", ticket=printable(slug, 40))
    changes = differences(found.values, values) if found else ()
    if found is not None and not changes:
        return found.key
    key = store(desk, kind, found, values)
    tell(desk, f"{kind}:{values.slug}", changes)
    return key


def tell(desk: Desk, name: str, changes: Sequence[Difference]) -> None:
    """Write into the audit log that something was added, or which ``changes`` were made to it."""
    told = "; ".join(f"{each.field} {each.before} -> {each.after}" for each in changes)
    audit_log.record(desk, AuditAction.CATALOGUE, text=f"{name} {told or 'added'}")


def refuse_taken_slug(
    there: Products, kind: ProductKind, found: ManagedProduct | None, values: ProductValues
) -> None:
    """Raise Refused ``slug_taken`` where another of the kind has it, or any other product as its code."""
    codes = set(product_numbers.spellings(values.slug))
    for other in there.values():
        if found is not None and other.key == found.key:
            continue
        is_same = other.kind is kind and other.values.slug == values.slug
        if is_same or not codes.isdisjoint(other.values.codes):
            raise Refused("slug_taken", slug=values.slug, product=other.values.name)


def _there(there: Products, seen: ManagedProduct) -> ManagedProduct:
    if seen.key not in there:
        raise NotFound("product_not_found", product=seen.values.name)
    return there[seen.key]


def _unchanged(there: Products, seen: ManagedProduct) -> ManagedProduct:
    found = _there(there, seen)
    if (found.values, found.updated_at) != (seen.values, seen.updated_at):
        raise Refused("product_changed", product=found.values.name)
    return found


def _refuse_less(found: ManagedProduct, values: ProductValues) -> None:
    stock = values.total_quantity
    if stock and 0 < stock < found.sold and stock != found.values.total_quantity:
        raise Refused("stock_below_sold", product=found.values.name, stock=stock, sold=found.sold)


def _columns(kind: ProductKind, values: ProductValues, now: datetime) -> dict[str, Any]:
    of_ticket = {"limit_per_user": values.limit_per_user, "requires_voucher": values.requires_voucher}
    return {
        "name": values.name,
        "slug": values.slug,
        "description": values.description,
        "price": values.price,
        "available_from": values.available_from,
        "available_until": values.available_until,
        "total_quantity": values.total_quantity or 0,
        "is_active": values.is_active,
        "order": values.order,
        "updated_at": now,
        **(of_ticket if kind is ProductKind.TICKET else {}),
    }


def _write_detail(desk: Desk, key: ProductKey, values: ProductValues, now: datetime) -> None:
    """No row where there is nothing to tell."""
    kind, number = key
    _of(ProductDetail, key).execute()
    if values.vat_rate is not None or values.size:
        ProductDetail.create(
            conference=desk.conference.id,
            kind=kind,
            product_id=number,
            vat_rate="" if values.vat_rate is None else f"{values.vat_rate.normalize():f}",
            size=values.size,
            size_of=values.size_of,
            updated_at=now,
        )


def _write_needed(desk: Desk, key: ProductKey, values: ProductValues) -> None:
    kind, number = key
    if kind is ProductKind.TICKET:
        return
    AddOnPrerequisite.delete().where(AddOnPrerequisite.addon == number).execute()
    tickets = TicketType.select(TicketType.id).where(
        TicketType.conference == desk.conference.id, TicketType.slug.in_(list(values.requires))
    )
    for ticket in list(tickets):
        AddOnPrerequisite.create(addon=number, tickettype=ticket.id)


def _naming(kind: ProductKind) -> tuple[Any, ...]:
    """The columns by which something is limited to products of this kind."""
    if kind is ProductKind.ADDON:
        return (VoucherAddOn.addon, *(getattr(each, each.target_name) for each in ADDON_SCOPES.values()))
    scopes = (*TICKET_SCOPES.values(), ENABLING_TICKETS)
    return (
        AddOnPrerequisite.tickettype,
        VoucherTicketType.tickettype,
        *(getattr(each, each.target_name) for each in scopes),
    )


def _forget(desk: Desk, found: ManagedProduct) -> None:
    """Delete the row and everything that belongs to it."""
    is_ticket = found.kind is ProductKind.TICKET
    CartItem.delete().where((CartItem.ticket_type if is_ticket else CartItem.addon) == found.id).execute()
    if is_ticket:
        TicketName.delete().where(TicketName.ticket_type_id == found.id).execute()
    else:
        AddOnPrerequisite.delete().where(AddOnPrerequisite.addon == found.id).execute()
    for table in (ProductCode, ProductDetail):
        _of(table, found.key).execute()
    row = TABLES[found.kind]
    row.delete().where(row.id == found.id, row.conference == desk.conference.id).execute()


def _of(table: Any, key: ProductKey) -> Any:
    kind, number = key
    return table.delete().where(table.kind == kind, table.product_id == number)
