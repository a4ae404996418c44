"""What is measured: each engine as a command on one landing folder.

Each says what it covers, and which part of the floor its cost is held against.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.contracts import ROOT

WHOLE, LOAD, TRANSFORM = "whole", "load", "transformation"


@dataclass(frozen=True)
class Engine:
    """One row of the table.

    Attributes:
        name: What it goes by on the command line.
        title: What it goes by in the table.
        covers: What it does, in a sentence.
        against: The part of the checked floor that does the same.
        module: The module to run; none for the platform itself.
        options: Its options beside ``--landing`` and ``--out``.
        prepares: It has a step before that is not measured.
    """

    name: str
    title: str
    covers: str
    against: str = WHOLE
    module: str = ""
    options: tuple[str, ...] = ()
    prepares: bool = False

    def command(self, landing: Path, out: Path) -> list[str]:
        """Return the command to measure."""
        if not self.module:
            return [str(Path(sys.executable).with_name("goldline")), "backfill"]
        return [sys.executable, "-m", self.module, "--landing", str(landing), "--out", str(out), *self.options]


ENGINES = (
    Engine(
        "floor-typed", "bare DuckDB, typed", "the same tables with the same SQL; `read_csv` reads types, unchecked",
        module="bench.floor", options=("--typed",),
    ),
    Engine(
        "floor-checked", "**bare DuckDB, checked: the floor**",
        "the same tables with the same SQL; every value is checked by the contracts' rules while it is read",
        module="bench.floor", options=("--checked",),
    ),
    Engine(
        "goldline", "**Goldline**",
        "the same, with archive, ledger, quarantine, all checks, reconciliation and an audited, versioned publication",
    ),
    Engine(
        "pandas", "pandas", "every file read whole; unified sales and golden customers only; floats, no checks",
        module="bench.with_pandas",
    ),
    Engine(
        "polars", "Polars", "every file read whole; unified sales and golden customers only; floats, no checks",
        module="bench.with_polars",
    ),
    Engine(
        "dbt", "dbt-duckdb", "the transformation only: the same SQL as dbt models, all as tables, no tests",
        against=TRANSFORM, module="bench.with_dbt", prepares=True,
    ),
    Engine(
        "dlt", "dlt", "the load only, through Arrow, unchecked, all versions kept",
        against=LOAD, module="bench.with_dlt", prepares=True,
    ),
)  # fmt: skip


def environment(home: Path, landing: Path) -> Mapping[str, str]:
    """Return the environment of a measured process: no settings but its own home and landing folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GOLDLINE_")}
    memory = os.environ.get("GOLDLINE_MEMORY")
    own = {
        "GOLDLINE_HOME": str(home),
        "GOLDLINE_LANDING": str(landing),
        "GOLDLINE_MOVE_TAKEN": "false",
        "GOLDLINE_SETTLE_SECONDS": "0",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), str(ROOT))),
        **({"GOLDLINE_MEMORY": memory} if memory else {}),
    }
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | own
