"""The home: one object that opens what a run needs of the settings' folders, the contracts and the table files.

What each part does belongs to its own package; here they are only put together. Nothing is opened before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy.engine import make_url

from goldline.build.upstream import Upstreams
from goldline.contracts import Contract, load_contracts
from goldline.fencing import Fence
from goldline.intake.quarantine import Quarantine
from goldline.landing.archive import Archive
from goldline.landing.ledger import Ledger
from goldline.landing.zone import LandingZone
from goldline.settings import Settings
from goldline.warehouse.engine import Warehouse, is_postgresql
from goldline.warehouse.migrations import migrate
from goldline.warehouse.remembered_schema import remembered_types
from goldline.warehouse.schema_of import Columns
from goldline.warehouse.tables import Catalogue, load_catalogue

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def assets_folder() -> Path:
    """Return the folder of contracts and table files: beside the sources, or where the package installed it."""
    if ASSETS.is_dir():
        return ASSETS
    return Path(__file__).resolve().parents[1] / "assets"


@dataclass(frozen=True)
class Home:
    """Everything that belongs to one installation."""

    settings: Settings

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """The contracts by source."""
        return load_contracts(assets_folder())

    @cached_property
    def catalogue(self) -> Catalogue:
        """The table files."""
        return load_catalogue(assets_folder())

    @cached_property
    def columns(self) -> dict[str, Columns]:
        """The columns of every table, with their types."""
        return remembered_types(self.settings.cache_dir, self.catalogue, self.contracts, self.settings)

    @cached_property
    def upstreams(self) -> Upstreams:
        """What the tables read, with the record of its state."""
        return Upstreams(self.catalogue, self.contracts, self.settings)

    @cached_property
    def archive(self) -> Archive:
        """The archive of received files."""
        return Archive(self.settings.archive_dir)

    @cached_property
    def ledger(self) -> Ledger:
        """The record of what came when."""
        return Ledger(self.settings.ledger_dir)

    @cached_property
    def quarantine(self) -> Quarantine:
        """The reports on faults."""
        return Quarantine(self.settings.quarantine_dir)

    @contextmanager
    def landing(self) -> Iterator[LandingZone]:
        """Open the landing zone; the default one in the home is created."""
        if not self.settings.landing:
            for source in self.contracts:
                (self.settings.home / "landing" / source).mkdir(parents=True, exist_ok=True)
        zone = LandingZone(
            self.settings.landing_url,
            feeds={name: tuple(contract.feeds.values()) for name, contract in self.contracts.items()},
            settle_seconds=self.settings.settle_seconds,
            move_taken=self.settings.move_taken,
        )
        try:
            yield zone
        finally:
            zone.close()

    def warehouse(self, *, wait_seconds: float = 0, is_replaced: bool = False) -> Warehouse:
        """Open the warehouse for writing; from now on, what an earlier lease would write is refused.

        Args:
            wait_seconds: How long to wait for another run that is writing it.
            is_replaced: It is opened to be replaced: its layout may be any.

        Raises:
            TransientError: Another run is writing it.
            RebuildNeeded: It was made by an earlier Goldline and has to be built anew.
            GoldlineError: It was made by a newer Goldline.
        """
        self.settings.home.mkdir(parents=True, exist_ok=True)
        warehouse = Warehouse(
            self.settings.warehouse_url,
            memory=self.settings.memory,
            threads=self.settings.threads,
            wait_seconds=wait_seconds,
            types=lambda: self.columns,
        )
        try:
            self._claim(warehouse)
            if not is_replaced:
                migrate(warehouse)
        except BaseException:
            warehouse.close()
            raise
        return warehouse

    def _claim(self, warehouse: Warehouse) -> None:
        """Show the new grant to all that the lease protects."""
        fences = [fence for fence in (self.ledger.fence, self.published_fence) if fence.path.parent.is_dir()]
        warehouse.outnumber(max((fence.newest() for fence in fences), default=0))
        for fence in fences:
            with fence.passing(warehouse.grant):
                pass

    @cached_property
    def published_fence(self) -> Fence:
        """The fence of the published folder."""
        return Fence(self.settings.published_dir)

    @property
    def warehouse_file(self) -> Path | None:
        """The file of the warehouse, where it is one."""
        if is_postgresql(self.settings.warehouse_url):
            return None
        database = make_url(self.settings.warehouse_url).database
        return Path(database) if database and database != ":memory:" else None

    def first_day(self) -> date | None:
        """Return the oldest delivery day that is known: set, recorded, or lying in a local landing zone."""
        if self.settings.first_day:
            return self.settings.first_day
        days = [entry.delivery_date for entry in self.ledger.entries()]
        folder = Path(self.settings.landing_url)
        if "://" not in self.settings.landing_url and folder.is_dir():
            for name, contract in self.contracts.items():
                files = (path.name for path in (folder / name).glob("*") if path.is_file())
                days += [found[1] for file in files if (found := contract.feed_of(file))]
        return min(days, default=None)
