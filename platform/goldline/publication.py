"""What is published, as data: ``assets/publish/published.yaml`` says which columns of which tables, and how they lie.

How a version is written from that is in ``goldline.publish``; whether it may be is decided in ``flow``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from goldline.home import assets_folder
from goldline.yaml_text import read_yaml

LOADED_COLUMNS = frozenset({"loaded_at", "source_file_line", "file_sequence"})


@dataclass(frozen=True)
class Publication:
    """A published table: some columns of a table of the warehouse, or of several.

    Attributes:
        name: Its published name.
        tables: The tables that its rows come from, as ``schema.name``.
        order_by: The columns that order each file; none where the rows stay in the order of delivery.
        cut_by: The date column by which files are cut; None for a table in one file.
        only: The only columns that it has, in this order; none: all of the table's.
        without: Columns that it leaves out.
    """

    name: str
    tables: tuple[str, ...]
    order_by: tuple[str, ...]
    cut_by: str | None
    only: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()

    def columns(self, existing: Iterable[str]) -> tuple[str, ...]:
        """Choose among the columns of the table."""
        return self.only or tuple(name for name in existing if name not in self.without)


def publications(folder: Path | None = None) -> tuple[Publication, ...]:
    """Return what is published, by the assets of the installation or of a folder."""
    return _publications(folder or assets_folder())


def published_tables(folder: Path | None = None) -> dict[str, tuple[Publication, ...]]:
    """Return the tables whose rows are published (``schema.name``), with what is made from each."""
    tables: dict[str, tuple[Publication, ...]] = {}
    for one in publications(folder):
        for table in one.tables:
            tables[table] = (*tables.get(table, ()), one)
    return tables


def cut_column(table: str) -> str | None:
    """Return the date column that the published files of a table are cut by."""
    return next((one.cut_by for one in publications() if table in one.tables), None)


@lru_cache(maxsize=4)
def _publications(folder: Path) -> tuple[Publication, ...]:
    content: dict[str, dict[str, Any]] = read_yaml((folder / "publish" / "published.yaml").read_text("utf-8"))
    cut_by, apart = content["cut_by"], content["apart"]
    whole = [
        Publication(
            table.split(".")[1],
            (table,),
            tuple(order),
            cut_by.get(table),
            without=frozenset(name for one in apart.values() if table in one["left_out_of"] for name in one["columns"]),
        )
        for table, order in content["tables"].items()
    ]
    parts = [
        Publication(name, tuple(one["of"]), (), cut_by.get(one["of"][0]), only=(*one["beside"], *one["columns"]))
        for name, one in apart.items()
    ]
    return (*whole, *parts)
