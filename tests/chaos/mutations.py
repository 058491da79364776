"""Builds that are broken on purpose, to see that the harness notices. Applied in desk processes alone."""

from collections.abc import Callable


def apply(name: str) -> None:
    """Break this process in the way named; the empty name leaves it whole."""
    if name:
        MUTATIONS[name]()


MUTATIONS: dict[str, Callable[[], None]] = {}
