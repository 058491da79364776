"""Who buys, where no badge says so: a typed name or address, F2, ``/name``, ``/email``; and the voucher."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from tui_pos.core.folding import name_and_email
from tui_pos.core.scan import printable
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import Refused, ask_text, ask_while_refused
from tui_pos.ui.input.acts import Act
from tui_pos.ui.messages import carts as said
from tui_pos.ui.screens.cart_controller import CartController
from tui_pos.ui.screens.cart_view import may_be_name

LONGEST_SHOWN = 25
"""Characters of what was typed, within a note."""


class Change(Protocol):
    """Asks for a change and shows what comes of it; ``refused`` gets an error in place of the screen."""

    def __call__(
        self,
        change: Callable[[], CartView | None],
        then: Callable[[], object] = ...,
        refused: Refused | None = None,
    ) -> None: ...


class CartBuyer:
    """Changes who buys ``sale``; ``change`` asks for a change and shows what comes of it."""

    def __init__(self, screen: DeskScreen[Any], sale: CartController, change: Change) -> None:
        self._screen = screen
        self._sale = sale
        self._change = change

    def acts(self) -> tuple[Act, ...]:
        """What keys and words say of a walk-up."""
        return (
            Act("walk_up", self._ask, "who buys"),
            Act("name", self._name),
            Act("email", self._email),
        )

    def typed(self, text: str, *, is_name: bool) -> None:
        """A text was typed that is nothing known here: the walk-up's address, or, if ``is_name``, their name.

        It never takes the place of another name, nor is it taken where a product may be meant.
        """
        if "@" in text:
            name, email = name_and_email(text)
            self._change(partial(self._sale.set_buyer, name if email else None, email or name))
        elif is_name:
            self._change(partial(self._sale.set_buyer, text))
            self._screen.say(said.TAKEN_AS_NAME.format(text=printable(text, LONGEST_SHOWN)))
        elif may_be_name(text):
            self._screen.say(
                said.NO_PRODUCT.format(text=printable(text, LONGEST_SHOWN)), Tone.WARN, bell=True
            )
        else:
            self._screen.say(
                said.NOT_A_NAME.format(text=printable(text, LONGEST_SHOWN)), Tone.WARN, bell=True
            )

    def voucher(self) -> None:
        """``/voucher``: use one, or none."""
        self._change(partial(self._sale.set_voucher, self._screen.argument))

    def _ask(self) -> None:
        """F2."""

        def write(answer: str, refused: Refused) -> None:
            name, email = name_and_email(answer)
            self._change(partial(self._sale.set_buyer, name, email or None), refused=refused)

        question = partial(ask_text, said.WHO_BUYS, said.ASK_BUYER, "that is who buys")
        ask_while_refused(self._screen, question, write)

    def _name(self) -> None:
        """``/name``."""
        self._change(partial(self._sale.set_buyer, name=self._screen.argument))

    def _email(self) -> None:
        """``/email``: where the receipt goes."""
        self._change(partial(self._sale.set_buyer, email=self._screen.argument))
