"""A written board is kept for who may see the same, is written once for many at once, and never kept in part."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from markupsafe import Markup

from goldline.boards.web.kept import Kept, Kind
from goldline.metrics.filters import Filters
from goldline.metrics.scope import EVERYTHING, Scope

KIND = Kind(version="v000001", board="sales", filters=Filters(), scope=EVERYTHING, language="en", theme="auto")


class Writer:
    def __init__(self, *, is_whole: bool = True) -> None:
        self.written, self._is_whole = 0, is_whole

    def __call__(self) -> tuple[Markup, bool]:
        self.written += 1
        return Markup("<p>") + str(self.written), self._is_whole


def test_many_at_once_get_what_one_of_them_wrote() -> None:
    kept, writer = Kept(), Writer()
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: kept.get(KIND, writer), range(40)))
    assert (len(found), writer.written) == (1, 1)


def test_another_scope_filter_or_version_is_another_board() -> None:
    kept, writer = Kept(), Writer()
    others = [
        KIND,
        replace(KIND, scope=Scope(stores=frozenset({"s:1"}))),
        replace(KIND, filters=Filters(year=2025)),
        replace(KIND, version="v000002"),
    ]
    assert len({kept.get(kind, writer) for kind in others}) == len(others)


def test_a_board_with_a_failed_tile_is_written_anew() -> None:
    kept, writer = Kept(), Writer(is_whole=False)
    assert kept.get(KIND, writer) != kept.get(KIND, writer)
