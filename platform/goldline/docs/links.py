"""Where a table's name leads: to its section on the same page, or to the contract of its feed.

How a link is written is in ``markdown``.
"""

from __future__ import annotations

from goldline.docs.markdown import code, link
from goldline.docs.material import Material


def table_link(material: Material, name: str) -> str:
    """Link a full table name to its description; what has none is shown as it is."""
    if name in material.catalogue.by_name:
        return link(name, name)
    if found := material.feeds.get(name):
        contract, feed = found
        return link(name, f"{contract.source} {feed.name}", file="contracts.md")
    source, _, rest = name.partition(".")
    if source in material.contracts and rest.startswith("setting_"):
        return link(name, source, file="contracts.md")
    return code(name)
