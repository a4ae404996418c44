"""How values read: numbers, money, shares and dates in English and French, the same in every renderer.

Babel's signs, looked up once: its patterns take 70 µs for a number, and a board has thousands. Amounts stay Decimal all
the way; what is missing reads as an em dash, never as 0.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import get_currency_precision, get_currency_symbol, get_decimal_symbol, get_group_symbol

from goldline.boards.model import Language

MISSING = "—"
MINUS, TIMES, TO = "\u2212", "\u00d7", "\u2013"
_MANIFOLD = 9
_THOUSANDS = 10_000
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_SUFFIX = {
    "days": {"en": " days", "fr": " jours"},
    "months": {"en": " months", "fr": " mois"},
    "years": {"en": " years", "fr": " ans"},
}
_SUFFIX_ONE = {
    "days": {"en": " day", "fr": " jour"},
    "months": {"en": " month", "fr": " mois"},
    "years": {"en": " year", "fr": " an"},
}


def format_value(
    value: object, unit: str, decimals: int | None, language: Language, currency: str = "EUR", *, bare: bool = False
) -> str:
    """Write a metric's value.

    Args:
        value: Decimal, int, float or None.
        unit: The metric's unit: money, count, units, share, days, years or ratio.
        decimals: Decimal places; None for the unit's usual ones.
        language: ``en`` or ``fr``.
        currency: ISO code for money.
        bare: Leave out the unit's word (columns whose head names it).
    """
    if value is None or not isinstance(value, Decimal | int | float):
        return MISSING if value is None else format_cell(value, language)
    if isinstance(value, float) and value != value:  # a NaN of a statistic
        return MISSING
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    text = _apply(exact, unit, decimals, language, currency)
    return text if bare else text + _suffix(exact, unit, language)


def format_delta(delta: object, language: Language) -> str:
    """Write a relative change with its sign; what cannot be said is an em dash."""
    if not isinstance(delta, Decimal | int | float):
        return MISSING
    exact = Decimal(str(delta))
    if exact >= _MANIFOLD:
        return TIMES + _apply(exact + 1, "ratio", 0, language, "")
    return _apply(exact, "delta", 1, language, "")


def format_short(value: object, unit: str, language: Language) -> str:
    """Write a value where there is little room: whole per cents, thousands as k; nothing for what is missing."""
    if not isinstance(value, Decimal | int | float):
        return ""
    exact = Decimal(str(value))
    if abs(exact) >= _THOUSANDS and unit in ("money", "count", "units"):
        return _apply(exact / 1000, "count", 0, language, "") + "\u202fk"
    return _apply(exact, "count" if unit == "money" else unit, 1 if unit == "ratio" else 0, language, "")


def format_cell(value: object, language: Language) -> str:
    """Write a dimension's value: a day, a number as it is, a word."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, datetime):
        return format_datetime(value, "d MMM yyyy, HH:mm", locale=_locale(language))
    if isinstance(value, date):
        return format_day(value, language)
    if isinstance(value, bool):
        return {"en": ("no", "yes"), "fr": ("non", "oui")}[language][value]
    return str(value)


@lru_cache(maxsize=4096)
def format_day(day: date, language: Language) -> str:
    """Write a day in full."""
    return str(format_date(day, "d MMM yyyy", locale=_locale(language)))


@lru_cache(maxsize=4096)
def format_time(start: date, grain: str, language: Language) -> str:
    """Write a day, week, month or year by its first day."""
    if grain == "year":
        return str(start.year)
    if grain == "month":
        return str(format_date(start, "MMM yyyy", locale=_locale(language)))
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"{'S' if language == 'fr' else 'W'}{week:02d} {year}"
    return format_day(start, language)


@lru_cache(maxsize=256)
def format_month_name(month: int, language: Language, *, short: bool = True) -> str:
    """Write a month of the year, without the year."""
    return str(format_skeleton("MMM" if short else "MMMM", datetime(2000, month, 1), locale=_locale(language)))  # noqa: DTZ001


@lru_cache(maxsize=64)
def format_weekday(number: int, language: Language) -> str:
    """Write a day of the week, Monday being 1."""
    return str(format_date(date(2024, 1, number), "EEE", locale=_locale(language)))


def format_span(start: date, end: date, language: Language) -> str:
    """Write a half-open period by its first and last day."""
    last = date.fromordinal(end.toordinal() - 1)
    if start == last:
        return format_day(start, language)
    return f"{format_day(start, language)} {TO} {format_day(last, language)}"


def _apply(value: Decimal, unit: str, decimals: int | None, language: Language, currency: str) -> str:
    digits = _digits(unit, currency) if decimals is None else decimals
    if unit == "ratio" and value and abs(value) < Decimal(5).scaleb(-digits - 1):
        return f"< {_number(Decimal(1).scaleb(-digits), digits, language)}"
    before, after = _signs(unit, language, currency)
    hundredth = value * 100 if unit in ("share", "delta") else value
    text = _number(hundredth, digits, language)
    sign = MINUS if text.startswith(MINUS) else "+" if unit == "delta" else ""
    return f"{sign}{before}{text.removeprefix(MINUS)}{after}"


def _number(value: Decimal, digits: int, language: Language) -> str:
    """Write a number with the language's signs; what rounds to 0 has no minus."""
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        text = (MINUS if any(sign in "123456789" for sign in text) else "") + text[1:]
    return text.translate(_symbols(language))


@cache
def _symbols(language: Language) -> dict[int, str]:
    """Return the language's signs for those of Python, as Babel knows them."""
    locale = _locale(language)
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}


@cache
def _signs(unit: str, language: Language, currency: str) -> tuple[str, str]:
    """Return what stands before and behind a number of a unit."""
    if unit == "money":
        sign = get_currency_symbol(currency, _locale(language))
        return (sign, "") if language == "en" else ("", f"\u00a0{sign}")
    if unit in ("share", "delta"):
        return "", "%" if language == "en" else "\u202f%"
    return "", ""


def _suffix(value: Decimal, unit: str, language: Language) -> str:
    words = _SUFFIX_ONE if abs(value) < 2 and (language == "fr" or value == 1) else _SUFFIX
    return words.get(unit, {}).get(language, "")


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(_LOCALES[language])


@cache
def _digits(unit: str, currency: str) -> int:
    return get_currency_precision(currency) if unit == "money" else {"share": 1, "ratio": 2, "years": 1}.get(unit, 0)
