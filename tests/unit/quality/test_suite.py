"""What a suite may say, and that everything wrong with it is named with its file and entry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from goldline.errors import ContractError, GoldlineError
from goldline.quality.statement import bind
from goldline.quality.suite import load_suite

UNIQUE = "expect_column_values_to_be_unique"
NOT_NULL = "expect_column_values_to_not_be_null"
GOOD = """
key: [sales_line_id]
checks:
  - name: sales_line_id_is_unique
    description: Each line has its own identifier.
    severity: error
    expectation: expect_column_values_to_be_unique
    column: sales_line_id
  - name: "{column}_is_given"
    description: Every line has a {column}.
    severity: warn
    expectation: expect_column_values_to_not_be_null
    columns: [store_key, sold_at]
    where: is_revenue
  - name: lines_sum_to_orders
    description: Lines sum to their order.
    severity: error
    sql: select sales_line_id, channel from merge.unified_sales where sold_at >= :since
    show: [channel]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "merge" / "unified_sales.checks.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def entry(**changes: object) -> str:
    given = {"name": "a_check", "description": "'A sentence.'", "severity": "error", **changes}
    return "key: [id]\nchecks:\n  - {" + ", ".join(f"{k}: {v}" for k, v in given.items() if v) + "}\n"


def test_a_suite_is_named_after_its_place_and_a_check_on_several_columns_becomes_one_each(
    tmp_path: Path,
) -> None:
    suite = load_suite(write(tmp_path, GOOD))
    assert suite.table == "merge.unified_sales"
    assert suite.key == ("sales_line_id",)
    assert [check.name for check in suite.checks] == [
        "sales_line_id_is_unique",
        "store_key_is_given",
        "sold_at_is_given",
        "lines_sum_to_orders",
    ]
    assert [check.columns for check in suite.checks] == [("sales_line_id",), ("store_key",), ("sold_at",), ()]
    assert suite.checks[1].description == "Every line has a store_key."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "key"),
        ("key: [id]\nchecks: []\n", "checks"),
        ("key: []\nchecks: [{}]\n", "key"),
        ("key: [id\n", "cannot be read"),
        (entry(expectation="expect_column_values_to_be_uniq", column="a"), "did you mean expect"),
        (entry(expectation="expect_magic", column="a"), "known are"),
        (entry(expectation="expect_column_values_to_be_unique", column="a", mostly="0.9"), "mostly"),
        (entry(expectation="expect_column_values_to_be_unique", column="a", regex="a"), "not take regex"),
        (entry(expectation="expect_column_values_to_be_in_set", column="a"), "needs value_set"),
        (entry(expectation="expect_column_values_to_be_in_set", column="a", value_set="[]"), "value_set"),
        (entry(expectation="expect_column_values_to_be_between", column="a"), "needs max_value or min_value"),
        (entry(expectation="expect_column_values_to_match_regex", column="a", regex="'('"), "not a regular"),
        (entry(expectation="expect_column_values_to_be_unique"), "columns"),
        (entry(expectation="expect_column_values_to_be_unique", columns="[a, b]"), "{column}"),
        (entry(expectation="expect_compound_columns_to_be_unique", columns="[a]"), "columns"),
        (entry(expectation=UNIQUE, column="a", where="'1=1; drop table x'"), "where"),
        (entry(expectation=UNIQUE, column="a", where="'1) union select (1'"), "where"),
        (entry(expectation="expect_column_values_to_be_unique", column="a", sql="select 1"), "either"),
        (entry(), "either"),
        (entry(sql="'drop table x'"), "one select"),
        (entry(sql="'select 1; select 2'"), "one select"),
        (entry(sql="'select 1'", column="a"), "does not take column"),
        (entry(sql="'select 1'", severity="fatal"), "severity"),
        (entry(sql="'select 1'", name="'Not A Name'"), "name"),
        (entry(sql="'select 1'", show="[a, b, c, d]"), "show"),
        (entry(sql="'select 1 from a.b'", within="{a.c: [x]}"), "must name the tables that the select reads: a.b"),
        (entry(expectation=UNIQUE, column="a", within="{a.b: [x]}"), "names another table"),
        (entry(expectation=NOT_NULL, column="a", within="{a.b: [x]}"), "does not take 'within'"),
    ],
)  # fmt: skip
def test_a_wrong_suite_is_refused_with_file_and_entry(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ContractError) as refusal:
        load_suite(path)
    assert says in str(refusal.value)
    assert str(path) in refusal.value.where
    if "a_check" in text:
        assert "check 1 (a_check)" in refusal.value.where


def test_two_checks_of_one_name_are_refused(tmp_path: Path) -> None:
    text = entry(sql="'select 1'") + "  - {name: a_check, description: B., severity: warn, sql: select 2}\n"
    with pytest.raises(ContractError, match="two checks are called a_check"):
        load_suite(write(tmp_path, text))


def test_a_parameter_is_bound_only_where_sql_has_one() -> None:
    sql = "select x::int, a[1:n], {'k':v}, ':day' from t where d >= :day and e<:day -- :day"
    bound = bind(sql, {"day": 7, "unused": 8})
    assert bound.sql == "select x::int, a[1:n], {'k':v}, ':day' from t where d >= $day and e<$day -- :day"
    assert bound.parameters == {"day": 7}


def test_a_parameter_that_the_run_does_not_have_is_named() -> None:
    with pytest.raises(GoldlineError, match=":nope") as refusal:
        bind("select :nope", {"day": 1})
    assert "day" in refusal.value.remedy


def test_loading_and_importing_the_runner_does_not_import_great_expectations(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    code = (
        "import sys; from pathlib import Path; import goldline.quality.run;"
        "from goldline.quality.suite import load_suite;"
        f"load_suite(Path({str(path)!r})); "
        "sys.exit('great_expectations' in sys.modules or 'pandas' in sys.modules)"
    )
    environment = {"PYTHONPATH": "platform"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == 0
