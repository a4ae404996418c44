"""Nights without Dagster and without checks: what has landed is loaded, and every table is built."""

from __future__ import annotations

import shutil
from pathlib import Path

from goldline.build.builder import Outcome, build
from goldline.build.verify import verify
from goldline.deliver import deliver
from goldline.home import Home
from goldline.warehouse.builds import prepare_builds
from goldline.warehouse.engine import Warehouse
from tests.support import EVERY_DAY, open_home


def night(home: Home, warehouse: Warehouse, *, in_full: bool = False) -> dict[str, Outcome]:
    """Load what has landed and build every table; return how each was built."""
    for source in home.contracts:
        deliver(home, warehouse, source, EVERY_DAY, run_id="test")
    outcomes = {}
    for table in home.catalogue.tables:
        with warehouse.transaction() as session:
            prepare_builds(session)
            outcomes[table.table] = build(session, home.upstreams, table, run_id="test", in_full=in_full)
    return outcomes


def differences(home: Home, warehouse: Warehouse) -> list[str]:
    """Hold every table to a full build of it."""
    with warehouse.transaction() as session:
        found = [verify(session, table, home.settings) for table in home.catalogue.tables]
    return [str(difference) for difference in found if not difference.is_equal]


def content(home: Home, warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the tables that everything else is made from, without when and where they were loaded."""
    left_out = {"loaded_at", "source_file_line", "file_sequence"}
    rows = {}
    with warehouse.transaction() as session:
        for table in ("merge.unified_sales", "golden_customer.golden_customer", "enriched_model.enriched_model"):
            names = ", ".join(name for name, _ in session.columns(table) if name not in left_out)
            rows[table] = sorted(session.rows(f"select {names} from {table}"), key=repr)
    return rows


def rebuilt(home: Home, folder: Path, *, warehouse: str = "") -> Home:
    """Return an installation with the same archive and ledger and an empty warehouse."""
    folder.mkdir(parents=True)
    for part in ("archive", "ledger"):
        shutil.copytree(home.settings.home / part, folder / part)
    return open_home(folder, warehouse=warehouse)
