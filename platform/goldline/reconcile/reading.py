"""Reading the statement from the tables of ``assets/control``, in the warehouse or as they are published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from goldline.reconcile.statement import (
    MEASURES,
    NOTHING,
    STATIONS,
    Amounts,
    Block,
    FileLine,
    Grain,
    Period,
    SourceTotal,
    Statement,
    Step,
)

Ask = Callable[[str], Sequence[Sequence[Any]]]


def read_statement(
    ask: Ask, period: Period, *, schema: str = "", grain: Grain = "day", with_totals: bool = True
) -> Statement:
    """Read a statement.

    Args:
        ask: Runs a select and returns its rows.
        period: The deliveries it is of.
        schema: ``control.`` in the warehouse, nothing in the published snapshot.
        grain: A line per file and selling point, per delivery day, or per month.
        with_totals: Read the sources' own totals, too.
    """
    cells, failing, residual = _residual(ask, period, schema)
    return Statement(
        title=period.title,
        blocks=tuple(_blocks(ask, period, schema)),
        lines=tuple(_lines(ask, period, schema, grain=grain)),
        totals=tuple(_totals(ask, period, schema)) if with_totals else (),
        cells=cells,
        failing=failing,
        residual=residual,
    )


def entries(ask: Ask, period: Period, *, schema: str = "") -> Iterator[tuple[Any, ...]]:
    """Yield every entry of the statement and then every residual, exactly; the columns are ``ENTRY``."""
    place = "source_system, delivery_date, feed, file_sequence, file_name, store_key, currency"
    stations = f"{place}, station, reason, row_count, {', '.join(f'{name}_amount' for name in MEASURES)}"
    residuals = f"{place}, equation, residual_rows, {', '.join(f'residual_{name}' for name in MEASURES)}"
    where = period.where()
    order = "source_system, delivery_date, feed, file_sequence nulls last, store_key, currency"
    for row in ask(
        f"select {stations} from {schema}reconciliation where {where} order by {order}, station, reason nulls first"
    ):
        yield tuple(row)
    for row in ask(f"select {residuals} from {schema}residuals where {where} order by {order}, equation"):
        yield (*row[:3], row[3] or None, *row[4:7], f"residual of {row[7]}", None, *row[8:])


ENTRY = (
    *("source_system", "delivery_date", "feed", "file_sequence", "file_name", "store_key", "currency", "station"),
    *("reason", "row_count", *(f"{name}_amount" for name in MEASURES)),
)


def _blocks(ask: Ask, period: Period, schema: str) -> Iterator[Block]:
    sums = ", ".join(f"sum({name}_amount)" for name in MEASURES)
    found: dict[tuple[str, str], list[Step]] = defaultdict(list)
    for source, currency, station, reason, rows, *money in ask(
        f"select source_system, currency, station, reason, sum(row_count), {sums} from {schema}reconciliation"
        f" where {period.where()} group by source_system, currency, station, reason"
    ):
        if station in STATIONS:
            found[source, currency].append(Step(station, reason or "", _amounts(rows, money)))
    order = list(STATIONS)
    for (source, currency), steps in sorted(found.items()):
        yield Block(source, currency, tuple(sorted(steps, key=lambda step: (order.index(step.station), step.reason))))


def _lines(ask: Ask, period: Period, schema: str, *, grain: Grain) -> Iterator[FileLine]:
    rows = ", ".join(f"sum(case when station = '{name}' then row_count else 0 end)" for name in STATIONS)
    residual = "sum(abs(residual_rows)), sum(" + " + ".join(f"abs(residual_{name})" for name in MEASURES) + ")"
    day = "cast(date_trunc('month', delivery_date) as date)" if grain == "month" else "delivery_date"
    cell = "feed, store_key" if grain == "file" else "'all' as feed, 'all' as store_key"
    place = f"{day}, source_system, {cell}, currency"
    group = f"{day}, source_system, {'feed, store_key, ' if grain == 'file' else ''}currency"
    left = {
        tuple(row[:5]): row[5:]
        for row in ask(f"select {place}, {residual} from {schema}residuals where {period.where()} group by {group}")
    }
    found = {
        tuple(row[:5]): row[5:]
        for row in ask(
            f"select {place}, sum(case when station = 'unified' then net_amount else 0 end), {rows}"
            f" from {schema}reconciliation where {period.where()} group by {group}"
        )
    }
    kept = {key for key, (rows_left, amount_left) in left.items() if rows_left or amount_left}
    for key in sorted(found.keys() | kept):
        net, *counts = found.get(key, (NOTHING, *(0 for _ in STATIONS)))
        rows_left, amount_left = left.get(key, (0, NOTHING))
        counted = dict(zip(STATIONS, map(int, counts), strict=True))
        day, source, feed, store, currency = key
        yield FileLine(
            source, day, feed, store, currency, counted, Decimal(net), int(rows_left), Decimal(amount_left), grain
        )


def _totals(ask: Ask, period: Period, schema: str) -> Iterator[SourceTotal]:
    for row in ask(
        "select source_system, document_type, sum(document_count), sum(unstated_count), sum(stated_amount),"
        f" sum(delivered_amount), sum(deviating_count) from {schema}source_totals"
        f" where {period.where('stated_on')} group by source_system, document_type order by 1, 2"
    ):
        yield SourceTotal(row[0], row[1], int(row[2]), int(row[3]), Decimal(row[4]), Decimal(row[5]), int(row[6]))


def _residual(ask: Ask, period: Period, schema: str) -> tuple[int, int, Amounts]:
    names = ("rows", *MEASURES)
    zero = " and ".join(f"residual_{name} = 0" for name in names)
    sums = ", ".join(f"coalesce(sum(abs(residual_{name})), 0)" for name in names)
    cells, failing, rows, *money = ask(
        f"select count(*), coalesce(sum(case when {zero} then 0 else 1 end), 0), {sums}"
        f" from {schema}residuals where {period.where()}"
    )[0]
    return int(cells), int(failing), _amounts(rows, money)


def _amounts(rows: Any, money: Iterable[Any]) -> Amounts:
    return Amounts(int(rows), tuple(map(Decimal, money)))
