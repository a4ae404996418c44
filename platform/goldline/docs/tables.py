"""The page of tables: what a row is, what each column means, what a table reads and what reads it.

Column by column, where values come from is on the page of lineage.
"""

from __future__ import annotations

from collections.abc import Iterable

from goldline.docs.links import table_link
from goldline.docs.markdown import code, link, page, plain, table
from goldline.docs.material import Material
from goldline.publication import Publication
from goldline.warehouse.tables import TableFile

INTRODUCTION = """
Every table of the warehouse that a file of `assets/` defines, in the order in which data flows: what the
sources delivered, renamed; both sources merged; the customers; the enriched model. Published tables are
what `goldline query`, boards and exports read, under the names in the last column. Feeds, which the sources
deliver, are in [contracts.md](contracts.md).

Amounts are exact decimals. A return is negative. Columns that end in `_at` are instants in UTC, those that
end in `_date` or `_on` are days.
"""


def tables_page(material: Material) -> str:
    """Write the page."""
    sections = [_contents(material)]
    for group, members in material.groups.items():
        sections.append(f"## {group}")
        sections += [_section(material, member) for member in members]
    return page("Tables", INTRODUCTION, *sections)


def _contents(material: Material) -> str:
    rows = [
        (
            link(member.table, member.table),
            plain(_first_sentence(member.description)),
            _mark(material, member.table),
        )
        for members in material.groups.values()
        for member in members
    ]
    return table(("Table", "What a row is", "Published as"), rows)


def _mark(material: Material, name: str) -> str:
    return ", ".join(code(one.name) for one in material.published.get(name, ()))


def _shown(publication: Publication) -> str:
    """Name a published table, with the columns that it has or has not, where those are not all."""
    if publication.only:
        return f"{code(publication.name)}, with {', '.join(map(code, publication.only))}"
    left_out = ", ".join(map(code, sorted(publication.without)))
    return f"{code(publication.name)}{f', without {left_out}' if left_out else ''}"


def _section(material: Material, member: TableFile) -> str:
    rows = [
        (code(column), kind, plain(material.catalogue.column_doc(member, column) or ""))
        for column, kind in material.columns[member.table]
    ]
    published = "".join(f" *Published as* {_shown(one)}." for one in material.published.get(member.table, ()))
    parts = [
        f"### {member.table}",
        f"{plain(member.description)}{published}",
        table(("Column", "Type", "What it is"), rows),
        f"Reads {_names(material, sorted(member.depends_on))}.",
    ]
    if readers := material.readers.get(member.table):
        parts.append(f"Read by {_names(material, readers)}.")
    if suite := material.suites.get(member.table):
        checks = link(f"{len(suite.checks)} checks", member.table, file="checks.md").replace("`", "")
        parts.append(f"Held to {checks}.")
    return "\n\n".join(parts)


def _names(material: Material, names: Iterable[str]) -> str:
    return ", ".join(table_link(material, name) for name in names)


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].rstrip(".") + "."
