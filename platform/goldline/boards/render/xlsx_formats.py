"""How cells of a workbook look: native number formats by unit and language, and the few styles that sheets share."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from babel.numbers import get_currency_precision, get_currency_symbol
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from goldline.boards.model import Language
from goldline.boards.palette import PALETTES
from goldline.boards.render.safe import inert, printable
from goldline.boards.render.sheet import Head

_LONGEST = 32_767  # characters that a cell holds
_DAYS = {"en": "d mmm yyyy", "fr": "d mmm yyyy"}
_USUAL = {"share": 1, "ratio": 2, "years": 1, "delta": 1}
PAPER = PALETTES["print"]
Look = tuple[tuple[str, Any], ...]


class Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook, language: Language, currency: str) -> None:
        """Make the styles that every sheet uses."""
        self._book, self._language, self._currency = book, language, currency
        self._made: dict[Look, Format] = {}
        self._looks: dict[int, Look] = {}
        self.title = self._format(bold=True, font_size=15)
        self.section = self._format(bold=True, font_size=11)
        self.quiet = self._format(font_color=PAPER.quiet, font_size=9)
        self.note = self._format(font_color=PAPER.quiet, italic=True, font_size=9)
        self.label = self._format(font_color=PAPER.quiet)
        self.text = self._format()
        self.wrapped = self._format(text_wrap=True, valign="top")
        self.link = self._format(font_color=PAPER.accent, underline=1)
        head = {"bold": True, "font_color": PAPER.quiet, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        self.head = self._format(**head)
        self.head_right = self._format(**head, align="right")

    def of(
        self, head: Head, value: object, measure: tuple[str, int | None] | None, *, is_total: bool = False
    ) -> Format:
        """Return the format of a cell.

        Args:
            head: Its column.
            value: What is in it.
            measure: Unit and decimals of its row, where rows differ.
            is_total: It stands in the row of totals.
        """
        look: dict[str, Any] = {"bold": True, "top": 1} if is_total else {}
        if isinstance(value, date):
            return self._format(**look, num_format=self.day(head.grain), align="left")
        if not head.is_number:
            return self._format(**look)
        unit, decimals = (head.measure, head.decimals) if measure is None or head.kind == "delta" else measure
        return self._format(**look, num_format=self.number(unit, decimals), align="right")

    def number(self, unit: str, decimals: int | None) -> str:
        """Return the native number format of a unit."""
        digits = self._digits(unit) if decimals is None or unit == "delta" else decimals
        fraction = f".{'0' * digits}" if digits else ""
        if unit == "money":
            symbol = get_currency_symbol(self._currency, locale=self._language)
            return f'"{symbol}"#,##0{fraction}' if self._language == "en" else f'#,##0{fraction}\\ "{symbol}"'
        if unit == "delta":
            return f"+0{fraction}%;-0{fraction}%;0{fraction}%"
        return f"0{fraction}%" if unit == "share" else f"#,##0{fraction}"

    def day(self, grain: str) -> str:
        """Return the format of a date that stands for a day, week, month or year."""
        return {"year": "yyyy", "month": "mmm yyyy"}.get(grain, _DAYS[self._language])

    def width(self, head: Head, value: object) -> int:
        """Return about how many characters a value takes."""
        if isinstance(value, date):
            return 12
        if isinstance(value, Decimal | int | float) and head.is_number:
            whole = len(f"{abs(value):,.0f}")
            return whole + {"money": 5, "share": 3, "delta": 4}.get(head.measure, 3)
        return len(str(value)) if value is not None else 1

    def _digits(self, unit: str) -> int:
        return get_currency_precision(self._currency) if unit == "money" else _USUAL.get(unit, 0)

    def _kept_text(self, style: Format) -> Format:
        """The same style, with the mark that keeps a cell text when somebody edits it."""
        return self._format(**dict(self._looks[id(style)]), quote_prefix=True)

    def _format(self, **look: Any) -> Format:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "Calibri", "font_size": 10, **look})
            self._looks[id(self._made[key])] = key
        return self._made[key]

    def write(self, sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
        """Write a value as what it is: a number, a date, a truth, or text, which is never a formula or a link."""
        if value is None or (isinstance(value, float) and value != value):
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, style)
        elif isinstance(value, Decimal | int | float):
            sheet.write_number(row, column, value, style)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, style)
        else:
            text = printable(str(value))[:_LONGEST]
            sheet.write_string(row, column, text, style if inert(text) == text else self._kept_text(style))
