"""Publishing a version, finding nothing new, keeping the last few, going back."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from goldline.errors import GoldlineError, IntegrityError, TransientError
from goldline.publish.folder import PublishedFolder
from goldline.publish.reader import open_snapshot
from goldline.publish.snapshot import publish
from goldline.publish.versions import current, damaged_versions, list_versions, restore, verify
from tests.unit.publish.conftest import NOW, SALES, STORES, Shop


def names(shop: Shop) -> list[str]:
    return [manifest.version for manifest in list_versions(shop.folder)]


def lines(shop: Shop, version: str | None = None) -> int:
    with open_snapshot(shop.folder, version) as reader:
        return int(str(reader.query("select count(*) as n from unified_sales").column("n")[0]))


def test_a_version_says_what_it_holds(shop: Shop) -> None:
    for line in ("b", "c", "a"):
        shop.sell(line, "0.10")
    manifest = shop.publish()
    table = manifest.tables["unified_sales"]
    assert (manifest.version, manifest.created_at, manifest.unchanged) == ("v000001", NOW, False)
    assert (str(manifest.delivery_day), manifest.runs) == ("2026-04-04", ("run-1",))
    assert manifest.checks == {"passed": 3, "failed": 0}
    assert (table.rows, table.sums) == (3, {"net_amount": Decimal("0.30")})
    assert [(c.name, c.type, c.documentation, c.operational) for c in table.columns][1:3] == [
        ("net_amount", "decimal(18,2)", "What it brought.", False),
        ("sold_at", "timestamp with time zone", "When.", False),
    ]
    assert current(shop.folder) == manifest == verify(shop.folder, "v000001")
    file = pq.ParquetFile(shop.folder / "versions" / "v000001" / "unified_sales.parquet")
    assert file.read().column("sales_line_id").to_pylist() == ["a", "b", "c"]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_nothing_new_makes_no_version_even_when_rows_were_loaded_again(shop: Shop) -> None:
    shop.sell("a")
    shop.sell("b", label="x")
    first = shop.publish()
    shop.session.execute("delete from merge.unified_sales")
    shop.sell("b", label="x")
    shop.sell("a")
    again = shop.publish(now=NOW + timedelta(days=1))
    assert again.unchanged
    assert again.model_copy(update={"unchanged": False}) == first
    assert names(shop) == ["v000001"]
    shop.sell("c")
    assert shop.publish().version == "v000002"


def test_one_changed_label_is_a_new_version(shop: Shop) -> None:
    shop.sell("a", label=None)
    shop.publish()
    shop.session.execute("update merge.unified_sales set label = ''")
    assert shop.publish().version == "v000002"


def test_the_last_few_are_kept_and_never_fewer_than_two(shop: Shop) -> None:
    for number in range(5):
        shop.sell(str(number))
        shop.publish(keep=1)
    assert names(shop) == ["v000004", "v000005"]


def test_the_current_version_is_kept_even_when_it_is_old(shop: Shop) -> None:
    for number in range(3):
        shop.sell(str(number))
        shop.publish()
    restore(shop.folder, "v000001", now=NOW)
    published = PublishedFolder(shop.folder)
    with published.writing():
        assert published.prune(2) == []
    assert names(shop) == ["v000001", "v000002", "v000003"]


def test_a_version_that_somebody_reads_is_not_pruned_until_it_is_closed(shop: Shop) -> None:
    shop.sell("a")
    shop.publish()
    with open_snapshot(shop.folder) as reader:
        for number in range(3):
            shop.sell(str(number))
            shop.publish(keep=2)
        assert names(shop) == ["v000001", "v000003", "v000004"]
        assert reader.query("select * from unified_sales").num_rows == 1
    shop.sell("last")
    shop.publish(keep=2)
    assert names(shop) == ["v000004", "v000005"]


def test_restoring_switches_back_is_recorded_and_the_next_publish_has_a_number_of_its_own(shop: Shop) -> None:
    shop.sell("a")
    shop.publish()
    shop.sell("b")
    shop.publish()
    assert restore(shop.folder, "v000001", now=NOW).version == "v000001"
    assert (current(shop.folder).version, lines(shop), lines(shop, "v000002")) == ("v000001", 1, 2)
    assert shop.publish().version == "v000003"
    history = PublishedFolder(shop.folder).history()
    assert [(e["action"], e["version"]) for e in history] == [
        ("published", "v000001"),
        ("published", "v000002"),
        ("restored", "v000001"),
        ("published", "v000003"),
    ]


@pytest.mark.parametrize("version", ["v000009", "../v000001", "", "1"])
def test_a_version_that_is_not_there_cannot_be_restored_or_read(shop: Shop, version: str) -> None:
    shop.sell("a")
    shop.publish()
    with pytest.raises(GoldlineError, match="version"):
        restore(shop.folder, version, now=NOW)
    if version:
        with pytest.raises(GoldlineError, match="version"):
            open_snapshot(shop.folder, version)
    assert current(shop.folder).version == "v000001"


def test_a_damaged_table_is_found_and_its_version_is_not_restored(shop: Shop) -> None:
    shop.sell("a")
    shop.publish()
    shop.sell("b")
    shop.publish()
    file = shop.folder / "versions" / "v000001" / "unified_sales.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(IntegrityError, match="unified_sales is damaged"):
        verify(shop.folder, "v000001")
    with pytest.raises(IntegrityError):
        restore(shop.folder, "v000001", now=NOW)
    assert current(shop.folder).version == "v000002"


@pytest.mark.parametrize("name", ["current.json", "versions/v000002/manifest.json"])
def test_no_flipped_bit_and_no_lost_byte_goes_unnoticed(shop: Shop, name: str) -> None:
    shop.sell("a")
    shop.publish()
    shop.sell("b")
    expected = shop.publish()
    path = shop.folder / name
    whole = path.read_bytes()
    steps = range(0, len(whole), 1 + len(whole) // 300)
    broken = [whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :] for at in steps]
    for content in [*broken, *(whole[:at] for at in steps)]:
        path.write_bytes(content)
        found = None
        with suppress(IntegrityError):
            found = current(shop.folder)
        assert found in (None, expected)
    path.write_bytes(whole)


def test_publishing_again_mends_a_damaged_pointer_and_a_damaged_manifest(shop: Shop) -> None:
    shop.sell("a")
    shop.publish()
    (shop.folder / "current.json").write_text("{")
    assert shop.publish().version == "v000002"
    (shop.folder / "versions" / "v000002" / "manifest.json").write_text("{")
    assert damaged_versions(shop.folder) == ["v000002"]
    assert shop.publish().version == "v000003"
    assert names(shop) == ["v000001", "v000003"]


def test_a_lost_pointer_loses_no_version(shop: Shop) -> None:
    for number in range(2):
        shop.sell(str(number))
        shop.publish()
    (shop.folder / "current.json").unlink()
    with pytest.raises(IntegrityError, match="pointer"):
        current(shop.folder)
    assert restore(shop.folder, "v000001", now=NOW).version == "v000001"
    assert names(shop) == ["v000001", "v000002"]


def test_leftovers_of_killed_publishes_are_cleaned_at_the_next_one(shop: Shop) -> None:
    shop.sell("a")
    shop.publish()
    for name in ("building-x", "removing-v000000", "versions/v000002"):
        (shop.folder / name).mkdir()
        (shop.folder / name / "part.parquet").write_text("x")
    (shop.folder / "current.json.tmp").write_text("{")
    assert names(shop) == ["v000001"]
    shop.sell("b")
    shop.publish()
    assert sorted(path.name for path in shop.folder.iterdir()) == [
        ".lock", "current.json", "history.jsonl", "versions",
    ]  # fmt: skip
    assert names(shop) == ["v000001", "v000002"]


def test_a_failed_publish_leaves_what_was_there_and_nothing_else(shop: Shop) -> None:
    shop.sell("a")
    shop.publish()
    before = sorted(shop.folder.rglob("*"))
    failing = replace(STORES, sql="select error('no') as store_id", documentation={"store_id": "Fails when read."})
    broken = {"unified_sales": SALES, "unified_stores": failing}
    with pytest.raises(duckdb.Error, match="no"):
        publish(shop.session, shop.folder, broken, details={}, keep=5, now=NOW)
    assert sorted(shop.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"documentation": {**SALES.documentation, "label": " "}}, "without documentation: label"),
        ({"documentation": {**SALES.documentation, "lable": "x"}}, "no such column: lable"),
        ({"order_by": ("sales_line",)}, "no such column: sales_line"),
        (
            {
                "sql": "select *, 1::hugeint as big from merge.unified_sales",
                "documentation": {**SALES.documentation, "big": "x"},
            },
            "big is hugeint",
        ),
    ],
)
def test_a_table_that_cannot_be_published_as_it_is_is_refused(shop: Shop, change: dict[str, Any], says: str) -> None:
    shop.sell("a")
    with pytest.raises(GoldlineError, match=says):
        publish(
            shop.session,
            shop.folder,
            {"unified_sales": replace(SALES, **change)},
            details={},
            keep=5,
            now=NOW,
        )
    assert list_versions(shop.folder) == []


def test_two_publishes_at_once_do_not_mix(shop: Shop) -> None:
    shop.sell("a")
    with (
        PublishedFolder(shop.folder).writing(),
        pytest.raises(TransientError, match="another run is publishing"),
    ):
        shop.publish()


def test_the_manifest_can_be_read_by_other_programs(shop: Shop) -> None:
    shop.sell("a", "12345678901234.56")
    shop.publish()
    content = json.loads((shop.folder / "versions" / "v000001" / "manifest.json").read_text())
    assert content["tables"]["unified_sales"]["sums"] == {"net_amount": "12345678901234.56"}
    assert content["delivery_day"] == "2026-04-04"
