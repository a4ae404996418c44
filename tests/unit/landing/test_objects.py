from __future__ import annotations

from collections.abc import Iterator

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from goldline.landing.store import StillChanging
from goldline.landing.zone import LandingZone
from tests.unit.landing.feeds import NOW, zone_of


@pytest.fixture
def files() -> Iterator[MemoryFileSystem]:
    made = MemoryFileSystem()
    yield made
    made.store.clear()
    made.pseudo_dirs[:] = [""]


@pytest.fixture
def zone(files: MemoryFileSystem) -> LandingZone:
    files.pipe("/shop/cashmere/VENTES_20260328.csv", b"12345")
    return zone_of("memory://shop", settle_seconds=0)


def test_objects_are_found_read_and_moved(files: MemoryFileSystem, zone: LandingZone) -> None:
    (found,) = zone.scan(NOW).complete
    assert b"".join(zone.read(found)) == b"12345"
    assert zone.take(found)
    assert files.cat("/shop/cashmere/taken/VENTES_20260328.csv") == b"12345"
    assert not files.exists("/shop/cashmere/VENTES_20260328.csv")
    assert zone.scan(NOW).complete == ()


def test_an_object_replaced_after_the_listing_is_neither_read_nor_moved(
    files: MemoryFileSystem, zone: LandingZone
) -> None:
    (found,) = zone.scan(NOW).complete
    files.pipe("/shop/cashmere/VENTES_20260328.csv", b"other")
    with pytest.raises(StillChanging):
        list(zone.read(found))
    assert not zone.take(found)
    assert files.cat("/shop/cashmere/VENTES_20260328.csv") == b"other"
