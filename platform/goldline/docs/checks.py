"""The page of checks: what every table is held to, and whether a failure stops the publishing.

Suites are read by ``goldline.quality``, which also carries them out.
"""

from __future__ import annotations

from goldline.docs.markdown import code, codes, link, page, plain, table
from goldline.docs.material import Material
from goldline.quality.suite import Check, Suite

INTRODUCTION = """
Every check that is carried out on a table after it was built. A check marked **blocks** that fails, or that
could not be carried out, keeps everything from being published: readers stay with the version before. One
marked *warns* lets the run go on and is reported by mail. Failing rows are counted and named by the key of
the table, never by personal values.
"""


def checks_page(material: Material) -> str:
    """Write the page."""
    sections = [
        _section(member.table, material.suites[member.table])
        for members in material.groups.values()
        for member in members
        if member.table in material.suites
    ]
    return page("Checks", INTRODUCTION, *(sections or ["There are no checks yet."]))


def _section(name: str, suite: Suite) -> str:
    rows = [(code(check.name), _severity(check), plain(check.description), _how(check)) for check in suite.checks]
    return "\n\n".join(
        (
            f"## {name}",
            f"{link(name, name, file='tables.md')}; failing rows are named by {codes(suite.key)}.",
            table(("Check", "On failure", "What must hold", "How"), rows),
        )
    )


def _severity(check: Check) -> str:
    return "**blocks**" if check.severity == "error" else "*warns*"


def _how(check: Check) -> str:
    if check.sql is not None:
        return "SQL"
    columns = f" on {codes(check.columns)}" if check.columns else ""
    where = f" where {code(check.where)}" if check.where else ""
    return f"{code(check.expectation or '')}{columns}{where}"
