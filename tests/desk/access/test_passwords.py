import base64
import hashlib

import bcrypt
import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from tui_pos.desk.access.passwords import verify

SECRET = "lètmein"


def django_bcrypt(secret: bytes) -> str:
    return bcrypt.hashpw(secret, bcrypt.gensalt(4)).decode()


def pbkdf2(algorithm: str, digest: str) -> str:
    key = hashlib.pbkdf2_hmac(digest, SECRET.encode(), b"seasalt", 1000)
    return f"{algorithm}$1000$seasalt${base64.b64encode(key).decode()}"


WRITTEN_BY_DJANGO = {
    "pbkdf2_sha1": "pbkdf2_sha1$260000$seasalt2$wAibXvW6jgvatCdONi6SMJ6q7mI=",
    "scrypt": "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71"
    "m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==",
    "scrypt, parallel": "scrypt$16384$seasalt$8$5$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/"
    "vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw==",
}
IN_DJANGOS_FORM = {
    "pbkdf2_sha256": pbkdf2("pbkdf2_sha256", "sha256"),
    "argon2id": "argon2" + PasswordHasher(1, 8, 1).hash(SECRET),
    "argon2i": "argon2" + PasswordHasher(1, 8, 1, type=Type.I).hash(SECRET),
    "bcrypt": "bcrypt$" + django_bcrypt(SECRET.encode()),
    "bcrypt_sha256": "bcrypt_sha256$" + django_bcrypt(hashlib.sha256(SECRET.encode()).hexdigest().encode()),
}
HASHES = WRITTEN_BY_DJANGO | IN_DJANGOS_FORM


@pytest.mark.parametrize("name", HASHES)
def test_the_right_secret_is_recognised_and_no_other(name: str) -> None:
    assert verify(SECRET, HASHES[name])
    for wrong in ("letmein", SECRET + "z", SECRET.upper(), " " + SECRET, "\0", "\ud800"):
        assert not verify(wrong, HASHES[name])


def test_bcrypt_looks_at_72_bytes_and_bcrypt_sha256_at_all() -> None:
    long = "x" * 100
    plain = "bcrypt$" + django_bcrypt(b"x" * 72)
    assert verify(long, plain)
    hashed = "bcrypt_sha256$" + django_bcrypt(hashlib.sha256(long.encode()).hexdigest().encode())
    assert verify(long, hashed)
    assert not verify(long[:72], hashed)


def test_an_empty_secret_never_fits() -> None:
    key = base64.b64encode(hashlib.pbkdf2_hmac("sha256", b"", b"salt", 1000)).decode()
    assert not verify("", f"pbkdf2_sha256$1000$salt${key}")


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "!",
        "!KQXh7yL0mTt2rVxq5v1oZkW3cJ9sNfDbUeGiAaHp",
        "plain",
        "plain$lètmein",
        "md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3",
        "pbkdf2_sha256$$$",
        "pbkdf2_sha256$0$salt$AAAA",
        "pbkdf2_sha256$-1$salt$AAAA",
        "pbkdf2_sha256$many$salt$AAAA",
        "pbkdf2_sha256$99999999999999999999$salt$AAAA",
        "pbkdf2_sha256$1000$salt",
        "pbkdf2_sha256$1000$salt$ÄÖÜ",
        "scrypt$16384$salt$8$1",
        "scrypt$16385$salt$8$1$AAAA",
        "scrypt$1099511627776$salt$8$1$AAAA",
        "argon2$argon2id$v=19$m=8,t=1,p=1$short",
        "argon2$",
        "bcrypt$$2b$12$tooshort",
        "bcrypt_sha256$",
    ],
)
def test_unusable_unknown_and_damaged_hashes_fit_nothing(encoded: str) -> None:
    assert not verify(SECRET, encoded)
    assert not verify("!", encoded)
