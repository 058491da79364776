"""What the database can refuse, in one sentence a person can act on."""


class DataError(Exception):
    """Base of everything that ``data`` raises on purpose; ``str()`` is the sentence for the person."""


class DatabaseUnavailable(DataError):
    """The database cannot be opened, or went away and did not come back in time."""


class SchemaMismatch(DataError):
    """The tables are not ones that this version can work with."""
