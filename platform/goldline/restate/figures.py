"""The figures that must not move unseen, by month and channel, and which of them moved between two versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal

from goldline.publish.manifest import Manifest, PublishedPart, PublishedTable
from goldline.publish.partition import Cut, Period
from goldline.publish.reader import Reader
from goldline.restate.records import Move

TABLE = "unified_sales"
NET_SALES = "is_revenue and line_type in ('product', 'service', 'fee')"
_SALE, _RETURN = "transaction_type = 'sale'", "transaction_type = 'return'"
METRICS = {
    "net_sales": "sum(net_amount_excl_tax_reporting)",
    "tax": "sum(tax_amount_reporting)",
    "gross": f"sum(case when {_SALE} then gross_amount_incl_tax_reporting else 0 end)",
    "discount": f"sum(case when {_SALE} then discount_amount_incl_tax_reporting else 0 end)",
    "returns": f"sum(case when {_RETURN} then -net_amount_excl_tax_reporting else 0 end)",
    "units": "sum(quantity)",
    "lines": "count(*)",
    "documents": "count(distinct source_system || '|' || document_type || '|' || source_document_id)",
    "customers": f"count(distinct case when {_SALE} and customer_key <> 'anonymous' then customer_key end)",
}
READ = (  # by the metrics and their condition
    *("business_date", "channel", "is_revenue", "line_type", "transaction_type", "quantity", "customer_key"),
    *("source_system", "document_type", "source_document_id", "net_amount_excl_tax_reporting", "tax_amount_reporting"),
    *("gross_amount_incl_tax_reporting", "discount_amount_incl_tax_reporting"),
)
WORDS = {
    "net_sales": "net sales",
    "tax": "tax",
    "gross": "gross sales",
    "discount": "discounts",
    "returns": "returns",
    "units": "units",
    "lines": "lines",
    "documents": "documents",
    "customers": "customers with a purchase",
}
LONGEST = {"week": 7, "month": 28, "year": 365}  # days that reach no month beyond the period
Figures = dict[tuple[date, str], dict[str, Decimal]]


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return month_of(month + timedelta(days=31))


def closed_before(manifest: Manifest) -> date | None:
    """Return the day before which months were closed when a version was published."""
    return month_of(manifest.delivery_day) if manifest.delivery_day else None


def changed_months(before: Reader, after: Reader, *, until: date) -> list[date]:
    """Return the closed months that may differ: those of files that are not the same in both versions."""
    old, new = (reader.manifest.tables[TABLE] for reader in (before, after))
    alike = (old.digest_by, old.period) == (new.digest_by, new.period)
    by = _rows if alike else _bytes
    same = {by(part) for part in old.parts} & {by(part) for part in new.parts}
    changed = [
        (reader, table, part)
        for reader, table in ((before, old), (after, new))
        for part in table.parts
        if by(part) not in same
    ]
    starts = {part.starts for _, _, part in changed if part.starts and part.starts < until}
    if alike and old.period in LONGEST and starts:
        moved = {start for start, _ in _contents(before, old.period, starts) ^ _contents(after, new.period, starts)}
        changed = [one for one in changed if one[2].starts in moved]
    months: set[date] = set()
    for reader, table, part in changed:
        months |= set(_months(part.starts or _first_day(reader, until), _end(table, part, until)))
    return sorted(months)


def _contents(reader: Reader, period: Period, starts: Collection[date]) -> set[tuple[date, int]]:
    """Return, of the files that begin on some days, a number that differs where what a metric reads differs."""
    cut = Cut("business_date", period)
    rows = reader.query(
        f"select {cut.start} as starts, sum(cast(hash({', '.join(READ)}) as hugeint)) as content from {TABLE}"
        f" where {' or '.join(f'({cut.inside(start)})' for start in sorted(starts))} group by 1"
    ).to_pylist()
    return {(row["starts"], int(row["content"])) for row in rows}


def figures(reader: Reader, months: Collection[date]) -> Figures:
    """Compute every metric of some months, by month and channel."""
    if not months:
        return {}
    columns = ", ".join(f"coalesce({sql}, 0) as {name}" for name, sql in METRICS.items())
    rows = reader.query(
        f"select cast(date_trunc('month', business_date) as date) as month, channel, {columns} from {TABLE}"
        f" where {NET_SALES} and ({in_months(months)}) group by 1, 2"
    ).to_pylist()
    return {(row["month"], row["channel"]): {name: Decimal(row[name]) for name in METRICS} for row in rows}


def moves(before: Figures, after: Figures) -> tuple[Move, ...]:
    """Return what is not the same, in order; a month or channel that is not there counts as zero."""
    nothing = dict.fromkeys(METRICS, Decimal(0))
    return tuple(
        Move(month=month, channel=channel, metric=metric, before=old[metric], after=new[metric])
        for month, channel in sorted(before.keys() | after.keys())
        for old, new in [(before.get((month, channel), nothing), after.get((month, channel), nothing))]
        for metric in METRICS
        if old[metric] != new[metric]
    )


def in_months(months: Collection[date]) -> str:
    """Write the condition that a line's business day is in one of the months."""
    return " or ".join(
        f"(business_date >= date '{month}' and business_date < date '{next_month(month)}')" for month in sorted(months)
    )


def _rows(part: PublishedPart) -> tuple[object, ...]:
    """Tell parts by their rows, but for columns that say how those were loaded."""
    return part.starts, part.rows, part.hashes


def _bytes(part: PublishedPart) -> tuple[object, ...]:
    return (part.sha256,)


def _first_day(reader: Reader, until: date) -> date:
    day: date | None = reader.query(f"select min(business_date) as first_day from {TABLE}").to_pylist()[0]["first_day"]
    return day or until


def _end(table: PublishedTable, part: PublishedPart, until: date) -> date:
    """Return the day before which the days of a part lie, as far as they are closed."""
    if part.starts is None or table.period not in LONGEST:
        return until
    return min(until, part.starts + timedelta(days=LONGEST[table.period]))


def _months(start: date, end: date) -> Iterator[date]:
    month = month_of(start)
    while month < end:
        yield month
        month = next_month(month)
