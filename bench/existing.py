"""What a landing folder already holds, as far as one more day of deliveries has to know it.

The last day, who buys, what is sold, and which old sales can still be refunded.

Making up the new day belongs to ``bench.day_web`` and ``bench.day_tills``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from bench.contracts import SOURCES, feed
from bench.csv_files import batches, read_csv

Record = dict[str, Any]
RECENT_FILES = 40
OLD_FILES = 60


@dataclass(frozen=True)
class Landing:
    """A landing folder to ask.

    Attributes:
        folder: The folder with one folder per source.
        seed: What decides the picks: the same seed picks the same.
        scratch: Where copies of files that are not UTF-8 may be kept meanwhile.
    """

    folder: Path
    seed: int
    scratch: Path

    def last_day(self) -> date:
        """Return the newest delivery day of any source."""
        names = [path.name for source in SOURCES for path in (self.folder / source).glob("*.csv")]
        days = [found[1] for name in names if (found := re.search(r"_([0-9]{8})\.csv$", name))]
        if not days:
            raise SystemExit(f"{self.folder}: no delivery files; give the landing folder with one folder per source")
        return datetime.strptime(max(days), "%Y%m%d").date()

    def ask(self, sql: str, **relations: str) -> list[Record]:
        """Run a query over named relations (see :meth:`read`)."""
        with duckdb.connect(config={"threads": 2}) as connection:
            connection.execute("set enable_progress_bar = false")
            for name, relation in relations.items():
                connection.execute(f"create temp view {name} as select * from {relation}")
            found = connection.sql(sql)
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def read(self, source: str, name: str, *, only: slice | None = None, spread: int | None = None) -> str:
        """Return the relation of a feed's files as text.

        Args:
            source: The source.
            name: The feed.
            only: Which of the files, oldest first; all by default.
            spread: At most so many files, evenly spread over time.
        """
        described = feed(source, name)
        files = described.files(self.folder)[only or slice(None)]
        if spread and len(files) > spread:
            files = [files[len(files) * place // spread] for place in range(spread)]
        if not files:
            raise SystemExit(f"{self.folder / source}: no {name} files")
        header = list(described.columns)
        parts = []
        for batch in batches(described, files, self.scratch):
            columns = ", ".join(name if name in batch.header else f"null as {name}" for name in header)
            parts.append(f"select {columns}, filename from {read_csv(described, batch)}")
        return f"({' union all '.join(parts)})"


def refundable(landing: Landing, count: int) -> list[Record]:
    """Pick old, complete orders in one currency that still have an unrefunded line; newest version of each."""
    return landing.ask(
        "with newest as (select * from orders qualify row_number() over ("
        "partition by entity_id order by updated_at desc, parse_filename(filename) desc) = 1)"
        " select * exclude (filename) from newest where state = 'complete'"
        " and cast(base_to_order_rate as decimal(18,8)) = 1 and cast(base_to_global_rate as decimal(18,8)) = 1"
        " and coalesce(relation_child_id, '') = ''"
        " order by md5(entity_id || '|" + str(landing.seed) + "') limit " + str(3 * count),
        orders=landing.read("magento", "sales_order"),
    )


def lines_of(landing: Landing, order_ids: Iterable[str]) -> dict[str, list[Record]]:
    """Return the lines of orders as they were last delivered."""
    wanted = ", ".join(f"'{int(order)}'" for order in order_ids)
    rows = landing.ask(
        f"select * exclude (filename) from items where order_id in ({wanted})"
        " qualify row_number() over (partition by item_id order by parse_filename(filename) desc) = 1"
        " order by cast(item_id as bigint)",
        items=landing.read("magento", "sales_order_item"),
    )
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(row)
    return found


def refunded_items(landing: Landing) -> tuple[set[str], int, int]:
    """Return the order lines that have a refund, and the highest ids of credit memos and of their lines."""
    if not feed("magento", "sales_creditmemo").files(landing.folder):
        return set(), 0, 0
    memos = landing.ask(
        "select max(cast(entity_id as bigint)) as highest from memos",
        memos=landing.read("magento", "sales_creditmemo"),
    )
    lines = landing.ask(
        "select order_item_id, max(cast(entity_id as bigint)) as highest from lines group by all",
        lines=landing.read("magento", "sales_creditmemo_item"),
    )
    return {r["order_item_id"] for r in lines}, memos[0]["highest"] or 0, max((r["highest"] for r in lines), default=0)


def highest(landing: Landing, source: str, name: str, column: str) -> int:
    """Return the highest number in a column."""
    rows = landing.ask(f"select max(cast({column} as bigint)) as highest from rows", rows=landing.read(source, name))
    return rows[0]["highest"] or 0


def web_products(landing: Landing) -> list[Record]:
    """Return what the web shop sold lately: one row per stock keeping unit, with the leaf of a configurable one."""
    return landing.ask(
        "with items as (select * from items where qty_ordered <> '0')"
        " select parent.sku, min(parent.name) as name, min(parent.product_id) as product_id,"
        " min(parent.product_type) as product_type, min(leaf.product_id) as leaf_id, min(leaf.sku) as leaf_sku,"
        " max(round(cast(parent.price_incl_tax as decimal(18,4)), 2)) as price,"
        " min(cast(nullif(coalesce(nullif(parent.base_cost, ''), leaf.base_cost), '') as decimal(18,4))) as cost"
        " from items as parent left join items as leaf"
        " on leaf.parent_item_id = parent.item_id and leaf.filename = parent.filename"
        " where coalesce(parent.parent_item_id, '') = '' and parent.sku <> ''"
        " and (parent.product_type = 'simple' or (parent.product_type = 'configurable' and leaf.item_id is not null))"
        " group by parent.sku having max(cast(parent.price_incl_tax as decimal(18,4))) >= 1"
        " and count(distinct parent.product_type) = 1 and count(distinct parent.product_id) = 1 order by parent.sku",
        items=landing.read("magento", "sales_order_item", only=slice(-RECENT_FILES, None)),
    )


def web_accounts(landing: Landing) -> list[Record]:
    """Return the accounts of the web shop as they are now."""
    return landing.ask(
        "select entity_id, website_id, store_id, email_hash from accounts where is_active = '1'"
        " qualify row_number() over (partition by entity_id"
        " order by updated_at desc, parse_filename(filename) desc) = 1 order by cast(entity_id as bigint)",
        accounts=landing.read("magento", "customer_entity"),
    )


def web_shop(landing: Landing) -> Record:
    """Return the store view and the currencies that most orders have."""
    return landing.ask(
        "select store_id, order_currency_code as currency, min(shipping_method) as shipping_method from orders"
        " where cast(base_to_order_rate as decimal(18,8)) = 1 and cast(base_to_global_rate as decimal(18,8)) = 1"
        " group by all order by count(*) desc, store_id limit 1",
        orders=landing.read("magento", "sales_order", only=slice(-RECENT_FILES, None)),
    )[0]


def shops(landing: Landing) -> list[Record]:
    """Return the shops that are open, each with one of its sellers."""
    return landing.ask(
        "with shops as (select * from delivered_shops qualify row_number() over ("
        "partition by code_magasin order by parse_filename(filename) desc) = 1),"
        " sellers as (select code_magasin, min(code_vendeur) as code_vendeur from delivered_sellers group by all)"
        " select shops.code_magasin,"
        " coalesce(sellers.code_vendeur, (select min(code_vendeur) from sellers)) as code_vendeur"
        " from shops left join sellers using (code_magasin) where coalesce(date_fermeture, '') = '' order by 1",
        delivered_shops=landing.read("cashmere", "MAGASINS"),
        delivered_sellers=landing.read("cashmere", "VENDEURS"),
    )


def articles(landing: Landing) -> list[Record]:
    """Return the articles of the shops that have a price."""
    return landing.ask(
        "select code_article, reference, code_coloris, coloris, taille, gencod, libelle,"
        " cast(replace(pv_ttc, ',', '.') as decimal(18,2)) as price from articles"
        " qualify row_number() over (partition by code_article order by parse_filename(filename) desc) = 1"
        " and try_cast(replace(pv_ttc, ',', '.') as decimal(18,2)) >= 1 order by code_article",
        articles=landing.read("cashmere", "ARTICLES"),
    )


def clients(landing: Landing) -> list[Record]:
    """Return the clients of the shops as they are now."""
    return landing.ask(
        "select code_client, carte_fidelite, email_hash from clients"
        " qualify row_number() over (partition by code_client order by parse_filename(filename) desc) = 1"
        " order by code_client",
        clients=landing.read("cashmere", "CLIENTS"),
    )


def returnable(landing: Landing, count: int) -> list[Record]:
    """Pick old till lines that nobody brought back yet, from files spread over all years."""
    return landing.ask(
        "with taken as (select distinct magasin_origine, caisse_origine, ticket_origine, ligne_origine from returns"
        " where coalesce(ticket_origine, '') <> '')"
        " select * exclude (filename) from sold as sold anti join taken"
        " on taken.magasin_origine = sold.code_magasin and taken.caisse_origine = sold.code_caisse"
        " and taken.ticket_origine = sold.num_ticket and taken.ligne_origine = sold.num_ligne"
        " where type_ticket = 'V' and type_ligne = 'ART' and annule = 'N' and mode_ecole = 'N'"
        " and cast(quantite as bigint) > 0 and try_cast(replace(montant_ttc, ',', '.') as decimal(18,2)) > 0"
        " order by md5(code_magasin || date_comptable || num_ticket || num_ligne || '|"
        + str(landing.seed)
        + "') limit "
        + str(count),
        returns=landing.read("cashmere", "VENTES"),
        sold=landing.read("cashmere", "VENTES", spread=OLD_FILES),
    )
