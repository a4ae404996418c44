"""Answers made by hand, and a store that gives them, for tests of what boards make of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from goldline.boards.model import Board, Tile, Words
from goldline.metrics.period import Period
from goldline.metrics.question import Answer, Column, Question
from goldline.metrics.registry import Registry, load_registry
from goldline.metrics.scope import EVERYTHING, Scope

YEAR = Period(date(2026, 1, 1), date(2026, 11, 22), 12)
BEFORE = Period(date(2025, 1, 1), date(2025, 11, 22), 12)
HOSTILE = "</script><b>=1+1"


@dataclass
class FakeStore:
    """Gives the answers that it was given, by the tile's first metric; raises those that are errors."""

    answers: dict[str, Answer | Exception]
    asked: list[Question] = field(default_factory=list)
    registry: Registry = field(default_factory=load_registry)
    version: str = "v000001"
    as_of: date = date(2026, 11, 21)
    first_day: date = date(2025, 1, 1)
    published_dir: Path = Path()

    def ask(self, question: Question) -> Answer:
        """Return the answer."""
        self.asked.append(question)
        found = self.answers[question.metrics[0]]
        if isinstance(found, Exception):
            raise found
        return found

    def ask_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Return all answers, or fail as a whole."""
        return [self.ask(question) for question in questions]

    def choices(self, dimension: str, scope: Scope = EVERYTHING, language: str = "en") -> list[tuple[str, str]]:
        """Return what a filter can name within a scope."""
        names = self.labels(dimension, language)
        return [(key, name) for key, name in names.items() if scope.stores is None or key in scope.stores]

    def labels(self, dimension: str, language: str = "en") -> dict[str, str]:
        """Return the names of two shops and a product."""
        return {"shop": {"s:1": "Paris", "s:2": "Lyon"}, "product": {"p1": HOSTILE}}.get(dimension, {})


def metric(name: str, unit: str = "money", *, better: str = "up") -> tuple[Column, Column, Column]:
    """Return the three columns of a metric."""
    label = {"en": name.capitalize(), "fr": name.capitalize()}
    return (
        Column(name, "metric", unit, label, 0, better, name),  # type: ignore[arg-type]
        Column(f"{name}__previous", "previous", unit, label, 0, better, name),  # type: ignore[arg-type]
        Column(f"{name}__delta", "delta", "share", label, 1, better, name),  # type: ignore[arg-type]
    )


def dimension(name: str) -> Column:
    """Return the column of a dimension."""
    return Column(name, "dimension", "text", {"en": name, "fr": name})


def number(value: object, previous: object = None, delta: object = None, *, name: str = "revenue") -> Answer:
    """Return an answer of one row."""
    row = (value, previous, delta)
    return Answer(metric(name), (row,), row, YEAR, BEFORE if previous is not None else None)


def by_shop(name: str = "revenue") -> Answer:
    """Return an answer by shop."""
    rows = (("s:1", Decimal(300), Decimal(200), Decimal("0.5")), ("s:2", Decimal(100), Decimal(0), None))
    return Answer(
        (dimension("shop"), *metric(name)), rows, (None, Decimal(400), Decimal(200), Decimal(1)), YEAR, BEFORE
    )


def board(*tiles: Tile) -> Board:
    """Return a board of some tiles."""
    texts = Words(en="Title", fr="Titre")
    return Board(name="trial", title=texts, summary=texts, group=texts, order=1, filters=("shop",), tiles=tiles)
