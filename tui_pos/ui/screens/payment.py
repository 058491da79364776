"""The payment screen: one card payment, live, until it has ended or is left alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from rich.text import Text
from textual.app import ComposeResult
from textual.timer import Timer

from tui_pos.core import clock
from tui_pos.core.scan import Scan, printable
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.desk import payments
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.context import Desk, Mode
from tui_pos.desk.errors import Refusal
from tui_pos.desk.payments import CommandQueue, CutOff, PaymentState, Stage, readers, resolve
from tui_pos.desk.payments.control import CommandKind
from tui_pos.desk.payments.readers import ReaderRow
from tui_pos.desk.payments.resolve import Option, Resolution
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import ask_text
from tui_pos.ui.dialogs.choose import Choose
from tui_pos.ui.input import keys
from tui_pos.ui.results import PayBy, PaymentEnd
from tui_pos.ui.screens import payment_view as view
from tui_pos.ui.screens.payment_view import Enter
from tui_pos.ui.screens.shared import refuse, show_reader
from tui_pos.ui.widgets.big_amount import BigAmount
from tui_pos.ui.widgets.line_list import Column, LineList
from tui_pos.ui.widgets.row import Sentence
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.stage_line import StageLine
from tui_pos.ui.widgets.status_line import Status

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000009995"
"""Stripe's test cards: a Visa that pays, and one with insufficient funds."""

SAFE = "The payment is safe; it is listed under what needs attention."
LONGEST_SENTENCE = 230
"""Characters that the three rows of the sentence hold at 80 columns."""
TRY_AGAIN, AT_MOST = 1.0, 5.0
"""Seconds before a payment is taken up again whose database failed; twice as long each time, and at most."""


class PaymentScreen(DeskScreen[PaymentEnd]):
    """Drives the attempt; left with how it ended, with None while money may still move.

    Leaving never ends a payment: it is no longer driven from here, and the attempt log keeps it.
    """

    CSS_PATH = "payment.tcss"
    PROMPT = Prompt(picks=False, quiet=True, comes_first="this payment comes first")

    def __init__(self, desk: Desk, attempt_id: int) -> None:
        super().__init__(desk)
        self.attempt_id = attempt_id
        self._control = CommandQueue()
        self._state: PaymentState | None = None
        self._instead: PayBy | None = None
        self._asked = False
        self._unwatched = ""
        self._is_cut_off = self._withdrawn = self._is_starting = False
        self._pause, self._try_again_at = TRY_AGAIN, 0.0
        self._resolving = False
        self._close_chooser: Callable[[], None] | None = None
        self._ticking: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield BigAmount()
        yield StageLine()
        yield Sentence()
        yield LineList(Column(12), Column(), Column(22), numbered=False, choosing=False)

    def on_mount(self) -> None:
        self._ticking = self.set_interval(1, self._tick)
        self._watch()

    def on_unmount(self) -> None:
        self._control.detach()

    # Watching

    def watch_it(self) -> None:
        """Drive the payment from here, with a lease on it."""
        self.say("Trying to watch it here.")
        if not self._is_starting:
            self._watch()

    def _watch(self) -> None:
        self._is_starting = True
        self._control = control = CommandQueue()
        self.kiosk.follow(
            self,
            partial(payments.watch, self.desk, self.attempt_id, control, withdrawn=self._withdrawn),
            self._watched,
            self._lost,
            then=self._watched_to_the_end,
        )

    def _watched(self, state: PaymentState) -> None:
        """The watch has the payment; until its first state came, what was said before stands."""
        if self._unwatched:
            self.say("")
        self._unwatched = ""
        self._is_cut_off = self._is_starting = self._withdrawn = False
        self._show(state)

    def _watched_to_the_end(self, last: PaymentState | None) -> None:
        if last is not None and last.live and not self._resolving:
            self._not_watched("Another desk has taken this payment over.")

    def _lost(self, error: Exception) -> None:
        self._is_starting = False
        self._try_again_at = clock.monotonic() + self._pause
        self._pause = min(2 * self._pause, AT_MOST)
        if self._is_cut_off and isinstance(error, DatabaseUnavailable) and not isinstance(error, CutOff):
            return  # the database still fails: keep showing what is true of the card
        why = printable(self.kiosk.explain(error), LONGEST_SENTENCE)
        self._not_watched(why if isinstance(error, Refusal | CutOff) else f"{SAFE} {why}")
        self._is_cut_off = isinstance(error, DatabaseUnavailable)
        self._withdrawn = isinstance(error, CutOff) and error.is_withdrawn

    def _not_watched(self, why: str) -> None:
        self._unwatched = why
        self.say("")
        self.kiosk.bell()
        self._draw()
        self._look()

    def _look(self) -> None:
        """Show a payment that another station drives, or none does."""
        look = partial(payments.state, self.desk, self.attempt_id)
        self.ask(look, self._seen, lambda _: None, lane="look", latest=True)

    def _seen(self, state: PaymentState) -> None:
        """The database can be read; whether it also takes the lease is tried now and then."""
        self._show(state)
        is_due = clock.monotonic() >= self._try_again_at
        if self._is_cut_off and self._unwatched and is_due and not self._is_starting:
            self._watch()

    def _show(self, state: PaymentState) -> None:
        before, self._state = self._state, state
        if not state.live:
            self._unwatched = ""
        moved = before is None or state.notice is not before.notice
        if self._asked and state.stuck and not moved:
            self.say("Tried again: nothing has changed.", Tone.WARN, bell=True)
        elif self._asked or moved:
            self.say("")
        if moved and (state.stuck or not state.live):
            self.kiosk.bell()
        self._asked = False
        if self._close_chooser is not None and CommandKind.SWITCH not in state.commands:
            self._close_chooser()
        self._draw()
        if self._instead and state.ended_unpaid:
            self.finish()

    # What Enter does

    def action_confirm(self) -> None:
        step = self._step()
        if step is None:
            self.say("There is nothing to confirm now.", Tone.WARN, bell=True)
        else:
            steps = {
                Enter.FINISH: self.finish,
                Enter.WATCH: self.watch_it,
                Enter.CAPTURE: self.capture,
                Enter.RETRY: self.retry,
            }
            steps[step.does]()

    def finish(self) -> None:
        """The payment has ended: go on with how."""
        self.leave(PaymentEnd(self._state, self._instead) if self._state is not None else None)

    def capture(self) -> None:
        """Take the money that is held."""
        self._control.capture()
        self._wait_for_it("Capturing it.")

    def retry(self) -> None:
        """Show the same payment on the reader again."""
        self._control.retry()
        self._wait_for_it("Sending it to the reader again.")

    def _wait_for_it(self, note: str) -> None:
        """Say what was asked for until the next state answers it."""
        self._asked = True
        self.say(note)

    # What other keys do

    def action_back(self) -> None:
        """Esc: ask the reader and Stripe to cancel; only leave where nothing is driven from here."""
        state = self._state
        if state is None or self._unwatched:
            self.leave()
        elif not state.live:
            self.finish()
        elif CommandKind.CANCEL in state.commands:
            self._control.cancel()
            self._wait_for_it("Asking the reader and Stripe to cancel.")
        else:
            self.say("Wait for what Stripe says; F5 serves the next person meanwhile.", Tone.WARN, bell=True)

    def action_attention(self) -> None:
        """F5: leave the payment running and serve the next person."""
        if self._state is not None and not self._state.live:
            self.finish()
        else:
            self.leave()

    def action_cash(self) -> None:
        """F9: no card, cash instead."""
        self._pay_otherwise(PayBy.CASH)

    def action_tender(self) -> None:
        """F10: no card, another tender instead."""
        self._pay_otherwise(PayBy.OTHER)

    def _pay_otherwise(self, by: PayBy) -> None:
        """Only once Stripe says that no card is charged any more."""
        state = self._state
        if state is None or not (state.ended_unpaid or self._may_cancel(state)):
            charged = state is not None and state.stage is Stage.CAPTURED
            wait = "The card was charged." if charged else "Wait for what Stripe says about the card."
            self.say(wait, Tone.WARN, bell=True)
            return
        self._instead = by
        if state.live:
            self._control.cancel()
            self._wait_for_it("Asking the reader and Stripe to cancel first.")
        else:
            self.finish()

    def _may_cancel(self, state: PaymentState) -> bool:
        return not self._unwatched and CommandKind.CANCEL in state.commands

    def action_reader(self) -> None:
        """F4: show the payment on another reader."""
        state = self._state
        if state is None or self._unwatched or CommandKind.SWITCH not in state.commands:
            self.say("Another reader cannot take it over at this moment.", Tone.WARN, bell=True)
            return
        self._close_chooser = self.navigator.choose_other_reader(state.reader_id, self._reader_chosen)

    def _reader_chosen(self, row: ReaderRow | None) -> None:
        self._close_chooser = None
        if row is None:
            return
        self._control.switch(row.id, row.label)
        self._wait_for_it(f"Sending it to {row.label}.")
        remember = partial(readers.remember_reader, self.desk, row.id, row.label)
        self.ask(remember, lambda _: show_reader(self, row))

    # What a supervisor decides

    def action_resolve(self) -> None:
        """``/resolve``: show what Stripe and the books say, and what may be decided."""
        state = self._state
        if state is None or not (state.live or state.problem):
            self.say("There is nothing to resolve: this payment has ended.", Tone.WARN, bell=True)
        elif not self.may(Action.RESOLVE):
            refuse(self, Action.RESOLVE)
        else:
            look = partial(resolve.inspect, self.desk, state.intent_id or state.reference)
            self.ask(look, self._both_sides_read, lane="resolve", hold=True)

    def _both_sides_read(self, found: Resolution) -> None:
        choices = [
            (str(option), view.DECISION_LABELS[option])
            for option in found.options
            if option in view.DECISION_LABELS
        ]
        dialog = Choose(f"Resolve {found.payment.reference}", view.both_sides(found), choices)
        self.go(dialog, partial(self._option_chosen, found))

    def _option_chosen(self, found: Resolution, chosen: str | None) -> None:
        if chosen is None:
            return
        option = Option(chosen)
        ask = ask_text(
            "Why?", f"{view.DECISION_MEANINGS[option]} The reason is recorded with your name.", "do it"
        )
        self.go(ask, partial(self._reason_given, found.payment, option))

    def _reason_given(self, payment: PaymentState, option: Option, reason: str | None) -> None:
        if reason is None:
            return
        self._resolving = True
        self._control.detach()
        act = partial(resolve.resolve, self.desk, payment.intent_id or payment.reference, option, reason)
        self.ask(act, self._resolved, self._not_resolved, lane="resolve", hold=True)

    def _resolved(self, done: Resolution) -> None:
        self._resolving = False
        if done.payment.live:
            self._watch()
        else:
            self._show(done.payment)

    def _not_resolved(self, error: Exception) -> None:
        self._resolving = False
        self.failed(error)
        if self._state is not None and self._state.live:
            self._watch()

    # Training

    def action_tap(self) -> None:
        """F11: a good card, or the one named after /tap."""
        self._present(self.argument or GOOD_CARD)

    def action_decline(self) -> None:
        """Del: a card with insufficient funds."""
        self._present(DECLINED_CARD)

    def _present(self, card: str) -> None:
        self.ask(
            partial(payments.present_card, self.desk, self.attempt_id, card), lambda _: None, lane="card"
        )

    # Scans

    def _word(self, scan: Scan) -> None:
        """Refuse a scanned command: a barcode may spell one, and commands move money here."""
        if scan.scanned:
            self.entered(scan)
        else:
            super()._word(scan)

    # Drawing

    def alert(self, sentence: str, tone: Tone = Tone.WARN) -> None:
        """Show it in one row, cut if need be: a dialog would hide the state of the payment."""
        self.say(sentence, tone, bell=True)

    def hints(self) -> Sequence[keys.Hint]:
        step = self._step()
        is_training = self.desk.mode is Mode.TRAINING
        state = self._state if not self._unwatched else None
        return (
            *((keys.hint("confirm", step.label),) if step is not None else ()),
            *view.hints(state, is_training=is_training),
        )

    def header(self) -> Status:
        """It names the reader that the payment is on, whichever the station's own is."""
        status, state = self.kiosk.status, self._state
        if state is None:
            return status
        return replace(status, reader=state.reader_label or state.reader_id, reader_state="")

    def _step(self) -> view.EnterStep | None:
        if self._state is None:
            return view.EnterStep(Enter.WATCH, "watch it here") if self._unwatched else None
        return view.next_step(self._state, watched=not self._unwatched)

    def _draw(self) -> None:
        state = self._state
        if state is not None:
            self.title_text = view.title(state)
            self.query_one(BigAmount).show_amount(state.currency, view.amount(state))
            self.query_one(LineList).set_lines(view.event_lines(state.events, self.desk.local))
        self._draw_progress()
        advice = self._unwatched or (view.advice(state, self.size.width - 2) if state is not None else "")
        self.query_one(Sentence).show(Text(advice))
        self.refresh_title()
        self.refresh_hints()

    def _draw_progress(self) -> None:
        """The stages, or in their place what has become of the payment."""
        state, row = self._state, self.query_one(StageLine)
        if state is None:
            return
        seconds = max(0, int((clock.now() - state.since).total_seconds()))
        if view.is_under_way(state) and not self._unwatched:
            at, doing = view.UNDER_WAY[state.stage]
            row.show_stage([*view.PROGRESS[:at], doing, *view.PROGRESS[at + 1 :]], at, seconds)
        else:
            row.show(view.headline(state, seconds, watched=not self._unwatched))

    def _tick(self) -> None:
        """A second has passed."""
        state = self._state
        if state is None:
            return
        if not state.live:
            if self._ticking is not None:
                self._ticking.stop()
        elif self._unwatched:
            self._look()
        else:
            self._draw_progress()
