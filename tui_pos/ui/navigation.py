"""Which screen follows which, and with what result: the one module that knows the screens of the desk.

    from        by                       to
    sign-in     who is there             home (`tui_pos.ui.app` opens both, before the database is there)
    any         F12                      sign-in
    home        a person                 attendee
                an order                 its receipt; a question and the payment where it is still owed
                a voucher, a product     cart
                what needs attention     payment, receipt of an order that is owed, cart with the parked sale
                F2 / F3 / F4             cart / orders / reader
                /products                products, for who may manage
    attendee    F2, Enter, a product     cart, and back with its CartEnd
                F6                       group, and back with what was scanned there; home when all is done
                an order, F8, F9, F10    payment or tender, and back with StillOwed; else its receipt
                a scan                   looked up by home: the next attendee takes this one's place
    cart        Enter, F8                payment, through the reader screen where this station has no reader
                F9, F10                  tender
                nothing to pay           receipt
                Esc (CartEnd)            back to where it was opened
    reader      a ReaderRow              back, with that reader remembered
    payment     PaymentEnd: captured     receipt; the tender screen goes on by itself
                another tender           tender
                ended unpaid             back to where it was asked for, with StillOwed
                None: left alone         home
                a scan, once it ended    home, which looks it up
    tender      all is paid              receipt
                StillOwed                back to where it was asked for, with what was taken
                a scan, once it is paid  home, which looks it up
    receipt     NextPerson               home, which looks the scanned badge up
                Esc: None                back to where it was asked for; home after a sale
    orders      an order                 its receipt
                NextPerson               home, which looks the scanned badge up
    products    a product                product, and back
                NextPerson               home, which looks the scanned badge up; from product too

What was scanned is looked up in one place, `ScanScreen.look_up`; a dialog refuses it, and so does a payment
that is under way.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, cast

import textual.screen

from tui_pos.core.scan import Scan
from tui_pos.desk import payments
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts.put_away import SaleEnd
from tui_pos.desk.catalogue.pricing import ProductKey
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.payments import Stage
from tui_pos.desk.payments.readers import ReaderRow, remember_reader, remembered_reader
from tui_pos.desk.search.attention import AttentionKind, AttentionLine
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.kiosk import KioskApp
from tui_pos.ui.messages import notes
from tui_pos.ui.results import CartEnd, NextPerson, PayBy, PaymentEnd, SaleStart, StillOwed
from tui_pos.ui.scan_result import LookUps, ScanResult
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.cart import CartScreen
from tui_pos.ui.screens.group import GroupScreen
from tui_pos.ui.screens.orders import OrdersScreen
from tui_pos.ui.screens.payment import PaymentScreen
from tui_pos.ui.screens.product import ProductScreen
from tui_pos.ui.screens.products import ProductsScreen
from tui_pos.ui.screens.reader import ReaderScreen
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.scan import ScanScreen
from tui_pos.ui.screens.shared import refuse, show_reader
from tui_pos.ui.screens.sign_in import SignInScreen
from tui_pos.ui.screens.tender import TenderScreen
from tui_pos.ui.station_claim import StationClaim
from tui_pos.ui.widgets.scan_input import ScanInput

Screen = DeskScreen[Any]
Owed = Callable[[StillOwed], object]


class Navigation:
    """The `Navigator` of an app, whose first screen is home: what it opens stands on top of ``screen``."""

    def __init__(self, app: KioskApp, screen: Screen | None = None) -> None:
        self._app = app
        self._from = screen

    def beside(self, screen: textual.screen.Screen[Any]) -> "Navigation":
        """The `Navigation` for another screen of the same desk."""
        return Navigation(self._app, cast(Screen, screen))

    @property
    def _screen(self) -> Screen:
        return self._home if self._from is None else self._from

    # Sign-in and home

    def open_home(self, desk: Desk) -> None:
        """Somebody has signed in."""
        self._home.desk_opened(desk, LookUps(desk))

    def lock(self, sign_in: SignInScreen, then: Callable[[StationClaim | None], None]) -> None:
        """Close all screens and show the sign-in; ``then`` gets who signs in next."""
        self.go_home()
        self._home.go(sign_in, then)

    @property
    def _home(self) -> ScanScreen:
        home = self._app.screen_stack[0]
        assert isinstance(home, ScanScreen)
        return home

    def go_home(self, note: str = "") -> None:
        home, *above = self._app.screen_stack
        if above:
            self._app.close_screen(above[0])
        if note and isinstance(home, DeskScreen):
            home.say(note, Tone.OK)

    def look_up(self, scan: Scan) -> None:
        self._home.look_up(scan)

    # What was found

    def open_found(self, found: ScanResult) -> None:
        if found.person is not None:
            self._show_person(found.person)
            return
        top = self._app.screen
        if found.sells is not None and isinstance(top, AttendeeScreen) and top.may(Action.SELL):
            top.sell(found.sells)
            return
        self.go_home()
        if found.sells is not None:
            self.sell(found.sells)
        elif found.order is not None:
            self._open_order(found.order)

    def _show_person(self, person: AttendeeView) -> None:
        top = self._app.screen
        if isinstance(top, AttendeeScreen):
            top.show(person)
        else:
            self._screen.go(AttendeeScreen(self._screen.desk, person))

    def show_group(self, code: str, then: Callable[[Scan | None], object]) -> None:
        def left(scan: Scan | None) -> None:
            then(scan)

        self._screen.go(GroupScreen(self._screen.desk, code), left)

    def _open_order(self, order: OrderView) -> None:
        """An order of somebody without a badge: paid here when it is still owed, else shown."""
        screen = self._screen
        if not order.due or not screen.may(Action.CHARGE):
            self.show_receipt(order.reference)
            return
        owed = screen.amount(order.due)
        what = ", ".join(f"{line.quantity} x {line.description}" for line in order.lines if line.quantity)
        question = Confirm(
            f"{order.reference}  {order.buyer_name}", f"{what}: {owed} is to be paid.", f"take {owed} by card"
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.pay(order.reference, PayBy.CARD, partial(self._back_to_order, order.reference))

        screen.go(question, answered)

    def attend_to(self, line: AttentionLine) -> None:
        if line.kind is AttentionKind.ATTEMPT:
            self.watch_payment(line.id, partial(self._back_to_order, line.reference))
        elif line.kind is AttentionKind.ORDER:
            self.show_receipt(line.reference)
        else:
            self.sell(SaleStart(parked=line.id))

    def _back_to_order(self, reference: str, owed: StillOwed) -> None:
        """No screen of the order stands below: show it, where another way to pay was begun and left."""
        if owed.card is not None:
            self._screen.say(notes.still_owed_for(owed, self._screen.amount), Tone.WARN)
        else:
            self.show_receipt(reference)

    def show_orders(self) -> None:
        self._screen.go(OrdersScreen(self._screen.desk), self._then_serve)

    def _then_serve(self, person: NextPerson | None) -> None:
        if person is not None:
            self._serve(person)

    # What is sold

    def show_products(self) -> None:
        if self._screen.may(Action.MANAGE):
            self._screen.go(ProductsScreen(self._screen.desk), self._then_serve)
        else:
            refuse(self._screen, Action.MANAGE)

    def show_product(self, key: ProductKey) -> None:
        def left(end: NextPerson | str | None) -> None:
            if isinstance(end, str):
                self._screen.say(end, Tone.OK)
            else:
                self._then_serve(end)

        self._screen.go(ProductScreen(self._screen.desk, key), left)

    # Selling

    def sell(self, start: SaleStart, then: Callable[[CartEnd], object] | None = None) -> None:
        screen = self._screen

        def left(end: "CartEnd | None") -> None:
            if then is not None:
                then(end or SaleEnd.NOTHING)
            elif end is not None:  # None: what closed it has said what became of it
                screen.say(notes.sale_end(end))

        if screen.may(Action.SELL):
            screen.go(CartScreen(screen.desk, start), left)
        else:
            screen.say(f"{screen.desk.staff.name} may not sell. Ask a supervisor.", Tone.BAD, bell=True)

    # Paying

    def pay(self, reference: str, by: PayBy, then: Owed) -> None:
        if by is PayBy.CARD:
            self._take_card(reference, None, partial(self._card_ended, then))
        else:
            self._take_tender(reference, by, then)

    def pay_part_by_card(self, reference: str, amount: Decimal, then: Callable[[PaymentEnd], object]) -> None:
        self._take_card(reference, amount, then)

    def watch_payment(self, attempt_id: int, then: Owed) -> None:
        self.watch_part(attempt_id, partial(self._card_ended, then))

    def watch_part(self, attempt_id: int, then: Callable[[PaymentEnd], object]) -> None:
        def left(end: PaymentEnd | None) -> None:
            if end is None:
                self.go_home()
            elif end.next_person is not None:
                self._serve(end.next_person)
            else:
                then(end)

        self._screen.go(PaymentScreen(self._screen.desk, attempt_id), left)

    def _take_card(
        self, reference: str, amount: Decimal | None, then: Callable[[PaymentEnd], object]
    ) -> None:
        """Take ``amount``, or all that is owed, on this station's reader.

        Where none is remembered it is chosen first.
        """

        def begun(attempt_id: int | None) -> None:
            if attempt_id is None:
                self.choose_reader(partial(self._take_card, reference, amount, then))
            else:
                self.watch_part(attempt_id, then)

        self._screen.ask(partial(_begin, self._screen.desk, reference, amount), begun, hold=True)

    def _card_ended(self, then: Owed, end: PaymentEnd) -> None:
        """The payment of all that was owed has ended."""
        if end.state.stage is Stage.CAPTURED:
            self.show_receipt(end.state.reference, sale_is_over=True)
        elif end.instead is not None:
            why = notes.still_owed(StillOwed(card=end.state), self._screen.amount)
            self._take_tender(end.state.reference, end.instead, then, why)
        else:
            then(StillOwed(card=end.state))

    def _take_tender(self, reference: str, first: PayBy, then: Owed, note: str = "") -> None:
        def left(owed: StillOwed | None) -> None:
            if owed is not None and owed.next_person is not None:
                self._serve(owed.next_person)
            else:
                then(owed or StillOwed())

        screen = TenderScreen(self._screen.desk, reference, first)
        screen.say(note, Tone.WARN)
        self._screen.go(screen, left)

    def show_receipt(self, reference: str, *, sale_is_over: bool = False) -> None:
        without_answer = NextPerson() if sale_is_over else None

        def left(next_person: NextPerson | None) -> None:
            if found := next_person or without_answer:
                self._serve(found)

        screen = ReceiptScreen(self._screen.desk, reference, sale_is_over=sale_is_over)
        self._screen.go(screen, left)

    def _serve(self, person: NextPerson) -> None:
        self.go_home()
        if person.badge:
            home = self._app.screen_stack[0]
            assert isinstance(home, DeskScreen)
            self._app.call_later(home.prompt.post_message, ScanInput.Entered(person.badge, scanned=True))

    # The reader of this station

    def choose_reader(self, chosen: Callable[[], object]) -> None:
        screen = self._screen

        def left(row: ReaderRow | None) -> None:
            if row is not None:
                remember = partial(remember_reader, screen.desk, row.id, row.label)
                screen.ask(remember, lambda _: remembered(row), hold=True)

        def remembered(row: ReaderRow) -> None:
            show_reader(screen, row)
            chosen()

        def known(reader: tuple[str, str] | None) -> None:
            screen.go(ReaderScreen(screen.desk, current=reader[0] if reader else ""), left)

        screen.ask(partial(remembered_reader, screen.desk), known, hold=True)

    def choose_other_reader(
        self, instead_of: str, chosen: Callable[[ReaderRow | None], None]
    ) -> Callable[[], None]:
        chooser = ReaderScreen(self._screen.desk, instead_of=instead_of)
        self._screen.go(chooser, chosen)
        return chooser.leave


def _begin(desk: Desk, reference: str, amount: Decimal | None) -> int | None:
    """The payment attempt, saved; None when this station has no reader yet.

    One of this station's that is live already is gone on with: it was saved though no answer came.
    """
    for live in payments.unfinished(desk):
        if (live.reference, live.station) == (reference, desk.station):
            return live.attempt_id
    reader = remembered_reader(desk)
    return payments.begin(desk, reference, *reader, amount=amount).attempt_id if reader else None
