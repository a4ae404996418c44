"""What docs/business-intelligence-tools.md tells to do works, and gives the boards' figures."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from goldline.publish.reader import open_snapshot

pytestmark = pytest.mark.integration
PAGE = Path(__file__).parents[3] / "docs/business-intelligence-tools.md"


def test_the_file_of_views_shows_the_published_version_and_nothing_else(original: Path, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    target = tmp_path / "goldline.duckdb"
    program = program.replace("/srv/goldline/published", str(original / "published"))
    program = program.replace("/srv/bi/goldline.duckdb", str(target))
    assert "/srv" not in program
    for _ in range(2):  # it is made anew after every publish
        exec(compile(program, str(PAGE), "exec"), {})
    with open_snapshot(original / "published") as reader:
        tables, version = set(reader.manifest.tables), reader.manifest.version
        expected = reader.manifest.tables["enriched_model"].rows
    with duckdb.connect(str(target), read_only=True) as file:
        views = {
            str(name) for (name,) in file.execute("select view_name from duckdb_views() where not internal").fetchall()
        }
        assert views == tables | {"goldline_version"}
        assert file.execute("select version from goldline_version").fetchone() == (version,)
        assert file.execute("select count(*) from enriched_model").fetchone() == (expected,)
    assert list(tmp_path.iterdir()) == [target]
