"""A night that dies, or meets a full disk, a damaged file, another night: some cases of ``make torture``."""

from __future__ import annotations

import pytest

from tests.torture import damage, disk, points, races
from tests.torture.cases import Stage
from tests.torture.damage import Damage
from tests.torture.disk import Limit
from tests.torture.points import Point
from tests.torture.races import Race

pytestmark = pytest.mark.integration

POINTS = (
    *("landing.ledgered", "intake.superseding", "intake.before_commit", "intake.committed"),
    *("intake.outcome_recorded", "table.committed:2", "publish.table_written:2", "publish.switched"),
)


@pytest.mark.parametrize("scene", ["second", "second on postgresql"])
@pytest.mark.parametrize("point", POINTS)
def test_a_night_killed_at_a_named_point_is_made_good_by_the_next(stalls: Stage, scene: str, point: str) -> None:
    assert points.kill(stalls, Point(scene, point)) == []


def test_both_engines_publish_the_same_digests(stalls: Stage) -> None:
    for name in ("first", "second"):
        assert stalls.scenes[name].expected.digests == stalls.scenes[f"{name} on postgresql"].expected.digests


@pytest.mark.parametrize("largest", [200, 20_000, 2_000_000])
def test_a_night_that_may_not_write_large_files_says_so_and_the_next_makes_it_good(stalls: Stage, largest: int) -> None:
    assert disk.limit(stalls, Limit("second", largest)) == []


@pytest.mark.parametrize(
    ("file", "how", "place"),
    [
        ("ledger/ledger.jsonl", "cut", 0),
        ("ledger/ledger.jsonl", "flipped", 6),
        ("published/current.json", "cut", 4),
        ("outbox/outbox.sqlite", "cut", 5),
        ("warehouse.duckdb", "cut", 12),
        ("warehouse.duckdb", "flipped", 0),
    ],
)
def test_a_damaged_file_of_the_home_is_named_with_what_to_do_or_does_no_harm(
    stalls: Stage, file: str, how: str, place: int
) -> None:
    case = Damage(file, "cut" if how == "cut" else "flipped", place, damage.FILES[file])
    assert damage.strike(stalls, case) == []


@pytest.mark.parametrize("race", [Race(0), Race(1, 0.3)], ids=str)
def test_of_two_nights_at_once_one_does_the_work_and_the_other_waits_or_stops(stalls: Stage, race: Race) -> None:
    assert races.run(stalls, race) == []
