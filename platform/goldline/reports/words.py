"""What the daily report says, by name and language: the sentences are in ``words.yaml`` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from babel.dates import format_date

from goldline.boards.model import Language
from goldline.yaml_text import read_yaml

_LOCALES: dict[Language, str] = {"en": "en_GB", "fr": "fr_FR"}


def say(name: str, language: Language, **values: object) -> str:
    """Return a sentence, with values filled in."""
    return _texts()[name][language].format(**values)


def long_day(day: date, language: Language) -> str:
    """Write a day with its weekday, such as ``Saturday 21 November``."""
    return _written(day, "EEEE d MMMM", language)


def short_day(day: date, language: Language) -> str:
    """Write a day with its weekday, such as ``Sat 21 Nov``."""
    return _written(day, "EEE d MMM", language)


def day_and_year(day: date, language: Language) -> str:
    """Write a day of another year, such as ``Saturday 22 November 2025``."""
    return _written(day, "EEEE d MMMM y", language)


def month_name(day: date, language: Language) -> str:
    """Write the month of a day, such as ``November 2026``."""
    return _written(day, "LLLL y", language)


def heading(text: str) -> str:
    """Begin with a capital, whatever the language's habits for days are."""
    return text[:1].upper() + text[1:]


def _written(day: date, pattern: str, language: Language) -> str:
    return str(format_date(day, pattern, locale=_LOCALES[language]))


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return found
