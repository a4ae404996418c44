from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from goldline.landing.archive import Archive
from goldline.landing.ledger import Ledger
from goldline.landing.receive import receive
from tests.unit.landing.feeds import NOW, drop, zone_of

pytestmark = pytest.mark.integration


def test_three_thousand_small_files_are_taken_in_within_seconds(tmp_path: Path) -> None:
    for number in range(1500):
        day = f"{date(2020, 1, 1) + timedelta(days=number):%Y%m%d}"
        drop(tmp_path / "landing", f"cashmere/VENTES_{day}.csv", b"ventes %d" % number * 50)
        drop(tmp_path / "landing", f"magento/sales_order_{day}.csv", b"orders %d" % number * 50)
    ledger = Ledger(tmp_path / "ledger")
    start = time.monotonic()
    got = receive(zone_of(tmp_path / "landing"), Archive(tmp_path / "archive"), ledger, now=NOW)
    seconds = time.monotonic() - start
    sys.stdout.write(f"\n3,000 files received in {seconds:.2f} s\n")
    assert len(got.new) == len(ledger.entries()) == 3000
    assert seconds < 30
