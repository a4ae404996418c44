"""Backups of a home: taken while runs go on, and restored only after every byte was verified.

A backup has what cannot be made again: archive, ledger, settings, outbox and the reports of the quarantine; on request
also what is published and the warehouse, which ``goldline rebuild`` makes anew with equal digests.
"""

from __future__ import annotations

from goldline.backup.folder import BackupFolder
from goldline.backup.manifest import BackupManifest, StoredFile
from goldline.backup.restore import Restored, check, restore
from goldline.backup.take import Wanted, back_up

__all__ = [
    "BackupFolder",
    "BackupManifest",
    "Restored",
    "StoredFile",
    "Wanted",
    "back_up",
    "check",
    "restore",
]
