"""Giving back and exchanging what was bought: which pieces, whose, whether they are back, and why.

The desk decides each of these questions: what it refuses with ``badge_required`` or ``handed_out`` is asked,
and then tried again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from tui_pos.core import clock
from tui_pos.data.tables.desk import RefundStage
from tui_pos.desk.catalogue.inventory import InventoryItem, catalogue
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.refunds import exchanges, in_person, voids
from tui_pos.desk.refunds.exchanges import Exchanged, Terms
from tui_pos.desk.refunds.pieces import Piece, RefundableLine
from tui_pos.desk.refunds.refunds import Refundable, check, refund, refundable
from tui_pos.desk.refunds.voids import Voided
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import AskAmount, AskText, Part
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.dialogs.rows import Choice, ChooseRow, Chosen
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.refunds import IF_NOT_PAID
from tui_pos.ui.messages.views import refund_words

ALL, AMOUNT = "all", "amount"
LEFT = "{} is left to give back. How much of it? Enter alone: all. It goes back the way it came."
NO_MONEY_LEFT = (
    "No money is left to give back: it was free, given away, or is only held. Enter alone ends that."
)
WHICH = "What goes back? It is paid back the way it was paid."
ASKING = "Asking Stripe, please wait."
ASKING_INTERAC = "Asking Stripe, please wait. An Interac card is asked for once more on its reader."
WHY = "Why? It is kept with your name."
WHOSE = "Several people came with this order. Whose ticket is it?"
IS_BACK = "{} Is it back on the counter?"
REFUND_TONES: dict[RefundStage, Tone] = {
    RefundStage.FAILED: Tone.BAD,
    RefundStage.UNKNOWN: Tone.UNKNOWN,
    RefundStage.CREATED: Tone.UNKNOWN,
}
"""How good it is where a refund is not on its way; all others are."""

Reread = Callable[[Callable[[], object]], None]

Settled = Callable[[tuple[Piece, ...], bool], object]
"""Goes on with pieces that the desk would take back, and whether they had been handed out."""


class ReturnActions:
    """Refund, exchange and void of the order that ``screen`` shows, for somebody who may do it.

    ``reread`` shows what is true now, then calls what it is given.
    """

    def __init__(self, screen: DeskScreen[Any], reference: str, reread: Reread) -> None:
        self._screen = screen
        self._desk = screen.desk
        self._reference = reference
        self._reread = reread

    def _tell(self, sentence: str, tone: Tone = Tone.OK) -> None:
        self._reread(lambda: self._screen.alert(sentence, tone))

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
        question = ChooseRow(f"Refund {self._reference}", WHICH, rows, "give back", first=ALL)

        def answered(chosen: Chosen | None) -> None:
            if chosen is None:
                return
            if chosen.row == AMOUNT:
                self._ask_how_much(found)
            elif chosen.row == ALL:
                self._ask_why(None, self._all(found))
            else:
                self._settle(_pieces(chosen), found.lines, self._ask_why_pieces)

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

    def _all(self, found: Refundable) -> str:
        return f"all {self._screen.amount(found.amount)}" if found.amount else "all"

    def _ask_how_much(self, found: Refundable) -> None:
        left = found.amount
        enter = f"{self._all(found)}, or the amount" if left else "take all of it back"
        sentence = LEFT.format(self._screen.amount(left)) if left else NO_MONEY_LEFT
        question = AskAmount(f"Refund {self._reference}", sentence, enter, self._desk.conference.currency)

        def answered(part: Part | None) -> None:
            if part is not None:
                what = self._all(found) if part.amount is None else self._screen.amount(part.amount)
                self._ask_why(part.amount, what)

        self._screen.go(question, answered)

    def _ask_why_pieces(self, pieces: tuple[Piece, ...], came_back: bool) -> None:
        count = sum(piece.quantity for piece in pieces)
        self._ask_why(None, f"{count} piece{'s' if count > 1 else ''}", pieces, came_back)

    def _ask_why(
        self, amount: Decimal | None, what: str, pieces: tuple[Piece, ...] = (), came_back: bool = False
    ) -> None:
        question = AskText(f"Refund {what} of {self._reference}", WHY, f"refund {what}", Tone.WARN)

        def answered(reason: str | None) -> None:
            if reason is not None:
                self._screen.say(ASKING_INTERAC if in_person.is_possible(self._desk) else ASKING)
                call = partial(refund, self._desk, self._reference, amount, lines=pieces, reason=reason)
                self._screen.ask(partial(call, came_back=came_back), self._refunded, hold=True)

        self._screen.go(question, answered)

    def _refunded(self, made: Sequence[RefundView]) -> None:
        self._tell(self._said(made) or "The money that was held is released.", _tone(made))

    # Whose it is, and whether it is back

    def _settle(
        self,
        pieces: tuple[Piece, ...],
        lines: Sequence[RefundableLine],
        then: Settled,
        came_back: bool = False,
    ) -> None:
        """Ask what the desk must know before it takes these pieces back."""

        def refused(error: Exception) -> None:
            if not isinstance(error, Refusal):
                self._screen.failed(error)
            elif error.code == "badge_required":
                self._ask_whose(pieces, lines, lambda named: self._settle(named, lines, then, came_back))
            elif error.code == "handed_out":
                again = partial(self._settle, pieces, lines, then, True)
                question = Confirm("Handed out", IS_BACK.format(sentence(error)), "it is back, go on")
                self._screen.go(question, lambda yes: again() if yes else None)
            else:
                self._screen.failed(error)

        call = partial(check, self._desk, self._reference, pieces, came_back=came_back)
        self._screen.ask(call, lambda _: then(pieces, came_back), refused, hold=True)

    def _ask_whose(
        self,
        pieces: tuple[Piece, ...],
        lines: Sequence[RefundableLine],
        then: Callable[[tuple[Piece, ...]], object],
    ) -> None:
        """Name the next ticket that has no name yet; the desk asks again while more are needed."""
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
        self._screen.go(ChooseRow(f"Ticket of {self._reference}", WHOSE, rows), answered)

    # Exchange

    def exchange(self) -> None:
        """Ask what goes back and what is taken for it, then say what that comes to."""
        self._screen.ask(partial(refundable, self._desk, self._reference), self._ask_exchanged, hold=True)

    def _ask_exchanged(self, found: Refundable) -> None:
        if not found.lines:
            self._screen.say("There is no piece of a paid order here to exchange.", Tone.WARN, bell=True)
            return
        # Tickets of several people go one by one: each stays somebody's.
        one_by_one = {str(line.line_id) for line in found.lines if len(line.badges) > 1}
        rows = [self._choice(line) for line in found.lines]
        rows = [replace(row, most=1) if row.key in one_by_one else row for row in rows]
        sentence = "What is exchanged? Its value pays for what is taken instead."
        question = ChooseRow(f"Exchange of {self._reference}", sentence, rows, "exchange", several=False)

        def answered(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._settle(_pieces(chosen), found.lines, self._ask_for_what)

        self._screen.go(question, answered)

    def _ask_for_what(self, pieces: tuple[Piece, ...], came_back: bool) -> None:
        def show(products: tuple[InventoryItem, ...]) -> None:
            rows = [
                Choice(
                    key=product.slug,
                    text=product.name,
                    amount=self._screen.amount(product.price),
                    about="" if product.remaining is None else f"{product.remaining} left",
                )
                for product in products
                if product.sellable
            ]
            count = sum(piece.quantity for piece in pieces)
            sentence = f"What is taken instead? As many as go back: {count}."

            def answered(chosen: Chosen | None) -> None:
                if chosen is not None:
                    self._ask_terms(pieces, came_back, chosen.row)

            self._screen.go(ChooseRow(f"Exchange of {self._reference}", sentence, rows), answered)

        self._screen.ask(partial(catalogue, self._desk), show, hold=True)

    def _ask_terms(self, pieces: tuple[Piece, ...], came_back: bool, slug: str) -> None:
        (piece,) = pieces
        call = partial(exchanges.terms, self._desk, self._reference, piece, slug, piece.quantity)
        key = clock.new_id()

        def told(found: Terms) -> None:
            question = Confirm(f"Exchange for {slug}", self._terms(found), "exchange it")

            def agreed(yes: bool | None) -> None:
                if yes:
                    do = partial(exchanges.exchange, self._desk, self._reference, piece, slug, piece.quantity)
                    self._screen.ask(partial(do, came_back=came_back, key=key), self._exchanged, hold=True)

            self._screen.go(question, agreed)

        self._screen.ask(call, told, hold=True)

    def _terms(self, found: Terms) -> str:
        value, price = self._screen.amount(found.value), self._screen.amount(found.price)
        told = f"What goes back is worth {value}, what is taken instead costs {price}."
        if found.due:
            return f"{told} {self._screen.amount(found.due)} is still to be paid. {IF_NOT_PAID}"
        if found.back:
            return f"{told} {self._screen.amount(found.back)} goes back the way it was paid."
        return f"{told} Nothing is to be paid."

    def _exchanged(self, done: Exchanged) -> None:
        if done.due:
            self._reread(lambda: self._screen.navigator.show_receipt(done.new.reference))
            return
        said = self._said(done.refunds)
        self._tell(f"Exchanged: {done.new.reference} is paid. {said}".rstrip(), _tone(done.refunds))

    # Void

    def void(self) -> None:
        """Take the whole sale back, as if it had not been made."""
        question = AskText(
            f"Void {self._reference}",
            "All its money goes back the way it came, and its voucher is free again. Why?",
            "void the whole sale",
            Tone.WARN,
        )
        self._screen.go(question, self._void_reason)

    def _void_reason(self, reason: str | None) -> None:
        if reason is not None:
            self._screen.say(ASKING_INTERAC if in_person.is_possible(self._desk) else ASKING)
            self._screen.ask(
                partial(voids.void, self._desk, self._reference, reason), self._voided, hold=True
            )

    def _voided(self, voided: Voided) -> None:
        said = self._said(voided.refunds)
        end = "The sale is void." if voided.done else "The sale is not void yet: /void again later."
        self._tell(f"{end} {said}".rstrip(), Tone.OK if voided.done else _tone(voided.refunds))

    def _said(self, made: Sequence[RefundView]) -> str:
        return "; ".join(
            f"{self._screen.amount(each.amount)} {each.tender}: {refund_words(each)}" for each in made
        )


def _pieces(chosen: Chosen) -> tuple[Piece, ...]:
    return tuple(Piece(line, count) for line, count in chosen.pieces)


def _tone(made: Sequence[RefundView]) -> Tone:
    return next((REFUND_TONES[each.stage] for each in made if each.stage in REFUND_TONES), Tone.OK)
