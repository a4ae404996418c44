"""The parts of the pages: Markdown that survives odd characters, lineage, the help of commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
import typer

from goldline.docs.commands import help_of
from goldline.docs.markdown import anchor, code, plain, table
from goldline.docs.material import Material
from goldline.docs.origins import origins
from goldline.warehouse.tables import TableFile


def test_bars_and_line_breaks_do_not_break_a_table() -> None:
    assert table(("Rule",), [("a | b\nc",)]) == "| Rule |\n| --- |\n| a \\| b c |"


def test_text_that_looks_like_html_is_shown_and_code_is_left_as_it_is() -> None:
    assert plain("to <source>/taken/ but `a < b * c`") == "to \\<source>/taken/ but `a < b * c`"


def test_code_that_holds_a_backtick_is_still_code() -> None:
    assert code("a`b") == "`` a`b ``"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("merge.unified_sales", "mergeunified_sales"),
        ("cashmere VENTES", "cashmere-ventes"),
        ("`goldline run`", "goldline-run"),
    ],
)
def test_anchors_are_those_of_a_rendered_page(heading: str, expected: str) -> None:
    assert anchor(heading) == expected


def select(sql: str) -> TableFile:
    return TableFile("g", "made", Path("made.sql"), "One row.", frozenset(), {}, sql=sql)


COLUMNS = {
    "s.a": [("id", "bigint"), ("amount", "decimal(18,4)"), ("tax", "decimal(18,4)")],
    "s.b": [("id", "bigint"), ("amount", "decimal(18,4)"), ("tax", "decimal(18,4)")],
}


def test_lineage_goes_through_ctes_stars_and_both_branches_of_a_union() -> None:
    sql = (
        "with lines as (select * from s.a union all select * from s.b),"
        " sums as (select id, amount - tax as net from lines)"
        " select sums.id, sums.net, 'x' as fixed from sums"
    )
    made = {"g.made": [("id", "bigint"), ("net", "decimal(18,4)"), ("fixed", "varchar")]}
    assert origins(select(sql), COLUMNS | made) == {
        "id": (("s.a", "id"), ("s.b", "id")),
        "net": (("s.a", "amount"), ("s.a", "tax"), ("s.b", "amount"), ("s.b", "tax")),
        "fixed": (),
    }


def test_a_column_that_only_joins_or_filters_is_no_origin() -> None:
    sql = "select a.amount from s.a as a join s.b as b on b.id = a.id where b.tax > 0"
    assert origins(select(sql), COLUMNS | {"g.made": [("amount", "decimal(18,4)")]}) == {"amount": (("s.a", "amount"),)}


def test_revenue_can_be_followed_from_the_enriched_model_to_the_delivered_ticket(material: Material) -> None:
    wanted = ("enriched_model.enriched_model", "net_amount_excl_tax")
    reached, waiting = set(), [wanted]
    while waiting:
        name, column = waiting.pop()
        reached.add((name, column))
        if found := material.catalogue.by_name.get(name):
            waiting += [up for up in origins(found, material.columns)[column] if up not in reached]
    assert {("cashmere.ventes", "montant_ht"), ("magento.sales_order_item", "row_total")} <= reached


def test_groups_come_in_the_order_in_which_data_flows(material: Material) -> None:
    assert list(material.groups) == ["cashmere", "magento", "merge", "golden_customer", "enriched_model", "control"]


def test_help_has_every_command_but_hidden_ones_and_keeps_the_lines_of_examples() -> None:
    app = typer.Typer(help="The program.", add_completion=False, rich_markup_mode="markdown")
    group = typer.Typer(help="A group.")
    app.add_typer(group, name="group")

    @app.command()
    def work(days: Annotated[int, typer.Option(help="How many.")] = 3) -> None:
        """Do the work.

        Examples:
            program work
            program work --days 5
        """

    @app.command(hidden=True)
    def secret() -> None:
        """Not shown."""

    @group.command()
    def inner() -> None:
        """Inside."""

    sections = list(help_of(app, name="program"))
    assert [section.splitlines()[0] for section in sections] == [
        "## `program`",
        "## `program work`",
        "## `program group`",
        "## `program group inner`",
    ]
    assert "program work\n" in sections[1]
    assert "program work --days 5\n" in sections[1]
    assert "How many.  [default: 3]" in sections[1]
    assert "secret" not in "".join(sections)
