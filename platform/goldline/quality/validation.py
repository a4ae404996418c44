"""Great Expectations, asked about small frames.

The only module that imports it, and only when something is to be validated: the import takes seconds and 190
MB. It keeps no values: what comes back is which rows of the frame break which expectation.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import pyarrow as pa


@dataclass(frozen=True)
class Question:
    """One expectation with its arguments in Great Expectations' words."""

    expectation: str
    arguments: Mapping[str, object]


@dataclass(frozen=True)
class Answer:
    """What Great Expectations said: the rows that break the rule, or why it could not say."""

    success: bool
    rows: tuple[int, ...] = ()
    error: str = ""


class Asked(Protocol):
    """Who can be asked."""

    def ask(self, data: pa.Table, questions: Mapping[int, Question]) -> dict[int, Answer]:
        """Put several questions about one frame; answers come back under the questions' numbers."""


class Validator:
    """An ephemeral Great Expectations context."""

    def __init__(self) -> None:
        """Import Great Expectations and set up a context without files, progress bars or network."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations inside Great Expectations are not ours to act on
            import great_expectations as gx

            context = gx.get_context(mode="ephemeral")
        variables: Any = context.variables
        variables.progress_bars = {"globally": False, "metric_calculations": False}
        asset = context.data_sources.add_pandas("tables").add_dataframe_asset("reduced")
        self._suite = gx.ExpectationSuite
        self._expectations: Any = gx.expectations
        self._batches = asset.add_batch_definition_whole_dataframe("whole")

    def ask(self, data: pa.Table, questions: Mapping[int, Question]) -> dict[int, Answer]:
        """Put several questions about one frame; answers come back under the questions' numbers."""
        frame = data.to_pandas(integer_object_nulls=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = self._batches.get_batch({"dataframe": frame})
            found = batch.validate(
                self._suite(name="asked", expectations=[self._build(n, q) for n, q in questions.items()]),
                result_format={"result_format": "COMPLETE", "partial_unexpected_count": 0},
            )
        return {_number(result): _answer(result) for result in found.results}

    def _build(self, number: int, question: Question) -> Any:
        name = "".join(part.title() for part in question.expectation.split("_"))
        return getattr(self._expectations, name)(**question.arguments, meta={"number": number})


_elsewhere: ContextVar[Asked | None] = ContextVar("_elsewhere", default=None)


def validator() -> Asked:
    """Return who answers: another process where there is one, else this process's own validator."""
    return _elsewhere.get() or _own()


@cache
def _own() -> Validator:
    return Validator()


@contextmanager
def answered_by(other: Asked) -> Iterator[None]:
    """Let questions be put to somebody else until the block ends."""
    before = _elsewhere.set(other)
    try:
        yield
    finally:
        _elsewhere.reset(before)


def _number(result: Any) -> int:
    return int(result.expectation_config.meta["number"])


def _answer(result: Any) -> Answer:
    raised = _raised(result.exception_info or {})
    if raised:
        return Answer(False, error=raised)
    listed = result.result.get("unexpected_index_list") or []
    return Answer(bool(result.success), tuple(int(row) for row in listed))


def _raised(info: Mapping[str, Any]) -> str:
    """Name the exception, without its message: that may quote a value."""
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if entry.get("raised_exception"):
            last = str(entry.get("exception_traceback") or "").strip().rpartition("\n")[2]
            return f"Great Expectations raised {last.partition(':')[0] or 'an exception'}"
    return ""
