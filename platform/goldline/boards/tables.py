"""From an answer to what is read: columns with heads, cells with their text and tone, figures with their change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from goldline.boards.format import format_delta, format_value
from goldline.boards.labels import Labels
from goldline.boards.model import Drill, Language
from goldline.boards.view import CellView, ColumnView, Figure, Tone
from goldline.boards.words import word

if TYPE_CHECKING:
    from goldline.metrics.filters import Filters
    from goldline.metrics.question import Answer, Column
    from goldline.metrics.registry import Metric

Definitions = Mapping[str, "Metric"]


class Writer:
    """Writes answers for one reader."""

    def __init__(self, labels: Labels, registry: Definitions, language: Language, currency: str) -> None:
        """Keep how this reader reads."""
        self._labels, self._registry, self._language, self._currency = labels, registry, language, currency

    def columns(self, answer: Answer) -> tuple[ColumnView, ...]:
        """Return the columns of the table."""
        return tuple(self._column(column) for column in answer.columns)

    def rows(
        self, answer: Answer, drill: Drill | None, filters: Filters, grain: str
    ) -> tuple[tuple[CellView, ...], ...]:
        """Return the rows of the table."""
        leads = self._leads(answer, drill)
        return tuple(
            tuple(
                self._cell(column, value, grain, self._link(drill, filters, row[leads]) if at == leads else "")
                for at, (column, value) in enumerate(zip(answer.columns, row, strict=True))
            )
            for row in answer.rows
        )

    def totals(self, answer: Answer) -> tuple[CellView, ...]:
        """Return the row of totals; nothing where there is none, or only one row."""
        if answer.totals is None or len(answer.rows) < 2 or not any(c.kind == "dimension" for c in answer.columns):
            return ()
        cells = []
        for at, (column, value) in enumerate(zip(answer.columns, answer.totals, strict=True)):
            text = word("tile.total", self._language) if at == 0 else ""
            cells.append(CellView(None, text) if column.kind == "dimension" else self._cell(column, value, "", ""))
        return tuple(cells)

    def figures(self, answer: Answer, reason: str) -> tuple[Figure, ...]:
        """Return the metrics of a one-row answer as figures.

        Args:
            answer: The answer.
            reason: Why there is no compared period; empty where there is one.
        """
        row = answer.rows[0] if answer.rows else answer.totals
        if row is None:
            return ()
        values = {column.name: value for column, value in zip(answer.columns, row, strict=True)}
        return tuple(self._figure(column, values, reason) for column in answer.columns if column.kind == "metric")

    def value(self, column: Column, value: object) -> str:
        """Write one value of a metric."""
        return format_value(value, column.unit, column.decimals, self._language, self._currency)

    def definitions(self, metrics: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return name and definition of metrics."""
        found = (self._registry[name] for name in metrics if name in self._registry)
        return tuple((metric.label[self._language], metric.definition[self._language]) for metric in found)

    def _column(self, column: Column) -> ColumnView:
        label = column.label[self._language]
        metric = self._registry.get(column.metric)
        definition = metric.definition[self._language] if metric and column.kind == "metric" else ""
        return ColumnView(column.name, label, column.kind, column.unit, column.decimals, definition)

    def _cell(self, column: Column, value: object, grain: str, link: str) -> CellView:
        if column.kind == "dimension":
            return CellView(value, self._labels.of(column.name, value, grain), link=link)
        if column.kind == "delta":
            return CellView(value, format_delta(value, self._language), tone(value, column.better))
        return CellView(value, self.value(column, value))

    def _figure(self, column: Column, values: Mapping[str, object], reason: str) -> Figure:
        previous, delta = values.get(f"{column.name}__previous"), values.get(f"{column.name}__delta")
        metric = self._registry.get(column.metric or column.name)
        return Figure(
            name=column.name,
            label=column.label[self._language],
            definition=metric.definition[self._language] if metric else "",
            unit=column.unit,
            decimals=column.decimals,
            value=values[column.name],
            text=self.value(column, values[column.name]),
            previous=previous,
            previous_text=self.value(column, previous),
            delta=delta,
            delta_text=format_delta(delta, self._language),
            tone=tone(delta, column.better),
            reason="" if delta is not None else reason or self._no_change(previous),
        )

    def _no_change(self, previous: object) -> str:
        if previous is None:
            return word("reason.no_previous", self._language)
        return word("reason.other_sign" if previous else "reason.was_zero", self._language)

    @staticmethod
    def _leads(answer: Answer, drill: Drill | None) -> int:
        names = [column.name for column in answer.columns if column.kind == "dimension"]
        if drill is None or not names:
            return -1
        return answer.column(drill.of) if drill.of in names else 0

    @staticmethod
    def _link(drill: Drill | None, filters: Filters, value: object) -> str:
        if drill is None or value is None or value == "":
            return ""
        cleared = filters.with_(**dict.fromkeys(drill.clear, ()))
        query = cleared.with_(**{drill.set: (str(value),)}).to_query()
        return f"/{drill.board}?{query}" if query else f"/{drill.board}?{urlencode({drill.set: value})}"


def tone(delta: object, better: str) -> Tone:
    """Say whether a change is for the better."""
    if not isinstance(delta, Decimal | int | float):
        return "none"
    if delta == 0 or better == "neither":
        return "flat"
    return "good" if (delta > 0) == (better == "up") else "bad"
