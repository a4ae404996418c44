"""The page of commands: the help of each, as the terminal shows it.

The command line itself is ``goldline.cli``, which is asked only here and only when the page is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer

from goldline.docs.markdown import block, code, page

WIDTH = 100
INTRODUCTION = """
The help of every command of `goldline`. Each prints the same with `--help`.
"""


def commands_page() -> str | None:
    """Write the page; None while there is no command line to describe."""
    if find_spec("goldline.cli") is None:
        return None
    app: typer.Typer = import_module("goldline.cli").app
    return page("Commands", INTRODUCTION, *help_of(app))


def help_of(app: typer.Typer, *, name: str = "goldline") -> Iterator[str]:
    """Yield a section for the program and for each command that is not hidden, in their order."""
    yield from _sections(typer.main.get_command(app), name=name, parent=None)


def _sections(command: Any, *, name: str, parent: Any) -> Iterator[str]:
    command.rich_markup_mode = None
    command.help = re.sub(r"^(?=Examples?:$)", "\b\n", command.help or "", flags=re.MULTILINE)
    context = command.context_class(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH
    )
    lines = (line.rstrip() for line in command.get_help(context).splitlines())
    text = "\n".join(lines)
    yield f"## {code(context.command_path)}\n\n{block(text, 'text')}"
    for member in command.list_commands(context) if hasattr(command, "list_commands") else ():
        found = command.get_command(context, member)
        if found is not None and not found.hidden:
            yield from _sections(found, name=member, parent=context)
