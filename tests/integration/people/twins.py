"""One retailer three times: as it is, with every other shop changed, and with every seller changed.

What a reader of one shop gets must be the same, to the byte, in the first two: then nothing in it depends on another
shop. The published Parquet files are rewritten; the manifest stays, so that version, day and checks are the same.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb

from goldline.demo import write_deliveries
from goldline.publish.folder import PublishedFolder
from goldline.publish.manifest import Manifest
from goldline.publish.versions import current
from tests.integration.whole_load import carry_out
from tests.support import open_home

MINE, OTHER = "cashmere:001", "cashmere:002"
MARK = "Zzyzx"  # in every name that belongs to others in the changed retailer
_MONEY = ("amount", "price", "cost", "discount", "revenue", "value", "basket", "commission", "tax_amount", "margin")


def publish(folder: Path) -> Path:
    """Make and publish the retailer."""
    write_deliveries(folder / "landing", days=35, customers=100, seed=5, last_day=date(2026, 3, 28), lines=1000)
    carry_out(open_home(folder))
    return folder


def with_other_shops(original: Path, folder: Path) -> Path:
    """Return a copy where all other shops, and all that only they sell, are changed; a third of their lines is gone."""
    tables = _copied(original, folder)
    with duckdb.connect() as connection:
        lines = ", ".join(f"'{path}'" for path in tables["enriched_model"])
        connection.execute(f"create view line as select * from read_parquet([{lines}])")
        connection.execute(f"create table my_model as select distinct model_key from line where {_is_mine()}")
        connection.execute(f"create table my_product as select distinct product_key from line where {_is_mine()}")
        for name in ("enriched_model", "unified_sales", "unified_stores", "unified_staff", "arrivals"):
            for path in tables[name]:
                _rewrite(connection, path, f"not ({_is_mine()})", drops=name in ("enriched_model", "unified_sales"))
        for path in tables["enriched_model"]:
            _replace(connection, path, f"select * replace ({_goods()}) from source")
        for name, key in (("unified_products", "product"), ("unified_product_models", "model")):
            for path in tables[name]:
                where = f"not exists (select 1 from my_{key} where my_{key}.{key}_key = source.{key}_key)"
                _rewrite(connection, path, where)
        for name in ("golden_customer", "customer_days", "reconciliation", "residuals", "source_totals"):
            for path in tables[name]:
                _rewrite(connection, path, "true")
    return folder


def with_other_sellers(original: Path, folder: Path) -> Path:
    """Return a copy where all lines were sold by somebody else."""
    tables = _copied(original, folder)
    seller = "'cashmere:Zzyzx' || (length(sales_line_id) + coalesce(line_number, 0)) % 3"
    with duckdb.connect() as connection:
        for name in ("enriched_model", "unified_sales"):
            for path in tables[name]:
                pseudonym = ", 'Zzyzx' as staff_pseudonym" if name == "enriched_model" else ""
                _replace(connection, path, f"select * replace ({seller} as staff_key{pseudonym}) from source")
        for path in tables["unified_staff"]:
            keys = ("staff_key", "staff_code", "staff_pseudonym")
            changed = ", ".join(f"'Zzyzx' || row_number() over () as {key}" for key in keys)
            _replace(connection, path, f"select * replace ({changed}) from source")
    return folder


def _goods() -> str:
    """Let the other shops sell goods of their own kinds and brands."""
    names = ("department", "category", "subcategory", "brand", "catalogue_brand")
    return ", ".join(f"case when {_is_mine()} then {name} else '{MARK} ' || {name} end as {name}" for name in names)


def _is_mine() -> str:
    return f"coalesce(store_key, '') = '{MINE}'"


def _copied(original: Path, folder: Path) -> dict[str, list[Path]]:
    shutil.copytree(original / "published", folder / "published")
    published = folder / "published"
    version = PublishedFolder(published).version_path(current(published).version)
    tables = Manifest.read(version).tables
    return {name: [version / part.file for part in table.parts] for name, table in tables.items()}


def _rewrite(connection: duckdb.DuckDBPyConnection, path: Path, where: str, *, drops: bool = False) -> None:
    """Triple the money and change the names of some rows; leave a third of them out."""
    columns = connection.execute(f"describe select * from read_parquet('{path}')").fetchall()
    changed = [text for name, kind, *_ in columns if (text := _changed(name, kind))]
    if not changed:
        return
    replaced = ", ".join(f"case when {where} then {text} else {name} end as {name}" for name, text in changed)
    dropped = f" where not ({where} and hash(source_document_id) % 3 = 0)" if drops else ""
    _replace(connection, path, f"select * replace ({replaced}) from source{dropped}")


def _changed(name: str, kind: str) -> tuple[str, str] | None:
    if kind.startswith("DECIMAL") and any(part in name for part in _MONEY):
        return name, f"cast({name} * 3 as {kind})"
    if kind == "VARCHAR" and name in NAMES:
        return name, f"'{MARK} ' || {name}"
    if kind in ("BIGINT", "INTEGER") and name.endswith(
        ("order_count", "orders_this_year", "_line_count", "ticket_count")
    ):
        return name, f"cast({name} * 3 as {kind})"
    return None


NAMES = frozenset(
    ("store_name", "store_city", "city", "store_banner", "banner", "staff_pseudonym", "product_name", "catalogue_name")
)


def _replace(connection: duckdb.DuckDBPyConnection, path: Path, select: str) -> None:
    unfinished = path.with_suffix(".new")
    text = select.replace(" from source", f" from read_parquet('{path}') as source")
    connection.execute(f"copy ({text}) to '{unfinished}' (format parquet)")
    unfinished.replace(path)
