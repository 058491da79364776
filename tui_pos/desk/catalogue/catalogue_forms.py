"""The form of a catalogue's file: django-program's ``conference.toml``, and beside it what that lacks.

Each key says by its type what it takes, and ``EXPECTED`` says it in words. A key that nobody knows is an
error. ``UNSET`` marks the keys that django-program does not have: what is left out of them stays as it is, or
has in something new the usual value of its column.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Union

from msgspec import UNSET, Meta, Struct, UnsetType

from tui_pos.desk.catalogue.managed_products import LIMIT, MOST

NONE = "none"
"""Says that something has no value, where leaving it out says that it stays."""
YEARS = range(1970, 3000)


class Line(str):
    """Text on one line, of ``least`` to ``most`` characters: what its column holds."""

    __slots__ = ()
    least: ClassVar[int] = 0
    most: ClassVar[int] = 200


class Name(Line):
    """The same, and not empty."""

    __slots__ = ()
    least = 1


class Code(Name):
    """A voucher's."""

    __slots__ = ()
    most = 100


class GroupName(Name):
    """A group's."""

    __slots__ = ()
    most = 150


class Venue(Line):
    """A conference's."""

    __slots__ = ()
    most = 300


class Prose(str):
    """Text of several lines."""

    __slots__ = ()


class Amount(Decimal):
    """A number from 0 to what a column of money holds, exactly as it is written, with up to three places."""


class Rate:
    """Per cent, or None where nothing is told."""

    def __init__(self, said: Decimal | None) -> None:
        self.said = said


class Day:
    """A day, or a time without or with its offset."""

    def __init__(self, said: date) -> None:
        self.said = said


Whole = Annotated[int, Meta(ge=0, le=MOST)]
Number = Annotated[int, Meta(ge=-MOST, le=MOST)]
Lines = tuple[Line, ...]


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the file."""


class Available(Form, frozen=True, kw_only=True):
    """From when to when: a day opens with its first second and closes with its last."""

    opens: Day | None = None
    closes: Day | None = None


class Section(Form, frozen=True, kw_only=True):
    """A part of the event, for which the desk has no table."""

    name: Name
    start: date
    end: date
    slug: Line = Line()
    order: Whole | None = None


class SponsorLevel(Form, frozen=True, kw_only=True):
    """What sponsors pay, for which the desk has no table."""

    name: Name
    slug: Line = Line()
    cost: Amount = Amount(0)
    comp_tickets: Whole = 0


class Product(Form, frozen=True, kw_only=True):
    """What tickets and add-ons have alike; ``quantity`` 0 is unlimited."""

    name: Name
    price: Amount
    slug: Line | None = None
    available: Available | None = None
    description: Prose | UnsetType = UNSET
    vat: Rate | UnsetType = UNSET
    codes: Lines | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    order: Whole | UnsetType = UNSET


class Ticket(Product, frozen=True, kw_only=True):
    """[[conference.tickets]]."""

    quantity: Whole
    per_user: Whole = LIMIT
    voucher_required: bool = False


class Size(Form, frozen=True, kw_only=True):
    """One size of an add-on: an add-on of its own, with a stock and codes of its own."""

    size: Annotated[str, Meta(min_length=1, max_length=50)]
    name: Name | None = None
    quantity: Whole = 0
    price: Amount | None = None
    codes: Lines | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    order: Whole | UnsetType = UNSET


class AddOn(Product, frozen=True, kw_only=True):
    """[[conference.addons]]; one with ``sizes`` is as many add-ons."""

    quantity: Whole = 0
    requires: Lines = ()
    sizes: tuple[str | Size, ...] | UnsetType = UNSET


class Offer(Form, frozen=True, kw_only=True):
    """What vouchers and discounts have alike; ``tickets`` without any means every ticket, as of add-ons."""

    active: bool | UnsetType = UNSET
    tickets: Lines | UnsetType = UNSET
    addons: Lines | UnsetType = UNSET


class Voucher(Offer, frozen=True, kw_only=True):
    """[[conference.vouchers]]."""

    code: Code
    type: Literal["comp", "percentage", "fixed_amount"] | UnsetType = UNSET
    value: Amount | UnsetType = UNSET
    max_uses: Whole | UnsetType = UNSET
    available: Available | UnsetType = UNSET
    unlocks_hidden_tickets: bool | UnsetType = UNSET


class Discount(Offer, frozen=True, kw_only=True, tag_field="kind"):
    """[[conference.discounts]]: what holds by itself for who meets it. Lower ``priority`` comes first."""

    name: Name
    description: Prose | UnsetType = UNSET
    priority: Number | UnsetType = UNSET
    type: Literal["percentage", "fixed_amount"] | UnsetType = UNSET
    value: Amount
    max_quantity: Whole | UnsetType = UNSET


class TimeOrStockDiscount(Discount, frozen=True, kw_only=True, tag="time_or_stock"):
    """In a time, and while its limit is not used up."""

    available: Available | UnsetType = UNSET
    limit: Whole | UnsetType = UNSET


class ProductDiscount(Discount, frozen=True, kw_only=True, tag="product"):
    """Of some products, in a time, and while its limit is not used up."""

    available: Available | UnsetType = UNSET
    limit: Whole | UnsetType = UNSET


class SpeakerDiscount(Discount, frozen=True, kw_only=True, tag="speaker"):
    """For speakers."""

    presenter: bool | UnsetType = UNSET
    copresenter: bool | UnsetType = UNSET


class GroupDiscount(Discount, frozen=True, kw_only=True, tag="group"):
    """For members of any of the groups."""

    groups: tuple[GroupName, ...]


class IncludedProductDiscount(Discount, frozen=True, kw_only=True, tag="included_product"):
    """For owners of any of the enabling tickets."""

    enabling: Lines


class CategoryDiscount(Form, frozen=True, kw_only=True, tag_field="kind", tag="category"):
    """So many per cent off all tickets, all add-ons, or both."""

    name: Name
    description: Prose | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    priority: Number | UnsetType = UNSET
    value: Amount
    all_tickets: bool | UnsetType = UNSET
    all_addons: bool | UnsetType = UNSET
    available: Available | UnsetType = UNSET
    limit: Whole | UnsetType = UNSET


DISCOUNTS: tuple[type[Discount] | type[CategoryDiscount], ...] = (
    TimeOrStockDiscount,
    ProductDiscount,
    SpeakerDiscount,
    GroupDiscount,
    IncludedProductDiscount,
    CategoryDiscount,
)
AnyDiscount = Union[  # noqa: UP007  # of a tuple
    TimeOrStockDiscount,
    ProductDiscount,
    SpeakerDiscount,
    GroupDiscount,
    IncludedProductDiscount,
    CategoryDiscount,
]


class ConferenceForm(Form, frozen=True, kw_only=True):
    """[conference]: what is left out of it stays as it is."""

    name: Name | None = None
    slug: Line | None = None
    start: date | None = None
    end: date | None = None
    timezone: Name | None = None
    currency: Name | None = None
    venue: Venue | None = None
    website_url: Line | None = None
    pretalx_event_slug: Line | None = None
    total_capacity: Whole | None = None
    revenue_budget: Amount | None = None
    grant_budget: Amount | None = None
    target_attendance: Whole | None = None
    sections: tuple[Section, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    addons: tuple[AddOn, ...] = ()
    sponsor_levels: tuple[SponsorLevel, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    discounts: tuple[AnyDiscount, ...] = ()


class CatalogueForm(Form, frozen=True, kw_only=True):
    """The whole file."""

    conference: ConferenceForm


_LINE = f"text in quotes, on one line, of at most {Line.most} characters"
_AMOUNT = "an amount from 0 without quotes, such as 349.00"
_WHOLE = "a whole number from 0"
_SWITCH = "true or false"
_DAY = "a day, such as 2027-05-14"
_TABLES = "tables in double brackets"
_SLUGS = 'a list of slugs, such as ["student"]'

EXPECTED: Mapping[str, str] = {
    "active": _SWITCH,
    "addons": _SLUGS,
    "all_addons": _SWITCH,
    "all_tickets": _SWITCH,
    "available": "a table with opens and closes, such as { opens = 2027-01-01, closes = 2027-03-31 }",
    "closes": _DAY,
    "code": f"text in quotes, on one line, of 1 to {Code.most} characters",
    "codes": 'a list of texts, such as ["4006381333931"]',
    "comp_tickets": _WHOLE,
    "conference": "a table",
    "conference.addons": _TABLES,
    "conference.tickets": _TABLES,
    "copresenter": _SWITCH,
    "cost": _AMOUNT,
    "currency": 'a currency of three letters, such as "EUR"',
    "description": "text in quotes",
    "discounts": _TABLES,
    "enabling": _SLUGS,
    "end": _DAY,
    "grant_budget": _AMOUNT,
    "groups": f'a list of names, such as ["Volunteers"], of at most {GroupName.most} characters',
    "kind": "one of time_or_stock, product, speaker, group, included_product and category",
    "limit": _WHOLE,
    "max_quantity": _WHOLE,
    "max_uses": _WHOLE,
    "name": _LINE,
    "opens": _DAY,
    "order": _WHOLE,
    "per_user": f"{_WHOLE}; of 0 nobody can buy it",
    "presenter": _SWITCH,
    "pretalx_event_slug": _LINE,
    "price": _AMOUNT,
    "priority": "a whole number",
    "quantity": f"{_WHOLE}; 0 is unlimited",
    "requires": _SLUGS,
    "revenue_budget": _AMOUNT,
    "sections": _TABLES,
    "size": "text in quotes, of at most 50 characters",
    "sizes": 'a list such as ["S", { size = "M", quantity = 40 }]',
    "slug": _LINE,
    "sponsor_levels": _TABLES,
    "start": _DAY,
    "target_attendance": _WHOLE,
    "tickets": _SLUGS,
    "timezone": 'a time zone, such as "Europe/Prague"',
    "total_capacity": f"{_WHOLE}; 0 is unlimited",
    "type": "percentage or fixed_amount, or comp of a voucher",
    "unlocks_hidden_tickets": _SWITCH,
    "value": "a number from 0 without quotes, such as 15",
    "vat": 'per cent as a number, such as 8.1, or "none"',
    "venue": f"text in quotes, on one line, of at most {Venue.most} characters",
    "voucher_required": _SWITCH,
    "vouchers": _TABLES,
    "website_url": _LINE,
}
"""What a key must be: the end of a sentence."""

FORMS: Mapping[str, tuple[type[Struct], ...]] = {
    "": (CatalogueForm,),
    "conference": (ConferenceForm,),
    "sections": (Section,),
    "tickets": (Ticket,),
    "addons": (AddOn,),
    "sizes": (Size,),
    "sponsor_levels": (SponsorLevel,),
    "vouchers": (Voucher,),
    "discounts": DISCOUNTS,
    "available": (Available,),
}
"""The tables by the key that holds them."""
