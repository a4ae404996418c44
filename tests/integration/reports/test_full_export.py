"""Whole tables as files: exact, streamed, without what a reader may not have or what a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from goldline.boards.render.full import FullForm, stream_table
from goldline.errors import GoldlineError
from goldline.metrics.scope import EVERYTHING, Scope
from goldline.settings import Settings
from tests.integration.metrics.retailer import made_up
from tests.integration.metrics.snapshot import publish_lines
from tests.support import open_home
from tests.unit.render.sample import HOSTILE

ONE_SHOP = Scope(stores=frozenset({"shop:1"}), staff_figures=False, customers=False)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("hostile")
    lines = made_up(customers=30)
    names = pd.Series(HOSTILE * (len(lines) // len(HOSTILE) + 1)).head(len(lines)).to_numpy()
    publish_lines(folder, lines.assign(brand=names))
    return open_home(folder).settings


def whole(settings: Settings, table: str, form: FullForm, scope: Scope = EVERYTHING) -> bytes:
    return b"".join(stream_table(settings, table, form, scope))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def published(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    (file,) = settings.published_dir.glob("versions/*/enriched_model.parquet")
    with duckdb.connect() as connection:
        return connection.execute(sql.format(file=file)).fetchall()


def test_parquet_is_exact_with_every_row_and_column(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "lines.parquet"
    copy.write_bytes(whole(settings, "enriched_model", "parquet"))
    difference = "select * from '{file}' except all select * from '" + str(copy) + "'"
    assert published(settings, difference) == []
    assert pq.read_metadata(copy).num_rows == published(settings, "select count(*) from '{file}'")[0][0]


def test_csv_has_every_row_and_no_text_that_a_spreadsheet_would_run(settings: Settings) -> None:
    found = rows(whole(settings, "enriched_model", "csv"))
    assert len(found) == published(settings, "select count(*) from '{file}'")[0][0]
    brands = {row["brand"] for row in found}
    assert not any(brand.startswith(("=", "+", "-", "@", "\t")) for brand in brands)
    assert {brand.removeprefix("'") for brand in brands} == set(HOSTILE)
    total = published(settings, "select sum(net_amount_excl_tax_reporting) from '{file}'")[0][0]
    assert str(sum(pd.to_numeric(pd.Series([row["net_amount_excl_tax_reporting"] for row in found])))) == str(
        float(str(total))
    )


def test_a_reader_of_one_shop_gets_its_lines_and_nothing_known_from_elsewhere(settings: Settings) -> None:
    found = rows(whole(settings, "enriched_model", "csv", ONE_SHOP))
    assert {row["store_key"] for row in found} == {"shop:1"}
    assert len(found) == published(settings, "select count(*) from '{file}' where store_key = 'shop:1'")[0][0]
    assert not [
        name for name in found[0] if name.startswith("customer_") or "staff" in name or "first_purchase" in name
    ]


def test_a_reader_of_no_shop_gets_a_file_without_rows(settings: Settings) -> None:
    nobody = Scope(stores=frozenset(), customers=False)
    assert rows(whole(settings, "enriched_model", "csv", nobody)) == []
    assert pq.read_table(io.BytesIO(whole(settings, "enriched_model", "parquet", nobody))).num_rows == 0


@pytest.mark.parametrize(
    ("table", "scope"),
    [
        ("golden_customer", ONE_SHOP),
        ("golden_customer", Scope(channels=frozenset({"store"}))),
        ("enriched_model", Scope(lines=False)),
        ("unified_staff", EVERYTHING),
        ("../people", EVERYTHING),
    ],
)
def test_what_may_not_be_had_is_refused_before_the_first_byte(settings: Settings, table: str, scope: Scope) -> None:
    with pytest.raises(GoldlineError):
        stream_table(settings, table, "csv", scope)


def test_a_version_is_kept_while_it_is_read(settings: Settings) -> None:
    from goldline.publish.folder import PublishedFolder

    pieces: Iterator[bytes] = stream_table(settings, "enriched_model", "csv", EVERYTHING)
    next(pieces)
    folder = PublishedFolder(settings.published_dir)
    assert not folder._remove("v000001")
    for _ in pieces:
        pass
