"""Everybody of one order, found by any of its badges, and let in together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.registration import Attendee
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.checkin import redemption
from tui_pos.desk.checkin.checkin import CheckInResult, pass_in
from tui_pos.desk.checkin.redemption import HandOut
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refusal
from tui_pos.desk.limits import TO_WRITE
from tui_pos.desk.orders import registration
from tui_pos.desk.orders.badges import access_code
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search import lookup


@dataclass(frozen=True, slots=True)
class Member:
    """One badge of a group, with its verdict and since when they are in; and what there is to hand out.

    The pieces of the common order stand with each of its members: whoever fetches one takes it for all.
    """

    attendee: AttendeeView
    hand_outs: tuple[HandOut, ...]

    @property
    def left(self) -> int:
        """How many pieces they may still fetch."""
        return sum(line.left for line in self.hand_outs)

    @property
    def may_come_in(self) -> bool:
        """Whether a check-in now would be their first."""
        return self.attendee.registered and self.attendee.first_check_in is None

    @property
    def for_another_day(self) -> bool:
        """Whether they may come in and have a ticket for other days: let in if somebody says so."""
        return self.may_come_in and bool(self.attendee.verdict.days)

    @property
    def is_expected(self) -> bool:
        """Whether they come in with the group unless somebody says otherwise."""
        return self.may_come_in and not self.for_another_day


@dataclass(frozen=True, slots=True)
class Group:
    """The badges of an order in the order in which they were made; ``reference`` is '' for one without order.

    ``unnamed``: how many of its tickets have no badge yet.
    """

    reference: str
    members: tuple[Member, ...]
    unnamed: int


@dataclass(frozen=True, slots=True)
class Others:
    """How many others are on the order of a badge, and its ``reference``, '' for a badge without order."""

    reference: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPass:
    """What became of one of those who were to be let in: ``result``, or ``refusal``, why not.

    ``code`` is as it was given, ``name`` '' where the code is nobody's.
    """

    code: str
    name: str
    result: CheckInResult | None = None
    refusal: Reason | None = None


def group_of(desk: Desk, code: str) -> Group:
    """Everybody on the order that this badge is linked to. Raises what ``lookup.attendee`` raises."""
    require(desk, Action.CHECK_IN)
    with connected():
        found = lookup.attendee(desk, code)
        if found.order is None:
            return Group("", _members([found]), 0)
        return _of(desk, found.order)


def others(desk: Desk, person: AttendeeView) -> Others:
    """How many others are on the order of somebody who was looked up; one statement."""
    require(desk, Action.CHECK_IN)
    if person.order is None:
        return Others()
    with connected():
        count = Attendee.select().where(Attendee.order == person.order.id, Attendee.id != person.id).count()
        return Others(person.order.reference, count)


def check_in_group(desk: Desk, codes: Sequence[str]) -> tuple[GroupPass, ...]:
    """Let these badges in together, in one transaction; the answer is in their order, each badge once.

    Who cannot come in is named with the reason, as ``check_in`` raises it, and the others go in. Nothing is
    written for somebody who is in already, so that asking again changes nothing. Raises NotPermitted.
    """
    require(desk, Action.CHECK_IN)
    desk.limits.refuse(*TO_WRITE)

    def work() -> tuple[GroupPass, ...]:
        bare = {given: _bare(desk, given) for given in dict.fromkeys(codes)}
        _lock(code for code in bare.values() if isinstance(code, str))
        met: set[str] = set()
        return tuple(_passed(desk, given, code) for given, code in bare.items() if _is_new(code, met))

    with connected():
        return run_tx(work)


def _of(desk: Desk, order: OrderView) -> Group:
    badges = Attendee.select(Attendee.access_code).where(Attendee.order == order.id).order_by(Attendee.id)
    found = [lookup.attendee(desk, row.access_code) for row in list(badges)]
    return Group(order.reference, _members(found), registration.unnamed(order.id) if order.admits else 0)


def _members(found: Sequence[AttendeeView]) -> tuple[Member, ...]:
    """Each of them with what they may fetch, which is read for all at once."""
    orders = {order.id: order for each in found for order in each.orders}
    out = redemption.of_orders(orders.values())
    return tuple(_member(each, out) for each in found)


def _member(attendee: AttendeeView, out: Sequence[HandOut]) -> Member:
    theirs = {line.id for order in attendee.orders for line in order.lines}
    return Member(attendee, tuple(line for line in out if line.line_id in theirs))


def _bare(desk: Desk, given: str) -> str | Reason:
    try:
        return access_code(desk, given)
    except Refusal as refusal:
        return refusal.reason


def _is_new(code: str | Reason, met: set[str]) -> bool:
    """Whether a badge was not met before; what is no badge at all is told each time."""
    if isinstance(code, Reason):
        return True
    before = len(met)
    met.add(code)
    return len(met) > before


def _lock(codes: Iterable[str]) -> None:
    """Lock all of them in one order, so that two desks with the same group wait instead of blocking."""
    query = Attendee.select(Attendee.id).where(Attendee.access_code.in_(list(codes))).order_by(Attendee.id)
    list(lock(query))


def _passed(desk: Desk, given: str, code: str | Reason) -> GroupPass:
    if isinstance(code, Reason):
        return GroupPass(code=given, name="", refusal=code)
    try:
        result = pass_in(desk, code, once=True)
    except Refusal as refusal:
        return GroupPass(code=given, name=_name(desk, code), refusal=refusal.reason)
    return GroupPass(code=given, name=result.attendee.name, result=result)


def _name(desk: Desk, code: str) -> str:
    try:
        return lookup.attendee(desk, code).name
    except Refusal:
        return ""
