"""Voucher codes: finding one, saying why it cannot be used, and counting its use.

The rule when a voucher may be used stands twice, and both must change together: in ``problem`` (Python, it
names the reason) and in ``_redeem_if_valid`` (SQL, so that checking and counting are one statement).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import Case, fn

from tui_pos.core.scan import printable
from tui_pos.data.tables.registration import Voucher, VoucherAddOn, VoucherTicketType
from tui_pos.desk.catalogue import pricing
from tui_pos.desk.catalogue.pricing_inputs import PricingInputs
from tui_pos.desk.errors import NotFound, Reason, Refused, because

SHOWN = 40
CODE_LENGTH = 100


def find(conference_id: int, code: str) -> Voucher:
    """The conference's voucher with this code.

    Spelled exactly so, else in any case when only one is. Raises NotFound ``voucher_not_found``.
    """
    wanted = printable(code, CODE_LENGTH)
    here = Voucher.select().where(Voucher.conference == conference_id)
    matches = list(here.where(Voucher.code == wanted))
    if not matches:
        matches = list(here.where(fn.LOWER(Voucher.code) == wanted.lower()))
    if len(matches) != 1:
        raise NotFound("voucher_not_found", voucher=printable(wanted, SHOWN))
    return matches[0]


def problem(row: Voucher, now: datetime) -> Reason | None:
    """Why the voucher cannot be used now; None when it can. ``_redeem_if_valid`` is the same rule in SQL."""
    code = printable(row.code, SHOWN)
    reasons = (
        (not row.is_active, because("voucher_not_valid.off", voucher=code)),
        (row.valid_from is not None and now < row.valid_from, because("voucher_not_valid.yet", voucher=code)),
        (
            row.valid_until is not None and row.valid_until < now,
            because("voucher_not_valid.over", voucher=code),
        ),
        (row.times_used >= row.max_uses, because("voucher_not_valid.used_up", voucher=code)),
    )
    return next((reason for applies, reason in reasons if applies), None)


def refuse_unless_valid(row: Voucher, now: datetime) -> None:
    """Raise Refused ``voucher_not_valid`` when the voucher cannot be used now."""
    if reason := problem(row, now):
        raise Refused(reason)


def pricing_terms(row: Voucher, inputs: PricingInputs) -> pricing.VoucherTerms:
    """The voucher for ``pricing``; no listed tickets means every ticket, and the same for add-ons."""
    return pricing.VoucherTerms(
        id=row.id,
        code=row.code,
        off=pricing.DiscountKind(row.voucher_type),
        value=max(row.discount_value, pricing.ZERO),
        scope=pricing.Scope(
            tickets=inputs.linked(VoucherTicketType, row.id) or None,
            addons=inputs.linked(VoucherAddOn, row.id) or None,
        ),
        unlocks_hidden_tickets=row.unlocks_hidden_tickets,
    )


def redeem(voucher_id: int, now: datetime) -> Voucher:
    """Count one use, in one conditional statement, and answer the changed row.

    Raises Refused ``voucher_not_valid`` when it was used up or became invalid meanwhile.
    """
    taken = _redeem_if_valid(Voucher.id == voucher_id, now)
    if taken is None:
        refuse_unless_valid(Voucher.get_by_id(voucher_id), now)
        raise Refused("voucher_not_valid.changed")
    return taken


def redeem_code(conference_id: int, code: str, now: datetime) -> Voucher:
    """``redeem`` for the voucher with this code, as ``find`` finds it."""
    exactly = (Voucher.conference == conference_id) & (Voucher.code == printable(code, CODE_LENGTH))
    return _redeem_if_valid(exactly, now) or redeem(find(conference_id, code).id, now)


def _redeem_if_valid(which: Any, now: datetime) -> Voucher | None:
    """Count one use of the voucher ``which`` when it is valid, by the rule of ``problem``; else None."""
    update = (
        Voucher.update(times_used=Voucher.times_used + 1)
        .where(
            which,
            Voucher.is_active,
            Voucher.times_used < Voucher.max_uses,
            Voucher.valid_from.is_null() | (Voucher.valid_from <= now),
            Voucher.valid_until.is_null() | (Voucher.valid_until >= now),
        )
        .returning(Voucher)
    )
    return next(iter(list(update.execute())), None)


def release_uses(conference_id: int, codes: Iterable[str]) -> None:
    """Count one use less for each code given, never below zero; a code may be given several times."""
    for code, uses in sorted(Counter(code for code in codes if code).items()):
        left = Case(None, [(Voucher.times_used >= uses, Voucher.times_used - uses)], 0)
        Voucher.update(times_used=left).where(
            Voucher.conference == conference_id, Voucher.code == code
        ).execute()
