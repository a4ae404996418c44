"""What must hold after a fault: nothing lost, doubled or half published, nothing told twice or given away.

Each function returns violations as sentences, none if all is well. Causing faults is not done here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from goldline.errors import GoldlineError
from goldline.home import Home
from goldline.publish import versions
from goldline.publish.folder import PublishedFolder
from goldline.publish.reader import open_snapshot
from tests.torture import stall
from tests.torture.night import outbox_of

Kind = Literal["lost", "doubled", "half-published", "other"]
Totals = Mapping[tuple[str, str, str], tuple[int, Decimal]]
CANARIES = (stall.E_MAIL, stall.SECRET_CELL, "canari", "stall-canary")


@dataclass(frozen=True)
class Violation:
    """Something that must not be."""

    kind: Kind
    what: str


@dataclass(frozen=True)
class State:
    """All that must be the same whether a night was disturbed or not."""

    digests: Mapping[str, str]
    version: str
    rows: int
    superseded: int
    register: tuple[tuple[object, ...], ...]
    ledger: tuple[tuple[str, str, str], ...]
    landing: tuple[str, ...]
    archive: tuple[str, ...]
    quarantine: tuple[str, ...]
    told: tuple[tuple[str, int, bool], ...]
    mails: int


def state_of(home: Home) -> State:
    """Return the state that a home is in."""
    with home.warehouse() as warehouse, warehouse.transaction() as session:
        rows = session.scalar("select count(*) from tills.raw_sales")
        superseded = session.scalar("select count(*) from tills.raw_sales where superseded_by is not null")
        register = session.rows(
            "select file_name, sha256, rows_received, rows_loaded, rows_quarantined, rows_duplicate"
            " from intake.delivery_file order by file_name, sha256"
        )
    entries, states = home.ledger.entries(), home.ledger.states()
    records, folder = outbox_of(home).history(), home.settings.home
    current = versions.current(home.settings.published_dir)
    return State(
        digests=current.digests,
        version=current.version,
        rows=rows,
        superseded=superseded,
        register=tuple(register),
        ledger=tuple(sorted((entry.name, entry.sha256, states[entry.sequence].status) for entry in entries)),
        landing=_names(folder / "landing"),
        archive=_names(home.settings.archive_dir, but="incoming"),
        quarantine=tuple(sorted(f"{r.name} {r.verdict} {r.rows_quarantined}" for r in home.quarantine.reports())),
        told=tuple((record.incident.key, record.count, record.mailed_at is not None) for record in records),
        mails=len(list((home.settings.outbox_dir / "mails").glob("*.eml"))),
    )


def after_death(home: Home, *, allowed: Iterable[Mapping[str, str]]) -> list[Violation]:
    """Judge what a reader sees right after a fault: one whole version, the old one or the new one."""
    folder = home.settings.published_dir
    try:
        if PublishedFolder(folder).pointer() is None:
            return [] if {} in allowed else [Violation("half-published", "there is no pointer any more")]
        current = versions.current(folder)
        versions.verify(folder, current.version)
        with open_snapshot(folder) as reader:
            lines = reader.query("select count(*) from lines").column(0)[0].as_py()
            sums = reader.query("select coalesce(sum(line_count), 0) from days").column(0)[0].as_py()
            labels = reader.query("select count(*) from labels").column(0)[0].as_py()
    except GoldlineError as error:
        return [Violation("half-published", str(error))]
    found = (
        [] if lines == sums == labels else [Violation("half-published", f"{lines} lines, {labels} labels, sum {sums}")]
    )
    return found if current.digests in allowed else [*found, Violation("half-published", "neither old nor new")]


def after_repair(home: Home, expected: State) -> list[Violation]:
    """Judge the home once a further night went through."""
    found = state_of(home)
    violations = [
        Violation(_kind(name, getattr(found, name), value), f"{name}: {getattr(found, name)} instead of {value}")
        for name, value in vars(expected).items()
        if getattr(found, name) != value
    ]
    return [*violations, *_leftovers(home.settings.published_dir), *_given_away(home.settings.home)]


def against_model(home: Home, lines: Iterable[stall.Line]) -> list[Violation]:
    """Hold what is published against the model: each line once, each sum to the cent."""
    with open_snapshot(home.settings.published_dir) as reader:
        rows = reader.query("select shop, day, currency, line_count, amount from days").to_pylist()
        twice = reader.query(
            "select shop, day, ticket, line from lines group by shop, day, ticket, line having count(*) > 1"
        ).num_rows
    found = {(r["shop"], str(r["day"]), r["currency"]): (r["line_count"], r["amount"]) for r in rows}
    expected = stall.totals(lines)
    violations = [Violation("doubled", f"{twice} lines count twice")] if twice else []
    for key in sorted(expected.keys() | found.keys()):
        if found.get(key) != expected.get(key):
            kind: Kind = "lost" if found.get(key, (0, 0)) < expected.get(key, (0, 0)) else "doubled"
            violations.append(Violation(kind, f"{key}: {found.get(key)} instead of {expected.get(key)}"))
    return violations


def _kind(name: str, found: object, expected: object) -> Kind:
    if name in {"digests", "version"}:
        return "other"
    if isinstance(found, int) and isinstance(expected, int):
        return "lost" if found < expected else "doubled"
    if isinstance(found, tuple) and isinstance(expected, tuple):
        return "lost" if set(expected) - set(found) else "doubled"
    return "other"


def _names(folder: Path, *, but: str = "") -> tuple[str, ...]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return tuple(sorted(str(path) for path in files if path.parts[0] != but))


def _leftovers(published: Path) -> list[Violation]:
    known = {"current.json", "history.jsonl", "versions", ".lock", "fence"}
    left = sorted(path.name for path in published.iterdir() if path.name not in known)
    return [Violation("half-published", f"left behind: {', '.join(left)}")] if left else []


def _given_away(home: Path) -> list[Violation]:
    """Look for personal and bad values in every byte of the home but the landing folder and the archive."""
    places = [path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] != "landing"]
    given = [path for path in places if _has_any(path.read_bytes(), _canaries(home, path))]
    return [Violation("other", f"a value was given away in {path.relative_to(home)}") for path in given]


def _has_any(content: bytes, canaries: Iterable[str]) -> bool:
    return any(canary.encode() in content for canary in canaries)


def _canaries(home: Path, path: Path) -> tuple[str, ...]:
    """The archive holds every delivery as it came, so a bad value too; one with personal data in clear, never."""
    return (stall.E_MAIL,) if path.relative_to(home).parts[0] == "archive" else CANARIES
