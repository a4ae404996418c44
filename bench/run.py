"""``make bench``: measures everything one after the other on the same input and writes docs/performance.md.

    python -m bench.run [--scale 0.1] [--engines floor-typed,floor-checked,goldline,...]
                        [--parts engines,day,many,boards] [--landing FOLDER --small-landing FOLDER]
                        [--work FOLDER] [--write PAGE]

Scale 1 is 3.6 million lines of five years; ``--landing`` takes deliveries that are there already instead.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import product
from pathlib import Path

from bench.contracts import ROOT, feeds
from bench.csv_files import plain_numbers
from bench.engines import ENGINES, LOAD, TRANSFORM, Engine, environment
from bench.many_days import make_many_days
from bench.measure import Budget, Measured, measure
from bench.one_day import make_one_day
from bench.report import page, table

FULL_LINES, FULL_DAYS, FULL_CUSTOMERS = 3_600_000, 1_826, 100_000
LAST_DAY = date(2025, 12, 31)
GOLDLINE = next(engine for engine in ENGINES if engine.name == "goldline")
NIGHT, NIGHTS = "run", 5
SIZES = ("big", "small")


@dataclass
class Bench:
    """A run of the benchmark.

    Attributes:
        work: Where inputs, homes and outputs go.
        budget: The most that any one process may use.
        landings: The deliveries: ``big`` and a tenth of it, ``small``.
        measured: What was measured, by name.
        notes: What the page says of the inputs.
    """

    work: Path
    budget: Budget
    landings: dict[str, Path]
    measured: dict[str, Measured] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def engines(self, wanted: list[str]) -> None:
        """Measure the engines on the big landing folder."""
        for engine in ENGINES:
            if engine.name in wanted:
                self._measure_engine(engine)

    def one_day(self) -> None:
        """Measure one more day on a big and on a small home: several nights in turn, of which the middle one counts."""
        for size in SIZES:
            if size == "small" or GOLDLINE.name not in self.measured:
                shutil.rmtree(self.work / f"home-{size}", ignore_errors=True)
                self._platform(f"home-{size}", self.landings[size])
            day = self.work / f"day-{size}"
            shutil.rmtree(day, ignore_errors=True)
            self.notes[f"day-{size}"] = json.dumps(make_one_day(self.landings[size], day).figures)
        for number, size in product(range(1, NIGHTS + 1), SIZES):
            self._night(size, f"night-{size}-{number}")
        for size in SIZES:
            nights = [self.measured[f"night-{size}-{number}"] for number in range(1, NIGHTS + 1)]
            self.measured[f"day-{size}"] = middle(nights)

    def _night(self, size: str, name: str) -> None:
        """Measure a night on a copy of a home: which files the system has in memory by then would else be chance."""
        copy = self.work / name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.work / f"home-{size}", copy)
        os.sync()
        for folder in (self.work, *self.landings.values()):
            _forget(folder)
        _read(copy)
        self._platform(name, self.work / f"day-{size}", name=name, command=NIGHT)
        shutil.rmtree(copy)

    def boards(self) -> None:
        """Measure the boards of the big home, where it was built."""
        home = self.work / "home-big"
        if (home / "published").is_dir():
            found = self._run("boards", [sys.executable, "-m", "bench.boards", str(home)], environment(home, home))
            self.notes["boards"] = found.output if found.is_ok else found.outcome

    def many_days(self, days: int, customers: int) -> None:
        """Measure many daily deliveries in one run, and one delivery with the same rows."""
        folder = self.work / "many"
        rows = make_many_days(folder, days=days, customers=customers)
        self.notes["many"] = json.dumps(rows)
        for kind in ("daily", "single"):
            shutil.rmtree(self.work / f"home-{kind}", ignore_errors=True)
            self._platform(f"home-{kind}", folder / kind, name=f"many-{kind}")

    def _measure_engine(self, engine: Engine) -> None:
        if engine is GOLDLINE:
            shutil.rmtree(self.work / "home-big", ignore_errors=True)
            self._platform("home-big", self.landings["big"], name=engine.name)
            return
        out = self.work / engine.name
        shutil.rmtree(out, ignore_errors=True)
        command = engine.command(self.landings["big"], out)
        around = environment(self.work / "no-home", self.landings["big"])
        if engine.prepares:
            self._run(f"{engine.name}-prepare", [*command, "--prepare"], around)
        self.measured[engine.name] = self._run(engine.name, command, around)
        if not engine.name.startswith("floor"):
            shutil.rmtree(out, ignore_errors=True)

    def _platform(self, home: str, landing: Path, *, name: str = "", command: str = "backfill") -> None:
        around = environment(self.work / home, landing)
        measured = self._run(name or home, [*GOLDLINE.command(landing, self.work)[:1], command], around)
        if name:
            self.measured[name] = measured

    def _run(self, name: str, command: list[str], around: Mapping[str, str]) -> Measured:
        say(f"{name} ...")
        measured = measure(
            command,
            budget=self.budget,
            environment=around,
            log=self.work / "logs" / f"{name}.log",
        )
        say(f"{name}: {measured.cpu_seconds:.1f} CPU s, {measured.wall_seconds:.1f} s, {measured.outcome}")
        return measured

    def floor_parts(self) -> dict[str, float]:
        """Return the CPU seconds of the checked floor's load and transformation, as it counted them itself."""
        floor = self.measured.get("floor-checked")
        if not floor or not floor.is_ok:
            return {}
        steps: dict[str, float] = json.loads(floor.output)["cpu_seconds"]
        loaded = {feed.table for feed in feeds()}
        load = sum(seconds for name, seconds in steps.items() if name in loaded)
        return {LOAD: load, TRANSFORM: sum(steps.values()) - load}


def middle(measured: Sequence[Measured]) -> Measured:
    """Return the one in the middle by CPU time; one that failed, if any did."""
    failed = [one for one in measured if not one.is_ok]
    return failed[0] if failed else sorted(measured, key=lambda one: one.cpu_seconds)[len(measured) // 2]


def _forget(folder: Path) -> None:
    """Let the operating system drop all files below a folder from memory."""
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _read(folder: Path) -> None:
    """Read all files below a folder, so that the operating system has them in memory."""
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def generate(scale: float, target: Path) -> Path:
    """Make up deliveries of about ``scale`` times 3.6 million lines, unless they are there."""
    if not target.is_dir():
        from goldline.demo import write_deliveries

        say(f"make up deliveries of scale {scale} ...")
        share = max(scale, 0.001)
        write_deliveries(
            target.with_suffix(".part"),
            days=max(round(FULL_DAYS * min(1.0, share * 10)), 60),
            customers=max(round(FULL_CUSTOMERS * share), 500),
            lines=round(FULL_LINES * share),
            seed=1,
            last_day=LAST_DAY,
        )
        plain_numbers(target.with_suffix(".part"))
        target.with_suffix(".part").rename(target)
    return target


def say(text: str) -> None:
    """Tell the person who waits."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is a command


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("--scale", type=float, default=0.1, help="1 is 3.6 million lines")
    parser.add_argument("--engines", default=",".join(engine.name for engine in ENGINES))
    parser.add_argument("--parts", default="engines,day,many,boards")
    parser.add_argument("--landing", type=Path, help="deliveries that are there already")
    parser.add_argument("--small-landing", type=Path, help="a tenth of them, for the cost of one more day")
    parser.add_argument("--work", type=Path, default=ROOT / "var" / "bench")
    parser.add_argument("--write", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--minutes", type=float, default=60, help="the most that one process may take")
    parser.add_argument("--memory-gb", type=float, default=14, help="the most memory that one process may take")
    parser.add_argument("--days", type=int, default=1_000, help="how many daily deliveries against one")
    parser.add_argument("--customers", type=int, default=2_000, help="customers of these deliveries")
    return parser.parse_args()


def main() -> None:
    """Run the benchmark."""
    asked = parse()
    work: Path = asked.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    landings = {
        "big": asked.landing or generate(asked.scale, work / f"landing-{asked.scale:g}"),
        "small": asked.small_landing or generate(asked.scale / 10, work / f"landing-{asked.scale / 10:g}"),
    }
    budget = Budget(asked.minutes * 60, round(asked.memory_gb * 1e9))
    bench = Bench(work, budget, {size: folder.absolute() for size, folder in landings.items()})
    parts = asked.parts.split(",")
    if "engines" in parts:
        bench.engines(asked.engines.split(","))
    if "day" in parts:
        bench.one_day()
    if "many" in parts:
        bench.many_days(asked.days, asked.customers)
    if "boards" in parts:
        bench.boards()
    kept = {name: {k: v for k, v in asdict(m).items() if k != "output"} for name, m in bench.measured.items()}
    (work / "results.json").write_text(json.dumps({"measured": kept, "notes": bench.notes}, indent=1), "utf-8")
    print(table(bench.measured, bench.floor_parts()))  # noqa: T201 - this is a command
    asked.write.write_text(page(bench.measured, bench.floor_parts(), bench.notes, landings["big"]), "utf-8")
    say(f"written: {asked.write}")


if __name__ == "__main__":
    main()
