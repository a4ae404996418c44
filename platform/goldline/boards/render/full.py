"""The enriched model and the golden customer in full, as CSV or Parquet, sent on while they are read.

Only the columns and lines that the reader may see leave: a reader limited to some shops or channels gets their lines,
without what is known of a customer beyond them, and no golden customer. One group of rows is in memory at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from goldline.boards.render.safe import PATTERN
from goldline.errors import GoldlineError
from goldline.metrics.scope import Scope
from goldline.publish import versions
from goldline.publish.folder import PublishedFolder
from goldline.publish.manifest import Manifest, PublishedTable
from goldline.settings import Settings

FullForm = Literal["csv", "parquet"]
FULL_FORMS: tuple[FullForm, ...] = get_args(FullForm)
FULL_TABLES = ("enriched_model", "golden_customer")
MEDIA_TYPES: dict[FullForm, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
BATCH_ROWS = 50_000
STAFF_COLUMNS = frozenset({"staff_key", "staff_pseudonym"})
# What is known of a customer from everywhere: not for somebody who sees some shops only.
COMPANY_COLUMNS = frozenset(
    {"is_first_purchase", "purchase_day_number", "days_since_previous_purchase", "source_customer_id"}
)
_COMPANY_PREFIX = "customer_"


@dataclass(frozen=True)
class _Taken:
    """What of a table leaves: its columns, and the members that its lines must have."""

    columns: list[str]
    members: dict[str, list[str]]

    def of(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        for column, values in self.members.items():
            batch = batch.filter(pc.is_in(batch.column(column), value_set=pa.array(values, batch.column(column).type)))
        return batch.select(self.columns)


def stream_table(
    settings: Settings, table: str, form: FullForm, scope: Scope, *, version: str | None = None
) -> Iterator[bytes]:
    """Return a published table in pieces of a file.

    Args:
        settings: Name the published folder.
        table: ``enriched_model`` or ``golden_customer``.
        form: ``csv`` or ``parquet``.
        scope: What the reader may see.
        version: A version; the current one by default.

    Raises:
        GoldlineError: There is no such table, or the reader may not have it; nothing has been sent then.
    """
    _require(table, scope)
    published = PublishedFolder(settings.published_dir)
    chosen = version or versions.current(settings.published_dir).version
    folder = published.version_path(chosen)
    held = published.hold(chosen)
    try:
        stored = Manifest.read(folder).tables[table]
        taken = _taken(stored, scope)
    except BaseException:
        held.close()
        raise

    def pieces() -> Iterator[bytes]:
        with held:
            yield from _csv(folder, stored, taken) if form == "csv" else _parquet(folder, stored, taken)

    return pieces()


def _require(table: str, scope: Scope) -> None:
    if table not in FULL_TABLES:
        raise GoldlineError(f"there is no full export of {table!r}", remedy=f"tables: {', '.join(FULL_TABLES)}")
    if not scope.lines:
        raise GoldlineError("you may see figures, not the lines behind them", where=table, remedy="export a board")
    if table == "golden_customer" and not scope.sees_company:
        raise GoldlineError(
            "customers are known across all shops, and you may see some only",
            where=table,
            remedy="export a board, or enriched_model for the lines of your shops",
        )


def _taken(table: PublishedTable, scope: Scope) -> _Taken:
    hidden = set() if scope.staff_figures else set(STAFF_COLUMNS)
    names = [column.name for column in table.columns]
    if not scope.sees_company:
        hidden |= COMPANY_COLUMNS | {name for name in names if name.startswith(_COMPANY_PREFIX)}
    members = {"store_key": scope.stores, "channel": scope.channels}
    kept = {name: sorted(values) for name, values in members.items() if values is not None}
    return _Taken([name for name in names if name not in hidden], kept)


def _batches(folder: Path, table: PublishedTable, taken: _Taken) -> Iterator[pa.RecordBatch]:
    needed = list(dict.fromkeys([*taken.columns, *taken.members]))
    for part in table.parts:
        with pq.ParquetFile(folder / part.file) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=needed):
                kept = taken.of(batch)
                if kept.num_rows:
                    yield kept


def _csv(folder: Path, table: PublishedTable, taken: _Taken) -> Iterator[bytes]:
    yield ("\ufeff" + ",".join(taken.columns) + "\r\n").encode()
    options = arrow_csv.WriteOptions(include_header=False)
    for batch in _batches(folder, table, taken):
        buffer = io.BytesIO()
        arrow_csv.write_csv(_inert(batch), buffer, options)
        yield buffer.getvalue()


def _inert(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with an apostrophe before each text that a spreadsheet would run."""
    columns = [_inert_texts(column) if pa.types.is_string(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _inert_texts(texts: pa.Array[Any]) -> pa.Array[Any]:
    return pc.replace_substring_regex(texts, pattern=f"({PATTERN})", replacement=r"'\1", max_replacements=1)


def _parquet(folder: Path, table: PublishedTable, taken: _Taken) -> Iterator[bytes]:
    with _pipe() as pipe:
        writer: pq.ParquetWriter | None = None
        for batch in _batches(folder, table, taken):
            writer = writer or pq.ParquetWriter(pa.PythonFile(pipe, mode="w"), batch.schema, compression="zstd")
            writer.write_batch(batch)
            yield pipe.taken()
        if writer is None:
            schema = _schema(folder, table, taken)
            writer = pq.ParquetWriter(pa.PythonFile(pipe, mode="w"), schema)
        writer.close()
        yield pipe.taken()


def _schema(folder: Path, table: PublishedTable, taken: _Taken) -> pa.Schema:
    whole = pq.read_schema(folder / table.parts[0].file)
    return pa.schema([whole.field(name) for name in taken.columns])


class _Pipe(io.RawIOBase):
    """A file that is only written to; what was written since the last look is taken away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How much was written."""
        return self._place

    def write(self, piece: object) -> int:
        """Keep a piece."""
        content = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(content)
        self._place += len(content)
        return len(content)

    def taken(self) -> bytes:
        """Return what came since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


@contextmanager
def _pipe() -> Iterator[_Pipe]:
    pipe = _Pipe()
    try:
        yield pipe
    finally:
        pipe.close()
