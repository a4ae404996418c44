"""What the reference pages are written from, gathered once.

Reading each kind of file is its own package's business; how a page looks is decided in the page's module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from goldline.contracts import Contract, Feed, load_contracts
from goldline.flow import suite_of
from goldline.home import assets_folder
from goldline.publication import Publication, published_tables
from goldline.quality.suite import Suite
from goldline.settings import Settings
from goldline.warehouse.schema_of import Columns, warehouse_columns
from goldline.warehouse.tables import Catalogue, TableFile, load_catalogue


@dataclass(frozen=True)
class Material:
    """Tables, contracts and checks, with the columns that the warehouse would have.

    Attributes:
        catalogue: The table files and the vocabulary.
        contracts: The contracts, by source.
        suites: The checks, by full table name.
        published: Full names of the tables that are published, with what is made from each.
        columns: (column, type) of every table of a warehouse, feeds and reference tables included.
    """

    catalogue: Catalogue
    contracts: Mapping[str, Contract]
    suites: Mapping[str, Suite]
    published: Mapping[str, tuple[Publication, ...]]
    columns: Mapping[str, Columns]

    @cached_property
    def groups(self) -> dict[str, list[TableFile]]:
        """The tables of each group by name; groups in the order in which data flows through them."""
        depths = _depths(self.catalogue)
        found: dict[str, list[TableFile]] = defaultdict(list)
        above: dict[str, set[str]] = defaultdict(set)
        for table in sorted(self.catalogue.tables, key=lambda one: one.name):
            found[table.group].append(table)
            above[table.group] |= {up.group for up in self.catalogue.upstream(table)} - {table.group}
        order: list[str] = []
        while waiting := [group for group in found if group not in order]:
            ready = [group for group in waiting if above[group] <= set(order)] or waiting
            order.append(min(ready, key=lambda group: (min(depths[each.table] for each in found[group]), group)))
        return {group: found[group] for group in order}

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """For each table, the tables that read it."""
        found: dict[str, list[str]] = defaultdict(list)
        for table in sorted(self.catalogue.tables, key=lambda one: one.table):
            for name in table.depends_on:
                found[name].append(table.table)
        return found

    @cached_property
    def feeds(self) -> dict[str, tuple[Contract, Feed]]:
        """The feeds by the names of the tables that hold their rows: all rows, and the newest ones."""
        found = {}
        for contract in self.contracts.values():
            for feed in contract.feeds.values():
                found[contract.table(feed.name)] = (contract, feed)
                found[f"{contract.source}.{feed.name.lower()}"] = (contract, feed)
        return found


def gather(assets: Path | None = None) -> Material:
    """Read everything below ``assets/``.

    Args:
        assets: The folder; the installation's own if not given.

    Raises:
        GoldlineError: A table file, contract or suite cannot be used.
    """
    folder = assets or assets_folder()
    catalogue, contracts = load_catalogue(folder), load_contracts(folder)
    settings = Settings.model_construct()
    return Material(
        catalogue=catalogue,
        contracts=contracts,
        suites=_suites(catalogue.tables),
        published=published_tables(folder),
        columns=warehouse_columns(catalogue, contracts, settings),
    )


def _suites(tables: Iterable[TableFile]) -> dict[str, Suite]:
    return {table.table: suite for table in tables if (suite := suite_of(table))}


def _depths(catalogue: Catalogue) -> dict[str, int]:
    """Say how many tables lie between a table and the feeds; the catalogue has each after those it reads."""
    depths: dict[str, int] = {}
    for table in catalogue.tables:
        depths[table.table] = 1 + max((depths.get(name, 0) for name in table.depends_on), default=0)
    return depths
