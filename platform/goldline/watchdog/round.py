"""One round of the watchdog: look at everything, compare with the last round, mail what is new and what is over."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from goldline.errors import GoldlineError
from goldline.settings import Settings
from goldline.watchdog import memory
from goldline.watchdog.conditions import Condition
from goldline.watchdog.dagster_state import DagsterState
from goldline.watchdog.letter import send_letter
from goldline.watchdog.looks import LOOKS, NEED_DAGSTER, LookAt, Scene
from goldline.watchdog.memory import Remembered

UNREADABLE = (OSError, GoldlineError, sqlite3.Error, ValueError, LookupError, TypeError, AttributeError)
"""What a half-broken home may answer with."""

ReadDagster = Callable[[Settings, datetime], DagsterState]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a round found and did.

    Attributes:
        conditions: What is wrong now.
        mailed: Keys of which people were told in this round, as news or as over.
        ended: What was wrong and is over.
        problems: What the round itself could not do.
    """

    conditions: tuple[Condition, ...]
    mailed: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    problems: tuple[str, ...] = field(default=())

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong and everything could be told."""
        return not self.conditions and not self.problems


def go_round(
    settings: Settings,
    now: datetime,
    *,
    read_dagster: ReadDagster,
    state_file: Path,
    skip: Collection[str] = (),
    is_dry: bool = False,
) -> Report:
    """Look at everything once; never raises because of what it looks at.

    Args:
        settings: The settings.
        now: The present instant.
        read_dagster: Reads Dagster's storage.
        state_file: What is remembered from round to round.
        skip: Looks to leave out.
        is_dry: Only look: mail nothing and remember nothing.
    """
    found, unreadable = look_at_everything(settings, now, read_dagster=read_dagster, skip=skip)
    if is_dry:
        return Report(conditions=found)
    before = memory.read(state_file)
    known = _compared(before, found, unreadable, now)
    news = [each for each in found if not known[each.key].is_mailed and now - known[each.key].seen_at >= each.patience]
    ended = {key: each for key, each in known.items() if each.ended_at}
    problems: list[str] = []
    mailed = _tell(settings, news, ended, now, problems)
    kept = {
        key: Remembered(**{**vars(each), "is_mailed": each.is_mailed or key in mailed})
        for key, each in known.items()
        if not (each.ended_at and key in mailed)
    }
    if kept != before:
        _remember(state_file, kept, problems)
    return Report(conditions=found, mailed=tuple(mailed), ended=tuple(ended), problems=tuple(problems))


def look_at_everything(
    settings: Settings, now: datetime, *, read_dagster: ReadDagster, skip: Collection[str]
) -> tuple[tuple[Condition, ...], frozenset[str]]:
    """Return what is wrong, and the looks that were not possible."""
    found: list[Condition] = []
    failed: set[str] = set()
    dagster = DagsterState()
    wanted = {name: look for name, look in LOOKS.items() if name not in skip}
    if set(wanted) & set(NEED_DAGSTER):
        try:
            dagster = read_dagster(settings, now)
        except UNREADABLE as error:
            found.append(_unreadable("dagster", error, now))
            failed.update(NEED_DAGSTER)
    for name, look in wanted.items():
        if name not in failed:
            found += _look(name, look, Scene(settings, dagster, now), failed)
    return tuple(found), frozenset(failed)


def _look(name: str, look: LookAt, scene: Scene, failed: set[str]) -> list[Condition]:
    try:
        return list(look(scene))
    except UNREADABLE as error:
        failed.add(name)
        return [_unreadable(name, error, scene.now)]


def _unreadable(name: str, error: Exception, now: datetime) -> Condition:
    said = f"{error.where}: {error.what}" if isinstance(error, GoldlineError) else f"{type(error).__name__}: {error}"
    return Condition(
        key=f"look:{name}",
        what=f"{name} could not be looked at",
        cause=said,
        since=now,
        remedy="run 'goldline doctor', which says more",
    )


def _compared(
    before: dict[str, Remembered], found: tuple[Condition, ...], unreadable: frozenset[str], now: datetime
) -> dict[str, Remembered]:
    """Bring memory in line with what was found; what could not be looked at stays as it was."""
    present = {each.key for each in found}
    known: dict[str, Remembered] = {}
    for key, each in before.items():
        if key in present:
            known[key] = Remembered(what=each.what, since=each.since, seen_at=each.seen_at, is_mailed=each.is_mailed)
        elif key.partition(":")[0] in unreadable:
            known[key] = each
        elif each.is_mailed:
            known[key] = memory.over(each, now)
    for condition in found:
        known.setdefault(condition.key, Remembered(what=condition.what, since=condition.since, seen_at=now))
    return known


def _tell(
    settings: Settings,
    news: list[Condition],
    ended: dict[str, Remembered],
    now: datetime,
    problems: list[str],
) -> list[str]:
    if not news and not ended:
        return []
    try:
        send_letter(settings, news, ended, now)
    except GoldlineError as error:
        where = f"{error.where}: " if error.where else ""
        problems.append(f"the mail could not be sent, the next round tries again: {where}{error.what}")
        return []
    return [*(each.key for each in news), *ended]


def _remember(path: Path, kept: dict[str, Remembered], problems: list[str]) -> None:
    try:
        memory.write(path, kept)
    except OSError as error:
        problems.append(f"{path} cannot be written ({error.strerror}): the same may be mailed again")
