"""Asking for a new password: typed twice at a terminal, or in a file; never an argument, which others could see."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from goldline.errors import GoldlineError
from goldline.people.passwords import check_new, hash_password

PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="Read the password from the first line of a file; - is standard input."),
]


def new_password(name: str, file: Path | None) -> str:
    """Return the hash of a new password.

    Raises:
        GoldlineError: It is easily guessed, or the file cannot be read.
    """
    typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if file is None else _first_line(file)
    check_new(typed, name=name)
    return hash_password(typed)


def _first_line(file: Path) -> str:
    try:
        content = sys.stdin.buffer.readline() if str(file) == "-" else file.read_bytes()
        return content.decode("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        what = f"the password cannot be read ({type(error).__name__})"
        raise GoldlineError(what, where=str(file), remedy="name a text file (UTF-8) that you may read") from None
