"""Shops that were expected and sent nothing, or far too little, with the newest delivery of their source.

What is silent is found where the calendar is built and kept with its run; here it becomes incidents, one per shop and
day. Only days of the last two weeks are news, so that loading history tells nobody; an incident is over when the day
has come after all, or when the contract says that the shop was closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from goldline.alerts import Incident, Outbox
from goldline.arrivals.silence import Silence, Silences
from goldline.graph.arrivals import newest_silences
from goldline.home import Home
from sensors.conditions import Changed, follow
from sensors.run_incidents import day_text

SCOPE = "arrivals:shop:"
TOLD_FOR = timedelta(days=14)
REMEDY = "Ask the shop. If it was closed, say so under `arrivals` in the contract: docs/arrivals.md."


def look_for_silence(instance: dg.DagsterInstance, home: Home, outbox: Outbox, now: datetime) -> Changed:
    """Report shops that are silent; end those whose day has come."""
    found = newest_silences(instance)
    if found is None:
        return Changed()
    lasting = {f"{SCOPE}{key}" for key in found.lasting}
    return follow(outbox, SCOPE, silence_incidents(found, home, now), now, lasting=lasting)


def silence_incidents(found: Silences, home: Home, now: datetime) -> Iterator[Incident]:
    """Describe what is silent."""
    zone = ZoneInfo(home.settings.timezone)
    since = now.astimezone(zone).date() - TOLD_FOR
    for silence in found.news:
        if silence.day >= since:
            yield Incident(
                key=f"{SCOPE}{silence.key}",
                kind="small_day" if silence.kind == "small" else "silent_shop",
                group=silence.source,
                title=f"{_who(silence, home)}, {day_text(silence.day)}",
                cause=f"{_cause(silence)}\n{REMEDY}",
                since=datetime.combine(silence.day, time(0), zone).astimezone(UTC),
                severity="warning" if silence.kind == "small" else "error",
                how_to_reproduce="goldline status --calendar",
                link=f"{home.settings.ui_url.rstrip('/')}/assets/control/arrivals",
                facts=_facts(silence),
            )


def _who(silence: Silence, home: Home) -> str:
    if silence.kind == "all_silent":
        contract = home.contracts.get(silence.source)
        return f"every shop of {contract.title if contract else silence.source}"
    return silence.name


def _cause(silence: Silence) -> str:
    if silence.kind == "all_silent":
        return f"None of {silence.shops} selling points sent a line although a delivery came."
    if silence.kind == "small":
        return f"{silence.tickets} tickets came; the same weekday usually has {silence.usual}."
    if silence.closed_with:
        return f"The till closed with {silence.closed_with} tickets, and no line of them came."
    return "Nothing came although the shop was expected to be open, and the delivery of its source is there."


def _facts(silence: Silence) -> dict[str, object]:
    facts: dict[str, object] = {"Business day": day_text(silence.day)}
    if silence.store_key:
        facts["Selling point"] = silence.store_key
    if silence.usual is not None:
        facts["Usual tickets"] = silence.usual
    return facts
