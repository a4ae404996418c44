"""Restatements are told once per version: a figure of a closed month is not what it was.

A version that is held is told as a failed run, since that is what it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from goldline.alerts import Incident, Outbox
from goldline.home import Home
from goldline.publish import versions
from goldline.publish.folder import PublishedFolder, number
from goldline.publish.manifest import Manifest
from goldline.restate.records import Restatement
from goldline.restate.review import restatement_of
from goldline.restate.words import cause_text, month_text, paragraph
from sensors.conditions import Changed

CURSOR, SCOPE = "published:restatements", "restated:"
FIRST_LOOK_BACK = timedelta(days=1)
FACTS = 6


def look_for_restatements(home: Home, outbox: Outbox, now: datetime) -> Changed:
    """Tell what versions restated that were published since the last look."""
    folder = home.settings.published_dir
    newest, cursor = PublishedFolder(folder).highest(), outbox.cursor(CURSOR)
    if not newest or cursor == str(newest):
        return Changed()
    published = versions.list_versions(folder)
    if cursor is None:  # at the very first look, old ones are not news
        fresh = [manifest for manifest in published if now - manifest.created_at < FIRST_LOOK_BACK]
    else:
        fresh = [manifest for manifest in published if number(manifest.version) > int(cursor)]
    news = [
        restatement_incident(manifest, found, home.settings.ui_url)
        for manifest in fresh
        if (found := restatement_of(folder, manifest.version)) and found.moves
    ]
    with outbox.batch() as batch:
        told = sum(batch.tell(incident, now) for incident in news)
        batch.set_cursor(CURSOR, str(newest))
    return Changed(opened=told)


def restatement_incident(manifest: Manifest, found: Restatement, ui_url: str) -> Incident:
    """Describe what a version restated."""
    facts: dict[str, object] = {"Compared with": found.compared_with, "Figures moved": len(found.moves)}
    if found.confirmation:
        facts["Confirmed by"] = found.confirmation.by
    for place, cause in enumerate(sorted(found.causes, key=lambda one: -one.lines)[:FACTS], 1):
        facts[f"Because of ({place})"] = cause_text(cause)
    return Incident(
        key=f"{SCOPE}{manifest.version}",
        kind="restated",
        group="publish",
        title=f"closed months {', '.join(map(month_text, found.months))}, version {manifest.version}",
        cause=paragraph(found, causes=0),
        since=manifest.created_at,
        how_to_reproduce=f"goldline publish restated {manifest.version}",
        link=f"{ui_url.rstrip('/')}/assets/publish/published",
        severity="warning",
        facts=facts,
    )
