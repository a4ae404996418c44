"""How fast boards answer: each board after a change of filter, against its bare queries, and fifty readers at once.

``python -m bench.boards <home>`` with a published version prints a table for docs/performance.md: milliseconds on this
machine, and their ratio to what DuckDB alone needs for the same statements, which is what another machine can compare.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from goldline.boards.catalogue import load_boards
from goldline.boards.web.app import create_app
from goldline.metrics.opened import OpenMart
from goldline.metrics.store import Store, open_store
from goldline.people import People
from goldline.settings import load_settings

READERS, CHANGES = 50, 9
SECONDS_OF_LOOKING = (2.0, 8.0)
HEAD = "| board | median ms | worst ms | bare queries, median ms | ratio |\n|---|---|---|---|---|\n"
BASE = "http://127.0.0.1:8050"


def main() -> None:
    """Measure a home and print the table."""
    settings, spent = load_settings(home=Path(sys.argv[1])), list[float]()
    with patch.object(OpenMart, "run", _timed(OpenMart.run, spent)):
        store = open_store(settings)
    transport = httpx.ASGITransport(
        create_app(store, People.from_settings(settings), settings), client=("127.0.0.1", 1)
    )
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url=BASE, headers={"HX-Request": "true"}, timeout=120)
        sys.stdout.write(HEAD)
        for board in load_boards():
            sys.stdout.write(runner.run(_board(client, store, board, spent)) + "\n")
            sys.stdout.flush()
        sys.stdout.write(runner.run(_crowd(client, store)) + "\n")
        runner.run(client.aclose())


async def _board(client: httpx.AsyncClient, store: Store, board: str, spent: list[float]) -> str:
    await client.get(f"/{board}")
    whole, bare = [], []
    for query in _changes(store):
        spent.clear()
        start = time.perf_counter()
        answer = await client.get(f"/{board}?{query}")
        whole.append(time.perf_counter() - start)
        assert answer.status_code == 200, answer.text  # noqa: S101 - a wrong answer is no measurement
        bare.append(sum(spent))
    median, queries = statistics.median(whole), statistics.median(bare)
    ratio = f"{median / queries:.2f}" if queries else "-"
    return f"| {board} | {1000 * median:.0f} | {1000 * max(whole):.0f} | {1000 * queries:.0f} | {ratio} |"


async def _crowd(client: httpx.AsyncClient, store: Store) -> str:
    """Let fifty readers go through the boards under changing filters, each looking for some seconds at what came."""
    queries = [f"year={store.as_of.year - 1}&month={month}" for month in range(1, 13)]
    spent: list[float] = []

    async def reader(number: int) -> None:
        boards = list(load_boards())
        chance = random.Random(number)  # noqa: S311 - the same readers in every measurement
        for step in range(len(boards)):
            await asyncio.sleep(chance.uniform(*SECONDS_OF_LOOKING))
            start = time.perf_counter()
            address = f"/{boards[(number + step) % len(boards)]}?{queries[(number + step) % len(queries)]}"
            answer = await client.get(address)
            spent.append(time.perf_counter() - start)
            assert answer.status_code == 200, answer.text  # noqa: S101 - an error is what must not be

    await asyncio.gather(*(reader(number) for number in range(READERS)))
    cuts = statistics.quantiles(spent, n=20)
    return f"\n{READERS} readers at once, {len(spent)} answers: median {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, no error"


def _changes(store: Store) -> Iterator[str]:
    """Yield query strings that nobody has asked yet."""
    year = store.as_of.year
    yield f"year={year - 1}"
    yield "compare=last_year"
    for month in range(1, CHANGES - 3):
        yield f"year={year}&month={month}"
    for shop, _ in store.choices("shop")[:2]:
        yield f"shop={shop}"


def _timed(run: Any, spent: list[float]) -> Any:
    def timed(self: OpenMart, *arguments: Any) -> Sequence[Any]:
        start = time.perf_counter()
        try:
            return list(run(self, *arguments))
        finally:
            spent.append(time.perf_counter() - start)

    return timed


if __name__ == "__main__":
    main()
