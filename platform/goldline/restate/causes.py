"""Why a figure moved: the lines that differ between two versions, and the files that made them differ.

A line's file is the one that its newest version came with. Where that file had been published already, something else
changed the line: another file (of the same source), the matching of customers, or a setting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from goldline.publish.reader import Reader
from goldline.restate.figures import NET_SALES, TABLE, in_months
from goldline.restate.records import Cause, File, How, Restatement
from goldline.warehouse.engine import Session

LINEAGE = "sales_lineage"
MOST_FILES = 50
_MEASURES = (
    "net_amount_excl_tax_reporting", "tax_amount_reporting", "gross_amount_incl_tax_reporting",
    "discount_amount_incl_tax_reporting", "quantity", "transaction_type", "source_document_id",
)  # fmt: skip
_COLUMNS = ("sales_line_id", "channel", *_MEASURES, "customer_key", "source_system")
_DIFFERS = " or ".join(f"new_lines.{name} is distinct from old_lines.{name}" for name in _MEASURES)
_CHANGED = f"""
with changed as (
    select
        coalesce(new_lines.sales_line_id, old_lines.sales_line_id) as sales_line_id,
        coalesce(new_lines.month, old_lines.month) as month,
        case when new_lines.sales_line_id is null then 'removed' when {_DIFFERS} then 'changed' else 'customer' end
            as kind,
        coalesce(new_lines.source_system, old_lines.source_system) as source,
        coalesce(new_lines.net_amount_excl_tax_reporting, 0) - coalesce(old_lines.net_amount_excl_tax_reporting, 0)
            as net_sales
    from old_lines
    full join new_lines
        on new_lines.sales_line_id = old_lines.sales_line_id and new_lines.month = old_lines.month
        and new_lines.channel = old_lines.channel
    where {_DIFFERS} or new_lines.customer_key is distinct from old_lines.customer_key
)
select
    changed.*,
    coalesce(new_lineage.source_file, old_lineage.source_file) as file,
    coalesce(new_lineage.delivery_date, old_lineage.delivery_date) as delivery_date
from changed
left join new_lineage on new_lineage.sales_line_id = changed.sales_line_id and changed.kind <> 'removed'
left join old_lineage on old_lineage.sales_line_id = changed.sales_line_id
order by 1
"""
Named = tuple[str, str, date]


@dataclass(frozen=True)
class Register:
    """The files that are loaded, and which of them came since the version before.

    Attributes:
        newest: The newest version of each file, by source, name and delivery day.
        fresh: Files that were loaded since.
        identifying: Those of them that can join customers.
    """

    newest: dict[Named, File]
    fresh: Sequence[File]
    identifying: Sequence[File]

    def come_into_question(self, source: str, day: date) -> list[File]:
        """Files that may have changed a line of another file: of the same delivery, else of the same source."""
        of_source = [file for file in self.fresh if file.source == source]
        return [file for file in of_source if file.delivery_day == day] or of_source


def read_register(
    session: Session, *, before: Restatement | None, identifying: Collection[tuple[str, str]]
) -> Register:
    """Read which files are loaded.

    Args:
        session: An open transaction.
        before: What is kept with the version before; where that is not known, every file counts as new.
        identifying: Feeds (source, feed) that hold pseudonyms.
    """
    newest: dict[Named, File] = {}
    fresh, joining = [], []
    rows = session.rows(
        "select source, feed, file_name, delivery_date, sequence from intake.delivery_file order by sequence"
    )
    for source, feed, name, day, sequence in rows:
        known = (source, name, day)
        file = File(source=source, name=name, delivery_day=day, sequence=sequence, is_correction=known in newest)
        newest[known] = file
        if before is None or not before.shows(sequence):
            fresh.append(file)
            joining += [file] if (source, feed) in identifying else []
    return Register(newest, fresh, joining)


def causes(
    session: Session, before: Reader, after: Reader, months: Collection[date], register: Register
) -> tuple[Cause, ...]:
    """Find out which files made the lines of some months differ."""
    changed = _changed_lines(before, after, months)
    moved_to = _where_removed_lines_are(session, changed)
    groups: dict[tuple[date, How, tuple[File, ...]], list[Decimal]] = defaultdict(list)
    fresh = {file.sequence for file in register.fresh}
    for line in changed:
        found = moved_to.get(line["sales_line_id"], (line["source"], line["file"], line["delivery_date"]))
        file = register.newest.get(found)
        how, files = _attributed(line["kind"], file if file and file.sequence in fresh else None, found, register)
        groups[line["month"], how, tuple(files)].append(line["net_sales"])
    return tuple(
        Cause(
            month=month,
            how=how,
            files=files[:MOST_FILES],
            more_files=max(len(files) - MOST_FILES, 0),
            lines=len(amounts),
            net_sales=sum(amounts, Decimal(0)),
        )
        for (month, how, files), amounts in sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1])))
    )


def _attributed(kind: str, file: File | None, found: Named, register: Register) -> tuple[How, Sequence[File]]:
    if kind == "customer":
        return ("customers", register.identifying) if register.identifying else ("rules", ())
    if file:
        return "lines", [file]
    others = register.come_into_question(found[0], found[2])
    return ("indirect", others) if others else ("rules", ())


def _changed_lines(before: Reader, after: Reader, months: Collection[date]) -> list[dict[str, Any]]:
    with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "512MB"}) as database:
        for name, reader in (("old", before), ("new", after)):
            database.register(f"{name}_lines", _lines(reader, months))
            database.register(f"{name}_lineage", _lineage(reader, months))
        found: list[dict[str, Any]] = database.execute(_CHANGED).to_arrow_table().to_pylist()
    return found


def _lines(reader: Reader, months: Collection[date]) -> pa.Table:
    return reader.query(
        f"select {', '.join(_COLUMNS)}, cast(date_trunc('month', business_date) as date) as month from {TABLE}"
        f" where {NET_SALES} and ({in_months(months)})"
    )


def _lineage(reader: Reader, months: Collection[date]) -> pa.Table:
    """Read which files lines came with; an earlier release published that with the lines."""
    table = LINEAGE if LINEAGE in reader.tables else TABLE
    return reader.query(f"select sales_line_id, source_file, delivery_date from {table} where {in_months(months)}")


def _where_removed_lines_are(session: Session, changed: Iterable[dict[str, Any]]) -> dict[str, Named]:
    """Find lines that count no longer, but are still delivered: a newer state of their document left them out."""
    removed: dict[str, list[str]] = defaultdict(list)
    for line in changed:
        if line["kind"] == "removed":
            removed[line["source"]].append(line["sales_line_id"])
    return {
        line_id: (source, file, day)
        for source, ids in removed.items()
        for line_id, file, day in session.rows(
            f"select sales_line_id, source_file, delivery_date from {source}.sales where sales_line_id = any($ids)",
            {"ids": ids},
        )
    }
