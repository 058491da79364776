"""/resolve on the payment screen: both sides, one decision with its reason, reader and order free again."""

from dataclasses import replace

from tests.desk.conftest import staff_called
from tests.ui.counter import at_counter, begun, shows, write
from tui_pos.desk import payments
from tui_pos.desk.context import Desk
from tui_pos.simulator import Server
from tui_pos.ui.screens.payment import PaymentScreen


async def test_a_supervisor_ends_a_payment_that_stripe_does_not_know(desk: Desk, simulator: Server) -> None:
    lead = replace(desk, staff=staff_called("lead"))
    attempt_id = begun(lead)
    async with at_counter(PaymentScreen(lead, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.wipe()
        person = await shows(pilot, "[X] NEEDS A PERSON", "does not know this payment")
        assert "F5 leave it   /resolve" in person.splitlines()[-1]
        write(pilot, "/resolve")
        both = await shows(pilot, "Stripe knows no such payment", "Order: pending, 0.00 kept of 25.00")
        assert both.splitlines()[-1].startswith("  Enter write it off    Esc leave as it is")
        await pilot.press("enter")
        await shows(pilot, "Why?")
        write(pilot, "sandbox was wiped")
        await shows(pilot, "[!] WRITTEN OFF   sandbox was wiped, nothing booked", "Enter back to the order")
    assert payments.unfinished(lead) == ()


async def test_who_may_not_resolve_is_not_offered_it(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        write(pilot, "/resolve")
        await shows(pilot, "/resolve does nothing here; / alone lists what can be done.", "WAITING FOR CARD")


async def test_less_captured_than_asked_is_shown_as_it_is(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.alter("capture", amount_received=100)
        simulator.tap("tmr_front_2")
        person = await shows(pilot, "[X] NEEDS A PERSON", "Stripe captured 1.00 of 25.00 USD.")
        assert "CAPTURED 25.00" not in person
        assert person.splitlines()[-1].startswith("  Enter receipt ")


async def test_a_reader_that_gave_up_is_no_decline(desk: Desk, simulator: Server) -> None:
    attempt_id = begun(desk)
    async with at_counter(PaymentScreen(desk, attempt_id)) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        intent_id = payments.state(desk, attempt_id).intent_id
        action = {
            "type": "process_payment_intent",
            "process_payment_intent": {"payment_intent": intent_id},
            "status": "failed",
            "failure_code": "terminal_reader_hardware_fault",
            "failure_message": "Battery low.",
            "api_error": None,
        }
        simulator.alter("reader", times=1000, action=action)
        told = await shows(pilot, "[!] READER GAVE UP   Battery low, nothing charged")
        assert "DECLINED" not in told
        assert told.splitlines()[-1].startswith("  Enter try again ")
        simulator.clear_faults()
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
