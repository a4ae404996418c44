"""The definitions: whole, in both languages, and unable to read anything but their tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import exp

from goldline import metrics
from goldline.docs.metrics import metric_pages
from goldline.errors import GoldlineError
from goldline.metrics.registry import _formula, load_registry
from goldline.metrics.rights import can_be_cut
from goldline.settings import load_settings

REGISTRY = load_registry()
DOCS = Path(__file__).resolve().parents[3] / "docs" / "metrics"
NO_SHOP_IN_IT = {"basket", "basket_receipt", "month_end"}
"""Tables that a relation may read beside its source although the reader's limits are not put on them."""


@pytest.mark.parametrize("name", REGISTRY)
def test_a_metric_has_its_words_in_both_languages(name: str) -> None:
    metric = REGISTRY[name]
    for texts in (metric.label, metric.definition):
        assert sorted(texts) == ["en", "fr"]
        assert all(text.strip() == text and text for text in texts.values())
    assert all(text.endswith(".") for text in metric.definition.values())


def test_labels_tell_metrics_apart_within_their_family() -> None:
    for members in REGISTRY.families().values():
        for language in ("en", "fr"):
            labels = [metric.label[language] for metric in members]
            assert len(labels) == len(set(labels)), labels


def test_dimensions_tables_families_and_notes_have_both_languages() -> None:
    folder = Path(metrics.__file__).parent / "definitions"
    families = yaml.safe_load((folder / "families.yaml").read_text())
    notes = yaml.safe_load((folder / "notes.yaml").read_text())
    labels = [one.label for one in REGISTRY.tables.values()] + [one.label for one in REGISTRY.dimensions.values()]
    words = [text for one in REGISTRY.dimensions.values() for text in one.values.values()]
    labels += [one[key] for one in families.values() for key in ("label", "about")] + words + list(notes.values())

    assert set(families) == set(REGISTRY.families())
    assert all(sorted(texts) == ["en", "fr"] for texts in labels)


def test_dimensions_name_tables_that_there_are() -> None:
    assert {table for one in REGISTRY.dimensions.values() for table in one.tables} <= set(REGISTRY.tables)


@pytest.mark.parametrize(
    "name", [name for name, table in REGISTRY.tables.items() if can_be_cut(table) and table.relation]
)
def test_a_table_that_can_be_cut_by_shop_reads_nothing_past_the_limits_of_its_reader(name: str) -> None:
    tree = sqlglot.parse_one(REGISTRY.tables[name].relation, dialect="duckdb")
    own = {one.alias for one in tree.find_all(exp.CTE)}
    read = {(one.db, one.name) for one in tree.find_all(exp.Table)}

    assert {table for _, table in read} - own <= {REGISTRY.tables[name].source, *NO_SHOP_IN_IT}
    assert {schema for schema, _ in read} == {""}


@pytest.mark.parametrize(
    "sql",
    [
        "net_amount",
        "sum(net_amount) from sale",
        "(select sum(x) from sale)",
        "sum((select 1))",
        "read_text('/etc/passwd')",
        "sum(getenv('HOME'))",
        "sum(net_amount) over ()",
        "sum(net_amount); drop table sale",
        "sum($1)",
        "",
    ],
)
def test_a_formula_aggregates_columns_and_nothing_else(sql: str) -> None:
    with pytest.raises(GoldlineError, match="not a formula"):
        _formula("m", sql)


def test_a_metric_can_be_switched_off() -> None:
    settings = load_settings(metrics_off="revenue, churn_risk")
    kept = load_registry(settings.metrics_off)

    assert set(REGISTRY) - set(kept) == {"revenue", "churn_risk"}
    with pytest.raises(GoldlineError, match="no metric 'revenue'"):
        kept["revenue"]


def test_a_name_that_is_none_is_told_what_it_may_have_meant() -> None:
    with pytest.raises(GoldlineError, match="did you mean revenue"):
        REGISTRY["revenu"]
    with pytest.raises(GoldlineError, match="GOLDLINE_METRICS_OFF"):
        load_registry(frozenset({"revenu"}))
    assert REGISTRY.get("revenu") is None


def test_the_pages_are_those_that_the_program_would_write_now() -> None:
    committed = {path.name: path.read_text("utf-8") for path in DOCS.glob("*")}
    written = metric_pages()
    stale = sorted(name for name in {*written, *committed} if written.get(name) != committed.get(name))

    assert stale == [], "run 'make docs' and commit the result"
