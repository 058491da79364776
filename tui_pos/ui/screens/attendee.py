"""Attendee: the verdict first, then what they bought and owe, and the one safe next step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult

from tui_pos.core import clock
from tui_pos.core.clock import Moment
from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.catalogue.inventory import InventoryItem
from tui_pos.desk.checkin import checkin, next_steps, redemption
from tui_pos.desk.checkin.checkin import CheckInResult
from tui_pos.desk.checkin.next_steps import OrderStep, PersonStep
from tui_pos.desk.checkin.redemption import HandOut
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal, Refused
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search import lookup
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, numbers
from tui_pos.ui.messages import attendee as said
from tui_pos.ui.messages import notes, sentence
from tui_pos.ui.messages.paying import READER_TAKEN
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.results import PayBy, SaleStart, StillOwed
from tui_pos.ui.screens import attendee_view, hand_outs
from tui_pos.ui.screens.attendee_controller import Beside, beside
from tui_pos.ui.screens.catalogue import key_of
from tui_pos.ui.screens.corrections import Corrections
from tui_pos.ui.screens.hand_outs import TakingBack, Undoing
from tui_pos.ui.screens.product_list import ProductList, products_beginning
from tui_pos.ui.screens.shared import Step, choose_reader
from tui_pos.ui.widgets.banner import Banner
from tui_pos.ui.widgets.line_list import Line, LineList
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt


class AttendeeScreen(DeskScreen[None]):
    """One person. The next badge that is scanned here is looked up; `show` then shows that person."""

    CSS_PATH = "attendee.tcss"
    PROMPT = Prompt(placeholder=said.PLACEHOLDER)

    def __init__(self, desk: Desk, person: AttendeeView) -> None:
        super().__init__(desk)
        self.person = person
        self._at_the_door = not self.may(Action.SELL)
        self._beside, self._is_beside_known = Beside(), False
        self._came_in: Moment | None = None
        self._handed_last: int | None = None
        self._banner = Banner()
        self._facts = Row(id="facts")
        self._cautions = LineList(*attendee_view.CAUTIONS, numbered=False, choosing=False, id="cautions")
        self._list = LineList(*attendee_view.ROWS, by_arrow=True)
        self._products = ProductList(self.amount)
        self._side = LineList(*attendee_view.SIDE, numbered=False, choosing=False)
        self._corrections = Corrections(self, self._corrected)
        self._taking_back = TakingBack(self, self._undoing, self._taken_back)
        self._reader_is_taken = False

    def compose_body(self) -> ComposeResult:
        yield self._banner
        yield self._facts
        yield self._cautions
        yield self._list
        yield self._products

    def compose_side(self) -> ComposeResult:
        yield self._side

    def on_mount(self) -> None:
        if self._at_the_door:
            self.prompt.set_placeholder(said.PLACEHOLDER_AT_THE_DOOR)
        self.show(self.person)

    # What stands there

    def show(self, person: AttendeeView) -> None:
        """Show ``person`` instead of the one before; rings the bell unless the verdict is good."""
        if person.access_code != self.person.access_code:
            self._beside, self._is_beside_known = Beside(), False
            self._list.unchoose()
        self.person, self._came_in, self._handed_last = person, None, None
        self._reader_is_taken = False
        self._hide_products()
        self._draw()
        self._look_beside()
        self.say(attendee_view.sentence(person, at_the_door=self._at_the_door))
        if person.verdict.tone != Tone.OK:
            self.kiosk.bell()
        self.typed_ahead.release()

    def _look_beside(self) -> None:
        self.ask(partial(beside, self.desk, self.person), self._show_beside, lane="hand-outs", latest=True)

    def _show_beside(self, found: Beside) -> None:
        self._beside, self._is_beside_known = found, True
        self._draw(by_itself=True)

    def _draw(self, *, by_itself: bool = False) -> None:
        person, door, currency = self.person, self._at_the_door, self.desk.conference.currency
        self._banner.tell(attendee_view.told(person, self._came_in))
        self._facts.show(attendee_view.facts(person, self._beside.others, at_the_door=door))
        known = attendee_view.of_list(person, self._beside.imported, self._beside.facts)
        told = attendee_view.beside_verdict(person, self._came_in, known, at_the_door=door)
        self._cautions.set_lines(told)
        self._cautions.styles.height = len(self._cautions.lines)
        rows = attendee_view.rows(person, self._beside.hand_outs, self.amount, currency, at_the_door=door)
        nothing = attendee_view.nothing_to_hand_out(person, self._beside.hand_outs)
        self._list.set_lines([*rows, *(nothing if self._is_beside_known else ())])
        self._draw_side()
        self.refresh_hints(by_itself=by_itself)

    def _draw_side(self) -> None:
        chosen = self._order_of(self._list.chosen) or next(iter(self.person.orders), None)
        order = None if self._at_the_door else chosen
        currency = self.desk.conference.currency
        self._side.set_lines(attendee_view.side(order, self._beside.fetched, self.amount, currency))

    def _owed(self) -> tuple[OrderView, ...]:
        return next_steps.to_pay(self.desk, self.person)

    def _order_of(self, line: Line | None) -> OrderView | None:
        return next(
            (each for each in self.person.orders if line is not None and each.reference == line.key), None
        )

    # What keys do

    def acts(self) -> Sequence[Offer]:
        if self._products.display:
            return self._acts_on_products()
        chosen = self._list.chosen
        step = self._row_step(chosen) if chosen is not None else self._next_step()
        sells = (Act("walk_up", self._sell, "sell"),) if self.may(Action.SELL) else ()
        together = (Act("group", self._show_group),) if self._beside.has_others else ()
        back = Act("back", self._unchoose, "choose none") if chosen else Act("back", self.leave, "next")
        pays = self._pays()
        admits = (self._admits(),) if self.person.registered else ()
        other = said.OTHER_READER if self._reader_is_taken else ""
        reads = (Act("reader", self._choose_reader, other),) if self.may(Action.READERS) else ()
        return (
            Act("confirm", step.take, step.label),
            *(reads if self._reader_is_taken else ()),
            *self._row_picks(),
            *pays[:1],
            *sells,
            *together,
            back,
            Act("next", self.leave, off_bar=True),
            *pays[1:],
            Move(self._moved),
            *admits,
            *self._taking_back.acts(),
            *self._corrections.acts(self.person),
            *(() if self._reader_is_taken else reads),
        )

    def _admits(self) -> Act:
        """Letting them in; for somebody who is in another pass, which nobody is led to."""
        is_in = self.person.first_check_in is not None
        return Act("checkin", self._check_in, said.ANOTHER_PASS if is_in else "", off_bar=is_in)

    def word_refused(self, command: str) -> bool:
        if command == "checkin":
            self._check_in()  # refused with the verdict
        return command == "checkin"

    def _row_picks(self) -> Iterator[Pick]:
        """The numbered rows, those that do the same together."""
        labels = [self._row_step(self._line_of(key)).label for key in self._list.numbered_keys]
        first = 0
        while first < len(labels):
            rows = next(
                (n for n, each in enumerate(labels[first:]) if each != labels[first]), len(labels) - first
            )
            yield Pick(numbers(rows, first + 1), self._picked, labels[first])
            first += rows

    def _line_of(self, key: str) -> Line:
        return next(line for line in self._list.lines if line.key == key)

    def _pays(self) -> Sequence[Act]:
        """F9, then F8 and F10, where it is certain which order they pay."""
        owed, chosen = self._owed(), self._order_of(self._list.chosen)
        order = chosen if chosen in owed else owed[0] if len(owed) == 1 else None
        if order is None:
            return ()
        return tuple(
            Act(by.value, partial(self._pay, order, by)) for by in (PayBy.CASH, PayBy.CARD, PayBy.OTHER)
        )

    def _next_step(self) -> Step:
        match next_steps.person_step(self.desk, self.person):
            case PersonStep.CHECK_IN:
                return Step(self._check_in, "check in")
            case PersonStep.PAY:
                (order,) = self._owed()
                return Step(partial(self._pay, order, PayBy.CARD), f"card {self.amount(order.due)}")
            case PersonStep.SELL:
                return Step(self._sell, "sell")
            case PersonStep.NEXT_PERSON:
                return Step(self.leave, "next person")

    def _row_step(self, line: Line) -> Step:
        """What a row does, by its number or chosen by arrow."""
        out = hand_outs.of_line(self._beside.hand_outs, line)
        if out is not None:
            return Step(partial(self._hand_out, out), "hand out") if out.left else self._told(out)
        order = self._order_of(line)
        assert order is not None
        step = next_steps.opening_step(self.desk, order)
        if step is OrderStep.SEE_PAYMENT and order.live_attempt_id is not None:
            watch = partial(self.navigator.watch_payment, order.live_attempt_id, self._still_owed)
            return Step(watch, "see payment")
        if step is OrderStep.PAY:
            return Step(partial(self._pay, order, PayBy.CARD), f"card {self.amount(order.due)}")
        return Step(partial(self.navigator.show_receipt, order.reference), "show")

    def _picked(self, number: int) -> None:
        line = self._list.numbered_line(number)
        if line is not None:
            self._row_step(line).take()

    def _moved(self, delta: int) -> None:
        self._list.move(delta)
        self._draw_side()

    def _unchoose(self) -> None:
        self._list.unchoose()
        self._draw_side()

    # Checking in, alone or with others

    def _check_in(self) -> None:
        self.ask(partial(checkin.check_in, self.desk, self.person.access_code), self._checked_in, hold=True)

    def _checked_in(self, result: CheckInResult) -> None:
        self.person = replace(result.attendee, verdict=self.person.verdict)
        moment = self.desk.moment(result.at, printable(result.station, 20))
        if result.first:
            self._came_in = moment
        self._draw()
        if result.first:
            self.say(said.CHECKED_IN, Tone.OK)
        else:
            first = when_and_where(moment)
            self.say(f"Was checked in before: {first}. This pass is recorded too.", Tone.WARN, bell=True)

    def _show_group(self) -> None:
        self.navigator.show_group(self.person.access_code, self._left_group)

    def _left_group(self, scan: Scan | None) -> None:
        if scan is not None:
            self.entered(scan)
        else:
            self._refresh(lambda: None)

    # Handing out, and taking back

    def _hand_out(self, chosen: HandOut) -> None:
        def handed(now: HandOut) -> None:
            self._handed_last = now.line_id
            if not now.left:
                self._list.unchoose()
            self._look_beside()
            self.say(said.handed(now.description, hand_outs.left(now)), Tone.OK)

        hand = partial(redemption.hand_out, self.desk, self.person.access_code, chosen.line_id)
        self.ask(partial(hand, key=clock.new_id()), handed, hold=True)

    def _told(self, out: HandOut) -> Step:
        """Tell when the last piece of it was handed out."""
        last = next((each.when for each in self._beside.fetched if each.line_id == out.line_id), None)
        why = Refused("handed_out", product=printable(out.description), bought=out.bought, last=last)
        return Step(partial(self.say, sentence(why), Tone.WARN, bell=True), "all handed out")

    def _undoing(self) -> Undoing | None:
        """What ``/undo`` takes back: the chosen hand-out, else the last one here, else the check-in."""
        out = self._beside.hand_outs
        last = next((each for each in out if each.line_id == self._handed_last), None)
        chosen = hand_outs.of_line(out, self._list.chosen)
        return hand_outs.undoing(self.desk, self.person, chosen or last)

    def _taken_back(self, told: str) -> None:
        self._handed_last = None
        self._refresh(lambda: self.say(told, Tone.OK))

    # Orders and sales

    def failed(self, error: Exception) -> None:
        """Where the reader has another payment, another reader is what the bar offers first."""
        self._reader_is_taken = isinstance(error, Refusal) and error.reason.key == "payment_live.reader"
        if isinstance(error, Refusal) and self._reader_is_taken:
            self.alert(READER_TAKEN.format(**error.values), Tone.BAD)
        else:
            super().failed(error)
        self.refresh_hints()

    def _choose_reader(self) -> None:
        self._reader_is_taken = False
        choose_reader(self)

    def _pay(self, order: OrderView, by: PayBy) -> None:
        self.navigator.pay(order.reference, by, self._still_owed)

    def _still_owed(self, owed: StillOwed) -> None:
        """Say how it ended over what is true now."""
        told = notes.still_owed(owed, self.amount)
        self._refresh(lambda: self.say(told, Tone.WARN if told else Tone.PLAIN))

    def _refresh(self, then: Callable[[], object]) -> None:
        def draw(person: AttendeeView) -> None:
            self.person, self._came_in = person, None
            self._draw()
            self._look_beside()
            then()

        self.ask(partial(lookup.attendee, self.desk, self.person.access_code), draw, hold=True)

    def _corrected(self, person: AttendeeView, told: str) -> None:
        self.show(person)
        self.say(told, Tone.OK)

    def _sell(self) -> None:
        self.sell(SaleStart())

    def sell(self, begins: SaleStart) -> None:
        """Sell to this person; ``begins`` says what is in the cart from the start."""
        start = replace(begins, attendee_code=self.person.access_code, buyer=self.person.name)
        self._hide_products()
        self.navigator.sell(start, lambda end: self._refresh(lambda: self.say(notes.sale_end(end))))

    # What is typed: a product, or whatever home knows; what is scanned: the next badge

    def changed(self, text: str) -> None:
        if self._at_the_door or not text.strip() or text.startswith("/"):
            self._hide_products()
        else:
            find = partial(products_beginning, self.desk, text)
            self.ask(find, partial(self._found, text), lane="products", latest=True)

    def _found(self, text: str, products: list[InventoryItem]) -> None:
        if self.prompt.text == text:
            self._list_products(text, products)

    def _list_products(self, text: str, products: list[InventoryItem]) -> None:
        self._products.show_products(text, products, numbered=not self.prompt.text)
        self._list.display = not products
        self.refresh_hints(by_itself=True)

    def _hide_products(self) -> None:
        self._products.hide()
        self._list.display = True

    def typed_acts(self, text: str) -> Sequence[Offer]:
        clear = Act("back", self.prompt.clear, "clear")
        meant = self._products.meant if text == self._products.text else None
        enter = self.enters(f"sell {meant.name}" if meant is not None else f'find "{text}"')
        moves = (Move(self._products.move, "choose"),) if self._products.display else ()
        return (enter, clear, *moves)

    def _acts_on_products(self) -> Sequence[Offer]:
        meant = self._products.meant
        enter = (Act("confirm", partial(self._sell_product, meant), f"sell {meant.name}"),) if meant else ()
        return (
            *enter,
            Pick(numbers(len(self._products.numbered_keys)), self._picked_product, "sell"),
            Move(self._products.move),
            Act("back", self._hide_products, "close"),
        )

    def _picked_product(self, number: int) -> None:
        product = self._products.product_numbered(number)
        if product is not None:
            self._sell_product(product)

    def _sell_product(self, product: InventoryItem) -> None:
        self.sell(SaleStart(product=key_of(product)))

    def entered(self, scan: Scan) -> None:
        """A product, or the next person: until that one is shown, no key acts on this one."""
        meant = self._products.meant if scan.raw_shown == printable(self._products.text or "") else None
        by_arrow = self._products.place is not None
        if meant is not None and (by_arrow or not scan.scanned):
            self._sell_product(meant)
        elif scan.scanned or self._at_the_door:
            self._look_up(scan)
        else:
            find = partial(products_beginning, self.desk, scan.raw_shown)
            self.ask(find, partial(self._found_for, scan), hold=True)

    def _found_for(self, scan: Scan, products: list[InventoryItem]) -> None:
        if len(products) == 1:
            self._sell_product(products[0])
        elif products:
            self._list_products(scan.raw_shown, products)
        else:
            self._look_up(scan)

    def _look_up(self, scan: Scan) -> None:
        self._hide_products()
        self.typed_ahead.hold()
        self.navigator.look_up(scan)
