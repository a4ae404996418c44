"""Typing the values of a feed: each text is checked and cast once, however many rows say it.

Of the texts of a column in a large batch few differ, so the rules of the contract are asked of each text, and its
answer is handed to the rows that say it. What the rules are is in ``rules``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from goldline.intake.rules import FeedRules, text_column

META = ("sequence", "delivery_date", "line_number")
FEW_ROWS = 5_000  # so few rows are looked at as they stand
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


def typed(db: duckdb.DuckDBPyConnection, arrived: pa.Table, rules: FeedRules) -> pa.Table:
    """Check and cast the texts of files with one header.

    Args:
        db: An in-memory engine.
        arrived: ``META``, and the texts of ``rules.looked_at`` as ``text_0``, ``text_1``...
        rules: The rules of the feed.

    Returns:
        ``META``, the contract's columns (null where a text cannot be cast), ``is_faulty`` (the rule of a column is
        broken) and ``is_clear`` (something looks like personal data): a row per row that arrived, in that order.
    """
    numbers, once = range(len(rules.looked_at)), arrived.num_rows > FEW_ROWS
    texts = [_Texts.of(arrived.column(text_column(number)), once=once) for number in numbers]
    found: dict[str, Answers] = {}
    for asked in [[number] for number in numbers] if once else [numbers]:
        found |= _ask(db, {number: texts[number].values for number in asked}, rules)
    faulty, clear = np.zeros(arrived.num_rows, dtype=np.bool_), np.zeros(arrived.num_rows, dtype=np.bool_)
    result = arrived.select(list(META))
    for number, rule in enumerate(rules.columns):
        result = result.append_column(rule.name, texts[number].answered(found[f"value_{number}"]))
        faulty |= _where(texts[number], found[f"broken_{number}"])
        if rule.required and arrived.column(text_column(number)).null_count:
            faulty |= arrived.column(text_column(number)).is_null().to_numpy()
    for number in rules.scanned:
        clear |= _where(texts[number], found[f"clear_{number}"])
    return result.append_column("is_faulty", pa.array(faulty)).append_column("is_clear", pa.array(clear))


def _ask(db: duckdb.DuckDBPyConnection, texts: Mapping[int, pa.Array[Any]], rules: FeedRules) -> dict[str, Answers]:
    """Ask the rules of some columns of equally many texts."""
    asked = {text_column(number): values for number, values in texts.items()}
    table = pa.table({"place": pa.array(np.arange(len(next(iter(asked.values()))))), **asked})
    db.register("texts", pa.Table.from_batches(table.to_batches(max_chunksize=AT_ONCE), table.schema))
    try:
        found = db.execute(rules.values_sql("texts", texts)).to_arrow_table()
    finally:
        db.unregister("texts")
    places = found["place"].to_numpy()
    if (places[1:] < places[:-1]).any():  # the engine does not promise the order
        found = found.take(np.argsort(places))
    return dict(zip(found.column_names, found.columns, strict=True))


def _where(texts: _Texts, is_so: Answers) -> Mask | bool:
    """Say for each row whether it is so of its text; it is of no null."""
    if not pc.any(is_so).as_py():
        return False
    answered: Any = texts.answered(is_so)
    mask: Mask = answered.fill_null(False).to_numpy()
    return mask
