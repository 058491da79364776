"""The commands, one module for each group of them.

A command imports inside its function what brings in Peewee, Stripe, Textual or uvicorn: each takes 30 to 150
ms, and ``--help``, a wrong option and the start of the desk wait for no package that they do not use.
"""
