"""Backup and restore of the home."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from goldline.backup import BackupFolder, BackupManifest, Wanted, back_up, check
from goldline.backup import restore as restore_backup
from goldline.commands.terminal import Exit, command, err, good, open_home, out, progress, warn
from goldline.home import Home
from goldline.settings import load_settings

PATIENCE_SECONDS = 60  # with a run that is writing the warehouse, if that is wanted


@command
def backup(
    target: Annotated[Path, typer.Argument(help="A folder outside the home, on another disk.")],
    with_published: Annotated[bool, typer.Option("--with-published", help="Also all published versions.")] = False,
    with_warehouse: Annotated[bool, typer.Option("--with-warehouse", help="Also the warehouse's file.")] = False,
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help="Also passwords among the settings.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read again what is there already, and mend it.")] = False,
    keep: Annotated[int, typer.Option(min=0, help="Keep so many backups; 0 keeps all.")] = 0,
) -> None:
    """Back up archive, ledger, settings, outbox and quarantine; only what is new is copied. Runs may go on meanwhile.

    The warehouse and what is published are left out unless asked for: 'goldline rebuild' makes both from the archive.

    Examples:
        goldline backup /mnt/backup/goldline
        goldline backup /mnt/backup/goldline --with-published --keep 30
    """
    wanted = Wanted(
        published=with_published,
        warehouse=with_warehouse,
        secrets=with_secrets,
        deep=deep,
        keep=keep,
        wait_seconds=PATIENCE_SECONDS,
    )
    with progress() as report:
        manifest = back_up(open_home(), target, wanted, now=datetime.now(UTC), progress=report)
    good(f"backup {manifest.backup}: {_size(manifest)}, {manifest.events:,} events of the ledger")


@command
def restore(
    source: Annotated[Path, typer.Argument(help="The folder given to 'goldline backup'.")],
    into: Annotated[Path | None, typer.Option(help="The home to restore into; GOLDLINE_HOME if not given.")] = None,
    name: Annotated[str, typer.Option("--backup", help="Which backup; the newest if not given.")] = "",
    check_only: Annotated[bool, typer.Option("--check", help="Only read and verify every file of it.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also into a home that is not empty.")] = False,
) -> None:
    """Restore a backup, once every byte of it is verified. What is in the home is moved aside, never deleted.

    Stop the UI and its daemon first. Afterwards 'goldline rebuild' makes the warehouse from the archive.

    Examples:
        goldline restore /mnt/backup/goldline --check
        goldline restore /mnt/backup/goldline --into /srv/goldline
    """
    folder = BackupFolder(source)
    if check_only:
        _check(folder, name)
        return
    home = Home(load_settings(home=into)) if into else open_home()
    with progress() as report:
        restored = restore_backup(folder, home, name=name, force=force, now=datetime.now(UTC), progress=report)
    good(f"backup {restored.manifest.backup} restored to {home.settings.home}: {_size(restored.manifest)}")
    if restored.moved_aside:
        warn(f"what was there is in {restored.moved_aside}")
    if restored.not_kept:
        warn(f"{len(restored.not_kept)} files hold personal data in clear and were not kept; they count as refused")
    if restored.other_contracts:
        warn(f"other contracts than in the backup: {', '.join(restored.other_contracts)}; tables may differ")
    out.print(f"settings of that installation: {home.settings.home / 'settings.env'}", markup=False, soft_wrap=True)
    if "warehouse" not in restored.manifest.parts:
        out.print("next: goldline rebuild")


def _check(folder: BackupFolder, name: str) -> None:
    with progress() as report:
        manifest, damages = check(folder, name, progress=report)
    for damage in damages:
        err.print(f"damaged: {damage}", markup=False, soft_wrap=True)
    if damages:
        raise typer.Exit(int(Exit.FAILED))
    good(f"backup {manifest.backup} is intact: {_size(manifest)}")


def _size(manifest: BackupManifest) -> str:
    return f"{len(manifest.files):,} files, {manifest.bytes / 1e6:,.1f} MB"
