"""What the desk found and did, as JSON: the keys are those that django-program's desk views answer with.

Money is a decimal string, a time is ISO 8601 in UTC. ``orders`` and ``cautions`` of a look-up,
``remaining_quantity`` of an add-on, ``amount`` and ``card`` of a charge are beyond those views; so is
whatever has no view named here. ``tender`` is django-program's word for a payment: ``comp`` for a
complimentary one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tui_pos.core import money
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.messages.views import phrase

if TYPE_CHECKING:
    from tui_pos.desk.catalogue.inventory import InventoryItem
    from tui_pos.desk.catalogue.product_codes import CodedProduct
    from tui_pos.desk.checkin.checkin import CheckInResult
    from tui_pos.desk.checkin.group import Group, GroupPass
    from tui_pos.desk.checkin.redemption import HandOut
    from tui_pos.desk.conferences import ConferenceRow
    from tui_pos.desk.context import Desk
    from tui_pos.desk.imports.people import Report as PeopleReport
    from tui_pos.desk.orders.refund_views import RefundView
    from tui_pos.desk.orders.views import AttendeeView, CreditView, LineView, OrderView
    from tui_pos.desk.payments import PaymentState
    from tui_pos.desk.payments.readers import ReaderRow
    from tui_pos.desk.payments.resolve import Resolution
    from tui_pos.desk.personal_data.forget import Outcome
    from tui_pos.desk.reconciliation import Reconciled
    from tui_pos.desk.refunds.exchanges import Exchanged
    from tui_pos.desk.refunds.voids import Voided
    from tui_pos.desk.search.facts import Fact, Imported
    from tui_pos.desk.search.find_orders import FoundOrder
    from tui_pos.desk.tenders.tendering import Tendered
    from tui_pos.printing.card_sheet import Card

Json = dict[str, Any]


def attendee(desk: Desk, found: AttendeeView, known: Iterable[Fact], imported: Imported | None) -> Json:
    """FetchAttendeeView, every order of the person, what to look at beside the verdict, what a list said."""
    return {
        "attendee": _person(found),
        "order": None if found.order is None else _order(desk, found.order),
        "orders": [order_made(desk, order) for order in found.orders],
        "credits": [_credit(desk, credit) for credit in found.credits],
        "credits_total": _money(desk, found.credits_total),
        "registered": found.registered,
        "cautions": [{"code": each.code, "text": sentence(each)} for each in found.cautions],
        "facts": [{"label": each.label, "value": each.value} for each in known],
        "imported": imported
        and {"order_reference": imported.order_reference or None, "scan_code": imported.scan_code or None},
    }


def inventory(desk: Desk, products: Iterable[InventoryItem]) -> Json:
    """FetchInventoryView."""
    listed = list(products)
    return {
        "ticket_types": [
            {**_product(desk, product), "requires_voucher": product.requires_voucher}
            for product in listed
            if product.kind == "ticket"
        ],
        "addons": [_product(desk, product) for product in listed if product.kind == "addon"],
    }


def placed(desk: Desk, order: OrderView) -> Json:
    """CartOperationsView, action checkout."""
    return {
        "order_id": order.id,
        "reference": order.reference,
        "status": str(order.status),
        "total": _money(desk, order.total),
        "line_items": [_line(desk, line) for line in order.lines],
    }


def paid_by_credit(desk: Desk, order: OrderView, credit: Decimal) -> Json:
    """``placed``, with how much credit paid of it and what is left to pay."""
    return {**placed(desk, order), "credit": _money(desk, credit), "due": _money(desk, order.due)}


def order_made(desk: Desk, order: OrderView) -> Json:
    """An order, what was received and given back of it, what is kept (``paid`` too) and what is due."""
    return {
        **_order(desk, order),
        "paid": _money(desk, order.paid),
        **_balance(desk, order),
        "due": _money(desk, order.due),
    }


def found_orders(desk: Desk, rows: Iterable[FoundOrder]) -> Json:
    """Orders in a list; ``payment`` tells a card payment that is under way."""
    return {
        "orders": [
            {
                "id": row.id,
                "reference": row.reference,
                "status": str(row.status),
                "total": _money(desk, row.total),
                "paid": _money(desk, row.paid),
                **_balance(desk, row),
                "due": _money(desk, row.due),
                "buyer": row.buyer,
                "email": row.email,
                "items": row.items,
                "paid_by": row.paid_by,
                "created_at": _time(row.created_at),
                "expired": row.expired,
                "payment": NOTICE_WORDS[row.live].headline if row.live else None,
            }
            for row in rows
        ]
    }


def tendered(desk: Desk, taken: Tendered) -> Json:
    """Cash, credit or a complimentary payment that was taken for an order; ``remaining`` is still due."""
    return {
        "order_id": taken.order.id,
        "order_reference": taken.reference,
        "order_status": str(taken.order.status),
        "tender": str(taken.tender),
        "amount": _money(desk, taken.amount),
        "given": _money(desk, taken.given),
        "change": _money(desk, taken.change),
        "rounding": _money(desk, taken.rounding),
        "remaining": _money(desk, taken.remaining),
    }


def charged(payment: PaymentState) -> Json:
    """CreatePaymentIntentView, with what was charged in place of the browser's client secret."""
    return {
        **payment_status(payment),
        "amount": money.amount_string(payment.amount, payment.currency),
        "card": payment.card,
    }


def payment_status(payment: PaymentState) -> Json:
    """CapturePaymentView and CancelPaymentView."""
    return {
        "payment_intent_id": payment.intent_id,
        "status": str(payment.stage),
        "order_id": payment.order_id,
        "order_reference": payment.reference,
    }


def resolution(found: Resolution) -> Json:
    """Both sides of a payment, and what a supervisor may decide: ``options``, empty once that was done."""
    stripe, books, currency = found.stripe, found.books, found.payment.currency

    def amount(value: Decimal | None) -> str | None:
        return None if value is None else money.amount_string(value, currency)

    return {
        **payment_status(found.payment),
        "stripe": {
            "read": str(stripe.reading),
            "status": stripe.status or None,
            "held": amount(stripe.held),
            "captured": amount(stripe.captured),
            "text": sentence(stripe.said),
        },
        "books": {
            "order_status": books.order_status,
            "total": amount(books.total),
            "kept": amount(books.kept),
            "stage": str(books.stage),
            "amount": amount(books.asked),
            "captured": amount(books.booked),
            "problem": sentence(books.problem),
        },
        "options": [str(option) for option in found.options],
    }


def refunded(desk: Desk, order: OrderView, rows: Iterable[RefundView]) -> Json:
    """Every refund that one request made (none when a hold was released instead), and the order after it."""
    return {
        "order_reference": order.reference,
        "refunds": [_refund(row) for row in rows],
        **_balance(desk, order),
    }


def exchanged(desk: Desk, done: Exchanged) -> Json:
    """Both orders of an exchange; ``due`` is still to be paid on the new one."""
    return {
        "order_reference": done.old.reference,
        "value": _money(desk, done.value),
        "credit": _money(desk, done.credit),
        "due": _money(desk, done.due),
        "refunds": [_refund(row) for row in done.refunds],
        "old_order": order_made(desk, done.old),
        "new_order": order_made(desk, done.new),
    }


def _refund(row: RefundView) -> Json:
    return {
        "refund_id": row.refund_id,
        "payment_intent_id": row.intent_id,
        "tender": str(row.tender),
        "origin": str(row.origin),
        "amount": money.amount_string(row.amount, row.currency),
        "rounding": money.amount_string(row.rounding, row.currency),
        "status": str(row.stage),
        "reason": row.reason,
        "exchange": row.exchange or None,
        "pieces": [
            {"line_id": piece.line_id, "description": piece.description, "quantity": piece.quantity}
            for piece in row.pieces
        ],
    }


def _balance(desk: Desk, order: OrderView | FoundOrder) -> Json:
    return {
        "gross": _money(desk, order.received),
        "given_back": _money(desk, order.given_back),
        "kept": _money(desk, order.paid),
    }


def voided(desk: Desk, made: Voided) -> Json:
    """``refunded``, and whether the order has ended."""
    return {
        **refunded(desk, made.order, made.refunds),
        "order_status": str(made.order.status),
        "done": made.done,
    }


def checked_in(desk: Desk, result: CheckInResult) -> Json:
    """``checked_in_at`` and ``station`` are those of the first time; ``first``: that was now."""
    return {
        "first": result.first,
        "checked_in_at": _time(result.at),
        "station": result.station,
        "attendee": _person(result.attendee),
        "owes": _money(desk, result.attendee.owes),
    }


def group_checked_in(desk: Desk, group: Group, done: Iterable[GroupPass]) -> Json:
    """Everybody of an order: ``checked_in`` with when they came in first, ``refused`` with the reason.

    ``left_out`` are those whose ticket is for other days.
    """
    passes = list(done)
    return {
        "order_reference": group.reference or None,
        "checked_in": [checked_in(desk, each.result) for each in passes if each.result is not None],
        "refused": [
            {
                "access_code": each.code,
                "name": each.name,
                "code": each.refusal.code,
                "text": sentence(each.refusal),
            }
            for each in passes
            if each.refusal is not None
        ],
        "left_out": [_person(each.attendee) for each in group.members if each.for_another_day],
        "tickets_left": group.unnamed,
    }


def check_in_undone(found: AttendeeView) -> Json:
    """Whether they are still checked in, from an earlier pass."""
    return {"attendee": _person(found)}


def companion(reference: str, found: AttendeeView, left: int) -> Json:
    """The new attendee of an order, and how many of its tickets have none yet."""
    return {"order_reference": reference, "attendee": _person(found), "tickets_left": left}


def corrected(found: AttendeeView) -> Json:
    """The person as they are called now."""
    return {"attendee": _person(found)}


def transferred(dead: str, found: AttendeeView) -> Json:
    """Who has the ticket now, and the access code that is dead."""
    return {"replaced": dead, "attendee": _person(found)}


def hand_outs(rows: Iterable[HandOut]) -> Json:
    """What was bought beside tickets."""
    return {"hand_outs": [hand_out(row) for row in rows]}


def hand_out(row: HandOut) -> Json:
    """One line of an order, and how many of its pieces are left."""
    return {
        "line_id": row.line_id,
        "order_reference": row.reference,
        "description": row.description,
        "bought": row.bought,
        "left": row.left,
    }


def reconciled(result: Reconciled) -> Json:
    """What a run drove, and what it found."""
    return {
        "clean": result.clean,
        "driven": [charged(payment) for payment in result.driven],
        "refunds": [
            {"order_reference": row.reference, "refund_id": row.refund_id, "status": str(row.stage)}
            for row in result.refunds
        ],
        "mismatches": [
            {
                "kind": str(mismatch.kind),
                "order_reference": mismatch.reference,
                "payment_intent_id": mismatch.intent_id,
                "stripe": _figure(mismatch.stripe, mismatch.currency),
                "books": _figure(mismatch.books, mismatch.currency),
                "currency": mismatch.currency,
                "text": phrase(mismatch.reason),
                "done": phrase(mismatch.done),
            }
            for mismatch in result.mismatches
        ],
    }


def readers(rows: Iterable[ReaderRow]) -> Json:
    """ListReadersView."""
    return {
        "readers": [
            {
                "id": row.id,
                "label": row.label,
                "status": row.status,
                "device_type": row.device_type,
                "location": row.location or None,
                "serial_number": row.serial_number,
            }
            for row in rows
        ]
    }


def conferences(rows: Iterable[ConferenceRow]) -> Json:
    """Every conference of the database."""
    return {
        "conferences": [
            {
                "slug": row.slug,
                "name": row.name,
                "start_date": row.start_date.isoformat(),
                "end_date": row.end_date.isoformat(),
                "is_active": row.is_active,
            }
            for row in rows
        ]
    }


def _person(found: AttendeeView) -> Json:
    return {
        "id": found.id,
        "access_code": found.access_code,
        "name": found.name,
        "email": found.email,
        "checked_in": found.checked_in_at is not None,
        "checked_in_at": _time(found.checked_in_at),
    }


def _order(desk: Desk, order: OrderView) -> Json:
    return {
        "id": order.id,
        "reference": order.reference,
        "status": str(order.status),
        "total": _money(desk, order.total),
        "line_items": [
            {**_line(desk, line), "ticket_type_slug": line.ticket_slug, "addon_slug": line.addon_slug}
            for line in order.lines
        ],
    }


def _line(desk: Desk, line: LineView) -> Json:
    return {
        "id": line.id,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": _money(desk, line.unit_price),
        "line_total": _money(desk, line.line_total),
    }


def _credit(desk: Desk, credit: CreditView) -> Json:
    return {
        "id": credit.id,
        "amount": _money(desk, credit.amount),
        "remaining_amount": _money(desk, credit.remaining),
    }


def _product(desk: Desk, product: InventoryItem) -> Json:
    return {
        "id": product.id,
        "name": product.name,
        "slug": product.slug,
        "description": product.description,
        "price": _money(desk, product.price),
        "remaining_quantity": product.remaining,
    }


def _figure(amount: Decimal | None, currency: str) -> str | None:
    """None where that side said nothing."""
    return None if amount is None else money.amount_string(amount, currency)


def _money(desk: Desk, amount: Decimal) -> str:
    return money.amount_string(amount, desk.conference.currency)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def product_code(found: CodedProduct) -> Json:
    """A code that a product answers to."""
    return {"code": found.code, "product": found.key, "name": found.name}


def exported(name: str, form: str, file: str, rows: int) -> Json:
    """What was written into a file."""
    return {"list": name, "format": form, "file": file, "rows": rows}


def forgotten(found: Outcome, *, is_applied: bool) -> Json:
    """What was erased of persons, or would be."""
    erased = [
        {"table": each.table, "columns": list(each.columns), "rows": each.rows} for each in found.erased
    ]
    return {"applied": is_applied, "erased": erased, "left": list(map(sentence, found.left))}


def card(found: Card) -> Json:
    """A card of the sheet."""
    return {"kind": str(found.kind), "title": found.title, "code": found.code, "detail": found.detail}


def imported_people(report: PeopleReport) -> Json:
    """What a list was understood as, and what became or would become of its rows."""
    return {
        "applied": report.applied,
        "stopped": report.stopped,
        "source": report.origin.source,
        "also_here": report.also_here,
        **{str(outcome): report.count(outcome) for outcome in type(report).outcomes()},
        "columns": [
            {"column": each.number, "header": each.header, "fields": list(map(str, each.fields))}
            for each in report.columns
            if each.header
        ],
        "rows": [
            {
                "row": each.number,
                "outcome": str(each.outcome),
                "name": each.name,
                "ticket": each.ticket,
                "status": each.status,
                "price": None if each.price is None else str(each.price),
                "checked_in": each.came_in,
                "changes": list(map(str, each.parts)),
                "reasons": [{"code": why.code, "text": sentence(why)} for why in each.reasons],
            }
            for each in report.rows
        ],
    }
