"""What a desk does, in layers, top first; a layer uses those below it alone. Plain synchronous Python.

``reconciliation`` holds the books against Stripe's, ``refunds`` gives money back, ``checkin`` lets people
in and hands things out, ``search`` finds people and orders, ``carts`` sells, ``payments`` takes cards,
``tenders`` cash, credit and complimentary, ``orders`` knows what was bought and what is owed, ``catalogue``
what is on sale and at what price, ``access`` who may act. Small parts that several layers share stand beside
them.

Functions take a ``Desk`` (who acts, where, with which Stripe account), open their own database connection
and answer with frozen dataclasses. What they refuse, they refuse with ``desk.errors``.
"""
