"""What a landing zone needs from the place where the files lie, and which place a URL means.

Belongs here: the interface of a store, its errors and the choice by URL. A store lists, reads and moves; it
judges neither names nor completeness (``zone`` does). Each kind of store has its own module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol
from urllib.parse import unquote, urlsplit

from goldline.errors import GoldlineError, SettingsError, TransientError

CHUNK: Final = 1 << 20
SETTING: Final = "GOLDLINE_LANDING"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Kind = Literal["file", "folder", "link", "other"]


class StillChanging(TransientError):
    """A file is no longer what the listing said: someone writes to it, replaced it or took it away."""


class Unreadable(GoldlineError):
    """One file cannot be read or moved, whatever the number of attempts."""


@dataclass(frozen=True, slots=True)
class Item:
    """One name in a listing; links are not followed."""

    name: str
    kind: Kind
    size: int
    modified_at: datetime


class Store(Protocol):
    """A place with folders of files. Folders are named by their path below the root, '' being the root."""

    label: str
    """How messages call the place; never with a login."""
    skew: timedelta
    """By how much the store's clock may differ from ours."""

    def listing(self, folder: str) -> list[Item]:
        """List a folder, in any order; a folder that does not exist is empty, a missing root an error."""

    def chunks(self, folder: str, expected: Item) -> Iterator[bytes]:
        """Read a file that must be exactly what the listing said, before and after."""

    def make_folder(self, folder: str) -> None:
        """Create a folder inside an existing one, if it is missing."""

    def move(self, folder: str, expected: Item, target: str, new_name: str) -> bool:
        """Move a file and overwrite nothing; False if it is no longer what the listing said."""

    def close(self) -> None:
        """Hang up, if there is a connection; the next call connects again."""


def open_store(url: str) -> Store:
    """Return the store that a URL or a folder names. Nothing is connected or opened yet.

    Only the client library that is needed is imported: asyncssh takes half a second.

    Raises:
        SettingsError: The URL has an unknown scheme or option, or a package for it is missing.
    """
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme in {"", "file"}:
        from goldline.landing.local import LocalStore

        return LocalStore(unquote(urlsplit(url).path) if scheme else url)
    if scheme in {"sftp", "ssh"}:
        from goldline.landing.sftp import SftpStore
        from goldline.landing.sftp_address import SftpAddress

        return SftpStore(SftpAddress.parse(url))
    if scheme in {"s3", "memory"}:
        from goldline.landing import objects

        return objects.s3_store(url) if scheme == "s3" else objects.memory_store(url)
    raise SettingsError(
        f"unknown scheme {scheme!r}",
        where=SETTING,
        remedy="use a folder, sftp://user:password@host/path or s3://bucket/path",
    )


def instant(nanoseconds: int) -> datetime:
    """Return a file time as a UTC instant, to the microsecond; an absurd one as the latest there is."""
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
