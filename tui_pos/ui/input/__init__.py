"""How keys come in: the terminal driver, the stream of keys, keys as data."""
