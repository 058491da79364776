"""django-program's six kinds of automatic discount, each with the products it is limited to."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from peewee import BooleanField, CharField, IntegerField, TextField

from tui_pos.data.base import Table, foreign_key, now, positive
from tui_pos.data.fields import ZERO, money_column, time_column
from tui_pos.data.tables.auth import Group
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, TicketType


class DiscountType(StrEnum):
    """How a condition's value is meant."""

    PERCENTAGE = "percentage"
    FIXED_AMOUNT = "fixed_amount"


class Condition(Table):
    """What all six share. Lower ``priority`` comes first."""

    conference = foreign_key(Conference)
    conference_id: int
    name = CharField(200)
    description = TextField(default="")
    is_active = BooleanField(default=True)
    priority = IntegerField(default=0)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)


class Discount(Condition):
    """A condition that takes a percentage or an amount off each unit; ``max_quantity`` 0 means no cap."""

    discount_type = CharField(20, default=DiscountType.PERCENTAGE)
    discount_value = money_column(default=ZERO)
    max_quantity = positive("max_quantity")


class TimeOrStockCondition(Discount):
    """Holds in a time window and while its ``limit`` (0: none) is not used up."""

    start_time = time_column(null=True)
    end_time = time_column(null=True)
    limit = positive("limit")
    times_used = positive("times_used")

    class Meta:
        table_name = "program_registration_timeorstocklimitcondition"


class SpeakerCondition(Discount):
    """Holds for speakers."""

    is_presenter = BooleanField(default=True)
    is_copresenter = BooleanField(default=False)

    class Meta:
        table_name = "program_registration_speakercondition"


class GroupCondition(Discount):
    """Holds for members of any of its groups."""

    class Meta:
        table_name = "program_registration_groupmembercondition"


class IncludedProductCondition(Discount):
    """Holds for owners of any of its enabling ticket types."""

    class Meta:
        table_name = "program_registration_includedproductcondition"


class ProductDiscount(Discount):
    """Holds for its products in a time window and while its ``limit`` (0: none) is not used up."""

    start_time = time_column(null=True)
    end_time = time_column(null=True)
    limit = positive("limit")
    times_used = positive("times_used")

    class Meta:
        table_name = "program_registration_discountforproduct"


class CategoryDiscount(Condition):
    """A percentage off all tickets, all add-ons, or both."""

    percentage = money_column()
    apply_to_tickets = BooleanField(default=True)
    apply_to_addons = BooleanField(default=True)
    start_time = time_column(null=True)
    end_time = time_column(null=True)
    limit = positive("limit")
    times_used = positive("times_used")

    class Meta:
        table_name = "program_registration_discountforcategory"


class Link(Table):
    """A join table behind a many-to-many field of django-program; says how its two columns are called."""

    owner_name: ClassVar[str]
    target_name: ClassVar[str]


def _link(owner: type[Condition], target: type[Table], field: str, column: str) -> type[Link]:
    """The join table of ``owner``'s many-to-many ``field``, named as Django names it."""
    owner_table = owner._meta.table_name
    model = owner_table.removeprefix("program_registration_")

    class Meta:
        table_name = f"{owner_table}_{field}"
        indexes = (((model, column), True),)

    body: dict[str, Any] = {
        "__module__": __name__,
        "Meta": Meta,
        model: foreign_key(owner),
        column: foreign_key(target),
        "owner_name": model,
        "target_name": column,
    }
    return type(f"{owner.__name__}{field.title().replace('_', '')}", (Link,), body)


TICKET_SCOPES: dict[type[Condition], type[Link]] = {
    owner: _link(owner, TicketType, "applicable_ticket_types", "tickettype")
    for owner in (
        TimeOrStockCondition,
        SpeakerCondition,
        GroupCondition,
        IncludedProductCondition,
        ProductDiscount,
    )
}
"""Per kind of condition: its join table to ticket types (no rows: every ticket)."""

ADDON_SCOPES: dict[type[Condition], type[Link]] = {
    owner: _link(owner, AddOn, "applicable_addons", "addon") for owner in TICKET_SCOPES
}
"""Per kind of condition: its join table to add-ons (no rows: every add-on)."""

GROUPS_OF_CONDITION = _link(GroupCondition, Group, "groups", "group")
ENABLING_TICKETS = _link(IncludedProductCondition, TicketType, "enabling_ticket_types", "tickettype")

POSTGRESQL_NAMES = {
    "timeorstocklimitcondition_applicable_ticket_types": "timeorstocklimitcondition_applicable_t7ac0",
    "timeorstocklimitcondition_applicable_addons": "timeorstocklimitcondition_applicable_ad490",
    "groupmembercondition_applicable_ticket_types": "groupmembercondition_applicable_ticketc6ff",
    "includedproductcondition_applicable_ticket_types": "includedproductcondition_applicable_ti9716",
    "includedproductcondition_enabling_ticket_types": "includedproductcondition_enabling_tickdb98",
}
"""Django cuts these five table names to PostgreSQL's 63 bytes, ending in a hash."""


def name_tables(tables: Iterable[type[Table]], *, postgresql: bool) -> None:
    """Give the five their names on the engine that was opened."""
    names = POSTGRESQL_NAMES if postgresql else {short: long for long, short in POSTGRESQL_NAMES.items()}
    for table in tables:
        rest = table._meta.table_name.removeprefix("program_registration_")
        if rest in names:
            table._meta.set_table_name(f"program_registration_{names[rest]}")
