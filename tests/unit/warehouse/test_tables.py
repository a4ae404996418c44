"""Reading table files: description, columns' documentation, dependencies, order."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldline.errors import GoldlineError
from goldline.settings import Settings
from goldline.warehouse.engine import Warehouse
from goldline.warehouse.tables import Catalogue, TableFile, create, load_catalogue

SALES = """\
-- One row per line. Returns are negative,
-- as everywhere.
with
lines as (select * from shop.tickets), -- the import is no column
articles as (select article, brand from shop.raw_articles)

select
    lines.line_id, -- Key of the line.
    lines.amount
    * 2 as amount, -- Twice the amount, in euros.
    case
        when lines.amount < 0 then 'return' -- inside an expression
        else 'sale'
    end as kind, -- Sale or return.
    lines.plain,
    articles.brand -- Brand, from the catalogue.
from lines
left join articles on articles.article = lines.article
"""


def catalogue(folder: Path, files: dict[str, str], vocabulary: str = "{}") -> Catalogue:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    return load_catalogue(folder)


def table(folder: Path, sql: str) -> TableFile:
    return catalogue(folder, {"merge/sales.sql": sql}).by_name["merge.sales"]


def test_the_first_comment_is_the_description_whatever_its_lines(tmp_path: Path) -> None:
    assert table(tmp_path, SALES).description == "One row per line. Returns are negative, as everywhere."


def test_a_file_that_does_not_say_what_a_row_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldlineError, match=r"does not begin with a comment(.|\n)*say what one row is"):
        table(tmp_path, "select 1 as one -- The number one.\n")


def test_the_comment_behind_a_column_documents_it_wherever_its_expression_breaks(tmp_path: Path) -> None:
    comments = table(tmp_path, SALES).comments
    assert comments["line_id"] == "Key of the line."
    assert comments["amount"] == "Twice the amount, in euros."
    assert comments["brand"] == "Brand, from the catalogue."
    assert comments["kind"].endswith("Sale or return.")
    assert "plain" not in comments


def test_a_comment_on_a_cte_is_not_taken_for_a_column_of_the_table(tmp_path: Path) -> None:
    sql = "-- One row.\nwith\na as (\n    select x, -- Inner.\n    y from s.t\n)\nselect x from a\n"
    assert table(tmp_path, sql).comments == {}


@pytest.mark.parametrize("set_operation", ["union all", "union", "except"])
def test_the_first_branch_of_a_union_documents_the_columns(tmp_path: Path, set_operation: str) -> None:
    branches = ["select a.x, -- From a.\n    a.y from s.a", "select b.x, -- From b.\n    b.y from s.b"]
    sql = f"-- One row.\n{branches[0]}\n{set_operation}\n{branches[1]}\n{set_operation}\nselect x, y from s.c\n"
    found = table(tmp_path, sql)
    assert found.comments == {"x": "From a."}
    assert found.depends_on == {"s.a", "s.b", "s.c"}


def test_tables_with_a_schema_are_dependencies_and_names_of_ctes_are_not(tmp_path: Path) -> None:
    assert table(tmp_path, SALES).depends_on == {"shop.tickets", "shop.raw_articles"}


def test_a_table_read_in_a_subquery_or_condition_is_a_dependency(tmp_path: Path) -> None:
    select = "select (select max(d) from s.days) as day from s.t where x in (select x from s.allowed)"
    sql = f"-- One row.\n{select}\n"
    assert table(tmp_path, sql).depends_on == {"s.days", "s.t", "s.allowed"}


def test_each_table_comes_after_those_it_reads_whatever_the_files_are_called(tmp_path: Path) -> None:
    files = {
        "a/first.sql": "-- One row.\nselect x from b.second\n",
        "b/second.sql": "-- One row.\nselect x from c.third\n",
        "c/third.sql": "-- One row.\nselect x from delivered.feed\n",
    }
    found = catalogue(tmp_path, files)
    assert [member.table for member in found.tables] == ["c.third", "b.second", "a.first"]
    assert [member.table for member in found.upstream(found.by_name["a.first"])] == ["b.second"]
    assert found.upstream(found.by_name["c.third"]) == []


def test_the_comment_of_a_table_wins_over_the_vocabulary(tmp_path: Path) -> None:
    sql = "-- One row.\nselect x, -- Its own.\n    y, z from s.t\n"
    found = catalogue(tmp_path, {"merge/sales.sql": sql}, "x: Shared x.\ny: Shared y.\n")
    member = found.by_name["merge.sales"]
    assert found.column_doc(member, "x") == "Its own."
    assert found.column_doc(member, "y") == "Shared y."
    assert found.column_doc(member, "z") is None


PYTHON = '''\
"""One row per number.

Made in Python."""

import pyarrow as pa

READS = {"sales": "select x from merge.sales"}
COLUMNS = {"number": "The number."}


def build(read, settings):
    return pa.table({"number": read["sales"]["x"].cast(pa.int64())})
'''


def test_a_python_file_with_a_build_function_is_a_table_and_any_other_is_not(tmp_path: Path) -> None:
    found = catalogue(
        tmp_path,
        {
            "merge/numbers.py": PYTHON,
            "merge/__init__.py": "",
            "merge/sales.sql": "-- One row.\nselect 1 as x\n",
        },
    )
    assert [member.table for member in found.tables] == ["merge.sales", "merge.numbers"]
    numbers = found.by_name["merge.numbers"]
    assert numbers.description == "One row per number. Made in Python."
    assert numbers.comments == {"number": "The number."}
    assert numbers.sql is None
    assert numbers.depends_on == {"merge.sales"}


def test_building_a_table_again_replaces_its_rows_and_counts_them(tmp_path: Path) -> None:
    found = catalogue(
        tmp_path,
        {"merge/numbers.py": PYTHON, "merge/sales.sql": "-- One row.\nselect 1 as x union all select 2\n"},
    )
    settings = Settings.model_construct()
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        for member in (*found.tables, *found.tables):
            rows = create(session, member, settings)
            assert rows == session.scalar(f"select count(*) from {member.table}")
        assert session.columns("merge.numbers") == [("number", "bigint")]
        assert session.scalar("select count(*) from merge.sales") == 2
