"""How charts look around their marks: type, axes, grid, legends, and the language's numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

from goldline.boards.model import Language
from goldline.boards.palette import Palette

MINUS = "\u2212"
FONT = "Inter, system-ui, sans-serif"
_NUMBERS: dict[Language, dict[str, Any]] = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "minus": MINUS},
    "fr": {"decimal": ",", "thousands": "\u202f", "grouping": [3], "minus": MINUS, "percent": "\u202f%"},
}
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF"}


def theme_config(palette: Palette, language: Language, currency: str) -> dict[str, Any]:
    """Return the configuration of a chart."""
    return _config(palette, language, currency)


@cache
def _config(palette: Palette, language: Language, currency: str) -> dict[str, Any]:
    sign = _SIGNS.get(currency, currency)
    money = [sign, ""] if language == "en" else ["", f"\u00a0{sign}"]
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": palette.quiet, "titleColor": palette.quiet}
    sizes = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": 500}
    return {
        "background": "transparent",
        "font": FONT,
        "locale": {"number": {**_NUMBERS[language], "currency": money}},
        "view": {"stroke": None},
        "axis": {
            **text,
            **sizes,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "gridColor": palette.grid,
            "gridWidth": 1,
        },
        "axisX": {"grid": False, "labelAngle": 0, "labelOverlap": "parity", "labelSeparation": 8, "titlePadding": 8},
        "legend": {
            **text,
            **sizes,
            "labelColor": palette.ink,
            "orient": "top",
            "direction": "horizontal",
            "title": None,
            "symbolSize": 70,
            "symbolStrokeWidth": 2,
            "columnPadding": 14,
            "rowPadding": 4,
            "labelLimit": 180,
            "offset": 8,
        },
        "range": {"category": list(palette.series), "heatmap": list(palette.ramp), "ramp": list(palette.ramp)},
        "text": {"font": FONT, "fontSize": 11, "fill": palette.ink},
    }
