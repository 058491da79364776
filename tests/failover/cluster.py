"""Two PostgreSQL servers on loopback: one leads, the other follows synchronously and takes over when it dies.

What an agent such as Patroni does is done here by hand: a promotion, a new base backup for the one that died,
and synchronous commits whenever a follower streams.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.fixtures.postgresql import PASSWORD, USER, PostgresqlServer, binaries
from tests.fixtures.tcp_proxy import Proxy

NAME = "program"
PATIENCE = 60.0

FOLLOWER = """
port = {port}
unix_socket_directories = '{directory}'
synchronous_standby_names = ''
"""
"""What a base backup must not take over from its leader. Alone after a promotion, it waits for nobody."""


class Node(PostgresqlServer):
    """One of the two; ``leader`` is whom a new one is copied from."""

    def __init__(self, folder: Path, leader: "Node | None" = None) -> None:
        self.leader = leader
        found = binaries()
        assert found is not None
        folder.mkdir()
        super().__init__(found, folder)

    def make(self) -> None:
        """A fresh cluster, or a copy of the leader that follows it."""
        if self.leader is None:
            super().make()
            return
        source = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.leader.port}/"
        self.run(
            *("pg_basebackup", f"--dbname={source}", f"--pgdata={self.directory}/data", "--no-sync"),
            *("--checkpoint=fast", "--write-recovery-conf", "--wal-method=stream"),
        )
        with (self.directory / "data/postgresql.auto.conf").open("a") as conf:
            conf.write(FOLLOWER.format(port=self.port, directory=self.directory))

    def kill(self) -> None:
        """End all of it at once, as when the machine loses its power."""
        postmaster = int((self.directory / "data/postmaster.pid").read_text().split()[0])
        children = [
            pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _parent(pid) == postmaster
        ]
        for pid in (postmaster, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.forget()

    def promote(self) -> None:
        """Lead from now on; returns when it takes writes."""
        self.run("pg_ctl", f"--pgdata={self.directory}/data", "promote", "--wait", "--silent")

    def follow(self, leader: "Node") -> None:
        """Come back, as a fresh copy of ``leader``, and commit there only what is here too."""
        shutil.rmtree(self.directory / "data")
        self.leader = leader
        self.make()
        self.start()
        leader.wait_for_follower()

    def wait_for_follower(self) -> None:
        """From now on every commit here waits for the follower, which must be there."""
        deadline = time.monotonic() + PATIENCE
        look = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
        while self.psql("postgres", f"--command={look}").strip() != "1":
            assert time.monotonic() < deadline, "the follower does not stream"
            time.sleep(0.05)
        self.psql(
            "postgres",
            "--command=ALTER SYSTEM SET synchronous_standby_names = '*'",
            "--command=SELECT pg_reload_conf()",
        )
        state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        while self.psql("postgres", f"--command={state}").strip() != "1":
            assert time.monotonic() < deadline, "the follower is not synchronous"
            time.sleep(0.05)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Cluster:
    """Both nodes, each behind a proxy; ``url`` names both."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.leader = Node(folder / "one")
        stack.callback(lambda: self.leader.stop())
        self.leader.start()
        self._folder = folder
        self._stack = stack
        self._proxies: dict[Node, Proxy] = {}
        self.url = ""

    def double(self) -> None:
        """Add the follower, once the leader holds the database that is to be served."""
        self.follower = Node(self._folder / "two", self.leader)
        self._stack.callback(lambda: self.follower.stop())
        self.follower.start()
        self.leader.wait_for_follower()
        for node in (self.leader, self.follower):
            self._proxies[node] = self._stack.enter_context(Proxy(node.port))
        hosts = ",".join(f"127.0.0.1:{proxy.port}" for proxy in self._proxies.values())
        self.url = f"postgresql://{USER}:{PASSWORD}@{hosts}/{NAME}?target_session_attrs=read-write"

    def fail_over(self) -> None:
        """Promote the follower of a leader that was killed."""
        self.follower.promote()
        self.leader, self.follower = self.follower, self.leader

    def heal(self) -> None:
        """Bring the dead one back as the follower."""
        self.follower.follow(self.leader)

    def swallow(self) -> None:
        """The next commit at whoever leads is done and not answered."""
        self._proxies[self.leader].swallow()

    @property
    def swallowed(self) -> int:
        """How many commits were not answered."""
        return sum(proxy.swallowed for proxy in self._proxies.values())


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A leader alone; fill it, then ``double`` it."""
    folder = Path(tempfile.mkdtemp(prefix="tui-pos-failover-"))
    folder.chmod(0o755)
    try:
        with ExitStack() as stack:
            yield Cluster(folder, stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
