"""The order behind the tender screen: what is due, what part of it is meant, how it is taken once."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from tui_pos.core import clock
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.desk.tenders.options import PaymentOption, cash_for, payment_options
from tui_pos.desk.tenders.tendering import Tendered


class TenderController:
    """The order as the desk answered last (``receipt``), and the ``part`` that is meant (None: all of it)."""

    def __init__(self, desk: Desk, reference: str) -> None:
        self._desk = desk
        self._reference = reference
        self.receipt: ReceiptView | None = None
        self.part: Decimal | None = None
        # The same idempotency key until something was taken, so that a repeated Enter takes it once.
        self._key = clock.new_id()

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return self.receipt.order.due if self.receipt is not None else Decimal()

    @property
    def wanted(self) -> Decimal:
        """What is taken next: the part, or all that is due."""
        return self.due if self.part is None else min(self.part, self.due)

    @property
    def live(self) -> int | None:
        """The card payment that is under way for the order; nothing else is taken meanwhile."""
        return self.receipt.order.live_attempt_id if self.receipt is not None else None

    @property
    def is_paid(self) -> bool:
        """Whether the order is known to be paid, so that a scan is the next person."""
        return self.receipt is not None and not self.due and self.live is None

    def options(self) -> tuple[PaymentOption, ...]:
        """Every way to pay what is wanted."""
        if self.receipt is None or not self.due or self.live is not None:
            return ()
        buyer = self.receipt.attendee
        credit = buyer.credits_total if buyer is not None else Decimal()
        return payment_options(self._desk, due=self.due, wanted=self.wanted, credit=credit)

    def cash(self, given: Decimal) -> PaymentOption:
        """Taking what is wanted out of the cash that is given."""
        found = cash_for(self._desk, due=self.due, wanted=self.wanted, given=given)
        return found or PaymentOption(tender=Tender.CASH, amount=self.wanted, given=given)

    def covers(self, given: Decimal) -> bool:
        """Whether so much cash pays what is wanted."""
        return given >= self.cash(given).to_pay

    def call(self, option: PaymentOption, reason: str = "") -> Callable[[], Tendered]:
        """What takes it, for a worker; not for cards, which have a screen of their own."""
        match option.tender:
            case Tender.CASH:
                take = partial(take_cash, self._desk, self._reference, option.given, option.amount)
            case Tender.CREDIT:
                take = partial(use_credit, self._desk, self._reference, option.amount)
            case Tender.COMPLIMENTARY:
                take = partial(give_free, self._desk, self._reference, reason)
            case _:
                raise ValueError(f"{option.tender} is not taken here")
        return partial(take, key=self._key)

    def taken(self) -> None:
        """Something was taken: what comes next is something else."""
        self._key = clock.new_id()
        self.part = None
