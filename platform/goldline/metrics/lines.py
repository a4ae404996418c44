"""The lines behind a figure: which they are, page by page. Keys only; who the customer is, is never among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldline.metrics.builder import build_lines
from goldline.metrics.plan import Plan, Statement
from goldline.metrics.question import Column, Texts, Unit
from goldline.publish.reader import open_snapshot

MOST = 1_000
_KEYS = ("line_id", "business_date", "shop", "channel", "is_sale", "product", "category")
_READ = (*_KEYS, "quantity", "net_amount", "discount_amount")
_COLUMNS: tuple[tuple[str, Unit, Texts], ...] = (
    ("sales_line_id", "text", {"en": "Key of the line", "fr": "Clé de la ligne"}),
    ("document_number", "text", {"en": "Document", "fr": "Document"}),
    ("business_date", "date", {"en": "Day", "fr": "Jour"}),
    ("shop", "text", {"en": "Shop", "fr": "Magasin"}),
    ("channel", "text", {"en": "Channel", "fr": "Canal"}),
    ("transaction_type", "text", {"en": "Kind", "fr": "Type"}),
    ("product", "text", {"en": "Product", "fr": "Produit"}),
    ("category", "text", {"en": "Category", "fr": "Catégorie"}),
    ("quantity", "units", {"en": "Units", "fr": "Unités"}),
    ("net_amount", "money", {"en": "Revenue", "fr": "Chiffre d'affaires"}),
    ("discount_amount", "money", {"en": "Discount", "fr": "Remise"}),
)


@dataclass(frozen=True)
class Source:
    """Where the published lines are."""

    published_dir: Path
    version: str
    memory: str
    threads: int


def columns() -> tuple[Column, ...]:
    """Return the columns of a page of lines."""
    return tuple(
        Column(name, "metric" if unit in ("units", "money") else "dimension", unit, label, 2 if unit == "money" else 0)
        for name, unit, label in _COLUMNS
    )


def statement(plan: Plan, limit: int, offset: int) -> Statement:
    """Write the statement of a page, the newest lines first."""
    return build_lines(plan, _READ, min(max(limit, 1), MOST), max(offset, 0))


def page(rows: Sequence[tuple[Any, ...]], source: Source) -> list[tuple[object, ...]]:
    """Give the rows of a page the names that people can look up: the line's key and the document's number."""
    names = _names(rows, source)
    return [
        (*names.get(line, (None, None)), day, shop, channel, "sale" if is_sale else "return", *others)
        for line, day, shop, channel, is_sale, *others in rows
    ]


def _names(rows: Sequence[tuple[Any, ...]], source: Source) -> dict[int, tuple[str, str]]:
    """Look up the lines' names in the days of the snapshot that they are of."""
    if not rows:
        return {}
    days = ", ".join(f"date '{day.isoformat()}'" for day in {row[1] for row in rows})
    hashes = ", ".join(str(int(row[0])) for row in rows)
    with open_snapshot(source.published_dir, source.version, memory=source.memory, threads=source.threads) as reader:
        found = reader.query(
            "select hash(sales_line_id) as line_id, sales_line_id, document_number from enriched_model"
            f" where business_date in ({days}) and hash(sales_line_id) in ({hashes})"
        )
    return {int(one["line_id"]): (str(one["sales_line_id"]), str(one["document_number"])) for one in found.to_pylist()}
