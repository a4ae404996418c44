"""Old files: published versions, files taken in, reports of the quarantine, the log.

A delivered file goes only if the archive has its bytes, intact; or if they must not be kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from goldline.deliver import FOR_GOOD
from goldline.home import Home
from goldline.landing.zone import TAKEN
from goldline.publish.folder import PublishedFolder
from goldline.retention.pruned import Pruned

_LOG = re.compile(r"goldline-(\d{4}-\d{2}-\d{2})(?:\.\d+)?\.log")


def prune_versions(home: Home, now: datetime, is_rehearsal: bool) -> list[Pruned]:  # noqa: ARG001 - counted, not aged
    """Remove published versions beyond the number to keep; never the current one, nor one that somebody reads."""
    folder = PublishedFolder(home.settings.published_dir)
    if folder.pointer() is None:
        return []
    keep = home.settings.keep_versions
    if is_rehearsal:
        return [Pruned("published versions", max(len(folder.versions()) - max(keep, 2), 0))]
    with folder.writing():
        return [Pruned("published versions", len(folder.prune(keep)))]


def prune_taken(home: Home, now: datetime, is_rehearsal: bool) -> list[Pruned]:
    """Remove files from ``taken/`` of a local landing zone, sooner where they hold personal data in clear."""
    if "://" in home.settings.landing_url:
        return []
    settings, states = home.settings, home.ledger.states()
    clear = {e.sha256 for e in home.ledger.entries() if states[e.sequence].contract == FOR_GOOD}
    usual, bad, kept = [], [], 0
    youngest = now - timedelta(days=min(settings.keep_taken_days, settings.keep_clear_days))
    for path in _older(sorted(Path(settings.landing_url).glob(f"*/{TAKEN}/*")), youngest):
        digest = _digest(path)
        if digest in clear:
            bad += list(_older([path], now - timedelta(days=settings.keep_clear_days)))
        elif old := list(_older([path], now - timedelta(days=settings.keep_taken_days))):
            is_safe = home.archive.has(digest)
            usual += old if is_safe else []
            kept += not is_safe
    note = f"{kept} are not in the archive and stay" if kept else ""
    return [
        _removed("files taken in", usual, is_rehearsal, note),
        _removed("files with personal data in clear", bad, is_rehearsal),
    ]


def prune_quarantine(home: Home, now: datetime, is_rehearsal: bool) -> list[Pruned]:
    """Remove old reports on files of which a newer version came."""
    newest = {entry.sequence for entry in home.ledger.newest().values()}
    superseded = [
        path
        for path in sorted(home.settings.quarantine_dir.glob("*/*.json"))
        if (number := path.stem.rpartition("_")[2]).isdigit() and int(number) not in newest
    ]
    old = _older(superseded, now - timedelta(days=home.settings.keep_quarantine_days))
    return [_removed("reports of the quarantine", old, is_rehearsal)]


def prune_logs(home: Home, now: datetime, is_rehearsal: bool) -> list[Pruned]:
    """Remove the log of old days."""
    first = (now.astimezone(UTC) - timedelta(days=home.settings.keep_log_days)).date()
    named = ((path, _LOG.fullmatch(path.name)) for path in sorted(home.settings.log_dir.glob("*.log")))
    old = [path for path, found in named if found and date.fromisoformat(found[1]) < first]
    return [_removed("log files", old, is_rehearsal)]


def older_files(paths: Iterable[Path], before: datetime) -> list[Path]:
    """Return the files that have not changed since, in content or place."""
    return list(_older(paths, before))


def _older(paths: Iterable[Path], before: datetime) -> Iterator[Path]:
    """Yield files older than a moment; moving a file counts, so that one taken today is of today."""
    for path in paths:
        with suppress(FileNotFoundError):
            status = path.lstat()
            if path.is_file() and max(status.st_ctime, status.st_mtime) < before.timestamp():
                yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _removed(what: str, paths: Iterable[Path], is_rehearsal: bool, note: str = "") -> Pruned:
    count = size = 0
    for path in paths:
        with suppress(FileNotFoundError):
            size += path.lstat().st_size
            count += 1
            if not is_rehearsal:
                path.unlink()
    return Pruned(what, count, size, note)
