"""The service account: reconciles without a password, and may do nothing else."""

from tests.commands.till import READER, Till, order_row, write
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.access.sign_in import SERVICE_USERNAME, service_account
from tui_pos.desk.context import Staff


def test_it_finishes_an_interrupted_payment_for_nobodys_password(each_till: Till) -> None:
    till = each_till
    reference = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")["reference"]
    till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    assert till.ask("reconcile", "--as-service", "--check").status == 4
    assert till.done("reconcile", "--as-service")["driven"] != []
    till.simulator.tap(READER)
    till.done("reconcile", "--as-service", staff="nobody")
    assert order_row(reference).status == "paid"
    with connected():
        (user,) = User.select().where(User.username == SERVICE_USERNAME)
    assert user.password.startswith("!")
    assert not user.is_superuser
    assert not user.is_staff


def test_it_may_reconcile_and_nothing_else(till: Till) -> None:
    till.done("reconcile", "--as-service")
    staff: Staff = service_account()
    assert [action for action in Action if allowed(staff, action)] == [Action.RECONCILE]
    assert till.refused("orders", staff=SERVICE_USERNAME) == (6, "wrong_credentials")


def test_it_can_be_switched_off_and_never_is_a_person(till: Till) -> None:
    till.done("reconcile", "--as-service")
    row = User.username == SERVICE_USERNAME
    for change in ({"is_active": False}, {"is_superuser": True}, {"password": "pbkdf2_sha256$1$a$b"}):
        values = {"is_active": True, "is_superuser": False, "password": "!x", **change}
        write(User.update(**values).where(row).execute)
        assert till.refused("reconcile", "--as-service") == (6, "service_account")
