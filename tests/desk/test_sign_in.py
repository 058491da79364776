import traceback

import pytest

from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import ContentType, Permission, User, UserPermission
from tui_pos.desk.context import Staff
from tui_pos.desk.errors import NotPermitted
from tui_pos.desk.staff import sign_in as module
from tui_pos.desk.staff.passwords import verify
from tui_pos.desk.staff.sign_in import sign_in


@pytest.fixture(autouse=True)
def quick_stand_in(monkeypatch: pytest.MonkeyPatch) -> str:
    """A million rounds for every user that does not exist would take most of this module's time."""
    whole = module.NOBODYS_HASH
    monkeypatch.setattr(module, "NOBODYS_HASH", whole.replace("$1000000$", "$1000$"))
    return whole


def refusal(username: str, secret: str) -> NotPermitted:
    with pytest.raises(NotPermitted) as refused:
        sign_in(username, secret)
    return refused.value


def user_called(username: str) -> User:
    with connected():
        user: User = User.get(User.username == username)
    return user


@pytest.mark.usefixtures("shop")
def test_a_right_held_through_a_group() -> None:
    user = user_called("trainee")
    assert sign_in("trainee", "demo") == Staff(
        user.id, "trainee", "Tilda Trainee", frozenset({"use_terminal", "view_checkin"})
    )


@pytest.mark.usefixtures("shop")
def test_a_right_held_directly() -> None:
    user = user_called("visitor")
    with connected():
        right = Permission.get(Permission.codename == "view_checkin")
        UserPermission.create(user=user, permission=right)
    assert sign_in("visitor", "demo").codenames == {"view_checkin"}


@pytest.mark.usefixtures("shop")
def test_a_superuser_needs_no_right() -> None:
    staff = sign_in("lead", "demo")
    assert staff.is_superuser
    assert staff.codenames == frozenset()


@pytest.mark.usefixtures("shop")
def test_is_staff_alone_opens_no_desk() -> None:
    refused = refusal("visitor", "demo")
    assert refused.code == "no_desk_rights"
    assert "Viktor Visitor may not use a desk" in refused.message


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
    for username, secret in WRONG_PAIRS:
        refused = refusal(username, secret)
        assert refused.code == "wrong_credentials"
        assert refused.message == "The user name and the password do not fit together."


@pytest.mark.usefixtures("shop")
def test_a_guest_with_an_unusable_password_never_gets_in() -> None:
    with connected():
        User.update(password="!" + "x" * 40).where(User.username == "trainee").execute()
    assert refusal("trainee", "!" + "x" * 40).code == "wrong_credentials"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("username", ["nobody", "guest", "idle.demo", "trainee"])
def test_a_password_is_checked_whoever_asks(username: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connected():
        User.create(username="guest", password="!unusable", is_active=True)
    checked: list[str] = []

    def counting(secret: str, encoded: str) -> bool:
        checked.append(encoded)
        return verify(secret, "damaged")

    monkeypatch.setattr(module, "verify", counting)
    refusal(username, "wrong")
    assert len(checked) == 1
    assert checked[0].startswith("pbkdf2_sha256$")


def test_the_stand_in_hash_is_whole_and_takes_djangos_work(quick_stand_in: str) -> None:
    algorithm, rounds, _, key = quick_stand_in.split("$")
    assert (algorithm, rounds, len(key)) == ("pbkdf2_sha256", "1000000", 44)


@pytest.mark.usefixtures("shop")
def test_the_secret_is_in_no_refusal() -> None:
    refused = refusal("trainee", "Sup3rSecretWord")
    assert "Sup3rSecretWord" not in "".join(traceback.format_exception(refused))


@pytest.mark.usefixtures("shop")
def test_the_web_sites_last_login_is_left_alone() -> None:
    before = user_called("trainee").last_login
    sign_in("trainee", "demo")
    assert user_called("trainee").last_login == before


@pytest.mark.usefixtures("python2077")
def test_a_password_that_django_wrote() -> None:
    assert sign_in("admin", "admin").is_superuser
    assert refusal("admin", "Admin").code == "wrong_credentials"
