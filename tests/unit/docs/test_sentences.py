"""Every column of every table is documented, by one readable sentence."""

from __future__ import annotations

import pytest

from goldline.docs.material import Material

LONGEST = 220


@pytest.fixture(scope="module")
def sentences(material: Material) -> dict[str, str | None]:
    """The sentence of each column, by table.column."""
    return {
        f"{table.table}.{column}": material.catalogue.column_doc(table, column)
        for table in material.catalogue.tables
        for column, _ in material.columns[table.table]
    }


def test_every_column_of_every_table_has_its_sentence(sentences: dict[str, str | None]) -> None:
    assert [name for name, sentence in sentences.items() if not sentence] == []


def test_a_sentence_ends_with_a_full_stop_and_is_short_enough_to_be_read(
    sentences: dict[str, str | None],
) -> None:
    odd = {name: text for name, text in sentences.items() if text and (text[-1] != "." or len(text) > LONGEST)}
    assert odd == {}


def test_a_sentence_has_no_line_noise(sentences: dict[str, str | None]) -> None:
    noisy = {
        name: text
        for name, text in sentences.items()
        if text and (text != " ".join(text.split()) or "--" in text or text.count("`") % 2)
    }
    assert noisy == {}


def test_no_sentence_of_the_vocabulary_is_left_over_from_a_column_that_is_gone(material: Material) -> None:
    used = {
        column
        for table in material.catalogue.tables
        for column, _ in material.columns[table.table]
        if column not in table.comments
    }
    assert sorted(set(material.catalogue.vocabulary) - used) == []


def test_no_comment_documents_a_column_that_its_table_does_not_have(material: Material) -> None:
    left_over = {
        table.table: sorted(set(table.comments) - {column for column, _ in material.columns[table.table]})
        for table in material.catalogue.tables
    }
    assert {name: columns for name, columns in left_over.items() if columns} == {}


def test_every_table_says_what_one_row_is(material: Material) -> None:
    silent = [t.table for t in material.catalogue.tables if not t.description.startswith("One row per ")]
    assert silent == []
