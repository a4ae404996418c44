"""Restoring a backup: everything is read and verified first, then written beside the home's parts, then put in place.

What lay in the home is moved aside, never deleted. A restore that is killed has changed nothing, or can be repeated.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from goldline import faultpoint
from goldline.alerts.store import FILE_NAME as OUTBOX
from goldline.backup.folder import BackupFolder
from goldline.backup.manifest import BackupManifest, StoredFile
from goldline.backup.parts import PRIVATE
from goldline.backup.settings_file import NAME as SETTINGS
from goldline.deliver import FOR_GOOD
from goldline.errors import GoldlineError, IntegrityError
from goldline.fencing import Fence
from goldline.home import Home
from goldline.landing.durable import make_folder
from goldline.landing.events import Refused
from goldline.landing.ledger import Ledger
from goldline.publish.sealed import sync_file, sync_folder
from goldline.warehouse.lease import Lease

Progress = Callable[[str, int, int], None]
CHUNK = 1 << 20
STAGING = "restoring"
NOT_IN_THE_WAY = frozenset({"landing", "log", STAGING})
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Damage:
    """A file of a backup that is not what it was."""

    file: StoredFile
    found: str

    def __str__(self) -> str:
        """Name the file and both checksums."""
        return f"{self.file.path}: expected {self.file.sha256}, found {self.found or 'no file'}"


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        manifest: The backup.
        moved_aside: Where the home's earlier parts are; None if there were none.
        not_kept: Names of files whose bytes were removed from the backup on purpose.
        other_contracts: Sources whose contract is not the one of the backup.
    """

    manifest: BackupManifest
    moved_aside: Path | None
    not_kept: tuple[str, ...]
    other_contracts: tuple[str, ...]


def check(folder: BackupFolder, name: str = "", *, progress: Progress) -> tuple[BackupManifest, list[Damage]]:
    """Read every file of a backup and compare it with its checksum."""
    with folder.reading():
        manifest = folder.read(name)
        return manifest, list(_damages(folder, manifest, progress))


def restore(
    folder: BackupFolder, home: Home, *, name: str = "", force: bool = False, now: datetime, progress: Progress
) -> Restored:
    """Write a backup into a home.

    Raises:
        IntegrityError: Something in the backup is damaged; nothing was written.
        GoldlineError: The home is not empty, and ``force`` was not given.
        TransientError: A run is writing the home, or a backup the folder.
    """
    place = home.settings.home
    with folder.reading():
        manifest = folder.read(name)
        _require_empty(place, force=force)
        damages = list(_damages(folder, manifest, progress))
        if damages:
            raise _refused(folder, manifest, damages)
        make_folder(place)
        lease = Lease.of(home.warehouse_file) if home.warehouse_file else None
        try:
            if lease:
                lease.outnumber(max(home.ledger.fence.newest(), home.published_fence.newest()))
            staging = _staged(folder, manifest, place, progress)
            faultpoint.reach("restore.staged")
            aside = _put_in_place(staging, home, place / f"before-restore-{now:%Y%m%dT%H%M%SZ}")
            not_kept = _settle(home, folder.discarded())
            if lease:
                with Fence(home.settings.ledger_dir).passing(lease):
                    pass
        finally:
            if lease:
                lease.release()
    _log.info("backup.restored", extra={"backup": manifest.backup, "files": len(manifest.files)})
    known = {source: contract.digest for source, contract in home.contracts.items()}
    others = tuple(s for s, digest in sorted(manifest.contracts.items()) if known.get(s) != digest)
    return Restored(manifest, aside, not_kept, others)


def _damages(folder: BackupFolder, manifest: BackupManifest, progress: Progress) -> Iterator[Damage]:
    discarded = folder.discarded()
    for done, file in enumerate(manifest.files, 1):
        found = folder.objects.digest(file.sha256)
        if found != file.sha256 and file.sha256 not in discarded:
            yield Damage(file, found)
        progress("verify the backup", done, len(manifest.files))


def _require_empty(place: Path, *, force: bool) -> None:
    found = sorted(path.name for path in place.iterdir() if path.name not in NOT_IN_THE_WAY) if place.exists() else []
    if found and not force:
        raise GoldlineError(
            f"the home is not empty: it has {', '.join(found[:6])}",
            where=str(place),
            remedy="name an empty folder with --into, or say --force: what is there is moved aside, not deleted",
        )


def _refused(folder: BackupFolder, manifest: BackupManifest, damages: list[Damage]) -> IntegrityError:
    shown = "; ".join(map(str, damages[:10]))
    more = f"; and {len(damages) - 10} more" if len(damages) > 10 else ""
    others = ", ".join(reversed([n for n in folder.names() if n != manifest.backup])) or "none"
    return IntegrityError(
        f"{len(damages)} of {len(manifest.files)} files are damaged, nothing was restored: {shown}{more}",
        where=f"backup {manifest.backup} in {folder.path}",
        remedy="put these files back from another copy of this folder; or restore another backup with --backup"
        f" (there are: {others}); or, while the home is whole, mend it with 'goldline backup {folder.path} --deep'",
    )


def _staged(folder: BackupFolder, manifest: BackupManifest, place: Path, progress: Progress) -> Path:
    """Write every file below a folder of its own, durably."""
    staging = place / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o750)
    discarded, folders = folder.discarded(), set()
    for done, file in enumerate(manifest.files, 1):
        target = staging / file.path
        if not target.resolve().is_relative_to(staging.resolve()):
            raise IntegrityError("a path leads out of the home", where=f"backup {manifest.backup}: {file.path}")
        if file.sha256 in discarded:
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        folders.add(target.parent)
        with folder.objects.open(file.sha256) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, CHUNK)
        target.chmod(_mode(file.path))
        sync_file(target)
        progress("restore", done, len(manifest.files))
    for each in sorted(folders):
        sync_folder(each)
    return staging


def _mode(path: str) -> int:
    if path == SETTINGS or path.startswith(PRIVATE):  # passwords, who may see what, who exported what
        return 0o600
    return 0o440 if path.startswith("archive/") else 0o640


def _put_in_place(staging: Path, home: Home, aside: Path) -> Path | None:
    """Move the home's parts aside, and those of the backup to their place."""
    place = home.settings.home
    names = [path.name for path in sorted(staging.iterdir())]
    replaced = {place / name for name in names if name != "dagster"}
    warehouse = home.warehouse_file
    if warehouse:  # it holds what another ledger says
        replaced |= {warehouse, warehouse.with_name(warehouse.name + ".wal")}
    found = sorted(path for path in replaced if path.exists())
    if found:
        aside.mkdir()
    for path in found:
        path.rename(aside / path.name if path.parent == place else path.with_name(f"{path.name}.{aside.name}"))
    for name in names:
        if name == "dagster":
            (place / name).mkdir(exist_ok=True)
            for path in (staging / name).iterdir():
                path.replace(place / name / path.name)
        else:
            (staging / name).rename(place / name)
    shutil.rmtree(staging)
    sync_folder(place)
    return aside if found else None


def _settle(home: Home, discarded: set[str]) -> tuple[str, ...]:
    """Record which bytes were not kept, and let the alerts begin anew: Dagster's history is not in a backup."""
    ledger = Ledger(home.settings.ledger_dir)
    states = ledger.states()
    kept = [entry for entry in ledger.entries() if states[entry.sequence].contract != FOR_GOOD]
    lost = [entry for entry in kept if entry.sha256 in discarded or not home.archive.path(entry.sha256).exists()]
    why = ("its bytes were not kept, because they hold personal data in clear",)
    ledger.append([Refused(entry=e.sequence, run_id="", reasons=why, contract=FOR_GOOD) for e in lost])
    outbox = home.settings.outbox_dir / OUTBOX
    if outbox.exists():
        with closing(sqlite3.connect(outbox)) as db, db:
            db.execute("delete from cursors where name like 'dagster:%'")
    return tuple(entry.name for entry in lost)
