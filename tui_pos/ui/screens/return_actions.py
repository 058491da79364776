"""The dialogs of a refund, an exchange and a void: which pieces, whose, whether they are back, and why.

Which of these are asked is decided by the desk: after a refusal ``badge_required`` or ``handed_out`` the
matching question is asked, and ``check`` is called again with the answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from tui_pos.core import clock
from tui_pos.data.tables.desk import RefundStage
from tui_pos.desk.catalogue.inventory import InventoryItem, catalogue
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.refunds import exchanges, in_person, voids
from tui_pos.desk.refunds.exchanges import Exchanged, Terms
from tui_pos.desk.refunds.pieces import Piece, RefundableLine
from tui_pos.desk.refunds.refunds import Refundable, check, part_of, refund, refundable
from tui_pos.desk.refunds.voids import Voided
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import Part, ask_amount, ask_text
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.dialogs.rows import Choice, ChooseRow, Chosen
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.refunds import (
    ADMITS_NO_MORE,
    ASK_EXCHANGED,
    ASK_HOW_MUCH,
    ASK_IS_BACK,
    ASK_REASON,
    ASK_TAKEN,
    ASK_VOID_REASON,
    ASK_WHICH,
    ASK_WHOSE,
    ASK_WITHOUT_MONEY,
    ASKING,
    ASKING_STRIPE,
    ASKING_STRIPE_INTERAC,
    EXCHANGE_EVEN,
    EXCHANGE_OWES,
    EXCHANGE_PAYS_BACK,
    EXCHANGED,
    GOES_BACK,
    HOLD_RELEASED,
    NOT_VOID_YET,
    NOTHING_TO_EXCHANGE,
    VOID,
)
from tui_pos.ui.messages.views import refund_words
from tui_pos.ui.screens.catalogue import note
from tui_pos.ui.screens.receipt_view import ways_back

ALL, AMOUNT = "all", "amount"
"""The keys of the two rows that stand for no piece."""

REFUND_TONES: dict[RefundStage, Tone] = {
    RefundStage.FAILED: Tone.BAD,
    RefundStage.UNKNOWN: Tone.UNKNOWN,
    RefundStage.CREATED: Tone.UNKNOWN,
}
"""The tone in which a refund is told, by its stage; OK for any other."""

Reload = Callable[[Callable[[], object]], None]
"""Loads the order anew, then calls what it is given."""

PiecesChecked = Callable[[tuple[Piece, ...], bool, Decimal], object]
"""Goes on with pieces that passed ``check``, and whether the person said that handed out ones came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a refund, an exchange or a void; ``from_drawer`` is the cash that is to be handed over."""

    sentence: str
    tone: Tone = Tone.OK
    from_drawer: Decimal = Decimal()


class ReturnActions:
    """Refund, exchange and void of the order that ``screen`` shows; ``told`` is told what came of it.

    ``shown`` is the order as the screen shows it.
    """

    def __init__(
        self,
        screen: DeskScreen[Any],
        reference: str,
        reload: Reload,
        told: Callable[[Outcome], object],
        shown: Callable[[], ReceiptView | None],
    ) -> None:
        self._screen = screen
        self._desk = screen.desk
        self._reference = reference
        self._reload = reload
        self._told = told
        self._shown = shown

    def _tell(self, sentence: str, tone: Tone, made: Sequence[RefundView]) -> None:
        """Show the order as it is now, what came of it, and what is to be handed over."""
        in_cash = [each for each in made if each.tender is Tender.CASH and not each.exchange]
        from_drawer = sum((each.handed_back for each in in_cash), Decimal())
        self._told(Outcome(sentence=sentence, tone=tone, from_drawer=from_drawer))

    # Refund

    def refund(self) -> None:
        """Ask which pieces or how much, then why, then say what Stripe says."""
        self._screen.ask(partial(refundable, self._desk, self._reference), self._ask_which, hold=True)

    def _ask_which(self, found: Refundable) -> None:
        if not found.lines:
            self._ask_how_much(found)
            return
        rows = [self._choice(line) for line in found.lines]
        rows.append(Choice(key=ALL, text="All of it", amount=self._screen.amount(found.amount)))
        if found.amount:
            rows.append(Choice(key=AMOUNT, text="An amount", about="and no piece"))
        question = ChooseRow(f"Refund {self._reference}", ASK_WHICH, rows, "give back", first=ALL)

        def answered(chosen: Chosen | None) -> None:
            if chosen is None:
                return
            if chosen.row == AMOUNT:
                self._ask_how_much(found)
            elif chosen.row == ALL:
                self._ask_why(None, self._all_label(found))
            else:
                self._check_pieces(_pieces(chosen), found.lines, self._ask_why_pieces)

        self._screen.go(question, answered)

    def _choice(self, line: RefundableLine) -> Choice:
        about = f"{line.left}"
        if line.handed_out:
            about += f", {line.handed_out} handed out"
        return Choice(
            key=str(line.line_id),
            text=line.description,
            amount=self._screen.amount(line.each),
            about=about,
            most=line.left,
        )

    def _all_label(self, found: Refundable) -> str:
        return f"all {self._screen.amount(found.amount)}" if found.amount else "all"

    def _ask_how_much(self, found: Refundable) -> None:
        left = found.amount
        enter = f"{self._all_label(found)}, or the amount" if left else "take all of it back"
        sentence = ASK_HOW_MUCH.format(left=self._screen.amount(left)) if left else ASK_WITHOUT_MONEY
        read = partial(part_of, left, self._desk.conference.currency)
        question = ask_amount(f"Refund {self._reference}", sentence, enter, read)

        def answered(part: Part | None) -> None:
            if part is not None:
                what = self._all_label(found) if part.amount is None else self._screen.amount(part.amount)
                self._ask_why(part.amount, what)

        self._screen.go(question, answered)

    def _ask_why_pieces(self, pieces: tuple[Piece, ...], came_back: bool, worth: Decimal) -> None:
        count = sum(piece.quantity for piece in pieces)
        what = f"{self._screen.amount(worth)} ({count} piece{'s' if count > 1 else ''})"
        self._ask_why(None, what, pieces, came_back)

    def _ask_why(
        self, amount: Decimal | None, what: str, pieces: tuple[Piece, ...] = (), came_back: bool = False
    ) -> None:
        order = self._shown()
        ways = ways_back(order) if order is not None else ""
        why = f"{GOES_BACK.format(ways=ways)} {ASK_REASON}" if ways else ASK_REASON
        question = ask_text(f"Refund {what} of {self._reference}", why, f"refund {what}", Tone.WARN)

        def answered(reason: str | None) -> None:
            if reason is not None:
                self._screen.say(self._asking_stripe())
                call = partial(refund, self._desk, self._reference, amount, lines=pieces, reason=reason)
                self._screen.ask(partial(call, came_back=came_back), self._refunded, hold=True)

        self._screen.go(question, answered)

    def _refunded(self, made: Sequence[RefundView]) -> None:
        self._tell(self._refunds_text(made) or HOLD_RELEASED, _tone(made), made)

    # Whose ticket it is, and whether a handed out piece came back

    def _check_pieces(
        self,
        pieces: tuple[Piece, ...],
        lines: Sequence[RefundableLine],
        then: PiecesChecked,
        came_back: bool = False,
    ) -> None:
        """Check the pieces, asking for what the desk wants to know, then call ``then`` with them."""

        def refused(error: Exception) -> None:
            if not isinstance(error, Refusal):
                self._screen.failed(error)
            elif error.code == "badge_required":
                self._ask_whose(
                    pieces, lines, lambda named: self._check_pieces(named, lines, then, came_back)
                )
            elif error.code == "handed_out":
                again = partial(self._check_pieces, pieces, lines, then, True)
                question = Confirm(
                    "Handed out", ASK_IS_BACK.format(refusal=sentence(error)), "it is back, go on"
                )
                self._screen.go(question, lambda yes: again() if yes else None)
            else:
                self._screen.failed(error)

        call = partial(check, self._desk, self._reference, pieces, came_back=came_back)
        self._screen.ask(call, lambda worth: then(pieces, came_back, worth), refused, hold=True)

    def _ask_whose(
        self,
        pieces: tuple[Piece, ...],
        lines: Sequence[RefundableLine],
        then: Callable[[tuple[Piece, ...]], object],
    ) -> None:
        """Ask for the badge of the next ticket without one; ``check`` refuses again while there are more."""
        by_id = {str(line.line_id): line for line in lines}
        named = {piece.badge for piece in pieces}
        nameless = next(piece for piece in pieces if by_id[piece.line].badges and not piece.badge)
        badges = [badge for badge in by_id[nameless.line].badges if badge not in named]

        def answered(chosen: Chosen | None) -> None:
            if chosen is None:
                return
            others = [piece for piece in pieces if piece is not nameless]
            rest = [replace(nameless, quantity=nameless.quantity - 1)] if nameless.quantity > 1 else []
            then((*others, replace(nameless, quantity=1, badge=chosen.row), *rest))

        rows = [Choice(key=badge, text=f"badge {badge}") for badge in badges]
        self._screen.go(ChooseRow(f"Ticket of {self._reference}", ASK_WHOSE, rows), answered)

    # Exchange

    def exchange(self) -> None:
        """Ask what goes back and what is taken for it, then say what that comes to."""
        self._screen.ask(partial(refundable, self._desk, self._reference), self._ask_exchanged, hold=True)

    def _ask_exchanged(self, found: Refundable) -> None:
        if not found.lines:
            self._screen.say(NOTHING_TO_EXCHANGE, Tone.WARN, bell=True)
            return
        # Tickets of several people are exchanged one at a time, so that each new one gets its attendee.
        one_by_one = {str(line.line_id) for line in found.lines if len(line.badges) > 1}
        rows = [self._choice(line) for line in found.lines]
        rows = [replace(row, most=1) if row.key in one_by_one else row for row in rows]
        question = ChooseRow(f"Exchange of {self._reference}", ASK_EXCHANGED, rows, "exchange", several=False)

        def answered(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._check_pieces(_pieces(chosen), found.lines, self._ask_for_what)

        self._screen.go(question, answered)

    def _ask_for_what(self, pieces: tuple[Piece, ...], came_back: bool, _worth: Decimal) -> None:
        def show(products: tuple[InventoryItem, ...]) -> None:
            rows = [
                Choice(
                    key=product.slug,
                    text=product.name,
                    amount=self._screen.amount(product.price),
                    about=note(product),
                )
                for product in products
                if product.sellable
            ]
            count = sum(piece.quantity for piece in pieces)
            prompt = ASK_TAKEN.format(count=count)

            def answered(chosen: Chosen | None) -> None:
                if chosen is not None:
                    self._ask_terms(pieces, came_back, chosen.row, names[chosen.row])

            names = {product.slug: product.name for product in products}
            self._screen.go(ChooseRow(f"Exchange of {self._reference}", prompt, rows), answered)

        self._screen.ask(partial(catalogue, self._desk), show, hold=True)

    def _ask_terms(self, pieces: tuple[Piece, ...], came_back: bool, slug: str, name: str) -> None:
        (piece,) = pieces  # one row at most: the dialog was opened with several=False
        call = partial(exchanges.terms, self._desk, self._reference, piece, slug, piece.quantity)
        key = clock.new_id()

        def confirm_terms(found: Terms) -> None:
            question = Confirm(f"Exchange for {name}", self._terms_text(found), "exchange it")

            def agreed(yes: bool | None) -> None:
                if yes:
                    do = partial(exchanges.exchange, self._desk, self._reference, piece, slug, piece.quantity)
                    self._screen.ask(partial(do, came_back=came_back, key=key), self._exchanged, hold=True)

            self._screen.go(question, agreed)

        self._screen.ask(call, confirm_terms, hold=True)

    def _terms_text(self, found: Terms) -> str:
        template = EXCHANGE_OWES if found.due else EXCHANGE_PAYS_BACK if found.back else EXCHANGE_EVEN
        amounts = {"value": found.value, "price": found.price, "due": found.due, "back": found.back}
        told = template.format(**{name: self._screen.amount(amount) for name, amount in amounts.items()})
        return f"{told} {ADMITS_NO_MORE}" if found.admits_no_more else told

    def _exchanged(self, done: Exchanged) -> None:
        if done.due:
            self._reload(lambda: self._screen.navigator.show_receipt(done.new.reference))
            return
        refunds = self._refunds_text(done.refunds)
        said = f"{EXCHANGED.format(order=done.new.reference)} {refunds}".rstrip()
        self._tell(said, _tone(done.refunds), done.refunds)

    # Void

    def void(self) -> None:
        """Ask why, then give everything of the order back and cancel it."""
        question = ask_text(
            f"Void {self._reference}",
            ASK_VOID_REASON,
            "void the whole sale",
            Tone.WARN,
        )
        self._screen.go(question, self._void_reason)

    def _void_reason(self, reason: str | None) -> None:
        if reason is not None:
            self._screen.say(self._asking_stripe())
            self._screen.ask(
                partial(voids.void, self._desk, self._reference, reason), self._voided, hold=True
            )

    def _voided(self, voided: Voided) -> None:
        refunds = self._refunds_text(voided.refunds)
        outcome = VOID if voided.done else NOT_VOID_YET
        tone = Tone.OK if voided.done else _tone(voided.refunds)
        self._tell(f"{outcome} {refunds}".rstrip(), tone, voided.refunds)

    def _asking_stripe(self) -> str:
        order = self._shown()
        if order is None or not any(payment.card for payment in order.payments):
            return ASKING
        return ASKING_STRIPE_INTERAC if in_person.is_possible(self._desk) else ASKING_STRIPE

    def _refunds_text(self, made: Sequence[RefundView]) -> str:
        return "; ".join(
            f"{self._screen.amount(each.amount)} {each.tender}: {refund_words(each)}" for each in made
        )


def _pieces(chosen: Chosen) -> tuple[Piece, ...]:
    return tuple(Piece(line, count) for line, count in chosen.pieces)


def _tone(made: Sequence[RefundView]) -> Tone:
    return next((REFUND_TONES[each.stage] for each in made if each.stage in REFUND_TONES), Tone.OK)
