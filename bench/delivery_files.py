"""Writing delivery files in the contracts' formats: header, dialect, encoding and file name.

What is in them is not decided here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from bench.contracts import Feed, feed

Row = Mapping[str, object]
ENCODINGS = {"magento": "utf-8", "cashmere": "cp1252"}
LINE_ENDS = {"magento": "\n", "cashmere": "\r\n"}


def write_feed(landing: Path, source: str, name: str, day: date, rows: Iterable[Row]) -> Path:
    """Write one file of a feed; a column that a row lacks is null."""
    described = feed(source, name)
    path = landing / source / str(described.content["file"]).replace("{day}", f"{day:%Y%m%d}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(render(described, rows))
    return path


def render(described: Feed, rows: Iterable[Row]) -> bytes:
    """Return the bytes of a file with these rows."""
    names = list(described.columns)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=described.dialect["delimiter"], lineterminator=LINE_ENDS[described.source])
    writer.writerow(names)
    for row in rows:
        if strange := row.keys() - set(names):
            raise ValueError(f"{described.table} has no column {sorted(strange)}")
        writer.writerow([spell(described, row.get(name)) for name in names])
    return text.getvalue().encode(ENCODINGS[described.source])


def spell(described: Feed, value: object) -> str:
    """Spell a value as the source does."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", described.dialect["decimal_mark"])
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y" if described.dialect["date_format"] == "dd/mm/yyyy" else "%Y-%m-%d")
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    return str(value)
