"""The reconciliation closes in every cell, whatever is delivered: corrections, bad rows, orders again, late files."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldline.deliver import deliver
from goldline.demo import write_deliveries
from goldline.home import Home
from goldline.reconcile import require_reconciled
from goldline.reconcile.gate import NOT_ZERO
from goldline.warehouse.engine import Session, Warehouse
from tests.integration.reconcile.built import drop, fewer
from tests.support import EVERY_DAY, EXAMPLES, FIXTURES, build_tables, load_landing, open_home, open_warehouse

pytestmark = pytest.mark.integration

Sums = dict[str, tuple[int, Decimal]]


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deliveries")
    write_deliveries(folder, days=4, customers=60, seed=11, last_day=date(2026, 3, 28))
    return folder


def build(home: Home, warehouse: Warehouse) -> Sums:
    """Build every table, demand that nothing is left over, and return rows and net amount by station."""
    with warehouse.transaction() as session:
        build_tables(home, session)
        left = session.rows(f"select * from control.residuals where {NOT_ZERO} order by all")
        assert left == []
        assert int(session.scalar("select count(*) from control.residuals")) > 0
        require_reconciled(home, session)
        return stations(session)


def stations(session: Session, feed: str = "%") -> Sums:
    rows = session.rows(
        "select station, sum(row_count), sum(net_amount) from control.reconciliation where feed like ?"
        " group by station",
        [feed],
    )
    return {station: (int(count), Decimal(net)) for station, count, net in rows}


def arrive(home: Home, warehouse: Warehouse, *batches: Iterable[Path]) -> Sums:
    for files in batches:
        drop(home, list(files))
        for source in home.contracts:
            assert deliver(home, warehouse, source, EVERY_DAY, run_id="test").refusals == []
    return build(home, warehouse)


def spoilt(original: Path, folder: Path, *changes: tuple[int, int, str], again: Iterable[int] = ()) -> Path:
    """Write a file again with some fields changed (row, column, value) and some rows said twice."""
    encoding, mark = ("cp1252", ";") if original.parent.name == "cashmere" else ("utf-8", ",")
    header, *lines = original.read_bytes().decode(encoding).splitlines(keepends=True)
    for row, column, value in changes:
        fields = lines[row].split(mark)
        fields[column] = value
        lines[row] = mark.join(fields)
    lines += [lines[row] for row in again]
    path = folder / original.parent.name / original.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join([header, *lines]).encode(encoding))
    return path


def test_the_fixtures_close(tmp_path: Path) -> None:
    with open_warehouse(load_landing(FIXTURES, tmp_path)) as warehouse:
        sums = build(open_home(tmp_path), warehouse)
    assert sums["received"][0] == 19 + 2 + 2 + 2 * 14 + 2 * 19
    assert sums["unified"] == sums["enriched"]


def test_made_up_deliveries_close_day_by_day_and_the_other_way_round(deliveries: Path, tmp_path: Path) -> None:
    files = sorted(deliveries.glob("*/*.csv"), key=lambda path: (path.stem[-8:], path.name))
    found = []
    for name, order in (("forward", files), ("backward", files[::-1])):
        home = open_home(tmp_path / name)
        with home.warehouse() as warehouse:
            found.append(arrive(home, warehouse, order[:20], order[20:]))
    assert found[0] == found[1]
    assert found[0]["replaced"][0] > 0
    assert found[0]["excluded"][0] > 0


def test_a_correction_is_superseded_rows_and_nothing_is_left_over(deliveries: Path, tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    day = [path for path in sorted(deliveries.glob("*/*.csv")) if path.stem.endswith("20260327")]
    wrong = [fewer(path, tmp_path / "wrong") for path in day]
    shop = fewer(next(path for path in day if path.stem.startswith("VENTES")), tmp_path / "shop", shop="001;")
    with home.warehouse() as warehouse:
        first = arrive(home, warehouse, wrong)
        second = arrive(home, warehouse, day)
        third = arrive(home, warehouse, [shop])
    assert "superseded" not in first
    assert second["superseded"][0] == first["received"][0]
    assert second["received"][0] == first["received"][0] + second["counting"][0]
    assert third["superseded"][0] > second["superseded"][0]
    assert third["received"][0] > second["received"][0]


def test_rows_that_stay_out_are_counted_with_their_amounts_as_far_as_they_can_be_read(
    deliveries: Path, tmp_path: Path
) -> None:
    home = open_home(tmp_path / "home")
    sold = next(path for path in sorted(deliveries.glob("cashmere/VENTES*")) if path.stem.endswith("20260328"))
    columns = sold.read_bytes().decode("cp1252").splitlines()[0].split(";")
    amount, taxed = columns.index("montant_ht"), columns.index("taux_tva")
    rows = [line.split(";") for line in sold.read_bytes().decode("cp1252").splitlines()[1:]]
    sent = spoilt(sold, tmp_path, (3, taxed, "many"), (5, amount, "12,345"), (7, 0, "@nowhere"), again=[10, 11])
    with home.warehouse() as warehouse:
        sums = arrive(home, warehouse, [sent])
    read = [Decimal(rows[row][amount].replace(",", ".")) for row in (3, 7)]
    said_twice = [Decimal(rows[row][amount].replace(",", ".")) for row in (10, 11)]
    assert sums["quarantined"] == (2, sum(read))
    assert sums["unreadable"] == (1, Decimal(0))
    assert sums["duplicate"] == (2, sum(said_twice))
    assert sums["received"][0] == len(rows) + 2 == sums["loaded"][0] + 5
    with home.warehouse() as warehouse, warehouse.transaction() as session:
        shops = session.rows("select distinct store_key from control.reconciliation where station = 'quarantined'")
    assert ("cashmere:unknown",) in shops, "a value that is at fault is not kept, not even as a shop"


def test_cancelled_units_and_fractions_of_a_cent_have_their_own_steps(deliveries: Path, tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    files = list(deliveries.glob("magento/*.csv"))
    items = next(path for path in sorted(files) if path.stem == "sales_order_item_20260328")
    columns = items.read_text("utf-8").splitlines()[0].split(",")
    lines = items.read_text("utf-8").splitlines()[1:]
    simple = [n for n, line in enumerate(lines) if ",simple," in line and '"' not in line][:6]
    assert len(simple) == 6
    changes = [(n, columns.index("row_total"), f"1{n}.{34 + n}49") for n in simple]
    changes += [(n, columns.index("tax_amount"), "1.0051") for n in simple[:3]]
    changes += [(n, columns.index("qty_ordered"), "3.0000") for n in simple[3:]]
    changes += [(n, columns.index("qty_canceled"), "1.0000") for n in simple[3:]]
    sent = spoilt(items, tmp_path, *changes)
    others = [path for path in files if path != items]
    with home.warehouse() as warehouse:
        sums = arrive(home, warehouse, [*others, sent])
    assert sums["rounding"][1] != 0
    assert sums["cancelled"][1] < 0


def test_lines_without_their_order_close_and_are_placed_later(deliveries: Path, tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    files = sorted(deliveries.glob("magento/*.csv"))
    heads = [path for path in files if path.stem.startswith(("sales_order_2", "sales_creditmemo_2"))]
    with home.warehouse() as warehouse:
        without = arrive(home, warehouse, [path for path in files if path not in heads])
        whole = arrive(home, warehouse, heads)
    assert without["excluded"][0] == without["sales"][0] > 0
    assert whole["unified"][0] > 0


@settings(max_examples=4 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), keep=st.floats(0.3, 1), batches=st.integers(1, 3))
def test_any_part_of_the_files_in_any_order_closes(deliveries: Path, seed: int, keep: float, batches: int) -> None:
    drawn = random.Random(seed)
    files = sorted(deliveries.glob("*/*.csv"))
    sent = drawn.sample(files, max(1, round(keep * len(files))))
    corrected = [path for path in sent if drawn.random() < 0.2]
    with TemporaryDirectory() as folder:
        home = open_home(Path(folder) / "home")
        first = [fewer(path, Path(folder) / "wrong") if path in corrected else path for path in sent]
        cuts = [first[number::batches] for number in range(batches)]
        with home.warehouse() as warehouse:
            for batch in [*cuts, corrected]:
                drop(home, batch)
                for source in home.contracts:
                    deliver(home, warehouse, source, EVERY_DAY, run_id="test")
            with warehouse.transaction() as session:
                build_tables(home, session)
                assert session.rows(f"select * from control.residuals where {NOT_ZERO}") == []
