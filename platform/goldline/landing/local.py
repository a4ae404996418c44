"""A landing zone in a local folder.

Belongs here: reading and moving local files so that no link is ever followed below the root. fsspec's local
file system follows links; hence file descriptors relative to the folder, and O_NOFOLLOW.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from goldline.errors import GoldlineError, TransientError
from goldline.landing.names import shown
from goldline.landing.store import CHUNK, SETTING, Item, Kind, StillChanging, Unreadable, instant

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_REFUSED_BY_KIND = frozenset({errno.ELOOP, errno.ENXIO, errno.ENODEV})


class LocalStore:
    """A folder of this machine."""

    skew = timedelta(0)

    def __init__(self, root: str) -> None:
        """Name the root folder; it may itself be reached through a link, what lies below may not."""
        self.label = str(Path(root).expanduser().absolute())

    def listing(self, folder: str) -> list[Item]:
        """List a folder without following links."""
        try:
            with self._folder(folder) as handle, os.scandir(handle) as entries:
                return [item for entry in entries if (item := _item(entry)) is not None]
        except FileNotFoundError:
            if folder:
                return []
            raise GoldlineError(
                "the landing folder does not exist",
                where=self.label,
                remedy=f"create or mount it, or correct {SETTING}",
            ) from None
        except OSError as error:
            what = f"the folder cannot be listed ({error.strerror})"
            remedy = "give Goldline's user read and search permission on it"
            raise Unreadable(what, where=self._path(folder), remedy=remedy) from None

    def chunks(self, folder: str, expected: Item) -> Iterator[bytes]:
        """Read a regular file in chunks; it is compared with the listing before and after."""
        with self._explained(folder, expected.name), self._folder(folder) as parent:
            handle = os.open(expected.name, _FILE, dir_fd=parent)
            try:
                self._same(handle, folder, expected)
                while block := os.read(handle, CHUNK):
                    yield block
                self._same(handle, folder, expected)
            finally:
                os.close(handle)

    def make_folder(self, folder: str) -> None:
        """Create a folder inside an existing one, if it is missing."""
        parent, _, name = folder.rpartition("/")
        with self._explained(parent, name), self._folder(parent) as handle:
            try:
                os.mkdir(name, 0o770, dir_fd=handle)
            except FileExistsError:
                return

    def move(self, folder: str, expected: Item, target: str, new_name: str) -> bool:
        """Rename a file into another folder; a file that changed meanwhile stays, or comes back."""
        with (
            self._explained(folder, expected.name),
            self._folder(folder) as source,
            self._folder(target) as destination,
        ):
            if _stat(expected.name, source) != expected:
                return False
            if _stat(new_name, destination) is not None:
                raise StillChanging("a file of this name is already there", where=self._path(f"{target}/{new_name}"))
            os.rename(expected.name, new_name, src_dir_fd=source, dst_dir_fd=destination)
            moved = _stat(new_name, destination)
            if moved is not None and (moved.size, moved.modified_at) == (expected.size, expected.modified_at):
                return True
            if moved is not None and _stat(expected.name, source) is None:
                os.rename(new_name, expected.name, src_dir_fd=destination, dst_dir_fd=source)
            return False

    def close(self) -> None:
        """Do nothing: nothing stays open."""

    @contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        handle = os.open(self.label, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in folder.split("/") if folder else ():
                outer, handle = handle, os.open(part, _FOLDER, dir_fd=handle)
                os.close(outer)
            yield handle
        finally:
            os.close(handle)

    def _path(self, path: str) -> str:
        return f"{self.label}/{shown(path)}" if path else self.label

    def _same(self, handle: int, folder: str, expected: Item) -> None:
        if _described(expected.name, os.fstat(handle)) != expected:
            raise StillChanging("the file is still changing", where=self._path(f"{folder}/{expected.name}"))

    @contextmanager
    def _explained(self, folder: str, name: str) -> Iterator[None]:
        where = self._path(f"{folder}/{name}")
        try:
            yield
        except FileNotFoundError:
            raise StillChanging("the file is no longer there", where=where) from None
        except (PermissionError, NotADirectoryError, IsADirectoryError) as error:
            remedy = "check type, owner and permissions of the file and of its folder"
            raise Unreadable(f"cannot be read or moved ({error.strerror})", where=where, remedy=remedy) from None
        except OSError as error:
            if error.errno in _REFUSED_BY_KIND:
                raise Unreadable("is a link or a device, not a file", where=where) from None
            remedy = "check the disk and its mount, then run again; the file stays where it is until it is taken in"
            raise TransientError(
                f"cannot be read or moved now ({error.strerror})", where=where, remedy=remedy
            ) from None


def _stat(name: str, parent: int) -> Item | None:
    try:
        return _described(name, os.stat(name, dir_fd=parent, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _item(entry: os.DirEntry[str]) -> Item | None:
    try:
        return _described(entry.name, entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None


def _described(name: str, status: os.stat_result) -> Item:
    return Item(name, _kind(status.st_mode), status.st_size, instant(status.st_mtime_ns))


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"
