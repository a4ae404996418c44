"""What all commands share: the console, exit codes, and the way errors and progress are shown."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import ParamSpec, TypeVar

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from goldline import logs
from goldline.disk import disk_faults
from goldline.errors import GoldlineError, SettingsError, TransientError
from goldline.home import Home
from goldline.settings import load_settings

P = ParamSpec("P")
R = TypeVar("R")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    TRY_AGAIN = 75


EXIT_CODES = """\
Exit codes: 0 done; 1 failed (a run, a check, a refused file); 2 wrong usage or setting; 75 try again later (another
run is writing, a server is away).
"""


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Show Goldline's errors as a message and end with the right exit code."""

    @functools.wraps(function)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with disk_faults():
                return function(*args, **kwargs)
        except SettingsError as error:
            raise _stop(error, Exit.USAGE) from None
        except TransientError as error:
            raise _stop(error, Exit.TRY_AGAIN) from None
        except GoldlineError as error:
            raise _stop(error, Exit.FAILED) from None

    return shown


def _stop(error: GoldlineError, code: Exit) -> typer.Exit:
    where = f"{error.where}: " if error.where else ""
    err.print(Text.assemble(("error  ", "bold red"), f"{where}{error.what}"))
    if error.remedy:
        err.print(Text.assemble(("  do   ", "bold"), error.remedy))
    return typer.Exit(int(code))


def open_home() -> Home:
    """Return the home that the settings name, and log there from now on."""
    home = Home(load_settings())
    logs.configure(home.settings)
    return home


def table(*headings: str, right: tuple[str, ...] = (), free: str = "") -> Table:
    """Make a plain table; columns keep to one line, but for the ``free`` one."""
    made = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for heading in headings:
        made.add_column(heading, justify="right" if heading in right else "left", no_wrap=heading != free)
    return made


def good(text: str) -> None:
    """Print a line that says something went well."""
    out.print(Text.assemble(("✓ ", "green"), text))


def warn(text: str) -> None:
    """Print a line that wants attention."""
    out.print(Text.assemble(("! ", "yellow"), text))


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show bars for long work; the callback takes (what, done, in all). Silent where there is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty()) as bars:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report
