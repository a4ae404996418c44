"""Silence worth telling: shops that were expected and sent nothing, or far too little, with the newest delivery.

Read where the calendar is built, as values that fit into a run's record. Whether it becomes a mail is decided
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from goldline.warehouse.engine import Session

Kind = Literal["silent", "all_silent", "small"]
REMEMBERED_DAYS = 60
MOST = 500
_NEWS = """
select a.source_system, a.store_key, coalesce(s.store_name, s.store_code, a.store_key) as name, a.business_date,
    a.status, a.is_anybody_open, a.ticket_count, a.closing_ticket_count, a.usual_ticket_count
from control.arrivals as a
left join merge.unified_stores as s on s.store_key = a.store_key
where a.is_newest and (a.status = 'expected_missing' or a.is_unusually_small)
order by a.business_date desc, a.store_key
"""
_OPEN = f"""
select a.source_system, a.store_key, a.business_date
from control.arrivals as a
where (a.status = 'expected_missing' or a.is_unusually_small)
    and a.business_date >= (select max(business_date) from control.arrivals) - {REMEMBERED_DAYS}
"""


@dataclass(frozen=True, kw_only=True)
class Silence:
    """One shop and day, or one day of all shops of a source.

    Attributes:
        kind: ``silent``: nothing came; ``all_silent``: from no shop; ``small``: far less than usual.
        source: The source.
        store_key: The shop; empty where it is all of them.
        name: What people call it.
        day: The business day.
        tickets: What came.
        usual: What usually comes; None where that is not known.
        closed_with: Tickets that the till itself counted; None without its closing.
        shops: How many shops are concerned.
    """

    kind: Kind
    source: str
    store_key: str = ""
    name: str = ""
    day: date
    tickets: int = 0
    usual: int | None = None
    closed_with: int | None = None
    shops: int = 1

    @property
    def key(self) -> str:
        """Its identity, the same however it is told."""
        return f"{self.store_key or self.source}:{self.day}"


@dataclass(frozen=True)
class Silences:
    """What the newest calendar has to say: the news, and the keys of all that is not over."""

    news: tuple[Silence, ...]
    lasting: frozenset[str]

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        news = [{**asdict(each), "day": each.day.isoformat()} for each in self.news[:MOST]]
        return {"news": news, "lasting": sorted(self.lasting)[-10 * MOST :]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Silences:
        """Read what :meth:`to_record` returned."""
        news = (Silence(**{**each, "day": date.fromisoformat(each["day"])}) for each in record["news"])
        return cls(tuple(news), frozenset(record["lasting"]))


def silences_of(session: Session) -> Silences:
    """Read them from the calendar that was just built."""
    found = session.arrow(_NEWS).to_pylist()
    open_rows = session.rows(_OPEN)
    alone = [row for row in found if row["status"] != "expected_missing" or row["is_anybody_open"]]
    together = [row for row in found if row["status"] == "expected_missing" and not row["is_anybody_open"]]
    lasting = {f"{store}:{day}" for _, store, day in open_rows} | {f"{source}:{day}" for source, _, day in open_rows}
    return Silences((*map(_silence, alone), *_all_silent(together)), frozenset(lasting))


def _silence(row: Mapping[str, Any]) -> Silence:
    return Silence(
        kind="silent" if row["status"] == "expected_missing" else "small",
        source=row["source_system"],
        store_key=row["store_key"],
        name=row["name"],
        day=row["business_date"],
        tickets=row["ticket_count"],
        usual=row["usual_ticket_count"],
        closed_with=row["closing_ticket_count"],
    )


def _all_silent(rows: Iterable[Mapping[str, Any]]) -> Iterable[Silence]:
    """A day on which nobody of a source sent anything is one silence, not one per shop."""
    by_day: dict[tuple[str, date], list[Mapping[str, Any]]] = {}
    for row in rows:
        by_day.setdefault((row["source_system"], row["business_date"]), []).append(row)
    for (source, day), members in by_day.items():
        if len(members) == 1:
            yield _silence(members[0])
        else:
            yield Silence(kind="all_silent", source=source, name=source, day=day, shops=len(members))
