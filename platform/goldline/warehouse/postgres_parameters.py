"""Parameters of a statement, ``?`` or ``$name``, in the notation of psycopg2. Values are not written into SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

# What must be left alone (texts, names, comments), or is a parameter, or would be taken for one.
_PARTS = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*)|\$([a-z_][a-z0-9_]*)|(\?)|(%)", re.IGNORECASE)


def in_psycopg(sql: str, parameters: Sequence[object] | Mapping[str, object]) -> tuple[str, object]:
    """Return the statement and its values as ``cursor.execute`` takes them."""
    if isinstance(parameters, Mapping):
        return _rewritten(sql), {name: _listed(value) for name, value in parameters.items()}
    return _rewritten(sql), [_listed(value) for value in parameters]


@lru_cache(maxsize=512)
def _rewritten(sql: str) -> str:
    return _PARTS.sub(_rewrite, sql)


def _rewrite(found: re.Match[str]) -> str:
    kept, name, mark, _ = found.groups()
    if kept is not None:
        return kept.replace("%", "%%")
    if name:
        return f"%({name})s"
    return "%s" if mark else "%%"


def _listed(value: object) -> object:
    """The driver knows lists as arrays; other sequences and sets become one."""
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def literal(value: str) -> str:
    """Quote a text for SQL that is shown to a person, who runs it."""
    return "'" + value.replace("'", "''") + "'"
