"""What can arrive, as moves that a property test draws: each puts files into a landing zone, in some order.

Applying moves is here; what must hold after them is the tests' part.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from hypothesis import strategies as st

Kind = Literal["deliver", "one source", "drop lines", "resell", "cancel", "merge", "pass days", "catalogue"]
KINDS: tuple[Kind, ...] = ("deliver", "one source", "drop lines", "resell", "cancel", "merge", "pass days", "catalogue")


@dataclass(frozen=True)
class Move:
    """One arrival: a kind, the day that it is about, and a number that settles its details."""

    kind: Kind
    day: int
    seed: int


MOVES = st.lists(
    st.builds(Move, kind=st.sampled_from(KINDS), day=st.integers(0, 4), seed=st.integers(0, 99)), min_size=3, max_size=7
)


class Pool:
    """The files of a few days, and the making of others from them."""

    def __init__(self, folder: Path) -> None:
        """Read the days that there are."""
        self.folder = folder

    @cached_property
    def days(self) -> list[str]:
        """The delivery days, as in the files' names."""
        return sorted({path.stem[-8:] for path in self.folder.glob("*/*.csv")})

    def apply(self, move: Move, landing: Path) -> None:
        """Put the files of a move into a landing zone; a file that is there is replaced."""
        day = self.days[move.day % len(self.days)]
        chance = random.Random(move.seed)
        files = sorted(self.folder.glob(f"*/*_{day}.csv"))
        if move.kind == "one source":
            source = ("magento", "cashmere")[move.seed % 2]
            files = [path for path in files if path.parent.name == source]
        for path in files:
            _copy(path, landing)
        made = {
            "drop lines": _without_lines,
            "resell": _other_quantities,
            "cancel": _cancelled,
            "catalogue": _repriced,
            "merge": _merged,
        }.get(move.kind)
        if made:
            made(landing, day, chance)
        if move.kind == "pass days":
            _pass_days(self.folder, landing, self.days[-1], move.seed)


def _copy(path: Path, landing: Path) -> None:
    target = landing / path.parent.name
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)


def _lines(path: Path) -> list[str]:
    return path.read_bytes().decode("cp1252").split("\r\n")[:-1]


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))


def _without_lines(landing: Path, day: str, chance: random.Random) -> None:
    """A corrected day of the tills, in which some lines are gone."""
    path = landing / "cashmere" / f"VENTES_{day}.csv"
    if path.is_file():
        head, *rows = _lines(path)
        _write(path, [head, *(row for row in rows if chance.random() > 0.2)])


def _other_quantities(landing: Path, day: str, chance: random.Random) -> None:
    """A corrected day of the tills, in which some lines were sold by another client or by none."""
    path = landing / "cashmere" / f"VENTES_{day}.csv"
    if not path.is_file():
        return
    head, *rows = _lines(path)
    place = head.split(";").index("code_client")
    known = [row.split(";")[place] for row in rows if row.split(";")[place]] or [""]
    changed = []
    for row in rows:
        values = row.split(";")
        if chance.random() < 0.3:
            values[place] = chance.choice([*known, ""])
        changed.append(";".join(values))
    _write(path, [head, *changed])


def _cancelled(landing: Path, day: str, chance: random.Random) -> None:
    """A corrected day of the web shop, in which some orders were cancelled or completed."""
    path = landing / "magento" / f"sales_order_{day}.csv"
    if path.is_file():
        text = path.read_bytes().decode("utf-8")
        state = chance.choice(("canceled", "complete", "processing"))
        path.write_bytes(re.sub(r"(?<=,)(complete|processing|closed)(?=,)", state, text, count=1).encode("utf-8"))


def _repriced(landing: Path, day: str, chance: random.Random) -> None:
    """A corrected catalogue of the shops, in which articles changed their brand and their cost."""
    path = landing / "cashmere" / f"ARTICLES_{day}.csv"
    if not path.is_file():
        return
    head, *rows = _lines(path)
    names = head.split(";")
    brand, cost = names.index("marque"), names.index("pa_ht")
    changed = []
    for row in rows:
        values = row.split(";")
        if chance.random() < 0.1:
            values[brand], values[cost] = "Other", "3,21"
        changed.append(";".join(values))
    _write(path, [head, *changed])


def _merged(landing: Path, day: str, chance: random.Random) -> None:
    """Corrected clients, of whom two now show the same e-mail pseudonym, and one shows none any more."""
    path = landing / "cashmere" / f"CLIENTS_{day}.csv"
    if not path.is_file():
        return
    head, *rows = _lines(path)
    place = head.split(";").index("email_hash")
    values = [row.split(";") for row in rows]
    if len(values) > 2:
        one, other, third = chance.sample(range(len(values)), 3)
        values[one][place] = values[other][place]
        values[third][place] = ""
    _write(path, [head, *(";".join(row) for row in values)])


def _pass_days(folder: Path, landing: Path, last: str, seed: int) -> None:
    """A delivery without a row, some days or years later: the windows of time move on."""
    source = max(folder.glob("cashmere/VENTES_*.csv"))
    day = date.fromisoformat(last) + timedelta(days=(3, 31, 95, 200, 366, 800)[seed % 6])
    _write(_folder(landing) / f"VENTES_{day:%Y%m%d}.csv", _lines(source)[:1])


def _folder(landing: Path) -> Path:
    folder = landing / "cashmere"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
