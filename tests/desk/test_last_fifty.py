"""Eight processes sell the last 50 of a ticket: 50 are sold, and everybody else reads which one ran out."""

import subprocess
import sys
from pathlib import Path

from tests.fixtures.databases import opened
from tui_pos import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order, OrderLine, TicketType
from tui_pos.desk import stock
from tui_pos.desk.pricing import Kind

RIVALS = 8
LEFT = 50


def test_eight_processes_sell_exactly_the_last_fifty(engine_url: str) -> None:
    with opened(engine_url), connected():
        ticket = TicketType.get(TicketType.slug == "corporate")
        key = (Kind.TICKET, ticket.id)
        sold_before = stock.sold(ticket.conference_id, clock.now())[key]
        TicketType.update(total_quantity=sold_before + LEFT).where(TicketType.id == ticket.id).execute()
        orders_before = Order.select().count()

    answers = [answer.split(" ", 1) for answer in race(engine_url, "corporate")]

    assert sum(int(sold) for sold, _ in answers) == LEFT
    assert {reason for _, reason in answers} == {"sold_out Corporate is sold out."}
    with opened(engine_url), connected():
        assert stock.sold(ticket.conference_id, clock.now())[key] == sold_before + LEFT
        assert Order.select().count() == orders_before + LEFT
        new = (
            OrderLine.select()
            .where(OrderLine.ticket_type == ticket.id)
            .order_by(OrderLine.id.desc())
            .limit(LEFT)
        )
        assert [line.quantity for line in new] == [1] * LEFT


def race(url: str, slug: str) -> list[str]:
    """What each of the rivals said when it was refused; all begin at the same moment."""
    rivals = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.desk.rival", url, f"desk-{number}", slug],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for number in range(RIVALS)
    ]
    try:
        for rival in rivals:
            assert rival.stdout is not None
            assert rival.stdout.readline() == "ready\n"
        for rival in rivals:
            assert rival.stdin is not None
            rival.stdin.write("go\n")
            rival.stdin.flush()
        return [rival.communicate(timeout=60)[0].strip() for rival in rivals]
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()
