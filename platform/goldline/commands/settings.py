"""Showing the settings."""

from __future__ import annotations

from rich.table import Table

from goldline.commands.terminal import command, out
from goldline.settings import load_settings
from goldline.settings_display import display


@command
def settings() -> None:
    """Print every setting with its value and where that came from; secrets are masked."""
    table = Table("variable", "value", "from", "what it is")
    for line in display(load_settings()):
        style = "dim" if line.origin == "default" else ""
        table.add_row(line.variable, line.value, line.origin, line.description, style=style)
    out.print(table)
