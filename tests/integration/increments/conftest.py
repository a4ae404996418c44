"""The PostgreSQL server of the other folder's tests."""

from tests.integration.postgres.conftest import server

__all__ = ["server"]
