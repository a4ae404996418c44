"""The landing zone: which delivered files are there, which are complete, and moving on those taken in.

Belongs here: judging what a store lists (name, kind, feed, completeness). Reading and moving bytes is the
store's business, keeping them the archive's. Nothing in a landing zone is ever deleted or overwritten.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256 as new_sha256
from typing import Final, Protocol

from goldline.errors import GoldlineError
from goldline.landing import names
from goldline.landing.completeness import Completeness
from goldline.landing.found import Found, Refusal, Scan
from goldline.landing.store import Item, StillChanging, Unreadable, open_store

TAKEN: Final = "taken"
LARGEST: Final = 4 << 30


class FeedPattern(Protocol):
    """What a landing zone wants to know of a feed."""

    @property
    def name(self) -> str:
        """The feed's name."""

    def match(self, filename: str) -> date | None:
        """Return the delivery day that a file name states, or None if it is no file of this feed."""


class LandingZone:
    """Folders ``<url>/<source>`` in which source systems drop their files."""

    def __init__(
        self,
        url: str,
        *,
        feeds: Mapping[str, Sequence[FeedPattern]],
        settle_seconds: float,
        move_taken: bool,
        max_bytes: int = LARGEST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open a landing zone.

        Args:
            url: A folder, or a ``file://``, ``sftp://`` or ``s3://`` URL.
            feeds: The feeds of each source; what belongs to none of them is refused.
            settle_seconds: A file unchanged for so long is complete.
            move_taken: Whether :meth:`take` moves files.
            max_bytes: Larger files are refused.
            clock: Seconds of this process, to know how long a file has been seen unchanged.
        """
        self._store = open_store(url)
        self._feeds = feeds
        self.move_taken = move_taken
        self._max_bytes = max_bytes
        self._completeness = Completeness(settle_seconds=settle_seconds, skew=self._store.skew, clock=clock)
        self._taken_names: dict[str, set[str]] = {}

    def __repr__(self) -> str:
        """Name the place without its login."""
        return f"LandingZone({self._store.label!r})"

    def scan(self, now: datetime, *, sources: Collection[str] | None = None) -> Scan:
        """Look at the whole zone, or at some sources' folders.

        Args:
            now: The present instant, with its time zone.
            sources: Only these sources; None is all.
        """
        self._taken_names.clear()
        folders, refused = self._source_folders()
        found: list[tuple[Found, bool]] = []
        for source in sorted(folders if sources is None else folders & set(sources)):
            try:
                good, bad = self._judged(source, self._store.listing(source))
            except Unreadable as error:
                good, bad = [], [Refusal(source, "", error.what)]
            refused += bad
            found += [(file, self._completeness.is_complete(file, now)) for file in good]
        return Scan(
            complete=tuple(file for file, complete in found if complete),
            growing=tuple(file for file, complete in found if not complete),
            refused=tuple(refused),
        )

    def read(self, found: Found) -> Iterator[bytes]:
        """Yield a file's bytes.

        Raises:
            StillChanging: The file is not, or no longer, as large and as old as it was found.
            Unreadable: It cannot be read at all.
            TransientError: The connection failed.
        """
        if found.size > self._max_bytes:
            raise GoldlineError(self._too_large(found.size), where=self._where(found))
        total = 0
        for block in self._store.chunks(found.source, _listed(found)):
            total += len(block)
            if total > found.size:
                break
            yield block
        if total != found.size:
            raise StillChanging(
                f"the file is still changing ({found.size} bytes became {total})", where=self._where(found)
            )

    def take(self, found: Found, *, sha256: str = "") -> bool:
        """Move a file, and its marker, to ``<source>/taken``.

        Args:
            found: The file as it was found; if it has changed since, it stays.
            sha256: Its digest, used when its name is taken already; computed if not given.

        Returns:
            Whether the file was moved.
        """
        if not self.move_taken:
            return False
        folder = f"{found.source}/{TAKEN}"
        new_name = self._free_name(found, folder, sha256)
        marker = self._completeness.marker(found)
        if marker is not None:
            self._store.move(found.source, marker, folder, new_name + names.MARKER)
        return self._store.move(found.source, _listed(found), folder, new_name)

    def close(self) -> None:
        """Hang up, if there is a connection; the next call connects again."""
        self._store.close()

    def _source_folders(self) -> tuple[set[str], list[Refusal]]:
        folders: set[str] = set()
        refused: list[Refusal] = []
        for item in self._store.listing(""):
            if item.name in self._feeds and item.kind == "folder":
                folders.add(item.name)
            elif names.objection(item.name) or not names.ignored(item.name):
                refused.append(Refusal("", names.shown(item.name), _root_reason(item, item.name in self._feeds)))
        return folders, refused

    def _judged(self, source: str, items: Iterable[Item]) -> tuple[list[Found], list[Refusal]]:
        """Split the files of one source into those to take and those refused."""
        items = sorted(items, key=lambda item: item.name)
        twins = Counter(item.name.casefold() for item in items)
        good: list[Found] = []
        bad: list[Refusal] = []
        for item in items:
            if names.objection(item.name) is None and _passed_over(item):
                continue
            verdict = self._verdict(source, item, has_twin=twins[item.name.casefold()] > 1)
            if isinstance(verdict, Found):
                good.append(verdict)
            else:
                bad.append(Refusal(source, names.shown(item.name), verdict))
        self._completeness.observe(source, items, good)
        return good, bad

    def _verdict(self, source: str, item: Item, *, has_twin: bool) -> Found | str:
        reason = names.objection(item.name) or names.not_allowed(item.name) or _KIND_REASONS.get(item.kind)
        if reason is None and has_twin:
            reason = "another name here differs only by upper and lower case"
        if reason is None and item.size > self._max_bytes:
            reason = self._too_large(item.size)
        if reason is not None:
            return reason
        matches = [(feed.name, day) for feed in self._feeds[source] if (day := feed.match(item.name)) is not None]
        if len(matches) != 1:
            return "the name fits several feeds" if matches else f"the name fits no feed of {source}"
        return Found(source, *matches[0], item.name, item.size, item.modified_at)

    def _free_name(self, found: Found, folder: str, sha256: str) -> str:
        used = self._taken_names.get(found.source)
        if used is None:
            self._store.make_folder(folder)
            used = self._taken_names[found.source] = {item.name for item in self._store.listing(folder)}
        name = found.name
        if name in used:
            digest = sha256 or self._digest(found)
            name, count = f"{found.name}.{digest[:12]}", 1
            while name in used:
                count += 1
                name = f"{found.name}.{digest[:12]}.{count}"
        used |= {name, name + names.MARKER}
        return name

    def _digest(self, found: Found) -> str:
        digest = new_sha256()
        for block in self.read(found):
            digest.update(block)
        return digest.hexdigest()

    def _too_large(self, size: int) -> str:
        return f"the file is too large ({size} bytes, at most {self._max_bytes})"

    def _where(self, found: Found) -> str:
        return f"{self._store.label}/{found.source}/{found.name}"


_KIND_REASONS: Final = {
    "folder": "it is a folder, not a file",
    "link": "it is a link, not a file",
    "other": "it is a device, a pipe or a socket, not a file",
}


def _passed_over(item: Item) -> bool:
    return names.ignored(item.name) or (item.kind == "folder" and item.name == TAKEN)


def _listed(found: Found) -> Item:
    return Item(found.name, "file", found.size, found.modified_at)


def _root_reason(item: Item, is_source: bool) -> str:
    if is_source:
        return f"the source's folder is not a folder: {_KIND_REASONS.get(item.kind, 'it is a file')}"
    return "no contract names a source of this name" if item.kind == "folder" else "it lies outside a source's folder"
