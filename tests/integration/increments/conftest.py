"""The PostgreSQL server of the other folder's tests; and increments for small tables too, which are spared them."""

import pytest

from goldline.build import builder
from tests.integration.postgres.conftest import server

__all__ = ["server"]


@pytest.fixture(autouse=True)
def no_table_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "SMALL", -1)
