"""The mart: what questions are asked of, made once per published version as one DuckDB file.

Reading hundreds of Parquet files for each tile of a board is too slow; the mart has narrow tables with numbered members
instead. It is made from the published snapshot alone, may be deleted at any time, and holds no key of a customer. Its
tables are in ``mart_sql/``.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from pathlib import Path

import duckdb

from goldline.landing.durable import lock_file, make_folder, sync_folder
from goldline.metrics import models
from goldline.publish.folder import PublishedFolder
from goldline.publish.manifest import Manifest
from goldline.publish.versions import current
from goldline.settings import Settings

_log = logging.getLogger(__name__)
_SQL = Path(__file__).parent / "mart_sql"
_WAIT = 900.0
_KEPT = 2
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "allow_community_extensions": False,
}
_LOCKED: dict[str, str | bool] = {"temp_directory": "", "enable_external_access": False, "lock_configuration": True}


def folder_of(settings: Settings) -> Path:
    """Return the folder of the marts."""
    return settings.home / "boards"


def ensure(settings: Settings) -> tuple[Path, Manifest]:
    """Return the mart of the current version and the version's manifest; make the mart if it is not there.

    Raises:
        GoldlineError: Nothing has been published yet.
        TransientError: Another process has been making it for too long.
    """
    manifest = current(settings.published_dir)
    path = path_of(settings, manifest)
    if path.exists():
        return path, manifest
    make_folder(path.parent)
    with lock_file(path.parent / ".lock", wait=_WAIT):
        if not path.exists():
            _make(settings, manifest, path)
            _remove_old(path)
    return path, manifest


def is_there(settings: Settings) -> bool:
    """Whether the current version has its mart already."""
    return path_of(settings, current(settings.published_dir)).exists()


def path_of(settings: Settings, manifest: Manifest) -> Path:
    """Return where the mart of a version is; what it is made by is in the name, so that none is ever out of date."""
    return folder_of(settings) / f"{manifest.version}-{_fingerprint(manifest)}.duckdb"


def open_read_only(path: Path, *, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    """Open a mart for questions: it can be read, and nothing else of the machine can."""
    config = {**_CONFIG, **_LOCKED, "memory_limit": memory, "threads": threads}
    return duckdb.connect(str(path), read_only=True, config=config)


def _make(settings: Settings, manifest: Manifest, path: Path) -> None:
    """Make the file aside and give it its name when it is whole and durable."""
    for left in path.parent.glob("*.making*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    aside = path.with_suffix(".making")
    published = PublishedFolder(settings.published_dir)
    with published.hold(manifest.version):
        source = published.version_path(manifest.version)
        config = {
            **_CONFIG,
            "memory_limit": settings.memory,
            "threads": settings.threads,
            "temp_directory": str(path.parent / "spill.making"),
            "storage_compatibility_version": "latest",
        }
        with duckdb.connect(str(aside), config=config) as connection:
            _show_snapshot(connection, source, manifest)
            for statement in _statements():
                connection.execute(statement)
            models.add(connection)
            connection.execute("checkpoint")
    shutil.rmtree(path.parent / "spill.making", ignore_errors=True)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.rename(path)
    sync_folder(path.parent)
    _log.info("mart.made", extra={"version": manifest.version, "bytes": path.stat().st_size})


def _show_snapshot(connection: duckdb.DuckDBPyConnection, source: Path, manifest: Manifest) -> None:
    """Give the published tables their names, as views that are not kept."""
    for name, table in manifest.tables.items():
        parts = sorted(table.parts, key=lambda part: (part.starts is not None, part.starts, part.file))
        files = ", ".join(_text(str(source / part.file)) for part in parts)
        connection.execute(f"create temp view {name} as select * from read_parquet([{files}])")
    delivered = _text(manifest.delivery_day.isoformat()) if manifest.delivery_day else "null"
    connection.execute(f"create temp view delivered as select cast({delivered} as date) as delivery_day")


def _statements() -> list[str]:
    """Return the statements of all files, in order."""
    found = []
    for path in sorted(_SQL.glob("*.sql")):
        found += [text for text in path.read_text(encoding="utf-8").split(";\n") if text.strip()]
    return found


def _remove_old(path: Path) -> None:
    """Remove all but the newest marts; a process that has one open keeps it until it closes it."""
    found = sorted(path.parent.glob("*.duckdb"), key=lambda file: file.stat().st_mtime)
    for old in found[:-_KEPT]:
        if old != path:
            old.unlink(missing_ok=True)


def _fingerprint(manifest: Manifest) -> str:
    """Name what a mart is made of and how: the version's content, the statements and the engine."""
    made = [manifest.created_at.isoformat(), manifest.digests, _statements(), models.FORMAT, duckdb.__version__]
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:12]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
