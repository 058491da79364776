import hashlib
import time
import traceback
from typing import Any

import argon2
import bcrypt
import pytest

from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import ContentType, Permission, User, UserPermission
from tui_pos.desk.access import passwords
from tui_pos.desk.access import sign_in as module
from tui_pos.desk.access.sign_in import sign_in
from tui_pos.desk.access.tries import At
from tui_pos.desk.context import Staff
from tui_pos.desk.errors import NotPermitted

AT = At(None, "desk-3")


def signed_in(username: str, secret: str, at: At = AT) -> Staff:
    return sign_in(username, secret, at)


def refusal(username: str, secret: str, at: At = AT) -> NotPermitted:
    with pytest.raises(NotPermitted) as refused:
        sign_in(username, secret, at)
    return refused.value


def user_called(username: str) -> User:
    with connected():
        user: User = User.get(User.username == username)
    return user


@pytest.mark.usefixtures("shop")
def test_a_right_held_through_a_group() -> None:
    user = user_called("trainee")
    assert signed_in("trainee", "demo") == Staff(
        id=user.id,
        username="trainee",
        name="Tilda Trainee",
        codenames=frozenset({"use_terminal", "view_checkin"}),
    )


@pytest.mark.usefixtures("shop")
def test_a_right_held_directly() -> None:
    user = user_called("visitor")
    with connected():
        right = Permission.get(Permission.codename == "view_checkin")
        UserPermission.create(user=user, permission=right)
    assert signed_in("visitor", "demo").codenames == {"view_checkin"}


@pytest.mark.usefixtures("shop")
def test_a_superuser_needs_no_right() -> None:
    staff = signed_in("lead", "demo")
    assert staff.is_superuser
    assert staff.codenames == frozenset()


@pytest.mark.usefixtures("shop")
def test_is_staff_alone_opens_no_desk() -> None:
    refused = refusal("visitor", "demo")
    assert refused.code == "no_desk_rights"
    assert refused.values["who"] == "Viktor Visitor"


@pytest.mark.usefixtures("shop")
def test_rights_of_another_application_do_not_count() -> None:
    user = user_called("visitor")
    with connected():
        held = Permission.get(Permission.codename == "use_terminal")
        other = ContentType.create(app_label="elsewhere", model="conference")
        right = Permission.create(name="Same word", codename=held.codename, content_type=other)
        UserPermission.create(user=user, permission=right)
    assert refusal("visitor", "demo").code == "no_desk_rights"


WRONG_PAIRS = (
    ("trainee", "Demo"),
    ("trainee", ""),
    ("trainee", "x" * 10_000),
    ("Trainee", "demo"),
    ("trainee ", "demo"),
    ("nobody", "demo"),
    ("", "demo"),
    ("a\0b", "demo"),
    ("' OR 1=1 --", "demo"),
    ("idle.demo", "demo"),
)


@pytest.mark.usefixtures("shop")
def test_one_sentence_for_every_wrong_pair() -> None:
    for place, (username, secret) in enumerate(WRONG_PAIRS):
        refused = refusal(username, secret, At(None, f"desk-{place}"))
        assert str(refused) == "wrong_credentials"


@pytest.mark.usefixtures("shop")
def test_a_guest_with_an_unusable_password_never_gets_in() -> None:
    with connected():
        User.update(password="!" + "x" * 40).where(User.username == "trainee").execute()
    assert refusal("trainee", "!" + "x" * 40).code == "wrong_credentials"


HASHES = {
    "unknown user": None,
    "unusable": "!" + "x" * 40,
    "empty": "",
    "md5": "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
    "unsalted": "5f4dcc3b5aa765d61d8327deb882cf99",
    "damaged": "pbkdf2_sha256$many$salt$key",
    "damaged argon2": "argon2$argon2id$v=19$nothing",
    "damaged bcrypt": "bcrypt$$2b$12$short",
    "few rounds": "pbkdf2_sha256$1000$salt$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
    "old rounds": "pbkdf2_sha1$260000$salt$MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=",
    "rounds of today": "pbkdf2_sha256$1000000$salt$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
}
SLOW_HASHES = {
    "argon2": f"argon2{argon2.PasswordHasher().hash('right')}",
    "bcrypt": f"bcrypt${bcrypt.hashpw(b'right', bcrypt.gensalt(12)).decode()}",
    "scrypt": "scrypt$16384$salt$8$5$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
}


def give_hash(encoded: str | None) -> str:
    """The name of a user whose password is stored like this; of nobody for None."""
    if encoded is None:
        return "nobody"
    with connected():
        User.update(password=encoded).where(User.username == "trainee").execute()
    return "trainee"


@pytest.mark.usefixtures("shop", "whole_refusals")
@pytest.mark.parametrize("kind", HASHES)
def test_the_same_work_is_done_for_every_hash_that_is_not_slow_itself(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def counting(*arguments: Any) -> bytes:
        done.append(arguments[-1])
        return b""

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", counting)
    monkeypatch.setattr(module, "ANSWER_AFTER", 0.0)
    assert refusal(give_hash(HASHES[kind]), "wrong").code == "wrong_credentials"
    assert sum(done) == 1_000_000


@pytest.mark.usefixtures("shop", "whole_refusals")
@pytest.mark.parametrize("took", [0.01, 0.4, 1.2])
@pytest.mark.parametrize("username", ["nobody", "trainee", "idle.demo"])
def test_a_refusal_comes_at_the_same_moment_however_long_the_hash_took(
    username: str, took: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [100.0]

    def verified(secret: str, encoded: str) -> bool:  # noqa: ARG001
        at[0] += took
        return username == "idle.demo"  # the right password of somebody inactive is no different

    def waited(seconds: float) -> None:
        at[0] += seconds

    monkeypatch.setattr(module, "verify", verified)
    monkeypatch.setattr(module, "pause", waited)
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    assert refusal(username, "whatever").code == "wrong_credentials"
    assert at[0] == pytest.approx(101.5)


@pytest.mark.usefixtures("shop", "whole_refusals")
@pytest.mark.parametrize("kind", SLOW_HASHES)
def test_a_slow_hash_is_done_by_when_a_refusal_is_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own work is within the wait, so the wait hides it; coarsely, for the machine may be busy."""
    monkeypatch.setattr(module, "ANSWER_AFTER", 0.0)
    username = give_hash(SLOW_HASHES[kind])
    began = time.process_time()
    passwords.verify("wrong", HASHES["rounds of today"] or "")
    whole = time.process_time() - began
    began = time.process_time()
    assert refusal(username, "wrong").code == "wrong_credentials"
    assert time.process_time() - began < 4 * whole
    assert signed_in(username, "right") if kind != "scrypt" else True


@pytest.mark.usefixtures("shop")
def test_the_secret_is_in_no_refusal() -> None:
    refused = refusal("trainee", "Sup3rSecretWord")
    assert "Sup3rSecretWord" not in "".join(traceback.format_exception(refused))


@pytest.mark.usefixtures("shop")
def test_the_web_sites_last_login_is_left_alone() -> None:
    before = user_called("trainee").last_login
    signed_in("trainee", "demo")
    assert user_called("trainee").last_login == before


@pytest.mark.usefixtures("python2077")
def test_a_password_that_django_wrote() -> None:
    assert signed_in("admin", "admin").is_superuser
    assert refusal("admin", "Admin").code == "wrong_credentials"
