"""The same deliveries, however they arrive, end in the same published tables: equal digests of every one of them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from goldline.deliver import deliver, land
from goldline.demo import write_deliveries
from goldline.home import Home
from goldline.publication import LOADED_COLUMNS, published_tables
from goldline.publish.digest import digest_of
from goldline.warehouse.engine import Warehouse
from tests.support import EVERY_DAY, build_tables, open_home

pytestmark = pytest.mark.integration

DAYS, CORRECTED = 8, 4
# what arrived, file by file: a day that was wrong and was corrected has another history than one that was right at once
HISTORY = frozenset({"control.reconciliation", "control.residuals", "control.feed_arrivals"})
Digests = dict[str, str]


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some days of a made-up retailer: late lines of an offline shop, orders that change, returns, a UTF-8 day."""
    folder = tmp_path_factory.mktemp("deliveries")
    write_deliveries(folder, days=DAYS, customers=200, seed=7, last_day=date(2026, 3, 28))
    return folder


@pytest.fixture(scope="module")
def by_day(deliveries: Path) -> list[list[Path]]:
    """The files of each delivery day, in order."""
    files = sorted(deliveries.glob("*/*.csv"), key=day_of)
    return [list(group) for _, group in groupby(files, key=day_of)]


@pytest.fixture(scope="module")
def in_order(by_day: list[list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Digests:
    """What the published tables hold when each day's files come on their day."""
    return after(tmp_path_factory.mktemp("in_order"), by_day)


def day_of(path: Path) -> str:
    return path.stem[-8:]


def flat(days: Iterable[Sequence[Path]]) -> list[Path]:
    return [path for day in days for path in day]


def after(folder: Path, arrivals: Iterable[Sequence[Path]], *, build_after: int = -1) -> Digests:
    """Deliver one batch of files after the other, and return the digests of the published tables."""
    home = open_home(folder / "home")
    with home.warehouse() as warehouse:
        for number, files in enumerate(arrivals):
            arrive(home, warehouse, files)
            if number == build_after:
                digests(home, warehouse)
        return digests(home, warehouse)


def drop(home: Home, files: Sequence[Path]) -> None:
    for path in files:
        landing = home.settings.home / "landing" / path.parent.name
        landing.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, landing)


def load(home: Home, warehouse: Warehouse, *sources: str) -> list[str]:
    """Take in and load what is there, and return why files were refused."""
    return [why for source in sources for why in deliver(home, warehouse, source, EVERY_DAY, run_id="test").refusals]


def arrive(home: Home, warehouse: Warehouse, files: Sequence[Path]) -> None:
    drop(home, files)
    assert load(home, warehouse, *sorted({path.parent.name for path in files})) == []


def digests(home: Home, warehouse: Warehouse, *, leave_out: str = "loaded_at") -> Digests:
    with warehouse.transaction() as session:
        build_tables(home, session)
        return {
            table: digest_of(
                session,
                table,
                operational=(LOADED_COLUMNS | {leave_out}) & {name for name, _ in session.columns(table)},
            )
            for table in published_tables()
            if table not in HISTORY
        }


def test_the_deliveries_hold_something_of_every_published_table(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    assert len(by_day) == DAYS
    assert len(set(in_order.values())) == len(in_order) == len(set(published_tables()) - HISTORY)
    without_the_last = after(tmp_path, [flat(by_day[:-1])])
    unmoved = {table for table, digest in in_order.items() if without_the_last[table] == digest}
    assert "merge.unified_sales" not in unmoved
    assert "golden_customer.golden_customer" not in unmoved


def test_days_in_reverse_order_end_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    assert after(tmp_path, by_day[::-1], build_after=2) == in_order


@pytest.mark.parametrize("seed", [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.sweep) for seed in range(4, 21))])
def test_files_in_random_order_end_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path, seed: int
) -> None:
    drawn = random.Random(seed)
    files = flat(by_day)
    drawn.shuffle(files)
    first, second = sorted(drawn.sample(range(1, len(files)), 2))
    assert after(tmp_path, [files[:first], files[first:second], files[second:]]) == in_order


def test_one_source_after_the_other_ends_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    shops = [path for path in flat(by_day) if path.parent.name == "cashmere"]
    web = [path for path in flat(by_day) if path.parent.name == "magento"]
    assert after(tmp_path, [shops, web], build_after=0) == in_order


def test_every_delivery_twice_ends_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    files = flat(by_day)
    assert after(tmp_path, [files, files[::-1]]) == in_order


@pytest.fixture(scope="module")
def wrong(by_day: list[list[Path]], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of one day as they were sent before their correction: lines changed, too many and too few."""
    folder = tmp_path_factory.mktemp("wrong")
    return [changed(path, folder) for path in by_day[CORRECTED]]


CHANGES = {
    "VENTES": (3, ";20;", ";10;"),
    "REGLEMENTS": (2, ";CB;", ";ESP;"),
    "CLOTURES": (1, "", ""),
    "CLIENTS": (0, ";FR;", ";BE;"),
    "sales_order_item": (0, ",simple,", ",virtual,"),
    "sales_order": (0, ",complete,", ",canceled,"),
}


def changed(original: Path, folder: Path, *, shop: str = "") -> Path:
    """Write a file again, some lines dropped and others changed; with a shop, only its lines, as they were or not."""
    encoding = "cp1252" if original.parent.name == "cashmere" else "utf-8"
    header, *lines = original.read_bytes().decode(encoding).splitlines(keepends=True)
    dropped, old, new = CHANGES.get(original.stem[:-9], (0, "", ""))
    kept = [line.replace(old, new) if old else line for line in lines[dropped:] if line.startswith(shop)]
    path = folder / original.parent.name / original.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join([header, *kept]).encode(encoding))
    return path


def test_a_day_that_was_wrong_and_is_corrected_ends_in_the_same_tables_also_after_a_rebuild(
    by_day: list[list[Path]], wrong: list[Path], in_order: Digests, tmp_path: Path
) -> None:
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        arrive(home, warehouse, [*flat(by_day[:CORRECTED]), *wrong, *flat(by_day[CORRECTED + 1 :])])
        spoilt = digests(home, warehouse)
        arrive(home, warehouse, by_day[CORRECTED])
        corrected = digests(home, warehouse)
    assert spoilt["merge.unified_sales"] != in_order["merge.unified_sales"]
    assert spoilt["merge.unified_payments"] != in_order["merge.unified_payments"]
    assert spoilt["golden_customer.golden_customer"] != in_order["golden_customer.golden_customer"]
    assert corrected == in_order
    (tmp_path / "home" / "warehouse.duckdb").unlink()
    with home.warehouse() as warehouse:
        assert load(home, warehouse, *home.contracts) == []
        assert digests(home, warehouse) == in_order


def test_a_correction_that_is_loaded_together_with_what_it_corrects_ends_in_the_same_tables(
    by_day: list[list[Path]], wrong: list[Path], in_order: Digests, tmp_path: Path
) -> None:
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        for files in (wrong, by_day[CORRECTED]):
            drop(home, files)
            assert len(land(home, sources=home.contracts, days=None).new) >= 5
        arrive(home, warehouse, flat([*by_day[:CORRECTED], *by_day[CORRECTED + 1 :]]))
        assert digests(home, warehouse) == in_order


def test_a_part_of_one_shop_that_is_sent_again_replaces_that_shop_only(
    by_day: list[list[Path]], tmp_path: Path
) -> None:
    original = next(path for path in by_day[CORRECTED] if path.name.startswith("VENTES"))
    header, *lines = original.read_bytes().decode("cp1252").splitlines(keepends=True)
    part = tmp_path / "part" / "cashmere" / original.name
    part.parent.mkdir(parents=True)
    part.write_bytes("".join([header, *(line for line in lines if line.startswith("001;"))]).encode("cp1252"))
    others = "select * from cashmere.ventes where code_magasin <> '001' order by all"
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        arrive(home, warehouse, flat(by_day))
        whole = digests(home, warehouse, leave_out="source_file_line")
        with warehouse.transaction() as session:
            kept = session.rows(others)
        arrive(home, warehouse, [changed(original, tmp_path / "wrong", shop="001;")])
        spoilt = digests(home, warehouse, leave_out="source_file_line")
        with warehouse.transaction() as session:
            assert session.rows(others) == kept
        arrive(home, warehouse, [part])
        assert spoilt["merge.unified_sales"] != whole["merge.unified_sales"]
        assert digests(home, warehouse, leave_out="source_file_line") == whole


def strict(home: Home) -> Home:
    """The same home while its contract still refused every file with a bad row."""
    contract = home.contracts["cashmere"]
    sales = contract.feeds["VENTES"].model_copy(update={"max_bad_rows": 0, "max_bad_share": 0.0})
    stricter = contract.model_copy(update={"feeds": contract.feeds | {"VENTES": sales}, "digest": "stricter"})
    other = open_home(home.settings.home)
    vars(other)["contracts"] = home.contracts | {"cashmere": stricter}
    return other


def test_a_version_that_a_changed_contract_lets_in_after_its_correction_changes_nothing(
    by_day: list[list[Path]], wrong: list[Path], in_order: Digests, tmp_path: Path
) -> None:
    bad = next(path for path in wrong if path.name.startswith("VENTES"))
    bad = Path(shutil.copytree(bad.parent, tmp_path / "cashmere")) / bad.name
    header, *lines, last, end = bad.read_bytes().split(b"\r\n")
    bad.write_bytes(b"\r\n".join([header, last.replace(b";N;N", b";N;?"), *lines[::-1], end]))
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        arrive(home, warehouse, flat([*by_day[:CORRECTED], *by_day[CORRECTED + 1 :]]))
        drop(home, [path for path in wrong if path.name != bad.name] + [bad])
        assert [why for why in load(strict(home), warehouse, *home.contracts) if "1 of " in why]
        drop(home, by_day[CORRECTED])
        assert load(strict(home), warehouse, *home.contracts) == []
        assert load(home, warehouse, *home.contracts) == []
        with warehouse.transaction() as session:
            versions = session.scalar("select count(*) from intake.delivery_file where file_name = ?", [bad.name])
        assert versions == 2
        assert digests(home, warehouse) == in_order
