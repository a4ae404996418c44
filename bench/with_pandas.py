"""The essentials with pandas: every delivery file read whole, the unified sales and the golden customers as Parquet.

    python -m bench.with_pandas --landing FOLDER --out FOLDER

Covered: all columns of all feeds with their types (amounts as floats, dates as text), newest version of each key, the
lines that count in both channels with shipping and refunds as lines, customers joined by card and e-mail, product and
shop columns on each line, one row per customer. Left out: rules and personal-data patterns, rounding, footer and
loyalty discounts, bundles priced by their parts, phone matching and its guards, local times, customer days, segments.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench.contracts import feed, feeds
from bench.csv_files import batches
from bench.essentials import LINE_COLUMNS, PAID_STATES

Tables = dict[str, pd.DataFrame]


def load(landing: Path, scratch: Path) -> Tables:
    """Read every file of every feed; keep the newest version of each key."""
    return {f"{f.source}.{f.name}": _load_feed(f.source, f.name, landing, scratch) for f in feeds()}


def _load_feed(source: str, name: str, landing: Path, scratch: Path) -> pd.DataFrame:
    described = feed(source, name)
    numbers = {n for n, c in described.columns.items() if c["type"] == "integer" or c["type"].startswith("decimal")}
    parts = []
    for batch in batches(described, described.files(landing), scratch):
        for path in batch.files:
            part = pd.read_csv(
                path,
                sep=described.dialect["delimiter"],
                decimal=described.dialect["decimal_mark"],
                dtype={n: "float64" if n in numbers and not n.endswith("_id") else "string" for n in batch.header},
                na_values=described.dialect["nulls"],
                keep_default_na=False,
                encoding="utf-8-sig",
            )
            parts.append(part.assign(delivery_date=path.stem[-8:]))
    if not parts:
        kinds = {n: "float64" if n in numbers and not n.endswith("_id") else "string" for n in described.columns}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    rows = pd.concat(parts, ignore_index=True)
    if described.key:
        order = [*described.content.get("newest_by", ()), "delivery_date"]
        rows = rows.sort_values(order, kind="stable").drop_duplicates(described.key, keep="last")
    return rows


def unified_sales(tables: Tables) -> pd.DataFrame:
    """Make the lines that count, both channels, in one vocabulary."""
    lines = pd.concat([_web_sales(tables), _refunds(tables), _till_sales(tables)], ignore_index=True)
    return lines[list(LINE_COLUMNS)]


def _orders(tables: Tables) -> pd.DataFrame:
    orders = tables["magento.sales_order"]
    orders = orders[orders["state"].isin(PAID_STATES)]
    account = "magento:account:" + orders["customer_id"]
    guest = "magento:guest:" + orders["customer_email_hash"]
    return orders.assign(customer_record=account.fillna(guest), order_id=orders["entity_id"])


def _web_sales(tables: Tables) -> pd.DataFrame:
    orders = _orders(tables)
    heads = orders[["order_id", "created_at", "customer_record", "order_currency_code"]]
    items = tables["magento.sales_order_item"]
    items = items[items["parent_item_id"].isna()].drop(columns="created_at").merge(heads, on="order_id")
    net = items["row_total"] - items["discount_amount"].fillna(0) + items["discount_tax_compensation_amount"].fillna(0)
    sold = _web(items, "order", items["order_id"], items["item_id"], items["qty_ordered"], net, items["tax_amount"])
    shipped = orders[orders["shipping_amount"] != 0]
    one = pd.Series(1.0, shipped.index)
    shipping = _web(
        shipped.assign(sku=None), "order", shipped["order_id"], "shipping", one, shipped["shipping_amount"],
        shipped["shipping_tax_amount"].fillna(0),
    )  # fmt: skip
    return pd.concat([sold, shipping], ignore_index=True)


def _refunds(tables: Tables) -> pd.DataFrame:
    memos = tables["magento.sales_creditmemo"]
    memos = memos[memos["state"] == 2].rename(columns={"entity_id": "parent_id"})
    heads = memos[["parent_id", "order_id", "created_at", "order_currency_code"]].merge(
        _orders(tables)[["order_id", "customer_record"]], on="order_id"
    )
    lines = tables["magento.sales_creditmemo_item"].merge(heads, on="parent_id")
    lines = lines[lines["row_total"] != 0]
    net = lines["row_total"] - lines["discount_amount"].fillna(0) + lines["discount_tax_compensation_amount"].fillna(0)
    return _web(lines, "credit_memo", lines["parent_id"], lines["entity_id"], -lines["qty"], -net, -lines["tax_amount"])


def _web(
    rows: pd.DataFrame, kind: str, document: pd.Series, line: pd.Series | str, quantity: pd.Series, net: pd.Series,
    tax: pd.Series,
) -> pd.DataFrame:  # fmt: skip
    return pd.DataFrame(
        {
            "source_system": "magento",
            "document_type": kind,
            "source_document_id": document,
            "source_line_id": line,
            "business_date": rows["created_at"].str.slice(0, 10),
            "store_key": "magento:base",
            "customer_record": rows["customer_record"],
            "sku": rows["sku"],
            "quantity": quantity,
            "net_amount_excl_tax": net,
            "tax_amount": tax,
            "currency": rows["order_currency_code"],
        }
    )


def _till_sales(tables: Tables) -> pd.DataFrame:
    lines = tables["cashmere.VENTES"]
    lines = lines[(lines["annule"] == "N") & (lines["mode_ecole"] == "N")]
    shops = tables["cashmere.MAGASINS"][["code_magasin", "devise"]]
    lines = lines.merge(shops, on="code_magasin", how="left")
    document = (
        lines["code_magasin"] + "/" + lines["code_caisse"] + "/" + lines["date_comptable"] + "/" + lines["num_ticket"]
    )
    day = lines["date_comptable"]
    record = ("cashmere:client:" + lines["code_client"]).fillna("cashmere:card:" + lines["carte_fidelite"])
    return pd.DataFrame(
        {
            "source_system": "cashmere",
            "document_type": "ticket",
            "source_document_id": document,
            "source_line_id": lines["num_ligne"].astype("int64").astype("string"),
            "business_date": day.str.slice(6, 10) + "-" + day.str.slice(3, 5) + "-" + day.str.slice(0, 2),
            "store_key": "cashmere:" + lines["code_magasin"],
            "customer_record": record,
            "sku": lines["code_article"],
            "quantity": lines["quantite"],
            "net_amount_excl_tax": lines["montant_ht"],
            "tax_amount": lines["montant_tva"],
            "currency": lines["devise"],
        }
    )


def customer_keys(tables: Tables) -> pd.DataFrame:
    """Join records that share a card or an e-mail."""
    accounts, clients = tables["magento.customer_entity"], tables["cashmere.CLIENTS"]
    orders = _orders(tables)
    shown = pd.concat(
        [
            pd.DataFrame({"record": "magento:account:" + accounts["entity_id"], "seen": accounts["email_hash"]}),
            pd.DataFrame({"record": orders["customer_record"], "seen": orders["customer_email_hash"]}),
            pd.DataFrame({"record": "cashmere:client:" + clients["code_client"], "seen": clients["email_hash"]}),
            pd.DataFrame({"record": "cashmere:client:" + clients["code_client"], "seen": clients["carte_fidelite"]}),
        ]
    ).dropna()
    record, records = pd.factorize(shown["record"])
    seen, things = pd.factorize(shown["seen"])
    size = len(records) + len(things)
    graph = coo_array((np.ones(len(shown), np.int8), (record, seen + len(records))), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return pd.DataFrame({"customer_record": records, "customer_key": labels[: len(records)].astype(str)})


def golden_customers(sales: pd.DataFrame) -> pd.DataFrame:
    """Sum up each customer."""
    known = sales[sales["customer_key"].notna()]
    sold = known[known["quantity"] > 0]
    return pd.DataFrame(
        {
            "first_purchase_date": sold.groupby("customer_key")["business_date"].min(),
            "last_purchase_date": sold.groupby("customer_key")["business_date"].max(),
            "order_count": sold.groupby("customer_key")["source_document_id"].nunique(),
            "lifetime_value": known.groupby("customer_key")["net_amount_excl_tax"].sum(),
        }
    ).reset_index()


def main() -> None:
    """Do the essentials from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.with_pandas", description=(__doc__ or "").split("\n\n", 1)[0]
    )
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="goldline-bench-") as scratch:
        tables = load(asked.landing, Path(scratch))
    keys = customer_keys(tables)
    sales = unified_sales(tables).merge(keys, on="customer_record", how="left")
    sales["customer_key"] = sales["customer_key"].fillna(sales["customer_record"])
    articles = tables["cashmere.ARTICLES"].rename(columns={"code_article": "sku"})
    sales = sales.merge(articles[["sku", "reference", "libelle", "marque", "rayon", "famille"]], on="sku", how="left")
    golden = golden_customers(sales)
    sales.to_parquet(asked.out / "unified_sales.parquet")
    golden.to_parquet(asked.out / "golden_customer.parquet")
    net = round(float(sales["net_amount_excl_tax"].sum()), 2)
    print(json.dumps({"lines": len(sales), "net_excl_tax": net, "customers": len(golden)}))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
