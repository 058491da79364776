"""Django's password hashes: whether a secret is the one behind a stored hash."""


def verify(secret: str, encoded: str) -> bool:
    """Whether ``secret`` is the password stored as ``encoded`` in ``auth_user.password``.

    Knows pbkdf2_sha256, pbkdf2_sha1, argon2, scrypt, bcrypt and bcrypt_sha256. False for an unusable password
    ("!..."), for an unknown or damaged hash, and for an empty secret. May take a second: call it in a worker.
    """
    raise NotImplementedError
