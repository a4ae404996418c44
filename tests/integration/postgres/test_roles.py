"""What each role may not do, asked of the server; and that what it is for works."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2 import errors

from goldline.warehouse.engine import Warehouse
from goldline.warehouse.roles import roles_sql
from tests.integration.postgres.server import Server

pytestmark = pytest.mark.integration

ROLES = ("ingest", "transform", "publish", "reader")
DATABASE = "shared"

ALLOWED = [
    ("ingest", "insert into cashmere.raw_ventes values (2)"),
    ("ingest", "update cashmere.raw_ventes set n = 3 where n = 2"),
    ("transform", "select * from cashmere.raw_ventes"),
    ("transform", "delete from merge.unified_sales where n = 9"),
    ("transform", "insert into merge.unified_sales values (9)"),
    ("publish", "select * from merge.unified_sales"),
    ("publish", "create view published.mine as select 1 as n"),
    ("reader", "select * from published.unified_sales"),
]

FORBIDDEN = [
    *(("ingest", f"select * from {table}") for table in ("merge.unified_sales", "published.unified_sales")),
    *(("ingest", sql) for sql in ("delete from cashmere.raw_ventes", "drop table cashmere.raw_ventes")),
    ("ingest", "create table cashmere.mine (n int)"),
    *(("transform", f"{verb} cashmere.raw_ventes") for verb in ("delete from", "truncate", "drop table")),
    *(
        ("transform", sql)
        for sql in ("insert into cashmere.raw_ventes values (9)", "create view published.x as select 1")
    ),
    ("transform", "select * from published.unified_sales"),
    *(("publish", sql) for sql in ("select * from cashmere.raw_ventes", "insert into merge.unified_sales values (9)")),
    ("publish", "drop schema merge cascade"),
    *(
        ("reader", f"select * from {table}")
        for table in (
            "cashmere.raw_ventes",
            "merge.unified_sales",
            "published_v000001.unified_sales",
            "published_pieces.unified_sales_all",
            "operation.lease",
        )
    ),
    *(("reader", sql) for sql in ("drop view published.unified_sales", "create temporary table mine (n int)")),
    *(
        (role, sql)
        for role in ROLES
        for sql in (
            "create schema mine",
            "create table public.mine (n int)",
            "create role other",
            "alter role goldline_reader superuser",
            "select pg_read_file('/etc/passwd')",
            "copy (select 1) to program 'id'",
            "update operation.lease set number = 99",
            "set role postgres",
        )
    ),
]


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[Server]:
    """A warehouse with something in each part, the roles, and a login for each of them."""
    server.execute("create role platform login password 'secret' nosuperuser")
    server.execute(f"create database {DATABASE} template template0 owner platform")
    with Warehouse(server.url(DATABASE, user="platform")) as warehouse, warehouse.transaction() as session:
        for statement in (
            "create schema cashmere; create table cashmere.raw_ventes as select 1 as n",
            "create schema merge; create table merge.unified_sales as select 1 as n",
        ):
            session.execute(statement)
    for _ in range(2):
        server.execute(roles_sql(["cashmere"], ["cashmere", "merge"]), database=DATABASE)
    with Warehouse(server.url(DATABASE, user="platform")) as warehouse, warehouse.transaction() as session:
        session.execute("create schema published_pieces; create schema published_v000001")
        session.create_as("published_pieces.unified_sales_all", "select * from merge.unified_sales")
        session.create_view("published_v000001.unified_sales", "select * from published_pieces.unified_sales_all")
        session.create_view("published.unified_sales", "select * from published_v000001.unified_sales")
    for role in ROLES:
        server.execute(f"alter role goldline_{role} login password 'secret'")
    yield server
    server.execute(f"drop database {DATABASE} with (force)")
    server.execute("drop role platform")  # this fixture may be set up again on the same server


@pytest.mark.parametrize(("role", "sql"), ALLOWED)
def test_a_role_may_do_what_it_is_for(shared: Server, role: str, sql: str) -> None:
    shared.execute(sql, database=DATABASE, user=f"goldline_{role}")


@pytest.mark.parametrize(("role", "sql"), FORBIDDEN)
def test_a_role_may_do_nothing_else(shared: Server, role: str, sql: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
        shared.execute(sql, database=DATABASE, user=f"goldline_{role}")


def test_a_reader_that_may_write_by_its_own_setting_is_denied_all_the_same(shared: Server) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        shared.execute(
            "set default_transaction_read_only = off; delete from merge.unified_sales",
            database=DATABASE,
            user="goldline_reader",
        )


def test_a_reader_is_read_only_and_its_statements_end_in_time(shared: Server) -> None:
    for setting, value in (("default_transaction_read_only", "on"), ("statement_timeout", "1min")):
        found = shared.execute(f"select current_setting('{setting}')", database=DATABASE, user="goldline_reader")
        assert found == [(value,)]


def test_who_has_no_role_does_not_get_in(shared: Server) -> None:
    shared.execute("create role stranger login password 'secret'")
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        shared.execute("select 1", database=DATABASE, user="stranger")
    shared.execute("drop role stranger")
