"""The payment screen: one card payment, live, until it has ended or is left alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.timer import Timer

from tui_pos.core import clock
from tui_pos.core.scan import Scan, printable
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.desk import payments
from tui_pos.desk.context import Desk, Mode
from tui_pos.desk.errors import NotFound, NotPermitted, Refusal
from tui_pos.desk.payments import CommandQueue, CutOff, PaymentState, readers
from tui_pos.desk.payments.control import CommandKind
from tui_pos.desk.payments.readers import ReaderRow
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.input.acts import Act, Offer, act_of
from tui_pos.ui.messages import paying as said
from tui_pos.ui.messages.views import phrase
from tui_pos.ui.results import NextPerson, PayBy, PaymentEnd
from tui_pos.ui.screens import payment_view as view
from tui_pos.ui.screens.payment_deciding import Deciding
from tui_pos.ui.screens.payment_view import Does, Seen
from tui_pos.ui.screens.shared import next_person, show_reader
from tui_pos.ui.widgets.line_list import Column, LineList
from tui_pos.ui.widgets.row import Sentence
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.stage_line import Progress
from tui_pos.ui.widgets.status_line import Status

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000009995"
"""Stripe's test cards: a Visa that pays, and one with insufficient funds."""

LONGEST_SENTENCE = 230
"""Characters that the three rows of the sentence hold at 80 columns."""
TRY_AGAIN, AT_MOST = 1.0, 5.0
"""Seconds before a payment is taken up again whose database failed; twice as long each time, and at most."""


class PaymentScreen(DeskScreen[PaymentEnd]):
    """Drives the attempt; left with how it ended, with None while money may still move.

    Leaving never ends a payment: it is no longer driven from here, and the attempt log keeps it.
    """

    CSS_PATH = "payment.tcss"
    PROMPT = Prompt(picks=False, quiet=True)

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
        self._can_load = True
        self._asked_at = clock.now()
        self._was_silent = False
        self._deciding = Deciding(self, self._writing_decision, self._resolved, self._not_resolved)

    def compose_body(self) -> ComposeResult:
        yield Progress()
        yield Sentence()
        yield LineList(*view.RECORDER, Column(view.WHO_WIDTH), numbered=False, choosing=False, id="events")
        yield LineList(*view.RECORDER, numbered=False, choosing=False, id="facts")

    def compose_side(self) -> ComposeResult:
        yield LineList(*view.RECORDER, numbered=False, choosing=False, id="events-wide")

    def on_mount(self) -> None:
        self._ticking = self.set_interval(1, self._tick)
        self._watch()
        self._draw()

    def on_unmount(self) -> None:
        self._control.detach()

    # Watching

    def watch_it(self) -> None:
        """Drive the payment from here."""
        self._asked_at = clock.now()
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
        self._can_load = not isinstance(error, NotFound | NotPermitted)
        self._try_again_at = clock.monotonic() + self._pause
        self._pause = min(2 * self._pause, AT_MOST)
        if self._is_cut_off and isinstance(error, DatabaseUnavailable) and not isinstance(error, CutOff):
            return  # the database still fails: keep showing what is true of the card
        why = printable(self.kiosk.explain(error), LONGEST_SENTENCE)
        self._not_watched(why if isinstance(error, Refusal | CutOff) else f"{said.SAFE} {why}")
        self._is_cut_off = isinstance(error, DatabaseUnavailable)
        self._withdrawn = isinstance(error, CutOff) and error.is_withdrawn

    def _not_watched(self, why: str) -> None:
        self._unwatched = why
        self.say("")
        self.kiosk.bell()
        self._draw(by_itself=True)
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
        self._draw(by_itself=True)
        if self._instead and state.ended_unpaid:
            self.finish()

    # What keys do

    def acts(self) -> Sequence[Offer]:
        seen = self._seen_now()
        own = [
            Act(each.command, self._doings[each.does], each.label) for each in view.offered(seen, self.may)
        ]
        is_live = seen.state is None or seen.state.live
        return [*own, Act("quit", self._quit)] if is_live else own

    @cached_property
    def _doings(self) -> Mapping[Does, Callable[[], object]]:
        return {
            Does.FINISH: self.finish,
            Does.WATCH: self.watch_it,
            Does.CAPTURE: self.capture,
            Does.RETRY: self.retry,
            Does.CANCEL: self.cancel,
            Does.LEAVE: self.leave,
            Does.SWITCH: self.other_reader,
            Does.CASH: partial(self.pay_otherwise, PayBy.CASH),
            Does.OTHER: partial(self.pay_otherwise, PayBy.OTHER),
            Does.RESOLVE: self.resolve,
            Does.TAP: lambda: self._present(self.argument or GOOD_CARD),
            Does.REFUSE: partial(self._present, DECLINED_CARD),
        }

    def typed_acts(self, text: str) -> Sequence[Offer]:
        del text  # nothing is found from here
        return (Act("back", self.prompt.clear, "clear"),)

    def standing_note(self) -> tuple[str, Tone]:
        return view.try_next(self._seen_now(), self.may), Tone.PLAIN

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

    def cancel(self) -> None:
        """Ask the reader and Stripe to cancel; what is true of it comes as the next state."""
        self._control.cancel()
        self._wait_for_it("Asking the reader and Stripe to cancel.")

    def pay_otherwise(self, by: PayBy) -> None:
        """No card, another tender instead; only once Stripe says that no card is charged any more."""
        self._instead = by
        if self._state is not None and self._state.live:
            self._control.cancel()
            self._wait_for_it("Asking the reader and Stripe to cancel first.")
        else:
            self.finish()

    def other_reader(self) -> None:
        """Show the payment on another reader."""
        if (state := self._state) is not None:
            choose = self.navigator.choose_other_reader
            self._close_chooser = choose(state.reader_id, self._reader_chosen)

    def _reader_chosen(self, row: ReaderRow | None) -> None:
        self._close_chooser = None
        if row is None:
            return
        self._control.switch(row.id, row.label)
        self._wait_for_it(f"Sending it to {row.label}.")
        remember = partial(readers.remember_reader, self.desk, row.id, row.label)
        self.ask(remember, lambda _: show_reader(self, row))

    # What a supervisor decides

    def resolve(self) -> None:
        """Show what Stripe and the books say, and what may be decided."""
        if self._state is not None:
            self._deciding.begin(self._state)

    def _writing_decision(self) -> None:
        self._resolving = True
        self._control.detach()

    def _resolved(self, payment: PaymentState) -> None:
        self._resolving = False
        if payment.live:
            self._watch()
        else:
            self._show(payment)

    def _not_resolved(self, error: Exception) -> None:
        self._resolving = False
        self.failed(error)
        if self._state is not None and self._state.live:
            self._watch()

    # Leaving the program

    def _quit(self) -> None:
        """Ask first: the payment goes on without a desk that looks at it."""
        question = Confirm(said.QUIT_HEADING, said.QUIT, said.QUIT_YES)
        self.go(question, lambda yes: self.put_away(lambda _: self.kiosk.exit()) if yes else None)

    # Training

    def _present(self, card: str) -> None:
        """Hold ``card`` to the reader: a number, or the name of a test card."""
        self.ask(
            partial(payments.present_card, self.desk, self.attempt_id, card), lambda _: None, lane="card"
        )

    # Scans

    def entered(self, scan: Scan) -> None:
        """A scan on a payment that is done with is the next person."""
        over = self._over
        if over is not None and scan.scanned:
            self.leave(PaymentEnd(over, next_person=next_person(scan)))
            return
        what = "scan" if scan.scanned else "text"
        self.say(said.not_used(what, self._enter_label if over else ""), Tone.WARN, bell=True)

    @property
    def _over(self) -> PaymentState | None:
        """The payment, once nothing is to be done here: another person may come."""
        state = self._state
        return state if state is not None and not state.live and not view.owes_more(state) else None

    @property
    def _enter_label(self) -> str:
        enter = act_of(self.acts(), "confirm")
        return enter.shown if enter is not None else ""

    def _word(self, scan: Scan) -> None:
        """Refuse a scanned command, for commands move money here; that of the next person once it is over."""
        if scan.scanned and self._over is not None and scan.value == "next":
            self.leave(PaymentEnd(self._over, next_person=NextPerson()))
        elif scan.scanned:
            self.say(said.not_used("scan"), Tone.WARN, bell=True)
        else:
            super()._word(scan)

    # Drawing

    def alert(self, sentence: str, tone: Tone = Tone.WARN) -> None:
        """Show it in one row, cut if need be: a dialog would hide the state of the payment."""
        self.say(sentence, tone, bell=True)

    def header(self) -> Status:
        """It names the reader that the payment is on, whichever the station's own is."""
        status, state = self.kiosk.status, self._state
        if state is None:
            return status
        return replace(status, reader=state.reader_label or state.reader_id, reader_state="")

    def _seen_now(self) -> Seen:
        state, account = self._state, self.desk.account
        since = state.since if state is not None else self._asked_at
        awaited = None
        if not self._unwatched:
            asking_since = account.waiting_since if account is not None else None
            awaited = view.awaited(state, self._asked_at, asking_since)
        return Seen(
            state=state,
            unwatched=self._unwatched,
            waited=max(0, int((clock.now() - since).total_seconds())),
            no_answer=phrase(awaited.no_answer()) if awaited is not None else "",
            can_load=self._can_load,
            is_training=self.desk.mode is Mode.TRAINING,
        )

    def _draw(self, *, by_itself: bool = False) -> None:
        seen = self._seen_now()
        self._draw_progress(seen)
        self.query_one(Sentence).show(Text(view.advice(seen)))
        if seen.state is not None:
            self.title_text = view.title(seen.state)
            self._draw_events(seen.state)
            self.query_one("#facts", LineList).set_lines(view.fact_lines(seen, self.desk.local))
        self.refresh_title()
        self.refresh_hints(by_itself=by_itself)

    def _draw_progress(self, seen: Seen) -> None:
        """The amount and the stages, or in their place what has become of the payment."""
        shown, stages = self.query_one(Progress), view.progress(seen)
        if stages is None or seen.state is None:
            shown.tell(view.told(seen))
        else:
            shown.show_progress(seen.state.currency, view.amount(seen.state), stages)
        if seen.no_answer and not self._was_silent:
            self.kiosk.bell()
        self._was_silent = bool(seen.no_answer)

    def _draw_events(self, state: PaymentState) -> None:
        """The flight recorder: below the payment, or beside it where there is room."""
        for place, rows in (("#events", view.EVENTS), ("#events-wide", view.EVENTS_WIDE)):
            recorder = self.query_one(place, LineList)
            width = recorder.size.width or self.size.width - 2
            lines = view.event_lines(state.events, self.desk.local, width, recorder.size.height or rows)
            recorder.set_lines(lines)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._draw)

    def _tick(self) -> None:
        """A second has passed."""
        state = self._state
        if state is not None and not state.live:
            if self._ticking is not None:
                self._ticking.stop()
            return
        if self._unwatched and (state is not None or self._is_cut_off):
            self._look()
        self._draw(by_itself=True)
