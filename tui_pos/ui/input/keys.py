"""Every key binding, as data.

One row is one command: its name (by which a screen offers it, see `acts.Act`), the keys that give it, the
``/word`` for terminals that swallow the key, the short label for the key bar and one sentence for the help
screen. A key means the same on every screen; a screen may only say more precisely what it does there.

No letter ever acts by itself, and no control character does: both come out of barcodes. In training Insert
presents a good card to a payment, and Delete refuses one; in a cart Delete removes a line. Every terminal
sends them as an escape sequence, and no barcode symbology can hold either by accident.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One thing a key or a word can ask for; ``keys`` are Textual's key names."""

    name: str
    keys: tuple[str, ...]
    word: str
    label: str
    help: str


@dataclass(frozen=True)
class Hint:
    """What the key bar shows: the key as people read it, and what it does on this screen."""

    key: str
    label: str


COMMANDS: tuple[Command, ...] = (
    Command("confirm", ("enter",), "", "next", "Take the one safe next step, first in the key bar."),
    Command("back", ("escape",), "back", "back", "Go back one step; nothing is lost."),
    Command("up", ("up",), "", "up", "Choose the row above."),
    Command("down", ("down",), "", "down", "Choose the row below."),
    Command("rows_before", ("pageup",), "", "page up", "Show the rows before these."),
    Command("rows_after", ("pagedown",), "", "page down", "Show the rows after these."),
    Command("more", ("plus",), "", "one more", "One more of the chosen row."),
    Command("fewer", ("minus",), "", "one fewer", "One fewer of the chosen row."),
    Command("pick", tuple("123456789"), "", "pick", "Pick the row with that number; the prompt is empty."),
    Command("help", ("f1",), "help", "help", "Explain the keys of the screen that is open."),
    Command("walk_up", ("f2",), "walkup", "walk-up", "Sell something: to who is shown, else to a walk-up."),
    Command("orders", ("f3",), "orders", "orders", "Find an order again, and see its receipt."),
    Command("reader", ("f4",), "reader", "reader", "Choose the card reader of this station."),
    Command("attention", ("f5",), "attention", "attention", "Show unfinished payments and sales."),
    Command("park", ("f6",), "park", "park", "Put this sale aside and serve the next person."),
    Command("group", ("f6",), "group", "the group", "Let everybody on their order in together."),
    Command("hide", ("f6",), "hide", "hide", "Take the chosen product off sale."),
    Command("show", ("f6",), "show", "show", "Put the chosen product on sale again."),
    Command("card", ("f8",), "card", "card", "Take the amount by card on the reader."),
    Command("cash", ("f9",), "cash", "cash", "Take the amount in cash and give change."),
    Command("tender", ("f10",), "tender", "tender", "Pay another way, or split the amount."),
    Command("tap", ("insert",), "tap", "good card", "In training: hold a good card, or /tap NAME."),
    Command("lock", ("f12",), "lock", "lock", "Lock this station until somebody signs in."),
    Command("decline", ("delete",), "decline", "bad card", "In training: hold a card that is declined."),
    Command("remove", ("delete",), "remove", "remove", "Take the chosen line out of the cart."),
    Command("set", (), "set", "set quantity", "So many of the chosen line: /set 3."),
    Command("name", (), "name", "name", "Say or correct a name, as in /name Ines Park."),
    Command("email", (), "email", "e-mail", "Say or correct an address: /email ines@example.org."),
    Command("voucher", (), "voucher", "voucher", "Use a voucher: /voucher CODE; without a code, none."),
    Command("refund", (), "refund", "refund", "Give pieces or money of this order back."),
    Command("resolve", (), "resolve", "resolve", "End a card payment that needs a person."),
    Command("exchange", (), "exchange", "exchange", "Take a piece of this order back for another product."),
    Command("void", (), "void", "void", "Take the whole sale back: its money and its voucher."),
    Command("cancel", (), "cancel", "cancel", "Cancel this order, for which nothing was paid."),
    Command("names", (), "names", "name tickets", "Say who gets the tickets that were bought for others."),
    Command("undo", (), "undo", "undo", "Take a hand-out or the check-in back: /undo REASON."),
    Command("today", (), "today", "today", "Show the orders of today alone, or all of them again."),
    Command(
        "products", (), "products", "what is sold", "Change what is on sale: prices, stock, new products."
    ),
    Command("add", (), "add", "add", "Add a ticket or an add-on to what is sold."),
    Command("delete", (), "delete", "delete", "Delete the chosen product, which nobody ever bought."),
    Command("transfer", (), "transfer", "hand over", "Hand this ticket to another person: /transfer Bo Ek."),
    Command("checkin", (), "checkin", "check in", "Check this person in."),
    Command("refresh", (), "refresh", "ask again", "Ask Stripe again for what this screen lists."),
    Command("quantity", (), "quantity", "how many", "So many of the next product: /quantity 3."),
    Command("next", (), "next", "next person", "This person is done: serve the next one."),
    Command("quit", (), "quit", "quit", "Leave the program; unfinished sales stay parked."),
)

CARD_CODES: tuple[tuple[str, str], ...] = (
    ("Card", "/card"),
    ("Cash", "/cash"),
    ("Another way to pay", "/tender"),
    *((f"{number} of the next product", f"/quantity {number}") for number in range(2, 6)),
    ("Undo", "/undo"),
    ("Next person", "/next"),
)
"""What the cards sheet prints, and the command that each code is: a scanner types it as a hand types a word.

No badge, voucher or product code can begin with ``/``.
"""

CARD_WORDS = frozenset(code[1:].split()[0] for _, code in CARD_CODES)
"""The words that a scanner may give; any other in a barcode was not made for this desk."""

BY_NAME = {command.name: command for command in COMMANDS}
BY_KEY = {key: command for command in reversed(COMMANDS) for key in command.keys}
"""Of two commands on one key, of which a screen offers one, the first."""
BY_WORD = {command.word: command for command in COMMANDS if command.word}

HOW_TO_QUIT = "To leave, type /quit and press Enter."

_SHOWN = {
    "enter": "Enter",
    "up": "Up",
    "down": "Down",
    "escape": "Esc",
    "delete": "Del",
    "insert": "Ins",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "plus": "+",
    "minus": "-",
}


def shown_key(name: str) -> str:
    """The key of command ``name`` as people read it: ``F8``, ``Enter``, ``1-9``, or its ``/word``."""
    command = BY_NAME[name]
    if not command.keys:
        return f"/{command.word}"
    first = command.keys[0]
    if len(command.keys) > 1:
        return f"{first}-{command.keys[-1]}"
    return _SHOWN.get(first, first.upper())
