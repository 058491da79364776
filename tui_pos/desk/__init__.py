"""What a desk does, one module per thing that can happen; knows no screen and is plain synchronous Python.

Functions take a ``Desk`` (who acts, where, with which Stripe account), open their own database connection
and answer with frozen dataclasses. What they refuse, they refuse with ``desk.errors``.
"""
