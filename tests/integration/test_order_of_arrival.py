"""The same deliveries, however they arrive, end in the same published tables: equal digests of every one of them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from goldline.deliver import deliver
from goldline.demo import write_deliveries
from goldline.flow import LOADED_COLUMNS, published_tables
from goldline.home import Home
from goldline.publish.digest import measure_table
from goldline.warehouse.engine import Warehouse
from tests.support import EVERY_DAY, build_tables, open_home

pytestmark = pytest.mark.integration

LAST = date(2026, 3, 28)
CORRECTED = "20260325"
Digests = dict[str, str]


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days of a made-up retailer: late lines of an offline shop, orders that change, returns, a UTF-8 day."""
    folder = tmp_path_factory.mktemp("deliveries")
    write_deliveries(folder, days=10, customers=250, seed=7, last_day=LAST)
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


def after(folder: Path, arrivals: Iterable[Sequence[Path]], *, build_after: Iterable[int] = ()) -> Digests:
    """Deliver one batch of files after the other, and return the digests of the published tables."""
    home = open_home(folder / "home")
    with home.warehouse() as warehouse:
        for number, files in enumerate(arrivals):
            arrive(home, warehouse, files)
            if number in build_after:
                digests(home, warehouse)
        return digests(home, warehouse)


def arrive(home: Home, warehouse: Warehouse, files: Sequence[Path]) -> None:
    for path in files:
        landing = home.settings.home / "landing" / path.parent.name
        landing.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, landing)
    for source in sorted({path.parent.name for path in files}):
        assert deliver(home, warehouse, source, EVERY_DAY, run_id="test").refusals == []


def digests(home: Home, warehouse: Warehouse) -> Digests:
    with warehouse.transaction() as session:
        build_tables(home, session)
        return {
            table: measure_table(
                session, table, operational=LOADED_COLUMNS & {name for name, _ in session.columns(table)}
            ).digest
            for table in published_tables()
        }


def test_the_deliveries_hold_something_of_every_published_table(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    assert len(by_day) == 10
    assert len(set(in_order.values())) == len(published_tables())
    assert in_order != after(tmp_path, by_day[:-1])


def test_days_in_reverse_order_end_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    assert after(tmp_path, by_day[::-1], build_after=[4]) == in_order


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_files_in_random_order_end_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path, seed: int
) -> None:
    drawn = random.Random(seed)
    files = [path for day in by_day for path in day]
    drawn.shuffle(files)
    cuts = sorted(drawn.sample(range(1, len(files)), 5))
    arrivals = [files[start:end] for start, end in zip([0, *cuts], [*cuts, len(files)], strict=True)]
    assert after(tmp_path, arrivals) == in_order


def test_one_source_after_the_other_ends_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    files = [path for day in by_day for path in day]
    shops = [path for path in files if path.parent.name == "cashmere"]
    web = [path for path in files if path.parent.name == "magento"]
    assert after(tmp_path, [shops, web], build_after=[0]) == in_order


def test_every_delivery_twice_ends_in_the_same_tables(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    files = [path for day in by_day for path in day]
    assert after(tmp_path, [files, files[::-1]]) == in_order


@pytest.fixture(scope="module")
def wrong(by_day: list[list[Path]], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of one day as they were sent before their correction: with lines changed, too many and too few."""
    folder = tmp_path_factory.mktemp("wrong")
    return [path for original in by_day[6] for path in spoiled(original, folder)]


def spoiled(original: Path, folder: Path) -> Iterator[Path]:
    assert day_of(original) == CORRECTED
    encoding = "cp1252" if original.parent.name == "cashmere" else "utf-8"
    header, *lines = original.read_bytes().decode(encoding).splitlines(keepends=True)
    feed = original.stem[:-9]
    if feed == "VENTES":
        lines = [line.replace(";20;", ";10;") for line in lines[3:]]
    elif feed in ("REGLEMENTS", "CLOTURES"):
        lines = lines[:-2]
    elif feed == "CLIENTS":
        lines = [line.replace(";FR;", ";BE;") for line in lines]
    elif feed == "sales_order_item":
        lines = [line.replace(",simple,", ",virtual,") for line in lines]
    elif feed == "sales_order":
        lines = [line.replace(",complete,", ",canceled,") for line in lines]
    path = folder / original.parent.name / original.name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes("".join([header, *lines]).encode(encoding))
    yield path


def test_a_day_that_was_wrong_and_is_corrected_ends_in_the_same_tables(
    by_day: list[list[Path]], wrong: list[Path], in_order: Digests, tmp_path: Path
) -> None:
    first = [*by_day[:6], wrong, *by_day[7:]]
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        for files in first:
            arrive(home, warehouse, files)
        spoilt = digests(home, warehouse)
        arrive(home, warehouse, by_day[6])
        corrected = digests(home, warehouse)
    assert spoilt["merge.unified_sales"] != in_order["merge.unified_sales"]
    assert spoilt["merge.unified_payments"] != in_order["merge.unified_payments"]
    assert corrected == in_order


def test_a_correction_that_is_loaded_together_with_what_it_corrects_ends_in_the_same_tables(
    by_day: list[list[Path]], wrong: list[Path], in_order: Digests, tmp_path: Path
) -> None:
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        for files in [wrong, by_day[6]]:
            for path in files:
                landing = home.settings.home / "landing" / path.parent.name
                landing.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, landing)
            take_in(home)
        for files in [*by_day[7:], *by_day[:6]]:
            arrive(home, warehouse, files)
        assert digests(home, warehouse) == in_order


def take_in(home: Home) -> None:
    from goldline.deliver import land

    assert land(home, sources=home.contracts, days=None).new


def of_shop(original: Path, folder: Path, shop: str, *, edit: bool) -> Path:
    """Write the file again with the lines of one shop only, if wanted with other quantities."""
    header, *lines = original.read_bytes().decode("cp1252").splitlines(keepends=True)
    kept = [line for line in lines if line.startswith(f"{shop};")]
    assert 0 < len(kept) < len(lines)
    if edit:
        kept = [line.replace(";20;", ";10;") for line in kept[1:]]
    path = folder / original.parent.name / original.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join([header, *kept]).encode("cp1252"))
    return path


def test_a_part_of_one_shop_that_is_sent_again_replaces_that_shop_only(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    original = next(path for path in by_day[6] if path.name.startswith("VENTES"))
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        arrive(home, warehouse, [path for day in by_day for path in day])
        with warehouse.transaction() as session:
            others = session.rows("select * from cashmere.ventes where code_magasin <> '001' order by all")
        arrive(home, warehouse, [of_shop(original, tmp_path / "first", "001", edit=True)])
        spoilt = digests(home, warehouse)
        with warehouse.transaction() as session:
            assert others == session.rows("select * from cashmere.ventes where code_magasin <> '001' order by all")
        arrive(home, warehouse, [of_shop(original, tmp_path / "second", "001", edit=False)])
        assert spoilt["merge.unified_sales"] != in_order["merge.unified_sales"]
        assert digests(home, warehouse) == in_order


def test_a_refused_version_that_is_retried_after_its_correction_changes_nothing(
    by_day: list[list[Path]], in_order: Digests, tmp_path: Path
) -> None:
    pass
