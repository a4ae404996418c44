"""What one backup says about itself: when, of what, and the checksum of every file in it.

Only the record. Where backups are kept is in ``folder``.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredFile(_Record):
    """A file of the home: its path there, and the name of its content in the backup."""

    path: str
    sha256: str
    bytes: int


class BackupManifest(_Record):
    """One backup.

    Attributes:
        backup: Its name, which is the time at which it was begun.
        created_at: The same as a time.
        goldline: The version that took it.
        contracts: The digest of each source's contract; with others, a rebuild may give other rows.
        events: How many events of the ledger are in it.
        parts: What it holds besides archive and ledger.
        files: Every file.
    """

    backup: str
    created_at: datetime
    goldline: str
    contracts: dict[str, str]
    events: int
    parts: tuple[str, ...]
    files: tuple[StoredFile, ...]

    @property
    def bytes(self) -> int:
        """The size of everything in it."""
        return sum(file.bytes for file in self.files)
