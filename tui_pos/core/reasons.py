"""Why something cannot be done: a key and values. Words are not said here, but in ``ui.messages``."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be done; ``values`` are what its sentence names, money with its ``currency``.

    ``key`` is the code that programs are told, or ``code.case`` where one code has several sentences.
    """

    key: str
    values: Mapping[str, object]

    @property
    def code(self) -> str:
        """The reason code for programs."""
        return self.key.partition(".")[0]

    def __str__(self) -> str:
        return " ".join((self.key, *(f"{name}={value!s}" for name, value in self.values.items())))


def because(key: str, /, **values: object) -> Reason:
    """The reason of this key with these values."""
    return Reason(key, values)
