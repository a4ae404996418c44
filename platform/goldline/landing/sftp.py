"""A landing zone on an SFTP server.

Belongs here: the connection (made by sshfs on fsspec's event loop), time limits and what each failure
means. The file operations are asyncssh's own rather than sshfs's: those follow links, overwrite on a move
and fall back to copying and deleting.
"""

from __future__ import annotations

import stat
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, Final, TypeVar

import asyncssh
from asyncssh.sftp import SFTPNoSuchFile, SFTPNoSuchPath, SFTPPermissionDenied
from fsspec.asyn import sync
from sshfs import SSHFileSystem

from goldline.errors import GoldlineError, TransientError
from goldline.landing.names import shown
from goldline.landing.sftp_address import SftpAddress
from goldline.landing.store import CHUNK, SETTING, Item, Kind, StillChanging, Unreadable, instant

T = TypeVar("T")
_MISSING: Final = (SFTPNoSuchFile, SFTPNoSuchPath, FileNotFoundError)
_EXPECTED: Final = (asyncssh.Error, OSError, TimeoutError)
_LISTING_TIMEOUTS: Final = 10
"""How many time limits the listing of one folder may take: a long one is many round trips."""


class SftpStore:
    """A folder of an SFTP server. It connects when first needed, and again after a failure."""

    skew = timedelta(minutes=5)

    def __init__(self, address: SftpAddress) -> None:
        """Keep the address; nothing is connected yet."""
        self._address = address
        self.label = f"sftp://{address.host}:{address.port}{address.path}"
        self._files: SSHFileSystem | None = None
        self._client: asyncssh.SFTPClient | None = None

    def listing(self, folder: str) -> list[Item]:
        """List a folder; links are reported as links, if the server tells."""

        async def names(client: asyncssh.SFTPClient) -> list[asyncssh.SFTPName]:
            return list(await client.readdir(self._path(folder)))

        try:
            found = self._run(names, folder, limit=_LISTING_TIMEOUTS * self._address.timeout)
        except StillChanging:
            if folder:
                return []
            raise GoldlineError(
                "the landing folder does not exist", where=self.label, remedy=f"correct {SETTING}"
            ) from None
        return [_item(str(entry.filename), entry.attrs) for entry in found if entry.filename not in {".", ".."}]

    def chunks(self, folder: str, expected: Item) -> Iterator[bytes]:
        """Read a regular file in chunks; it is compared with the listing before and after."""
        path = f"{folder}/{expected.name}"

        async def opened(client: asyncssh.SFTPClient) -> Any:
            await self._same(client, path, expected)
            return await client.open(self._path(path), "rb")

        handle = self._run(opened, path)
        client = self._client
        try:
            while block := self._run(lambda _: handle.read(CHUNK), path):
                yield block
            self._run(lambda now: self._same(now, path, expected), path)
        finally:
            if client is not None and self._client is client:
                self._run(lambda _: handle.close(), path)

    def make_folder(self, folder: str) -> None:
        """Create a folder inside an existing one, if it is missing."""

        async def make(client: asyncssh.SFTPClient) -> None:
            if not await client.exists(self._path(folder)):
                await client.mkdir(self._path(folder))

        self._run(make, folder)

    def move(self, folder: str, expected: Item, target: str, new_name: str) -> bool:
        """Rename a file into another folder; a file that changed meanwhile stays, or comes back."""
        old, new = f"{folder}/{expected.name}", f"{target}/{new_name}"

        async def renamed(client: asyncssh.SFTPClient) -> bool:
            if await self._described(client, old, expected.name) != expected:
                return False
            if await client.lexists(self._path(new)):
                raise StillChanging("a file of this name is already there", where=self._shown(new))
            await client.rename(self._path(old), self._path(new))
            if await self._described(client, new, expected.name) == expected:
                return True
            await client.rename(self._path(new), self._path(old))
            return False

        try:
            return self._run(renamed, old)
        except StillChanging:
            return False

    def close(self) -> None:
        """Hang up; the next call connects again."""
        files, self._files, self._client = self._files, None, None
        if files is not None:
            files.loop.call_soon_threadsafe(files.client.abort)

    def _connected(self) -> tuple[SSHFileSystem, asyncssh.SFTPClient]:
        if self._files is None or self._client is None:
            address = self._address
            self._files = SSHFileSystem(address.host, skip_instance_cache=True, **address.connection_options())
            start = self._files.client.start_sftp_client
            self._client = sync(self._files.loop, start, timeout=address.timeout, path_errors="surrogateescape")
        return self._files, self._client

    def _run(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]], path: str, *, limit: float | None = None) -> T:
        try:
            files, client = self._connected()
            result: T = sync(files.loop, work, client, timeout=limit or self._address.timeout)
        except _EXPECTED as error:
            raise self._explained(error, path) from None
        return result

    def _explained(self, error: BaseException, path: str) -> GoldlineError:
        where = self._shown(path)
        if isinstance(error, _MISSING):
            return StillChanging("the file is no longer there", where=where)
        if isinstance(error, SFTPPermissionDenied):
            return Unreadable(
                "the server denies access", where=where, remedy="check owner and permissions on the server"
            )
        if isinstance(error, asyncssh.SFTPError) and not isinstance(error, _CUT):
            return TransientError(f"the server reports a failure ({type(error).__name__})", where=where)
        self.close()
        return _connection_failure(error, self.label, self._address)

    async def _same(self, client: asyncssh.SFTPClient, path: str, expected: Item) -> None:
        if await self._described(client, path, expected.name) != expected:
            raise StillChanging("the file is still changing", where=self._shown(path))

    async def _described(self, client: asyncssh.SFTPClient, path: str, name: str) -> Item:
        return _item(name, await client.lstat(self._path(path)))

    def _path(self, path: str) -> str:
        return f"{self._address.path}/{path}" if path else self._address.path or "/"

    def _shown(self, path: str) -> str:
        return shown(f"{self.label}/{path}")


_CUT: Final = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)


def _connection_failure(error: BaseException, label: str, address: SftpAddress) -> GoldlineError:
    if isinstance(error, (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed)):
        known_hosts = address.known_hosts or "~/.ssh/known_hosts"
        return GoldlineError(
            f"the server's host key is not the one in {known_hosts}; nothing was sent or read",
            where=label,
            remedy="ask the server's operator for the new fingerprint; replace the line only if it is theirs",
        )
    if isinstance(error, (asyncssh.PermissionDenied, PermissionError)):
        return GoldlineError(
            "the server refuses the login", where=label, remedy=f"check user and password or key in {SETTING}"
        )
    if isinstance(error, TimeoutError):
        return TransientError(f"no answer within {address.timeout:g} s", where=label)
    return TransientError(f"the connection failed ({type(error).__name__})", where=label)


def _item(name: str, attributes: asyncssh.SFTPAttrs) -> Item:
    seconds = attributes.mtime or 0
    kind = _kind(attributes.permissions) if attributes.size is not None else "other"
    return Item(name, kind, attributes.size or 0, instant(seconds * 1_000_000_000 + (attributes.mtime_ns or 0)))


def _kind(mode: int | None) -> Kind:
    if mode is None:
        return "other"
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"
