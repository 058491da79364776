"""The exit statuses of commands, as the README lists them. Imports nothing, so that everything may use it."""

USAGE, NOT_FOUND, REFUSED, UNAVAILABLE, NOT_PERMITTED = 2, 3, 4, 5, 6

CRASHED = 70
"""The exit status of a program error."""

NOT_WRITTEN = 74
"""The exit status of a command that did its work and could not write its answer (EX_IOERR)."""

BROKEN_PIPE = 141
"""The same where the reader has gone: what a shell gives to a process that SIGPIPE ended."""
