"""The conference's card readers: what Stripe says of them, and which desk holds them."""

from dataclasses import dataclass

from tui_pos.desk.context import Desk


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A reader. ``holder`` is who takes a payment on it ("desk-2, Amira Haddad, since 14:02"), empty when free.

    ``in_use``: a desk holds it, or Stripe says that it is busy with something.
    """

    id: str
    label: str
    status: str
    device_type: str
    serial_number: str
    location: str
    holder: str
    in_use: bool


def readers(desk: Desk, location: str | None = None) -> tuple[ReaderRow, ...]:
    """The readers at ``location`` (default: the conference's; "" for all), free and online ones first.

    Asks Stripe: call in a worker. Raises terminal errors, and InvalidInput without a key.
    """
    raise NotImplementedError
