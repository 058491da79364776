"""What every ratio of a start or of memory is about: a Textual app that shows one empty Input.

Run as a file. ``stripe`` as its argument: with Stripe's package imported too.
"""

import sys

from textual.app import App, ComposeResult
from textual.widgets import Input

PROMPT = "Type here"


class Empty(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder=PROMPT)


if __name__ == "__main__":
    if sys.argv[1:] == ["stripe"]:
        from stripe import StripeClient

        StripeClient("sk_test_of_nobody")
    Empty().run()
