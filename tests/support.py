"""From a landing folder to a built warehouse, by the real intake and the real SQL, without Dagster.

Loading and building only; what tests look at is theirs. A fake of anything does not belong here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from datetime import date
from pathlib import Path

from goldline.deliver import Days, deliver
from goldline.home import Home
from goldline.settings import load_settings
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.tables import create

FIXTURES = Path(__file__).parent / "fixtures"
EVERY_DAY = Days(date.min, date.max)
EXAMPLES = int(os.environ.get("GOLDLINE_TEST_EXAMPLES", "1"))  # of what costs whole nights; make sweep takes more


def load_landing(folder: Path, home: Path) -> Path:
    """Deliver the files of a landing folder into a home, build every table, and return the warehouse's path.

    Args:
        folder: Holds one folder per source; of its files, those that a feed of the contract claims.
        home: Folder of the installation; what it holds already stays, so deliveries can follow each other.
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
        with warehouse.transaction() as session:
            build_tables(installation, session)
    return home / "warehouse.duckdb"


def open_home(home: Path, *, warehouse: str = "") -> Home:
    """Return the installation in a folder, whatever the environment says; it takes files at once."""
    return Home(
        load_settings(
            home=home, warehouse=warehouse, landing="", settle_seconds=0, timezone="Europe/Paris", currency="EUR"
        )
    )


def build_tables(home: Home, session: Session, *, only: Collection[str] = ()) -> None:
    """Build tables from what is loaded: those named (``schema.name``), by default all of them."""
    for table in home.catalogue.tables:
        if not only or table.table in only:
            create(session, table, home.settings)


def open_warehouse(path: Path) -> Warehouse:
    """Open the warehouse that :func:`load_landing` built."""
    return Warehouse(f"duckdb:///{path}")
