"""A landing zone in an object store (S3), through any synchronous fsspec file system.

Belongs here: what differs where there are no folders, links or renames. An object appears whole; a move is
a copy followed by the removal of the original, and the original is removed only when the copy has its size.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import fsspec
from fsspec.spec import AbstractFileSystem

from goldline.errors import SettingsError, TransientError
from goldline.landing.names import shown
from goldline.landing.store import CHUNK, SETTING, Item, Kind, StillChanging, Unreadable

_UNKNOWN = datetime.max.replace(tzinfo=UTC)


class ObjectStore:
    """A prefix of an fsspec file system."""

    skew = timedelta(0)

    def __init__(
        self, files: AbstractFileSystem, root: str, *, label: str, failures: tuple[type[Exception], ...] = ()
    ) -> None:
        """Take a file system, a prefix in it, and what its client library raises when a retry may help."""
        self.label = label
        self._files, self._root = files, root.rstrip("/")
        self._transient: tuple[type[Exception], ...] = (OSError, *failures)

    def listing(self, folder: str) -> list[Item]:
        """List a prefix, never from a cache."""
        with self._explained(folder):
            try:
                return [
                    _item(info) for info in self._files.ls(self._path(folder), detail=True, refresh=True) if _name(info)
                ]
            except FileNotFoundError:
                return []

    def chunks(self, folder: str, expected: Item) -> Iterator[bytes]:
        """Read an object in chunks; it is compared with the listing before and after."""
        path = f"{folder}/{expected.name}"
        with self._explained(path):
            self._same(path, expected)
            with self._files.open(self._path(path), "rb") as stream:
                while block := stream.read(CHUNK):
                    yield block
            self._same(path, expected)

    def make_folder(self, folder: str) -> None:
        """Do nothing: object stores have no folders of their own."""

    def move(self, folder: str, expected: Item, target: str, new_name: str) -> bool:
        """Copy an object, then remove the original if the copy is as large."""
        old, new = f"{folder}/{expected.name}", f"{target}/{new_name}"
        with self._explained(old):
            if self._current(old) != expected:
                return False
            if self._files.exists(self._path(new)):
                raise StillChanging("an object of this name is already there", where=shown(f"{self.label}/{new}"))
            self._files.cp_file(self._path(old), self._path(new))
            if self._current(new).size != expected.size or self._current(old) != expected:
                return False
            self._files.rm_file(self._path(old))
            return True

    def close(self) -> None:
        """Do nothing: fsspec keeps its own connections."""

    def _current(self, path: str) -> Item:
        self._files.invalidate_cache()
        return _item(self._files.info(self._path(path)))

    def _same(self, path: str, expected: Item) -> None:
        if self._current(path) != expected:
            raise StillChanging("the object is still changing", where=shown(f"{self.label}/{path}"))

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        where = shown(f"{self.label}/{path}")
        try:
            yield
        except FileNotFoundError:
            raise StillChanging("the object is no longer there", where=where) from None
        except PermissionError:
            raise Unreadable("the store denies access", where=where, remedy="check the access key's rights") from None
        except self._transient as error:
            raise TransientError(f"the store failed ({type(error).__name__})", where=where) from None


def memory_store(url: str) -> ObjectStore:
    """Return a store in this process's memory, for trying things out."""
    return ObjectStore(fsspec.filesystem("memory"), f"/{url.removeprefix('memory://').strip('/')}", label=url)


def s3_store(url: str) -> ObjectStore:
    """Return the store of ``s3://bucket/path``; credentials come from the usual AWS settings.

    Raises:
        SettingsError: The package for it is not installed, or the URL has an unknown option.
    """
    parts = urlsplit(url)
    endpoint = parse_qs(parts.query).get("endpoint_url", [None])[-1]
    if not parts.hostname or parts.username or (parts.query and endpoint is None):
        raise SettingsError(
            "not a valid S3 address", where=SETTING, remedy="write s3://bucket/path?endpoint_url=https://..."
        )
    if importlib.util.find_spec("s3fs") is None:
        raise SettingsError("s3:// needs the package s3fs", where=SETTING, remedy="install goldline[s3]")
    failure: type[Exception] = importlib.import_module("botocore.exceptions").BotoCoreError
    limits = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}}
    client: dict[str, Any] = {"endpoint_url": endpoint} if endpoint else {}
    files = fsspec.filesystem(
        "s3", use_listings_cache=False, skip_instance_cache=True, config_kwargs=limits, client_kwargs=client
    )
    return ObjectStore(
        files,
        f"{parts.hostname}{parts.path}",
        label=f"s3://{parts.hostname}{parts.path}",
        failures=(failure,),
    )


def _name(info: dict[str, Any]) -> str:
    return str(info["name"]).rstrip("/").rpartition("/")[2]


def _item(info: dict[str, Any]) -> Item:
    changed = info.get("LastModified") or info.get("created") or _UNKNOWN
    modified_at = datetime.fromtimestamp(changed, UTC) if isinstance(changed, float) else changed
    kind: Kind = "folder" if info["type"] == "directory" else "file"
    return Item(_name(info), kind, int(info.get("size") or 0), modified_at.replace(tzinfo=modified_at.tzinfo or UTC))
