"""Deliveries to a built warehouse, for tests that look at tables: the real intake and the real SQL, without Dagster.

Loading and building only; checks are carried out by the tests themselves. A fake of anything does not belong here.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from goldline.home import Home
from goldline.intake.deliver import Days, deliver
from goldline.settings import load_settings
from goldline.warehouse.tables import create

if TYPE_CHECKING:
    from goldline.warehouse.engine import Warehouse

FIXTURES = Path(__file__).parent / "fixtures"
EVERY_DAY = Days(date.min, date.max)


def load_landing(folder: Path, home: Path) -> Path:
    """Deliver the files of a landing folder into a home, build every table, and return the warehouse's path.

    Args:
        folder: Holds one folder per source; files that no feed of the source's contract claims are not delivered.
        home: Folder of the installation; what it holds already stays, so that deliveries can follow each other.
    """
    installation = open_home(home)
    with installation.warehouse() as warehouse:
        for source, contract in installation.contracts.items():
            landing = home / "landing" / source
            landing.mkdir(parents=True, exist_ok=True)
            for path in sorted((folder / source).glob("*")):
                if path.is_file() and contract.feed_of(path.name):
                    shutil.copy2(path, landing)
            deliver(installation, warehouse, source, EVERY_DAY, run_id="test")
        build_tables(installation, warehouse)
    return home / "warehouse.duckdb"


def open_home(home: Path) -> Home:
    """Return the installation in a folder; its landing zone takes files at once."""
    return Home(load_settings(home=home, settle_seconds=0))


def build_tables(home: Home, warehouse: Warehouse) -> None:
    """Build every table from what is loaded."""
    for table in home.catalogue.tables:
        with warehouse.transaction() as session:
            create(session, table, home.settings)
