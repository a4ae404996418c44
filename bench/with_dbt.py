"""The transformation with dbt-duckdb: the same SQL files as dbt models, on feeds that are loaded already.

    python -m bench.with_dbt --landing FOLDER --out FOLDER --prepare     # not measured: load the feeds
    python -m bench.with_dbt --landing FOLDER --out FOLDER               # dbt run

Every model is a table, as it is in the platform; the identity is a Python model. Nothing is written as Parquet.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import yaml

from bench.contracts import ROOT
from bench.floor import PRELUDE
from bench.floor_load import Loader
from bench.floor_reference import make_reference
from bench.table_files import IDENTITY, IDENTITY_READS, TableFile, load_tables

IDENTITY_MODEL = """
from bench.floor_identity import find_identity


def model(dbt, session):
    dbt.config(materialized="table", schema="merge", alias="customer_identity")
    {refs}
    find_identity(session)
    return session.sql("select * from identity_rows")
"""
SCHEMA_MACRO = "{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name }}{% endmacro %}\n"


def prepare(landing: Path, out: Path, *, memory: str, threads: int) -> None:
    """Load the feeds into a database and write the dbt project."""
    tables = load_tables()
    (out / "scratch").mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": threads,
        "storage_compatibility_version": "latest",
    }
    with duckdb.connect(out / "dbt.duckdb", config=config) as db:
        db.execute("set enable_progress_bar = false")
        db.execute(PRELUDE.read_text("utf-8"))
        Loader(db, out / "scratch", True, tables).load(landing)
        make_reference(db)
    write_project(out, tables, memory=memory, threads=threads)


def write_project(out: Path, tables: dict[str, TableFile], *, memory: str, threads: int) -> None:
    """Write the project: a model per table."""
    (out / "models").mkdir(exist_ok=True)
    (out / "macros").mkdir(exist_ok=True)
    (out / "macros" / "schema.sql").write_text(SCHEMA_MACRO, "utf-8")
    project = {"name": "goldline_bench", "version": "1.0", "profile": "bench", "models": {"+materialized": "table"}}
    (out / "dbt_project.yml").write_text(yaml.safe_dump(project), "utf-8")
    target = {
        "type": "duckdb",
        "path": str(out / "dbt.duckdb"),
        "threads": 1,
        "settings": {"memory_limit": memory, "threads": threads, "preserve_insertion_order": False},
        "config_options": {"storage_compatibility_version": "latest"},
    }
    profile = {"bench": {"target": "here", "outputs": {"here": target}}}
    (out / "profiles.yml").write_text(yaml.safe_dump(profile), "utf-8")
    for table in tables.values():
        path = out / "models" / model_name(table.name)
        if table.name == IDENTITY:
            refs = "\n    ".join(f'dbt.ref("{model_name(name)}")' for name in sorted(IDENTITY_READS))
            path.with_suffix(".py").write_text(IDENTITY_MODEL.format(refs=refs), "utf-8")
        else:
            path.with_suffix(".sql").write_text(model_sql(table, tables), "utf-8")


def model_name(table: str) -> str:
    """Return the name of a table's model; models live in one namespace."""
    return table.replace(".", "__")


def model_sql(table: TableFile, tables: dict[str, TableFile]) -> str:
    """Return the table's SQL with references in place of the names of other models."""
    group, name = table.name.split(".")
    sql = re.sub(r"--[^\n]*", "", table.sql)
    for other in sorted(table.reads & tables.keys(), key=len, reverse=True):
        sql = re.sub(rf"\b{re.escape(other)}\b", f'{{{{ ref("{model_name(other)}") }}}}', sql)
    return f'{{{{ config(schema="{group}", alias="{name}") }}}}\n{sql}'


def main() -> None:
    """Prepare or run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.with_dbt", description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    out = asked.out.absolute()
    if asked.prepare:
        prepare(asked.landing, out, memory=asked.memory, threads=asked.threads)
        return
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": paths, "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    dbt = Path(sys.executable).with_name("dbt")
    command = [str(dbt), "--quiet", "run", "--project-dir", str(out), "--profiles-dir", str(out)]
    raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603 - our own command


if __name__ == "__main__":
    main()
