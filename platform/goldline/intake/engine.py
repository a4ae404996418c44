"""The in-memory DuckDB that checks deliveries, whatever the warehouse is; it reads Arrow tables where they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

Engine = duckdb.DuckDBPyConnection


def opened(*, memory: str, threads: int) -> Engine:
    """Open an engine; close it to free its memory."""
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory, "threads": threads}
    return duckdb.connect(config=config)


@contextmanager
def seen(engine: Engine, **tables: pa.Table) -> Iterator[None]:
    """Let an engine see tables by their names."""
    for name, table in tables.items():
        engine.register(name, table)
    try:
        yield
    finally:
        for name in tables:
            engine.unregister(name)
