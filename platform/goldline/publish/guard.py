"""Which SQL a reader of the snapshot may run: one select, on published tables, with harmless functions.

DuckDB's own parser says what a statement is. That nothing else can be read even if this were wrong is seen to
in ``reader``, which takes the rights away from the connection.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

from goldline.errors import GoldlineError

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
REFUSED_FUNCTIONS = frozenset({"write_log"})


def require_select(connection: duckdb.DuckDBPyConnection, sql: str, tables: Iterable[str]) -> None:
    """Refuse anything but a single select on published tables.

    Raises:
        GoldlineError: It is something else; the message says what is allowed.
    """
    allowed = f"a query is one select on the published tables: {', '.join(sorted(tables))}"
    serialized = connection.execute("select json_serialize_sql(?::varchar)", [sql]).fetchone()
    parsed = json.loads(serialized[0]) if serialized else {}
    if parsed.get("error"):
        _require_syntax(connection, sql)
        raise GoldlineError("only select statements are run", where="query", remedy=allowed)
    if len(parsed["statements"]) != 1:
        raise GoldlineError("only one statement is run at a time", where="query", remedy=allowed)
    nodes = list(_nodes(parsed["statements"][0]))
    known = {name.lower() for name in tables} | {name for node in nodes for name in _named_here(node)}
    for node in nodes:
        _require_allowed(node, known, allowed)


def _require_syntax(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        connection.extract_statements(sql)
    except duckdb.Error as error:
        raise GoldlineError(str(error), where="query", remedy="correct the SQL") from None


def _require_allowed(node: dict[str, Any], known: set[str], allowed: str) -> None:
    kind = node.get("type")
    if kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS:
            raise GoldlineError(f"{name}() is not available", where="query", remedy=allowed)
    if kind == "FUNCTION" and str(node.get("function_name", "")).lower() in REFUSED_FUNCTIONS:
        raise GoldlineError(f"{node['function_name']}() is not available", where="query", remedy=allowed)
    if kind == "BASE_TABLE":
        _require_published(node, known, allowed)


def _require_published(node: dict[str, Any], known: set[str], allowed: str) -> None:
    name = str(node["table_name"])
    if node.get("schema_name") or node.get("catalog_name"):
        raise GoldlineError("tables go by their plain names here", where="query", remedy=allowed)
    if name.lower() not in known:
        near = difflib.get_close_matches(name.lower(), sorted(known), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise GoldlineError(f"there is no published table {name}{hint}", where="query", remedy=allowed)


def _named_here(node: dict[str, Any]) -> list[str]:
    """Return the names that a with clause of this node defines."""
    clauses = (node.get("cte_map") or {}).get("map") or []
    return [str(clause["key"]).lower() for clause in clauses]


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Walk every object of the parsed statement."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)
