from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from goldline.deliver import Days, land
from goldline.graph.jobs import NIGHTLY, PlannedRun
from goldline.home import Home
from goldline.landing.found import Found, Refusal, Scan
from goldline.settings import load_settings
from sensors.deliveries import strangers
from sensors.waiting import Watch, identity, steady_days

NOW = datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 29)


def day(number: int) -> date:
    return date(2026, 3, number)


def a_file(number: int, source: str = "cashmere", size: int = 10) -> Found:
    return Found(source, "VENTES", day(number), f"VENTES_202603{number:02}.csv", size, NOW)


def scan(complete: list[int], growing: list[int] | None = None) -> Scan:
    return Scan(tuple(a_file(n) for n in complete), tuple(a_file(n) for n in growing or ()), ())


def test_a_day_waits_while_one_of_its_files_is_growing() -> None:
    assert steady_days(scan([28], growing=[28]), TODAY) == []


def test_a_range_never_reaches_over_a_day_that_is_still_growing() -> None:
    assert steady_days(scan([25, 26, 28], growing=[27]), TODAY) == [day(25), day(26)]


def test_a_file_that_grows_for_ever_does_not_stop_the_days_after_it() -> None:
    assert steady_days(scan([28], growing=[1]), TODAY) == [day(28)]


def test_a_file_of_tomorrow_is_not_taken_but_reported() -> None:
    files = scan([28, 30])
    assert steady_days(files, TODAY) == [day(28)]
    (incident,) = strangers(files.refused, files.complete, TODAY, NOW)
    assert incident.key == "landing:future"
    assert "VENTES_20260330.csv" in incident.cause


def test_files_that_fit_no_feed_are_listed_with_the_reason_and_counted() -> None:
    refused = [Refusal("cashmere", f"ventes-{n}.csv", "the name fits no feed of cashmere") for n in range(14)]
    (incident,) = strangers(refused, [], TODAY, NOW)
    assert incident.title == "Landing zone: files that belong to no delivery (14)"
    assert "cashmere/ventes-0.csv: the name fits no feed of cashmere" in incident.cause
    assert "... and 4 more" in incident.cause


def test_a_corrected_file_asks_for_another_run_and_the_same_files_never_for_a_second_one() -> None:
    run = PlannedRun(NIGHTLY, Days(day(28), day(28)))
    assert identity(run, [a_file(28), a_file(27)]) == identity(run, [a_file(28)])
    assert identity(run, [a_file(28)]) != identity(run, [a_file(28, size=11)])
    assert identity(run, [a_file(28)]) != identity(run, [a_file(28), a_file(28, source="magento")])


def a_watch(tmp_path: Path, first: int = 1, **settings: object) -> Watch:
    return Watch(Home(load_settings(home=tmp_path, **settings)), first_day=day(first))


def test_sensor_and_schedule_do_not_both_ask_at_the_same_moment(tmp_path: Path) -> None:
    watch = a_watch(tmp_path)
    assert watch.claim("nightly", NOW)
    assert not watch.claim("deliveries", NOW + timedelta(seconds=20))
    assert watch.claim("nightly", NOW + timedelta(seconds=30))
    assert watch.claim("deliveries", NOW + timedelta(seconds=91))


def test_days_before_the_calendar_are_asked_for_by_tags_that_dagster_does_not_look_up(tmp_path: Path) -> None:
    watch = a_watch(tmp_path, first=20)
    late = watch.request(PlannedRun(NIGHTLY, Days(day(10), day(21))), "key")
    shown = watch.request(PlannedRun(NIGHTLY, Days(day(20), day(20))), "key")
    assert dict(late.tags) == {"goldline/first_day": "2026-03-10", "goldline/last_day": "2026-03-21"}
    assert dict(shown.tags) == {"dagster/partition": "2026-03-20"}


def test_where_files_are_not_moved_those_received_before_are_not_waiting(tmp_path: Path) -> None:
    watch = a_watch(tmp_path, settle_seconds=0, move_taken=False)
    folder = tmp_path / "landing" / "cashmere"
    folder.mkdir(parents=True)
    (folder / "VENTES_20260328.csv").write_text("x")
    assert len(watch.scan(NOW).complete) == 1
    land(watch.home, sources=["cashmere"], days=None)
    assert watch.scan(NOW).complete == ()
    (folder / "VENTES_20260328.csv").write_text("xy")
    assert len(watch.scan(NOW).complete) == 1
