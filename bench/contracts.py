"""The delivery contracts as the benchmark reads them: the feeds of each source, their columns and their dialect.

The benchmark reads the same YAML files as the platform, with a reader of its own: a floor that shared the platform's
code would share its mistakes. Checking values by these rules belongs to ``bench.rules``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"
SOURCES = ("magento", "cashmere")


@dataclass(frozen=True)
class Feed:
    """One feed of a source, as its contract describes it.

    Attributes:
        source: The source's folder.
        name: The feed.
        content: What the contract says of it.
        dialect: What the contract says of the source's files.
    """

    source: str
    name: str
    content: dict[str, Any]
    dialect: dict[str, Any]

    @property
    def columns(self) -> dict[str, dict[str, Any]]:
        """The columns, each with its type and rules spelled out."""
        return {name: _column(column) for name, column in self.content["columns"].items()}

    @property
    def key(self) -> list[str]:
        """The columns that name a row; empty where the feed has no key."""
        return list(self.content.get("key", ()))

    @property
    def table(self) -> str:
        """The name of the feed's table in the warehouse."""
        return f"{self.source}.{self.name.lower()}"

    def files(self, landing: Path) -> list[Path]:
        """The feed's files in a landing folder, oldest delivery first."""
        return sorted((landing / self.source).glob(self.content["file"].replace("{day}", "[0-9]" * 8)))


def _column(column: str | dict[str, Any]) -> dict[str, Any]:
    content = {"type": column} if isinstance(column, str) else dict(column)
    kind = content["type"]
    if kind.endswith("!"):
        content |= {"type": kind[:-1], "required": True}
    if kind.endswith("?"):
        content |= {"type": kind[:-1], "optional": True}
    return content


@cache
def contract(source: str) -> dict[str, Any]:
    """Return a source's contract as it stands in its file."""
    content: dict[str, Any] = yaml.safe_load((ASSETS / source / "contract.yaml").read_text("utf-8"))
    return content


@cache
def feed(source: str, name: str) -> Feed:
    """Return one feed of a source."""
    content = contract(source)
    return Feed(source, name, content["feeds"][name], content["dialect"])


def feeds() -> list[Feed]:
    """Return every feed of every source."""
    return [feed(source, name) for source in SOURCES for name in contract(source)["feeds"]]
