"""The suites of ``assets/`` on real deliveries: quiet on good ones, loud on each fault, at the right row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import yaml

from goldline.home import Home, assets_folder
from goldline.quality.result import CheckResult
from goldline.quality.run import run_suite
from goldline.quality.suite import SUFFIX, load_suite
from goldline.warehouse.engine import Session, Warehouse
from tests.support import FIXTURES, build_tables, load_landing, open_home, open_warehouse

pytestmark = pytest.mark.integration

TILLS = ("cashmere.ticket_discounts", "cashmere.sales", "cashmere.control_totals")

# What is wrong with the fixtures themselves.
KNOWN = {
    ("merge.delivery_days", "every_source_is_fresh"),  # the tills' only day is a week older
    ("merge.unified_products", "every_product_is_in_a_catalogue"),  # Magento delivers no products
    ("merge.unified_products", "bar_codes_have_a_right_check_digit"),  # the tills' bar codes are made up
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    load_landing(FIXTURES, folder)
    return open_home(folder)


@pytest.fixture(scope="module")
def warehouse(installation: Home) -> Iterator[Warehouse]:
    with open_warehouse(installation.settings.home / "warehouse.duckdb") as warehouse:
        yield warehouse


@pytest.fixture
def session(warehouse: Warehouse) -> Iterator[Session]:
    """A transaction that leaves nothing behind."""
    with warehouse.transaction() as session:
        yield session
        session.roll_back()
        session.execute("begin")


def results_of(session: Session, table: str, *, only: str = "") -> dict[str, CheckResult]:
    suite = load_suite(assets_folder() / f"{table.replace('.', '/')}{SUFFIX}")
    if only:
        suite = replace(suite, checks=tuple(check for check in suite.checks if check.name == only))
    found = run_suite(session, suite, parameters={"today": date(2026, 4, 5), "as_of": date(2026, 4, 4)})
    return {result.name: result for result in found}


def decimals(row: dict[str, str], *names: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(row[name]) for name in names)


def expected(source: str) -> list[dict[str, str]]:
    with (FIXTURES / source / "EXPECTED_unified_lines.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


AMOUNTS = (
    *("gross_amount_incl_tax", "discount_amount_incl_tax", "net_amount_excl_tax"),
    *("tax_amount", "net_amount_incl_tax"),
)


def test_the_magento_fixture_gives_exactly_the_lines_that_are_expected_of_it(session: Session) -> None:
    found = session.rows(
        "select case when document_type = 'credit_memo' then 'CM ' else '' end || document_number,"
        " source_line_id, line_type, transaction_type, coalesce(sku, ''), currency,"
        " strftime(sold_at_utc, '%Y-%m-%d %H:%M:%S'), cast(business_date as varchar),"
        f" coalesce(source_customer_id, customer_match_method), quantity, {', '.join(AMOUNTS)}"
        " from merge.unified_sales where source_system = 'magento'"
    )
    texts: tuple[str, ...] = (
        "source_document",
        "source_line",
        "line_type",
        "transaction_type",
        "sku",
        "currency",
    )
    texts += ("sold_at_utc", "business_date", "customer_ref")
    wanted = [(*(row[name] for name in texts), *decimals(row, "quantity", *AMOUNTS)) for row in expected("magento")]
    assert sorted(found) == sorted(wanted)


def test_the_cashmere_fixture_gives_exactly_the_lines_that_are_expected_of_it(session: Session) -> None:
    names = ("quantity", "unit_list_price_incl_tax", *AMOUNTS, "tax_rate")
    found = session.rows(
        "select substr(lines.store_key, 10), lines.register_code, lines.document_number,"
        " cast(lines.business_date as varchar), cast(lines.line_number as varchar), lines.line_type,"
        " lines.transaction_type, coalesce(lines.sku, ''), coalesce(lines.ean, ''),"
        " coalesce(lines.source_customer_id, ''),"
        " coalesce(substr(sold.store_key, 10) || '/' || sold.register_code || '/' || sold.document_number"
        " || '/' || sold.line_number, ''),"
        f" {', '.join(f'lines.{name}' for name in names)}"
        " from merge.unified_sales as lines"
        " left join merge.unified_sales as sold on sold.sales_line_id = lines.original_sales_line_id"
        " where lines.source_system = 'cashmere'"
    )
    texts: tuple[str, ...] = (
        "store_code",
        "register_code",
        "ticket_number",
        "business_date",
        "line_number",
        "line_type",
    )
    texts += ("transaction_type", "sku", "ean", "customer_ref", "return_of")
    wanted = [(*(row[name] for name in texts), *decimals(row, *names)) for row in expected("cashmere")]
    assert sorted(found) == sorted(wanted)


def test_good_deliveries_fail_no_check_but_those_that_tell_what_the_fixtures_lack(session: Session) -> None:
    tables = [f"{path.parent.name}.{path.name.removesuffix(SUFFIX)}" for path in assets_folder().glob(f"*/*{SUFFIX}")]
    failed = [r for table in tables for r in results_of(session, table).values() if not r.passed]
    assert {(result.table, result.name) for result in failed} == KNOWN
    assert {result.severity for result in failed} == {"warn"}


@dataclass(frozen=True)
class Fault:
    """An entry of ``fixtures/faults.yaml``, whose head says what the fields mean."""

    table: str
    fault: str
    plant: str
    check: str
    key: dict[str, str] | None = None
    line: str | None = None
    rebuild: tuple[str, ...] = ()

    def reported(self, session: Session) -> dict[str, str]:
        """The key that must be reported; the hash that names a line is looked up."""
        if self.key:
            return self.key
        ((found,),) = session.rows(f"select sales_line_id from {self.table} where {self.line}")
        return {"sales_line_id": found}


def faults() -> list[Fault]:
    entries = yaml.safe_load((FIXTURES / "faults.yaml").read_text("utf-8"))
    return [Fault(table=table, **entry) for table, some in entries.items() for entry in some]


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: f"{fault.table}: {fault.fault}")
def test_a_planted_fault_is_caught_by_its_check_with_its_key(
    fault: Fault, session: Session, installation: Home
) -> None:
    key = fault.reported(session)
    session.execute(fault.plant)
    if fault.rebuild:
        build_tables(installation, session, only=fault.rebuild)
    result = results_of(session, fault.table, only=fault.check)[fault.check]
    assert result.status == "failed"
    assert key in [{name: found[name] for name in key} for found in result.keys]


def test_a_shop_that_is_missing_on_its_usual_weekday_is_named(session: Session) -> None:
    day = date(2026, 3, 28)
    for week in range(1, 5):
        session.execute(
            "insert into cashmere.control_totals (store_key, business_date, is_closed)"
            " select store_key, cast(? as date), false from cashmere.control_totals where business_date = ?",
            [day - timedelta(weeks=week), day],
        )
    assert results_of(session, "cashmere.control_totals")["no_shop_is_missing"].passed
    session.execute("delete from cashmere.control_totals where store_key = 'cashmere:002' and business_date = ?", [day])
    result = results_of(session, "cashmere.control_totals")["no_shop_is_missing"]
    assert result.keys == ({"store_key": "cashmere:002", "business_date": "2026-03-28"},)


def test_a_loyalty_tender_that_lowers_revenue_still_closes_the_till(session: Session, installation: Home) -> None:
    session.execute("update cashmere.setting_tender set treatment = 'discount' where mode = 'CHQ'")
    session.execute(
        "update cashmere.raw_reglements set mode_reglement = 'CHQ', montant = 9 where montant = ("
        "select min(montant) from cashmere.raw_reglements where montant > 9)"
    )
    build_tables(installation, session, only=TILLS)
    loyalty = session.scalar("select sum(loyalty_discount_incl_tax) from cashmere.sales")
    assert loyalty == 9
    failed = {r.name for r in results_of(session, "cashmere.control_totals").values() if not r.passed}
    assert failed == {"tenders_equal_the_closing"}
