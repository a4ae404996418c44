"""What a reader should know about an answer, in each language. The sentences are in ``definitions/notes.yaml``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from goldline.metrics.facts import Facts
from goldline.metrics.model import Table
from goldline.metrics.period import Period, complete_months
from goldline.metrics.plan import SOURCES
from goldline.metrics.question import Question, Texts
from goldline.metrics.registry import DEFINITIONS
from goldline.metrics.rights import is_compared
from goldline.yaml_text import read_yaml


def of(
    question: Question, periods: tuple[Period, Period | None], facts: Facts, tables: Iterable[Table]
) -> tuple[Texts, ...]:
    """Return what is to be said about an answer, in order of weight."""
    used = list({table.name: table for table in tables}.values())
    told = [*_of_periods(question, *periods, facts, used), *_of_filters(question, used)]
    wanted = dict.fromkeys(table.needs for table in used if table.needs)
    told += [say(f"needs_{one}", days=facts.lapse_days) for one in wanted if _LACKING[one](facts)]
    return tuple({tuple(note.items()): note for note in told}.values())


def say(name: str, **values: Any) -> Texts:
    """Return a sentence with its values filled in."""
    return {language: text.format(**values) for language, text in _sentences()[name].items()}


def previous(label: Texts) -> Texts:
    """Return the label of a compared value."""
    return {language: f"{text}, {say('before')[language]}" for language, text in label.items()}


def change(label: Texts) -> Texts:
    """Return the label of a relative change."""
    return {language: f"{text}, {say('change')[language]}" for language, text in label.items()}


def _of_periods(
    question: Question, period: Period, previous: Period | None, facts: Facts, tables: Iterable[Table]
) -> Iterator[Texts]:
    first_day = facts.first_day
    if question.is_compared and previous is None and any(map(is_compared, tables)):
        yield say("no_previous", day=first_day.isoformat())
    if period.start < first_day < period.end:
        yield say("begins", day=first_day.isoformat())


def _of_filters(question: Question, tables: Iterable[Table]) -> Iterator[Texts]:
    for table in tables:
        unused = [name for name in question.filters.members if name not in SOURCES.get(table.source, frozenset())]
        if unused:
            yield say("not_filtered", names=", ".join(unused))
        if table.note:
            yield table.note


_MONTHS_FOR_AN_INDEX = 24
_LACKING: dict[str, Callable[[Facts], bool]] = {
    "spend": lambda facts: facts.spend() is None,
    "prediction": lambda facts: not facts.has_prediction,
    "months": lambda facts: complete_months(facts.first_day, facts.as_of) < _MONTHS_FOR_AN_INDEX,
    "lapse": lambda _: True,
}


@cache
def _sentences() -> dict[str, Texts]:
    content: dict[str, Texts] = read_yaml((DEFINITIONS / "notes.yaml").read_text(encoding="utf-8"))
    return content
