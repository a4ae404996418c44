"""The register of loaded files: one row per file in the warehouse, written in the transaction of its rows.

Its primary key makes a retry after a lost commit safe. What arrived, loaded or not, is the ledger's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from goldline.intake import totals
from goldline.landing.history import Entry
from goldline.warehouse.engine import Session

COMPACTED = 16  # loads; a night has one of each source
_CREATE_FILES = """
create table if not exists intake.delivery_file (
    sequence bigint primary key,
    source varchar not null,
    feed varchar not null,
    delivery_date date not null,
    file_name varchar not null,
    sha256 varchar not null,
    encoding varchar not null,
    received_at timestamp not null,
    rows_received bigint not null,
    rows_loaded bigint not null,
    rows_quarantined bigint not null,
    rows_duplicate bigint not null,
    ignored_columns varchar not null,
    contract_digest varchar not null,
    load_number bigint not null
)"""
CREATE = f"{_CREATE_FILES};{totals.CREATE}"


@dataclass(frozen=True)
class LoadedFile:
    """A file whose rows are in the warehouse, with what became of each row it held."""

    entry: Entry
    encoding: str
    rows_received: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    ignored_columns: tuple[str, ...]
    contract_digest: str


def register(session: Session, files: Sequence[LoadedFile]) -> None:
    """Write files to the register, as one load; a file that is there already breaks the primary key."""
    if files:
        load = newest_load(session) + 1
        if load % COMPACTED == 0:
            session.compact()
        rows = [_row(file) | {"load_number": load} for file in files]
        session.insert_arrow("intake.delivery_file", pa.Table.from_pylist(rows))


def newest_load(session: Session) -> int:
    """Return the number of the newest load; loads are numbered from 1 in the order of their transactions."""
    return int(session.scalar("select coalesce(max(load_number), 0) from intake.delivery_file"))


def registered(session: Session) -> set[int]:
    """Return the ledger sequences of all loaded files."""
    return {int(sequence) for (sequence,) in session.rows("select sequence from intake.delivery_file")}


def registered_digests(session: Session) -> dict[int, str]:
    """Return the digest of each loaded file, by its ledger sequence."""
    return {int(sequence): sha for sequence, sha in session.rows("select sequence, sha256 from intake.delivery_file")}


def _row(file: LoadedFile) -> dict[str, object]:
    entry = file.entry
    return {
        "sequence": entry.sequence,
        "source": entry.source,
        "feed": entry.feed,
        "delivery_date": entry.delivery_date,
        "file_name": entry.name,
        "sha256": entry.sha256,
        "encoding": file.encoding,
        "received_at": entry.received_at.replace(tzinfo=None),
        "rows_received": file.rows_received,
        "rows_loaded": file.rows_loaded,
        "rows_quarantined": file.rows_quarantined,
        "rows_duplicate": file.rows_duplicate,
        "ignored_columns": ", ".join(file.ignored_columns),
        "contract_digest": file.contract_digest,
    }
