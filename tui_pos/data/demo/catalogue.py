"""What the demonstration conference sells: one product for every reason that a sale can be refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tui_pos.data.tables.auth import Group
from tui_pos.data.tables.conditions import (
    ADDON_SCOPES,
    GROUPS_OF_CONDITION,
    TICKET_SCOPES,
    Condition,
    GroupCondition,
    SpeakerCondition,
    TimeOrStockCondition,
)
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    AddOn,
    AddOnPrerequisite,
    TicketType,
    Voucher,
    VoucherAddOn,
    VoucherTicketType,
)

FAR = timedelta(days=3650)
"""So far away that a demonstration made today never gets there."""

YESTERDAY = timedelta(days=-1)

TICKETS: dict[str, dict[str, object]] = {
    "regular": {"name": "Regular", "price": "349.00", "total_quantity": 250},
    "corporate": {"name": "Corporate", "price": "650.00"},
    "day-pass": {"name": "Day Pass", "price": "120.00", "total_quantity": 12, "limit_per_user": 3},
    "online": {"name": "Online", "price": "49.00", "limit_per_user": 1},
    "student": {"name": "Student", "price": "99.00", "requires_voucher": True},
    "speaker": {"name": "Speaker", "price": "0.00", "requires_voucher": True, "limit_per_user": 1},
    "tutorial-pass": {"name": "Tutorial Pass (sold out)", "price": "180.00", "total_quantity": 2},
    "early-bird": {"name": "Early Bird (sale ended)", "price": "249.00", "available_until": YESTERDAY},
    "next-year": {"name": "Next Year (not yet on sale)", "price": "299.00", "available_from": FAR},
    "patron": {"name": "Patron (withdrawn)", "price": "999.00", "is_active": False},
}

ADDONS: dict[str, dict[str, object]] = {
    "t-shirt": {"name": "T-Shirt", "price": "25.00"},
    "hoodie": {"name": "Hoodie", "price": "55.00", "total_quantity": 12},
    "lunch": {"name": "Lunch", "price": "15.00", "total_quantity": 150},
    "workshop-50-off": {"name": "Workshop: 50% [/off] your build time", "price": "80.00"},
    "tutorial-async": {"name": "Tutorial: async", "price": "150.00", "total_quantity": 20},
    "chefs-dinner": {"name": "Chef's Dinner", "price": "65.00", "total_quantity": 30},
    "cafe-creme": {"name": "Café Crème Tasting", "price": "7.50"},
    "sprint-breakfast": {"name": "Sprint Breakfast", "price": "0.00"},
    "mug": {"name": "Mug (sold out)", "price": "12.00", "total_quantity": 2},
    "museum-night": {"name": "Museum Night (not yet on sale)", "price": "30.00", "available_from": FAR},
    "boat-trip": {"name": "Boat Trip (sale ended)", "price": "45.00", "available_until": YESTERDAY},
    "poster": {"name": "Poster (withdrawn)", "price": "5.00", "is_active": False},
}

FULL_TICKETS = ("regular", "corporate", "student", "speaker")
PREREQUISITES = {"workshop-50-off": FULL_TICKETS, "tutorial-async": FULL_TICKETS}
"""Add-ons that need one of these tickets, in the cart or owned."""

VOUCHERS: dict[str, dict[str, object]] = {
    "COMP2026": {"max_uses": 5},
    "TENOFF": {"voucher_type": "percentage", "discount_value": "10.00", "max_uses": 100},
    "FIFTY": {"voucher_type": "fixed_amount", "discount_value": "50.00", "max_uses": 100},
    "FREESHIRT": {"max_uses": 20},
    "DAYPASS20": {"voucher_type": "percentage", "discount_value": "20.00", "max_uses": 20},
    "STUDENT26": {"voucher_type": "percentage", "max_uses": 50, "unlocks_hidden_tickets": True},
    "SPEAKER26": {"max_uses": 20, "unlocks_hidden_tickets": True},
    "USEDUP": {"max_uses": 1, "times_used": 1},
    "EXPIRED": {"max_uses": 10, "valid_until": YESTERDAY},
    "TOOEARLY": {"max_uses": 10, "valid_from": FAR},
    "WITHDRAWN": {"max_uses": 10, "is_active": False},
}
"""Vouchers by code; ``comp`` (all of the price) unless it says otherwise."""

VOUCHER_SCOPES = {
    "FREESHIRT": ("t-shirt",),
    "DAYPASS20": ("day-pass",),
    "STUDENT26": ("student",),
    "SPEAKER26": ("speaker",),
}
"""What a voucher is limited to; one that names no add-on applies to all of them, as on the web site."""

VOLUNTEERS = "Demo Volunteers"
"""The group whose members have a discount on regular tickets and hoodies."""


@dataclass(frozen=True, slots=True)
class Products:
    """Everything on sale, by slug."""

    tickets: dict[str, TicketType]
    addons: dict[str, AddOn]


def create(conference: Conference, volunteers: Group, now: datetime) -> Products:
    """Write tickets, add-ons, vouchers and conditions; answers what can be sold."""
    tickets = {
        slug: TicketType.create(conference=conference, slug=slug, order=place, **_columns(columns, now))
        for place, (slug, columns) in enumerate(TICKETS.items())
    }
    addons = {
        slug: AddOn.create(conference=conference, slug=slug, order=place, **_columns(columns, now))
        for place, (slug, columns) in enumerate(ADDONS.items())
    }
    for addon, needed in PREREQUISITES.items():
        for ticket in needed:
            AddOnPrerequisite.create(addon=addons[addon], tickettype=tickets[ticket])
    products = Products(tickets, addons)
    _create_vouchers(conference, products, now)
    _create_conditions(conference, volunteers, products)
    return products


def _columns(written: dict[str, object], now: datetime) -> dict[str, object]:
    """A row of the tables above as column values: money as Decimal, spans of time from ``now``."""
    values: dict[str, object] = {}
    for name, value in written.items():
        if isinstance(value, timedelta):
            values[name] = now + value
        else:
            values[name] = Decimal(str(value)) if name in ("price", "discount_value") else value
    return values


def _create_vouchers(conference: Conference, products: Products, now: datetime) -> None:
    for code, columns in VOUCHERS.items():
        voucher = Voucher.create(conference=conference, code=code, **_columns(columns, now))
        for slug in VOUCHER_SCOPES.get(code, ()):
            if slug in products.tickets:
                VoucherTicketType.create(voucher=voucher, tickettype=products.tickets[slug])
            else:
                VoucherAddOn.create(voucher=voucher, addon=products.addons[slug])


def _create_conditions(conference: Conference, group: Group, products: Products) -> None:
    """Discounts that apply by themselves. Each names its products of both kinds: an empty list means all."""
    early = TimeOrStockCondition.create(
        conference=conference, name="Early Bird", discount_value=Decimal("15.00"), is_active=False
    )
    speakers = SpeakerCondition.create(
        conference=conference, name="Speakers dine free", discount_value=Decimal("100.00")
    )
    volunteers = GroupCondition.create(
        conference=conference, name="Volunteers", discount_value=Decimal("20.00")
    )
    GROUPS_OF_CONDITION.create(groupmembercondition=volunteers, group=group)
    scopes: tuple[tuple[Condition, str, str], ...] = (
        (early, "regular", "hoodie"),
        (speakers, "speaker", "chefs-dinner"),
        (volunteers, "regular", "hoodie"),
    )
    for condition, ticket, addon in scopes:
        kind = type(condition)
        owner = {TICKET_SCOPES[kind].owner_name: condition}
        TICKET_SCOPES[kind].create(tickettype=products.tickets[ticket], **owner)
        ADDON_SCOPES[kind].create(addon=products.addons[addon], **owner)
