"""The essentials with Polars: every delivery file read whole, the unified sales and the golden customers as Parquet.

    python -m bench.with_polars --landing FOLDER --out FOLDER

Covers what ``bench.with_pandas`` covers and leaves out what that leaves out; files are scanned lazily, many at once.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench.contracts import feed, feeds
from bench.csv_files import batches
from bench.essentials import LINE_COLUMNS, PAID_STATES

Tables = dict[str, pl.DataFrame]


def load(landing: Path, scratch: Path) -> Tables:
    """Read every file of every feed; keep the newest version of each key."""
    return {f"{f.source}.{f.name}": _load_feed(f.source, f.name, landing, scratch) for f in feeds()}


def _load_feed(source: str, name: str, landing: Path, scratch: Path) -> pl.DataFrame:
    described = feed(source, name)
    numbers = [
        n
        for n, c in described.columns.items()
        if (c["type"] == "integer" or c["type"].startswith("decimal")) and not n.endswith("_id")
    ]
    parts = [
        pl.scan_csv(
            list(batch.files),
            separator=described.dialect["delimiter"],
            decimal_comma=described.dialect["decimal_mark"] == ",",
            schema={n: pl.Float64 if n in numbers else pl.String for n in batch.header},
            null_values=[null for null in described.dialect["nulls"] if null],
            include_file_paths="delivery_date",
        )
        for batch in batches(described, described.files(landing), scratch)
    ]
    if not parts:
        return pl.DataFrame(schema={n: pl.Float64 if n in numbers else pl.String for n in described.columns})
    rows = pl.concat(parts, how="diagonal").with_columns(pl.col("delivery_date").str.slice(-12, 8))
    if described.key:
        order = [*described.content.get("newest_by", ()), "delivery_date"]
        rows = rows.sort(order, nulls_last=False).unique(described.key, keep="last")
    return rows.collect()


def unified_sales(tables: Tables) -> pl.DataFrame:
    """Make the lines that count, both channels, in one vocabulary."""
    return pl.concat([_web_sales(tables), _refunds(tables), _till_sales(tables)], how="vertical_relaxed")


def _orders(tables: Tables) -> pl.DataFrame:
    account, guest = (
        pl.lit("magento:account:") + pl.col("customer_id"),
        pl.lit("magento:guest:") + pl.col("customer_email_hash"),
    )
    return (
        tables["magento.sales_order"]
        .filter(pl.col("state").is_in(PAID_STATES))
        .with_columns(pl.coalesce(account, guest).alias("customer_record"), pl.col("entity_id").alias("order_id"))
    )


_NET = (
    pl.col("row_total")
    - pl.col("discount_amount").fill_null(0)
    + pl.col("discount_tax_compensation_amount").fill_null(0)
)


def _web_sales(tables: Tables) -> pl.DataFrame:
    orders = _orders(tables)
    heads = orders.select("order_id", "created_at", "customer_record", "order_currency_code")
    items = tables["magento.sales_order_item"].filter(pl.col("parent_item_id").is_null()).drop("created_at")
    sold = items.join(heads, on="order_id").select(
        _web(
            "order",
            pl.col("order_id"),
            pl.col("item_id"),
            pl.col("sku"),
            pl.col("qty_ordered"),
            _NET,
            pl.col("tax_amount"),
        )
    )
    shipping = orders.filter(pl.col("shipping_amount") != 0).select(
        _web(
            "order",
            pl.col("order_id"),
            pl.lit("shipping"),
            pl.lit(None, pl.String),
            pl.lit(1.0),
            pl.col("shipping_amount"),
            pl.col("shipping_tax_amount").fill_null(0),
        )
    )
    return pl.concat([sold, shipping], how="vertical_relaxed")


def _refunds(tables: Tables) -> pl.DataFrame:
    memos = tables["magento.sales_creditmemo"].filter(pl.col("state") == 2)
    heads = memos.select(pl.col("entity_id").alias("parent_id"), "order_id", "created_at", "order_currency_code").join(
        _orders(tables).select("order_id", "customer_record"), on="order_id"
    )
    lines = tables["magento.sales_creditmemo_item"].join(heads, on="parent_id").filter(pl.col("row_total") != 0)
    return lines.select(
        _web(
            "credit_memo",
            pl.col("parent_id"),
            pl.col("entity_id"),
            pl.col("sku"),
            -pl.col("qty"),
            -_NET,
            -pl.col("tax_amount"),
        )
    )


def _web(
    kind: str, document: pl.Expr, line: pl.Expr, sku: pl.Expr, quantity: pl.Expr, net: pl.Expr, tax: pl.Expr
) -> list[pl.Expr]:
    values = (
        pl.lit("magento"), pl.lit(kind), document, line, pl.col("created_at").str.slice(0, 10), pl.lit("magento:base"),
        pl.col("customer_record"), sku, quantity, net, tax, pl.col("order_currency_code"),
    )  # fmt: skip
    return [value.alias(name) for name, value in zip(LINE_COLUMNS, values, strict=True)]


def _till_sales(tables: Tables) -> pl.DataFrame:
    lines = tables["cashmere.VENTES"].filter((pl.col("annule") == "N") & (pl.col("mode_ecole") == "N"))
    shops = tables["cashmere.MAGASINS"].select("code_magasin", "devise")
    day = pl.col("date_comptable")
    client, card = (
        pl.lit("cashmere:client:") + pl.col("code_client"),
        pl.lit("cashmere:card:") + pl.col("carte_fidelite"),
    )
    values = (
        pl.lit("cashmere"),
        pl.lit("ticket"),
        pl.concat_str("code_magasin", "code_caisse", "date_comptable", "num_ticket", separator="/"),
        pl.col("num_ligne").cast(pl.Int64).cast(pl.String),
        pl.concat_str(day.str.slice(6, 4), day.str.slice(3, 2), day.str.slice(0, 2), separator="-"),
        pl.lit("cashmere:") + pl.col("code_magasin"),
        pl.coalesce(client, card),
        pl.col("code_article"),
        pl.col("quantite"),
        pl.col("montant_ht"),
        pl.col("montant_tva"),
        pl.col("devise"),
    )
    named = [value.alias(name) for name, value in zip(LINE_COLUMNS, values, strict=True)]
    return lines.join(shops, on="code_magasin", how="left").select(named)


def customer_keys(tables: Tables) -> pl.DataFrame:
    """Join records that share a card or an e-mail."""
    account, client = (
        pl.lit("magento:account:") + pl.col("entity_id"),
        pl.lit("cashmere:client:") + pl.col("code_client"),
    )
    accounts, clients = tables["magento.customer_entity"], tables["cashmere.CLIENTS"]
    shown = pl.concat(
        [
            accounts.select(account.alias("record"), pl.col("email_hash").alias("seen")),
            _orders(tables).select(
                pl.col("customer_record").alias("record"), pl.col("customer_email_hash").alias("seen")
            ),
            clients.select(client.alias("record"), pl.col("email_hash").alias("seen")),
            clients.select(client.alias("record"), pl.col("carte_fidelite").alias("seen")),
        ]
    ).drop_nulls()
    numbered = shown.select(
        "record", pl.col("record").rank("dense").alias("r") - 1, pl.col("seen").rank("dense").alias("s") - 1
    )
    left, right = numbered["r"].to_numpy().astype(np.int64), numbered["s"].to_numpy().astype(np.int64)
    size = int(left.max(initial=0)) + int(right.max(initial=0)) + 2
    graph = coo_array((np.ones(len(left), np.int8), (left, right + int(left.max(initial=0)) + 1)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    keys = pl.Series("customer_key", labels[left]).cast(pl.String)
    return numbered.select(pl.col("record").alias("customer_record")).with_columns(keys).unique("customer_record")


def golden_customers(sales: pl.DataFrame) -> pl.DataFrame:
    """Sum up each customer."""
    sold = pl.col("quantity") > 0
    return (
        sales.filter(pl.col("customer_key").is_not_null())
        .group_by("customer_key")
        .agg(
            pl.col("business_date").filter(sold).min().alias("first_purchase_date"),
            pl.col("business_date").filter(sold).max().alias("last_purchase_date"),
            pl.col("source_document_id").filter(sold).n_unique().alias("order_count"),
            pl.col("net_amount_excl_tax").sum().alias("lifetime_value"),
        )
    )


def main() -> None:
    """Do the essentials from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.with_polars", description=(__doc__ or "").split("\n\n", 1)[0]
    )
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="goldline-bench-") as scratch:
        tables = load(asked.landing, Path(scratch))
    articles = tables["cashmere.ARTICLES"].select(
        pl.col("code_article").alias("sku"), "reference", "libelle", "marque", "rayon", "famille"
    )
    sales = (
        unified_sales(tables)
        .join(customer_keys(tables), on="customer_record", how="left")
        .with_columns(pl.coalesce("customer_key", "customer_record").alias("customer_key"))
        .join(articles, on="sku", how="left")
    )
    golden = golden_customers(sales)
    sales.write_parquet(asked.out / "unified_sales.parquet")
    golden.write_parquet(asked.out / "golden_customer.parquet")
    net = round(float(sales["net_amount_excl_tax"].sum()), 2)
    print(json.dumps({"lines": len(sales), "net_excl_tax": net, "customers": len(golden)}))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
