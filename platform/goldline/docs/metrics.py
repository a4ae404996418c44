"""The pages of metrics: one for each, with its meaning, formula and a worked example, and a list of all of them.

What a metric is comes from ``goldline.metrics``; the values of the examples are proven by its tests.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goldline import metrics
from goldline.docs.markdown import block, code, codes, page, plain, table
from goldline.metrics.plan import SOURCES
from goldline.metrics.registry import Metric, Registry, Table, load_registry
from goldline.metrics.rights import can_be_cut, is_compared
from goldline.yaml_text import read_yaml

EXAMPLE = Path(metrics.__file__).parent / "example"
FAMILIES = Path(metrics.__file__).parent / "definitions" / "families.yaml"
INTRODUCTION = """
Every figure has one definition, which boards, exports, mails and notebooks share. Each page gives its meaning in
English and French, its formula, what it can be cut by, and a worked example. `GOLDLINE_METRICS_OFF` switches metrics
off.
"""
ABOUT_EXAMPLES = """
The worked examples are about March 2026 of this retailer, of which these are all lines ever. A return is negative.
"""
_STATES = {"stock": "a state at the end of the period", "flow": "what happens in the period"}
_BETTER = {"up": "more is better", "down": "less is better", "neither": "neither more nor less is better"}


def metric_pages() -> dict[str, str]:
    """Write every page, by file name; the same program gives the same text."""
    registry, values, families = load_registry(), _yaml(EXAMPLE / "values.yaml"), _yaml(FAMILIES)
    pages = {f"{name}.md": _page(metric, registry, values, families) for name, metric in registry.items()}
    return {"index.md": _index(registry, families), **pages}


def _index(registry: Registry, families: Mapping[str, Any]) -> str:
    sections = []
    for family, members in registry.families().items():
        about = families[family]
        rows = [
            (f"[{metric.label['en']}]({metric.name}.md)", metric.label["fr"], plain(metric.definition["en"]))
            for metric in members
        ]
        heading = f"## {about['label']['en']}"
        sections += [heading, plain(about["about"]["en"]), table(("Metric", "In French", "Meaning"), rows)]
    return page("Metrics", INTRODUCTION, *sections, "## The lines of the examples", ABOUT_EXAMPLES.strip(), _lines())


def _page(metric: Metric, registry: Registry, values: Mapping[str, Any], families: Mapping[str, Any]) -> str:
    family = families[metric.family]
    return page(
        metric.label["en"],
        plain(metric.definition["en"]),
        f"*{metric.label['fr']}*: {plain(metric.definition['fr'])}",
        table(("", ""), _facts(metric, registry, family)),
        "## Formula",
        *(_formula(registry.tables[name], formula.sql) for name, formula in metric.formulas.items()),
        "## To know",
        plain(family["about"]["en"]),
        "## Worked example",
        _example(metric, values),
    )


def _facts(metric: Metric, registry: Registry, family: Mapping[str, Any]) -> list[tuple[str, str]]:
    tables = [registry.tables[name] for name in metric.formulas]
    filters = sorted({name for one in tables for name in SOURCES.get(one.source, ())})
    is_company_wide = not any(can_be_cut(one) for one in tables)
    nothing = "empty" if metric.null_rule == "empty" or metric.is_ratio else "0"
    facts = [
        ("Name", code(metric.name)),
        ("Unit", f"{metric.unit}, shown with {metric.decimals} decimals"),
        ("It is", _STATES[metric.stock_or_flow]),
        ("Good or bad", _BETTER[metric.better]),
        ("Where there is nothing", nothing),
        ("Divided by nothing", "empty" if metric.is_ratio else "does not divide"),
        ("Can be cut by", codes(one.name for one in registry.dimensions_of(metric.name)) or "nothing"),
        ("Filters", codes(filters) or "none: it is about the whole company"),
        ("A reader limited to some shops", "sees nothing" if is_company_wide else "sees those shops"),
        ("Compared periods", "yes" if any(map(is_compared, tables)) else "no"),
        ("Source", plain(family["source"])),
    ]
    params = {name: given for one in tables for name, given in one.params.items()}
    return facts + [(f"Parameter {code(name)}", _choices(given)) for name, given in params.items()]


def _choices(values: tuple[str, ...]) -> str:
    if values:
        return f"{codes(values)}; without it, the first"
    return f"such as {code('category:HATS')}"


def _formula(table_of: Table, sql: str) -> str:
    return f"From {table_of.label['en']}, {table_of.grain['en']} ({code(table_of.name)}):\n\n{block(sql, 'sql')}"


def _example(metric: Metric, values: Mapping[str, Any]) -> str:
    if metric.name not in values:
        return "It takes more than a few lines; the tests compute it anew from made-up data with other means."
    value = values[metric.name]
    given = ", without category:COATS," if metric.name == "non_buyers" else ""
    shown = "empty" if value is None else code(str(value))
    return f"In March 2026, on [these lines](index.md#the-lines-of-the-examples){given}: {shown}."


def _lines() -> str:
    with (EXAMPLE / "lines.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return table(header, rows)


def _yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(path.read_text(encoding="utf-8"))
    return content
