"""A board that was never asked for: every kind of tile, with names that want to be more than names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from goldline.boards.format import format_delta, format_time, format_value
from goldline.boards.model import Board, Chart, Language, Tile, Words
from goldline.boards.trust import TrustStamp
from goldline.boards.view import BoardView, CellView, ColumnView, Figure, TileView
from goldline.metrics.filters import Filters
from goldline.metrics.period import Period
from goldline.metrics.question import Answer, Column
from goldline.metrics.scope import EVERYTHING

MARKUP = '<script>alert("1")</script> & <b>bold</b>'
TYPST = '#eval("1+1") *strong* _emph_ $x$ @label \\ `raw` //'
FORMULA = '=HYPERLINK("http://x.example","click")'
PLUS, MINUS, AT, TAB = "+1+1", "-2+3", "@SUM(A1)", "\t=1+1"
HEBREW = "חולצה כחולה 42"
ARABIC = "قميص أزرق (كبير)"
HOSTILE = (MARKUP, TYPST, FORMULA, PLUS, MINUS, AT, TAB, HEBREW, ARABIC)

PERIOD = Period(date(2026, 1, 1), date(2026, 11, 22), months=11)
PREVIOUS = Period(date(2025, 1, 1), date(2025, 11, 22), months=11)
NOW = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
STAMP = TrustStamp(
    as_of=date(2026, 11, 21),
    version="v000012",
    published_at=datetime(2026, 11, 22, 2, 40, tzinfo=UTC),
    passed=229,
    warned=3,
    checks=232,
    residual_rows=0,
    residual_amount=Decimal(0),
    currency="EUR",
    timezone="Europe/Paris",
    made_by="marie",
    made_at=NOW,
)
LABELS = {
    "revenue": {"en": "Revenue", "fr": "Chiffre d'affaires"},
    "orders": {"en": "Receipts", "fr": "Tickets"},
    "product": {"en": "Product", "fr": "Produit"},
    "time": {"en": "Month", "fr": "Mois"},
    "channel": {"en": "Channel", "fr": "Canal"},
    "cohort": {"en": "Cohort", "fr": "Cohorte"},
    "months_since": {"en": "Months since", "fr": "Mois depuis"},
    "retention": {"en": "Retention", "fr": "Rétention"},
}
DEFINITIONS = {
    "revenue": "Net amount of product lines sold, less returns, without tax.",
    "orders": "Documents with a sale.",
}


def board_view(language: Language = "en", *tiles: TileView) -> BoardView:
    shown = tiles or all_tiles(language)
    words = Words(en="Sales tracking", fr="Suivi des ventes")
    board = Board(
        name="sales",
        title=words,
        summary=Words(en="What is sold, where and to whom?", fr="Que vend-on, où et à qui ?"),
        group=Words(en="Sales", fr="Ventes"),
        order=1,
        tiles=tuple(view.tile for view in shown),
    )
    return BoardView(
        board=board,
        title=words.in_(language),
        summary=board.summary.in_(language),
        language=language,
        currency="EUR",
        filters=Filters(),
        scope=EVERYTHING,
        period=PERIOD,
        previous=PREVIOUS,
        period_text="1 Jan 2026 – 21 Nov 2026",
        previous_text="1 Jan 2025 – 21 Nov 2025",
        comparison_text="same period last year",
        filter_texts=(("Shop", FORMULA), ("Channel", "web")),
        tiles=shown,
        version="v000012",
        as_of=date(2026, 11, 21),
        address="/sales",
    )


def all_tiles(language: Language) -> tuple[TileView, ...]:
    return (
        number("revenue", Decimal("15659446.12"), Decimal("13907145.00"), language),
        number("orders", 101922, 90277, language),
        replace(number("orders", 12, None, language), tile=_tile("no-before", "number", ("orders",), (), 3)),
        withheld(language),
        months(language),
        by_channel(language),
        triangle(language),
        products(language),
    )


def number(metric: str, value: object, before: object, language: Language) -> TileView:
    unit = "money" if metric == "revenue" else "count"
    delta = (Decimal(str(value)) - Decimal(str(before))) / Decimal(str(before)) if before is not None else None
    figure = Figure(
        name=metric,
        label=LABELS[metric][language],
        definition=DEFINITIONS[metric],
        unit=unit,
        decimals=None,
        value=value,
        text=format_value(value, unit, None, language),
        previous=before,
        previous_text=format_value(before, unit, None, language),
        delta=delta,
        delta_text=format_delta(delta, language),
        tone="good" if delta else "none",
        reason="" if delta else "no earlier period",
    )
    return TileView(
        tile=_tile(metric, "number", (metric,), (), 3),
        title=LABELS[metric][language],
        state="full" if delta else "partial",
        language=language,
        currency="EUR",
        figures=(figure,),
        definitions=((LABELS[metric][language], DEFINITIONS[metric]),),
    )


def withheld(language: Language) -> TileView:
    return TileView(
        tile=_tile("ltv", "number", ("revenue",), (), 3),
        title="Lifetime value",
        state="withheld",
        language=language,
        currency="EUR",
        message="This figure is about the whole company.",
    )


def months(language: Language) -> TileView:
    rows = [
        (date(2026, m, 1), Decimal(900000 + m * 7001), Decimal(800000 + m * 6000), Decimal("0.12"))
        for m in range(1, 12)
    ]
    return table_view("months", "line", ("time",), "revenue", rows, language, width=8)


def by_channel(language: Language) -> TileView:
    rows = [
        (channel, Decimal(100000 * n), Decimal(90000 * n), Decimal("0.1111"))
        for n, channel in enumerate(("web", "store", "marketplace"), 1)
    ]
    return table_view("channels", "bar", ("channel",), "revenue", rows, language, width=4)


def triangle(language: Language) -> TileView:
    rows = [
        (date(2026, cohort, 1), since, Decimal(1) if not since else Decimal("0.21") - Decimal(since) / 100)
        for cohort in range(1, 9)
        for since in range(9 - cohort)
    ]
    return table_view(
        "retention", "triangle", ("cohort", "months_since"), "retention", rows, language, width=12, compare=False
    )


def products(language: Language) -> TileView:
    rows = [(name, Decimal(5000 - 100 * n), Decimal(4000), Decimal("0.25")) for n, name in enumerate(HOSTILE)]
    return table_view("products", "table", ("product",), "revenue", rows, language, width=12)


def table_view(
    name: str,
    chart: Chart,
    by: tuple[str, ...],
    metric: str,
    rows: Sequence[tuple[object, ...]],
    language: Language,
    *,
    width: int = 6,
    compare: bool = True,
) -> TileView:
    unit = "share" if metric == "retention" else "money"
    parts = ("", "__previous", "__delta") if compare else ("",)
    kinds = {"": "metric", "__previous": "previous", "__delta": "delta"}
    label = LABELS[metric][language]
    heads = [
        *(ColumnView(each, LABELS[each][language], "dimension") for each in by),
        *(ColumnView(f"{metric}{part}", f"{label}{part.replace('__', ', ')}", kinds[part], unit) for part in parts),
    ]
    columns = tuple(
        Column(head.name, head.kind, "money", LABELS[metric], metric=metric)  # type: ignore[arg-type]
        for head in heads
    )
    cells = tuple(tuple(_cell(head, value, language) for head, value in zip(heads, row, strict=True)) for row in rows)
    return TileView(
        tile=_tile(name, chart, (metric,), by, width),
        title=f"{label}: {name}",
        state="full",
        language=language,
        currency="EUR",
        answer=Answer(columns, tuple(rows), None, PERIOD, PREVIOUS),
        columns=tuple(heads),
        rows=cells,
        totals=(CellView(None, "Total"), *(CellView(row, "", "none") for row in rows[0][1:]))
        if chart == "table"
        else (),
        notes=("A note below the tile.",) if chart == "table" else (),
        definitions=((label, "Net amount of product lines sold, less returns, without tax."),),
    )


def _cell(head: ColumnView, value: object, language: Language) -> CellView:
    if head.kind == "dimension":
        text = format_time(value, "month", language) if isinstance(value, date) else str(value)
        return CellView(value, text)
    if head.kind == "delta":
        return CellView(value, format_delta(value, language), "good")
    return CellView(value, format_value(value, head.unit, None, language))


def _tile(name: str, chart: Chart, metrics: tuple[str, ...], by: tuple[str, ...], width: int) -> Tile:
    return Tile(id=name, title=Words(en=name, fr=name), chart=chart, metrics=metrics, by=by, width=width)
