"""The schema that the table files imply, kept in a file until something that it follows from changes.

Finding it takes more than a second, and every process that shows or runs the graph needs it. The file may be deleted at
any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

from goldline.contracts import Contract
from goldline.errors import IntegrityError
from goldline.publish.sealed import read_sealed, write_sealed
from goldline.settings import Settings
from goldline.warehouse.schema_of import Columns, column_types
from goldline.warehouse.tables import Catalogue

CODE = Path(__file__).resolve().parents[1]  # tables of feeds and reference tables come from here


def remembered_types(
    folder: Path, catalogue: Catalogue, contracts: Mapping[str, Contract], settings: Settings
) -> dict[str, Columns]:
    """Return what ``column_types`` does, from a file in the folder where it has been found before."""
    path = folder / f"columns-{_digest(catalogue, contracts, settings)}.json"
    with suppress(OSError, IntegrityError):
        known = read_sealed(path)["columns"]
        return {table: [(name, kind) for name, kind in columns] for table, columns in known.items()}
    found = column_types(catalogue, contracts, settings)
    with suppress(OSError):  # a home that cannot be written is no reason not to show the graph
        _remember(path, found)
    return found


def _remember(path: Path, found: Mapping[str, Columns]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_sealed(path, {"columns": found})
    for other in path.parent.glob("columns-*.json"):
        if other != path:
            other.unlink(missing_ok=True)


def _digest(catalogue: Catalogue, contracts: Mapping[str, Contract], settings: Settings) -> str:
    digest = hashlib.sha256(f"{duckdb.__version__}|{settings.currency}|{settings.timezone}".encode())
    for path in _sources(catalogue):
        digest.update(f"{path.name}|{path.stat().st_size}|".encode() + path.read_bytes())
    for source, contract in sorted(contracts.items()):
        digest.update(f"{source}|{contract.digest}|".encode())
    return digest.hexdigest()[:16]


def _sources(catalogue: Catalogue) -> Iterator[Path]:
    yield from (table.path for table in catalogue.tables)
    for package in ("intake", "warehouse", "identity"):
        yield from sorted(path for path in (CODE / package).rglob("*") if path.suffix in (".py", ".sql"))
