"""The tables of ``assets/`` as plain SQL texts: which there are, what each reads, and in which order they can be made.

The benchmark runs the very same texts bare and as dbt models. How the platform builds them is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from bench.contracts import ASSETS, SOURCES, contract

IDENTITY = "merge.customer_identity"
IDENTITY_READS = frozenset({"merge.customer_records", "merge.customer_identifiers"})
LEFT_OUT = ("control",)  # reconciliation and arrivals: the platform's own proofs, no part of the job


@dataclass(frozen=True)
class TableFile:
    """A table: its name, its SQL (none for the identity, which is no SQL) and the other tables that it reads."""

    name: str
    sql: str
    reads: frozenset[str]


def load_tables() -> dict[str, TableFile]:
    """Return the tables that the published ones need, each after those that it reads."""
    found = {table.name: table for table in map(_read, sorted(ASSETS.glob("*/*.sql")))}
    found[IDENTITY] = TableFile(IDENTITY, "", IDENTITY_READS)
    needed: set[str] = set()
    waiting = list(published())
    while waiting:
        name = waiting.pop()
        if name in found and name not in needed:
            needed.add(name)
            waiting += found[name].reads
    order = TopologicalSorter({name: sorted(found[name].reads & needed) for name in sorted(needed)})
    return {name: found[name] for name in order.static_order()}


def published() -> dict[str, list[str]]:
    """Return the published tables that are part of the job, with the columns that order each file."""
    tables = _publication()["tables"]
    return {name: list(order) for name, order in tables.items() if name.split(".")[0] not in LEFT_OUT}


def apart() -> dict[str, tuple[list[str], list[str]]]:
    """Return the published tables that are made of some columns of others: their names, and the columns."""
    return {name: (one["of"], [*one["beside"], *one["columns"]]) for name, one in _publication()["apart"].items()}


def left_out_of(name: str) -> list[str]:
    """Return the columns of a table that are not published with it."""
    return [
        column for one in _publication()["apart"].values() if name in one["left_out_of"] for column in one["columns"]
    ]


def readers(tables: dict[str, TableFile], name: str) -> int:
    """Count the tables that read a table."""
    return sum(name in table.reads for table in tables.values())


def uses_versions(tables: dict[str, TableFile], source: str, feed: str) -> bool:
    """Say whether a table asks for every version of a feed's rows."""
    return any(f"{source}.versions_{feed.lower()}" in table.reads for table in tables.values())


def _read(path: Path) -> TableFile:
    sql = path.read_text("utf-8")
    code = re.sub(r"--[^\n]*", "", sql)
    schemas = {folder.name for folder in ASSETS.iterdir() if folder.is_dir()} | {"intake", "reference"}
    reads = {name for name in re.findall(r"\b([a-z_]+\.[a-z_0-9]+)\b", code) if name.split(".")[0] in schemas}
    return TableFile(f"{path.parent.name}.{path.stem}", sql, frozenset(reads - {f"{path.parent.name}.{path.stem}"}))


def setting_tables() -> dict[str, list[dict[str, object]]]:
    """Return the settings of the contracts, by the name of the table that holds them."""
    return {
        f"{source}.setting_{name}": rows
        for source in SOURCES
        for name, rows in contract(source).get("settings", {}).items()
    }


@lru_cache(maxsize=1)
def _publication() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ASSETS / "publish" / "published.yaml").read_text("utf-8"))
    return content
