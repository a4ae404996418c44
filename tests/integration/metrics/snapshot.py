"""Publishing lines that a test made up, as a version with the tables and columns that metrics are made from.

The lines say what was sold; what the platform would add to them (first purchases, segments, scores) is added here in
the plainest way. Nothing of the mart belongs here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd

from goldline.publish.digest import MADE_BY
from goldline.publish.manifest import Manifest, PublishedColumn, PublishedPart, PublishedTable
from goldline.publish.sealed import write_sealed

GIVEN = {
    "document": "varchar", "business_date": "date", "customer": "varchar", "product": "varchar", "category": "varchar",
    "brand": "varchar", "store": "varchar", "channel": "varchar", "staff": "varchar", "is_sale": "boolean",
    "quantity": "decimal(18,4)", "net": "decimal(18,4)", "list": "decimal(18,4)", "cost": "decimal(18,4)",
    "code": "varchar", "gender": "varchar", "birth_year": "bigint", "known_on": "date", "contactable": "boolean",
}  # fmt: skip

_ENRICHED = """
with days as (
    select customer, min(business_date) as first_date from given where customer is not null and is_sale
    group by customer
)
select
    concat_ws('/', document, row_number() over (partition by document order by product, net)) as sales_line_id,
    'made_up' as source_system, 'ticket' as document_type, document as source_document_id, document as document_number,
    business_date, store as store_key, channel, 'FR' as store_country, staff as staff_key,
    'D' || left(category, 1) as department, category, cast(null as varchar) as subcategory,
    brand as catalogue_brand, brand,
    product as model_key, product || '-1' as product_key,
    case when is_sale then 'sale' else 'return' end as transaction_type, quantity,
    net as net_amount_excl_tax_reporting, list as gross_amount_incl_tax_reporting,
    cast(list - net as decimal(18,4)) as discount_amount_incl_tax_reporting,
    cast(list - net as decimal(18,4)) as discount_amount_incl_tax,
    cost as cost_amount_reporting, cast(net - cost as decimal(18,4)) as margin_amount_reporting, code as promotion_code,
    coalesce(given.customer, 'anonymous') as customer_key, gender as customer_gender,
    case when year(business_date) - birth_year between 14 and 100 then year(business_date) - birth_year end
        as customer_age_at_purchase,
    case when given.customer is not null then 'active' end as customer_segment_on_day,
    coalesce(is_sale and business_date = first_date, false) as is_first_purchase, true as is_net_sales
from given left join days on days.customer = given.customer
"""
_CUSTOMERS = """
with as_of as (select max(business_date) as day from given),
bought as (
    select
        customer, any_value(gender) as gender, any_value(birth_year) as birth_year, any_value(known_on) as known_on,
        any_value(contactable) as contactable, min(store) as store,
        min(case when is_sale then business_date end) as first_date,
        max(case when is_sale then business_date end) as last_date,
        count(distinct case when is_sale and business_date > day - interval 1 year then document end) as orders,
        sum(case when business_date > day - interval 1 year then net else 0 end) as revenue
    from given cross join as_of where customer is not null group by customer
)
select
    customer as customer_key, coalesce(known_on, first_date) as first_seen_on, first_date as first_purchase_date,
    store as home_store_key, gender, coalesce(contactable, false) as is_contactable_by_email,
    false as is_contactable_by_sms, false as has_loyalty_card, '25-34' as age_band,
    case when last_date is null then 'prospect' when orders >= 4 then 'frequent' when orders >= 2 then 'active'
        when orders = 1 or last_date > day - interval 2 year then 'occasional' else 'dead' end as segment,
    case when last_date is not null then 5 - least(cast(day - last_date as integer) // 90, 4) end as recency_score,
    case when last_date is not null then least(greatest(orders, 1), 5) end as frequency_score,
    case when last_date is not null then 1 + cast(revenue > 100 as integer) end as monetary_score,
    cast(revenue as decimal(18,4)) as revenue_last_12_months
from bought cross join as_of
"""
_STORES = """
select distinct
    store as store_key, store as store_code, 'Shop ' || store as store_name,
    case when channel = 'ecommerce' then 'web' else 'own' end as store_type, 'FR' as country,
    cast(null as date) as opened_on, cast(null as date) as closed_on
from given where store is not null
"""
_STAFF = "select distinct staff as staff_key, 'person ' || staff as staff_pseudonym from given where staff is not null"
_PRODUCTS = """
select product || '-1' as product_key, product as model_key, min('The ' || product) as product_name
from given where product is not null group by product
"""


def publish_lines(home: Path, lines: pd.DataFrame, *, version: int = 1, prospects: int = 0) -> None:
    """Publish made-up lines in a home; columns of ``GIVEN`` that they lack are null.

    Args:
        home: Folder of the installation.
        lines: The lines.
        version: The number of the version.
        prospects: How many contacts to add that never bought.
    """
    folder = home / "published" / "versions" / f"v{version:06d}"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.register("frame", lines)
        columns = ", ".join(
            f"cast({name if name in lines else 'null'} as {kind}) as {name}" for name, kind in GIVEN.items()
        )
        connection.execute(f"create table given as select {columns} from frame")
        day = connection.execute("select max(business_date) from given").fetchall()[0][0]
        store = "(select min(store) from given)"
        more = (
            f" union all select 'prospect' || n, date '2000-01-01' + cast(n as integer), null, {store}, 'female',"
            f" false, false, false, null, 'prospect', null, null, null, 0 from range({prospects}) as numbers (n)"
        )
        tables = {
            "enriched_model": _ENRICHED, "golden_customer": _CUSTOMERS + more, "unified_stores": _STORES,
            "unified_staff": _STAFF, "unified_products": _PRODUCTS,
        }  # fmt: skip
        written = {name: _write(connection, folder, name, sql) for name, sql in tables.items()}
    _record(folder, version, day, written)


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, sql: str) -> PublishedTable:
    file = f"{name}.parquet"
    connection.execute(f"copy ({sql}) to '{folder / file}' (format parquet)")
    rows = connection.execute(f"select count(*) from ({sql})").fetchall()[0][0]
    columns = connection.execute(f"describe {sql}").fetchall()
    part = PublishedPart(file=file, bytes=(folder / file).stat().st_size, sha256="-", rows=rows, hashes=(0, 0), sums={})
    return PublishedTable(
        parts=(part,), rows=rows, digest=f"{rows}", digest_by=MADE_BY, sums={},
        columns=tuple(PublishedColumn(name=one[0], type=one[1], documentation="-") for one in columns),
    )  # fmt: skip


def _record(folder: Path, version: int, day: date, tables: dict[str, PublishedTable]) -> None:
    manifest = Manifest(
        version=folder.name, created_at=datetime(2026, 1, version, tzinfo=UTC), delivery_day=day, tables=tables
    )
    manifest.write(folder)
    published = folder.parent.parent
    write_sealed(published / "current.json", {"version": folder.name, "highest": version})
    with (published / "history.jsonl").open("a") as history:
        history.write(f'{{"at": "2026-01-01", "action": "published", "version": "{folder.name}"}}\n')
