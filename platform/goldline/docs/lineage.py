"""The page of lineage: from a column back to what the sources deliver, one step per table.

Finding the lineage is in ``origins``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from goldline.docs.links import table_link
from goldline.docs.markdown import code, codes, link, page, table
from goldline.docs.material import Material
from goldline.docs.origins import Origins, origins
from goldline.warehouse.tables import TableFile

INTRODUCTION = """
For every column, the columns that its values are made from, as the SQL says. To find where a published
figure comes from, start at the end of this page and follow the links; feeds lead to
[contracts.md](contracts.md). Columns that only join, filter or sort are not listed. What a column means is
in [tables.md](tables.md).
"""


def lineage_page(material: Material) -> str:
    """Write the page."""
    sections = []
    for group, members in material.groups.items():
        sections.append(f"## {group}")
        sections += [_section(material, member) for member in members]
    return page("Lineage of columns", INTRODUCTION, *sections)


def _section(material: Material, member: TableFile) -> str:
    heading = f"### {member.table}"
    if member.sql is None:
        read = ", ".join(link(name, name) for name in sorted(member.depends_on))
        return f"{heading}\n\nMade in Python (`{member.path.name}`) from {read}; it has no lineage by column."
    found = origins(member, material.columns)
    sources = sorted({name for made_from in found.values() for name, _ in made_from})
    named = ", ".join(table_link(material, name) for name in sources)
    parts = [heading, f"Values come from {named}."]
    parts += _taken_over(found)
    if made := [(code(c), _listed(o)) for c, o in found.items() if o and not _has_same_name(c, o)]:
        parts.append(table(("Column", "Made from"), made))
    return "\n\n".join(parts)


def _taken_over(found: Origins) -> Iterable[str]:
    """Sum up the columns that need no line of their own: same name, or no origin at all."""
    same: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for column, made_from in found.items():
        if made_from and _has_same_name(column, made_from):
            same[tuple(name for name, _ in made_from)].append(column)
    for sources, columns in same.items():
        yield f"From the column of the same name in {codes(sources)}: {codes(columns)}."
    if fixed := [column for column, made_from in found.items() if not made_from]:
        yield f"Fixed, counted or numbered, from no column: {codes(fixed)}."


def _has_same_name(column: str, made_from: Iterable[tuple[str, str]]) -> bool:
    return all(name == column for _, name in made_from)


def _listed(made_from: Iterable[tuple[str, str]]) -> str:
    by_table: dict[str, list[str]] = defaultdict(list)
    for name, column in made_from:
        by_table[name].append(column)
    return "; ".join(f"{name}: {codes(columns)}" for name, columns in by_table.items())
