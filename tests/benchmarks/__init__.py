"""How fast and how small the desk is, as ratios measured in one run: ``python -m tests.benchmarks``.

No test asserts a time: these are to be read. ``python -m tests.benchmarks start lookup`` measures these
two alone, ``--quick`` everything in miniature, ``--help`` lists the rest.
"""
