"""The published snapshot, open for questions: answers are kept per version, and a new version is followed.

What a question means is in ``engine``; where the rows are is in ``mart``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from goldline.errors import GoldlineError
from goldline.metrics import lines, mart
from goldline.metrics.kept import KeptAnswers, Key
from goldline.metrics.opened import OpenMart, open_mart
from goldline.metrics.period import resolve
from goldline.metrics.question import Answer, Question
from goldline.metrics.registry import Registry, load_registry
from goldline.metrics.scope import EVERYTHING, Scope
from goldline.metrics.spend import NAME
from goldline.publish.folder import PublishedFolder
from goldline.publish.manifest import Manifest
from goldline.settings import Settings

_log = logging.getLogger(__name__)
_ANSWERS = 2_000
_AT_ONCE = 2


def open_store(settings: Settings) -> Store:
    """Open the current version, and make its mart if it has none yet.

    Raises:
        GoldlineError: Nothing has been published yet.
    """
    return Store(settings)


class Store:
    """Answers questions about the current version; may be used by several threads at once."""

    def __init__(self, settings: Settings) -> None:
        """Open the mart of the current version."""
        self.registry: Registry = load_registry(settings.metrics_off)
        self._settings, self._changing = settings, threading.Lock()
        self._folder, self._answers = PublishedFolder(settings.published_dir), KeptAnswers(_ANSWERS)
        self._open = open_mart(settings, self.registry)

    @property
    def version(self) -> str:
        """The version that questions are asked of."""
        return self.manifest.version

    @property
    def published_dir(self) -> Path:
        """Where the published versions are."""
        return self._settings.published_dir

    @property
    def manifest(self) -> Manifest:
        """The record of that version."""
        return self._open.manifest

    @property
    def as_of(self) -> date:
        """The newest business day in the data."""
        return self._open.facts.as_of

    @property
    def first_day(self) -> date:
        """The oldest business day in the data."""
        return self._open.facts.first_day

    def ask(self, question: Question) -> Answer:
        """Answer a question, from memory if it was asked of this version before.

        Raises:
            GoldlineError: A metric or dimension is unknown, or they do not go together.
        """
        opened = self._followed()
        key = self._key(opened, question)
        return self._answers.get(key) or self._answers.keep(key, opened.engine.ask(question))

    def ask_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer several questions; those that differ in nothing but their metrics share a statement.

        Raises:
            GoldlineError: A metric or dimension is unknown, or they do not go together.
        """
        engine = self._followed().engine
        shared: dict[object, list[Question]] = {}
        for question in dict.fromkeys(questions):
            shared.setdefault(engine.sharing(question), []).append(question)
        with ThreadPoolExecutor(_AT_ONCE) as several:
            list(several.map(self._keep_parts, shared.values()))
        return [self.ask(question) for question in questions]

    def lines(self, question: Question, limit: int = 100, offset: int = 0) -> Answer:
        """Return the lines behind a figure, the newest first; without any, the answer says why.

        Args:
            question: Its filters and scope choose the lines.
            limit: The most lines of a page, at most 1,000.
            offset: How many lines are before the page.
        """
        opened = self._followed()
        period, _ = resolve(question.filters, opened.facts.as_of, opened.facts.first_day)
        if isinstance(plan := opened.engine.lines(question), str):
            return Answer(lines.columns(), (), None, period, None, (), plan)
        found = opened.run(lines.statement(plan, limit, offset))
        own = self._settings
        source = lines.Source(own.published_dir, opened.manifest.version, own.memory, own.threads)
        return Answer(lines.columns(), tuple(lines.page(found, source)), None, period, None)

    def choices(self, dimension: str, scope: Scope = EVERYTHING, language: str = "en") -> list[tuple[str, str]]:
        """Return (value, label) of what a filter can name, within a scope, by label."""
        if dimension == "staff" and not scope.staff_figures:
            return []
        labels = self.labels(dimension, language)
        if scope.is_limited:
            own = self._followed().members_within(dimension, scope)
            labels = {value: label for value, label in labels.items() if own is None or value in own}
        return sorted(labels.items(), key=lambda one: (one[1].casefold(), one[0]))

    def labels(self, dimension: str, language: str = "en") -> dict[str, str]:
        """Return the names of a dimension's members for people, by value."""
        known = self.registry.dimension(dimension)
        members = self._followed().labels.get(known.members or dimension)
        texts = {value: words.get(language, words["en"]) for value, words in known.values.items()}
        if members is None:
            return texts
        return {value: texts.get(value, label) for value, label in members.items()}

    def close(self) -> None:
        """Close the mart."""
        self._open.connection.close()

    def __enter__(self) -> Self:
        """Use as a context manager; closes at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close at the end of the block."""
        self.close()

    def _keep_parts(self, group: Sequence[Question]) -> None:
        """Ask for the metrics of all at once, and keep each one's part as its answer."""
        opened = self._followed()
        missing = [question for question in group if not self._answers.get(self._key(opened, question))]
        if not missing:
            return
        metrics = tuple(dict.fromkeys(name for question in missing for name in question.metrics))
        whole = opened.engine.ask(replace(missing[0], metrics=metrics))
        for question in missing:
            answer = whole if len(missing) == 1 else opened.engine.part(whole, question)
            self._answers.keep(self._key(opened, question), answer)

    def _key(self, opened: OpenMart, question: Question) -> Key:
        try:
            spend = (self._settings.home / NAME).stat().st_mtime_ns
        except FileNotFoundError:
            spend = 0
        return (opened.manifest.version, spend, question)

    def follow(self) -> None:
        """Change to the version that is current now, and wait for its mart."""
        with self._changing:
            pointer = self._folder.pointer()
            if pointer is not None and pointer.version != self._open.manifest.version:
                self._open = open_mart(self._settings, self.registry)

    def _followed(self) -> OpenMart:
        """Return the open mart, that of a newer version if there is one.

        A mart that has yet to be made is made aside; until then, the version at hand answers.
        """
        pointer = self._folder.pointer()
        if pointer is not None and pointer.version != self._open.manifest.version:
            if mart.is_there(self._settings):
                self.follow()
            elif self._changing.acquire(blocking=False):
                self._changing.release()
                threading.Thread(target=self._follow_aside, daemon=True).start()
        return self._open

    def _follow_aside(self) -> None:
        try:
            self.follow()
        except (GoldlineError, OSError, duckdb.Error) as error:
            _log.warning("mart.failed", extra={"reason": str(error)})
