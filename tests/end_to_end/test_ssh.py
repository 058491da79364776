"""A desk behind a real sshd with the manual's files: it sells, and its door lets nothing else through."""

import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.test_whole_sale import SETTLED, paid, to_the_prompt
from tests.fixtures.postgresql import free_port
from tests.fixtures.pty import Terminal80x24
from tests.fixtures.sshd import PATIENCE, Sshd, run, serving, shown
from tui_pos.core import log_file

pytestmark = pytest.mark.usefixtures("sshd_is_here")

SECRET_WORD = b"behind the desk host"
NEEDS_TERMINAL = "The desk's screens need a terminal"


@pytest.fixture(scope="module")
def door() -> Iterator[Sshd]:
    """The manual's server, for tests that leave nothing behind."""
    with serving("hardened") as server:
        yield server


@pytest.fixture(scope="module")
def open_door() -> Iterator[Sshd]:
    """A server without the manual's settings: there each attack of this module succeeds."""
    with serving("unguarded") as server:
        yield server


def session(sshd: Sshd) -> Terminal80x24:
    return Terminal80x24(sshd.command("-tt"), timeout=40)


# The desk through it


def test_a_sale_from_the_first_key_to_the_receipt(sshd: Sshd) -> None:
    with session(sshd) as desk:
        desk.wait_for("Tilda Trainee")
        desk.wait_for("desk-3")  # the station that stands beside the key
        to_the_prompt(desk)
        desk.send("\x1b[2~")
        desk.wait_for("CAPTURED 25.00 USD   Visa 4242")
        desk.settle(SETTLED)
        desk.send("\r")
        desk.wait_for("PAID 25.00 USD")
        assert paid(sshd.home) == [("paid", 25)]
        desk.send("\r")
        desk.wait_for("scan a badge")
        desk.type("/quit\r")
        assert desk.wait_exit() == 0


def test_the_link_cut_in_mid_payment_and_the_sale_is_back_with_one_key(sshd: Sshd) -> None:
    with session(sshd) as desk:
        desk.wait_for("Tilda Trainee")
        to_the_prompt(desk)
        desk.signal(signal.SIGKILL)
        desk.wait_exit()
    with session(sshd) as again:
        again.wait_for("Needs attention")
        again.wait_for("WAITING FOR CARD")
        again.send("1")
        again.wait_for("Ins good card")
        again.send("\x1b[2~")
        again.wait_for("CAPTURED 25.00")
    assert paid(sshd.home) == [("paid", 25)]


@pytest.mark.thorough
def test_a_client_that_falls_silent_in_mid_payment_and_the_sale_is_back_with_one_key(sshd: Sshd) -> None:
    """Nothing says that the client is gone: the first desk runs on, and books what the second one shows."""
    with session(sshd) as desk:
        desk.wait_for("Tilda Trainee")
        to_the_prompt(desk)
        desk.signal(signal.SIGSTOP)
        with session(sshd) as again:
            again.wait_for("[!] desk-3 is in use")
            again.send("\r")
            again.wait_for("Needs attention")
            again.wait_for("WAITING FOR CARD")
            again.send("1")
            again.wait_for("NOT WATCHED HERE")
            assert len(sshd.desks()) == 2
            again.send("\x1b[2~")
            again.wait_for("CAPTURED 25.00")
            assert paid(sshd.home) == [("paid", 25)]


def longest_silence() -> int:
    """Seconds after which the manual's sshd gives a client up that answers nothing; OpenSSH 9.2 lets two
    intervals pass for each question that it asks."""
    lines = shown("/etc/ssh/sshd_config.d/tui-pos.conf").splitlines()
    alive = dict(line.split() for line in lines if "ClientAlive" in line)
    return 2 * int(alive["ClientAliveInterval"]) * (int(alive["ClientAliveCountMax"]) + 1)


@pytest.mark.thorough
def test_a_client_that_stays_silent_is_given_up_and_its_desk_ends_in_order(sshd: Sshd) -> None:
    with session(sshd) as desk:
        desk.wait_for("Tilda Trainee")
        assert len(sshd.desks()) == 1
        desk.signal(signal.SIGSTOP)
        desk.timeout = longest_silence() + 10  # a busy machine ends a process late
        desk.wait_without_reading(lambda: sshd.desks() == [], "the desk to end")
        assert "Timeout, client not responding" in sshd.log.read_text()
    log = (sshd.home / log_file.NAME).read_text()
    assert "desk-3" in log
    assert "ended by signal 1" in log


# What the door refuses


@pytest.mark.parametrize(
    "command", [["id", "-u"], ["/bin/sh", "-c", "id -u"], ["tui-pos", "orders"], ["-s", "x"]]
)
def test_no_other_command_runs(door: Sshd, command: list[str]) -> None:
    for options in ((), ("-T",)):
        answer = door.run(*options, command=["--", *command])
        assert (answer.returncode, answer.stdout) == (2, "")
        assert NEEDS_TERMINAL in answer.stderr


def test_with_a_terminal_another_command_is_the_desk(door: Sshd) -> None:
    with Terminal80x24(door.command("-tt", command=["/bin/sh"]), timeout=40) as desk:
        desk.wait_for("Tilda Trainee")


@pytest.mark.thorough
def test_no_file_goes_in_or_out(door: Sshd, open_door: Sshd, tmp_path: Path) -> None:
    loot = tmp_path / "loot"
    for program, words in (
        ("scp", ("HOST:/etc/hostname", str(loot))),
        ("scp", ("-O", "HOST:/etc/hostname", str(loot))),
        ("sftp", ("HOST:/etc/hostname", str(loot))),
    ):
        assert run(door.transfer(program, *words)).returncode != 0
        assert not loot.exists()
        assert run(open_door.transfer(program, *words)).returncode == 0
        loot.unlink()


@contextmanager
def target() -> Iterator[int]:
    """The port of a server on the desk host's side, which tells a word to whoever gets through to it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:  # closed: the test is over
                    return
                with visitor:
                    visitor.sendall(SECRET_WORD)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def heard(port: int, first: bytes = b"") -> bytes:
    """All that a client at ``port`` hears until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        said = b""
        try:
            client.sendall(first)
            while piece := client.recv(1024):
                said += piece
        except ConnectionError:
            pass
        return said


@contextmanager
def forwarding(sshd: Sshd, *options: str) -> Iterator[None]:
    """A client that forwards without any session, from when it is signed in."""
    ready = "remote forward success" if "-R" in options else "Entering interactive session"
    command = sshd.command("-v", "-N", "-oExitOnForwardFailure=yes", *options)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as client:
        assert client.stderr is not None
        try:
            for line in client.stderr:
                if ready in line:
                    break
            yield
        finally:
            client.kill()


def socks(port: int) -> bytes:
    """The request of a SOCKS 4 client for a loopback port."""
    return b"\x04\x01" + port.to_bytes(2, "big") + bytes((127, 0, 0, 1)) + b"\0"


@pytest.mark.thorough
def test_no_port_of_the_host_is_reached_through_it(door: Sshd, open_door: Sshd) -> None:
    with target() as port:
        for server, expected in ((door, False), (open_door, True)):
            local = free_port()
            with forwarding(server, "-L", f"127.0.0.1:{local}:127.0.0.1:{port}"):
                assert (SECRET_WORD in heard(local)) is expected
            local = free_port()
            with forwarding(server, "-D", f"127.0.0.1:{local}"):
                assert (SECRET_WORD in heard(local, socks(port))) is expected
            assert (SECRET_WORD.decode() in server.run("-W", f"127.0.0.1:{port}").stdout) is expected


@pytest.mark.thorough
def test_no_socket_file_of_the_host_is_reached_through_it(door: Sshd, open_door: Sshd) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as server:
        name = f"{door.folder}/database"
        server.bind(name)
        server.listen()
        server.settimeout(PATIENCE)
        local = free_port()
        with (
            forwarding(open_door, "-L", f"127.0.0.1:{local}:{name}"),
            socket.create_connection(("127.0.0.1", local)),
        ):
            server.accept()[0].close()
        server.settimeout(0)
        local = free_port()
        with forwarding(door, "-L", f"127.0.0.1:{local}:{name}"):
            assert heard(local) == b""
        with pytest.raises(BlockingIOError):
            server.accept()


def test_the_host_listens_for_nobody(door: Sshd, open_door: Sshd) -> None:
    with target() as port:
        asked = free_port()
        options = ("-N", "-oExitOnForwardFailure=yes", "-R", f"127.0.0.1:{asked}:127.0.0.1:{port}")
        refused = door.run(*options)
        assert refused.returncode == 255
        assert "remote port forwarding failed" in refused.stderr
        with forwarding(open_door, "-R", f"127.0.0.1:{asked}:127.0.0.1:{port}"):
            assert SECRET_WORD in heard(asked)


@pytest.mark.thorough
def test_neither_agent_nor_display_nor_other_settings_of_the_client_reach_a_session(tmp_path: Path) -> None:
    """``env`` in the place of the desk says what it would be given."""
    agent = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(agent)], stdout=subprocess.DEVNULL) as process:
        try:
            environment = {
                "SSH_AUTH_SOCK": str(agent),
                "DISPLAY": "127.0.0.1:99",
                "LD_PRELOAD": "/x",
                "TUI_POS_STATION": "x",
            }
            options = (
                "-A",
                "-Y",
                "-oSendEnv=LD_PRELOAD",
                "-oSendEnv=TUI_POS_STATION",
                "-oForwardX11Trusted=yes",
            )
            with serving("hardened", forced="/usr/bin/env") as door:
                given = run(door.command(*options), **environment)
            assert "TUI_POS_STATION=desk-3\n" in given.stdout
            assert "SSH_AUTH_SOCK" not in given.stdout
            assert "DISPLAY" not in given.stdout
            assert "LD_PRELOAD" not in given.stdout
            with serving("unguarded") as open_door:
                given = run(open_door.command(*options, command=["env"]), **environment)
            assert "SSH_AUTH_SOCK" in given.stdout
        finally:
            process.terminate()


@pytest.mark.thorough
def test_no_tunnel_and_no_password(door: Sshd) -> None:
    assert door.run("-N", "-oExitOnForwardFailure=yes", "-w", "any:any").returncode == 255
    refused = door.run("-oPubkeyAuthentication=no", "-v")
    assert refused.returncode == 255
    assert "Authentications that can continue: publickey\n" in refused.stderr
