"""Half-uploaded files: every prefix of a delivery of each feed, byte by byte.

A prefix must be refused, or end with a whole line: then only size, time, marker and the source's own totals can tell,
and the landing zone waits for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from goldline.contracts import Contract, Feed, load_contracts
from goldline.errors import DeliveryRefused
from goldline.home import ASSETS
from goldline.intake.structure import read_records
from tests.support import FIXTURES
from tests.torture.cases import Stage
from tests.torture.judge import Violation

CONTRACTS = load_contracts(ASSETS)


@dataclass(frozen=True)
class Prefix:
    """A case: the first bytes of a file."""

    source: str
    name: str
    length: int

    def __str__(self) -> str:
        """Say which it is in one line."""
        return f"the first {self.length} bytes of {self.source}/{self.name}"


def every_prefix(stage: Stage | None = None) -> Iterator[Prefix]:
    """Yield every proper prefix of one delivery of each feed."""
    for contract in CONTRACTS.values():
        for feed in contract.feeds:
            if names := sorted(path.name for path in (FIXTURES / contract.source).glob(f"{feed}_2026*.csv")):
                for length in range(len(_whole(contract.source, names[0]))):
                    yield Prefix(contract.source, names[0], length)


def read(stage: Stage | None, case: Prefix) -> list[Violation]:
    """Read a prefix: it is refused with a place and a remedy, or has only whole lines of the file."""
    contract, whole = CONTRACTS[case.source], _whole(case.source, case.name)
    data = whole[: case.length]
    try:
        records = read_records(data, contract, _feed(contract, case.name), case.name)
    except DeliveryRefused as refusal:
        is_clear = refusal.where.startswith(case.name) and bool(refusal.remedy)
        return [] if is_clear else [Violation("other", f"a message that does not help: {refusal}")]
    if not data.endswith(b"\n"):
        return [Violation("lost", f"accepted although it ends in {data[-10:]!r}")]
    return [] if len(records.lines) <= whole.count(b"\n") - 1 else [Violation("doubled", "more rows than lines")]


def _feed(contract: Contract, name: str) -> Feed:
    found = contract.feed_of(name)
    assert found
    return found[0]


@cache
def _whole(source: str, name: str) -> bytes:
    return (FIXTURES / source / name).read_bytes()
