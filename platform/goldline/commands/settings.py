"""Showing the settings."""

from __future__ import annotations

from rich.text import Text

from goldline.commands.terminal import command, out
from goldline.settings import load_settings
from goldline.settings_display import display


@command
def settings() -> None:
    """Print every setting with its value and where that came from; secrets are masked."""
    for line in display(load_settings()):
        style = "" if line.origin == "default" else "bold"
        out.print(
            Text.assemble((f"{line.variable:<28}", style), line.value or "(not set)", (f"  {line.origin}", "dim"))
        )
        out.print(Text(f"    {line.description}", style="dim"))
