"""The benchmark's table and page: ratios to the checked floor, with CPU seconds and peak memory beside them."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.engines import ENGINES, WHOLE
from bench.measure import Measured

PACKAGES = ("goldline", "duckdb", "pandas", "polars", "dbt-core", "dbt-duckdb", "dlt", "dagster", "great-expectations")
Results = Mapping[str, Measured]

INTRODUCTION = """# What Goldline costs

Written by `make bench`, which runs everything on this page one after the other, as whole processes, on the same
deliveries. CPU seconds are user and system time of a process and all that it started; memory is the peak of their
resident memory. Ratios are CPU seconds against the **floor**: a bare DuckDB script (`bench/floor.py`) that makes the
same published tables with the same SQL and checks every value by the same rules, without archive, ledger, quarantine,
checks of tables, reconciliation, increments, versions or Dagster. `python -m bench.compare` holds the two sets of
tables against each other, row by row.
"""

REPEAT = """## Repeat it

    make bench                                     # scale 0.1, about 360,000 lines
    make bench SCALE=1                             # 3.6 million lines
    make bench ENGINES=floor-checked,goldline      # only these
    make bench LANDING=folder SMALL_LANDING=folder # deliveries of your own

Nothing else should run meanwhile. Inputs, homes and logs stay in `var/bench/`. Deliveries are made up by the
generator of `goldline demo` unless a folder is given. dbt is held against the floor's transformation (which writes
Parquet, too) and dlt against the floor's load. The floor leaves the file's line number null, which a bulk reader
cannot know.
"""


def table(measured: Results, floor_parts: Mapping[str, float]) -> str:
    """Return the table of the engines."""
    floor = measured.get("floor-checked")
    parts = {WHOLE: floor.cpu_seconds if floor and floor.is_ok else 0.0, **floor_parts}
    lines = [
        "| engine | CPU, ratio to the floor | CPU seconds | wall seconds | peak memory, GB | what it does |",
        "|---|---|---|---|---|---|",
    ]
    for engine in ENGINES:
        if (found := measured.get(engine.name)) is None:
            continue
        base = parts.get(engine.against, 0.0)
        part = "" if engine.against == WHOLE else f" of its {engine.against}"
        ratio = found.outcome if not found.is_ok else f"{found.cpu_seconds / base:.2f}{part}" if base else "-"
        used = f"{found.cpu_seconds:.0f} | {found.wall_seconds:.0f} | {found.peak_bytes / 1e9:.1f}"
        lines.append(f"| {engine.title} | {ratio} | {used} | {engine.covers} |")
    return "\n".join(lines)


def page(measured: Results, floor_parts: Mapping[str, float], notes: Mapping[str, str], landing: Path) -> str:
    """Return the page docs/performance.md."""
    size = sum(path.stat().st_size for path in landing.glob("*/*.csv"))
    files = sum(1 for _ in landing.glob("*/*.csv"))
    parts = [
        INTRODUCTION,
        f"Measured on {datetime.now(UTC):%d %B %Y}. Machine: {machine()}. Versions: {versions()}.\n",
        f"## The whole history at once\n\nInput: {files:,} files, {size / 1e9:.2f} GB.\n",
        f"{table(measured, floor_parts)}\n",
        _one_day(measured, notes),
        _many_days(measured, notes),
        _boards(notes),
        REPEAT,
    ]
    return "\n".join(part for part in parts if part)


def _one_day(measured: Results, notes: Mapping[str, str]) -> str:
    big, small = measured.get("day-big"), measured.get("day-small")
    if not big or not small:
        return ""
    figures = json.loads(notes["day-big"])
    lines = figures["web"]["sale_lines"] + figures["store"]["sale_lines"] + figures["store"]["return_lines"]
    return (
        "## One more day\n\n"
        f"A delivery with {lines:,} lines and refunds of {figures['web']['return_lines']} old orders, on the history"
        " above and on a tenth of it; a whole `goldline run`, with all checks, reconciliation and publication. Of five"
        " nights of each, in turn and on copies, the middle one.\n\n"
        "| history | CPU seconds | wall seconds | peak memory, GB | outcome |\n|---|---|---|---|---|\n"
        f"{_row('all of it', big)}{_row('a tenth', small)}"
        f"| **ratio** | {_ratio(big.cpu_seconds, small.cpu_seconds)}"
        f" | {_ratio(big.wall_seconds, small.wall_seconds)} | | |\n"
    )


def _many_days(measured: Results, notes: Mapping[str, str]) -> str:
    daily, single = measured.get("many-daily"), measured.get("many-single")
    if not daily or not single:
        return ""
    rows = json.loads(notes["many"])
    per_row = _ratio(daily.cpu_seconds / rows["daily"], single.cpu_seconds / rows["single"])
    return (
        f"## {rows['days']:,} small deliveries in one run\n\n"
        f"The same rows as {rows['days']:,} daily deliveries ({rows['daily']:,} rows, an order again whenever it"
        f" changed) and as one ({rows['single']:,} rows).\n\n"
        "| deliveries | CPU seconds | wall seconds | peak memory, GB | outcome |\n|---|---|---|---|---|\n"
        f"{_row('daily', daily)}{_row('one', single)}| **ratio per row** | {per_row} | | | |\n"
    )


def _boards(notes: Mapping[str, str]) -> str:
    if "boards" not in notes:
        return ""
    return (
        "## The boards\n\n"
        "Each board on the history above, in one process, with filters that nobody has asked before; beside it what"
        " DuckDB alone needed for the same statements (below 1 where two ran at a time).\n\n"
        f"{notes['boards'].strip()}\n"
    )


def _row(name: str, found: Measured) -> str:
    used = f"{found.cpu_seconds:.1f} | {found.wall_seconds:.1f} | {found.peak_bytes / 1e9:.1f}"
    return f"| {name} | {used} | {found.outcome} |\n"


def _ratio(one: float, other: float) -> str:
    return f"{one / other:.2f}" if other else "-"


def machine() -> str:
    """Describe the machine without naming it."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{cores} cores ({platform.machine()}), {memory:.0f} GB, {system}"


def versions() -> str:
    """Name the versions of what was measured."""
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
