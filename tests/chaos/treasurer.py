"""A treasurer in Stripe's dashboard, past every desk and without a word to any."""

from tests.chaos.floor import Floor
from tui_pos.simulator import CommandError

WAITING = ("requires_payment_method", "requires_capture")

KNOWN = {"attempt", "order_id"}
"""What stands in the metadata of a desk's payments and of the web shop's; others are strangers'."""


class Treasurer:
    """Gives back captured payments, whole or in part, and cancels what waits; which ones, chance decides."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def give_back(self) -> None:
        """Refund a captured payment of a desk or of the web shop, or a part of it."""
        books = self._floor.simulator.books()
        left = {
            key: book["captured"] - book["refunded"]
            for key, book in books.items()
            if KNOWN & book["metadata"].keys() and book["captured"] > book["refunded"]
        }
        if not left:
            return
        # The last ones are those that desks are busy with.
        intent_id = self._floor.rng.choice(sorted(left, key=list(books).index)[-3:])
        amount = self._floor.rng.choice((None, self._floor.rng.randint(1, left[intent_id])))
        self._act(f"refunds {amount or 'all'} of {intent_id}", "refund", intent_id, amount)

    def give_back_of_the_web_shop(self, order_id: int, most: int) -> int:
        """Refund what an order's payments in the web shop have left, up to ``most``; how much that is."""
        given = 0
        for key, book in self._floor.simulator.books().items():
            part = min(most - given, book["captured"] - book["refunded"])
            of_order = book["metadata"].get("order_id") == str(order_id)
            if part > 0 and of_order and "attempt" not in book["metadata"]:
                self._act(f"refunds {part} of {key}", "refund", key, part)
                given += part
        return given

    def cancel(self) -> None:
        """Cancel one of our payments that waits for a card or for its capture."""
        books = self._floor.simulator.books()
        waiting = [
            key
            for key, book in books.items()
            if book["metadata"].get("attempt") and book["status"] in WAITING
        ]
        if waiting:
            intent_id = self._floor.rng.choice(waiting)
            self._act(f"cancels {intent_id}", "cancel", intent_id, None)

    def _act(self, words: str, what: str, intent_id: str, amount: int | None) -> None:
        self._floor.note(f"the treasurer {words}")
        try:
            if what == "refund":
                self._floor.simulator.dashboard_refund(intent_id, amount)
            else:
                self._floor.simulator.dashboard_cancel(intent_id)
        except CommandError as error:  # a desk was faster
            self._floor.note(f"the dashboard says: {error}")
