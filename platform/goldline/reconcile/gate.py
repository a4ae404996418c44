"""The gate before publishing: every cell of the reconciliation is 0, and every table still holds what it was summed to.

What is left over stops the publishing, with table, delivery day, file, rows, amount and the lines behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from goldline.errors import IntegrityError
from goldline.home import Home
from goldline.reconcile.lines import Line, name_lines
from goldline.reconcile.stations import stations
from goldline.warehouse.engine import Session

SHOWN_GAPS, SHOWN_LINES = 3, 5
RESIDUALS = ("rows", "gross", "discount", "net", "tax", "returned")
NOT_ZERO = " or ".join(f"residual_{name} <> 0" for name in RESIDUALS)
# the station at which an equation fails, and what it says
EQUATIONS = {
    "file": ("received", "what the file held is not what its rows were counted as"),
    "load": ("stored", "the rows that were loaded are not the rows that are there"),
    "version": ("stored", "rows are neither superseded, nor replaced, nor counted"),
    "place": ("sales", "rows that count have no selling point or several"),
    "source": ("sales", "the source's sales are not what its files say"),
    "unified": ("unified", "the unified sales are not the source's sales less what was excluded"),
    "enriched": ("enriched", "the enriched model is not the unified sales"),
}


@dataclass(frozen=True)
class Gap:
    """Something left over, for one table and delivery day.

    Attributes:
        table: Where it shows.
        files: The file, or the feed, that it concerns; empty where only the table is known.
        rows: Rows too many (negative: too few).
        net: Net amount too much (negative: too little), in the rows' own currencies.
    """

    table: str
    what: str
    source: str
    day: date
    files: str
    rows: int
    net: Decimal
    lines: tuple[Line, ...] = field(default=())

    def __str__(self) -> str:
        """Say it with the lines behind it."""
        shown = [str(line) for line in self.lines[:SHOWN_LINES]]
        if len(self.lines) > SHOWN_LINES:
            shown.append("and more")
        named = f" [{'; '.join(shown)}]" if shown else ""
        where = " ".join(filter(None, (self.source, f"{self.day}", self.files)))
        return f"{self.table} ({where}): {self.what}: {self.rows:+,} rows, net {self.net:+,.2f}{named}"


def require_reconciled(home: Home, session: Session) -> None:
    """Stop where anything is left over.

    Raises:
        IntegrityError: A residual is not 0, a table has changed since it was summed, or files were loaded by a version
            of Goldline that did not count them.
    """
    _require_counted(home, session)
    gaps = sorted([*_changed_since(home, session), *_left_over(home, session)], key=lambda gap: not gap.lines)
    if not gaps:
        return
    shown = "; ".join(str(gap) for gap in gaps[:SHOWN_GAPS])
    more = f"; and {len(gaps) - SHOWN_GAPS} more" if len(gaps) > SHOWN_GAPS else ""
    raise IntegrityError(
        f"the reconciliation does not close: {shown}{more}",
        where="publish",
        remedy="run 'goldline rebuild' to load all again from the archive; the published version stays as it was",
    )


def _require_counted(home: Home, session: Session) -> None:
    feeds = [f.name for contract in home.contracts.values() for f in contract.feeds.values() if f.totals]
    uncounted = session.rows(
        "select files.file_name from intake.delivery_file as files where files.feed = any(?) and files.rows_received <>"
        " (select coalesce(sum(row_count), 0) from intake.delivery_total as totals"
        " where totals.sequence = files.sequence and totals.outcome = 'received')"
        " order by files.sequence limit 1",
        [feeds],
    )
    if uncounted:
        raise IntegrityError(
            "what the file held was not counted when it was loaded",
            where=str(uncounted[0][0]),
            remedy="run 'goldline rebuild' once: it loads everything again from the archive, and counts it",
        )


def _changed_since(home: Home, session: Session) -> Iterator[Gap]:
    """Compare whole tables with the statement, and only where they differ look for the day and the lines."""
    for station in stations(home.contracts.values()):
        if not station.differs(session):
            continue
        net = 1 + list(station.measures).index("net_amount")
        for source, day, sums in station.differing_days(session):
            yield Gap(
                table=station.table,
                what="rows have changed since they were counted",
                source=source,
                day=day,
                files=station.feed,
                rows=int(sums[0]),
                net=sums[net],
                lines=tuple(name_lines(home, session, station.name, source, day, station.feed)),
            )


def _left_over(home: Home, session: Session) -> Iterator[Gap]:
    found = session.rows(
        "select equation, source_system, delivery_date, feed, coalesce(max(file_name), feed), sum(residual_rows),"
        f" sum(residual_net) from control.residuals where {NOT_ZERO}"
        " group by equation, source_system, delivery_date, feed order by source_system, delivery_date, feed, equation"
    )
    order = list(EQUATIONS)
    for equation, source, day, feed, file, rows, net in sorted(found, key=lambda row: order.index(row[0])):
        station, what = EQUATIONS[equation]
        lines = () if station == "received" else tuple(name_lines(home, session, station, source, day, feed))
        # an equation takes off what the later station holds: what is left over is missing there
        yield Gap("control.residuals", what, source, day, file, -int(rows), -Decimal(net), lines)
