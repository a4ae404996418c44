"""A process that takes in a landing folder once; its argument is the folder above it."""

from __future__ import annotations

import sys
from pathlib import Path

from goldline.landing.archive import Archive
from goldline.landing.ledger import Ledger
from goldline.landing.receive import receive
from tests.unit.landing.feeds import NOW, zone_of

if __name__ == "__main__":
    root = Path(sys.argv[1])
    receive(zone_of(root / "landing"), Archive(root / "archive"), Ledger(root / "ledger"), now=NOW)
