"""What running a suite gives, on real DuckDB tables and through the real Great Expectations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

import pyarrow as pa
import pytest

from goldline.errors import GoldlineError
from goldline.quality.result import CheckResult
from goldline.quality.run import ToCheck, run_suite
from goldline.quality.suite import Check, Severity, Suite
from goldline.quality.validation import Answer, Question, Validator
from goldline.warehouse.engine import Session, Warehouse

Value = TypeVar("Value")
IN_SET = "expect_column_values_to_be_in_set"
MATCHES = "expect_column_values_to_match_regex"


@pytest.fixture
def session() -> Iterator[Session]:
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema s")
        yield session


def check(
    expectation: str | None = None, *, name: str = "a_check", severity: Severity = "error", **given: Any
) -> tuple[Check, ...]:
    stated = {"name": name, "description": "A sentence.", "severity": severity, "expectation": expectation}
    return Check.model_validate({**stated, **given}).expand()


def run(
    session: Session, *checks: tuple[Check, ...], parameters: Mapping[str, object] | None = None
) -> tuple[CheckResult, ...]:
    flat = tuple(one for some in checks for one in some)
    return run_suite(session, Suite("s.t", ("id",), flat), parameters=parameters or {})


def only(
    session: Session,
    expectation: str | None = None,
    *,
    parameters: Mapping[str, object] | None = None,
    **given: Any,
) -> CheckResult:
    (result,) = run(session, check(expectation, **given), parameters=parameters)
    return result


def ids(result: CheckResult) -> list[int]:
    return [int(key["id"]) for key in result.keys]


def test_a_decimal_on_its_bound_is_inside_it_and_one_cent_further_is_not(session: Session) -> None:
    session.execute(
        "create table s.t as select * from (values (1, 0.10::decimal(18,2)), (2, 0.11), (3, 0.09)) v(id, d)"
    )
    low = only(session, "expect_column_values_to_be_between", column="d", min_value=0.1, max_value="0.11")
    assert (low.status, low.evaluated, low.failing, ids(low)) == ("failed", 3, 1, [3])
    strict = only(session, "expect_column_values_to_be_between", column="d", min_value=0.09, strict_min=True)
    assert ids(strict) == [3]
    between_cents = only(session, "expect_column_values_to_be_between", column="d", min_value="0.095", strict_min=True)
    assert ids(between_cents) == [3]


def test_great_expectations_itself_would_get_the_decimal_bound_wrong(session: Session) -> None:
    """The reason for encoding decimals; when this fails, the encoding can go."""
    data = session.arrow("select 0.10::decimal(18,2) as d")
    question = Question("expect_column_values_to_be_between", {"column": "d", "min_value": Decimal("0.10")})
    assert not Validator().ask(data, {0: question})[0].success


def test_amounts_beyond_a_float_are_compared_to_the_cent(session: Session) -> None:
    session.execute("create table s.t as select 1 as id, 12345678901234567.01::decimal(38,2) as d, 5::hugeint as h")
    session.execute(
        "insert into s.t values (2, 123456789012345678901234567890.02, 170141183460469231731687303715884105727)"
    )
    top = only(
        session,
        "expect_column_values_to_be_between",
        column="d",
        max_value="123456789012345678901234567890.01",
    )
    assert ids(top) == [2]
    one_of = only(session, "expect_column_values_to_be_in_set", column="d", value_set=["12345678901234567.01", "0.005"])
    assert ids(one_of) == [2]


def test_checks_come_back_in_the_order_of_the_suite_with_their_own_words(session: Session) -> None:
    session.execute("create table s.t as select 1 as id, 'x' as a union all select 1, null")
    results = run(
        session,
        check(sql="select id from s.t where a is null", name="by_sql", severity="warn"),
        check("expect_column_values_to_be_unique", column="id", name="unique"),
        check("expect_column_values_to_not_be_null", columns=("id", "a"), name="{column}_given"),
        check("expect_table_row_count_to_equal", value=2, name="rows"),
    )
    assert [(r.name, r.status, r.evaluated, r.failing) for r in results] == [
        ("by_sql", "failed", None, 1),
        ("unique", "failed", 2, 2),
        ("id_given", "passed", 2, 0),
        ("a_given", "failed", 2, 1),
        ("rows", "passed", 2, 0),
    ]
    assert [r.blocks for r in results] == [False, True, False, True, False]
    assert results[0].table == "s.t"
    assert results[0].description == "A sentence."
    assert results[1].message == "2 of 2 rows break the rule"


def test_a_missing_column_is_an_error_of_its_check_only(session: Session) -> None:
    session.execute("create table s.t as select 1 as id")
    missing, fine = run(
        session,
        check("expect_column_values_to_not_be_null", column="nope", name="one"),
        check("expect_column_values_to_not_be_null", column="id", name="two"),
    )
    assert (missing.status, missing.passed, missing.blocks) == ("error", False, True)
    assert "no column nope" in missing.message
    assert fine.passed


def test_an_expectation_that_raises_is_neither_failed_nor_passed(session: Session) -> None:
    session.execute("create table s.t as select 1 as id, 'secret' as a")
    result = only(session, "expect_column_pair_values_a_to_be_greater_than_b", columns=("a", "id"))
    assert (result.status, result.failing, result.passed, result.blocks) == ("error", 0, False, True)
    assert "Great Expectations raised" in result.message
    assert "secret" not in result.message


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"sql": "select id, nope from s.t"}, 'Referenced column "nope" not found'),
        ({"sql": "select a from s.t"}, 'Referenced column "id" not found'),
        ({"sql": "select id from s.t where a = :missing"}, ":missing"),
        ({"sql": "select id from s.t where a::int > 1"}, "ConversionException"),
        ({"expectation": IN_SET, "column": "a", "value_set": [1]}, "cannot be compared"),
        ({"expectation": IN_SET, "column": "id", "value_set": ["x"]}, "cannot be compared"),
        ({"expectation": "expect_column_values_to_be_unique", "column": "a", "where": "nope > 1"}, "nope"),
        ({"expectation": MATCHES, "column": "id", "regex": "x"}, "is about text"),
    ],
)
def test_a_check_that_cannot_be_carried_out_says_why_without_a_value(
    session: Session, given: dict[str, Any], says: str
) -> None:
    session.execute("create table s.t as select 1::bigint as id, 'marie@example.org' as a")
    result = only(session, **given)
    assert result.status == "error"
    assert says in result.message
    assert "marie" not in result.message


def test_a_check_that_aborts_the_transaction_lets_no_later_one_pass(session: Session) -> None:
    session.execute("create table s.t as select 1 as id, 'x' as a")
    first, second = run(
        session,
        check(sql="select id from s.t where a::int > 1", name="one"),
        check(sql="select id from s.t where false", name="two"),
    )
    assert (first.status, second.status) == ("error", "error")
    assert "earlier check" in second.message


def test_a_suite_without_checks_is_refused(session: Session) -> None:
    with pytest.raises(GoldlineError, match="without checks"):
        run_suite(session, Suite("s.t", ("id",), ()))


def test_keys_only_come_back_and_never_more_than_twenty(session: Session) -> None:
    session.execute("create table s.t as select range as id, 'marie' as a, 'web' as channel from range(50)")
    result = only(session, "expect_column_values_to_be_in_set", column="a", value_set=["x"])
    assert (result.failing, ids(result)) == (50, list(range(20)))
    assert {name for key in result.keys for name in key} == {"id"}
    by_sql = only(session, sql="select * from s.t -- all of them", show=("channel",))
    assert (by_sql.failing, ids(by_sql)) == (50, list(range(20)))
    assert by_sql.keys[0] == {"id": "0", "channel": "web"}
    assert "marie" not in repr((result, by_sql))


def test_parameters_reach_conditions_and_selects_as_values(session: Session) -> None:
    session.execute(
        "create table s.t as select range as id, case when range = 7 then null else 'o''k' end as a from range(10)"
    )
    hostile = "x' or 1=1 --"
    where = only(session, "expect_column_values_to_not_be_null", column="a", where="id >= :low", parameters={"low": 5})
    assert (where.evaluated, ids(where)) == (5, [7])
    assert only(session, sql="select id from s.t where a = :a", parameters={"a": hostile}).passed
    values = only(
        session,
        "expect_column_values_to_be_in_set",
        column="a",
        value_set=["z"],
        where="id < :low",
        parameters={"low": 2},
    )
    assert ids(values) == [0, 1]


def test_an_empty_table_breaks_no_rule_about_rows_but_has_no_rows(session: Session) -> None:
    session.execute("create table s.t (id bigint, a varchar, d decimal(18,2))")
    results = run(
        session,
        check("expect_column_values_to_be_unique", column="id", name="one"),
        check("expect_column_values_to_be_between", column="d", min_value=0, name="two"),
        check("expect_column_values_to_be_in_set", column="a", value_set=["x"], name="three"),
        check("expect_column_values_to_not_be_null", column="a", name="four"),
        check("expect_table_row_count_to_be_between", min_value=1, name="five"),
    )
    assert [r.status for r in results] == ["passed"] * 4 + ["failed"]
    assert results[-1].message == "the table has 0 rows"


BETWEEN = "expect_column_values_to_be_between"
EXACT_RULES: dict[str, tuple[str, dict[str, Any], str]] = {
    "d_range": (BETWEEN, {"column": "d", "min_value": -1.1, "max_value": 1.1}, "d between -1.10 and 1.10"),
    "d_set": (
        "expect_column_values_to_be_in_set",
        {"column": "d", "value_set": [0.1, -0.25, 1]},
        "d in (0.10, -0.25, 1.00)",
    ),
    "d_unique": (
        "expect_column_values_to_be_unique",
        {"column": "d"},
        "(select count(*) from s.t o where o.d = t.d) = 1",
    ),
    "same": (
        "expect_column_pair_values_to_be_equal",
        {"columns": ("d", "e")},
        "d is not null and d::decimal(18,4) = e",
    ),
    "t_range": (
        BETWEEN,
        {"column": "sold_at", "min_value": "2026-03-29T01:00:00+00:00"},
        "sold_at >= timestamptz '2026-03-29 01:00:00+00'",
    ),
    "b_range": (BETWEEN, {"column": "b", "max_value": "2026-01-03"}, "b <= date '2026-01-03'"),
}
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "in_set": ("expect_column_values_to_be_in_set", {"column": "a", "value_set": ["a", "", "é"]}),
    "not_in_set": ("expect_column_values_to_not_be_in_set", {"column": "n", "value_set": [1, 3]}),
    "regex": ("expect_column_values_to_match_regex", {"column": "a", "regex": "^[a-c]?$"}),
    "not_regex": ("expect_column_values_to_not_match_regex", {"column": "a", "regex": "b"}),
    "lengths": ("expect_column_value_lengths_to_equal", {"column": "a", "value": 1}),
    "between": ("expect_column_values_to_be_between", {"column": "n", "min_value": 1, "max_value": 3}),
    "strictly": ("expect_column_values_to_be_between", {"column": "n", "max_value": 3, "strict_max": True}),
    "not_null": ("expect_column_values_to_not_be_null", {"column": "a"}),
    "null": ("expect_column_values_to_be_null", {"column": "n"}),
    "unique": ("expect_column_values_to_be_unique", {"column": "u"}),
    "unique_text": ("expect_column_values_to_be_unique", {"column": "a"}),
    "compound": ("expect_compound_columns_to_be_unique", {"columns": ("a", "u")}),
    "pair_equal": ("expect_column_pair_values_to_be_equal", {"columns": ("n", "m")}),
    "greater": (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"columns": ("p", "q"), "or_equal": True},
    ),
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("where", [None, "id % 3 <> 0"])
def test_reduced_rows_give_exactly_the_verdict_of_great_expectations_on_the_whole_table(
    session: Session, seed: int, where: str | None
) -> None:
    random = Random(seed)
    size, nulls = random.choice([(1, 0.5), (30, 0.0), (60, 0.2), (400, 0.1)])

    def maybe(value: Value) -> Value | None:
        return None if random.random() < nulls else value

    rows = [
        (
            number,
            maybe(random.choice(["a", "b", "c", "", "é", "dd"])),
            maybe(random.randint(0, 4)),
            maybe(random.randint(0, 4)),
            maybe(random.randint(0, size)),
            random.randint(0, 5),
            random.randint(0, 5),
        )
        for number in random.sample(range(1000), size)
    ]
    session.execute("create table s.t (id int, a varchar, n bigint, m bigint, u bigint, p int, q int)")
    for row in rows:
        session.execute("insert into s.t values (?, ?, ?, ?, ?, ?, ?)", row)
    checks = [check(name, name=key, where=where, **given) for key, (name, given) in RULES.items()]
    results = {result.name: result for result in run(session, *checks)}

    whole = session.arrow(f"select * from s.t where {where or 'true'} order by id")
    questions = {
        number: Question(str(one.expectation), {**one.rule.columns(one.columns), **one.arguments})
        for number, (one,) in enumerate(checks)
    }
    expected = Validator().ask(whole, questions)
    keys = [int(str(value)) for value in whole.column("id")]
    for number, (one,) in enumerate(checks):
        failing = sorted(keys[row] for row in expected[number].rows)
        assert not expected[number].error
        assert (results[one.name].failing, ids(results[one.name])) == (len(failing), failing[:20]), one.name
        assert results[one.name].passed == expected[number].success
        assert results[one.name].evaluated == len(whole)


@pytest.mark.parametrize("seed", range(4))
def test_decimals_dates_and_instants_are_decided_as_exact_arithmetic_decides_them(session: Session, seed: int) -> None:
    random = Random(seed)
    session.execute("create table s.t (id int, d decimal(18,2), e decimal(12,4), sold_at timestamptz, b date)")
    for number in range(200):
        cents = None if random.random() < 0.1 else Decimal(random.randint(-200, 200)) / 100
        finer = Decimal(random.choice([0, 0, 1])) / 10000 + (cents or 0)
        session.execute(
            "insert into s.t values (?, ?, ?,"
            " timestamptz '2026-03-29 00:59:59.999999+00' + to_microseconds(?),"
            " date '2026-01-01' + cast(? as integer))",
            [number, cents, finer, random.randint(0, 2), random.randint(0, 3)],
        )
    for name, (expectation, given, good) in EXACT_RULES.items():
        (one,) = check(expectation, name=name, **given)
        (result,) = run(session, (one,))
        nullable = "(d is null and e is null)" if name == "same" else f"{one.columns[0]} is null"
        bad = [i for (i,) in session.rows(f"select id from s.t t where not ({nullable} or ({good})) order by id")]
        assert (result.status, result.failing, ids(result)) == ("failed", len(bad), bad[:20]), name


def test_checks_that_share_columns_and_condition_share_a_call(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.execute("create table s.t as select range as id, 'x' as a, 'y' as b from range(9)")
    asked: Counter[str] = Counter()
    ask = Validator.ask

    def counting(self: Validator, data: pa.Table, questions: Mapping[int, Question]) -> dict[int, Answer]:
        asked["calls"] += 1
        return ask(self, data, questions)

    monkeypatch.setattr(Validator, "ask", counting)
    results = run(
        session,
        check("expect_column_values_to_not_be_null", columns=("id", "a", "b"), name="{column}_given"),
        check("expect_column_values_to_be_in_set", column="a", value_set=["x"], name="one"),
        check("expect_column_value_lengths_to_equal", column="a", value=1, name="two"),
        check("expect_column_values_to_be_between", column="id", min_value=0, name="three"),
    )
    assert all(result.passed for result in results)
    assert asked["calls"] == 3


def test_a_value_that_is_made_of_its_unit_is_compared_within_the_units_that_changed() -> None:
    unique = check("expect_column_values_to_be_unique", column="id", name="one", within={"shop.lines": ("ticket",)})
    suite = Suite("shop.lines", ("id",), unique)
    with Warehouse("duckdb:///:memory:") as warehouse, warehouse.transaction() as session:
        session.execute("create schema shop; create table shop.lines (ticket varchar, id varchar)")
        session.execute("insert into shop.lines values ('A', 'A1'), ('A', 'A2'), ('A', 'A1'), ('B', 'B1')")
        found = {}
        for ticket in "AB":
            session.execute(f"create or replace table changed as from shop.lines where ticket = '{ticket}'")
            (found[ticket],) = run_suite(session, suite, increment=ToCheck("changed", frozenset({"one"})))
    assert (found["A"].status, found["A"].failing, found["A"].evaluated) == ("failed", 2, 3)
    assert (found["B"].status, found["B"].evaluated) == ("passed", 1)
