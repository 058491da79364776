"""What a desk does, a room for each part of a visit; knows no screen and is plain synchronous Python.

``staff`` who may act, ``visitor`` who stands there, ``catalogue`` what is on sale and at what price, ``sale``
from a cart to an order, ``order`` what was bought, ``payments`` cards on readers, ``tender`` every other way
to pay, ``refund`` the way back. What belongs to no visit stands beside them.

Functions take a ``Desk`` (who acts, where, with which Stripe account), open their own database connection
and answer with frozen dataclasses. What they refuse, they refuse with ``desk.errors``.
"""
