"""A real SFTP server on loopback, in a thread of its own, that can be told to misbehave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

PASSWORD = "p@ss:word/"


@dataclass
class Server:
    """The server, and what it shall do wrong."""

    root: Path
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    port: int = 0
    cut_after: int | None = None
    """Cut the connection when so many bytes of files were read."""
    stall: bool = False
    """Never answer a read."""
    logins: int = 0
    """How often a password was sent."""
    extra_names: tuple[bytes, ...] = ()
    """Names to add to every listing."""
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)

    def url(self, known_hosts: Path, *, password: str = "p%40ss%3Aword%2F", timeout: float = 10) -> str:
        return f"sftp://shop:{password}@127.0.0.1:{self.port}/landing?known_hosts={known_hosts}&timeout={timeout}"

    def trust(self, known_hosts: Path) -> Path:
        """Write the known_hosts line of this server."""
        public = self.key.export_public_key().decode().strip()
        known_hosts.write_text(f"[127.0.0.1]:{self.port} {public}\n")
        return known_hosts


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Serve until the context ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(_listen(server), loop).result(10)
    server.port = acceptor.get_port()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_close(server, acceptor), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class _Login(asyncssh.SSHServer):
    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._server.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._server.logins += 1
        return (username, password) == ("shop", PASSWORD)


class _Files(asyncssh.SFTPServer):
    def __init__(self, server: Server, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        super().__init__(channel, chroot=bytes(server.root))
        self._server = server

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for name in super().scandir(path):
            yield name
        for extra in self._server.extra_names:
            yield asyncssh.SFTPName(extra, attrs=asyncssh.SFTPAttrs(size=1, permissions=0o100644, mtime=0, atime=0))

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        while self._server.stall:
            await asyncio.sleep(0.05)
        if self._server.cut_after is not None and offset + size > self._server.cut_after:
            self.connection.abort()
        data = super().read(file_obj, offset, size)
        assert isinstance(data, bytes)
        return data


async def _listen(server: Server) -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[server.key],
        server_factory=lambda: _Login(server),
        sftp_factory=lambda channel: _Files(server, channel),
    )


async def _close(server: Server, acceptor: asyncssh.SSHAcceptor) -> None:
    acceptor.close()
    server.stall = False
    for connection in server.connections:
        connection.abort()
    await asyncio.gather(*(connection.wait_closed() for connection in server.connections))
    await acceptor.wait_closed()
    await asyncio.sleep(0.1)
