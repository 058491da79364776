"""Which column of a list says what: the headers that other systems and people write, by what they mean."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tui_pos.core.folding import fold
from tui_pos.core.scan import printable
from tui_pos.desk.errors import InvalidInput


class Field(StrEnum):
    """What a column may say; the values are what ``--map`` calls them."""

    NAME = "name"
    FIRST = "first_name"
    LAST = "last_name"
    EMAIL = "email"
    BUYER = "buyer_name"
    BUYER_EMAIL = "buyer_email"
    ORDER = "order"
    POSITION = "position"
    ADD_ON_TO = "add_on_to"
    TICKET_ID = "ticket_id"
    CODE = "code"
    PRODUCT = "ticket"
    VARIATION = "variation"
    QUANTITY = "quantity"
    PRICE = "price"
    CURRENCY = "currency"
    STATUS = "status"
    PAID = "paid"
    VOID = "void"
    CHECKED_IN = "checked_in"
    CHECK_INS = "check_ins"
    ORDERED = "ordered"
    FACT = "fact"
    IGNORED = "ignore"


HEADERS: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: (
        "attendee name|name teilnehmer*in|ticket full name|ticket holder name|full name"
        "|vollstandiger name|nom complet|nombre completo|nome completo|volledige naam",
        "name|participant|guest name|nom|nombre|nome|naam",
    ),
    Field.FIRST: (
        "attendee name: given name|name teilnehmer*in: vorname|teilnehmer*innenname: vorname|first name"
        "|ticket first name|given name|firstname|vorname|prenom|nombre de pila|nome proprio|voornaam",
    ),
    Field.LAST: (
        "attendee name: family name|name teilnehmer*in: nachname|teilnehmer*innenname: nachname|last name"
        "|ticket last name|surname|family name|lastname|nachname|familienname|nom de famille|apellidos"
        "|cognome|achternaam",
    ),
    Field.EMAIL: (
        "attendee email|e-mail teilnehmer*in|ticket email|ticket holder email address",
        "email|e-mail|email address|e-mail address|mail|e-mail-adresse|courriel|adresse e-mail"
        "|correo electronico|e-mailadres",
    ),
    Field.BUYER: (
        "order name|purchaser name|registration name|buyer|buyer name|invoice address name"
        "|rechnungsadresse: name",
    ),
    Field.BUYER_EMAIL: ("order email|purchaser email address|registration email|buyer email",),
    Field.ORDER: (
        "order code|bestellnummer|order #|order no.|order reference|order id|order number|reservationid"
        "|order",
    ),
    Field.POSITION: ("position id|position",),
    Field.ADD_ON_TO: ("add-on to position id|zusatzprodukt zu position",),
    Field.TICKET_ID: (
        "attendee #|ticket reference|public id|ticket id|api_id|ticket number|ticketnummer",
        "id",
    ),
    Field.CODE: (
        "ticket secret|secret|ticket-code|barcode #|barcode|public id|qr_code_url|ticket code|qr code|code"
        "|scan code|badge code|access code",
        "ticket reference|ticket id|attendee #",
    ),
    Field.PRODUCT: (
        "product|produkt|ticket type|product name|category|ticket_name|ticket|registration type|ticketart"
        "|ticket name|type de billet|tipo de entrada|tipo di biglietto|tickettype",
    ),
    Field.VARIATION: ("variation|variante",),
    Field.QUANTITY: ("quantity|anzahl",),
    Field.PRICE: ("paidprice|total paid|price|preis|amount|prix|precio|prezzo|prijs", "originalprice"),
    Field.CURRENCY: ("currency|wahrung",),
    Field.STATUS: (
        "attendee status|status|registration state|approval_status|order status|state of registration",
    ),
    Field.PAID: ("paid|bezahlt|payment status|paye|pagado|pagato|betaald",),
    Field.VOID: ("void status|void|cancelled|canceled|storniert",),
    Field.CHECKED_IN: (
        "checked in|eingecheckt|is checked in|checked in at|checked_in_at|check in|check-in date|has arrived"
        "|arrival time|arrived|checked-in|angekommen",
    ),
    Field.CHECK_INS: ("check ins|check-in lists|check-in-listen",),
    Field.ORDERED: (
        "order date|bestelldatum|order completed date|order created date|created date"
        "|created_at|purchase date|registration date|registered on",
    ),
    Field.IGNORED: (
        # Of the shop, not of the person.
        "event slug|event name|event|product id|variation id|tax rate|tax rule|tax value|price tier|event id"
        "|short id|last updated date|order time|ticket created date|number|payment reference|order ip"
        "|unique ticket url|unique order url|pseudonymization id|position order link|order locale|language"
        "|sales channel|payment providers|email address verified|e-mail address verified|vat id|vat|discount"
        "|voucher budget usage|external customer id|follow-up date|fees paid|eventbrite fees"
        "|eventbrite payment processing|order type|attendee number|group|timestamp|zeitstempel|payment id"
        "|payment method|payment date|billing address|confirmation|locked|external reference|ticket_type_id"
        "|eth_address|solana_address|custom_source|amount_tax|amount_discount|order discount code|coupon_code"
        "|promo code|void date|checked out|automatically checked in|ausgetreten|automatisch eingecheckt"
        "|kurzname der veranstaltung|veranstaltungstitel|bestelluhrzeit|produkt-id|varianten-id|steuersatz"
        "|steuerregel|steuer|verwendetes gutscheinbudget|pseudonyme id|datum zur wiedervorlage"
        "|verkaufskanal|bestellsprache|e-mail-adresse verifiziert|externe kundennummer|zahlungsmethoden"
        "|link zur bestellposition|ust-id-nr.|ust-id|phone number|telefonnummer|phone_number|cell phone"
        "|order phone number|ticket phone number|order company name"
        # Where somebody lives is nothing that a desk needs to know.
        "|address|adresse|zip code|postleitzahl|city|stadt|ort|country|land|state|bundesstaat|country code"
        "|home address 1|home address 2|home city|home state|home zip|home country|county of residence"
        "|home postcode|invoice address company|invoice address street|invoice address zip code"
        "|invoice address city|invoice address country|invoice address state"
        "|invoice address name: given name|invoice address name: family name|rechnungsadresse: firma"
        "|rechnungsadresse: strasse|rechnungsadresse: plz|rechnungsadresse: stadt|rechnungsadresse: land"
        "|rechnungsadresse: bundesstaat|rechnungsadresse: name: vorname|rechnungsadresse: name: nachname"
        "|survey_response_rating|survey_response_feedback",
    ),
}
"""The headers of each field, folded alike; those of a later text are taken where there is none of an earlier.

pretix (English, German), Eventbrite, Tito, Hi.Events, alf.io, Indico, Attendize, Event Tickets, Luma, and
what people write into spreadsheets.
"""

_SOURCES: Mapping[str, str] = {
    "pretix": "order code|bestellnummer",
    "eventbrite": "attendee status",
    "tito": "unique ticket url|ticket full name",
    "hi.events": "public id",
    "alf.io": "reservationid",
    "indico": "registration state",
    "attendize": "has arrived",
    "event tickets": "ticket holder name",
    "luma": "api_id",
}
SOURCES = {fold(header): source for source, headers in _SOURCES.items() for header in headers.split("|")}
"""The systems that are told by a header that no other writes, folded."""

_NO_FACTS = frozenset((Field.IGNORED, Field.PRICE, Field.TICKET_ID))
_ALFIO = frozenset(("id", "reservationid"))
"""Where an id is the code of a badge: alf.io's says it with a slash and a checksum behind it."""

SEVERAL = frozenset((Field.CHECKED_IN, Field.ORDERED, Field.BUYER))
"""Fields of which several columns may tell; of the others two that fit alike have to be mapped."""


def _ranks() -> dict[str, tuple[tuple[Field, int], ...]]:
    found: dict[str, tuple[tuple[Field, int], ...]] = {}
    for which, ranks in HEADERS.items():
        for rank, headers in enumerate(ranks):
            for header in headers.split("|"):
                found[fold(header)] = (*found.get(fold(header), ()), (which, rank))
    return found


_RANKS = _ranks()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list, from 1, its header, and what it was understood as."""

    number: int
    header: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a list say: the places of each field, from 0, and the labels of those of facts."""

    columns: tuple[Column, ...]
    places: Mapping[Field, tuple[int, ...]] = field(default_factory=dict)
    facts: Mapping[int, str] = field(default_factory=dict)

    def has(self, *fields: Field) -> bool:
        """Whether there is a column of one of them."""
        return any(each in self.places for each in fields)

    def header(self, which: Field) -> str:
        """The header of a field, folded: what tells the numbers of one system from those of another."""
        return fold(self.columns[self.places[which][0]].header)


LABEL_LENGTH = 200
OTHER_ADDRESS = "Other e-mail"
"""The fact that further addresses of a row are."""


def known(header: Sequence[str], mapped: Mapping[str, Field]) -> int:
    """How many cells of a row are headers that mean something here: by that the header is found."""
    return len({folded for each in header if (folded := fold(each)) in _RANKS or folded in mapped})


def source_of(header: Sequence[str]) -> str:
    """Which system wrote a list; '' for one that none is known to write."""
    return next((SOURCES[folded] for each in header if (folded := fold(each)) in SOURCES), "")


def understood(header: Sequence[str], mapped: Mapping[str, Field]) -> Columns:
    """What each column is; ``mapped`` are fields by folded headers, as somebody said it.

    Raises InvalidInput ``unknown_column``, ``two_columns`` or ``no_name_column``.
    """
    missing = [each for each in mapped if each not in map(fold, header)]
    if missing:
        raise InvalidInput("unknown_column", column=missing[0], columns=named(header))
    chosen = dict(_chosen(header, mapped))
    facts = dict(_facts(header, chosen, mapped))
    columns = tuple(
        Column(
            place + 1,
            printable(text, 60),
            tuple(which for which, places in chosen.items() if place in places)
            or ((Field.FACT,) if place in facts else (Field.IGNORED,)),
        )
        for place, text in enumerate(header)
        if text.strip()
    )
    by_place = dict(zip(_filled(header), columns, strict=True))
    every = tuple(
        by_place.get(place, Column(place + 1, "", (Field.IGNORED,))) for place in range(len(header))
    )
    found = Columns(every, chosen, facts)
    if not found.has(Field.NAME, Field.FIRST, Field.LAST):
        raise InvalidInput("no_name_column", columns=named(header))
    return found


def _filled(header: Sequence[str]) -> list[int]:
    return [place for place, text in enumerate(header) if text.strip()]


def named(header: Sequence[str]) -> list[str]:
    """The headers as an error names them."""
    return [printable(each, 40) for each in header if each.strip()][:20]


def _chosen(header: Sequence[str], mapped: Mapping[str, Field]) -> Iterator[tuple[Field, tuple[int, ...]]]:
    """The columns of each field: those that were mapped to it, else those that fit best."""
    folded = list(map(fold, header))
    lesser: list[int] = []
    for which in Field:
        if which in (Field.FACT, Field.IGNORED):
            continue
        said = [place for place, text in enumerate(folded) if mapped.get(text) is which]
        fitting = {
            place: rank
            for place, text in enumerate(folded)
            if text not in mapped
            for each, rank in _RANKS.get(text, ())
            if each is which
        }
        best = said or [place for place, rank in fitting.items() if rank == min(fitting.values())]
        if which is Field.BUYER_EMAIL and not best:
            best = lesser
        if which is Field.EMAIL:
            lesser = [place for place in fitting if place not in best][:1]
        if len(best) > 1 and which not in SEVERAL:
            raise InvalidInput(
                "two_columns",
                field=which.value,
                columns=[f"{printable(header[each], 40)} ({each + 1})" for each in best],
                column=printable(header[best[0]], 40),
            )
        if which is Field.CODE and not best and set(folded) >= _ALFIO:
            best = [folded.index("id")]
        if best:
            yield which, tuple(best)


def _facts(
    header: Sequence[str], chosen: Mapping[Field, tuple[int, ...]], mapped: Mapping[str, Field]
) -> Iterator[tuple[int, str]]:
    """The columns that are told of the person as they are, each under a label of its own."""
    taken = {place for places in chosen.values() for place in places}
    used = {OTHER_ADDRESS}
    next_number: Counter[str] = Counter()
    for place in _filled(header):
        folded = fold(header[place])
        is_ignored = any(which in _NO_FACTS for which, _ in _RANKS.get(folded, ()))
        said = mapped.get(folded)
        if place in taken or said is Field.IGNORED or (is_ignored and said is not Field.FACT):
            continue
        label = printable(header[place], LABEL_LENGTH - 10)
        own = label
        while own in used:
            next_number[label] += 1
            own = f"{label} ({next_number[label] + 1})"
        used.add(own)
        yield place, own
