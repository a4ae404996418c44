"""The suites of ``assets/``: what each of them names exists, and it asks only for what is built by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from goldline.build.checking import is_followed
from goldline.build.increment import increment_of
from goldline.contracts import load_contracts
from goldline.home import assets_folder
from goldline.intake.schema import prepare
from goldline.quality.run import run_suite
from goldline.quality.statement import tables_read
from goldline.quality.suite import SUFFIX, Suite, load_suite
from goldline.settings import load_settings
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.reference import prepare_reference
from goldline.warehouse.tables import Catalogue, create, load_catalogue

FILES = sorted(assets_folder().glob(f"*/*{SUFFIX}"))
NAMES = [f"{path.parent.name}.{path.name.removesuffix(SUFFIX)}" for path in FILES]
CHECKED = {
    *("magento.sales", "magento.control_totals", "cashmere.sales", "cashmere.control_totals"),
    *("cashmere.tenders", "merge.delivery_days", "merge.customer_identity", "merge.customer_keys"),
    *("merge.product_match", "merge.unified_sales", "merge.unified_exclusions", "merge.unified_payments"),
    *("merge.unified_customers", "merge.unified_products", "merge.unified_stores", "merge.unified_staff"),
    *("golden_customer.golden_customer", "golden_customer.customer_days", "enriched_model.enriched_model"),
    *("control.reconciliation", "control.residuals", "control.source_totals"),
}
every_suite = pytest.mark.parametrize("path", FILES, ids=NAMES)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(assets_folder())


@pytest.fixture(scope="module")
def empty(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Every table, without a row from any source."""
    settings = load_settings(home=tmp_path_factory.mktemp("home"), currency="EUR", timezone="Europe/Paris")
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        prepare(session, load_contracts(assets_folder()).values())
        prepare_reference(session, currency="EUR", zone="Europe/Paris", zones=[], currencies=[])
        for table in catalogue.tables:
            create(session, table, settings)
        yield session


def read_by(suite: Suite) -> set[str]:
    return set().union(*(tables_read(check.sql) for check in suite.checks if check.sql))


@every_suite
def test_a_check_within_units_reads_only_what_touches_its_unit_when_it_changes(path: Path, empty: Session) -> None:
    increment = increment_of(path.with_name(path.name.replace(SUFFIX, ".sql")))
    suite = load_suite(path)
    for check in suite.checks:
        assert len({len(columns) for columns in check.within.values()}) < 2, check.name
        if check.within and increment is None:
            raise AssertionError(f"{check.name}: the table has no increment, so the check reads everything")
        if increment and check.within.get(suite.table, increment.unit) == increment.unit:
            for name in set(check.within) - {suite.table}:
                assert is_followed(empty, increment, name, check.sql or ""), f"{check.name}: {name}"


def upstream(catalogue: Catalogue, name: str) -> frozenset[str]:
    own = catalogue.by_name[name].depends_on
    return own.union(*(upstream(catalogue, other) for other in own if other in catalogue.by_name))


def test_every_table_that_matters_has_a_suite() -> None:
    assert set(NAMES) >= CHECKED


@every_suite
def test_a_suite_stands_beside_its_table_and_names_columns_that_exist(
    path: Path, catalogue: Catalogue, empty: Session
) -> None:
    suite = load_suite(path)
    assert suite.table in catalogue.by_name
    columns = {name for name, _ in empty.columns(suite.table)}
    named = {*suite.key, *(column for check in suite.checks for column in check.columns)}
    assert named - columns == set()


@every_suite
def test_every_check_can_be_carried_out_and_no_sources_rows_are_needed_for_it_to_pass(
    path: Path, empty: Session
) -> None:
    results = run_suite(empty, load_suite(path), parameters={"today": date(2026, 4, 5), "as_of": None})
    assert {result.name: result.message for result in results if not result.passed} == {}


@every_suite
def test_a_suite_reads_only_what_is_built_before_its_table(path: Path, catalogue: Catalogue) -> None:
    suite = load_suite(path)
    built_later = set(catalogue.by_name) - upstream(catalogue, suite.table) - {suite.table}
    assert read_by(suite) & built_later == set()


@every_suite
def test_a_suite_blocks_on_rows_that_are_there_twice(path: Path) -> None:
    suite = load_suite(path)
    blocking = {
        check.expectation
        for check in suite.checks
        if check.severity == "error" and set(check.columns) >= set(suite.key)
    }
    unique = {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}
    assert blocking & unique or suite.table == "merge.customer_identity"


@every_suite
def test_no_suite_reports_rows_by_a_pseudonym(path: Path) -> None:
    personal = {"customer_record", "identifier_value", "reference_hash"}
    suite = load_suite(path)
    named = {*suite.key, *(name for check in suite.checks for name in (*check.key, *check.show))}
    assert named & personal == set()
