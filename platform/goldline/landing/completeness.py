"""When a file of a landing zone has arrived completely.

Belongs here: markers, file times, and what was seen at the looks before. A file is complete when a marker
at least as young stands beside it, when its own time lies far enough back, or when it was seen unchanged
for long enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldline.landing import names
from goldline.landing.found import Found
from goldline.landing.store import Item


@dataclass(frozen=True, slots=True)
class _Sighting:
    size: int
    modified_at: datetime
    since: float


class Completeness:
    """What is known of the files of all sources."""

    def __init__(self, *, settle_seconds: float, skew: timedelta, clock: Callable[[], float]) -> None:
        """Take how long a file must be unchanged, and by how much the zone's clock may differ from ours."""
        self._settle, self._skew, self._clock = settle_seconds, skew, clock
        self._sightings: dict[tuple[str, str], _Sighting] = {}
        self._markers: dict[tuple[str, str], Item] = {}

    def observe(self, source: str, items: Iterable[Item], files: Iterable[Found]) -> None:
        """Remember a look at a source's folder: all that lies there, and the delivery files among it."""
        self._remember_markers(source, items)
        self._remember_sightings(source, files)

    def marker(self, file: Found) -> Item | None:
        """Return the marker beside a file."""
        return self._markers.get((file.source, file.name))

    def is_complete(self, file: Found, now: datetime) -> bool:
        """Tell whether a file that was just observed has arrived completely."""
        marker = self.marker(file)
        if marker is not None and marker.modified_at >= file.modified_at:
            return True
        if not self._settle or file.modified_at <= now - timedelta(seconds=self._settle) - self._skew:
            return True
        return self._clock() - self._sightings[file.source, file.name].since >= self._settle

    def _remember_markers(self, source: str, items: Iterable[Item]) -> None:
        self._markers = {key: item for key, item in self._markers.items() if key[0] != source}
        for item in items:
            if item.kind == "file" and item.name.endswith(names.MARKER):
                self._markers[source, item.name.removesuffix(names.MARKER)] = item

    def _remember_sightings(self, source: str, files: Iterable[Found]) -> None:
        before = self._sightings
        self._sightings = {key: sighting for key, sighting in before.items() if key[0] != source}
        for file in files:
            key = (source, file.name)
            old = before.get(key)
            unchanged = old is not None and (old.size, old.modified_at) == (file.size, file.modified_at)
            seen = old if unchanged and old else _Sighting(file.size, file.modified_at, self._clock())
            self._sightings[key] = seen
