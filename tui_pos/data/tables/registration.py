"""django-program's shop: what is sold, carts, orders, payments, attendees.

The enums are django-program's choices; its database does not check them, so nothing else may be written.
"""

from enum import StrEnum

from peewee import SQL, BooleanField, CharField, Check, TextField

from tui_pos.data.base import Table, foreign_key, now, positive
from tui_pos.data.fields import ZERO, money_column, time_column
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference


class VoucherType(StrEnum):
    """What a voucher takes off."""

    COMP = "comp"
    PERCENTAGE = "percentage"
    FIXED_AMOUNT = "fixed_amount"


class CartStatus(StrEnum):
    """Life of a cart."""

    OPEN = "open"
    CHECKED_OUT = "checked_out"
    EXPIRED = "expired"
    ABANDONED = "abandoned"


class OrderStatus(StrEnum):
    """Life of an order."""

    PENDING = "pending"
    PAID = "paid"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    CANCELLED = "cancelled"


PAID_STATUSES = (OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED)
"""Orders whose lines belong to the buyer: they count as sold, admit to check-in and own prerequisites."""


class PaymentMethod(StrEnum):
    """How a payment was made; cash is ``manual`` with a note."""

    STRIPE = "stripe"
    TERMINAL = "terminal"
    COMP = "comp"
    CREDIT = "credit"
    MANUAL = "manual"


class PaymentStatus(StrEnum):
    """Life of a payment row; only succeeded rows count as paid."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUNDED = "refunded"


class CaptureStatus(StrEnum):
    """Life of a card payment on a reader."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    FAILED = "failed"


class CreditStatus(StrEnum):
    """Life of a store credit."""

    AVAILABLE = "available"
    APPLIED = "applied"
    EXPIRED = "expired"


class TicketType(Table):
    """A ticket on sale. ``total_quantity`` 0 means unlimited."""

    conference = foreign_key(Conference)
    conference_id: int
    name = CharField(200)
    slug = CharField(200, index=True)
    description = TextField(default="")
    price = money_column()
    available_from = time_column(null=True)
    available_until = time_column(null=True)
    total_quantity = positive("total_quantity")
    limit_per_user = positive("limit_per_user", default=10)
    requires_voucher = BooleanField(default=False)
    is_active = BooleanField(default=True)
    bulk_enabled = BooleanField(default=False)
    order = positive("order")
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_tickettype"
        indexes = ((("conference", "slug"), True),)


class AddOn(Table):
    """Something sold beside tickets. ``total_quantity`` 0 means unlimited."""

    conference = foreign_key(Conference)
    conference_id: int
    name = CharField(200)
    slug = CharField(200, index=True)
    description = TextField(default="")
    price = money_column()
    available_from = time_column(null=True)
    available_until = time_column(null=True)
    total_quantity = positive("total_quantity")
    is_active = BooleanField(default=True)
    bulk_enabled = BooleanField(default=False)
    order = positive("order")
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_addon"
        indexes = ((("conference", "slug"), True),)


class AddOnPrerequisite(Table):
    """A ticket type of which one is needed to buy the add-on."""

    addon = foreign_key(AddOn)
    addon_id: int
    tickettype = foreign_key(TicketType)
    tickettype_id: int

    class Meta:
        table_name = "program_registration_addon_requires_ticket_types"
        indexes = ((("addon", "tickettype"), True),)


class Voucher(Table):
    """A code that takes something off or opens hidden tickets."""

    conference = foreign_key(Conference)
    conference_id: int
    code = CharField(100)
    voucher_type = CharField(20, default=VoucherType.COMP)
    discount_value = money_column(default=ZERO)
    max_uses = positive("max_uses", default=1)
    times_used = positive("times_used")
    valid_from = time_column(null=True)
    valid_until = time_column(null=True)
    unlocks_hidden_tickets = BooleanField(default=False)
    is_active = BooleanField(default=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_voucher"
        indexes = ((("conference", "code"), True),)


class VoucherTicketType(Table):
    """A ticket type that the voucher is limited to."""

    voucher = foreign_key(Voucher)
    voucher_id: int
    tickettype = foreign_key(TicketType)
    tickettype_id: int

    class Meta:
        table_name = "program_registration_voucher_applicable_ticket_types"
        indexes = ((("voucher", "tickettype"), True),)


class VoucherAddOn(Table):
    """An add-on that the voucher is limited to."""

    voucher = foreign_key(Voucher)
    voucher_id: int
    addon = foreign_key(AddOn)
    addon_id: int

    class Meta:
        table_name = "program_registration_voucher_applicable_addons"
        indexes = ((("voucher", "addon"), True),)


class Cart(Table):
    """What somebody means to buy. A desk cart is tied to its station by ``Sale``."""

    conference = foreign_key(Conference)
    conference_id: int
    user = foreign_key(User)
    user_id: int
    voucher = foreign_key(Voucher, null=True)
    voucher_id: int | None
    status = CharField(20, default=CartStatus.OPEN)
    expires_at = time_column(null=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_cart"


class CartItem(Table):
    """One line of a cart: a ticket type or an add-on, never both."""

    cart = foreign_key(Cart)
    cart_id: int
    ticket_type = foreign_key(TicketType, null=True)
    ticket_type_id: int | None
    addon = foreign_key(AddOn, null=True)
    addon_id: int | None
    quantity = positive("quantity", default=1)
    created_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_cartitem"
        constraints = (
            Check(
                "(addon_id IS NULL AND ticket_type_id IS NOT NULL)"
                " OR (addon_id IS NOT NULL AND ticket_type_id IS NULL)",
                "registration_cartitem_exactly_one_type",
            ),
        )


CartItem.add_index(
    CartItem.cart,
    CartItem.addon,
    unique=True,
    where=SQL("addon_id IS NOT NULL"),
    name="registration_cartitem_unique_addon_per_cart",
)
CartItem.add_index(
    CartItem.cart,
    CartItem.ticket_type,
    unique=True,
    where=SQL("ticket_type_id IS NOT NULL"),
    name="registration_cartitem_unique_ticket_per_cart",
)


class Order(Table):
    """A sale. Pending orders hold stock until ``hold_expires_at``."""

    conference = foreign_key(Conference)
    conference_id: int
    user = foreign_key(User)
    user_id: int
    status = CharField(25, default=OrderStatus.PENDING)
    subtotal = money_column(default=ZERO)
    discount_amount = money_column(default=ZERO)
    total = money_column(default=ZERO)
    voucher_code = CharField(100, default="")
    voucher_details = TextField(default="")
    billing_name = CharField(200, default="")
    billing_email = CharField(254, default="")
    billing_company = CharField(200, default="")
    reference = CharField(100, unique=True)
    hold_expires_at = time_column(null=True)
    utm_campaign = CharField(200, default="")
    utm_medium = CharField(200, default="")
    utm_source = CharField(200, default="")
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_order"


class OrderLine(Table):
    """One line of an order, priced when it was made. ``discount_amount`` is the voucher's part alone."""

    order = foreign_key(Order)
    order_id: int
    ticket_type = foreign_key(TicketType, null=True)
    ticket_type_id: int | None
    addon = foreign_key(AddOn, null=True)
    addon_id: int | None
    description = CharField(300)
    quantity = positive("quantity", default=1)
    unit_price = money_column()
    discount_amount = money_column(default=ZERO)
    line_total = money_column()
    created_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_orderlineitem"


class Payment(Table):
    """Money for an order, or the try to get it; only succeeded rows count."""

    order = foreign_key(Order)
    order_id: int
    method = CharField(20)
    status = CharField(20)
    amount = money_column()
    stripe_payment_intent_id = CharField(200, default="")
    stripe_charge_id = CharField(200, default="")
    reference = CharField(200, default="")
    note = TextField(default="")
    created_by = foreign_key(User, null=True)
    created_by_id: int | None
    created_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_payment"


class TerminalPayment(Table):
    """The card's side of a payment on a reader."""

    payment = foreign_key(Payment, unique=True)
    payment_id: int
    conference = foreign_key(Conference)
    conference_id: int
    terminal_id = CharField(200, default="")
    reader_id = CharField(200, default="")
    payment_intent_id = CharField(200)
    capture_status = CharField(20, default=CaptureStatus.AUTHORIZED)
    captured_at = time_column(null=True)
    cancelled_at = time_column(null=True)
    card_brand = CharField(50, default="")
    card_last4 = CharField(4, default="")
    receipt_url = CharField(500, default="")
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_terminalpayment"


class Credit(Table):
    """Store credit of a user in one conference."""

    conference = foreign_key(Conference)
    conference_id: int
    user = foreign_key(User)
    user_id: int
    source_order = foreign_key(Order, null=True)
    source_order_id: int | None
    applied_to_order = foreign_key(Order, null=True)
    applied_to_order_id: int | None
    amount = money_column()
    remaining_amount = money_column(default=ZERO)
    status = CharField(20, default=CreditStatus.AVAILABLE)
    note = TextField(default="")
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_credit"


class Attendee(Table):
    """Somebody who attends; the access code is on the badge."""

    conference = foreign_key(Conference)
    conference_id: int
    user = foreign_key(User)
    user_id: int
    order = foreign_key(Order, null=True)
    order_id: int | None
    access_code = CharField(20, unique=True)
    checked_in_at = time_column(null=True)
    completed_registration = BooleanField(default=False)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "program_registration_attendee"
        indexes = ((("user", "conference"), True),)


class CheckIn(Table):
    """One pass through the door."""

    attendee = foreign_key(Attendee)
    attendee_id: int
    conference = foreign_key(Conference)
    conference_id: int
    checked_in_by = foreign_key(User, null=True)
    checked_in_by_id: int | None
    checked_in_at = time_column(default=now)
    station = CharField(100, default="")
    note = TextField(default="")

    class Meta:
        table_name = "program_registration_checkin"


class ProductRedemption(Table):
    """One piece of an order line handed out."""

    attendee = foreign_key(Attendee)
    attendee_id: int
    conference = foreign_key(Conference)
    conference_id: int
    order_line = foreign_key(OrderLine, column_name="order_line_item_id")
    order_line_id: int
    redeemed_by = foreign_key(User, null=True)
    redeemed_by_id: int | None
    redeemed_at = time_column(default=now)
    note = TextField(default="")

    class Meta:
        table_name = "program_registration_productredemption"
