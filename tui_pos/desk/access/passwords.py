"""Django's password hashes: whether a secret is the one behind a stored hash."""

import base64
import hashlib
import hmac
from collections.abc import Callable

UNUSABLE = "!"
"""How Django begins the hash of somebody who may never sign in."""

BCRYPT_BYTES = 72
"""bcrypt reads so many bytes of a password; newer versions of its package refuse a longer one."""


ROUNDS = 1_000_000
"""Of PBKDF2-SHA256, as in Django's present hashes: a wrong secret costs at least this work."""

SLOW = frozenset({"argon2", "scrypt", "bcrypt", "bcrypt_sha256"})
"""Algorithms of which one check counts as ``ROUNDS`` rounds of work."""


def verify(secret: str, encoded: str) -> bool:
    """Whether ``secret`` is the password stored as ``encoded`` in ``auth_user.password``.

    Knows pbkdf2_sha256, pbkdf2_sha1, argon2, scrypt, bcrypt and bcrypt_sha256. False for an unusable password
    ("!..."), for an unknown or damaged hash ("" too), and for an empty secret. A wrong secret
    costs the work of ``ROUNDS`` whatever the hash, so that the time does not reveal the kind of hash. May
    take a second: call it in a worker.
    """
    algorithm, _, rest = encoded.partition("$")
    try:
        correct = bool(secret) and _CHECKS[algorithm](secret.encode(), rest)
        done = (ROUNDS if algorithm in SLOW else _rounds(rest)) if secret else 0
    except (KeyError, ValueError, OverflowError, MemoryError):
        correct, done = False, 0
    if not correct:
        _work(secret, ROUNDS - done)
    return correct


def _rounds(rest: str) -> int:
    """How many rounds were done for a PBKDF2 hash."""
    return int(rest.partition("$")[0])


def _work(secret: str, rounds: int) -> None:
    if rounds > 0:
        hashlib.pbkdf2_hmac("sha256", secret.encode(errors="replace"), b"nobody's salt, 22 long", rounds)


def _pbkdf2(digest: str) -> Callable[[bytes, str], bool]:
    def check(secret: bytes, rest: str) -> bool:
        rounds, salt, expected = rest.split("$")
        return _same(hashlib.pbkdf2_hmac(digest, secret, salt.encode(), int(rounds)), expected)

    return check


def _scrypt(secret: bytes, rest: str) -> bool:
    work_factor, salt, block_size, parallelism, expected = rest.split("$")
    n, r, p = int(work_factor), int(block_size), int(parallelism)
    memory = 128 * r * (n + p + 2)
    derived = hashlib.scrypt(secret, salt=salt.encode(), n=n, r=r, p=p, maxmem=memory, dklen=64)
    return _same(derived, expected)


def _argon2(secret: bytes, rest: str) -> bool:
    import argon2

    try:
        return argon2.PasswordHasher().verify(f"${rest}", secret)
    except argon2.exceptions.VerifyMismatchError:
        return False
    except argon2.exceptions.VerificationError as damaged:
        raise ValueError("no hash of argon2") from damaged


def _bcrypt(secret: bytes, rest: str) -> bool:
    import bcrypt

    return bcrypt.checkpw(secret[:BCRYPT_BYTES], rest.encode())


def _bcrypt_sha256(secret: bytes, rest: str) -> bool:
    return _bcrypt(hashlib.sha256(secret).hexdigest().encode(), rest)


def _same(derived: bytes, expected: str) -> bool:
    return hmac.compare_digest(base64.b64encode(derived), expected.encode())


_CHECKS: dict[str, Callable[[bytes, str], bool]] = {
    "pbkdf2_sha256": _pbkdf2("sha256"),
    "pbkdf2_sha1": _pbkdf2("sha1"),
    "argon2": _argon2,
    "scrypt": _scrypt,
    "bcrypt": _bcrypt,
    "bcrypt_sha256": _bcrypt_sha256,
}
