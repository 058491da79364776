"""The exit statuses of commands, as the README lists them. Imports nothing, so that everything may use it."""

USAGE, NOT_FOUND, REFUSED, UNAVAILABLE, NOT_PERMITTED = 2, 3, 4, 5, 6

CRASHED = 70
"""The exit status of a program error."""
