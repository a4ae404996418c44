"""What all sweeps share: the two homes that faults strike, a case's outcome, and the counts that are printed.

A sweep is a list of cases; each strikes a copy of a home, lets a further night repair it and judges both.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

from goldline.home import Home
from goldline.publish import versions
from goldline.publish.folder import PublishedFolder
from tests.integration.postgres.server import Server
from tests.torture import judge, stall
from tests.torture.judge import State, Violation
from tests.torture.night import Nights, open_stall, started

_NUMBERS = count(1)


@dataclass(frozen=True)
class Scene:
    """A home before a night, and what an undisturbed night makes of it."""

    name: str
    home: Path
    lines: tuple[stall.Line, ...]
    old: Mapping[str, str]
    expected: State
    database: str = ""
    """The PostgreSQL database that copies are made of; empty where the warehouse is a file of the home."""

    @property
    def allowed(self) -> tuple[Mapping[str, str], ...]:
        """The digests that a reader may see during the night."""
        return self.old, self.expected.digests


@dataclass(eq=False)
class Stage:
    """Everything that the cases of one process need."""

    folder: Path
    nights: Nights
    server: Server | None = None
    scenes: dict[str, Scene] = field(default_factory=dict)
    made: int = 0
    ending: ExitStack = field(default_factory=ExitStack)

    def copy(self, scene: Scene) -> Home:
        """Return a fresh copy of a scene's home; the copy before it is removed."""
        shutil.rmtree(self.folder / f"case{self.made}", ignore_errors=True)
        self.made += 1
        return self._copied(scene.home, scene.database, self.folder / f"case{self.made}")

    @cached_property
    def rival(self) -> Nights:
        """A second program, for nights at the same time."""
        folder = self.folder / "rival"
        folder.mkdir()
        return self.ending.enter_context(started(folder))

    def carry_out(self, home: Home, *, crash_at: str = "", largest: int = 0) -> int:
        """Carry out a night in a home, and return its exit code."""
        url = home.settings.warehouse
        return self.nights.carry_out(home.settings.home, crash_at=crash_at, warehouse=url, largest=largest)

    def repaired(self, home: Home, scene: Scene) -> list[Violation]:
        """Let a further night repair a home, and one more change nothing; judge the home after each."""
        found: list[Violation] = []
        for which in ("the next night", "one more night"):
            code = self.carry_out(home)
            if code:
                return [*found, Violation("lost", f"{which} ended with {code}: {self.nights.said()[-1500:]}")]
            found += judge.after_repair(home, scene.expected)
            found += judge.against_model(home, scene.lines)
            if found:
                break
        return found

    def prepare(self, engine: str = "duckdb") -> None:
        """Prepare both scenes: the first night ever, and one with a correction, a new day and a refused file."""
        on = "" if engine == "duckdb" else f" on {engine}"
        empty = self.folder / f"first{on}"
        stall.drop(empty, stall.first_night())
        first, done = self._scene(f"first{on}", empty, "", engine, stall.BEFORE)
        before = self.folder / f"second{on}"
        shutil.copytree(done.settings.home, before)
        stall.drop(before, stall.second_night())
        second, _ = self._scene(f"second{on}", before, _database(done), engine, stall.AFTER)
        self.scenes |= {first.name: first, second.name: second}

    def _scene(self, name: str, home: Path, database: str, engine: str, lines: list[stall.Line]) -> tuple[Scene, Home]:
        """Let an undisturbed night say what a scene must end in."""
        if engine == "postgresql" and not database:
            database = self._new_database("")
        done = self._copied(home, database, self.folder / f"{name} undisturbed")
        if code := self.carry_out(done):
            raise AssertionError(f"an undisturbed night ended with {code}: {self.nights.said()}")
        published = PublishedFolder(home / "published")
        old = versions.current(published.path).digests if published.pointer() else {}
        scene = Scene(name, home, tuple(lines), old, judge.state_of(done), database)
        if wrong := [*judge.against_model(done, lines), *judge.after_repair(done, scene.expected)]:
            raise AssertionError(f"an undisturbed night is wrong: {wrong}")
        return scene, done

    def _copied(self, home: Path, database: str, to: Path) -> Home:
        shutil.copytree(home, to)
        return open_stall(to, self.server.url(self._new_database(database)) if self.server and database else "")

    def _new_database(self, template: str) -> str:
        assert self.server
        name = f"stall_{next(_NUMBERS)}"
        self.server.execute(f'create database "{name}" template "{template or "template0"}"')
        return name


def _database(home: Home) -> str:
    return home.settings.warehouse.rpartition("/")[2]


@contextmanager
def stage(folder: Path | None = None, *, server: Server | None = None) -> Iterator[Stage]:
    """Set up what cases need, with the scenes on DuckDB, and those on a PostgreSQL server if there is one."""
    memory = Path("/dev/shm")
    root = folder or Path(tempfile.mkdtemp(prefix="goldline-torture-", dir=memory if memory.is_dir() else None))
    try:
        with started(root) as nights:
            made = Stage(root, nights, server)
            made.prepare()
            if server:
                made.prepare("postgresql")
            with made.ending:
                yield made
    finally:
        if folder is None:
            shutil.rmtree(root)
