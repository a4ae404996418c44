"""The SFTP inbox of docker-compose.yml: sources drop their files here, each in its own folder, and see nothing else.

A source logs in under its name with its key: a line of the file of keys whose comment is that name. What arrives is the
landing zone of Goldline, which takes it in; nothing of Goldline is imported here.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import asyncssh

INBOX = Path(os.environ.get("INBOX", "/srv/inbox"))
KEYS = Path(os.environ.get("INBOX_KEYS", "/run/secrets/inbox_keys"))
PORT = int(os.environ.get("INBOX_PORT", "2222"))


def key_of(source: str) -> asyncssh.SSHAuthorizedKeys | None:
    """Return the keys with which a source may log in."""
    lines = [line for line in KEYS.read_text("utf-8").splitlines() if line.split()[2:] == [source]]
    return asyncssh.import_authorized_keys("\n".join(lines)) if lines and source.isidentifier() else None


class Inbox(asyncssh.SSHServer):
    """Lets sources in by their key alone; no shell, no forwarding."""

    def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
        """Remember the connection."""
        self._connection = connection

    def begin_auth(self, username: str) -> bool:
        """Ask for the key of the source."""
        keys = key_of(username)
        if keys:
            self._connection.set_authorized_keys(keys)
        return True

    def password_auth_supported(self) -> bool:
        """Accept no passwords."""
        return False


def folder_of(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
    """Open the folder of the source that logged in; it cannot see beyond it."""
    folder = INBOX / channel.get_extra_info("username")
    folder.mkdir(parents=True, exist_ok=True)
    return asyncssh.SFTPServer(channel, chroot=os.fsencode(folder))


def host_key() -> Path:
    """Make the server's own key once; it stays with the inbox."""
    path = INBOX / ".host_key"
    if not path.exists():
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(path)
        path.chmod(0o600)
    return path


async def main() -> None:
    """Serve until the process is ended."""
    server = await asyncssh.create_server(
        Inbox,
        "",
        PORT,
        server_host_keys=[str(host_key())],
        sftp_factory=folder_of,
        allow_scp=False,
        agent_forwarding=False,
    )
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main())
