"""All reference pages and the picture together: which there are, and writing them to a folder.

What stands on a page is decided in the page's own module.
"""

from __future__ import annotations

from pathlib import Path

from goldline.docs.checks import checks_page
from goldline.docs.commands import commands_page
from goldline.docs.contracts import contracts_page
from goldline.docs.graph_svg import graph_svg
from goldline.docs.lineage import lineage_page
from goldline.docs.material import Material, gather
from goldline.docs.metrics import metric_pages
from goldline.docs.settings import settings_page
from goldline.docs.tables import tables_page


def pages_of(material: Material) -> dict[str, str]:
    """Write every page, by file name; the same program gives the same text."""
    found = {
        "graph.svg": graph_svg(material),
        "tables.md": tables_page(material),
        "lineage.md": lineage_page(material),
        "contracts.md": contracts_page(material),
        "checks.md": checks_page(material),
        "settings.md": settings_page(),
        "commands.md": commands_page(),
    }
    return {name: text for name, text in found.items() if text is not None}


def write_docs(folder: Path) -> list[Path]:
    """Write the pages into ``reference/`` and ``metrics/`` of a folder, normally ``docs``; return the files.

    Args:
        folder: Made if it is not there; other files are left alone.
    """
    written = []
    for kind, pages in (("reference", pages_of(gather())), ("metrics", metric_pages())):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            path = folder / kind / name
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written
