"""Small JSON files that are written whole or not at all and that tell when a byte of them has changed.

Each carries the checksum of its own content. What the files mean is not known here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goldline.errors import IntegrityError

_SEAL = "checksum"


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write the file under a temporary name, make it durable, and put it in its place with one rename."""
    temporary = path.with_name(path.name + ".tmp")
    text = json.dumps({**content, _SEAL: _checksum(content)}, indent=2, ensure_ascii=False)
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def read_sealed(path: Path) -> dict[str, Any]:
    """Read the file back.

    Raises:
        FileNotFoundError: There is no such file.
        IntegrityError: The file is not what was written.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        seal = content.pop(_SEAL)
    except (ValueError, AttributeError, KeyError, TypeError):
        raise _damaged(path) from None
    if not isinstance(content, dict) or seal != _checksum(content):
        raise _damaged(path)
    return content


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checksum(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _damaged(path: Path) -> IntegrityError:
    return IntegrityError(
        "the file is damaged: its content does not match its checksum",
        where=str(path),
        remedy="restore an intact version ('goldline publish list' names them) or publish again",
    )
