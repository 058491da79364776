"""What the database can refuse, in one sentence a person can act on."""


class DataError(Exception):
    """Base of everything that ``data`` raises on purpose; ``str()`` is the sentence for the person."""


class DatabaseUnavailable(DataError):
    """The database cannot be opened, or went away and did not come back in time.

    ``cause`` is what failed, in a sentence that says nothing of what was to be written.
    """

    def __init__(self, sentence: str, cause: str = "") -> None:
        super().__init__(sentence)
        self.cause = cause or sentence


class ReadOnlyDatabase(DatabaseUnavailable):
    """The database answers, and takes no writes: read-only, without room, or not for this user."""


class DamagedDatabase(DatabaseUnavailable):
    """What is stored cannot be read as it was written."""


class CommitUnknown(DatabaseUnavailable):
    """The database went away while it was saving: the transaction is stored whole or not at all.

    It was not repeated, for that could store it twice. Look for what it would have written (an order's
    reference, an attempt's key) before doing it again.
    """


class SchemaMismatch(DataError):
    """The tables are not ones that this version can work with."""


class OddValue(DataError, ValueError):
    """A shared table holds what its column cannot mean, such as a total that is no number."""
