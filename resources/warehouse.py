"""The warehouse and the home as a Dagster resource: a typed shell around plain objects."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import dagster as dg

from goldline.home import Home
from goldline.settings import load_settings
from goldline.warehouse.engine import Warehouse


class WarehouseResource(dg.ConfigurableResource[None]):
    """Opens the warehouse of a home for one step at a time.

    Attributes:
        home_folder: The home; empty: the one that the settings name.
        wait_seconds: How long a step waits for another run's step before it asks for a retry.
    """

    home_folder: str = ""
    wait_seconds: float = 60

    @cached_property
    def home(self) -> Home:
        """The installation."""
        return Home(load_settings(home=self.home_folder) if self.home_folder else load_settings())

    @contextmanager
    def open(self) -> Iterator[Warehouse]:
        """Open the warehouse for writing, and close it again."""
        with self.home.warehouse(wait_seconds=self.wait_seconds) as warehouse:
            yield warehouse


@dataclass(frozen=True)
class OpenWarehouse:
    """In place of :class:`WarehouseResource`, a warehouse that stays open for a whole run of the command line."""

    home: Home
    warehouse: Warehouse

    @contextmanager
    def open(self) -> Iterator[Warehouse]:
        """Lend the open warehouse to a step."""
        yield self.warehouse
