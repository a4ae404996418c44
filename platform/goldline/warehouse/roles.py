"""The roles of a warehouse on a server, as SQL for its administrator. Goldline itself never creates a role."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from goldline.warehouse.postgres_parameters import literal

_TEMPLATE = Path(__file__).with_name("roles.sql")
PLATFORM = ("intake", "reference")


def roles_sql(sources: Iterable[str], groups: Iterable[str]) -> str:
    """Write the statements that create the roles and what they may do.

    Args:
        sources: The schemas that deliveries are loaded into.
        groups: The schemas of the tables that are made of them; sources among them are left out.
    """
    arrived = sorted({*sources, *PLATFORM})
    made = sorted(set(groups) - set(arrived))
    text = _TEMPLATE.read_text("utf-8")
    return text.replace("{sources}", _array(arrived)).replace("{derived}", _array(made))


def _array(names: Iterable[str]) -> str:
    return f"array[{', '.join(map(literal, names))}]::text[]"
