"""Data health: how the deliveries arrive, whether they reconcile, what the checks said, what was published when.

Read from the published control tables and the manifests (``control_tables``), never from the warehouse, which may be
at work. These figures are of the whole company and for the people who run it: a reader limited to some shops gets none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goldline.arrivals.grid import Cell, Grid, Row
from goldline.arrivals.looks import LOOKS
from goldline.boards.control_tables import KEYS, STATIONS, Control, read_control
from goldline.boards.format import MISSING, format_cell, format_day, format_value
from goldline.boards.model import Language, Tile
from goldline.boards.view import CellView, ColumnView, Figure, TileView, Tone
from goldline.boards.words import word, word_or
from goldline.publish.manifest import Manifest

if TYPE_CHECKING:
    from goldline.metrics.scope import Scope
    from goldline.metrics.store import Store


def control_view(tile: Tile, *, store: Store, scope: Scope, language: Language, address: str) -> TileView:
    """Resolve a tile of control tables."""
    title = tile.title.in_(language) if tile.title else tile.id
    bare = TileView(tile, title, "full", language, "", address=address, notes=_notes(tile, language))
    if not scope.sees_company:
        return replace(bare, state="withheld", message=word("state.withheld", language))
    filled = _WRITERS[tile.source](bare, read_control(store.published_dir, store.version))
    if filled.rows or filled.figures:
        return filled
    return replace(filled, state="empty", message=word("state.empty", language))


def _notes(tile: Tile, language: Language) -> tuple[str, ...]:
    return (tile.note.in_(language),) if tile.note else ()


def _arrivals(view: TileView, control: Control) -> TileView:
    grid, language = control.grid, view.language
    if grid is None:
        return view
    heads = [_text("group", language), _text("name", language)]
    columns = [ColumnView(head, head, "dimension") for head in heads]
    columns += [ColumnView(str(day), format_day(day, language), "day") for day in grid.days]
    bands = ((word("health.selling_points", language), grid.shops), (word("health.feeds", language), grid.feeds))
    rows = [_arrival_row(name, row, grid, language) for name, rows in bands for row in rows]
    return replace(view, columns=tuple(columns), rows=tuple(rows))


def _arrival_row(band: str, row: Row, grid: Grid, language: Language) -> tuple[CellView, ...]:
    cells = [CellView(band, band), CellView(row.key, f"{row.group} · {row.label}")]
    for day in grid.days:
        cell = row.cells.get(day, Cell("not_expected"))
        cells.append(CellView(cell.status, word_or(f"arrival.{cell.status}", language, LOOKS[cell.status].word)))
    return tuple(cells)


def _reconciliation(view: TileView, control: Control) -> TileView:
    kind, language = view.tile.params.get("by", "source"), view.language
    key = KEYS[kind][0]
    columns = [ColumnView(key, _text("column_day" if kind == "day" else "column_source", language), "dimension")]
    columns.append(ColumnView("currency", _text("column_currency", language), "dimension"))
    columns += [
        ColumnView(f"{name}_rows", word(f"station.{name}", language), "metric", "count", 0) for name in STATIONS
    ]
    columns.append(ColumnView("net", _text("column_amount", language), "metric", "money", 2))
    columns.append(ColumnView("residual_rows", _text("column_residual_rows", language), "metric", "count", 0))
    columns.append(ColumnView("residual_amount", _text("column_residual", language), "metric", "money", 2))
    rows = tuple(
        tuple(_reconciled(column, found, language) for column in columns) for found in control.reconciled[kind]
    )
    return replace(view, columns=tuple(columns), rows=rows)


def _reconciled(column: ColumnView, found: Mapping[str, Any], language: Language) -> CellView:
    value = found[column.name]
    if column.kind == "dimension":
        return CellView(value, format_cell(value, language))
    tone: Tone = "none"
    if column.name.startswith("residual"):
        tone = "bad" if value else "good"
    is_one = re.fullmatch("[A-Z]{3}", str(found["currency"])) is not None
    unit = column.unit if is_one else "count"  # the sum over several currencies is in none of them
    return CellView(value, format_value(value, unit, column.decimals, language, found["currency"]), tone)


def _checks(view: TileView, control: Control) -> TileView:
    return replace(view, figures=tuple(_check_figures(view, control)))


def _check_figures(view: TileView, control: Control) -> Iterator[Figure]:
    """The figure that the tile's parameter names, with the version before it."""
    name, language = view.tile.params["figure"], view.language
    value = _figure_of(name, control.manifest, control)
    earlier = control.versions[-2] if len(control.versions) > 1 else None
    previous = _figure_of(name, earlier, control) if earlier and name != "residual" else None
    unit = "money" if name == "residual" else "count"
    currency = view.currency or "EUR"
    yield Figure(
        name=name,
        label=view.title,
        definition=word_or(f"health.about_{name}", language, ""),
        unit=unit,
        decimals=2 if unit == "money" else 0,
        value=value,
        text=format_value(value, unit, None, language, currency),
        previous=previous,
        previous_text=format_value(previous, unit, None, language, currency) if previous is not None else MISSING,
        tone="bad" if name in ("residual", "failed") and value else "none",
        reason=word("health.earlier_version" if earlier else "health.first_version", language),
    )


def _figure_of(name: str, manifest: Manifest, control: Control) -> int | Decimal:
    if name == "residual":
        return sum((row["residual_amount"] or Decimal(0) for row in control.reconciled["source"]), Decimal(0))
    if name == "rows":
        return sum(table.rows for table in manifest.tables.values())
    if name == "arrivals":
        return _missing(control.grid)
    return int(manifest.checks.get(name, 0))


def _missing(grid: Grid | None) -> int:
    """How many of the last week's arrivals are missing or incomplete."""
    if grid is None:
        return 0
    newest = grid.days[-1] - timedelta(days=7)
    wanting = ("expected_missing", "incomplete", "quarantined", "small")
    cells = (item for row in (*grid.shops, *grid.feeds) for item in row.cells.items())
    return sum(cell.status in wanting for day, cell in cells if day > newest)


def _versions(view: TileView, control: Control) -> TileView:
    language = view.language
    names = ("version", "published", "day", "checks", "warnings", "rows", "size")
    columns = [
        ColumnView(name, _text(f"column_{name}", language), "metric" if at > 2 else "dimension", "count", 0)
        for at, name in enumerate(names)
    ]
    rows = tuple(_version_row(each, language) for each in reversed(control.versions))
    return replace(view, columns=tuple(columns), rows=rows)


def _version_row(manifest: Manifest, language: Language) -> tuple[CellView, ...]:
    counts = [
        int(manifest.checks.get("passed", 0)),
        int(manifest.checks.get("warnings", 0)),
        sum(table.rows for table in manifest.tables.values()),
    ]
    size = sum(table.bytes for table in manifest.tables.values())
    published, day = manifest.created_at, manifest.delivery_day
    megabytes = format_value(Decimal(size) / 1_000_000, "count", 1, language)
    return (
        CellView(manifest.version, manifest.version),
        CellView(published, format_cell(published, language) + " UTC"),
        CellView(day, format_cell(day, language)),
        *(CellView(count, format_value(count, "count", 0, language)) for count in counts),
        CellView(size, f"{megabytes} {'Mo' if language == 'fr' else 'MB'}"),
    )


def _text(name: str, language: Language) -> str:
    return word(f"health.{name}", language)


_WRITERS: dict[str, Callable[[TileView, Control], TileView]] = {
    "arrivals": _arrivals,
    "reconciliation": _reconciliation,
    "checks": _checks,
    "versions": _versions,
}
