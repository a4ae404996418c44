"""One writer at a time on PostgreSQL: who comes second is told who was first, and who lost the lease writes nothing."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2
import pytest

from goldline.errors import TransientError
from goldline.fencing import LeaseLost
from goldline.warehouse.engine import Warehouse
from goldline.warehouse.postgres_lease import PostgresLease
from tests.integration.postgres.server import Server

pytestmark = pytest.mark.integration

ONLY_TEST = "pid <> pg_backend_pid() and datname = current_database() and backend_type = 'client backend'"
END_LEASES = (
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
    " and database = (select oid from pg_database where datname = current_database())"
)


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def wait_until_no_lease_is_held(server: Server, database: str) -> None:
    held = "select count(*) from pg_locks join pg_database on pg_database.oid = database"
    while server.execute(f"{held} where locktype = 'advisory' and datname = '{database}'")[0][0]:
        pass


def test_a_second_run_is_refused_and_told_who_holds_the_warehouse(url: str) -> None:
    with Warehouse(url):
        with pytest.raises(
            TransientError, match=r"another run is writing the warehouse \(process \d+ on .+ since"
        ) as held:
            Warehouse(url, wait_seconds=0.3)
        assert "secret" not in str(held.value)
    Warehouse(url).close()


class Lingering:
    """A connection whose end the server has not noticed yet."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def close(self) -> None:
        pass


def test_a_lease_is_free_as_soon_as_it_is_given_back(url: str) -> None:
    Warehouse(url).close()
    dsn = url.replace("postgresql+psycopg2", "postgresql")
    with closing(psycopg2.connect(dsn)) as first, closing(psycopg2.connect(dsn)) as second:
        first.autocommit = second.autocommit = True
        PostgresLease.of(Lingering(first), where="here", wait_seconds=0).release()
        assert PostgresLease.of(second, where="here", wait_seconds=0).number > 1


def test_leases_are_numbered_upwards_and_higher_than_what_they_protect_has_seen(url: str) -> None:
    with Warehouse(url) as first:
        assert first.grant
        number = first.grant.number
        first.outnumber(number + 40)
        assert first.grant.number > number + 40
        number = first.grant.number
        with first.transaction() as session:
            session.execute("create schema kept")
    with Warehouse(url) as second:
        assert second.grant
        assert second.grant.number > number


def test_a_run_whose_lease_ended_while_another_began_writes_nothing(server: Server, url: str) -> None:
    with Warehouse(url) as old:
        with old.transaction() as session:
            session.execute("create schema shop; create table shop.till (n bigint)")
        server.execute(END_LEASES, database=name_of(url))
        wait_until_no_lease_is_held(server, name_of(url))
        with Warehouse(url) as new:
            with pytest.raises(LeaseLost, match="lease on the warehouse is lost"), old.transaction() as session:
                session.execute("insert into shop.till values (1)")
            assert old.grant
            with pytest.raises(LeaseLost):
                old.grant.require()
            with new.transaction() as session:
                assert session.scalar("select count(*) from shop.till") == 0


def test_a_new_run_begins_only_after_what_the_old_one_was_writing_has_ended(server: Server, url: str) -> None:
    with Warehouse(url) as old:
        with old.transaction() as session:
            session.execute("create schema shop; create table shop.till (n bigint)")
        with old.transaction() as session:
            session.execute("insert into shop.till values (1)")
            server.execute(END_LEASES, database=name_of(url))
            wait_until_no_lease_is_held(server, name_of(url))
            server.execute(f"alter database {name_of(url)} set statement_timeout = '300ms'")
            with pytest.raises(TransientError):
                Warehouse(url)
        server.execute(f"alter database {name_of(url)} reset statement_timeout")
        with Warehouse(url) as new, new.transaction() as session:
            assert session.scalar("select count(*) from shop.till") == 1
