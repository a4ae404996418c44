"""One step of a run: take in what has landed of a source, and load what is not loaded yet.

What is pending is decided by comparing the ledger (what came) with the warehouse's own register (what is in it), so
that a crash between two steps, a lost commit or an empty warehouse all end in the same state.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from goldline.contracts import Contract
from goldline.errors import IntegrityError
from goldline.faultpoint import reach
from goldline.fencing import Grant
from goldline.home import Home
from goldline.intake.load import Intake, take_in
from goldline.intake.register import registered, registered_digests
from goldline.intake.schema import prepare
from goldline.landing.events import Event, Loaded, Refused
from goldline.landing.history import Entry, State
from goldline.landing.receive import Received, receive
from goldline.warehouse.engine import Session, Warehouse
from goldline.warehouse.reference import prepare_reference

Progress = Callable[[int, int], None]
_log = logging.getLogger(__name__)
FOR_GOOD = "*"  # in place of a contract's digest: refused whatever the contract says, because its bytes were not kept


@dataclass(frozen=True)
class Days:
    """A closed range of delivery days."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        """Say whether a day is in the range."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Delivered:
    """What a step brought in."""

    received: Received
    intake: Intake
    newest: frozenset[int]

    @property
    def refusals(self) -> list[str]:
        """Why files were refused, one sentence each; a file that was corrected meanwhile does no harm."""
        return [why for sequence, why in sorted(self.intake.refused.items()) if sequence in self.newest]


def land(home: Home, *, sources: Iterable[str], days: Days | None, progress: Progress | None = None) -> Received:
    """Take complete files of the landing zone into archive and ledger."""
    with home.landing() as zone:
        return receive(
            zone,
            home.archive,
            home.ledger,
            now=datetime.now(UTC),
            sources=tuple(sources),
            first=days.first if days else None,
            last=days.last if days else None,
            progress=progress,
        )


def prepare_warehouse(home: Home, session: Session) -> None:
    """Create or refresh what every step relies on: feed tables, settings, reference tables."""
    contracts = home.contracts.values()
    prepare(session, contracts)
    prepare_reference(
        session,
        currency=home.settings.currency,
        zone=home.settings.timezone,
        zones=_zones(session, contracts),
        currencies=_currencies(session, contracts),
    )


def deliver(
    home: Home,
    warehouse: Warehouse,
    source: str,
    days: Days,
    *,
    run_id: str,
    progress: Progress | None = None,
) -> Delivered:
    """Take in and load the deliveries of one source for a range of days.

    Files that are refused don't stop the others; they are in the result, and the caller fails the run.
    """
    received = land(home, sources=[source], days=days)
    with warehouse.transaction() as session:
        prepare(session, home.contracts.values())
        present = registered(session)
        require_same_history(home, session)
    reconcile(home, present, grant=warehouse.grant)
    waiting = [e for e in pending(home, home.contracts[source], present) if e.delivery_date in days]
    intake = take_in(
        warehouse,
        home.archive,
        home.contracts[source],
        waiting,
        quarantine=home.quarantine,
        threads=home.settings.threads,
        progress=progress,
    )
    record(home, home.contracts[source], intake, run_id, grant=warehouse.grant)
    with warehouse.transaction() as session:
        prepare_warehouse(home, session)
    newest = frozenset(entry.sequence for entry in home.ledger.newest().values())
    return Delivered(received, intake, newest)


def pending(home: Home, contract: Contract, present: set[int]) -> list[Entry]:
    """Return a source's entries that a run should load: those not in the warehouse and not refused for good.

    A delivery day with a refused file waits whole, until a corrected file, a retry or another contract.
    """
    states = home.ledger.states()
    entries = [entry for entry in home.ledger.entries() if entry.source == contract.source]
    refused = {e.sequence for e in entries if _is_refused(states[e.sequence], contract)}
    blocked = blocked_days(home, contract)
    return [
        e for e in entries if e.sequence not in present and e.sequence not in refused and e.delivery_date not in blocked
    ]


def waiting_entries(home: Home, contract: Contract) -> list[Entry]:
    """Return a source's entries that a run should load, as far as the ledger knows without the warehouse."""
    loaded = {sequence for sequence, state in home.ledger.states().items() if state.status == "loaded"}
    return pending(home, contract, loaded)


def blocked_days(home: Home, contract: Contract) -> set[date]:
    """Return the delivery days that a refused file keeps out, no newer version of it having come."""
    states = home.ledger.states()
    newest = [entry for entry in home.ledger.newest().values() if entry.source == contract.source]
    return {entry.delivery_date for entry in newest if _is_refused(states[entry.sequence], contract)}


def _is_refused(state: State, contract: Contract) -> bool:
    return state.status == "refused" and state.contract in (contract.digest, FOR_GOOD)


def require_same_history(home: Home, session: Session) -> None:
    """Make sure that the ledger knows every file that the warehouse holds, under the same number.

    Raises:
        IntegrityError: It does not: it lost its end, or belongs to another warehouse. A new file would get the number
            of a lost one, and never be loaded.
    """
    known = {entry.sequence: entry.sha256 for entry in home.ledger.entries()}
    held = registered_digests(session)
    lost = sorted(sequence for sequence, sha256 in held.items() if known.get(sequence) != sha256)
    if lost:
        raise IntegrityError(
            f"the ledger does not know {len(lost)} of {len(held)} files that the warehouse holds (number {lost[0]})",
            where=str(home.ledger.path),
            remedy="restore the ledger from a backup ('goldline restore'); without one, begin a new home and have"
            " everything delivered again",
        )


def reconcile(home: Home, present: set[int], *, grant: Grant | None = None) -> None:
    """Record in the ledger what the warehouse holds although a crash kept it from being recorded."""
    states = home.ledger.states()
    lost = [s for s in sorted(present) if s in states and states[s].status != "loaded"]
    if lost:
        home.ledger.append(
            [Loaded(entry=s, run_id="", rows_received=0, rows_loaded=0, rows_quarantined=0) for s in lost], grant=grant
        )


def record(home: Home, contract: Contract, intake: Intake, run_id: str, *, grant: Grant | None = None) -> None:
    """Write the outcome of an intake to the ledger; bytes that hold personal data in clear are not kept."""
    events: list[Event] = [
        Loaded(
            entry=file.entry.sequence,
            run_id=run_id,
            rows_received=file.rows_received,
            rows_loaded=file.rows_loaded,
            rows_quarantined=file.rows_quarantined,
        )
        for file in intake.loaded
    ]
    events += [
        Refused(
            entry=sequence,
            run_id=run_id,
            reasons=(reason,),
            contract=FOR_GOOD if sequence in intake.clear else contract.digest,
        )
        for sequence, reason in sorted(intake.refused.items())
    ]
    if events:
        home.ledger.append(events, grant=grant)
    _tell(contract.source, intake)
    reach("intake.outcome_recorded")
    discard_clear(home, contract.source)
    reach("intake.recorded")


def discard_clear(home: Home, source: str) -> None:
    """Remove the bytes of every file refused for good, also those that a crash kept from being removed."""
    states = home.ledger.states()
    for entry in home.ledger.entries():
        if entry.source == source and states[entry.sequence].contract == FOR_GOOD:
            home.archive.discard(entry.sha256)


def _tell(source: str, intake: Intake) -> None:
    """Log what was loaded, in all, and each file that was refused."""
    counts = {
        "files": len(intake.loaded),
        "rows_loaded": sum(file.rows_loaded for file in intake.loaded),
        "rows_quarantined": sum(file.rows_quarantined for file in intake.loaded),
        "files_refused": len(intake.refused),
        "files_held": len(intake.held),
    }
    if any(counts.values()):
        _log.info("delivery.loaded", extra={"source": source, **counts})
    for sequence, reason in sorted(intake.refused.items()):
        _log.warning("file.refused", extra={"source": source, "file": intake.entries[sequence].name, "reason": reason})


def _zones(session: Session, contracts: Iterable[Contract]) -> set[str]:
    """Find every time zone that settings or delivered rows name."""
    return _named(session, contracts, "timezone", lambda _, kind: kind == "timezone")


def _currencies(session: Session, contracts: Iterable[Contract]) -> set[str]:
    """Find every currency that settings or delivered rows name."""
    names = {"devise", "currency", "order_currency_code"}
    return _named(session, contracts, "currency", lambda name, _: name in names)


def _named(
    session: Session, contracts: Iterable[Contract], setting: str, wanted: Callable[[str, str], bool]
) -> set[str]:
    found: set[str] = set()
    for contract in contracts:
        found |= {str(row[setting]) for rows in contract.settings.values() for row in rows if setting in row}
        for feed in contract.feeds.values():
            for name, column in feed.columns.items():
                if wanted(name, column.type):
                    rows = session.rows(
                        f"select distinct {name} from {contract.table(feed.name)} where {name} is not null"
                    )
                    found |= {str(value) for (value,) in rows}
    return found
