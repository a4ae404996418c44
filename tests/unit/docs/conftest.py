"""The pages and what they are made from, gathered once for all tests of this package."""

from __future__ import annotations

import pytest

from goldline.docs.material import Material, gather
from goldline.docs.pages import pages_of


@pytest.fixture(scope="session")
def material() -> Material:
    return gather()


@pytest.fixture(scope="session")
def written(material: Material) -> dict[str, str]:
    return pages_of(material)
