"""The help: what can be done on each screen, told as tasks.

A task is shown only where the command that it needs works at that moment, for whoever is signed in.
"""

from dataclasses import dataclass

from tui_pos.ui.messages.tenders import ALL_OF_IT


@dataclass(frozen=True, slots=True)
class Task:
    """How to do something: shown where the command ``needs`` works, to who has the ``right``, an `Action`.

    Whoever sells without that right is told who has it (`others`); the door is not told of money.
    ``says``: only while the bar says of the command something that begins so.
    """

    needs: str
    how: str
    right: str = ""
    says: tuple[str, ...] = ()


def others(task: Task) -> str:
    """A task that somebody else does."""
    return f"{task.how.split(':')[0]}: only for a supervisor."


STOP = ("cancel", "release the hold")
"""What the bar says of Esc while a card payment can be cancelled."""

TASKS_HEADING = "What to do here"
KEYS_HEADING = "Keys and words that work now"

TASKS: dict[str, tuple[Task, ...]] = {
    "ScanScreen": (
        Task("confirm", "Find somebody: scan a badge, or type a name, an e-mail or an order; Enter."),
        Task("walk_up", "Sell to somebody without a badge: F2."),
        Task("walk_up", "Sell to somebody with one: find them first, then F2."),
        Task("attention", "Go on with a sale or payment that waits: its number, or F5."),
        Task("orders", "See an order or its receipt again: F3, then choose it."),
        Task("orders", "Give money back: F3, choose the order, then /refund.", "refund"),
        Task("orders", "Change what is sold, its price or its stock: /products.", "manage"),
        Task("lock", "Hand the desk over to somebody else: F12, then they sign in."),
    ),
    "AttendeeScreen": (
        Task("checkin", "Let them in: Enter while it says so, or /checkin.", says=("check in",)),
        Task("group", "Let everybody on their order in together: F6."),
        Task("walk_up", "Sell something: type its name, then Enter; or F2 for the whole list."),
        Task("cash", "Take what is owed: F8 by card, F9 in cash, F10 another way."),
        Task("pick", "Hand out what was bought: its number, once for each piece."),
        Task("undo", "Take the last hand-out or the check-in back: /undo."),
        Task("pick", "See an order, or pay what it owes: its number.", "sell"),
        Task("pick", "Give money back: the number of the order, then /refund.", "refund"),
        Task("name", "Correct the name: /name and how it is written."),
        Task("transfer", "Give the ticket to another person: /transfer and their name."),
        Task("back", "Go on with the next person: scan their badge, or Esc."),
    ),
    "GroupScreen": (
        Task("pick", "Choose who comes in: their number ticks, and takes the tick away."),
        Task("confirm", "Let the ticked ones in together: Enter."),
        Task("back", "Go back to the one whose badge was scanned: Esc."),
    ),
    "CartScreen": (
        Task("pick", "Add a product: its number, or type a part of its name, then Enter."),
        Task("more", "Take more or fewer of the chosen one: + and -; as many as you say: /set 12."),
        Task("remove", "Take the chosen one out of the cart: Del."),
        Task("name", "Say who buys: /name and the name."),
        Task("voucher", "Use a voucher: scan it, or /voucher and its code."),
        Task("cash", "Be paid: Enter by card, F9 in cash, F10 another way or in parts."),
        Task("park", "Serve somebody else first: F6 puts this sale aside."),
    ),
    "PaymentScreen": (
        Task("confirm", "Go on: Enter does what stands first in the bar at the bottom."),
        Task("reader", "Use another reader: F4."),
        Task("cash", "Be paid in cash instead: F9."),
        Task("back", "Stop it: Esc asks reader and Stripe to cancel, and then says what is true.", says=STOP),
        Task("back", "Go back to the order, for which nothing was charged: Esc.", says=("back",)),
        Task("back", "Leave it as it is: Esc; it stays under Needs attention.", says=("leave it",)),
        Task("attention", "Serve the next person meanwhile: F5; it stays under Needs attention."),
    ),
    "TenderScreen": (
        Task("pick", "Take cash: type what they give, then Enter."),
        Task("pick", "Take it another way: its number, then Enter."),
        Task("back", "Leave it for later: Esc; what was taken stays taken.", says=("back",)),
        Task("back", "Pay all of it in one way after all: Esc.", says=(ALL_OF_IT,)),
    ),
    "ReceiptScreen": (
        Task("confirm", "Take what is owed: Enter by card, F9 in cash, F10 another way.", says=("card ",)),
        Task("cancel", "Give the order up, for which nothing was paid: /cancel.", "cancel"),
        Task("refund", "Give money or pieces back: /refund.", "refund"),
        Task("exchange", "Swap a piece for another product: /exchange.", "refund"),
        Task("void", "Take the whole sale back: /void.", "refund"),
        Task("names", "Say who gets the other tickets: /names."),
        Task("confirm", "Let them in and go on: Enter.", says=("check in",)),
        Task("confirm", "Go on: Enter, or scan the next badge.", says=("next",)),
    ),
    "OrdersScreen": (
        Task("pick", "See an order: its number."),
        Task("pick", "Give money back: the number of the order, then /refund.", "refund"),
        Task("confirm", "Find one: type a name, an e-mail or a part of its reference, then Enter."),
        Task("today", "See the orders of today alone, or all: /today."),
    ),
    "ProductsScreen": (
        Task("pick", "See a product, and change it: its number."),
        Task("more", "Bring pieces in: choose it by arrows, then + and how many, such as +20."),
        Task("hide", "Take the chosen one off sale at every desk: F6."),
        Task("show", "Put the chosen one on sale again: F6."),
        Task("add", "Add a ticket or an add-on: /add; it is hidden until you show it."),
        Task("delete", "Delete the chosen one, which nobody ever bought: /delete."),
        Task("confirm", "Find one: type a part of its name or a code, or scan the code."),
    ),
    "ProductScreen": (
        Task("pick", "Change a field: its number."),
        Task("more", "Bring pieces in: + and how many, such as +20."),
        Task("hide", "Take it off sale at every desk: F6."),
        Task("show", "Put it on sale again: F6."),
        Task("delete", "Delete it, as nobody ever bought it: /delete."),
    ),
    "ReaderScreen": (Task("pick", "Choose the card reader: its number, or the arrows and Enter."),),
    "Ask": (
        Task("back", "Answer it: type the answer, then Enter."),
        Task("back", "Change nothing: Esc; with something typed Esc clears that first."),
    ),
    "ChooseRow": (
        Task("pick", "Choose a row: its number, or the arrows; then Enter."),
        Task("more", "Take more or fewer pieces of the chosen row: + and -."),
    ),
}
"""By the class of the screen."""
