"""Typing the values of a feed: each text is checked and cast once, however many rows say it.

Of the texts of a column in a large batch few differ, so the rules of the contract are asked of each text, and its
answer is handed to the rows that say it. What the rules are is in ``rules``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from goldline.intake.engine import Engine, seen
from goldline.intake.rules import FeedRules, clear_data_sql, text_column

META = ("sequence", "delivery_date", "line_number")
FEW_ROWS = 5_000  # so few rows are looked at as they stand
ASKED = "asked"  # the table of texts that the engine sees
AT_ONCE = 30_000  # texts that one thread of the engine takes at a time
Mask = npt.NDArray[np.bool_]
if TYPE_CHECKING:
    Answers = pa.ChunkedArray[Any]


@dataclass(frozen=True)
class _Texts:
    """The texts of a column, and for each row which of them it says; None where each row says its own."""

    values: pa.Array[Any]
    said: pa.Array[Any] | None

    @classmethod
    def of(cls, column: pa.ChunkedArray[Any], *, once: bool) -> _Texts:
        if not once:
            return cls(column.combine_chunks(), None)
        encoded: Any = column.combine_chunks().dictionary_encode()
        return cls(encoded.dictionary, encoded.indices)

    def answered(self, answers: Answers) -> Answers:
        """Return for each row the answer to its text."""
        return answers if self.said is None else answers.take(self.said)


def typed(engine: Engine, arrived: pa.Table, rules: FeedRules) -> pa.Table:
    """Check and cast the texts of files with one header.

    Args:
        engine: The engine that checks.
        arrived: ``META``, and the texts of ``rules.looked_at`` as ``text_0``, ``text_1``...
        rules: The rules of the feed.

    Returns:
        ``META``, the contract's columns (null where a text cannot be cast), ``is_faulty`` (the rule of a column is
        broken) and ``is_clear`` (something looks like personal data): a row per row that arrived, in that order.
    """
    once = arrived.num_rows > FEW_ROWS
    columns = [arrived.column(text_column(number)) for number in range(len(rules.looked_at))]
    texts = [_Texts.of(column, once=once) for column in columns]
    numbers = range(len(rules.columns))
    found: dict[str, Answers] = {}
    for asked in [[number] for number in numbers] if once else [numbers]:
        values = {text_column(number): texts[number].values for number in asked}
        found |= _ask(engine, values, rules.values_sql(ASKED, asked))
    is_faulty = np.zeros(arrived.num_rows, dtype=np.bool_)
    result = arrived.select(list(META))
    for number, rule in enumerate(rules.columns):
        result = result.append_column(rule.name, texts[number].answered(found[f"value_{number}"]))
        is_faulty |= _rows_where(texts[number], found[f"broken_{number}"])
        if rule.required and columns[number].null_count:
            is_faulty |= columns[number].is_null().to_numpy()
    is_clear = _clear_rows(engine, [texts[number] for number in rules.scanned], arrived.num_rows)
    return result.append_column("is_faulty", pa.array(is_faulty)).append_column("is_clear", pa.array(is_clear))


def _clear_rows(engine: Engine, columns: Sequence[_Texts], rows: int) -> Mask:
    """Say for each row whether one of its texts looks like personal data; those of all columns are asked at once."""
    is_clear = np.zeros(rows, dtype=np.bool_)
    if columns:
        answers = _ask(engine, {"text": pa.concat_arrays([texts.values for texts in columns])}, clear_data_sql(ASKED))
        start = 0
        for texts in columns:
            is_clear |= _rows_where(texts, answers["is_clear"].slice(start, len(texts.values)))
            start += len(texts.values)
    return is_clear


def _ask(engine: Engine, columns: Mapping[str, pa.Array[Any]], sql: str) -> dict[str, Answers]:
    """Carry out a select from ``ASKED``, a table of columns of equal length and of their ``place``; keep its order."""
    length = len(next(iter(columns.values())))
    table = pa.table({"place": pa.array(np.arange(length)), **columns})
    pieces = pa.Table.from_batches(table.to_batches(max_chunksize=AT_ONCE), table.schema)
    with seen(engine, **{ASKED: pieces}):
        found = engine.execute(sql).to_arrow_table()
    places = found["place"].to_numpy()
    if (places[1:] < places[:-1]).any():  # the engine does not promise the order
        found = found.take(np.argsort(places))
    return dict(zip(found.column_names, found.columns, strict=True))


def _rows_where(texts: _Texts, is_so: Answers) -> Mask | bool:
    """Return True for the rows whose text has the answer True, and False for the others and for nulls."""
    if not pc.any(is_so).as_py():
        return False
    answered: Any = texts.answered(is_so)
    mask: Mask = answered.fill_null(False).to_numpy()
    return mask
