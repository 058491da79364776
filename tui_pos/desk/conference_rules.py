"""What a conference's money depends on, stored once and the same on every host that opens the database.

Currency, capture mode and price rule are written when the conference is first opened with a config that says
them, or by ``init``. From then on a config may leave them out, and one that differs is refused.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from tui_pos.core import clock, money
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Attempt, CashMovement, ConferenceRules, Refund, Sale
from tui_pos.data.tables.program import Conference
from tui_pos.desk.conferences import ConferenceRow
from tui_pos.desk.errors import InvalidInput, Refused


class PriceRule(StrEnum):
    """Which prices hold: as django-program's services compute them, or as its web shop charges visitors."""

    SERVICES = "services"
    SHOP = "shop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A conference's rules; ``mode`` and ``account`` are empty while no card payment was begun.

    ``smallest_coin`` is an amount without needless zeros, empty where cash is paid in all coins of the
    currency.

    The same shape says what a config or ``init`` wants: an empty text where it does not say.
    """

    currency: str = ""
    capture: str = ""
    prices: str = ""
    smallest_coin: str = ""
    mode: str = ""
    account: str = ""

    def __post_init__(self) -> None:
        if self.smallest_coin:  # "0.1" and "0.10" are one rule
            object.__setattr__(self, "smallest_coin", f"{Decimal(self.smallest_coin).normalize():f}")


CONFIGURED = ("currency", "capture", "prices", "smallest_coin")
"""The rules that a config may say."""

COINS = 10
"""The smallest coin is at most so many times the currency's own, or five of its smallest units."""


def stored(conference_id: int) -> Rules | None:
    """The conference's rules, None when nobody has said them yet."""
    with connected():
        row = ConferenceRules.get_or_none(ConferenceRules.conference == conference_id)
        return None if row is None else _from_row(row)


def resolve(conference: ConferenceRow, said: Rules, where: str, *, store: bool = True) -> Rules:
    """The rules that count.

    Written now when nobody has said them yet and ``said`` names a currency, unless ``store`` is False.
    ``where`` names the config for the sentences. Raises InvalidInput ``config_differs`` when ``said`` differs
    from what is stored, ``currency_unknown`` when neither says the currency, and ``coin_too_large``.
    """
    found = stored(conference.id)
    if found is None:
        if not said.currency:
            raise InvalidInput("currency_unknown.nowhere", conference=conference.slug, where=where)
        found = write(conference, said) if store else _new(said)
    elif said.smallest_coin and not found.smallest_coin:
        new = _checked(replace(found, smallest_coin=said.smallest_coin))
        if _sells_alike(found, new) or not has_sold(conference.id):
            found = write(conference, Rules(smallest_coin=new.smallest_coin)) if store else new
    for name in CONFIGURED:
        ours, theirs = getattr(found, name), getattr(said, name)
        if name == "smallest_coin" and not ours:
            ours = Rules(smallest_coin=str(_coin(found))).smallest_coin
        if theirs and theirs != ours:
            raise InvalidInput(
                "config_differs", rule=name, stored=ours, conference=conference.slug, where=where, said=theirs
            )
    return found


def write(conference: ConferenceRow, said: Rules) -> Rules:
    """Store what ``said`` names beside what is stored; the rules from then on.

    A currency, a price rule and a smallest coin hold from the first sale on. Raises InvalidInput
    ``currency_unknown`` or ``coin_too_large``, and Refused ``already_sold`` when something was sold under
    another one.
    """

    def work() -> Rules:
        lock(Conference.select(Conference.id).where(Conference.id == conference.id)).get()
        found = stored(conference.id)
        changes = {name: getattr(said, name) for name in CONFIGURED if getattr(said, name)}
        if "currency" in changes:
            changes["currency"] = currency_named(changes["currency"])
        if found is None:
            new = _new(said)
            _refuse_another_currency(conference, new.currency)
            create(conference.id, new)
            return new
        new = _checked(replace(found, **changes))
        if not _sells_alike(found, new) and has_sold(conference.id):
            raise Refused(
                "already_sold",
                conference=conference.slug,
                currency=found.currency,
                prices=found.prices,
                coin=_coin(found),
            )
        ConferenceRules.update(
            currency=new.currency,
            capture=new.capture,
            price_rule=new.prices,
            smallest_coin=new.smallest_coin,
        ).where(ConferenceRules.conference == conference.id).execute()
        return new

    return run_tx(work)


def _new(said: Rules) -> Rules:
    """The rules of a conference that has none yet."""
    currency = currency_named(said.currency) if said.currency else ""
    new = Rules(
        currency=currency,
        capture=said.capture or "automatic",
        prices=said.prices or PriceRule.SERVICES,
        smallest_coin=said.smallest_coin,
    )
    return _checked(new) if currency else new


def _checked(rules: Rules) -> Rules:
    """The same. Raises InvalidInput ``coin_too_large`` for a coin that whole tickets would be rounded to."""
    own = max(money.smallest_coin(rules.currency), 5 * money.quantum(rules.currency))
    if _coin(rules) > COINS * own:
        raise InvalidInput("coin_too_large", coin=_coin(rules), most=COINS * own, currency=rules.currency)
    return rules


def _sells_alike(one: Rules, other: Rules) -> bool:
    """Whether both say the same of what holds from the first sale on."""
    return (one.currency, one.prices, _coin(one)) == (other.currency, other.prices, _coin(other))


def _coin(rules: Rules) -> Decimal:
    """What cash is rounded to: the currency's own smallest coin where the rules say none."""
    return Decimal(rules.smallest_coin) if rules.smallest_coin else money.smallest_coin(rules.currency)


def has_sold(conference_id: int) -> bool:
    """Whether a desk has made an order, begun a card payment or moved money for the conference."""
    with connected():
        sold = Sale.select(Sale.id).where(Sale.conference == conference_id, Sale.order.is_null(False))
        moved = (
            table.select(table.id).where(table.conference == conference_id)
            for table in (Attempt, CashMovement, Refund)
        )
        return any(query.exists() for query in (sold, *moved))


def currency_named(said: str) -> str:
    """The currency in capitals. Raises InvalidInput ``currency_unknown`` for what is none."""
    currency = said.upper()
    try:
        money.exponent(currency)
    except money.MoneyError as error:
        raise InvalidInput("currency_unknown.wrong", found=error.reason) from None
    return currency


def _refuse_another_currency(conference: ConferenceRow, currency: str) -> None:
    """Desks of before the rules were stored have sold in the currency that their config said."""
    if not currency:
        raise InvalidInput("currency_unknown", conference=conference.slug)
    for table in (Attempt, CashMovement):
        used = {
            str(row[0])
            for row in rows(table.select(table.currency).where(table.conference == conference.id).distinct())
        }
        other = sorted(used - {currency})
        if other:
            raise Refused("already_sold.in_another", conference=conference.slug, used=other[0], said=currency)


def create(conference_id: int, rules: Rules) -> None:
    """Store the rules of a conference that has none; call inside a transaction with the conference locked."""
    now = clock.now()
    ConferenceRules.create(
        conference=conference_id,
        currency=rules.currency,
        capture=rules.capture,
        price_rule=rules.prices,
        smallest_coin=rules.smallest_coin,
        mode=rules.mode,
        account=rules.account,
        created_at=now,
        updated_at=now,
    )


def _from_row(row: ConferenceRules) -> Rules:
    return Rules(
        currency=row.currency,
        capture=row.capture,
        prices=row.price_rule,
        smallest_coin=row.smallest_coin,
        mode=row.mode,
        account=row.account,
    )
