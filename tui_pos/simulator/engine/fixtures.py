"""What an empty simulator begins with: one location and the readers at its counters."""

from tui_pos.simulator.engine import objects
from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.reader_state import OFFLINE_AFTER

LOCATION_ID = "tml_demo_front_desk"

# id, label, device type, on
READERS = (
    ("tmr_front_1", "Front-1", "simulated_stripe_s700", True),
    ("tmr_front_2", "Front-2", "simulated_stripe_s700", True),
    ("tmr_side_1", "Side-1", "simulated_wisepos_e", True),
    ("tmr_back_1", "Back-1", "simulated_wisepos_e", False),
)
ADDRESS = {
    "line1": "1 Conference Way",
    "city": "Pittsburgh",
    "state": "PA",
    "postal_code": "15222",
    "country": "US",
}


def create_demo_readers(account: Account) -> None:
    """Make the demonstration's location and readers, unless there is a reader or location already."""
    if account.store.all("terminal.location") or account.store.all("terminal.reader"):
        return
    account.save(objects.location(account, "Front desk", ADDRESS) | {"id": LOCATION_ID, "_everywhere": True})
    for number, (reader_id, label, device, on) in enumerate(READERS, 1):
        reader = objects.reader(account, label, device, LOCATION_ID)
        reader |= {"id": reader_id, "serial_number": f"SIM{number:06d}", "_everywhere": True}
        if not on:
            reader["_silent_since"] = account.precise_now() - OFFLINE_AFTER
        account.save(reader)
    account.store.commit()
