"""Two processes never write at once: not when they start together, not when one sleeps and wakes up later."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from goldline.errors import IntegrityError, TransientError
from goldline.fencing import Fence, LeaseLost
from goldline.warehouse.lease import Lease
from tests.integration.operations.processes import writer
from tests.support import open_home

pytestmark = pytest.mark.integration

RACES = 25
FORK = multiprocessing.get_context("fork")
ALL_WRITTEN = {"ledger": "", "warehouse": "", "published": ""}
NOTHING_WRITTEN = {"ledger": "LeaseLost", "warehouse": "LeaseLost", "published": "LeaseLost"}


def race_at_once(database: Path, start: object, decided: object, results: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    try:
        lease = Lease.of(database)
    except TransientError:
        results.put(0)  # type: ignore[attr-defined]
        decided.wait()  # type: ignore[attr-defined]
    else:
        results.put(lease.number)  # type: ignore[attr-defined]
        decided.wait()  # type: ignore[attr-defined]
        lease.release()


def race_in_turn(database: Path, start: object, log: Path) -> None:
    start.wait()  # type: ignore[attr-defined]
    lease = Lease.of(database, wait_seconds=30)
    with log.open("a") as file:
        file.write(f"in {lease.number}\n")
        file.flush()
        time.sleep(0.005)
        file.write(f"out {lease.number}\n")
    lease.release()


def test_of_processes_that_ask_at_the_same_moment_exactly_one_gets_the_lease(tmp_path: Path) -> None:
    database, numbers = tmp_path / "warehouse.duckdb", []
    for _ in range(RACES):
        start, decided, results = FORK.Barrier(3), FORK.Barrier(3), FORK.Queue()
        racers = [FORK.Process(target=race_at_once, args=(database, start, decided, results)) for _ in range(3)]
        for racer in racers:
            racer.start()
        won = [number for number in (results.get(timeout=30) for _ in racers) if number]
        for racer in racers:
            racer.join()
        assert len(won) == 1
        numbers += won
    assert numbers == list(range(1, RACES + 1))


def test_processes_that_wait_for_each_other_get_the_lease_one_after_the_other(tmp_path: Path) -> None:
    database, log, start = tmp_path / "warehouse.duckdb", tmp_path / "log", FORK.Barrier(4)
    racers = [FORK.Process(target=race_in_turn, args=(database, start, log)) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert log.read_text().split("\n")[:-1] == [f"{way} {number}" for number in range(1, 5) for way in ("in", "out")]


def test_a_frozen_holder_keeps_the_lease_and_the_second_is_told_what_to_do(tmp_path: Path) -> None:
    with writer(tmp_path) as holder:
        holder.freeze()
        with pytest.raises(TransientError) as refused:
            open_home(tmp_path).warehouse()
        assert f"process {holder.pid} since 20" in refused.value.what
        assert refused.value.what.endswith(", stopped)")
        assert f"kill -CONT {holder.pid}" in refused.value.remedy
        holder.ask("first")
        holder.wake()
        assert holder.answer() == ALL_WRITTEN
    assert len(open_home(tmp_path).ledger.entries()) == 1


def test_a_second_that_waits_goes_on_when_the_frozen_holder_has_ended(tmp_path: Path) -> None:
    with writer(tmp_path) as holder:
        holder.freeze()
        with pytest.raises(TransientError):
            open_home(tmp_path).warehouse(wait_seconds=0.3)
        holder.process.kill()
        holder.process.wait()
        with open_home(tmp_path).warehouse(wait_seconds=10) as warehouse:
            assert warehouse.grant
            assert warehouse.grant.number == 2


def test_a_holder_whose_lease_file_was_deleted_while_it_slept_writes_nothing_more(tmp_path: Path) -> None:
    with writer(tmp_path) as holder:
        holder.ask("before")
        assert holder.answer() == ALL_WRITTEN
        holder.freeze()
        (tmp_path / "warehouse.duckdb.lease").unlink()
        with pytest.raises(TransientError, match="in use by another program"):
            open_home(tmp_path).warehouse()
        holder.ask("after")
        holder.wake()
        assert holder.answer() == NOTHING_WRITTEN
    home = open_home(tmp_path)
    assert [entry.name for entry in home.ledger.entries()] == ["before"]
    with home.warehouse() as warehouse, warehouse.transaction() as session:
        assert session.rows("select text from written") == [("before",)]
    assert len(list((tmp_path / "published/versions").iterdir())) <= 2
    assert '"v000001"' in (tmp_path / "published/current.json").read_text()


def test_a_holder_whose_home_was_moved_away_while_it_slept_writes_neither_there_nor_to_the_new_one(
    tmp_path: Path,
) -> None:
    home, old = tmp_path / "home", tmp_path / "old"
    with writer(home) as holder:
        holder.ask("before")
        assert holder.answer() == ALL_WRITTEN
        holder.freeze()
        home.rename(old)
        with writer(home) as other:
            other.ask("other")
            assert other.answer() == ALL_WRITTEN
            holder.ask("after")
            holder.wake()
            assert holder.answer() == NOTHING_WRITTEN
    assert [entry.name for entry in open_home(home).ledger.entries()] == ["other"]
    assert [entry.name for entry in open_home(old).ledger.entries()] == ["before"]


def test_a_folder_refuses_a_grant_older_than_the_newest_it_has_seen(tmp_path: Path) -> None:
    older, fence = Lease.of(tmp_path / "a.duckdb"), Fence(tmp_path)
    newer = Lease.of(tmp_path / "b.duckdb")
    newer.outnumber(older.number)
    with fence.passing(older):
        pass
    with fence.passing(newer):
        pass
    with pytest.raises(LeaseLost, match="a later run"), fence.passing(older):
        raise AssertionError("the block must not begin")
    assert fence.newest() == newer.number
    older.release()
    newer.release()


def test_a_damaged_fence_is_named_and_nobody_passes_it(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    home.settings.ledger_dir.mkdir(parents=True)
    (home.settings.ledger_dir / "fence").write_bytes(b"\0\0garbage")
    with pytest.raises(IntegrityError, match="ledger/fence: the number of the newest grant is damaged"):
        home.warehouse()


def test_a_new_lease_file_continues_the_numbers_that_the_folders_have_seen(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    home.settings.ledger_dir.mkdir(parents=True)
    for expected in (1, 2, 3):
        with home.warehouse() as warehouse:
            assert warehouse.grant
            assert warehouse.grant.number == expected
    (tmp_path / "warehouse.duckdb.lease").unlink()
    with home.warehouse() as warehouse:
        assert warehouse.grant
        assert warehouse.grant.number == 4
