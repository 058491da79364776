"""What a scanned or typed string means in this conference."""

from dataclasses import dataclass

from tui_pos.desk.context import Desk


@dataclass(frozen=True, slots=True)
class Found:
    """One hit. ``kind`` is attendee, order, voucher or product; ``key`` is the access code, reference, voucher
    code or slug that opens it."""

    kind: str
    key: str
    title: str
    detail: str


def search(desk: Desk, text: str, limit: int = 9) -> tuple[Found, ...]:
    """People and orders whose name, e-mail, code or reference hold every word of ``text``, people first."""
    raise NotImplementedError


def resolve(desk: Desk, text: str) -> tuple[Found, ...]:
    """What a scan means here: a badge, else an order, a voucher, a product, else what a search finds.

    One hit when it names one thing. Raises NotFound when nothing fits, Refused ``other_conference`` for another
    conference's badge, InvalidInput for what cannot be a scan.
    """
    raise NotImplementedError
