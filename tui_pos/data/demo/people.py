"""The attendees of the demonstration conference, one for every situation at a desk.

The badge of each is its access code, ``<STEM>2026``: scan ``NOOR2026``, or ``demo:NOOR2026``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tui_pos.data.demo.catalogue import FAR, VOLUNTEERS, Products
from tui_pos.data.demo.staff import password_hash
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.auth import Group, User, UserGroup
from tui_pos.data.tables.program import Conference, Speaker
from tui_pos.data.tables.registration import (
    AddOn,
    Attendee,
    CaptureStatus,
    CheckIn,
    Credit,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    ProductRedemption,
    TerminalPayment,
)

LATE = timedelta(minutes=-20)
"""A hold that has run out."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order. ``paid`` is what was paid when it is neither all nor nothing."""

    items: tuple[str, ...]
    status: OrderStatus = OrderStatus.PAID
    method: PaymentMethod = PaymentMethod.STRIPE
    hold: timedelta | None = None
    paid: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One attendee: ``stem`` begins the access code; the first purchase is the one on the badge."""

    stem: str
    first: str
    last: str
    purchases: tuple[Purchase, ...]
    checked_in: bool = False
    handed_out: tuple[str, ...] = ()
    credit: Decimal = ZERO
    speaker: bool = False
    volunteer: bool = False
    active: bool = True


PENDING, CANCELLED, REFUNDED = OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.REFUNDED
PARTLY = OrderStatus.PARTIALLY_REFUNDED
TERMINAL, COMP, MANUAL = PaymentMethod.TERMINAL, PaymentMethod.COMP, PaymentMethod.MANUAL

REGULAR = Purchase(("regular",))
FREE = Purchase(("speaker",), method=COMP)
HELD = Purchase(("regular",), PENDING, hold=FAR)
SHIRT_OWED = Purchase(("t-shirt",), PENDING, hold=FAR)
DAY = Purchase(("day-pass",))
LUNCHEON = Purchase(("regular", "lunch"))
OWNER = Purchase(("regular", "t-shirt", "t-shirt", "lunch", "hoodie"))

PEOPLE = (
    Person("NOOR", "Noor", "Lindqvist", (REGULAR,)),
    Person("TOMA", "Tomás", "Okafor", (REGULAR,), checked_in=True),
    Person("INES", "Inês", "Park", (HELD,)),
    Person("RAVI", "Ravi", "Chen", (Purchase(("regular",), PENDING, hold=LATE),)),
    Person("OMAR", "Omar", "Haddad", (Purchase(("regular",), CANCELLED),)),
    Person("YUKI", "Yuki", "Tanaka", (Purchase(("regular",), REFUNDED),)),
    Person("LUCA", "Luca", "Bianchi", (Purchase(("regular", "t-shirt"), PARTLY),)),
    Person("ZARA", "Zara", "Nowak", ()),
    Person("ELLA", "Ella", "Novák", (REGULAR, SHIRT_OWED)),
    Person("HUGO", "Hugo", "Martin", (REGULAR,), credit=Decimal("20.00")),
    Person("RICH", "Rich", "Abernathy", (REGULAR,), credit=Decimal("500.00")),
    Person("OWEN", "Owen", "Bright", (OWNER,)),
    Person("GIVE", "Giver", "Allen", (OWNER,), checked_in=True, handed_out=("t-shirt", "lunch")),
    Person("SARA", "Sara", "Speaks", (FREE,), speaker=True),
    Person("STEF", "Stefan", "Talks", (FREE,), checked_in=True, speaker=True),
    Person("IDLE", "Ida", "Inactive", (REGULAR,), active=False),
    Person("HALF", "Hal", "Fields", (Purchase(("regular",), PENDING, MANUAL, FAR, Decimal("100.00")),)),
    Person("TAPS", "Tapio", "Korhonen", (Purchase(("regular", "mug"), method=TERMINAL),)),
    Person("CASH", "Cassius", "Hand", (Purchase(("day-pass", "mug"), method=MANUAL),)),
    Person("GRAT", "Grace", "Compton", (Purchase(("regular",), method=COMP),)),
    Person("VOLA", "Vola", "Helper", (REGULAR,), volunteer=True),
    Person("VOLT", "Volt", "Helper", (), volunteer=True),
    Person("APOS", "Siobhán", "O'Brien-D'Arcy", (REGULAR,)),
    Person("WIDE", "小龍", "李", (REGULAR,)),
    Person("MARK", "[bold]Mark[/]", "Upton %s", (REGULAR,)),
    Person("LONG", "Maximiliana Wilhelmina", "von und zu Hohenstauffen-Wolfenbüttel", (LUNCHEON,)),
    Person("PASS", "Pia", "Pass", (Purchase(("tutorial-pass",)),)),
    Person("PAST", "Per", "Past", (Purchase(("tutorial-pass", "t-shirt")),)),
    Person("TUTO", "Tuto", "Real", (Purchase(("regular", "tutorial-async")),)),
    Person("WORK", "Wanda", "Workshop", (Purchase(("corporate", "workshop-50-off")),)),
    Person("STUD", "Stu", "Dent", (Purchase(("student",)),)),
    Person("DAYA", "Daya", "Singh", (DAY,)),
    Person("DAYO", "Dayo", "Adeyemi", (DAY,), checked_in=True),
    Person("CORP", "Cora", "Porter", (Purchase(("corporate", "lunch")),)),
    Person("BIRD", "Birdie", "Early", (Purchase(("early-bird",)),)),
    Person("LINE", "Lina", "Online", (Purchase(("online",)),)),
    Person("SHIP", "Boatswain", "Trip", (Purchase(("regular", "boat-trip")),), checked_in=True),
    Person("CAFE", "Renée", "Crème", (Purchase(("regular", "cafe-creme", "sprint-breakfast")),)),
    Person("TWOS", "Twyla", "Twice", (REGULAR, Purchase(("hoodie",), CANCELLED))),
    Person("KIMS", "Kim", "Seo-yeon", (LUNCHEON,)),
)


def create(conference: Conference, products: Products, groups: dict[str, Group], now: datetime) -> None:
    """Write the attendees with their orders, payments, credits, check-ins and hand-outs."""
    password = password_hash()
    numbers = iter(range(1, 1000))
    for person in PEOPLE:
        user = User.create(
            username=f"{person.stem.lower()}.demo",
            password=password,
            first_name=person.first,
            last_name=person.last,
            email=f"{person.stem.lower()}@example.org",
            is_active=person.active,
        )
        orders = [
            _order(user, purchase, products, conference=conference, number=next(numbers), now=now)
            for purchase in person.purchases
        ]
        _attendee(conference, user, person, orders, now)
        if person.speaker:
            Speaker.create(
                conference=conference,
                user=user,
                pretalx_code=person.stem,
                name=f"{person.first} {person.last}",
            )
        if person.volunteer:
            UserGroup.create(user=user, group=groups[VOLUNTEERS])
        if person.credit:
            Credit.create(
                conference=conference, user=user, amount=person.credit, remaining_amount=person.credit
            )


def _order(
    user: User, purchase: Purchase, products: Products, *, conference: Conference, number: int, now: datetime
) -> Order:
    made = now - timedelta(days=30)
    sold = {slug: products.tickets.get(slug) or products.addons[slug] for slug in purchase.items}
    subtotal = sum((sold[slug].price for slug in purchase.items), ZERO)
    total = ZERO if purchase.method is COMP else subtotal
    order = Order.create(
        conference=conference,
        user=user,
        status=purchase.status,
        subtotal=subtotal,
        discount_amount=subtotal - total,
        total=total,
        billing_name=f"{user.first_name} {user.last_name}",
        billing_email=user.email,
        reference=f"ORD-DEMO{number:04}",
        hold_expires_at=now + purchase.hold if purchase.hold else None,
        created_at=made,
        updated_at=made,
    )
    for slug, product in sold.items():
        quantity = purchase.items.count(slug)
        gross = product.price * quantity
        free = gross if purchase.method is COMP else ZERO
        OrderLine.create(
            order=order,
            ticket_type=products.tickets.get(slug),
            addon=products.addons.get(slug),
            description=product.name,
            quantity=quantity,
            unit_price=product.price,
            discount_amount=free,
            line_total=gross - free,
            created_at=made,
        )
    _payment(conference, order, purchase, made)
    return order


def _payment(conference: Conference, order: Order, purchase: Purchase, made: datetime) -> None:
    unpaid = purchase.status in (PENDING, CANCELLED)
    amount = purchase.paid if purchase.paid is not None else order.total
    if unpaid and purchase.paid is None:
        return
    intent = f"pi_demo_{order.reference}" if purchase.method in (PaymentMethod.STRIPE, TERMINAL) else ""
    payment = Payment.create(
        order=order,
        method=purchase.method,
        status=PaymentStatus.REFUNDED if purchase.status is REFUNDED else PaymentStatus.SUCCEEDED,
        amount=amount,
        stripe_payment_intent_id=intent,
        created_at=made,
    )
    if purchase.method is TERMINAL:
        TerminalPayment.create(
            payment=payment,
            conference=conference,
            reader_id="tmr_demo",
            payment_intent_id=intent,
            capture_status=CaptureStatus.CAPTURED,
            captured_at=made,
            card_brand="visa",
            card_last4="4242",
        )


def _attendee(conference: Conference, user: User, person: Person, orders: list[Order], now: datetime) -> None:
    order = orders[0] if orders else None
    seen = now - timedelta(hours=3) if person.checked_in else None
    attendee = Attendee.create(
        conference=conference,
        user=user,
        order=order,
        access_code=f"{person.stem}2026",
        checked_in_at=seen,
        completed_registration=bool(person.purchases)
        and person.purchases[0].status not in (PENDING, CANCELLED),
    )
    if seen:
        CheckIn.create(attendee=attendee, conference=conference, checked_in_at=seen, station="desk-2")
    for slug in person.handed_out:
        line = OrderLine.select().join(AddOn).where(OrderLine.order == order, AddOn.slug == slug).get()
        ProductRedemption.create(attendee=attendee, conference=conference, order_line=line, redeemed_at=now)
