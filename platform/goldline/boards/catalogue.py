"""Finding the boards: one YAML file each, in ``definitions``, read once per process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import ValidationError

from goldline.boards.model import Board
from goldline.errors import GoldlineError
from goldline.yaml_text import read_yaml


@cache
def load_boards() -> Mapping[str, Board]:
    """Return every board by its name, in the order of the navigation.

    Raises:
        GoldlineError: A definition does not have the form of a board.
    """
    found = [
        _board(path.name, path.read_text(encoding="utf-8"))
        for path in (files("goldline.boards") / "definitions").iterdir()
        if path.name.endswith(".yaml")
    ]
    return {board.name: board for board in sorted(found, key=lambda board: board.order)}


def board_named(name: str) -> Board:
    """Return one board.

    Raises:
        GoldlineError: There is none of this name.
    """
    boards = load_boards()
    if name not in boards:
        raise GoldlineError(f"there is no board {name!r}", where="boards", remedy=f"boards: {', '.join(boards)}")
    return boards[name]


def _board(name: str, text: str) -> Board:
    try:
        return Board.model_validate(read_yaml(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise GoldlineError(str(error), where=f"boards/definitions/{name}", remedy="correct the definition") from None
