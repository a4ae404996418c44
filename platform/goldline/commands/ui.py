"""Serving the Dagster UI, and writing the generated pages of the documentation."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from goldline.commands.terminal import command, good, open_home, out
from goldline.errors import GoldlineError


@command
def ui(
    host: Annotated[str, typer.Option(help="Address to listen on; the UI has no login of its own.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 3000,
    open_to_others: Annotated[
        bool, typer.Option("--behind-a-login", help="Needed for any address but 127.0.0.1: a proxy asks for a login.")
    ] = False,
) -> None:
    """Serve the Dagster UI with its daemon: the graph, runs, backfills, schedules and sensors. Ctrl-C stops it."""
    from goldline.graph.runs import prepare_dagster_home

    if host not in ("127.0.0.1", "localhost", "::1") and not open_to_others:
        raise GoldlineError(
            "the Dagster UI has no login: whoever reaches it can run and delete everything",
            where=f"--host {host}",
            remedy="keep 127.0.0.1, or put a proxy with a login in front and say --behind-a-login",
        )
    workspace = Path("workspace.yaml")
    if not workspace.exists():
        raise GoldlineError(
            "workspace.yaml is not here", where=str(Path.cwd()), remedy="start from the project's folder"
        )
    prepare_dagster_home(open_home().settings)
    os.environ["GOLDLINE_HOME"] = str(open_home().settings.home)
    os.environ.setdefault("PYTHONWARNINGS", "ignore::FutureWarning,ignore:Function:UserWarning")
    out.print(f"The Dagster UI starts on http://{host}:{port} (in about 20 seconds; Ctrl-C stops it)")
    os.execv(  # noqa: S606 - the UI takes this process's place; no shell is wanted
        sys.executable,
        [
            sys.executable,
            "-m",
            "dagster",
            "dev",
            "-w",
            str(workspace),
            "-h",
            host,
            "-p",
            str(port),
            "--code-server-log-level",
            "warning",
        ],
    )


@command
def docs(folder: Annotated[Path, typer.Argument(help="Where docs/ is.")] = Path("docs")) -> None:
    """Write the generated pages of the documentation anew."""
    from goldline.docs import write_docs

    pages = write_docs(folder)
    good(f"{len(pages)} pages written to {folder}")
