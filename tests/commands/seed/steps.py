"""What the rows of the seed's table share: the keys of answers, and steps on the way to a row."""

from collections.abc import Callable

from tests.commands.till import READER, Till

Row = tuple[str, str, Callable[[Till], None]]
"""The view that the row comes from, what the row is about, and the steps that prove it."""

CHARGED = {"payment_intent_id", "status", "order_id", "order_reference", "amount", "card"}
SETTLED = {"payment_intent_id", "status", "order_id", "order_reference"}
ORDER = {"id", "reference", "status", "total", "line_items"}
LINE = {"id", "description", "quantity", "unit_price", "line_total"}


def shirt(till: Till, quantity: int = 1) -> str:
    """A pending order for shirts; its reference."""
    reference: str = till.done("checkout", "--item", f"t-shirt={quantity}")["reference"]
    return reference


def no_key(till: Till) -> None:
    """Take the simulator's address, and with it the only key, out of the config."""
    till.change_config("[stripe]", "[scanner]")
    till.config.write_text(
        "\n".join(line for line in till.config.read_text().splitlines() if not line.startswith("api_base"))
    )


def sent(till: Till, reference: str) -> str:
    """A payment whose prompt is on the reader; its intent."""
    answer = till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    intent: str = answer["payment_intent_id"]
    return intent


def held(till: Till, reference: str) -> str:
    """A payment that a card was approved for, and that waits to be captured."""
    till.capture_on_a_key()
    till.simulator.configure(tap_after=0)
    answer = till.done("charge", "--order", reference, "--reader", READER)
    assert (answer["status"], answer["card"]) == ("authorized", "Visa 4242")
    intent: str = answer["payment_intent_id"]
    return intent


def charge(reference: str) -> tuple[str, ...]:
    """The command that charges an order."""
    return ("charge", "--order", reference, "--reader", READER)
