"""The words of ``init``'s dialog: each question, what may be answered, and an example."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_pos.ui.messages.templates import Sentence


@dataclass(frozen=True, slots=True)
class Words:
    """How a question is asked: in the list of answers, above the prompt, and below it.

    ``none`` is how it is shown that nothing was answered.
    """

    label: str
    question: str
    allowed: str = ""
    example: str = ""
    none: str = "none"


QUESTIONS: dict[str, Words] = {
    "database": Words(
        "Database",
        "Where is the database?",
        "embedded is a file on this computer. Or the URL of a PostgreSQL database that several computers"
        " share: an empty one, tui-pos's, or django-program's; with a password in it, better put it into a"
        " variable, and type the variable's NAME.",
        "postgresql://desk@db.example.org/program",
    ),
    "slug": Words(
        "Short name",
        "Which conference, by its short name?",
        "Small letters, digits and dashes. It is typed to start a desk and cannot be changed later.",
        "pycon-us-2027",
    ),
    "name": Words("Conference", "What is the conference called?", "As people read it.", "PyCon US 2027"),
    "starts": Words("First day", "What is its first day?", "Year, month, day.", "2027-05-14"),
    "ends": Words("Last day", "What is its last day?", "Year, month, day.", "2027-05-22"),
    "timezone": Words(
        "Time zone",
        "In which time zone is it?",
        "Begin to type the city or the country, in English, then choose with PgUp and PgDn.",
        "Europe/Vienna",
    ),
    "currency": Words(
        "Currency",
        "In which currency does it sell?",
        "Three letters. It cannot be changed after the first sale.",
        "EUR",
    ),
    "seller": Words(
        "Seller",
        "Who sells? Receipts name them.",
        "The association or company. - leaves it out.",
        "Verein Python Austria",
    ),
    "address": Words(
        "Address",
        "The seller's address?",
        "Its lines, with ; between them. - leaves it out.",
        "Karlsplatz 13; 1040 Wien; Austria",
    ),
    "vat_id": Words(
        "VAT id", "The seller's VAT id?", "As receipts have to say it. - leaves it out.", "ATU12345678"
    ),
    "vat_rate": Words(
        "VAT",
        "How many per cent VAT do prices contain?",
        "For what has no rate of its own. - where there is no VAT.",
        "20",
    ),
    "stripe_key": Words(
        "Cards",
        "How are cards taken? Where is the Stripe secret key?",
        "The NAME of the environment variable, or the /path of the file, that holds the key; never the key"
        " itself. simulator is for practice: it stands in for Stripe. cash only takes no cards.",
        "PYCON_STRIPE_KEY",
    ),
    "location": Words(
        "Location",
        "At which of Stripe's locations do the readers stand?",
        "Only its readers are offered at the desks. - offers every reader of the account.",
        "tml_...",
    ),
    "stations": Words(
        "Stations",
        "How are the stations called?",
        "One name for each counter, with commas between them.",
        "desk-1, desk-2, desk-3",
    ),
    "reader": Words(
        "Reader {about}",
        "Which reader stands at {about}?",
        "Its name or id. - for none: it is chosen at the desk with F4.",
        "tmr_...",
    ),
    "supervisor": Words(
        "Supervisor",
        "Who is the first supervisor?",
        "The name to sign in with: letters, digits and @ . + - _",
        "amira",
    ),
    "secret": Words("Password", "A password for {supervisor}?", "It is not shown while you type."),
    "again": Words("", "The same password once more?", "So that a slip is seen."),
    "agrees": Words(
        "Agreed by",
        "Which supervisor agrees to the changes?",
        "Somebody who is a supervisor already; for a password of one's own, oneself.",
        "amira",
    ),
    "agrees_secret": Words(
        "Password of {agrees}", "The password of {agrees}?", "The one that they have now. It is not shown."
    ),
    "write": Words(
        "",
        "Is that right? Enter writes it; nothing was written until now.",
        "A number, and Enter, changes that answer.",
    ),
}
"""By the names of `bootstrap.setup.questions`."""

FURTHER = Words(
    "Supervisor",
    "Another supervisor, or a new password for one?",
    "A name that is there already gets a new password, another one becomes a supervisor. Enter alone"
    " changes nobody.",
    "noor",
    "no change",
)
"""In place of ``supervisor`` where there is one."""

BELOW = " PgDn shows more of them."
"""Where not all answers fit on the screen."""


def _key(mode: str, account: str, country: str, missing: Sequence[str]) -> str:
    whose = f" of account {account} in {country}" if account else ", whose account it may not name"
    if not missing:
        return f"Stripe answers: a {mode} key{whose}; it may take payments and refund them."
    return f"Stripe answers: a {mode} key{whose}; it lacks {', '.join(missing)}: add that at Stripe."


SENTENCES: dict[str, Sentence] = {
    "answer_needed": "An answer is needed here.",
    "bad_key_source.file": "The file {file} cannot be read: {fault}.",
    "bad_key_source.holds": "{source} holds no Stripe key: one begins with sk_live_, rk_live_, sk_test_ or"
    " rk_test_.",
    "bad_location": "There is no such location at Stripe: choose one of {known}.",
    "bad_reader": "There is no such reader there: choose one of {known}.",
    "init_conference": "{name} is there already: what you answer differently is changed.",
    "init_conference.elsewhere": "Name, days and time zone of {name} are the web site's and stay so.",
    "init_database.elsewhere": "The database is django-program's: conferences and people are the web site's.",
    "init_database.empty": "The database is empty: all tables will be made.",
    "init_database.ours": "The database is tui-pos's own, with the conferences {conferences}.",
    "init_key": _key,
    "init_key.no_answer": "Stripe does not answer now, so the key was not tried.",
    "init_key.no_simulator": "No simulator runs there yet: in another terminal, start tui-pos simulator.",
    "init_key.not_here": "{source} is not here yet, so the key was not tried.",
    "init_supervisor.known": "{user} is there already and gets a new password.",
    "no_supervisor": "{user} is no supervisor here: name somebody who is.",
    "not_yes": "Enter alone, or yes, writes it; a number changes that answer; Ctrl-C leaves all as it was.",
    "station_configured": "{where} has {stations}: take out there what is no station any more.",
    "reader_shared": "{station} has {reader} already: say it once more if both are to share it.",
    "passwords_differ": "The two passwords differ: type the same one again, or Esc to begin with another.",
}
