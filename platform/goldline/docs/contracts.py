"""The page of contracts: for every source and feed, the files, keys, columns and rules that it has promised.

How a contract is written is explained by a person in ``docs/write-a-contract.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from goldline.contracts import Column, Contract, Feed
from goldline.docs.markdown import code, codes, link, page, plain, table
from goldline.docs.material import Material

INTRODUCTION = """
What each source has promised to deliver. `{day}` in a file name is the delivery day as YYYYMMDD. A column
that may be missing is null in every row of a file without it; an empty value in a required column is a
fault of its row. How such a contract is written: [write-a-contract.md](../write-a-contract.md). What
happens when it is broken: [quarantine.md](../quarantine.md).
"""


def contracts_page(material: Material) -> str:
    """Write the page."""
    sections = []
    for contract in material.contracts.values():
        sections += [f"## {contract.source}", _about(contract), *_settings(contract)]
        sections += [_feed(contract, feed) for feed in contract.feeds.values()]
    return page("Contracts", INTRODUCTION, *sections)


def _about(contract: Contract) -> str:
    dialect = contract.dialect
    facts = [
        ("Channel", code(contract.channel)),
        ("In charge", codes(contract.owners)),
        ("Delivery", contract.expected),
        ("Opening weekdays", codes(contract.arrivals.weekdays or ()) or "learnt, shop by shop"),
        ("Closed every year on", codes(contract.arrivals.holidays)),
        ("Silence is judged from", f"{contract.arrivals.usual_tickets} usual tickets a day on"),
        ("A day is unusually small under", f"{contract.arrivals.small_share:.0%} of the usual tickets"),
        ("Delimiter", code(dialect.delimiter)),
        ("Encodings, in the order tried", codes(dialect.encodings)),
        ("Decimal mark", code(dialect.decimal_mark)),
        ("Dates", code(dialect.date_format)),
        ("Spellings of null", ", ".join(code(null) if null else "empty" for null in dialect.nulls)),
        ("Columns that refuse the file", codes(contract.forbidden_columns)),
    ]
    feeds = ", ".join(link(name, f"{contract.source} {name}") for name in contract.feeds)
    return f"{contract.title}. Feeds: {feeds}.\n\n{table(('What', 'How'), facts)}"


def _settings(contract: Contract) -> Iterator[str]:
    """Show the lists by which the source's SQL translates its words."""
    for name, rows in contract.settings.items():
        headers = list(dict.fromkeys(column for row in rows for column in row))
        cells = [[_shown(row.get(column)) for column in headers] for row in rows]
        yield f"Setting {code(name)}, the table {code(f'{contract.source}.setting_{name}')}:"
        yield table(headers, cells)


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return code(str(value))


def _feed(contract: Contract, feed: Feed) -> str:
    columns = [(code(name), _type(column), _presence(column), _limits(column)) for name, column in feed.columns.items()]
    parts = [
        f"### {contract.source} {feed.name}",
        f"{feed.grain[:1].upper()}{feed.grain[1:]}.",
        table(("What", "How"), _promises(contract, feed)),
        table(("Column", "Type", "Value", "Limits"), columns),
    ]
    if feed.rules:
        rules = [(code(rule.name), code(rule.column), code(rule.holds), plain(rule.says)) for rule in feed.rules]
        parts.append(table(("Rule", "Column", "Holds", "Message when broken"), rules))
    return "\n\n".join(parts)


def _promises(contract: Contract, feed: Feed) -> Iterator[tuple[str, str]]:
    yield "File", code(feed.file)
    yield (
        "Rows in the warehouse",
        f"{code(contract.table(feed.name))} (all), {code(_current(contract, feed))} (newest)",
    )
    yield "Key", codes(feed.key) or "none: every row counts"
    if feed.newest_by:
        yield "Newest version by", f"{codes(feed.newest_by)}, then the delivery day"
    if feed.complete_per:
        yield "Always whole per", codes(feed.complete_per)
    yield "A corrected file replaces", codes(feed.replaces) if feed.replaces else "the whole file"
    yield "May be empty", "yes" if feed.may_be_empty else "no"
    yield "Is missed when absent", f"{code(feed.expected)}{f', with {code(feed.together)}' if feed.together else ''}"
    yield (
        "Bad rows tolerated",
        f"{feed.max_bad_rows}, or {feed.max_bad_share:.0%} of the file if that is more",
    )


def _current(contract: Contract, feed: Feed) -> str:
    return f"{contract.source}.{feed.name.lower()}"


def _type(column: Column) -> str:
    return f"decimal({column.precision},{column.scale})" if column.type == "decimal" else column.type


def _presence(column: Column) -> str:
    if column.required:
        return "required"
    return "column may be missing" if column.optional else "may be empty"


def _limits(column: Column) -> str:
    limits = []
    if column.values:
        limits.append(codes(column.values))
    if column.pattern:
        limits.append(code(column.pattern))
    if column.length:
        limits.append(f"at most {column.length} characters")
    return "; ".join(limits)
