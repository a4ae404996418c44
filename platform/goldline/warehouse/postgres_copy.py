"""Bulk data between Arrow and PostgreSQL, by COPY: streamed both ways, exact, null apart from an empty text."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import psycopg2
import pyarrow as pa
import pyarrow.csv

_READ_BYTES = 1 << 22
_WRITE_ROWS = 50_000


def copy_in(cursor: Any, table: str, data: pa.Table | pa.RecordBatchReader) -> int:
    """Append rows to the columns of the same names; return their number."""
    names = ", ".join(quoted(name) for name in data.schema.names)
    command = f"copy {table} ({names}) from stdin (format csv)"
    options = pyarrow.csv.WriteOptions(include_header=False)
    rows = 0
    batches = data.to_batches(max_chunksize=_WRITE_ROWS) if isinstance(data, pa.Table) else data
    for batch in batches:
        text = io.BytesIO()
        pyarrow.csv.write_csv(batch, text, options)
        text.seek(0)
        cursor.copy_expert(command, text)
        rows += batch.num_rows
    return rows


@contextmanager
def copied_out(cursor: Any, sql: str, names: Sequence[str], types: Mapping[str, pa.DataType]) -> Iterator[Any]:
    """Give the rows of a select as a stream of Arrow batches.

    Args:
        cursor: The driver's cursor.
        sql: The select, its parameters filled in.
        names: Its columns.
        types: Their types; a column without one comes as text.
    """
    reading, writing = os.pipe()
    failed: list[BaseException] = []
    with os.fdopen(reading, "rb") as source:
        sender = threading.Thread(target=_send, args=(cursor, sql, writing, failed))
        sender.start()
        try:
            yield _parsed(source, names, types)
        except pa.ArrowInvalid:
            if not failed:
                raise
        finally:
            source.close()
            sender.join()
    if failed:
        raise failed[0]


def _send(cursor: Any, sql: str, descriptor: int, failed: list[BaseException]) -> None:
    """Write what the server sends into the pipe; a reader that has gone away is no error of the server."""
    with suppress(BrokenPipeError), os.fdopen(descriptor, "wb", buffering=1 << 20) as sink:
        try:
            cursor.copy_expert(f"copy ({sql}) to stdout (format csv)", sink)
        except psycopg2.Error as error:
            failed.append(error)


def _parsed(source: Any, names: Sequence[str], types: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    first = source.peek(1)
    if not first:
        return iter(())
    columns = [f"c{number}" for number in range(len(names))]
    by_column = {column: types.get(name, pa.string()) for column, name in zip(columns, names, strict=True)}
    reader = pyarrow.csv.open_csv(
        source,
        read_options=pyarrow.csv.ReadOptions(column_names=columns, block_size=_READ_BYTES),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=by_column,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return (batch.rename_columns(list(names)) for batch in reader)


def with_numbers(data: pa.Table, types: Mapping[str, pa.DataType]) -> pa.Table:
    """Turn the texts of numerics without declared digits into decimals, or integers where none has a fraction."""
    for position, name in enumerate(data.column_names):
        if name not in types:
            numbers = [None if text is None else Decimal(text) for text in data.column(position).to_pylist()]
            data = data.set_column(position, name, _exact(numbers))
    return data


def _exact(numbers: Sequence[Decimal | None]) -> pa.Array[Any]:
    known = [number for number in numbers if number is not None]
    if all(number == number.to_integral_value() and abs(number) < 2**63 for number in known):
        return pa.array([None if number is None else int(number) for number in numbers], pa.int64())
    return pa.array(numbers)


def quoted(name: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
