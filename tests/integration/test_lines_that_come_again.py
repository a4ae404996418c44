"""A document that is delivered again as it was: its lines have another file, and nothing else about them is written."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from goldline.demo import write_deliveries
from goldline.publish.manifest import Manifest
from goldline.publish.reader import open_snapshot
from tests.integration.postgres.test_nights import night
from tests.support import open_home

pytestmark = pytest.mark.integration

LAST = date(2026, 3, 28)
LINEAGE = {"source_updated_at", "loaded_at", "source_file", "source_file_line", "delivery_date"}
WIDE = ("unified_sales", "unified_exclusions", "enriched_model")


def again(files: list[Path], folder: Path) -> list[Path]:
    """The web shop's last day under the name of the day after."""
    made = []
    for path in files:
        if path.parent.name == "magento" and path.stem.endswith(f"{LAST:%Y%m%d}"):
            name = path.name.replace(f"{LAST:%Y%m%d}", f"{LAST + timedelta(days=1):%Y%m%d}")
            made.append(folder / "again" / "magento" / name)
            made[-1].parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, made[-1])
    return made


def files_of(home: Path, manifest: Manifest, table: str) -> dict[str, int]:
    """The files of a published table, with what the file system knows each by."""
    version = home / "published" / "versions" / manifest.version
    return {part.file: (version / part.file).stat().st_ino for part in manifest.tables[table].parts}


def test_the_wide_files_stay_and_the_lineage_names_the_new_file(tmp_path: Path) -> None:
    write_deliveries(tmp_path / "made", days=3, customers=60, seed=11, last_day=LAST)
    files = sorted((tmp_path / "made").glob("*/*.csv"))
    home = open_home(tmp_path / "home")
    with home.warehouse() as warehouse:
        first = night(home, warehouse, files)
        second = night(home, warehouse, again(files, tmp_path))
    assert first.version != second.version
    for table in WIDE:
        assert files_of(home.settings.home, second, table) == files_of(home.settings.home, first, table)
        assert second.tables[table].digest == first.tables[table].digest
        assert not {column.name for column in second.tables[table].columns} & LINEAGE
    moved = f"source_file like 'sales_order%_{LAST:%Y%m%d}.csv'"
    arrived = f"source_file like 'sales_order%_{LAST + timedelta(days=1):%Y%m%d}.csv'"
    counted = "select count(*) filter ({}), count(*) filter ({}), count(*) from sales_lineage"
    found = {}
    for manifest in (first, second):
        with open_snapshot(home.settings.published_dir, manifest.version) as reader:
            (row,) = reader.query(counted.format(f"where {moved}", f"where {arrived}")).to_pylist()
            found[manifest.version] = tuple(row.values())
            rows = {name: manifest.tables[name].rows for name in ("unified_sales", "unified_exclusions")}
            assert rows["unified_exclusions"] > 0
            assert found[manifest.version][2] == sum(rows.values())
    before, after = found[first.version], found[second.version]
    assert before[0] > 0
    assert after[:2] == (0, before[0])
    with home.warehouse() as warehouse, warehouse.transaction() as session:
        lines = "select source_file from merge.unified_sales union all select source_file from merge.unified_exclusions"
        assert session.scalar(f"select count(*) from ({lines}) as lines where {arrived}") == before[0]
