"""Which incident a failed run is, and which ones a later run ends.

Pure: values in, values out. A failure of a table concerns its present state, so the next success of that
step ends it. A failed delivery concerns its days: it ends when the step succeeds and no refused file keeps
one of these days out any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from goldline.alerts import Incident
from goldline.deliver import Days
from sensors.finished_runs import FinishedRun

PREFIX = "run:"
DELIVERY = "/delivery"
UI_JOB = "__ASSET_JOB"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def failure_incident(run: FinishedRun, ui_url: str) -> Incident:
    """Describe a failed run."""
    job = "materialize" if run.job == UI_JOB else run.job
    facts = {"Step": run.failed_step or "-", "Job": job, "Run": run.run_id[:8]}
    if run.days:
        facts["Delivery days"] = days_text(run.days)
    return Incident(
        key=failure_key(run),
        kind="run_failed",
        group=run.failed_step.split("/")[0] if run.failed_step else "platform",
        title=", ".join(part for part in (run.failed_step or f"job {job}", run.days and days_text(run.days)) if part),
        cause=run.cause,
        since=run.ended_at,
        how_to_reproduce=how_to_reproduce(run.failed_step, run.days),
        link=f"{ui_url.rstrip('/')}/runs/{run.run_id}",
        facts=facts,
    )


def failure_key(run: FinishedRun) -> str:
    """The identity of a failure: job and first failed step; for a delivery its days as well."""
    key = f"{PREFIX}{run.job}:{run.failed_step}"
    if run.failed_step.endswith(DELIVERY) and run.days:
        key += f":{run.days.first}:{run.days.last}"
    return key


def ended_by(run: FinishedRun, open_keys: Iterable[str], blocked: Mapping[str, set[date]]) -> list[str]:
    """Return the keys of failures that are over now that this run is.

    Args:
        run: A finished run; also one that failed may have got past a step.
        open_keys: Keys of open incidents.
        blocked: Days that refused files keep out, by source.
    """
    return [key for key in open_keys if key.startswith(PREFIX) and _is_over(key, run, blocked)]


def how_to_reproduce(asset: str, days: Days | None) -> str:
    """The command that does the same again: a table is built alone, a delivery is taken in with its days."""
    if asset and not asset.endswith(DELIVERY):
        return f"dagster asset materialize -m goldline.definitions --select 'key:\"{asset}\"'"
    if days is None:
        return "goldline run"
    if days.first == days.last:
        return f"goldline run --date {days.first}"
    return f"goldline backfill --from {days.first} --to {days.last}"


def day_text(day: date) -> str:
    """A day as people write it, such as ``28 Mar 2026``, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_text(days: Days) -> str:
    """A day or a range of days."""
    return day_text(days.first) if days.first == days.last else f"{day_text(days.first)} to {day_text(days.last)}"


def _is_over(key: str, run: FinishedRun, blocked: Mapping[str, set[date]]) -> bool:
    job, step, *days = key.removeprefix(PREFIX).split(":")
    if not step:
        return run.is_success and run.job == job
    if step not in run.succeeded:
        return False
    if len(days) != 2:
        return True
    concerned = Days(date.fromisoformat(days[0]), date.fromisoformat(days[1]))
    return not any(day in concerned for day in blocked.get(step.removesuffix(DELIVERY), ()))
