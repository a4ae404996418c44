"""What a file comes to before it is loaded: rows and amounts received, loaded, quarantined and left out as duplicates.

The measures are the contract's (``totals``); they are summed over the checked rows, never over what the warehouse
holds, so that the reconciliation can hold one against the other. The sums are kept in ``intake.delivery_total``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from goldline.contracts import Feed, Totals
from goldline.intake.engine import Engine, seen
from goldline.intake.rules import identifier, literal

CREATE = """
create table if not exists intake.delivery_total (
    sequence bigint not null,
    outcome varchar not null,
    selling_point varchar not null,
    currency varchar not null,
    row_count bigint not null,
    gross_amount decimal(38,4) not null,
    discount_amount decimal(38,4) not null,
    net_amount decimal(38,4) not null,
    tax_amount decimal(38,4) not null,
    returned_amount decimal(38,4) not null,
    primary key (sequence, outcome, selling_point, currency)
)"""


@dataclass(frozen=True)
class LeftOut:
    """A row that stays behind, as far as its total is concerned.

    Attributes:
        outcome: ``duplicate``; ``quarantined``; ``unreadable`` where one of its amounts cannot be read.
        has_point: The selling point can be read.
        has_currency: The currency can be read.
    """

    sequence: int
    line: int
    outcome: str
    has_point: bool = True
    has_currency: bool = True


def left_out_as(feed: Feed, sequence: int, line: int, broken: Iterable[str]) -> LeftOut:
    """Say how a row with broken columns counts."""
    totals, wrong = feed.totals, set(broken)
    unreadable = totals is not None and bool(wrong & totals.columns(feed.columns))
    return LeftOut(
        sequence,
        line,
        "unreadable" if unreadable else "quarantined",
        has_point=totals is not None and totals.point not in wrong,
        has_currency=totals is not None and totals.currency not in wrong,
    )


def totals_of(
    engine: Engine, rows: pa.Table, feed: Feed, sequences: Sequence[int], left_out: Iterable[LeftOut]
) -> pa.Table | None:
    """Sum the checked rows of some files, by what becomes of them and all together (``received``)."""
    if feed.totals is None:
        return None
    with seen(engine, checked=rows, left_out=_as_table(left_out)):
        return engine.execute(_sql(feed.totals), [list(sequences)]).to_arrow_table()


def _sql(totals: Totals) -> str:
    """Sum twice, once without regard to what becomes of a row: what is received must equal the sum of the outcomes."""
    amounts = ", ".join(
        f"case when m.outcome = 'unreadable' then null else try(cast({expression} as decimal(18,4))) end as {name}"
        for name, expression in totals.measures.items()
    )
    sums = ", ".join(f"cast(coalesce(sum({name}), 0) as decimal(38,4)) as {name}" for name in totals.measures)
    rows = (
        f"select t.sequence, coalesce(m.outcome, case when is_faulty then 'quarantined' else 'loaded' end) as outcome,"
        f" {_stated(totals.point, 'has_point')} as selling_point,"
        f" {_stated(totals.currency, 'has_currency')} as currency, {amounts} from checked as t left join left_out as m"
        f" on m.marked_sequence = t.sequence and m.marked_line = t.line_number where list_contains(?, t.sequence)"
    )
    return (
        f"with rows as ({rows})"
        f" select sequence, {literal('received')} as outcome, selling_point, currency, count(*) as row_count, {sums}"
        " from rows group by sequence, selling_point, currency"
        f" union all select sequence, outcome, selling_point, currency, count(*), {sums}"
        " from rows group by sequence, outcome, selling_point, currency"
    )


def _stated(column: str, readable: str) -> str:
    if not column:
        return "''"
    return (
        f"case when coalesce(m.{readable}, true) then coalesce(cast({identifier(column)} as varchar), '') else '' end"
    )


def _as_table(rows: Iterable[LeftOut]) -> pa.Table:
    listed = list(rows)
    return pa.table(
        {
            "marked_sequence": pa.array([row.sequence for row in listed], pa.int64()),
            "marked_line": pa.array([row.line for row in listed], pa.int64()),
            "outcome": pa.array([row.outcome for row in listed], pa.string()),
            "has_point": pa.array([row.has_point for row in listed], pa.bool_()),
            "has_currency": pa.array([row.has_currency for row in listed], pa.bool_()),
        }
    )
