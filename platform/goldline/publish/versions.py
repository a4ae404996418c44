"""Versions of the published snapshot: listing them, going back to one, and proving that one is intact.

Making a version is in ``snapshot``, querying it in ``reader``.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from goldline.errors import GoldlineError, IntegrityError
from goldline.publish.digest import total
from goldline.publish.folder import NEVER_PUBLISHED, PublishedFolder, number
from goldline.publish.manifest import Manifest
from goldline.publish.parts import file_hash


def list_versions(folder: Path) -> list[Manifest]:
    """Return the manifests of all intact versions, oldest first; leftovers of a killed publish are none."""
    found = (_readable(folder, name) for name in _switched_to(folder))
    return [manifest for manifest in found if manifest]


def damaged_versions(folder: Path) -> list[str]:
    """Return the versions whose manifest cannot be read, oldest first."""
    return [name for name in _switched_to(folder) if _readable(folder, name) is None]


def current(folder: Path) -> Manifest:
    """Return the current version's manifest.

    Raises:
        GoldlineError: Nothing has been published yet.
    """
    published = PublishedFolder(folder)
    pointer = published.pointer()
    if pointer is None:
        raise GoldlineError("nothing has been published yet", where=str(folder), remedy=NEVER_PUBLISHED)
    return Manifest.read(published.version_path(pointer.version))


def restore(folder: Path, version: str, *, now: datetime) -> Manifest:
    """Make an earlier version the current one again, if it is intact, and record that.

    Later versions stay, and the next publish gets a number of its own.

    Raises:
        GoldlineError: There is no such version.
        IntegrityError: The version is damaged.
        TransientError: Another process is publishing.
    """
    published = PublishedFolder(folder)
    with published.writing():
        manifest = verify(folder, version)
        published.switch(version, highest=published.highest(), action="restored", at=now)
    return manifest


def verify(folder: Path, version: str) -> Manifest:
    """Prove that a version is what its manifest says: bytes, rows, sums and digests.

    Raises:
        GoldlineError: There is no such version.
        IntegrityError: Something differs; the message names the table.
    """
    published = PublishedFolder(folder)
    path = published.version_path(version)
    try:
        manifest = Manifest.read(path)
    except FileNotFoundError:
        known = ", ".join(published.versions()) or "none"
        raise GoldlineError(
            f"there is no version {version}", where=str(folder), remedy=f"versions there are: {known}"
        ) from None
    for name, table in manifest.tables.items():
        for part in table.parts:
            file = path / part.file
            if not file.is_file() or file_hash(file) != part.sha256:
                raise _damaged(name, version, f"{part.file} is not the file that was published")
        found = total(part.content for part in table.parts)
        if (found.rows, found.sums) != (table.rows, table.sums) or found.digest(
            table.types, operational=table.operational
        ) != table.digest:
            raise _damaged(name, version, "its content is not what was published")
    return manifest


def _switched_to(folder: Path) -> list[str]:
    published = PublishedFolder(folder)
    highest = published.highest()
    return [name for name in published.versions() if number(name) <= highest]


def _readable(folder: Path, version: str) -> Manifest | None:
    try:
        return Manifest.read(PublishedFolder(folder).version_path(version))
    except (IntegrityError, FileNotFoundError):
        return None


def _damaged(table: str, version: str, what: str) -> IntegrityError:
    return IntegrityError(
        f"published table {table} is damaged: {what}",
        where=version,
        remedy="restore another version with 'goldline publish restore', or publish again",
    )
