"""The commands of the README's "A real conference", typed one after the other in an empty home."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
PORT = 12111
"""That of the simulator: the README names none."""
END = "=== done: "
ALONE = ["unshare", "--map-root-user", "--net", "bash", "-c", "ip link set lo up && exec bash"]
"""A shell with a network of its own, whose ports nobody else has."""


def commands() -> list[str]:
    """Each with the lines that belong to it, as a shell gets them."""
    block = README.read_text("utf-8").split("<!-- a real conference -->\n")[1].split("\n\n")[0]
    lines = iter(re.sub(r"^    ", "", block, flags=re.MULTILINE).splitlines())
    found = []
    for line in lines:
        command = line
        while command.endswith("\\"):
            command = f"{command}\n{next(lines)}"
        if "<<END" in line:
            while not command.endswith("\nEND"):
                command = f"{command}\n{next(lines)}"
        found.append(command)
    return found


class Shell:
    """Somebody who types, and reads what is said until the prompt comes back."""

    def __init__(self, argv: list[str], home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUI_POS", "XDG"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._process = subprocess.Popen(
            argv,
            cwd=home,
            env=kept | {"HOME": str(home), "PATH": path},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._keys, self._screen = self._process.stdin, self._process.stdout

    def type(self, command: str) -> tuple[int, str]:
        """The exit status, and all that was said."""
        self._keys.write(f"{command}\necho '{END}'$?\n")
        self._keys.flush()
        said = ""
        for line in self._screen:
            if END in line:
                return int(line.partition(END)[2]), said + line.partition(END)[0]
            said += line
        raise AssertionError(f"the shell ended: {said}")

    def wait_for(self, text: str, said: str) -> None:
        """Read on until a command in the background has said ``text``, unless it has already."""
        while text not in said:
            line = self._screen.readline()
            assert line, f"the shell ended: {said}"
            said += line

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        for pipe in (self._keys, self._screen):
            pipe.close()


def is_possible(argv: list[str]) -> bool:
    return (
        shutil.which("unshare") is not None
        and not subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
    )


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    alone = is_possible(ALONE)
    if not alone:
        with socket.socket() as port:
            if port.connect_ex(("127.0.0.1", PORT)) == 0:
                pytest.skip(f"something listens on port {PORT}, and no network of its own can be had")
    opened = Shell(ALONE if alone else ["bash"], tmp_path)
    try:
        yield opened
    finally:
        opened.type("kill %1; wait")
        opened.close()


@pytest.mark.thorough
def test_an_empty_home_becomes_a_conference_that_sells(shell: Shell) -> None:
    said: list[str] = []
    for command in commands():
        references = re.findall(r"ORD-\w+", "".join(said))
        typed = command.replace("ORD-...", references[-1]) if "ORD-..." in command else command
        status, told = shell.type(typed)
        assert status == 0, (typed, told)
        said.append(told)
        if command.startswith("tui-pos simulator"):
            shell.wait_for("Simulator listening", told)
    told = "".join(said)
    for expected in (
        "Made the conference heron-2027.",
        "2 added",
        "1 added, 0 changed, 0 left, 0 refused",
        "Zoë Åkerlund  checked in",
        "the books agree with Stripe",
        "tenders,",
    ):
        assert expected in told, told
    sums = re.findall(r"^tenders,[^,]*,,,,(\w+),,,,,,([\d.]+)", told, flags=re.MULTILINE)
    assert dict(sums) == {"cash": "25.00", "card": "250.00", "web_site": "250.00"}
