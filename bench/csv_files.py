"""Reading delivery files with DuckDB: which files share a header, and the ``read_csv`` that reads many at once.

DuckDB's CSV reader does not know cp1252: files that are not UTF-8 get a UTF-8 copy. What the values mean is decided
by ``bench.rules``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.contracts import Feed

SPACES = rb" |\xc2\xa0|\xe2\x80\xaf|\xa0"
SPACED = re.compile(rb"(?<=;)-?[0-9]{1,3}(?:(?:" + SPACES + rb")[0-9]{3})+,[0-9]+(?=[;\r])")


@dataclass(frozen=True)
class Batch:
    """Files with the same columns in the same order, readable as UTF-8."""

    header: tuple[str, ...]
    files: tuple[Path, ...]


def batches(described: Feed, files: Iterable[Path], scratch: Path) -> list[Batch]:
    """Group files by their header; copies of files that are not UTF-8 are kept below ``scratch``."""
    found: dict[tuple[str, ...], list[Path]] = {}
    for path in files:
        content = path.read_bytes()
        readable = path if content.isascii() else _as_utf8(path, content, scratch)
        first = content.split(b"\n", 1)[0].decode("utf-8-sig", "replace").rstrip("\r")
        header = tuple(next(csv.reader([first], delimiter=described.dialect["delimiter"])))
        found.setdefault(header, []).append(readable)
    return [Batch(header, tuple(paths)) for header, paths in found.items()]


def _as_utf8(path: Path, content: bytes, scratch: Path) -> Path:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        copy = scratch / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content.decode("cp1252").encode("utf-8"))
        return copy
    return path


def read_csv(described: Feed, batch: Batch, *, types: Mapping[str, str] | None = None, options: str = "") -> str:
    """Return the ``read_csv`` of a batch, without any guessing; values are text where ``types`` names no type."""
    kinds = {name: (types or {}).get(name, "varchar") for name in batch.header}
    columns = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in kinds.items())
    files = ", ".join(map(quoted, map(str, batch.files)))
    return (
        f"read_csv([{files}], auto_detect=false, header=true, delim={quoted(described.dialect['delimiter'])}, "
        f"quote='\"', escape='\"', columns={{{columns}}}, filename=true{options})"
    )


def plain_numbers(landing: Path) -> None:
    """Take the spaces out of the tills' thousands: Goldline reads them, most bulk readers don't."""
    for path in (landing / "cashmere").glob("*.csv"):
        text = path.read_bytes()
        path.write_bytes(SPACED.sub(lambda found: re.sub(SPACES, b"", found[0]), text))


def quoted(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"
