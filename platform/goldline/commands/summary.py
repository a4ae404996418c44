"""What was published, in a few lines and one small table: lines, customers, net sales by channel and month."""

from __future__ import annotations

from datetime import date

from rich.table import Table

from goldline.commands.terminal import out, table, warn
from goldline.home import Home
from goldline.metrics.period import plus_months
from goldline.publish.reader import Reader, open_snapshot
from goldline.restate.records import Restatement
from goldline.restate.review import held_restatement, restatement_of
from goldline.restate.words import title

CHANNELS = {"ecommerce": "web shop", "store": "shops"}
MONTHS = 12


def show_published(home: Home) -> None:
    """Print the summary of the current version; nothing where nothing is published yet."""
    if not (home.settings.published_dir / "current.json").exists():
        return
    with open_snapshot(home.settings.published_dir) as reader:
        manifest = reader.manifest
        out.print(
            f"Published version [bold]{manifest.version}[/bold], deliveries to {manifest.delivery_day}"
            f" · checks: {manifest.checks.get('passed', 0)} passed, {manifest.checks.get('warnings', 0)} warn"
        )
        out.print(_counts(reader))
        out.print(_sales(reader))
    folder = home.settings.published_dir
    show_restated(manifest.version, restatement_of(folder, manifest.version))
    if waiting := held_restatement(folder):
        warn(f"a newer version is held, as it would restate {title(waiting)}: goldline publish held")


def show_restated(version: str, found: Restatement | None) -> None:
    """Say what a version restated; nothing where it restated nothing."""
    if found and found.moves:
        confirmed = f", confirmed by {found.confirmation.by}" if found.confirmation else ""
        warn(f"{version} restated {title(found)}{confirmed}: goldline publish restated {version}")


def _counts(reader: Reader) -> str:
    customers, buyers, both = _row(
        reader,
        "select count(*), count(*) filter (where order_count > 0), count(*) filter (where is_multi_channel)"
        " from golden_customer",
    )
    return (
        f"{reader.manifest.tables['unified_sales'].rows:,} lines · {customers:,} customers, {buyers:,} have bought,"
        f" {both:,} in both channels"
    )


def _row(reader: Reader, sql: str) -> tuple[int, ...]:
    return tuple(reader.query(sql).to_pylist()[0].values())


def _sales(reader: Reader) -> Table:
    """Net sales without tax by month (the twelve to that of the newest line) and channel, in the reporting currency."""
    newest: date | None = reader.query("select max(business_date) as newest from unified_sales")["newest"][0].as_py()
    first = plus_months((newest or date.max).replace(day=1), 1 - MONTHS)
    found = reader.query(
        "select date_trunc('month', business_date)::date as month, channel, any_value(reporting_currency) as currency,"
        f" sum(net_amount_excl_tax_reporting) as net from unified_sales where business_date >= date '{first}'"
        " and is_revenue and line_type in ('product', 'service', 'fee') group by all order by all"
    ).to_pylist()
    months = sorted({row["month"] for row in found})
    channels = sorted({row["channel"] for row in found})
    currency = found[0]["currency"] if found else ""
    net = {(row["month"], row["channel"]): row["net"] for row in found}
    numbers = tuple(CHANNELS.get(channel, channel) for channel in channels)
    shown = table(f"net sales, {currency}", *numbers, "total", right=(*numbers, "total"))
    for month in months:
        amounts = [net.get((month, channel), 0) for channel in channels]
        shown.add_row(f"{month:%Y-%m}", *(f"{amount:,.2f}" for amount in (*amounts, sum(amounts))))
    return shown
