"""What is defined: tables, dimensions and metrics, read from the YAML files of ``definitions/`` and checked.

What they are made of is in ``model``; how a question becomes SQL is in ``builder``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from goldline.errors import GoldlineError
from goldline.metrics.model import Dimension, Formula, Metric, Registry, Table, found_in
from goldline.yaml_text import read_yaml

HERE = Path(__file__).parent
DEFINITIONS = HERE / "definitions"
_NOT_METRICS = {"tables.yaml", "dimensions.yaml", "notes.yaml", "families.yaml"}
_UNITS = frozenset(("money", "count", "share", "days", "units", "ratio", "years", "months", "text", "date"))
_QUERIES = (exp.Subquery, exp.Select, exp.Table, exp.Command)
_FORBIDDEN = (*_QUERIES, exp.Anonymous, exp.Window, exp.Parameter, exp.Placeholder)


def load_registry(disabled: frozenset[str] = frozenset()) -> Registry:
    """Read the definitions.

    Args:
        disabled: Metrics that this installation does not want.

    Raises:
        GoldlineError: A definition is wrong, or a name to be switched off is none.
    """
    whole = _load()
    for name in sorted(disabled):
        found_in(whole.metrics, name, "metric", where="GOLDLINE_METRICS_OFF")
    kept = {name: metric for name, metric in whole.metrics.items() if name not in disabled}
    return Registry(kept, whole.tables, whole.dimensions)


@cache
def _load() -> Registry:
    tables = {name: _table(name, entry) for name, entry in _read("tables.yaml").items()}
    dimensions = {name: _dimension(name, entry) for name, entry in _read("dimensions.yaml").items()}
    metrics: dict[str, Metric] = {}
    for path in sorted(DEFINITIONS.glob("*.yaml")):
        if path.name not in _NOT_METRICS:
            metrics.update((name, _metric(name, entry, tables)) for name, entry in _read(path.name).items())
    return Registry(metrics, tables, dimensions)


def _read(name: str) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = read_yaml((DEFINITIONS / name).read_text(encoding="utf-8"))
    return content


def _table(name: str, entry: dict[str, Any]) -> Table:
    relation = (HERE / "sql" / entry.pop("relation")).read_text(encoding="utf-8") if "relation" in entry else ""
    params = {key: tuple(map(str, values)) for key, values in entry.pop("params", {}).items()}
    return Table(name=name, relation=relation, params=params, **entry)


def _dimension(name: str, entry: dict[str, Any]) -> Dimension:
    tables = entry.pop("tables")
    return Dimension(name=name, tables=tables if isinstance(tables, dict) else dict.fromkeys(tables, name), **entry)


def _metric(name: str, entry: dict[str, Any], tables: Mapping[str, Table]) -> Metric:
    formulas = {table: _formula(name, sql) for table, sql in entry.pop("tables").items()}
    if unknown := sorted(set(formulas) - set(tables)):
        raise GoldlineError(f"there is no table {unknown[0]}", where=f"metric {name}", remedy="see tables.yaml")
    metric = Metric(name=name, formulas=formulas, **entry)
    if metric.unit not in _UNITS:
        raise GoldlineError(f"there is no unit {metric.unit}", where=f"metric {name}", remedy="see registry.py")
    return metric


def _formula(metric: str, sql: str) -> Formula:
    """Parse a formula: aggregates over columns, and nothing that could read anything else."""
    try:
        parsed = sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError:
        parsed = None
    if parsed is None or parsed.find(*_FORBIDDEN) or not parsed.find(exp.AggFunc):
        raise GoldlineError(
            f"not a formula: {sql}", where=f"metric {metric}", remedy="aggregate columns of the table, nothing else"
        )
    if isinstance(parsed, exp.Div):
        return Formula(sql, {"of": parsed.this, "per": parsed.expression})
    return Formula(sql, {"of": parsed})


__all__ = ["DEFINITIONS", "Dimension", "Formula", "Metric", "Registry", "Table", "load_registry"]
