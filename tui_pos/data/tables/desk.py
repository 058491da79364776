"""The desk's own tables. Money is integer minor units beside its currency (Stripe's units).

``steps`` holds the statements that create them; a test keeps the two alike.
"""

from enum import StrEnum

from peewee import BigIntegerField, CharField, Check, IntegerField, TextField

from tui_pos.data.base import Table, foreign_key, now
from tui_pos.data.fields import time_column
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, Cart, Credit, Order, OrderLine, Payment


class SaleStatus(StrEnum):
    """Life of a desk sale. A rehearsal was made in another mode than the conference's present one."""

    OPEN = "open"
    PARKED = "parked"
    ORDERED = "ordered"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    REHEARSAL = "rehearsal"


class Stage(StrEnum):
    """Where a payment attempt truly is, as far as Stripe has said."""

    CREATED = "created"
    INTENT = "intent"
    SENT = "sent"
    AUTHORIZING = "authorizing"
    AUTHORIZED = "authorized"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


class CaptureMode(StrEnum):
    """When held money is taken: at once, or on a key."""

    AUTOMATIC = "automatic"
    CONFIRM = "confirm"


class RequestedAction(StrEnum):
    """What a person has asked of a payment and Stripe has not answered yet."""

    NONE = ""
    CANCEL = "cancel"
    CAPTURE = "capture"


class Obstacle(StrEnum):
    """What keeps a payment from a card or from being booked whole, other than a bank's decline."""

    NONE = ""
    READER_OFFLINE = "reader_offline"
    READER_BUSY = "reader_busy"
    READER_TAKEN = "reader_taken"
    READER_IDLE = "reader_idle"
    READER_UNKNOWN = "reader_unknown"
    READER_GAVE_UP = "reader_gave_up"
    NOBODY_PAID = "nobody_paid"
    CUSTOMER_CANCELED = "customer_canceled"
    CONNECTION_ERROR = "connection_error"
    RATE_LIMITED = "rate_limited"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    MISCONFIGURED = "misconfigured"
    NO_CARDS_IN_PERSON = "no_cards_in_person"
    WRITTEN_OFF = "written_off"
    CAPTURED_LESS = "captured_less"


FINAL_STAGES = frozenset({Stage.CAPTURED, Stage.CANCELLED, Stage.FAILED, Stage.EXPIRED})


class SchemaVersion(Table):
    """One row: how far the desk's own tables have been upgraded."""

    version = IntegerField()
    upgraded_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_schema_version"


class Station(Table):
    """A desk's name, the reader it used last, and which running desk has it open.

    ``desk`` names the running desk (as ``lease_owners`` does), on ``host``; it has the station until
    ``open_until``, which it puts off while it runs.
    """

    conference = foreign_key(Conference)
    conference_id: int
    name = CharField(100)
    reader_id = CharField(200, default="")
    reader_label = CharField(200, default="")
    desk = CharField(100, default="")
    staff = foreign_key(User, null=True)
    staff_id: int | None
    host = CharField(100, default="")
    open_since = time_column(null=True)
    open_until = time_column(null=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_station"
        indexes = ((("conference", "name"), True),)


class Sale(Table):
    """One visit's purchase at a station; ties a desk cart and its order to who sold it where."""

    conference = foreign_key(Conference)
    conference_id: int
    station = CharField(100)
    staff = foreign_key(User)
    staff_id: int
    cart = foreign_key(Cart, null=True, unique=True)
    cart_id: int | None
    order = foreign_key(Order, null=True, unique=True)
    order_id: int | None
    attendee = foreign_key(Attendee, null=True)
    attendee_id: int | None
    status = CharField(20, default=SaleStatus.OPEN)
    buyer_name = CharField(200, default="")
    buyer_email = CharField(254, default="")
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_sale"


class TicketName(Table):
    """Who gets a ticket of a sale, as they were named before it was paid.

    ``number`` counts the tickets of this type in the sale from 1; what is not in the sale any more counts for
    nothing. ``ticket_type_id`` may be gone: a reference would keep the web site from deleting it.
    ``attendee`` is who was made of it when the order was completed. The name of the buyer's own ticket is the
    buyer's; what stands here for it, from when another was theirs, counts for nothing.
    """

    sale = foreign_key(Sale)
    sale_id: int
    ticket_type_id = BigIntegerField()
    number = IntegerField(constraints=[Check("number > 0")])
    name = CharField(200)
    email = CharField(254, default="")
    attendee = foreign_key(Attendee, null=True)
    attendee_id: int | None
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_ticket_name"
        indexes = ((("sale", "ticket_type_id", "number"), True),)


class ReplacedBadge(Table):
    """A badge that admits nobody any more, because its ticket was handed to another person.

    ``code`` is what it says; ``attendee`` whose it was, who has another code since, and ``successor`` who has
    the ticket of ``order`` now.
    """

    conference = foreign_key(Conference)
    conference_id: int
    code = CharField(20, unique=True)
    attendee = foreign_key(Attendee)
    attendee_id: int
    successor = foreign_key(Attendee)
    successor_id: int
    order = foreign_key(Order)
    order_id: int
    at = time_column(default=now)
    station = CharField(100)
    staff = foreign_key(User)
    staff_id: int

    class Meta:
        table_name = "tui_pos_replaced_badge"


class Attempt(Table):
    """One try to take one amount for one order on one reader.

    Committed with its keys before the first call leaves the machine. ``finished_at`` is NULL while it is
    live; two partial unique indexes allow one live attempt per order and per reader, across all stations.
    ``mode`` and ``account`` say whose money it is: LIVE, TEST or TRAINING, and the Stripe account's id; both
    are empty on attempts from before they were kept. ``refusals`` counts Stripe's definite refusals in a row,
    and nothing is asked again before ``retry_at``. ``decline_code`` is a bank's.
    ``captured`` is what Stripe captured, which may be less than ``amount``; NULL while nothing is.
    ``message`` and ``problem`` are codes with values, as the desk's ``stored_reasons`` packs them.
    """

    conference = foreign_key(Conference)
    conference_id: int
    order = foreign_key(Order)
    order_id: int
    payment = foreign_key(Payment, null=True)
    payment_id: int | None
    key = CharField(32, unique=True)
    station = CharField(100)
    staff = foreign_key(User)
    staff_id: int
    reader_id = CharField(200)
    reader_label = CharField(200, default="")
    amount = BigIntegerField(constraints=[Check("amount > 0")])
    currency = CharField(3)
    stage = CharField(20, default=Stage.CREATED)
    capture_mode = CharField(20)
    requested_action = CharField(20, default=RequestedAction.NONE)
    intent_id = CharField(200, null=True, unique=True)
    charge_id = CharField(200, default="")
    create_tries = IntegerField(default=0)
    capture_tries = IntegerField(default=0)
    times_sent = IntegerField(default=0)
    sent_at = time_column(null=True)
    decline_code = CharField(100, default="")
    message = TextField(default="")
    problem = TextField(default="")
    card = TextField(default="")
    capture_before = time_column(null=True)
    lease_owner = CharField(100, default="")
    lease_until = time_column(null=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)
    finished_at = time_column(null=True)
    mode = CharField(20, default="")
    account = CharField(100, default="")
    refusals = IntegerField(default=0)
    retry_at = time_column(null=True)
    obstacle = CharField(50, default=Obstacle.NONE)
    captured = BigIntegerField(null=True)

    class Meta:
        table_name = "tui_pos_attempt"


class AttemptEvent(Table):
    """One move of an attempt, or one thing said about it: the flight recorder.

    ``text`` is a code with values, as the desk's ``stored_reasons`` packs it; ``request_id`` is Stripe's, of
    the request whose answer led to it, empty where none did.
    """

    attempt = foreign_key(Attempt)
    attempt_id: int
    at = time_column(default=now)
    station = CharField(100)
    staff = foreign_key(User, null=True)
    staff_id: int | None
    stage = CharField(20)
    text = TextField(default="")
    request_id = CharField(100, default="")

    class Meta:
        table_name = "tui_pos_attempt_event"


class RefundStage(StrEnum):
    """Life of a refund; Stripe can turn one to failed long after it was accepted."""

    CREATED = "created"
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundOrigin(StrEnum):
    """Who gave the money back.

    The web site has no page that does; what a host project's own code asks Stripe for is found like a refund
    of the dashboard.
    """

    DESK = "desk"
    DASHBOARD = "dashboard"


class Refund(Table):
    """Money given back or about to be, whatever had paid and whoever made it.

    A refund at Stripe is committed with its key before Stripe is asked; ``finished_at`` is NULL while it may
    still change. ``amount`` is 0 for what was given away or free. ``attempt`` is the card payment at a desk,
    NULL for other tenders and for cards that paid online; ``payment`` is NULL where nothing had paid.

    Its effect on django-program's rows is written once it is accepted (``applied_at``) and taken back if it
    fails: ``split`` is the payment row of the part that went back, ``credit`` django-program's record of the
    refund, ``price_change`` how much less the order costs (minor units), ``price_line`` the order line that
    carries it where no piece does. ``exchange`` is the order that the value went to instead of a person.
    ``rounding`` is how much more (or, negative, less) than ``amount`` was handed over in cash
    (``CashMovement``). ``message`` has a line for each thing that is said of it besides
    (``desk.stored_reasons``).
    """

    conference = foreign_key(Conference)
    conference_id: int
    order = foreign_key(Order)
    order_id: int
    payment = foreign_key(Payment, null=True)
    payment_id: int | None
    attempt = foreign_key(Attempt, null=True)
    attempt_id: int | None
    origin = CharField(20, default=RefundOrigin.DESK)
    tender = CharField(20)
    key = CharField(64, unique=True)
    station = CharField(100)
    staff = foreign_key(User, null=True)
    staff_id: int | None
    amount = BigIntegerField(constraints=[Check("amount >= 0")])
    rounding = BigIntegerField(default=0)
    currency = CharField(3)
    reason = TextField(default="")
    stage = CharField(20, default=RefundStage.CREATED)
    tries = IntegerField(default=0)
    refund_id = CharField(200, null=True, unique=True)
    message = TextField(default="")
    split = foreign_key(Payment, null=True)
    split_id: int | None
    credit = foreign_key(Credit, null=True)
    credit_id: int | None
    price_change = BigIntegerField(default=0)
    price_line = foreign_key(OrderLine, null=True)
    price_line_id: int | None
    exchange = foreign_key(Order, null=True)
    exchange_id: int | None
    applied_at = time_column(null=True)
    created_at = time_column(default=now)
    updated_at = time_column(default=now)
    finished_at = time_column(null=True)

    class Meta:
        table_name = "tui_pos_refund"


class RefundLine(Table):
    """Pieces that went back with a refund: of which line, how many, and what they had cost.

    ``amount`` is their price net of all discounts, ``discount`` the voucher's part that went with it, both in
    minor units. Where the price of a piece goes back to two payments, the piece stands with the first of the
    two refunds and the other has a quantity of 0. ``attendee`` is whose ticket it was.
    """

    refund = foreign_key(Refund)
    refund_id: int
    order_line = foreign_key(OrderLine)
    order_line_id: int
    attendee = foreign_key(Attendee, null=True)
    attendee_id: int | None
    quantity = IntegerField(constraints=[Check("quantity >= 0")])
    amount = BigIntegerField(constraints=[Check("amount >= 0")])
    discount = BigIntegerField(default=0, constraints=[Check("discount >= 0")])
    currency = CharField(3)

    class Meta:
        table_name = "tui_pos_refund_line"


class Repair(Table):
    """One thing that was repaired in the books because the web site or Stripe's dashboard had acted.

    ``before_state`` and ``after_state`` are how the order stood and stands (``desk.stored_reasons``);
    ``told_at`` is when a reconciliation first told it.
    """

    conference = foreign_key(Conference)
    conference_id: int
    at = time_column(default=now)
    station = CharField(100)
    order = foreign_key(Order, null=True)
    order_id: int | None
    payment = foreign_key(Payment, null=True)
    payment_id: int | None
    kind = CharField(40)
    before_state = TextField(default="")
    after_state = TextField(default="")
    told_at = time_column(null=True)

    class Meta:
        table_name = "tui_pos_repair"


class Installation(Table):
    """One row: which installation the database belongs to. Its ``key`` stands in every intent's metadata.

    ``place`` is where the database lay when the key was made or taken over: a copy lies elsewhere.
    """

    key = CharField(32, unique=True)
    place = CharField(200, default="")
    created_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_installation"


class ConferenceRules(Table):
    """What a conference's money depends on, the same on every host that opens the database.

    ``mode`` and ``account`` say whose card payments these are: LIVE, TEST or TRAINING and the Stripe
    account's id; empty until the first card payment. ``updated_at`` is since when the mode holds.
    ``smallest_coin`` is empty where cash is paid in all coins of the currency.
    """

    conference = foreign_key(Conference, unique=True)
    conference_id: int
    currency = CharField(3)
    capture = CharField(20)
    price_rule = CharField(20)
    smallest_coin = CharField(10, default="")
    mode = CharField(20, default="")
    account = CharField(100, default="")
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_conference"


class Lease(Table):
    """What one process of all may do for a while, such as recovering payments."""

    name = CharField(100, unique=True)
    owner = CharField(100)
    until = time_column()

    class Meta:
        table_name = "tui_pos_lease"


class MovementKind(StrEnum):
    """Why cash moved."""

    SALE = "sale"
    REFUND = "refund"


class CashMovement(Table):
    """Cash into or out of a station's drawer. ``amount`` is never negative; the kind says which way it went.

    ``rounding`` is how much more (or, negative, less) moved than the payment or refund is of, because the
    currency has no small coins. ``given`` and ``change`` are what passed over the counter; both are 0 for a
    refund.
    """

    conference = foreign_key(Conference)
    conference_id: int
    order = foreign_key(Order)
    order_id: int
    payment = foreign_key(Payment)
    payment_id: int
    station = CharField(100)
    staff = foreign_key(User)
    staff_id: int
    kind = CharField(20)
    amount = BigIntegerField(constraints=[Check("amount >= 0")])
    rounding = BigIntegerField(default=0)
    given = BigIntegerField(default=0, constraints=[Check("given >= 0")])
    change = BigIntegerField(default=0, constraints=[Check("change >= 0")])
    currency = CharField(3)
    created_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_cash_movement"


class AuditAction(StrEnum):
    """What somebody did at a desk that a supervisor may ask about."""

    CASH = "cash"
    CREDIT = "credit"
    COMPLIMENTARY = "comp"
    REFUND = "refund"
    EXCHANGE = "exchange"
    VOID = "void"
    COMPANION = "companion"
    HAND_OUT = "hand_out"
    TAKE_BACK = "take_back"
    UNDO_CHECK_IN = "undo_check_in"
    CORRECT = "correct"
    TRANSFER = "transfer"
    DISCARD = "discard"
    CATALOGUE = "catalogue"
    IMPORT = "import"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    STATION_TAKEN = "station_taken"
    EXPORT = "export"
    FORGET = "forget"
    SET_UP = "set_up"


class AuditEntry(Table):
    """Who did what, where, when, to whom and why. Written in the transaction of the act, never changed.

    ``key`` is unique: an act that is asked for again under its key is answered, not done again. ``staff`` of
    a sign-in that failed is whose secret was asked for, None for nobody known; ``conference`` is None for one
    of ``init`` before there is a conference.
    """

    conference = foreign_key(Conference, null=True)
    conference_id: int | None
    at = time_column(default=now)
    station = CharField(100)
    staff = foreign_key(User, null=True)
    staff_id: int | None
    what = CharField(20)
    order = foreign_key(Order, null=True)
    order_id: int | None
    payment = foreign_key(Payment, null=True)
    payment_id: int | None
    attendee = foreign_key(Attendee, null=True)
    attendee_id: int | None
    amount = BigIntegerField(null=True)
    currency = CharField(3, default="")
    text = TextField(default="")
    reason = TextField(default="")
    key = CharField(64, null=True, unique=True)

    class Meta:
        table_name = "tui_pos_audit_entry"


class SearchKind(StrEnum):
    """What a search key is of."""

    ATTENDEE = "attendee"
    ORDER = "order"


class SearchKey(Table):
    """How an attendee or an order (``owner_id``) is looked for: `data.search_index` writes and reads it.

    A copy, which refers to nothing. ``made_of`` are the columns behind it. Folded from them: ``wholes``, the
    names, codes and addresses, a line each; ``named``, the words of names; ``addressed``, of addresses.
    """

    conference_id = BigIntegerField()
    kind = CharField(20)
    owner_id = BigIntegerField()
    user_id = BigIntegerField()
    made_of = TextField()
    wholes = TextField()
    named = TextField()
    addressed = TextField()

    class Meta:
        table_name = "tui_pos_search_key"
        indexes = ((("owner_id", "kind"), True),)


class StationScanner(Table):
    """How the scanner of a station types, as its test code showed: ``gap`` and ``spread`` in microseconds."""

    conference = foreign_key(Conference)
    conference_id: int
    station = CharField(100)
    gap = IntegerField(default=0)
    spread = IntegerField(default=0)
    scanner_layout = CharField(10)
    keyboard_layout = CharField(10)
    prefix = CharField(50, default="")
    suffix = CharField(50, default="")
    updated_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_scanner"
        indexes = ((("conference", "station"), True),)
