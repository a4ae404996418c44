"""Tables that files define: ``assets/<group>/<table>.sql`` (or ``.py`` where SQL cannot) is the table ``group.table``.

Read from the file alone: its description (the first comment), its columns' documentation, what it depends on. Building
the table and showing it in Dagster belong elsewhere.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

import pyarrow as pa
import sqlglot
from sqlglot import exp

from goldline.errors import GoldlineError
from goldline.settings import Settings
from goldline.warehouse.engine import Session
from goldline.warehouse.narrowing import tables_of
from goldline.yaml_text import read_yaml

Build = Callable[[Mapping[str, pa.Table], Settings], pa.Table]


@dataclass(frozen=True)
class TableFile:
    """A table and the file that defines it.

    Attributes:
        group: Sub-dataflow, schema and folder.
        name: Table and file name.
        path: The file.
        description: What a row is; from the file's first comment or docstring.
        depends_on: Tables (``schema.name``) that the definition reads.
        comments: Documentation of columns, as far as the file itself gives it.
        sql: The select, for SQL files.
        reads: The selects whose rows a Python file's function takes, by the name that it has for them.
        build: The function that makes the rows of them, for Python files.
    """

    group: str
    name: str
    path: Path
    description: str
    depends_on: frozenset[str]
    comments: dict[str, str]
    sql: str | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    build: Build | None = field(default=None, compare=False)

    @property
    def table(self) -> str:
        """The table's full name."""
        return f"{self.group}.{self.name}"


@dataclass(frozen=True)
class Catalogue:
    """All table files below a folder, and the words that several tables share.

    Attributes:
        tables: The tables, each after those it depends on.
        vocabulary: Documentation of columns that mean the same in every table.
    """

    tables: tuple[TableFile, ...]
    vocabulary: dict[str, str]

    @cached_property
    def by_name(self) -> dict[str, TableFile]:
        """The tables by full name."""
        return {table.table: table for table in self.tables}

    def column_doc(self, table: TableFile, column: str) -> str | None:
        """The sentence that documents a column: the table's own, else the vocabulary's."""
        return table.comments.get(column) or self.vocabulary.get(column)

    def upstream(self, table: TableFile) -> list[TableFile]:
        """The table files that a table reads."""
        return [self.by_name[name] for name in sorted(table.depends_on) if name in self.by_name]


@lru_cache(maxsize=4)
def load_catalogue(folder: Path) -> Catalogue:
    """Read every table file below ``assets/``; once per process.

    Raises:
        GoldlineError: A file has no description or cannot be parsed.
    """
    found = [_sql_table(path) for path in sorted(folder.glob("*/*.sql"))]
    found += [table for path in sorted(folder.glob("*/*.py")) if (table := _python_table(path))]
    by_name = {table.table: table for table in found}
    order = TopologicalSorter(
        {name: sorted(table.depends_on & set(by_name)) for name, table in sorted(by_name.items())}
    )
    vocabulary = read_yaml((folder / "vocabulary.yaml").read_text("utf-8"))
    return Catalogue(tuple(by_name[name] for name in order.static_order()), vocabulary)


def _sql_table(path: Path) -> TableFile:
    text = path.read_text("utf-8")
    heading = re.match(r"(?:--[^\n]*\n)+", text)
    if not heading:
        raise GoldlineError("the file does not begin with a comment", where=str(path), remedy="say what one row is")
    description = " ".join(line.lstrip("- ").strip() for line in heading[0].splitlines())
    parsed = sqlglot.parse_one(text[heading.end() :], read="duckdb")
    select = parsed.this if isinstance(parsed, exp.Subquery) else parsed
    while isinstance(select, exp.SetOperation):
        select = select.this
    comments = {
        column.alias_or_name: " ".join(comment.strip() for comment in column.comments or ())
        for column in _with_comments(select.expressions)
    }
    return TableFile(path.parent.name, path.stem, path, description, tables_of(parsed), comments, sql=text)


def _with_comments(columns: Iterable[exp.Expr]) -> list[exp.Expr]:
    return [column for column in columns if column.comments]


def _python_table(path: Path) -> TableFile | None:
    """Read a Python table file; files without a ``build`` function are other modules."""
    spec = importlib.util.spec_from_file_location(f"assets.{path.parent.name}.{path.stem}", path)
    if not spec or not spec.loader or "def build(" not in path.read_text("utf-8"):
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return TableFile(
        group=path.parent.name,
        name=path.stem,
        path=path,
        description=" ".join((module.__doc__ or "").split()),
        depends_on=frozenset().union(
            *(tables_of(sqlglot.parse_one(sql, read="duckdb")) for sql in module.READS.values())
        ),
        comments=module.COLUMNS,
        reads=module.READS,
        build=module.build,
    )


def create(session: Session, table: TableFile, settings: Settings, *, clustered_by: str | None = None) -> int:
    """Build a table from its definition, replacing what was there; return its number of rows.

    Clustering takes two steps: sorting wide rows while they are being joined ran out of 2.5 GB at 4 million lines.
    """
    session.execute(f"create schema if not exists {table.group}")
    if table.sql is not None and clustered_by:
        session.create_as("unsorted", table.sql, temporary=True, types_of=table.table)
        session.create_as(table.table, f"select * from unsorted order by {clustered_by}")
        session.execute("drop table unsorted")
    elif table.sql is not None:
        session.create_as(table.table, table.sql)
    else:
        session.create_from_arrow(table.table, _made(session, table, settings))
    return int(session.scalar(f"select count(*) from {table.table}"))


def make(
    session: Session,
    table: TableFile,
    settings: Settings,
    into: str,
    *,
    like: str,
    narrow: Callable[[str], str] = lambda sql: sql,
    where: str = "true",
) -> None:
    """Put the rows that a definition gives now into a temporary table with the columns of another one.

    Args:
        session: An open transaction.
        table: The definition.
        settings: Passed on to it.
        into: The temporary table, made anew.
        like: The table that has the columns.
        narrow: Lets the definition's selects read only some rows.
        where: Which of the rows that it then gives are kept.
    """
    session.create_as(into, f"select * from {like} limit 0", temporary=True)
    if table.sql is not None:
        session.execute(f"insert into {into} select * from ({narrow(table.sql)}) as made where {where}")
    else:
        session.insert_arrow(into, _made(session, table, settings, narrow))
        session.execute(f"delete from {into} where not ({where})")


def _made(
    session: Session, table: TableFile, settings: Settings, narrow: Callable[[str], str] = lambda sql: sql
) -> pa.Table:
    """Make the rows of a Python file."""
    if table.build is None:
        raise GoldlineError("the file has neither a select nor a build function", where=str(table.path))
    return table.build({name: session.arrow(narrow(sql)) for name, sql in table.reads.items()}, settings)
