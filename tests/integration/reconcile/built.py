"""A home whose deliveries are loaded and whose tables are built, without the checks, whose library takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from goldline.build.builder import build
from goldline.deliver import deliver
from goldline.flow import publish_tables
from goldline.home import Home
from goldline.warehouse.builds import prepare_builds
from goldline.warehouse.engine import Warehouse
from tests.support import EVERY_DAY


def drop(home: Home, files: Iterable[Path]) -> None:
    """Put files into the landing zone, each into the folder of its source."""
    for path in files:
        landing = home.settings.home / "landing" / path.parent.name
        landing.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, landing)


def fewer(original: Path, folder: Path, *, shop: str = "") -> Path:
    """Write a file again without its first and its third row; with a shop, only that shop's rows."""
    encoding = "cp1252" if original.parent.name == "cashmere" else "utf-8"
    header, *lines = original.read_bytes().decode(encoding).splitlines(keepends=True)
    kept = [line for line in lines if line.startswith(shop)] if shop else [*lines[1:2], *lines[3:]]
    path = folder / original.parent.name / original.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join([header, *kept]).encode(encoding))
    return path


def bring_up_to_date(home: Home, warehouse: Warehouse) -> list[str]:
    """Take in what has landed and build every table; return why files were refused."""
    refusals = []
    for source in home.contracts:
        refusals += deliver(home, warehouse, source, EVERY_DAY, run_id="test").refusals
    with warehouse.transaction() as session:
        prepare_builds(session)
        for table in home.catalogue.tables:
            build(session, home.upstreams, table, run_id="test")
    return refusals


def publish_all(home: Home) -> None:
    """Bring a home up to date and publish it."""
    with home.warehouse() as warehouse:
        bring_up_to_date(home, warehouse)
        publish_tables(home, warehouse, run_id="test")
