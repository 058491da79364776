"""Rights are read again at every act that moves money or people, and an inactive conference sells nothing."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import tui_pos
from tests.desk.conftest import AsStaff
from tests.desk.selling import everything
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import GroupPermission, Permission, User, UserGroup
from tui_pos.data.tables.program import Conference
from tui_pos.desk import payments
from tui_pos.desk.carts import cart, charges, checkout
from tui_pos.desk.checkin import checkin, guest_tickets, redemption
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, NotPermitted, Refused
from tui_pos.desk.payments import commands, resolve, start
from tui_pos.desk.refunds import exchanges, refunds, voids
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.search import lookup
from tui_pos.desk.search.find_orders import orders
from tui_pos.desk.tenders import cash, complimentary, credit, tendering

ROOT = Path(tui_pos.__file__).parent
GUARDS = {"require", "require_sale"}
WRITERS = {"run_tx"}

NEEDS_NO_RIGHT = {
    "tui_pos.desk.payments.readers.remember_reader": "moves neither money nor people",
    "tui_pos.desk.carts.reader_display.show": "shows a cart on the reader, and takes no money",
    "tui_pos.desk.carts.reader_display.clear": "takes that off the reader",
    "tui_pos.desk.access.occupancy.claim": "follows a sign-in",
    "tui_pos.desk.access.occupancy.keep": "goes on with what a sign-in began",
    "tui_pos.desk.access.occupancy.release": "whoever may do nothing any more may still leave",
    "tui_pos.desk.scanners.remember": "how a scanner types; the next test code corrects it",
    "tui_pos.desk.reconciliation.maintenance.tick": "what every running station does, whoever is signed in",
}
"""What writes and asks for no right, and why."""


@dataclass(frozen=True)
class Names:
    """What a module's names stand for, as its imports say it."""

    stands_for: dict[str, str]
    functions: dict[str, ast.FunctionDef]


@cache
def names_in(path: Path, module: str) -> Names:
    """The imports of a module, wherever in it, and its own functions."""
    tree = ast.parse(path.read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found = {name: f"{module}.{name}" for name in functions}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return Names(found, functions)


def module_of(path: Path) -> str:
    words = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


def path_of(module: str) -> Path | None:
    bare = ROOT.parent.joinpath(*module.split("."))
    return next((each for each in (bare.with_suffix(".py"), bare / "__init__.py") if each.is_file()), None)


def resolved(name: str) -> str:
    """The full name of a function, behind the packages that hand it on."""
    module, _, function = name.rpartition(".")
    path = path_of(module)
    if path is None:
        return name
    names = names_in(path, module)
    behind = names.stands_for.get(function, name)
    return name if behind == name else resolved(behind)


def used_in(node: ast.AST, names: Names) -> list[str]:
    """The full names of everything of ours that a piece of code speaks of, in its order."""
    found: list[tuple[int, int, str]] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in names.stands_for:
            found.append((each.lineno, each.col_offset, resolved(names.stands_for[each.id])))
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            owner = names.stands_for.get(each.value.id, "?")
            found.append((each.lineno, each.col_offset, resolved(f"{owner}.{each.attr}")))
    return [name for *_, name in sorted(found)]


@cache
def reaches(function: str) -> frozenset[str]:
    """Every function of ours that one leads to, itself too."""
    found: set[str] = set()
    queue = [function]
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        module, _, bare = name.rpartition(".")
        path = path_of(module)
        names = names_in(path, module) if path else None
        if names and bare in names.functions:
            queue += used_in(names.functions[bare], names)
    return frozenset(found)


def writes(function: str) -> bool:
    """Whether it leads to a transaction."""
    return any(name.rpartition(".")[2] in WRITERS for name in reaches(function))


def asks_first(function: str) -> bool:
    """Whether the first that it does of asking for a right and of leading to a transaction is asking."""
    module, _, bare = function.rpartition(".")
    path = path_of(module)
    names = names_in(path, module) if path else None
    if names is None or bare not in names.functions:
        return False
    for name in used_in(names.functions[bare], names):
        if name.rpartition(".")[2] in GUARDS:
            return True
        if name != function and writes(name):
            return asks_first(name)
    return False


def takes_a_desk(function: str) -> bool:
    module, _, bare = function.rpartition(".")
    path = path_of(module)
    node = names_in(path, module).functions.get(bare) if path else None
    return bool(node and node.args.args and node.args.args[0].arg == "desk")


def use_cases() -> set[str]:
    """What commands and screens ask of the desk, with a desk: found in their code, not listed by hand."""
    found: set[str] = set()
    for path in [*ROOT.glob("commands/*.py"), *ROOT.glob("ui/**/*.py")]:
        names = names_in(path, module_of(path))
        used = set(used_in(ast.parse(path.read_text()), names))
        found |= {name for name in used if name.startswith("tui_pos.desk.") and takes_a_desk(name)}
    return found


def test_every_use_case_that_writes_asks_for_a_right() -> None:
    writing = {name for name in use_cases() if writes(name)}
    assert len(writing) > 25
    forgot = {name for name in writing if not asks_first(name)}
    assert forgot == set(NEEDS_NO_RIGHT)


def test_what_writes_does_not_call_itself_looking() -> None:
    looking = set()
    for name in use_cases():
        module, _, bare = name.rpartition(".")
        path = path_of(module)
        assert path is not None
        if "looks=True" in ast.unparse(names_in(path, module).functions[bare]):
            looking.add(name)
    assert (
        looking
        == {
            "tui_pos.desk.carts.cart.view",
            "tui_pos.desk.carts.cart.parked",
            "tui_pos.desk.checkin.redemption.fetched",
            "tui_pos.desk.carts.holders.ticket_names",
        }
        & use_cases()
    )
    assert not any(writes(name) for name in looking)


def test_one_that_forgot_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "desk/tenders/cash.py").read_text()
    assert "    require_sale(desk)\n" in text
    forgetful = tmp_path / "tui_pos" / "desk" / "tender" / "cash.py"
    forgetful.parent.mkdir(parents=True)
    forgetful.write_text(text.replace("    require_sale(desk)\n", ""))
    real = path_of

    def path_there(module: str) -> Path | None:
        return forgetful if module == "tui_pos.desk.tenders.cash" else real(module)

    assert asks_first("tui_pos.desk.tenders.cash.take_cash")
    monkeypatch.setattr(f"{__name__}.path_of", path_there)
    assert not asks_first("tui_pos.desk.tenders.cash.take_cash")


Act = Callable[[Desk, str], object]

ACTS: dict[str, Act] = {
    "start a cart": lambda desk, _: cart.start(desk),
    "sell": lambda desk, _: checkout.sell(desk, [("t-shirt", 1)]),
    "free amount": lambda desk, _: checkout.ad_hoc(desk, "5"),
    "cancel an order": lambda desk, order: checkout.cancel_order(desk, order),
    "cash": lambda desk, order: cash.take_cash(desk, order, Decimal(100)),
    "credit": lambda desk, order: credit.use_credit(desk, order),
    "gift": lambda desk, order: complimentary.give_free(desk, order, "lost"),
    "card": lambda desk, order: start.begin(desk, order, "tmr_front_1"),
    "charge an amount": lambda desk, _: charges.begin_amount(desk, "5", "tmr_front_1"),
    "capture": lambda desk, _: commands.capture(desk, "pi_1"),
    "cancel a payment": lambda desk, _: commands.cancel(desk, "pi_1"),
    "watch": lambda desk, _: next(payments.watch(desk, 1)),
    "resolve": lambda desk, _: resolve.resolve(desk, "pi_1", resolve.Option.KEEP, "why"),
    "refund": lambda desk, order: refunds.refund(desk, order, reason="why"),
    "void": lambda desk, order: voids.void(desk, order, "why"),
    "exchange": lambda desk, order: exchanges.exchange(desk, order, Piece("t-shirt"), "hoodie"),
    "complete": lambda desk, order: tendering.complete(desk, order),
    "companion": lambda desk, order: guest_tickets.register_companion(desk, order, "Ann"),
    "check in": lambda desk, _: checkin.check_in(desk, "NOOR2026"),
    "hand out": lambda desk, _: redemption.hand_out(desk, "NOOR2026", 1),
}


@pytest.fixture
def pending(desk: Desk) -> str:
    return checkout.sell(desk, [("t-shirt", 1)], name="Ann").reference


@pytest.mark.parametrize("act", ACTS)
def test_who_was_made_inactive_does_nothing_more(
    desk: Desk, pending: str, as_staff: AsStaff, act: str
) -> None:
    lead = as_staff(desk, "lead")
    with connected():
        User.update(is_active=False).where(User.username == "lead").execute()
    before = everything()
    with pytest.raises(NotPermitted) as refused:
        ACTS[act](lead, pending)
    assert refused.value.code == "inactive"
    assert everything() == before
    lookup.attendee(lead, "NOOR2026")


@pytest.mark.thorough
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("lost", ["group", "permission", "superuser"])
def test_who_lost_a_right_does_nothing_more_with_it(
    desk: Desk, pending: str, as_staff: AsStaff, act: str, lost: str
) -> None:
    """By another desk, or by the web site, after the sign-in."""
    person = as_staff(desk, "lead" if lost == "superuser" else "trainee")
    with connected():
        if lost == "superuser":
            User.update(is_superuser=False).where(User.username == "lead").execute()
        elif lost == "group":
            UserGroup.delete().where(UserGroup.user == person.staff.id).execute()
        else:
            GroupPermission.delete().where(
                GroupPermission.permission.in_(Permission.select(Permission.id))
            ).execute()
    before = everything()
    with pytest.raises(NotPermitted) as refused:
        ACTS[act](person, pending)
    assert refused.value.code == "not_permitted"
    assert everything() == before


def test_a_right_given_after_the_sign_in_counts_at_once(desk: Desk, pending: str) -> None:
    with connected():
        User.update(is_superuser=True).where(User.id == desk.staff.id).execute()
    assert complimentary.give_free(desk, pending, "lost").remaining == 0


SELLING = (
    "start a cart",
    "sell",
    "free amount",
    "cash",
    "credit",
    "gift",
    "card",
    "charge an amount",
    "exchange",
)


@pytest.mark.parametrize("act", SELLING)
def test_an_inactive_conference_sells_nothing(
    card_desk: Desk, as_staff: AsStaff, act: str, pending: str
) -> None:
    close_conference()
    before = everything()
    with pytest.raises(Refused) as refused:
        ACTS[act](as_staff(card_desk, "lead"), pending)
    assert refused.value.code == "conference_inactive"
    assert everything() == before


def test_look_ups_check_ins_refunds_and_tidying_up_go_on(desk: Desk, as_staff: AsStaff) -> None:
    lead = as_staff(desk, "lead")
    paid = checkout.sell(desk, [("t-shirt", 2)], attendee_code="NOOR2026").reference
    cash.take_cash(desk, paid, Decimal(100))
    pending = checkout.sell(desk, [("t-shirt", 1)]).reference
    begun, other = cart.start(desk), cart.start(desk, attendee_code="NOOR2026")
    close_conference()
    assert lookup.attendee(desk, "NOOR2026").registered
    assert orders(desk)
    assert checkin.check_in(desk, "NOOR2026")
    (shirts,) = [row for row in redemption.hand_outs(desk, "NOOR2026") if row.reference == paid]
    redemption.hand_out(desk, "NOOR2026", shirts.line_id)
    assert cart.park(desk, begun.sale_id)
    assert cart.abandon(desk, other.sale_id)
    assert checkout.cancel_order(desk, pending).status == "cancelled"
    refunds.refund(lead, paid, Decimal("25.00"), reason="too much")
    assert voids.void(lead, paid, "all of it").done


def test_a_payment_of_another_conference_is_none_here(card_desk: Desk, pending: str) -> None:
    begun = start.begin(card_desk, pending, "tmr_front_1")
    elsewhere = replace(card_desk, conference=replace(card_desk.conference, id=card_desk.conference.id + 1))
    with pytest.raises(NotPermitted):  # nobody may do anything in a conference that is not there
        next(payments.watch(elsewhere, begun.attempt_id))
    with connected():
        now = clock.now()
        other = Conference.create(slug="other", name="Other", start_date=now.date(), end_date=now.date())
    elsewhere = replace(card_desk, conference=replace(card_desk.conference, id=other.id))
    before = everything()
    with pytest.raises(NotFound):
        next(payments.watch(elsewhere, begun.attempt_id))
    assert everything() == before


def close_conference() -> None:
    with connected():
        Conference.update(is_active=False).where(Conference.slug == "demo").execute()
